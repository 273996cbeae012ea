"""PostgreSQL stopped, killed, full, out of connections, and with COMMIT's reply lost: exact, and at work again by itself."""

import contextlib
import os
import re
import signal
import subprocess
import time

import psycopg
import pytest

import pgproxy
import wire
from conftest import hold_all, scaled
from stack import wait_until
from trial import Trial

STACK = str(wire.ROOT / "deploy" / "stack")


class Postgres:
    """The stack's PostgreSQL as something to break."""

    def __init__(self, stack):
        self.stack, self.data = stack, stack.environment.get("KLUIS_PG_DATA")
        if not self.data or not os.path.exists(self.data):
            pytest.skip("needs a PostgreSQL of deploy/stack")
        self.bin = stack.environment["KLUIS_PG_BIN"]

    def stop_immediately(self):
        subprocess.run([STACK, "pg-stop", "--immediate", "--name", self.stack.name], check=True, capture_output=True)

    def start(self):
        wait_until(lambda: subprocess.run([STACK, "pg-start", "--name", self.stack.name], capture_output=True).returncode == 0, 60, "PostgreSQL to start", 0.2)
        return time.monotonic()

    def processes(self):
        """The postmaster and its children, by process id."""
        with open(os.path.join(self.data, "postmaster.pid")) as file:
            postmaster = int(file.readline())
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True).stdout.split()
        return [postmaster, *map(int, children)]

    def kill_all(self):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(os.path.exists(f"/proc/{p}") and "Z" not in status_of(p) for p in self.processes()), 20, "PostgreSQL's processes to go")

    def started(self):
        """When its checkpointer was started, which happens anew after each crash; None while it cannot be asked."""
        try:
            return self.stack.sql("select backend_start from pg_stat_activity where backend_type = 'checkpointer'")[0][0]
        except (psycopg.Error, IndexError):
            return None

    def backends(self, database):
        """Processes that serve our services' connections to this database."""
        return [row[0] for row in self.stack.sql(f"select pid from pg_stat_activity where datname = '{database}' and pid <> pg_backend_pid()")]


def status_of(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


@pytest.fixture(scope="module")
def postgres(stack):
    return Postgres(stack)


@pytest.fixture(scope="module")
def proxy(stack):
    found = pgproxy.PgProxy("127.0.0.1", int(re.search(r"port=(\d+)", stack.pg)[1]))
    yield found
    found.close()


@pytest.fixture(scope="module")
def plant(plants, stack, proxy, postgres):
    """Its vault and providers reach PostgreSQL through the proxy; the checker does not."""
    return plants({"conninfo": lambda database: re.sub(r"port=\d+", f"port={proxy.port}", stack.conninfo(database))})


@pytest.mark.parametrize("how", ["stopped immediately", "killed with all its processes"])
def test_postgresql_goes_and_comes_back(plant, postgres, how):
    with Trial(plant, f"PostgreSQL {how}", limit=90) as trial:
        for _ in range(scaled(2)):
            time.sleep(plant.rng.random())
            postgres.stop_immediately() if how == "stopped immediately" else postgres.kill_all()
            time.sleep(plant.rng.random() * 4)
            trial.over(ended=postgres.start())


@pytest.mark.parametrize("service", ["vault.0", pytest.param("P1", marks=pytest.mark.matrix)])
def test_a_backend_that_is_ended_is_replaced(plant, postgres, service):
    with Trial(plant, f"one backend ended, of {service.split('.')[0]}", service=service) as trial:
        for _ in range(scaled(8, 2)):
            time.sleep(plant.rng.random() * 0.5)
            backends = postgres.backends(trial.positions.database)
            postgres.stack.sql(f"select pg_terminate_backend({plant.rng.choice(backends)})")
            trial.over()


def test_a_backend_killed_restarts_postgresql_and_nothing_is_lost(plant, postgres):
    with Trial(plant, "one backend killed (SIGKILL)") as trial:
        for _ in range(scaled(3)):
            time.sleep(plant.rng.random())
            started = postgres.started()
            os.kill(plant.rng.choice(postgres.backends(trial.positions.database)), signal.SIGKILL)
            wait_until(lambda: postgres.started() not in (None, started), 60, "PostgreSQL to restart", 0.01)
            trial.over()


@pytest.mark.parametrize("how", [pgproxy.BEFORE, pgproxy.UNANSWERED, pgproxy.AFTER])
def test_a_commit_whose_reply_is_lost_is_found_out(plant, proxy, how):
    """The connection ends before COMMIT arrives, while it is on its way, and when it is done: each is resolved by asking."""
    with Trial(plant, f"lost COMMIT reply: cut {how}") as trial:
        before = proxy.cuts[how]
        for _ in range(scaled(10, 3)):
            time.sleep(plant.rng.random() * 0.2)
            proxy.cut(how)
            wait_until(lambda: not proxy.cuts_left(), 30, "a COMMIT to cut", 0.01)
            trial.over()
        assert proxy.cuts[how] - before == scaled(10, 3)


def test_without_connections_it_waits_and_goes_on(plant, postgres):
    """Every connection that PostgreSQL gives is taken by others, and the services' own are ended."""
    with Trial(plant, "connections exhausted") as trial, contextlib.ExitStack() as held:
        hoard = []

        def take():
            try:
                hoard.append(held.enter_context(psycopg.connect(postgres.stack.pg, autocommit=True, connect_timeout=2)))
                return False
            except psycopg.OperationalError:
                return True
        wait_until(take, 30, "connections to run out", 0)
        ours = tuple(plant.deployment.databases())
        until = time.monotonic() + scaled(6, 2)
        while time.monotonic() < until:
            hoard[0].execute(f"select pg_terminate_backend(pid) from pg_stat_activity where datname in {ours}")
            while not take():
                pass
            time.sleep(0.2)
        held.close()
        trial.over()
    assert len(hoard) > 10


@pytest.fixture(scope="module")
def small_disk(postgres, tmp_path_factory):
    """A folder of PostgreSQL's on a file system of 160 MB; skipped where none can be mounted."""
    folder = tmp_path_factory.mktemp("small")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(folder)], capture_output=True).returncode != 0:
        pytest.skip("a small file system cannot be mounted here (root is needed)")
    try:
        owner = os.stat(postgres.data)
        for path in (folder, *list(folder.parents)[:3]):
            os.chmod(path, 0o755)
        os.makedirs(folder / "space")
        os.chown(folder / "space", owner.st_uid, owner.st_gid)
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@pytest.fixture(scope="module")
def cramped(plants, postgres, small_disk):
    """A plant whose vault's database lies on the small disk."""
    stack = postgres.stack
    with contextlib.suppress(psycopg.Error):
        stack.sql("drop tablespace if exists kluis_small")
    stack.sql(f"create tablespace kluis_small location '{small_disk}/space'")
    made = plants({"tablespace": "kluis_small"})
    yield made
    hold_all(made)
    made.sound = False  # that has been seen, and the tablespace has to be empty
    made.stop()
    made.deployment.down()
    stack.sql("drop tablespace kluis_small")


def test_a_full_disk_is_waited_out(cramped, small_disk):
    vault = cramped.services()["vault.0"]
    began = len(vault.logged())
    with Trial(cramped, "disk full (the vault's tables)", limit=120) as trial:
        for _ in range(scaled(2)):
            ballast = small_disk / "ballast"
            with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 16))
            time.sleep(scaled(8, 4))
            ballast.unlink()
            trial.over()
    assert b"code=53100" in vault.logged()[began:], "the vault was never told that the disk is full"
