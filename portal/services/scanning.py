"""Asking an antivirus about a file. Whatever is not a clear answer counts as none: the file stays locked away."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Protocol

from clamav_client.clamd import ClamdError, ClamdNetworkSocket
from clamav_client.scanner import ClamdScanner as _Client

_SECONDS = 60
_NO_ANSWER = (ClamdError, OSError, ValueError)


class Verdict(Enum):
    """What is known about a file: only CLEAN and UNSCANNED (a demonstration's, said so on the page) let it be read."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"
    UNSCANNED = "unscanned"


class Scanner(Protocol):
    """Judges whole files."""

    def scan(self, data: bytes, /) -> Verdict:
        """Never raises for a scanner that is down or lost: that is UNAVAILABLE, to be asked again later."""
        ...

    def ping(self) -> bool:
        """Whether scan() would be answered now."""
        ...


class NoScanner:
    """For demonstrations and development: says of every file that nobody looked."""

    def scan(self, _data: bytes, /) -> Verdict:
        return Verdict.UNSCANNED

    def ping(self) -> bool:
        return True


class ClamdScanner:
    """A clamd at a unix socket's absolute path or at host:port.

    `seconds` (whole ones) bounds every wait on it. Its StreamMaxLength, MaxFileSize and MaxScanSize must be above the
    largest upload, with AlertExceedsMax on: a file over the first is never CLEAN here, always UNAVAILABLE.
    """

    def __init__(self, address: str, seconds: int = _SECONDS) -> None:
        self._address = address
        self._seconds = seconds
        self._configured()  # raises ValueError at start for an address of neither form

    def scan(self, data: bytes, /) -> Verdict:
        try:
            with self._client() as client:
                answers = client.instream(io.BytesIO(data))
        except _NO_ANSWER:
            return Verdict.UNAVAILABLE
        status = answers.get("stream", ("", None))[0]
        return {"OK": Verdict.CLEAN, "FOUND": Verdict.INFECTED}.get(status, Verdict.UNAVAILABLE)

    def ping(self) -> bool:
        try:
            with self._client() as client:
                return client.ping() == "PONG"
        except _NO_ANSWER:
            return False

    @contextmanager
    def _client(self) -> Iterator[ClamdNetworkSocket]:
        """One client a question, since it keeps its socket on itself, and does not close one that failed to connect."""
        client = self._configured()
        try:
            yield client
        finally:
            opened = getattr(client, "clamd_socket", None)
            if opened is not None:
                opened.close()

    def _configured(self) -> ClamdNetworkSocket:
        return _Client({"backend": "clamd", "address": self._address, "timeout": self._seconds, "stream": True}).client
