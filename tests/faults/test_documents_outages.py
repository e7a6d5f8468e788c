"""Uploads to a live server: slow, cut off, killed, with no store behind it; flat memory, nothing in the clear."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import MEGABYTE, Settings
from portal.domain.documents.actions import sweep_orphans
from portal.domain.documents.models import Document, DocumentState
from portal.web.setup import outside_of
from tests.support import files
from tests.support.crowd import eventually
from tests.support.live import LiveServer, LiveWorker, cookies_of, form_token
from tests.support.make_applications import a_draft
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import set_clock, stored
from tests.support.services import clamd

pytestmark = [pytest.mark.faults, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
OPEN = datetime(2018, 1, 15, 10)
CANARY = b"Canary in a certificate nobody may find"
FLAT = 8 * MEGABYTE  # what sending 15 MB may add to a worker's peak
BOUNDARY = "----a-browser-made-this"


@dataclass
class Sender:
    """A signed-in browser that sends one form at a time, as slowly as a test wants."""

    url: str
    path: str
    cookies: dict[str, str]
    token: str

    def body(self, content: bytes, name: str = "certificate.pdf") -> bytes:
        fields = {"csrf_token": self.token, "kind": "medical"}
        parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
                 for key, value in fields.items()]  # fmt: skip
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        return "".join([*parts, head]).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()

    def begin(self, body: bytes) -> http.client.HTTPConnection:
        """Headers of the whole form; the caller sends the bytes."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        connection.putrequest("POST", self.path)
        connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        connection.putheader("Sec-Fetch-Site", "same-origin")
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        return connection

    def send(self, content: bytes, name: str = "certificate.pdf") -> tuple[int, str]:
        body = self.body(content, name)
        connection = self.begin(body)
        try:
            connection.send(body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def sender(session: Session, app: Flask, settings: Settings) -> Iterator[Sender]:
    set_clock(settings, OPEN)
    with clock.at(OPEN):
        draft = a_draft(session, app, the_pilot(session))
        yield Sender(
            "", f"/applications/{draft.reference}/documents", cookies_of(app, draft.applicant), form_token(app)
        )


@contextmanager
def served(settings: Settings, sender: Sender, folder: Path, **more: str) -> Iterator[LiveServer]:
    """One worker, its temporary files in a folder of their own."""
    folder.mkdir(exist_ok=True)
    with LiveServer(settings, more={"TMPDIR": str(folder), **more}, workers=1) as server:
        sender.url = server.url
        yield server


def rows(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Document)) or 0


def worker_of(server: LiveServer) -> int:
    """The process id of gunicorn's one worker."""
    assert server.process is not None
    master = server.process.pid
    return int(Path(f"/proc/{master}/task/{master}/children").read_text().split()[0])


def peak(pid: int) -> int:
    """The most memory a process has held since the mark was set, in bytes."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def in_the_clear(*folders: Path) -> list[Path]:
    """Files below these that hold the canary."""
    return [path for folder in folders for path in folder.rglob("*") if path.is_file() and CANARY in path.read_bytes()]


def big_pdf(size: int) -> bytes:
    plain = files.make_pdf(text=CANARY.decode())
    return plain.replace(b"%%EOF", b"%" + CANARY * ((size - len(plain)) // len(CANARY)) + b"\n%%EOF", 1)


def spooled(folder: Path) -> list[Path]:
    """What lies in the server's temporary folder but for its compiled templates."""
    return [path for path in folder.rglob("*") if "_jinja2-cache" not in path.as_posix()]


def test_memory_stays_flat_and_nothing_is_in_the_clear_while_15_mb_arrive(
    session: Session, app: Flask, settings: Settings, sender: Sender, tmp_path: Path
) -> None:
    content = big_pdf(15 * MEGABYTE - 1000)
    assert len(content) > 14 * MEGABYTE and content.count(CANARY) > 1000
    spool = tmp_path / "spool"
    with served(settings, sender, spool) as server:
        assert sender.send(files.make_pdf())[0] == 303  # everything is loaded
        pid = worker_of(server)
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        before = peak(pid)
        body = sender.body(content)
        connection = sender.begin(body)
        half = len(body) // 2
        connection.send(body[:half])
        time.sleep(0.5)
        assert spooled(spool) == []
        assert in_the_clear(settings.data, spool) == []
        connection.send(body[half:])
        assert connection.getresponse().status == 303
        connection.close()
        grown = peak(pid) - before
        print(f"15 MB upload: peak memory of the worker grew by {grown / MEGABYTE:.1f} MB")
        assert grown < FLAT
        assert spooled(spool) == [] and in_the_clear(settings.data, spool) == []
    assert rows(session) == 2 and len(stored(app)) == 2


def test_a_connection_lost_amid_a_file_leaves_nothing(
    session: Session, app: Flask, settings: Settings, sender: Sender, tmp_path: Path
) -> None:
    body = sender.body(big_pdf(5 * MEGABYTE))
    with served(settings, sender, tmp_path / "spool") as server:
        for part in (len(body) // 10, len(body) // 2, len(body) - 5):
            connection = sender.begin(body)
            connection.send(body[:part])
            connection.close()
        assert eventually(lambda: server.log.read_text().count("/documents") >= 3)
        assert sender.send(files.make_pdf())[0] == 303, "the server goes on"
    assert rows(session) == 1 and len(stored(app)) == 1
    assert "Traceback" not in server.log.read_text() and "unhandled" not in server.log.read_text()


def test_a_file_too_large_is_heard_to_its_end_and_answered(
    session: Session, app: Flask, settings: Settings, sender: Sender, tmp_path: Path
) -> None:
    with served(settings, sender, tmp_path / "spool"):
        status, page = sender.send(big_pdf(16 * MEGABYTE + 1000))
        assert status == 422 and "larger than 15 MB" in page
    assert rows(session) == 0 and stored(app) == set()


def test_a_server_killed_amid_a_file_leaves_no_row_and_nothing_that_is_not_swept(
    session: Session, app: Flask, settings: Settings, sender: Sender, tmp_path: Path
) -> None:
    body = sender.body(big_pdf(5 * MEGABYTE))
    with served(settings, sender, tmp_path / "spool") as server:
        connection = sender.begin(body)
        connection.send(body[: len(body) // 2])
        time.sleep(0.3)
        server.kill()
        connection.close()
        assert rows(session) == 0
        server.start()
        sender.url = server.url
        assert sender.send(files.make_pdf())[0] == 303
    sweep_orphans(session, outside_of(app).storage, clock.wall() + timedelta(hours=2))
    assert rows(session) == 1 and len(stored(app)) == 1
    assert len([path for path in (settings.data / "files").rglob("*") if path.is_file()]) == 1


@contextmanager
def hanging() -> Iterator[int]:
    """A port where somebody listens and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield int(listener.getsockname()[1])


@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "is not there"])
def test_with_the_store_away_nothing_is_acknowledged(
    session: Session, settings: Settings, sender: Sender, tmp_path: Path, hangs: bool
) -> None:
    with hanging() as port:
        endpoint = f"http://127.0.0.1:{port if hangs else 1}"
        away = replace(settings, storage_url="s3://documents", s3_endpoint=endpoint, s3_key="k", s3_secret="s")
        with served(away, sender, tmp_path / "spool"):
            began = time.monotonic()
            status, page = sender.send(big_pdf(6 * MEGABYTE))
            assert time.monotonic() - began < 20
    assert status == 503 and "<h1" in page and "Traceback" not in page
    assert rows(session) == 0


def test_with_clamd_away_files_wait_and_are_checked_once_it_is_back(
    session: Session, settings: Settings, sender: Sender, tmp_path: Path
) -> None:
    folder = tmp_path / "clamd"
    folder.mkdir()
    with clamd(folder, limit="20M") as (socket_path, _address):
        pass  # it was there once: its settings and its folder are left
    scanned = replace(settings, clamd=socket_path)
    with served(scanned, sender, tmp_path / "spool"), LiveWorker(scanned):
        assert sender.send(files.make_pdf())[0] == 303

        assert eventually(lambda: first(session).attempts > 0)
        time.sleep(1)
        assert first(session).state is DocumentState.CHECKING, "no answer is not a yes"
        with clamd(folder, limit="20M"):
            set_clock(settings, OPEN + timedelta(minutes=20))
            threading.Thread(target=sender.send, args=(files.make_png(),)).start()  # any commit wakes the worker
            assert eventually(lambda: all_clean(session))


def first(session: Session) -> Document:
    session.rollback()
    return session.scalars(select(Document).order_by(Document.id)).first() or Document()


def all_clean(session: Session) -> bool:
    session.rollback()
    found = session.execute(select(Document.state, Document.scanned)).all()
    return len(found) == 2 and all(row.state is DocumentState.CLEAN and row.scanned for row in found)
