"""Many browsers at once: threads that start at one moment and talk plain HTTP to a live server."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

Result = TypeVar("Result")


@dataclass(frozen=True)
class Reply:
    """A server's answer; status 0 when the connection broke before there was one."""

    status: int
    location: str = ""
    body: str = ""


BROKEN = Reply(0)


@dataclass(frozen=True)
class Caller:
    """One signed-in browser: its cookies and the token its forms carry."""

    url: str
    cookies: dict[str, str]
    token: str = ""

    def get(self, path: str) -> Reply:
        return self._ask("GET", path, "")

    def post(self, path: str, **form: str | list[str]) -> Reply:
        return self._ask("POST", path, urlencode({"csrf_token": self.token, **form}, doseq=True))

    def _ask(self, method: str, path: str, body: str) -> Reply:
        parts = urlsplit(self.url)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
        }
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers.get("Location", ""), answer.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException):
            return BROKEN
        finally:
            connection.close()


def together(people: int, act: Callable[[int], Result]) -> list[Result]:
    """`act(number)` in so many threads that start at one moment; the results in order. The first error is raised."""
    results: dict[int, Result] = {}
    wrong: list[BaseException] = []
    start = threading.Barrier(people)

    def run(number: int) -> None:
        try:
            start.wait()
            results[number] = act(number)
        except BaseException as error:
            wrong.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(people)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if wrong:
        raise wrong[0]
    return [results[number] for number in range(people)]


@dataclass(frozen=True)
class Ask:
    """A form that a browser is about to send."""

    who: Caller
    path: str
    form: dict[str, str]


PATIENCE = 900.0  # seconds: the last of a thousand waits for all the others, on a busy machine


def over_open_connections(asks: Sequence[Ask]) -> list[Reply]:
    """Each opens a connection; when all stand open, each sends its form at one moment. The replies in order."""
    parts = urlsplit(asks[0].who.url)
    lines = [http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE) for _ in asks]
    for line in lines:
        line.connect()

    def send(number: int) -> Reply:
        ask, line = asks[number], lines[number]
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in ask.who.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            line.request("POST", ask.path, urlencode({"csrf_token": ask.who.token, **ask.form}), headers)
            answer = line.getresponse()
            return Reply(answer.status, answer.headers.get("Location", ""), answer.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException):
            return BROKEN
        finally:
            line.close()

    threading.stack_size(512 * 1024)  # a thousand threads that do little
    try:
        return together(len(asks), send)
    finally:
        threading.stack_size(0)


def eventually(true: Callable[[], bool], within: float = 90.0, every: float = 0.05) -> bool:
    """Whether it becomes true within so many seconds: a wake-up that was lost is made good within the next minute."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(every)
    return true()
