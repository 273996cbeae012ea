"""A paced load from a thread of its own: employees' histories with corrections and re-deliveries, shares by command, poison, care requests refused."""

import threading
import time
import uuid
from collections import Counter

import history
import wire
from world import now


def unreadable(number, event, rng):
    """Bytes that no reader can take, none like another."""
    mark = b"\xfePOISON" + number.to_bytes(8, "big")
    return rng.choice((event[:10] + mark, event[:2] + mark + event[10:], mark, event + mark))


class Content:
    """What happens at some employers, without end: `next()` gives (topic, employer, value) one by one."""

    def __init__(self, deployment, employers, rng, first_number, poison=0.002, shares=0.004, care=0.001):
        self.deployment, self.rng, self.poison, self.shares, self.care = deployment, rng, poison, shares, care
        self.named = {}  # whom poison names, so that it goes with that person's erasure
        self.poisoned, self.commands, self.requests, self.known, self.said = {}, {}, {}, [], Counter()
        self.streams = [self._employer(e, first_number + index * 200000) for index, e in enumerate(employers)]
        self.employers, self._turn = list(employers), 0

    def _employer(self, employer_id, number):
        """One employer's stream: people come in, live their lives and stay; some of it again."""
        rng, maker = self.rng, history.Maker(employer_id, self.rng)
        for n in range(40):
            yield maker.unit(now() - rng.randrange(10 ** 9), f"D{n}", name=f"Afdeling {n}", parent_code=f"D{n // 7}" if n else None)

        def lives():
            nonlocal number
            while True:
                number += 1
                yield history.delayed(history.History(maker, number, rng, now()).live(number - 1), rng)

        def woven():
            source, window = lives(), []
            while True:
                while len(window) < 30:
                    window.append(list(reversed(next(source))))
                index = rng.randrange(len(window))
                yield window[index].pop()
                if not window[index]:
                    window.pop(index)
        yield from history.doubled(woven(), rng)

    def next(self):
        rng = self.rng
        draw = rng.random()
        self._turn = (self._turn + (rng.random() < 0.2)) % len(self.streams)
        name, event = next(self.streams[self._turn])
        employer_id, value = event["employer_id"], wire.encode(name, event)
        if name == "EmployeeEvent" and event["op"] == "UPSERT" and not event["employee_key_old"] and len(self.known) < 2000:
            self.known.append((employer_id, event["employee_key"]))
        yield "hr.events", employer_id, value
        if draw < self.poison:
            bad = unreadable(len(self.poisoned), value, rng)
            code = "UNKNOWN_SCHEMA" if bad[:2] == wire.MAGIC and len(bad) >= 10 and bytes(bad[2:10]) not in wire.SCHEMAS.by_fingerprint else "UNREADABLE"
            self.poisoned[bad], self.named[bad] = code, event.get("employee_key")
            yield "hr.events", employer_id, bad
        elif draw < self.poison + self.shares and self.known:
            yield self._share(*self.known.pop(rng.randrange(len(self.known))))
        elif draw < self.poison + self.shares + self.care:
            yield self._care(employer_id)

    def _share(self, employer_id, key):
        command = self.deployment.new_command("ShareCommand", employer_id, provider_id=self.rng.choice(self.deployment.providers), employee_key=key,
                                              kind="SICK_REPORT", reason="tijdens de proef", confirm=True)
        issuer = f"employer:{employer_id}"
        self.commands[command["command_id"]] = (employer_id, key, command["provider_id"])
        return "vault.commands", employer_id, wire.sign(self.deployment.keys[issuer], "vault.commands", issuer, wire.encode("ShareCommand", command))

    def _care(self, employer_id):
        provider = self.rng.choice(self.deployment.providers)
        request = wire.defaults("CareRequest", command_id=str(uuid.UUID(int=self.rng.getrandbits(128), version=4)), employer_id=employer_id,
                                expires_at=now() + 3600000, actor="tester", provider_id=provider, kind="WALK_IN",
                                identifiers=wire.seal(b"niemand", self.deployment.vault_public["box"]), confirm_share=False)
        self.requests[request["command_id"]] = provider
        issuer = f"provider:{provider}"
        return "care.requests", employer_id, wire.sign(self.deployment.provider_key(provider), "care.requests", issuer, wire.encode("CareRequest", request))


class Pace(threading.Thread):
    """Delivers a content at so many records a second until stopped; `pause` and `resume` between faults."""

    def __init__(self, deployment, content, rate):
        super().__init__(name="pace", daemon=True)
        self.deployment, self.content, self.rate, self.sent, self.broken = deployment, content, rate, 0, None
        self._due = time.monotonic()
        self._ending, self._go, self._idle = threading.Event(), threading.Event(), threading.Event()

    def run(self):
        try:
            while not self._ending.is_set():
                if not self._go.is_set():
                    self._idle.set()
                    self._go.wait(0.1)
                    continue
                self._burst(max(1, self.rate // 20))
        except Exception as error:  # told by check_alive, in the test's thread
            self.broken = error
        finally:
            self._idle.set()

    def _burst(self, size):
        """A twentieth of a second's worth; what a busy machine held up is made good, up to five seconds of it."""
        self._due = max(self._due + size / self.rate, time.monotonic() - 5)
        for _ in range(size):
            for topic, key, value in self.content.next():
                self.deployment.produce(topic, key, value)
                self.sent += 1
        rest = self._due - time.monotonic()
        if rest > 0:
            time.sleep(rest)

    def resume(self):
        self._idle.clear()
        self._due = time.monotonic()
        self._go.set()

    def pause(self):
        self._go.clear()
        assert self._idle.wait(60), "the load does not come to rest"
        self.check_alive()

    def check_alive(self):
        assert self.broken is None and self.is_alive(), f"the load ended: {self.broken!r}"

    def stop(self):
        self._ending.set()
        self._go.set()
        self.join(30)

