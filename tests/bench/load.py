"""Requests a second at a live server: wrk where it is installed, else a few threads that keep their connections."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import threading
from collections.abc import Mapping
from time import monotonic
from urllib.parse import urlsplit

CONNECTIONS = 16


def tool() -> str:
    return "wrk" if shutil.which("wrk") else "threads"


def requests_a_second(url: str, headers: Mapping[str, str], lasting: float) -> float:
    """Answers a second; raises RuntimeError if any was not a 200."""
    return _by_wrk(url, headers, lasting) if tool() == "wrk" else _by_threads(url, headers, lasting)


def _by_wrk(url: str, headers: Mapping[str, str], lasting: float) -> float:
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(lasting))}s", *given, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{url}: {said}")
    return float(found.group(1))


def _by_threads(url: str, headers: Mapping[str, str], lasting: float) -> float:
    counts: list[int] = []
    wrong: list[BaseException] = []
    began = monotonic()

    def ask() -> None:
        try:
            counts.append(_ask_until(url, headers, began + lasting))
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return sum(counts) / (monotonic() - began)


def _ask_until(url: str, headers: Mapping[str, str], until: float) -> int:
    parts, answered = urlsplit(url), 0
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    address = parts.path + (f"?{parts.query}" if parts.query else "")
    while monotonic() < until:
        connection.request("GET", address, headers=dict(headers))
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{url}: {answer.status}")
        answered += 1
    connection.close()
    return answered
