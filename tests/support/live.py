"""Live processes for tests: the real gunicorn on a free port, the real worker, and signed-in cookies for them."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from portal.config import Settings
from portal.domain.accounts import actions
from portal.domain.accounts.models import Applicant, StaffMember
from portal.extensions import db
from tests.support.people import RAW_TOKEN
from tests.support.services import free_port

ROOT = Path(__file__).parents[2]
READY_WITHIN = 60.0  # seconds; a test machine may be busy
STOP_WITHIN = 40.0


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The environment that makes a process of these settings."""
    given = {f"PORTAL_{item.name.upper()}": _as_text(getattr(settings, item.name)) for item in fields(Settings)}
    keys = (f"{version}:{base64.b64encode(key).decode()}" for version, key in settings.master_keys.items())
    given["PORTAL_MASTER_KEYS"] = ",".join(keys)
    return {**os.environ, **given, "PYTHONUNBUFFERED": "1", **more}


def _as_text(value: Any) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


@dataclass
class LiveProcess:
    """A process of these settings. `kill()` is `kill -9` of the whole group, as a power cut would."""

    settings: Settings
    more: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    name = "process"

    def command(self) -> list[str]:
        raise NotImplementedError

    @property
    def log(self) -> Path:
        return self.settings.data / f"{self.name}.log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command()],
                cwd=ROOT,
                env=environment(self.settings, **self.more),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        try:
            self.process.wait(timeout=STOP_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


@dataclass
class LiveServer(LiveProcess):
    """The web server as `make run` and production start it. Start it, talk to `url`, stop it."""

    workers: int = 2
    threads: int = 4
    port: int = field(default_factory=free_port)
    application: str = "wsgi:app"

    name = "server"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return ["-m", "gunicorn", "--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}", self.application]

    def start(self) -> None:
        self.more |= {
            "PORTAL_BASE_URL": self.url,
            "WEB_WORKERS": str(self.workers),
            "WEB_THREADS": str(self.threads),
        }
        super().start()
        self.wait()

    def wait(self, path: str = "/healthz") -> None:
        """Until it answers at all."""
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            assert self.process is not None and self.process.poll() is None, f"ended at start:\n{self.last_words()}"
            try:
                with urlopen(self.url + path, timeout=5):
                    return
            except HTTPError:
                return
            except OSError:
                time.sleep(0.02)
        raise TimeoutError(f"the server did not answer within {READY_WITHIN} s")

    def __enter__(self) -> LiveServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@dataclass
class LiveWorker(LiveProcess):
    """The background process."""

    name = "worker"

    def command(self) -> list[str]:
        return ["-m", "portal.worker"]

    def __enter__(self) -> LiveWorker:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def cookies_of(app: Flask, person: Applicant | StaffMember) -> dict[str, str]:
    """A signed-in cookie as the real sign-in sets it, holding a known form token."""
    token = actions.begin_session(db.session(), person, second_factor=True)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({"_user_id": token, "_fresh": True, "csrf_token": RAW_TOKEN})
    return {"staff_session" if isinstance(person, StaffMember) else "applicant_session": value}


def form_token(app: Flask) -> str:
    """What a form of that session carries."""
    return str(URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(RAW_TOKEN))
