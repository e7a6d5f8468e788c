"""The line between a phone and a live server: it can be cut, and it can lose requests or answers."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "server", "date"}
ABRUPT = struct.pack("ii", 1, 0)  # closing sends a reset: no half answer
PATIENCE = 60.0  # seconds the server may take


@dataclass
class Line:
    """`loses`: the share of exchanges in which the request, or else the answer, never arrives. `cut`: no signal."""

    to: int  # the live server's port
    loses: float = 0.0
    chance: Random = field(default_factory=lambda: Random(4))
    cut: bool = False
    slow: float = 0.0  # seconds until anything arrives
    port: int = 0
    lost: dict[str, int] = field(default_factory=lambda: {"requests": 0, "answers": 0})
    passed: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fate(self) -> str:
        """What happens to this exchange: requests (lost), answers (lost), or nothing."""
        with self.guard:
            if self.cut:
                return "requests"
            what = self.chance.choice(("requests", "answers")) if self.chance.random() < self.loses else ""
            if what:
                self.lost[what] += 1
            else:
                self.passed += 1
            return what


class _Handler(BaseHTTPRequestHandler):
    """One exchange, whole: so that what is lost is a request or an answer, never a part of one."""

    line: Line
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        fate = self.line.fate()
        time.sleep(self.line.slow)
        answer = None if fate == "requests" else self._asked(body)
        if answer is None or fate == "answers" or self.line.cut:
            self._lose()
        else:
            self._give(*answer)

    do_POST = do_HEAD = do_GET  # noqa: N815

    def _asked(self, body: bytes | None) -> tuple[int, list[tuple[str, str]], bytes] | None:
        server = http.client.HTTPConnection("127.0.0.1", self.line.to, timeout=PATIENCE)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_THE_CONNECTION}
        try:
            server.request(self.command, self.path, body, headers)
            answer = server.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            server.close()

    def _give(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in OF_THE_CONNECTION | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _lose(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPT)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A browser that has gone away is no failure."""


@contextmanager
def line_to(port: int, loses: float = 0.0, seed: int = 4) -> Iterator[Line]:
    """A line to the live server at this port; talk to its `url`."""
    line = Line(port, loses, Random(seed))
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"line": line}))
    line.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
