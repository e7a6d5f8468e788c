"""`portal check`: what is missing or unsafe in an installation, in words that say what to do."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from redis import Redis, RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from portal.config import Settings
from portal.domain.accounts.models import Role, StaffMember, StaffRole
from portal.domain.journeys.rotating import SEALED
from portal.extensions import db, mail
from portal.services.storage import NoSuchObject, StoreUnavailable
from portal.starting import MIGRATIONS
from portal.web.setup import outside_of

VERSIONED = 3  # bytes a sealed value begins with: its form, and its master's version


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `problem` is none when it is well; `note` says what is well, or worth knowing."""

    what: str
    problem: str | None = None
    note: str = ""


def findings(app: Flask) -> Iterator[Finding]:
    """Everything, in the order in which it is mended. Needs the application's context."""
    settings: Settings = app.config["PORTAL"]
    yield Finding("Settings", note=f"{settings.mode}, {settings.base_url}")
    database = _database()
    yield database
    if database.problem is None:
        yield _administrator()
        yield _master_keys(settings)
    yield _folder(settings)
    yield _storage(app)
    yield _scanner(app, settings)
    yield _mail_server(settings)
    yield _redis(settings)


def _database() -> Finding:
    try:
        with db.engine.connect() as connection:
            here = set(MigrationContext.configure(connection).get_current_heads())
    except SQLAlchemyError as error:
        return Finding("Database", f"It does not answer ({type(error).__name__}). Check PORTAL_DATABASE_URL.")
    if here != set(ScriptDirectory(MIGRATIONS).get_heads()):
        return Finding("Database", "It is not up to date. Run: python -m portal.cli migrate")
    return Finding("Database", note=f"{db.engine.dialect.name}, up to date")


def _administrator() -> Finding:
    administrators = (
        select(func.count())
        .select_from(StaffMember)
        .join(StaffRole)
        .where(StaffRole.role == Role.ADMINISTRATOR, StaffMember.disabled_at.is_(None))
    )
    if db.session().scalar(administrators):
        return Finding("Administrator", note="there is one")
    return Finding("Administrator", "There is none. Run: python -m portal.cli create-admin EMAIL NAME")


def _master_keys(settings: Settings) -> Finding:
    """The versions in use, read from the first bytes of what is sealed."""
    keys, used = settings.master_keys, set[int]()
    for place in SEALED:
        start = func.substr(getattr(place.model, place.column), 1, VERSIONED)
        heads = db.session().scalars(select(start).where(start.is_not(None)).distinct())
        used |= {int.from_bytes(bytes(head)[1:], "big") for head in heads}
    if missing := sorted(used - set(keys)):
        return Finding("Master keys", f"Something is sealed under version {missing}, which PORTAL_MASTER_KEYS lacks.")
    if old := sorted(used - {max(keys)}):
        return Finding("Master keys", note=f"version {old} is still in use; python -m portal.cli rotate-keys renews")
    return Finding("Master keys", note=f"version {max(keys)} seals")


def _folder(settings: Settings) -> Finding:
    """Where one machine keeps its queue and the mark that forgets cached pages; Redis takes its place for several."""
    if settings.redis_url:
        return Finding("Data folder", note="not needed beside Redis")
    if settings.data.is_dir() and os.access(settings.data, os.W_OK):
        return Finding("Data folder", note=str(settings.data))
    return Finding("Data folder", "It is missing or cannot be written. Check PORTAL_DATA, or set PORTAL_REDIS_URL.")


def _storage(app: Flask) -> Finding:
    storage, key = outside_of(app).storage, f"check/{secrets.token_hex(8)}"
    try:
        with storage.write(key) as writer:
            writer.write(b"check")
        kept = storage.open(key).read()
        storage.delete(key)
    except (StoreUnavailable, NoSuchObject) as error:
        return Finding("Storage", f"Files cannot be kept ({error}). Check PORTAL_STORAGE_URL and its keys.")
    if kept != b"check":
        return Finding("Storage", "What was written is not what was read back.")
    return Finding("Storage", note="written, read and deleted")


def _scanner(app: Flask, settings: Settings) -> Finding:
    if not settings.clamd:
        return Finding("Virus scanner", note="none: files are marked as not scanned (demonstration only)")
    if outside_of(app).scanner.ping():
        return Finding("Virus scanner", note="clamd answers")
    return Finding("Virus scanner", "clamd does not answer: files wait unread. Check PORTAL_CLAMD.")


def _mail_server(settings: Settings) -> Finding:
    if not settings.mail_host:
        return Finding("Mail server", note="none: mail is read at /demo/mail (demonstration only)")
    connection = mail.get_connection()
    return _tried("Mail server", connection.open, connection.close, "Check PORTAL_MAIL_HOST and what goes with it.")


def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("Redis", note="none: one machine only, and limits are counted by each process")
    client = Redis.from_url(settings.redis_url, socket_timeout=2)
    return _tried("Redis", client.ping, client.close, "Check PORTAL_REDIS_URL.")


def _tried(what: str, reach: Callable[[], object], leave: Callable[[], object], advice: str) -> Finding:
    try:
        reach()
        leave()
    except (OSError, RedisError) as error:  # smtplib's errors are OSErrors too
        return Finding(what, f"It does not answer ({type(error).__name__}). {advice}")
    return Finding(what, note="answers")
