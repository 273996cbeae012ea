"""The marks that a service leaves in its consumer group, by Kafka's own protocol: the Python client cannot read an offset's metadata safely."""

import socket
import struct
from collections import namedtuple

Mark = namedtuple("Mark", "lineage generation batch")
OFFSET_FETCH, VERSION = 9, 2


def mark(text):
    """`lineage:generation:batch` out of an offset's metadata; None where there is none."""
    parts = (text or "").split(":")
    return Mark(parts[0], int(parts[1]), int(parts[2])) if len(parts) == 3 else None


def _text(value):
    raw = value.encode()
    return struct.pack(">h", len(raw)) + raw


class _Answer:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form):
        found = struct.unpack_from(form, self.data, self.at)[0]
        self.at += struct.calcsize(form)
        return found

    def text(self):
        length = self.number(">h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length:self.at].decode()


class GroupMarks:
    """Asks a broker for all committed offsets of a group, over a connection that is kept; made anew after a failure."""

    def __init__(self, bootstrap, group, timeout=5):
        host, _, port = bootstrap.split(",")[0].rpartition(":")
        self.address, self.group, self.timeout, self._socket, self._asked = (host, int(port)), group, timeout, None, 0

    def read(self):
        """{(topic, partition): (offset, Mark or None)}; OSError where the broker cannot be asked. That a kept connection has ended says nothing of that."""
        was_kept = self._socket is not None
        try:
            return self._read()
        except (OSError, struct.error):
            if not was_kept:
                raise
        return self._read()

    def _read(self):
        try:
            if self._socket is None:
                self._socket = socket.create_connection(self.address, self.timeout)
            return self._ask()
        except (OSError, struct.error):
            self.close()
            raise

    def _ask(self):
        self._asked += 1
        body = struct.pack(">hhi", OFFSET_FETCH, VERSION, self._asked) + _text("faults") + _text(self.group) + struct.pack(">i", -1)
        self._socket.sendall(struct.pack(">i", len(body)) + body)
        answer = _Answer(self._exactly(struct.unpack(">i", self._exactly(4))[0]))
        answer.number(">i")
        found, worst = {}, 0
        for _ in range(answer.number(">i")):
            topic = answer.text()
            for _ in range(answer.number(">i")):
                partition, offset, text, error = answer.number(">i"), answer.number(">q"), answer.text(), answer.number(">h")
                worst = worst or error
                if offset >= 0:
                    found[topic, partition] = (offset, mark(text))
        worst = worst or answer.number(">h")
        if worst:
            raise OSError(f"the broker answers error {worst}")
        return found

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            if not more:
                raise OSError("the broker closed the connection")
            data += more
        return data

    def close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None
