#!/usr/bin/env python3
"""The bench's table: each figure with its goal and what was reached.

usage: report.py [--json] --employees N --small N RESULTS
       report.py [--json] --latency RESULTS
       report.py [--json] --figures RESULTS
"""

import argparse
import json
import os
import statistics
import subprocess

MIB = 1024


def figures(results):
    """name -> list of what was measured under it, in order."""
    found = {}
    for line in open(results, encoding="utf-8"):
        one = json.loads(line)
        found.setdefault(one["name"], []).append(one["result"])
    return found


def rates(found, name):
    return [one["rate"] for one in found.get(name, [])]


def table(found, options):
    """Rows of (what, figure, unit, goal as (sign, number) or None)."""
    copy = statistics.median(rates(found, "copy"))
    cold, again = found["cold"][0], statistics.median(rates(found, "again"))
    idle, load = found["share_idle"][0], found["share_load"][0]
    peak, small_peak = (found[name][0]["peak_kib"] / MIB for name in ("memory", "small_memory"))
    return [
        ("copy, 1,000 a transaction", copy, "events/s", None),
        ("copy of what is being produced", rates(found, "copy_live")[0], "events/s", None),
        (f"cold, {options.employees} employees", cold["rate"], "events/s", None),
        ("again, same content", again, "events/s", None),
        ("cold / copy", cold["rate"] / copy, "", (">=", 0.2)),
        ("again / copy", again / copy, "", (">=", 0.8)),
        ("share, idle, p50", idle["p50_ms"], "ms", None),
        ("share, idle, p99", idle["p99_ms"], "ms", ("<=", 150)),
        (f"share, {load['least_backlog']} events or more waiting, p50", load["p50_ms"], "ms", None),
        ("share, under that load, p99", load["p99_ms"], "ms", ("<=", 1000)),
        (f"memory, peak, {options.employees} employees", peak, "MiB", ("<=", 128)),
        (f"memory, peak, {options.small} employees", small_peak, "MiB", None),
        ("memory, growth between these", peak - small_peak, "MiB", ("<=", 24)),
    ]


def latencies(found):
    """The same rows of what deploy/bench --latency measured."""
    rows = []
    for name, beside in (("latency_idle", "idle"), ("latency_load", f"{found['load'][0]['least_backlog']} events or more waiting")):
        one = found[name][0]
        rows += [(f"look-up, {beside}, p50", one["lookup_p50_ms"], "ms", None), (f"look-up, {beside}, p99", one["lookup_p99_ms"], "ms", ("<=", 200)),
                 (f"sick report to dossier, {beside}, p50", one["dossier_p50_ms"], "ms", None),
                 (f"sick report to dossier, {beside}, p99", one["dossier_p99_ms"], "ms", ("<=", 250))]
    return rows


def median(found, name, employees, what):
    return statistics.median(one[what] for one in found[name] if one["employees"] == employees)


def entities_of(made):
    return made["employments"] + made["spells"] + made["units"]


def figures_of(found, made, records, truth, largest):
    """The rows of one size that deploy/bench --figures measured. Speed and memory have goals where there is much: of little, starting and what is on its way are most."""
    of_largest = (lambda *goal: goal) if largest else (lambda *_: None)
    count = made["employees"]
    read, replay = (records["records"] / median(found, name, count, "seconds") for name in ("figures_read", "figures_replay"))
    peak = median(found, "figures_replay", count, "peak_kib") - median(found, "figures_replay", 0, "peak_kib")
    entities = entities_of(made)
    of = f", {count:,} employees"
    rows = [(f"records{of}", records["records"], "", None), (f"entities held{of}", entities, "", None),
            (f"absence{of}", truth["absence_pct"], "%", (">=", 5)), (f"plain read{of}", read, "records/s", None),
            (f"replay{of}", replay, "records/s", of_largest(">=", 400000)), (f"replay / plain read{of}", replay / read, "", of_largest(">=", 0.4)),
            (f"replay, peak memory{of}", median(found, "figures_replay", count, "peak_kib") / MIB, "MiB", None),
            (f"replay, memory an entity, beyond that of none{of}", peak * 1024 / entities, "bytes", of_largest("<=", 400)),
            (f"replay, processor{of}", 1e6 * median(found, "figures_replay", count, "cpu_seconds") / records["records"], "us/record", None),
            (f"figures that differ from the truth, of {truth['equal'] + truth['differing']:,}{of}", truth["differing"], "", ("<=", 0))]
    for one, same in zip(found.get("figures_load", []), found.get("figures_same", [])):
        if one["employees"] == count:
            rows += [(f"loading into tables{of}", records["records"] / max(1, one["seconds"]), "records/s", None),
                     (f"figures from tables, the same bytes{of}", same["equal"], "", (">=", 1))]
    return rows


def absence_figures(found):
    """The same rows of what deploy/bench --figures measured, the sizes one after the other, and how cost grows with them."""
    sizes = list(zip(found["figures_made"], found["figures_records"], found["figures_truth"]))
    rows = [row for size in sizes for row in figures_of(found, *size, size is sizes[-1])]
    for (small, few, _), (large, many, _) in zip(sizes, sizes[1:]):
        from_to = f", {small['employees']:,} to {large['employees']:,} employees"
        more = {name: median(found, "figures_replay", large["employees"], name) - median(found, "figures_replay", small["employees"], name)
                for name in ("cpu_seconds", "peak_kib")}
        first = median(found, "figures_replay", small["employees"], "cpu_seconds") - median(found, "figures_replay", 0, "cpu_seconds")
        cost = more["cpu_seconds"] / (many["records"] - few["records"])
        rows += [(f"memory's growth an entity{from_to}", more["peak_kib"] * 1024 / (entities_of(large) - entities_of(small)), "bytes", None),
                 (f"processor's growth a record{from_to}", 1e6 * cost, "us", None),
                 (f"a record beyond the smaller number / up to it{from_to}", cost / (first / few["records"]), "", ("<=", 1.25))]
    return rows


def holds(figure, goal):
    return figure >= goal[1] if goal[0] == ">=" else figure <= goal[1]


def shown(figure):
    return f"{figure:,.0f}" if abs(figure) >= 1000 else f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"


def show(rows):
    for what, figure, unit, goal in rows:
        verdict = f"goal {goal[0]} {goal[1]:g}: {'reached' if holds(figure, goal) else 'NOT REACHED'}" if goal else ""
        print(f"{what:<70} {shown(figure):>10} {unit:<9} {verdict}".rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--latency", action="store_true")
    parser.add_argument("--figures", action="store_true")
    parser.add_argument("--employees", type=int)
    parser.add_argument("--small", type=int)
    parser.add_argument("results")
    options = parser.parse_args()
    found = figures(options.results)
    rows = absence_figures(found) if options.figures else latencies(found) if options.latency else table(found, options)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    if options.json:
        print(json.dumps({"commit": commit, "cores": os.cpu_count(), "measured": found, "figures": [
            {"what": what, "figure": round(figure, 3), "unit": unit, **({"goal": f"{goal[0]} {goal[1]}", "reached": holds(figure, goal)} if goal else {})}
            for what, figure, unit, goal in rows]}, indent=1))
        return
    if options.figures:
        print(f"Kluis {commit}, {os.cpu_count()} cores, five years; replays by employer and year, compared by month")
        show(rows)
        return
    if options.latency:
        idle, load = found["latency_idle"][0], found["latency_load"][0]
        print(f"Kluis {commit}, {os.cpu_count()} cores, {load['rate']} look-ups and {load['rate']} sick reports a second, "
              f"{idle['seconds']} s idle, {load['seconds']} s with a load")
        show(rows)
        return
    print(f"Kluis {commit}, {os.cpu_count()} cores, two events of {found['cold'][0]['bytes_each']:.0f} bytes an employee")
    show(rows)
    spread = rates(found, "copy")
    print(f"copy, each time: {', '.join(shown(one) for one in spread)} events/s; again: {', '.join(shown(one) for one in rates(found, 'again'))}; "
          f"cold gave {found['cold'][0]['population_records']} population records")


if __name__ == "__main__":
    main()
