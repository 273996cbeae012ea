"""A proxy before PostgreSQL that reads the frontend's messages, and can cut a connection around a COMMIT so that its reply is lost."""

import contextlib
import socket
import struct
import threading

SSL_REQUEST, GSS_REQUEST, CANCEL = 80877103, 80877104, 80877102
READY = b"Z"

BEFORE, UNANSWERED, AFTER = "before", "unanswered", "after"  # COMMIT is dropped; forwarded and cut at once; done, and its reply dropped


class PgProxy:
    """Listens on a free port of 127.0.0.1. `cut(how, times)` arms it: the next COMMITs are each answered by a cut connection."""

    def __init__(self, host, port):
        self.target, self.cuts, self._armed, self._lock = (host, port), {BEFORE: 0, UNANSWERED: 0, AFTER: 0}, [], threading.Lock()
        self._links, self._listener = [], socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, how, times=1):
        with self._lock:
            self._armed += [how] * times

    def cuts_left(self):
        return len(self._armed)

    def take_cut(self):
        """How to cut at this COMMIT; None: not at all."""
        with self._lock:
            how = self._armed.pop(0) if self._armed else None
            if how:
                self.cuts[how] += 1
            return how

    def close(self):
        """Ends the listener and all connections through it."""
        self._listener.close()
        for link in self._links:
            link.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(self.target, 5)
                except OSError:
                    client.close()
                    continue
                server.settimeout(None)
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._links = [link for link in self._links if not link.closed] + [_Link(self, client, server)]


class _Link:
    """One connection: a thread each way."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server, self.closed = proxy, client, server, False
        self.commits, self.cutting, self.mute = {b"commit"}, None, False
        for way in (self._up, self._down):
            threading.Thread(target=self._run, args=(way,), daemon=True).start()

    def _run(self, way):
        with contextlib.suppress(OSError, EOFError):
            way()
        self.close()

    def close(self):
        self.closed = True
        for one in (self.client, self.server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    @staticmethod
    def _exactly(source, size):
        data = b""
        while len(data) < size:
            more = source.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def _up(self):
        """Frontend to backend, message by message."""
        while True:
            head = self._exactly(self.client, 4)
            rest = self._exactly(self.client, struct.unpack(">i", head)[0] - 4)
            self.server.sendall(head + rest)
            if struct.unpack(">i", rest[:4])[0] not in (SSL_REQUEST, GSS_REQUEST, CANCEL):
                break
        while True:
            head = self._exactly(self.client, 5)
            body = self._exactly(self.client, struct.unpack(">i", head[1:])[0] - 4)
            if self._is_commit(head[:1], body):
                self.cutting = self.proxy.take_cut()
                if self.cutting == BEFORE:
                    return
                self.mute = self.cutting is not None
            self.server.sendall(head + body)
            if head[:1] in b"SQ" and self.cutting == UNANSWERED:
                return

    def _is_commit(self, kind, body):
        if kind == b"Q":
            return body[:6].upper() == b"COMMIT"
        if kind == b"P":
            name, query = body.split(b"\0")[:2]
            if query.strip().upper() == b"COMMIT":
                self.commits.add(name)
        return kind == b"B" and body.split(b"\0")[1] in self.commits

    def _down(self):
        """Backend to frontend; while a reply is to be lost nothing passes, and at its end the connection is cut."""
        seen = b""
        while True:
            data = self.server.recv(65536)
            if not data:
                return
            if not self.mute:
                self.client.sendall(data)
                continue
            seen += data
            if READY + struct.pack(">i", 5) in seen:  # ReadyForQuery: the COMMIT is done
                return
