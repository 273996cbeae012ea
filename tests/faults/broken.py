"""The faults build: its crash points as it tells them, and services that it is asked to end, to stop, or to leave a guard out of."""

import os
import signal
import subprocess
import time
from collections import namedtuple
from pathlib import Path

import pytest
import wire
from service import Service
from stack import wait_until

BUILD = Path(os.environ.get("KLUIS_BUILD_FAULTS", wire.ROOT / "build" / "faults"))
VAULT, PROVIDER = BUILD / "vault-svc" / "vault-svc", BUILD / "provider-svc" / "provider-svc"
Point = namedtuple("Point", "name services what")


def points():
    """The table that the binaries hold; [] where the faults build is not there."""
    if not VAULT.exists() or not PROVIDER.exists():
        return []
    told = [subprocess.run([str(b)], env={**os.environ, "KLUIS_CRASH_LIST": "1"}, capture_output=True, text=True, check=True).stdout for b in (VAULT, PROVIDER)]
    assert told[0] == told[1]
    return [Point(*line.split("\t")) for line in told[0].splitlines()]


def build_with_faults():
    """For deploy(release=True) inside: the binaries are those of the faults build."""
    if not points():
        pytest.fail(f"{VAULT} is not there: cmake --preset faults && cmake --build --preset faults --target vault-svc provider-svc, or set KLUIS_BUILD_FAULTS")
    patch = pytest.MonkeyPatch()
    patch.setenv("KLUIS_BUILD_RELEASE", str(BUILD))
    return patch


class Fuse:
    """What a service of the faults build is started with; points count once it is lit."""

    def __init__(self, service, crash=None, pause=None, without=None, lit=False):
        self.service, self.path = service, Path(f"{service.log}.armed")
        asked = {"KLUIS_CRASH_AT": crash, "KLUIS_PAUSE_AT": pause, "KLUIS_WITHOUT": without, "KLUIS_FAULTS_ARMED": str(self.path)}
        service.environment = {k: v for k, v in asked.items() if v}
        self.light() if lit else self.path.unlink(missing_ok=True)

    def light(self):
        self.path.touch()
        return self

    def burnt(self, limit, what):
        """Waits until the service has killed itself; returns when (monotonic)."""
        try:
            code = self.service.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{what} was not reached within {limit} s") from None
        died = time.monotonic()
        assert code == -signal.SIGKILL, f"{what}: the service ended with {code}: {self.service.tail()}"
        self.put_out()
        return died

    def stopped(self, limit, what):
        """Waits until the service has stopped itself."""
        wait_until(lambda: is_stopped(self.service), limit, f"{what} to be reached", 0.01)
        self.put_out()

    def put_out(self):
        self.service.environment = {}
        self.path.unlink(missing_ok=True)


def is_stopped(service):
    """SIGSTOP holds it."""
    assert service.running(), f"{service.log} ended with {service.process.returncode}: {service.tail()}"
    return Path(f"/proc/{service.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "T"


def go_on(service):
    service.process.send_signal(signal.SIGCONT)


def provider_standby(deployment, provider, number):
    """Another instance of a provider's service, with its keys and database; not started."""
    config = deployment._config(f"{provider}.{number}", f"{deployment.name}-{provider.lower()}", {"provider_id": provider, "session_timeout_ms": 6000})
    service = Service(deployment.build / "provider-svc" / "provider-svc", config, deployment.folder / f"{provider}.{number}.log")
    deployment.services.append(service)
    return service


def owners(positions):
    """{partition: instance that took it over last}."""
    return {partition: row[3] for partition, row in positions.postgres().items()}
