#!/usr/bin/env python3
"""A steady load for a long time with a random fault every so often: exact at the end, and memory, descriptors and threads flat.

usage: soak.py [--minutes 60] [--rate 2000] [--every 20] [--employees 20000] [--seed N]

Needs optimised binaries (KLUIS_BUILD_RELEASE, else build/release) and takes the stack of the environment, else makes one. Nine of ten events are
re-deliveries, one changes an employment; what the providers must know at the end is one line per employee. The events of a tenth of them come once. vault.1 and P2 are never killed, so that
their memory can be watched; every other fault reaches them too. Prints a line a minute and a table; exit code 0 where all is exact and flat."""

import argparse
import json
import os
import random
import re
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "system"))

import psycopg  # noqa: E402

import pgproxy  # noqa: E402
import watch  # noqa: E402
import wire  # noqa: E402
from catalogue import Catalogue  # noqa: E402
from deployment import Deployment  # noqa: E402
from plant import Plant  # noqa: E402
from soak_content import ChainFollower, SoakContent, judge  # noqa: E402
from stack import Stack, wait_until  # noqa: E402
from trial import results_file  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=int, default=2000, help="events a second")
    parser.add_argument("--every", type=float, default=20, help="seconds between faults")
    parser.add_argument("--employees", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("KLUIS_SEED") or random.SystemRandom().randrange(1 << 30)))
    return parser.parse_args()


def build(stack, args, proxy):
    os.environ.setdefault("KLUIS_BUILD_RELEASE", str(wire.ROOT / "build" / "release"))
    folder = wire.ROOT / "build" / "systests" / stack.name / "soak"
    shutil.rmtree(folder, ignore_errors=True)
    deployment = Deployment(stack, folder, release=True, conninfo=lambda database: re.sub(r"port=\d+", f"port={proxy.port}", stack.conninfo(database)))
    deployment.up()
    return Plant(deployment, args.seed, employers=20, rate=args.rate, prefix="S", vaults=2, settings={"personnel_number": "CLEAR"},
                 follower=ChainFollower, content=SoakContent, employees=args.employees)


def progressed(plant, before=None):
    """The sum of the vault's batch numbers; fails where it does not rise above `before`. A fault may last for longer than a minute, as on a busy machine a
    broker's restart does."""
    def rows():
        try:
            now = plant.positions["vault"].batches()
        except psycopg.Error:
            return None
        return now if before is None or now > before else None
    return wait_until(rows, 120, "the vault to go on" if before else "PostgreSQL to tell the positions", 0.2)


def run(plant, args, proxy):
    """The time itself; returns the faults that were done: {name: count}."""
    catalogue = Catalogue(plant, proxy, random.Random(f"{args.seed}/soak"))
    sampler = watch.Watch(plant)
    began, done, said = time.monotonic(), {}, 0
    plant.deployment.deliver(plant.content.first())
    plant.deployment.settle(600)
    print(f"seed {args.seed}: {args.employees} employees are known after {time.monotonic() - began:.0f} s", flush=True)
    began, sent, before = time.monotonic(), plant.pace.sent, progressed(plant)
    plant.work()
    sampler.start()
    following = began + args.every
    while time.monotonic() - began < args.minutes * 60:
        time.sleep(min(1, max(0, following - time.monotonic())))
        plant.check_alive()
        if time.monotonic() >= following:
            following += args.every
            name = catalogue.one()
            done[name] = done.get(name, 0) + 1
        if time.monotonic() - began >= (said + 1) * 60:
            said += 1
            before = progressed(plant, before)
            print(f"{said} min: {plant.pace.sent - sent} events, {sum(done.values())} faults; {sampler.line()}", flush=True)
    lasted = time.monotonic() - began
    plant.restart_ended()
    sampler.stop()
    print(f"samples of K and P: {dict(plant.sampler.counts)}", flush=True)
    return done, lasted, plant.pace.sent - sent, sampler


def main():
    args = arguments()
    stack, ours = Stack.attach()
    proxy = pgproxy.PgProxy("127.0.0.1", int(re.search(r"port=(\d+)", stack.pg)[1]))
    plant = build(stack, args, proxy)
    try:
        done, lasted, events, sampler = run(plant, args, proxy)
        findings = judge(plant) + sampler.findings() + [f"{name} was never sampled" for name in plant.sampler.unsampled(Counter())]
    finally:
        plant.stop()
        plant.deployment.down()
        proxy.close()
        if ours:
            stack.destroy()
    print(sampler.table())
    print(f"\n{events} events in {lasted:.0f} s ({events / lasted:.0f} a second), faults: " + ", ".join(f"{n} × {name}" for name, n in sorted(done.items())))
    print("exact and flat" if not findings else "NOT exact or not flat:\n" + "\n".join(f"  {f}" for f in findings))
    with open(results_file(), "a", encoding="utf-8") as file:
        file.write(json.dumps({"fault": f"soak of {lasted / 60:.0f} min at {events / lasted:.0f} events a second, {sum(done.values())} faults", "seed": args.seed,
                               "kills": sum(n for name, n in done.items() if "kill" in name), "events": events, "dropped": 0, "recover_s": None,
                               "recover_worst_s": None, "takeover_s": None, "stall_s": round(plant.follower.stalled, 2), "lasted_s": round(lasted, 1),
                               "result": "failed" if findings else "exact"}) + "\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
