"""A cache of strangers' public pages, in front of everything, sessions included.

A whole page is kept for its address and encoding, until the generation is raised (somebody changed
something public) or the next date on the page passes. Somebody with a sign-in cookie never reads it
and never fills it; fragments are never kept.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from flask import Response, g
from redis import Redis, RedisError

from portal import clock

MOST_PAGES = 512
NEVER_CACHED = ("applicant_session", "staff_session")  # however a cookie is written: a space before "=" is allowed
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Key = tuple[str, str]  # the address and the encoding


class Generation(Protocol):
    """Raised after a commit that changes something public; every process sees it."""

    def current(self) -> object: ...

    def raise_it(self) -> None: ...


class FileGeneration:
    """One host: a file whose modification time and inode are the generation."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def current(self) -> object:
        try:
            seen = os.stat(self._path)
        except FileNotFoundError:
            return None
        return (seen.st_mtime_ns, seen.st_ino)

    def raise_it(self) -> None:
        fresh = f"{self._path}.{os.getpid()}.{threading.get_ident()}"
        with open(fresh, "w"):
            pass
        os.replace(fresh, self._path)


class RedisGeneration:
    """Several hosts: a counter in Redis, read at most ten times a second by each process."""

    def __init__(self, client: Redis, key: str = "portal:generation") -> None:
        self._client, self._key = client, key
        self._seen: object = None
        self._until = 0.0

    @classmethod
    def at(cls, url: str) -> RedisGeneration:
        return cls(Redis.from_url(url, socket_timeout=0.5))

    def current(self) -> object:
        if monotonic() >= self._until:
            try:
                self._seen = self._client.get(self._key)
            except RedisError:
                self._seen = object()  # unknown: nothing kept is used
            self._until = monotonic() + 0.1
        return self._seen

    def raise_it(self) -> None:
        """Does not fail the act it follows: while Redis is down nothing kept is used anyway."""
        with suppress(RedisError):
            self._client.incr(self._key)
        self._until = 0.0


@dataclass(frozen=True, slots=True)
class Kept:
    generation: object
    until: float  # monotonic seconds
    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]


def keep_until(boundary: datetime | None) -> None:
    """Marks this answer as the same for every stranger until `boundary` (an instant shown on it)."""
    g.public_until = boundary


class PublicCache:
    """WSGI middleware. Only whole, successful GETs without a query and marked by `keep_until`."""

    def __init__(self, app: Wsgi, generation: Generation) -> None:
        self._app = app
        self.generation = generation
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING") or _special(environ):
            return self._app(environ, _unmarked(start))
        key = (environ["PATH_INFO"], _encoding(environ))
        kept = self._pages.get(key)
        generation = self.generation.current()
        if kept is not None and kept.generation == generation and monotonic() < kept.until:
            start(kept.status, list(kept.headers))
            return kept.body
        return self._fill(key, generation, environ, start)

    def _fill(
        self,
        key: Key,
        generation: object,
        environ: dict[str, Any],
        start: Callable[..., Any],
    ) -> Iterable[bytes]:
        seen: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            seen[:] = [(status, headers)]
            return start(status, _without_mark(headers), exc_info)

        answer = self._app(environ, begin)
        status, headers = seen[0]
        seconds = next((float(value) for name, value in headers if name == MARK), None)
        if seconds is None or not status.startswith("200") or not _shareable(headers, key[1]):
            return answer
        body = list(answer)
        getattr(answer, "close", lambda: None)()
        shared = [pair for pair in _without_mark(headers) if pair[0] not in {"X-Request-Id", "Date"}]
        self._keep(key, Kept(generation, monotonic() + seconds, status, shared, body))
        return body

    def _keep(self, key: Key, kept: Kept) -> None:
        with self._lock:
            self._pages[key] = kept
            self._pages.move_to_end(key)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)


MARK = "X-Portal-Keep-Seconds"  # from the application to this middleware; never leaves the server
LONGEST = 3600.0


def mark(response: Response) -> Response:
    """Tells the middleware for how many seconds it may keep this answer."""
    if hasattr(g, "public_until"):
        boundary: datetime | None = g.public_until
        seconds = LONGEST if boundary is None else min(LONGEST, (boundary - clock.now()).total_seconds())
        if seconds > 0:
            response.headers[MARK] = str(seconds)
    return response


def _without_mark(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in headers if pair[0] != MARK]


def _unmarked(start: Callable[..., Any]) -> Callable[..., Any]:
    def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        return start(status, _without_mark(headers), exc_info)

    return begin


def _shareable(headers: list[tuple[str, str]], encoding: str) -> bool:
    """Nobody's own, and in the encoding its key says: what one client asks for must not reach another garbled."""
    found = {name.lower(): value for name, value in headers}
    personal = "set-cookie" in found or "no-store" in found.get("cache-control", "")
    return not personal and found.get("content-encoding", "") in {"", encoding}


def _special(environ: dict[str, Any]) -> bool:
    """Asked by somebody signed in, or for a fragment, of which several headers decide."""
    cookies = environ.get("HTTP_COOKIE", "")
    return any(name in cookies for name in NEVER_CACHED) or any(name.startswith("HTTP_HX_") for name in environ)


def _encoding(environ: dict[str, Any]) -> str:
    """The accepted encodings as the compressor decides by them: br, gzip or none."""
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    return "br" if "br" in accepted else ("gzip" if "gzip" in accepted else "")
