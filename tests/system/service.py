"""A service process under test: started, asked, stopped, killed; its log kept."""

import contextlib
import os
import re
import signal
import subprocess
import time

import wire
from stack import wait_until

SANITIZER = re.compile(rb"ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer|SUMMARY: \w+Sanitizer")
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=1:quarantine_size_mb=16:malloc_context_size=8", "UBSAN_OPTIONS": "print_stacktrace=1",
               # A process that is not drained in time leaves its threads behind: that is no fault.
               "TSAN_OPTIONS": "exitcode=66:second_deadlock_stack=1:report_thread_leaks=0"}


class Service:
    """One instance: a binary with a configuration file."""

    def __init__(self, binary, config, log):
        self.binary, self.config, self.log, self.process, self.started = str(binary), str(config), log, None, 0.0
        self.environment = {}  # more of it for the running service; from its next start on

    def cli(self, *arguments, check=True, text=None, limit=120):
        """Runs a subcommand of the binary with this configuration to its end; arguments come first, --config after."""
        done = subprocess.run([self.binary, *arguments, "--config", self.config], input=text, capture_output=True, text=True,
                              timeout=limit, env={**os.environ, **ENVIRONMENT})
        if check and done.returncode != 0:
            raise AssertionError(f"{os.path.basename(self.binary)} {' '.join(arguments[:3])}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done

    def start(self):
        with open(self.log, "ab") as log:
            self.started, self.began = time.monotonic(), log.tell()
            self.process = subprocess.Popen([self.binary, "run", "--config", self.config], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **ENVIRONMENT, **self.environment})
        return self

    def shift_clock(self, seconds):
        """The service's wall clock runs so many seconds ahead: at once where it did so from its start, else from its next start on."""
        source, library, shift = wire.ROOT / "tests" / "system" / "shifted_clock.c", self.config + ".clock.so", self.config + ".clock"
        with open(shift + ".new", "w", encoding="ascii") as file:
            file.write(str(round(seconds)))
        os.replace(shift + ".new", shift)
        if "LD_PRELOAD" not in self.environment:
            subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, str(source)], check=True)
            self.environment = {"LD_PRELOAD": library, "KLUIS_CLOCK_SHIFT": shift}

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """SIGKILL, and nothing of it left."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def stop(self, limit=40):
        """SIGTERM; it must drain and leave with 0."""
        if self.process is None:
            return
        with contextlib.suppress(AssertionError):  # one that has said nothing yet may not take signals yet
            wait_until(lambda: not self.running() or os.path.getsize(self.log) > self.began, 10, "its first line", 0.01)
        assert self.running(), f"{self.log} had ended by itself with {self.process.returncode}: {self.tail()}"
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.log}: not gone {limit} s after SIGTERM: {self.tail()}") from None
        self.process = None
        assert code == 0, f"{self.log}: exit {code} after SIGTERM: {self.tail()}"

    def ensure_gone(self):
        if self.running():
            self.kill()

    def logged(self):
        with open(self.log, "rb") as log:
            return log.read()

    def tail(self):
        return self.logged()[-3000:].decode(errors="replace")

    def check_log(self):
        """No sanitizer said anything."""
        found = SANITIZER.search(self.logged())
        assert not found, self.logged()[max(0, found.start() - 200):found.start() + 4000].decode(errors="replace")

    def resident(self):
        """Resident memory in KiB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])

    def wait_running(self, limit=30):
        """Until the process has been alive for a moment and answers status; fails with its log if it ends."""
        def answers():
            assert self.running(), f"{self.log} ended with {self.process.returncode}: {self.tail()}"
            return self.cli("status", "--json", check=False).returncode == 0
        wait_until(answers, limit, f"{self.log} to answer status", 0.2)
