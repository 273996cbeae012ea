"""How a service ends: by the first SIGTERM in order, by the second at once, by its limit where a dependency holds it up; nothing is lost by any."""

import contextlib
import os
import pathlib
import random
import re
import signal
import time

import pytest

import history
import people
from stack import wait_until

LIMIT_S, AT_ONCE_S = 4, 15  # without drain_limit it would be 30 s


class Site:
    def __init__(self, deployment):
        self.deployment, self.stack, self.vault = deployment, deployment.stack, deployment.vault
        self.count, self.sent = 0, []
        self.makers = {f"S{n}": history.Maker(f"S{n}", random.Random(n)) for n in range(8)}

    def deliver(self, count):
        """Events of employers that nobody enabled: each leads to one report, which shows that it was taken once."""
        events = []
        for _ in range(count):
            self.count += 1
            maker = self.makers[f"S{self.count % 8}"]
            events.append(maker.employee(int(time.time() * 1000) - 1000, f"K{self.count}", people.identity(800000 + self.count % 5000)))
        self.sent += [event["event_id"] for _, event in events]
        self.deployment.deliver(events)

    def end(self, signals=1, limit=30):
        """Sends SIGTERM so many times; (exit code, seconds it took from the last)."""
        for n in range(signals):
            if n > 0:
                wait_until(lambda: self.vault.logged()[self.began:].count(b"event=stopping") >= n, 5, "the first SIGTERM to be seen", 0.01)
            began = time.monotonic()
            self.vault.process.send_signal(signal.SIGTERM)
        return self.vault.process.wait(limit), time.monotonic() - began

    def start(self):
        self.began = len(self.vault.logged()) if os.path.exists(self.vault.log) else 0
        self.vault.start()
        wait_until(lambda: b"event=taken_over" in self.vault.logged()[self.began:], 40, "the start", 0.1)

    def under_load(self):
        """Of what was delivered while the vault stood still some has been taken, and most has not."""
        before = self.taken()
        with stopped(self.vault.process.pid):
            self.deliver(6000)
        wait_until(lambda: self.taken() > before, 90, "some of the load to be taken", 0.005)

    def taken(self):
        return self.sql("select coalesce(sum(next_offset), 0)::bigint from stream_input where topic = 'hr.events'")[0][0]

    def sql(self, statement):
        return self.stack.sql(statement, f"{self.deployment.name}-vault")

    def logged(self, text):
        return text.encode() in self.vault.logged()[self.began:]

    def check_whole(self):
        """Started again, everything that was delivered has been reported once."""
        self.start()
        self.deployment.settle(120)
        told = sorted(r["event_id"] for r in self.deployment.reports())
        assert told == sorted(self.sent)
        code, _ = self.end()
        assert code == 0


@pytest.fixture(scope="module")
def site(deploy):
    deployment = deploy(providers=("P1",), partitions=4, drain_limit=f"{LIMIT_S}s")
    for service in deployment.services:
        wait_until(lambda s=service: b"event=taken_over" in s.logged(), 30, "the start")
        service.stop()
    return Site(deployment)


@pytest.fixture(autouse=True)
def nothing_left_running(site):
    yield
    site.vault.ensure_gone()


@contextlib.contextmanager
def stopped(*pids):
    """These processes do nothing meanwhile."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def backends(site):
    """PostgreSQL's processes that serve the vault."""
    return [pid for pid, in site.sql(f"select pid from pg_stat_activity where datname = '{site.deployment.name}-vault' and pid <> pg_backend_pid()")]


def asked(site):
    """Whether something waits on a connection for PostgreSQL to read it."""
    port = int(re.search(r"port=(\d+)", site.stack.pg)[1])
    lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(int(line[1].split(":")[1], 16) == port and int(line[4].split(":")[1], 16) > 0 for line in lines)


def kafka(site):
    """The private broker's process."""
    folder = site.stack.environment.get("KLUIS_STACK_DIR")
    if not folder:
        pytest.skip("only with a private stack")
    return int((pathlib.Path(folder) / "kafka" / "pid").read_text())


def test_the_first_sigterm_drains(site):
    site.start()
    site.under_load()
    code, _ = site.end()
    assert code == 0
    assert site.sql("select count(*) from stream_position where not clean or published <> batch") == [(0,)]
    said = site.vault.cli("check").stdout
    assert "goes on by Kafka's mark; batches left to publish: 0\n" in said and not re.search(r"left to publish: [1-9]", said), said
    site.check_whole()


def test_the_second_sigterm_ends_at_once(site):
    site.start()
    site.under_load()
    _, took = site.end(signals=2)
    assert took < AT_ONCE_S
    site.check_whole()


def test_a_stuck_database_does_not_hold_up_the_end_beyond_its_limit(site):
    site.start()
    site.deliver(10)
    site.deployment.settle(60)
    with stopped(*backends(site)):
        site.deliver(500)
        wait_until(lambda: asked(site), 30, "the vault to ask its database", 0.1)
        code, took = site.end()
        assert code == 70 and LIMIT_S <= took < LIMIT_S + AT_ONCE_S and site.logged("code=DRAIN_LIMIT"), (code, took, site.vault.tail())
    site.check_whole()


def test_a_silent_broker_does_not_hold_up_the_end_beyond_its_limit(site):
    site.start()
    site.under_load()
    with stopped(kafka(site)):
        code, took = site.end()
        assert code in (70, 75) and LIMIT_S <= took < LIMIT_S + AT_ONCE_S and site.logged("code=DRAIN_LIMIT"), (code, took, site.vault.tail())
    site.check_whole()
