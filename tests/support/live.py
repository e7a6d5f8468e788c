"""A live server for tests: the real gunicorn on a free port, and browsers' worth of cookies for it."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from portal.config import Settings
from portal.domain.accounts import actions
from portal.domain.accounts.models import Applicant, StaffMember
from portal.extensions import db

ROOT = Path(__file__).parents[2]
RAW_TOKEN = "0123456789abcdef"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The environment that makes a process of these settings."""
    keys = ",".join(f"{version}:{_base64(key)}" for version, key in settings.master_keys.items())
    given = {
        "PORTAL_MODE": settings.mode,
        "PORTAL_DATA": str(settings.data),
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_MASTER_KEYS": keys,
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_STORAGE_URL": settings.storage_url,
        "PORTAL_RATE_LIMITS": "yes" if settings.rate_limits else "no",
        "PORTAL_CLAMD": settings.clamd,
    }
    return {**os.environ, **given, **more}


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


@dataclass
class LiveServer:
    """Start it, talk to `url`, stop it; `kill()` is `kill -9` of the whole group, as a power cut would."""

    settings: Settings
    workers: int = 2
    threads: int = 4
    port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> LiveServer:
        command = [
            sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{self.port}", "--worker-class",
            "gthread", "--workers", str(self.workers), "--threads", str(self.threads), "--log-level", "warning",
            "--backlog", "2048",
        ]  # fmt: skip
        log = (self.settings.data / "server.log").open("ab")
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(self.settings, PORTAL_BASE_URL=self.url, **self.more),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self._wait()
        return self

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            assert self.process is not None and self.process.poll() is None, "the server ended at start"
            try:
                with urlopen(f"{self.url}/healthz", timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("the server did not answer within 30 s")

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        self.process.wait(timeout=40)
        self.process = None

    def __enter__(self) -> LiveServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def cookies_of(app: Flask, person: Applicant | StaffMember) -> dict[str, str]:
    """A signed-in cookie as the real sign-in sets it, holding a known form token."""
    token = actions.begin_session(db.session(), person, second_factor=True)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({"_user_id": token, "_fresh": True, "csrf_token": RAW_TOKEN})
    return {"staff_session" if isinstance(person, StaffMember) else "applicant_session": value}


def form_token(app: Flask) -> str:
    """What a form of that session carries."""
    return str(URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(RAW_TOKEN))
