"""`make run`: the whole demonstration in one terminal, until Ctrl-C.

Brings the database up to date, makes the demonstration's data when there is none, starts the web
server and the background worker, and says where everything is. When one of the two ends, the
other is stopped and the last lines of its log are shown.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from portal.config import Settings, Unsafe
from portal.domain.refusals import Refusal
from portal.starting import prepare, settings_here, welcome

READY_WITHIN = 60.0  # seconds
STOP_WITHIN = 40.0  # seconds a process has to end by itself; gunicorn gives its own workers 30
LOG_LINES = 20


@dataclass
class Part:
    """One of the two processes, and the log its words go to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self) -> None:
        """Asks it to end what it does; after a while, ends it."""
        if not self.ended:
            self.process.terminate()
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_LINES:])


@dataclass
class Running:
    """The parts, and whether somebody asked for an end."""

    parts: list[Part] = field(default_factory=list)
    stopping: bool = False

    def ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def start(self, name: str, command: list[str], settings: Settings) -> None:
        log = settings.data / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=_environment(settings))  # noqa: S603
        self.parts.append(Part(name, process, log))

    def wait(self, reached: Callable[[], bool] | None = None) -> Part | None:
        """Until `reached`, or somebody asks to stop, or a part ends by itself: that part is returned."""
        until = time.monotonic() + READY_WITHIN
        while not self.stopping:
            if dead := next((part for part in self.parts if part.ended), None):
                time.sleep(0.2)  # Ctrl-C reaches all three at once: let our own signal arrive first
                return None if self.stopping else dead
            if reached and (reached() or time.monotonic() > until):
                return None
            time.sleep(0.1)
        return None

    def stop(self) -> None:
        for part in self.parts:
            if not part.ended:
                part.process.terminate()
        for part in self.parts:
            part.stop()


def _environment(settings: Settings) -> dict[str, str]:
    """Both processes see the same settings, whatever folder they look from."""
    given = {"PORTAL_BASE_URL": settings.base_url, "PORTAL_DATA": str(settings.data), "PORT": str(_port())}
    return os.environ | given | {"PYTHONUNBUFFERED": "1"}


def _port() -> int:
    return int(os.environ.get("PORT") or "5000")


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)


def _settings() -> Settings:
    port = _port()
    try:
        settings = settings_here()
    except Unsafe as unsafe:
        _refuse(f"{unsafe}")
    if not settings.demonstration:
        _refuse("make run starts the demonstration; docs/production.md says how to start a production.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            _refuse(f"Something else answers on port {port} already. Choose another: PORT=5001 make run")
    return settings


def _answers(address: str) -> Callable[[], bool]:
    def asked() -> bool:
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
        return False

    return asked


def main() -> int:
    settings = _settings()
    running = Running()
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, running.ask_to_stop)
    try:
        prepare(settings, click.echo)
    except Refusal as refusal:
        _refuse(f"PORTAL_NOW: {refusal.message}")
    try:
        running.start("web", [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"], settings)
        running.start("worker", [sys.executable, "-m", "portal.worker"], settings)
        dead = running.wait(_answers(f"http://127.0.0.1:{_port()}/readyz"))
        if not dead and not running.stopping:
            welcome(settings, click.echo)
            dead = running.wait()
    finally:
        running.stop()
    if dead:
        _refuse(f"The {dead.name} process ended by itself, so everything was stopped. It said:\n{dead.last_words()}")
    click.echo("\nStopped. The demonstration is kept in " + str(settings.data))
    return 0


if __name__ == "__main__":
    sys.exit(main())
