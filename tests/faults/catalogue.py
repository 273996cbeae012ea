"""The faults of the soak and of long matrices, each one call that does it and undoes it; drawn at random."""

import os
import signal
import subprocess
import time

import psycopg

import pgproxy
import wire
from stack import wait_until

STACK = str(wire.ROOT / "deploy" / "stack")


ENDS = (0, 70, 75, -signal.SIGTERM)  # drained; not drained in time, since the fault before is not over; killed before it could take signals


class Catalogue:
    """plant: with vault.0, vault.1, P1, P2; vault.1 and P2 are never killed."""

    def __init__(self, plant, proxy, rng):
        self.plant, self.proxy, self.rng, self.stack = plant, proxy, rng, plant.deployment.stack
        self.faults = [self.kill_vault, self.kill_provider, self.kill_vault, self.stop_vault, self.pause_vault, self.end_backend, self.kill_backend,
                       self.postgresql_restarted, self.lost_commit_reply, self.poison, self.kafka_restarted]

    def one(self):
        """Does one fault; returns its name."""
        fault = self.rng.choice(self.faults)
        fault()
        self.plant.restart_ended()
        return fault.__name__.replace("_", " ")

    def _service(self, name):
        return self.plant.services()[name]

    def kill_vault(self):
        self._kill("vault.0")

    def kill_provider(self):
        self._kill("P1")

    def _kill(self, name):
        service = self._service(name)
        if service.running():
            service.kill()
        service.start()

    def stop_vault(self):
        """Away in order for some seconds: the other takes its partitions."""
        service = self._service("vault.0")
        if service.running():
            service.process.send_signal(signal.SIGTERM)
            code = service.process.wait(60)
            assert code in ENDS, f"exit {code} after SIGTERM: {service.tail()}"
        time.sleep(self.rng.uniform(0, 5))
        service.start()

    def pause_vault(self):
        """Beyond its session, or not quite."""
        service = self._service("vault.0")
        if service.running():
            service.process.send_signal(signal.SIGSTOP)
            time.sleep(self.rng.uniform(3, 12))
            service.process.send_signal(signal.SIGCONT)

    def _backends(self):
        """Of our services' databases, once there are some."""
        def found():
            try:
                return [r[0] for r in self.stack.sql(f"select pid from pg_stat_activity where datname in {tuple(self.plant.deployment.databases())}")]
            except psycopg.Error:
                return []
        return wait_until(found, 60, "connections to PostgreSQL", 0.1)

    def end_backend(self):
        self.stack.sql(f"select pg_terminate_backend({self.rng.choice(self._backends())})")

    def kill_backend(self):
        os.kill(self.rng.choice(self._backends()), signal.SIGKILL)

    def postgresql_restarted(self):
        self._stack("pg-stop", "--immediate")
        time.sleep(self.rng.uniform(0, 3))
        self._stack("pg-start")

    def kafka_restarted(self):
        self._stack("kafka-stop", "--immediate")
        time.sleep(self.rng.uniform(0, 2))
        self._stack("kafka-start")

    def _stack(self, *arguments):
        for _ in range(10):
            if subprocess.run([STACK, *arguments, "--name", self.stack.name], capture_output=True).returncode == 0:
                return
            time.sleep(0.5)
        raise AssertionError(f"deploy/stack {' '.join(arguments)} fails")

    def lost_commit_reply(self):
        self.proxy.cut(self.rng.choice((pgproxy.BEFORE, pgproxy.UNANSWERED, pgproxy.AFTER)), self.rng.randrange(1, 4))

    def poison(self):
        """A hundred records that nobody can read."""
        for n in range(100):
            self.plant.deployment.produce("hr.events", self.plant.employers[n % len(self.plant.employers)], b"\xfePOISON" + os.urandom(8))
            self.plant.unreadable += 1
