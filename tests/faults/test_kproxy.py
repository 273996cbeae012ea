"""The Kafka proxy itself: each fault that it is asked for is what its client meets. Behind it stands a broker that answers every request alike."""

import contextlib
import socket
import struct
import threading
import time

import pytest

from kproxy import API, HOST, KafkaProxy
from stack import wait_until


class Echo:
    """Answers each request with its correlation id, and, if numbered, how many it has had; keeps what came: [(api, last byte)]."""

    def __init__(self):
        self.numbered = False
        self.listener, self.seen = socket.create_server((HOST, 0)), []
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, struct.error), connection, connection.makefile("rb") as stream:
            while True:
                frame = stream.read(struct.unpack(">i", stream.read(4))[0])
                self.seen.append((struct.unpack(">h", frame[:2])[0], frame[-1]))
                body = frame[4:8] + (struct.pack(">i", len(self.seen)) if self.numbered else b"")
                connection.sendall(struct.pack(">i", len(body)) + body)


class Asker:
    """One client connection."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.socket, self.asked = socket.create_connection((host, int(port)), 10), 0

    def send(self, api="Metadata", size=1):
        self.asked += 1
        body = struct.pack(">hhi", API[api], 0, self.asked) + b"\1" * size
        self.socket.sendall(struct.pack(">i", len(body)) + body)

    def answer(self, limit=5.0):
        """The correlation id answered; None when nothing comes in time; OSError or 0 when the connection ends."""
        self.socket.settimeout(limit)
        try:
            data = self.socket.recv(8, socket.MSG_WAITALL)
        except TimeoutError:
            return None
        return struct.unpack(">ii", data)[1] if data else 0

    def number(self, api):
        """Sends one request to a numbered broker; the number in the answer that comes to it."""
        self.send(api)
        _, correlation, number = struct.unpack(">iii", self.socket.recv(12, socket.MSG_WAITALL))
        assert correlation == self.asked
        return number

    def round_trip(self, api="Metadata", size=1):
        began = time.monotonic()
        self.send(api, size)
        assert self.answer() == self.asked
        return time.monotonic() - began


@pytest.fixture
def broker():
    made = Echo()
    yield made
    made.listener.close()


@pytest.fixture
def proxy(broker):
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    made = KafkaProxy({"KLUIS_KAFKA_PROXY": f"{HOST}:{port}", "KLUIS_KAFKA_PROXIED": f"{HOST}:{broker.port}"})
    yield made
    made.stop()


@pytest.fixture
def asker(proxy):
    made = Asker(proxy.address)
    made.round_trip()
    yield made
    made.socket.close()


def test_a_held_request_arrives_when_it_is_released_though_its_client_has_gone(proxy, broker, asker):
    proxy.hold("EndTxn", nth=2)
    asker.round_trip("EndTxn")
    asker.send("EndTxn")
    assert asker.answer(0.3) is None and proxy.held() == 1 and proxy.left() == 0
    asker.socket.close()
    assert len(broker.seen) == 2
    assert proxy.release() == 1
    wait_until(lambda: broker.seen[2:] == [(API["EndTxn"], 1)], 10, "the request at the broker")


def test_a_held_commit_is_released_as_an_abort(proxy, broker, asker):
    proxy.hold("EndTxn")
    asker.send("EndTxn")
    wait_until(proxy.held, 10, "the request to be held")
    proxy.release("abort")
    assert asker.answer() == asker.asked and broker.seen[-1] == (API["EndTxn"], 0)


def test_a_dropped_response_ends_the_connection_after_the_broker_has_done_it(proxy, broker, asker):
    proxy.drop_response("EndTxn")
    asker.round_trip("Produce")
    asker.send("EndTxn")
    assert asker.answer() == 0 and broker.seen[-1][0] == API["EndTxn"]


@pytest.mark.parametrize("way, arrives", [("requests", False), ("responses", True), ("both", False)])
def test_a_black_hole_swallows_one_way_or_both_until_it_ends(proxy, broker, asker, way, arrives):
    proxy.blackhole(way)
    asker.send()
    assert asker.answer(0.5) is None
    assert len(broker.seen) == (2 if arrives else 1)
    proxy.blackhole("off")
    assert asker.answer() == asker.asked and len(broker.seen) == 2


def test_a_delay_strikes_the_request_that_is_meant(proxy, asker):
    proxy.delay(400, "Produce")
    assert asker.round_trip("Produce") >= 0.4 > asker.round_trip("Fetch")


def test_a_slow_network_takes_its_time(proxy, asker):
    proxy.rate(10000)
    assert asker.round_trip(size=5000) >= 0.5


@pytest.mark.parametrize("how", ["cut", "reset"])
def test_connections_are_cut_in_order_or_reset(proxy, asker, how):
    getattr(proxy, how)()
    with pytest.raises(ConnectionResetError) if how == "reset" else contextlib.nullcontext():
        assert asker.answer() == 0
    Asker(proxy.address).round_trip()


def test_an_old_answer_comes_again_until_the_other_request(broker, proxy, asker):
    broker.numbered = True
    proxy.keep_answer("OffsetFetch", "TxnOffsetCommit")
    assert [asker.number("Metadata"), asker.number("OffsetFetch"), asker.number("OffsetFetch")] == [2, 3, 4]  # the first was the fixture
    proxy.give_again("OffsetFetch", "TxnOffsetCommit")
    assert [asker.number("OffsetFetch"), asker.number("Metadata"), asker.number("OffsetFetch")] == [3, 6, 3]
    assert proxy.stats()["stale_given"] == 2
    assert [asker.number("TxnOffsetCommit"), asker.number("OffsetFetch")] == [8, 9]
