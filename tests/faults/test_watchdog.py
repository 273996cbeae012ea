"""A stage that is stuck while the process lives: the process ends by itself, says which stage it was, and the next start goes on exactly."""

import contextlib
import os
import re
import signal
import time

import psycopg
import pytest

from broken import build_with_faults
from stack import wait_until
from trial import Trial

LIMIT_MS = 3000  # in place of the minute and more that a stage is given
END_S = 5.0  # from the limit to the process's end, on a busy machine
STUCK = re.compile(rb"event=stage_stuck stage=(\w+) silent_ms=(\d+) remedy=")
matrix = pytest.mark.matrix
STAGES = [pytest.param("vault.0", "take", "take_decoded", marks=matrix), ("vault.0", "work", "work_folded"),
          pytest.param("vault.0", "work", "takeover_fence_moved", marks=matrix), pytest.param("vault.0", "publish", "publish_delivered", marks=matrix),
          pytest.param("P1", "work", "db_writes_queued", marks=matrix), pytest.param("P1", "publish", "publish_commit_sent", marks=matrix)]


@pytest.fixture(scope="module")
def plant(plants):
    patch = build_with_faults()
    yield plants()
    patch.undo()


def restart(service, armed, **environment):
    service.environment = {"KLUIS_STUCK_MS": str(LIMIT_MS), "KLUIS_FAULTS_ARMED": str(armed), **environment}
    service.stop()
    service.start()
    service.environment = {}


def ended(service, stage, began, limit_ms):
    """It has ended with 70, because of that stage, once the limit was over and not long after; what of its log came since `began`."""
    code = service.process.wait(limit_ms / 1000 + 60)
    said = STUCK.findall(service.logged()[began:])
    assert code == 70 and [s for s, _ in said] == [stage.encode()], f"ended with {code}: {service.tail()}"
    assert limit_ms < int(said[0][1]) <= limit_ms + END_S * 1000, said


@pytest.mark.parametrize(("name", "stage", "point"), STAGES)
def test_a_stuck_stage_ends_the_process_and_the_next_start_is_exact(plant, name, stage, point, tmp_path):
    with Trial(plant, f"the {stage} thread stuck at {point}, {name.split('.')[0]}", service=name) as trial:
        service, armed = plant.services()[name], tmp_path / "armed"
        began = len(service.logged())
        restart(service, armed, KLUIS_HANG_AT=point)
        armed.touch()
        ended(service, stage, began, LIMIT_MS)
        trial.kills += 1
        service.start()
        trial.over(ended=service.started)


@matrix
def test_without_the_watchdog_a_stuck_stage_stands_still_for_ever(plant, tmp_path):
    """Control: nothing else notices. The process runs, does nothing, and would go on like that."""
    with Trial(plant, "the work thread stuck, without the watchdog") as trial:
        service, armed = plant.services()["vault.0"], tmp_path / "armed"
        restart(service, armed, KLUIS_HANG_AT="work_folded", KLUIS_WITHOUT="watchdog")
        armed.touch()
        seen = [-1, time.monotonic()]

        def stands_still():
            batches = trial.positions.batches()
            if batches != seen[0]:
                seen[:] = batches, time.monotonic()
            return time.monotonic() - seen[1] > LIMIT_MS / 1000 + END_S
        wait_until(stands_still, 60, "the service to do nothing any more", 0.1)
        assert service.running() and b"stage_stuck" not in service.logged()[-3000:]
        service.kill()
        trial.kills += 1
        service.start()
        trial.over(ended=service.started)


def backend_of(trial):
    """The PostgreSQL process that serves the service."""
    (found,) = trial.plant.deployment.stack.sql(
        f"select pid from pg_stat_activity where datname = '{trial.positions.database}' and application_name = 'kluis'")
    return found[0]


@pytest.mark.parametrize("limit_ms", [pytest.param(LIMIT_MS, marks=matrix), pytest.param(120000, marks=matrix)])
def test_a_stopped_postgresql_process_does_not_hold_the_service_for_ever(plant, limit_ms, tmp_path):
    """It is stopped, not gone: no time-out strikes, and the connection stays. With the limit that everybody has, too."""
    with Trial(plant, f"one backend stopped (SIGSTOP), {limit_ms // 1000} s", limit=90) as trial:
        service = plant.services()["vault.0"]
        began = len(service.logged())
        restart(service, tmp_path / "armed", KLUIS_STUCK_MS=str(limit_ms))
        trial.over()
        backend = backend_of(trial)
        os.kill(backend, signal.SIGSTOP)
        try:
            ended(service, "work", began, limit_ms)
        finally:
            with contextlib.suppress(ProcessLookupError, psycopg.Error):
                os.kill(backend, signal.SIGCONT)
        trial.kills += 1
        service.start()
        trial.over(ended=service.started)
