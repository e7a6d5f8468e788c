"""The database, without Flask: base class, column types, and the unit of work.

`unit_of_work()` is how anything is written. The outermost one commits; inner ones join it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    Select,
    String,
    TypeDecorator,
    event,
    func,
    select,
)
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

BUSY_TIMEOUT_MS = 30_000  # how long a writer waits for another writer on SQLite
MAPPED_BYTES = 256 * 2**20  # of a SQLite file read straight from the system's cache: 100,000 applications and more


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept as UTC in both databases. A naive one is a mistake and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone; read times through portal.clock")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def words(kind: type[Enum], length: int = 32, *, check: bool = True) -> SqlEnum:
    """An enum column kept as its word, with a CHECK, so that the tables read without the code.

    A table's second column of the same kind goes without: the constraint is named for the kind.
    """
    return SqlEnum(
        kind,
        native_enum=False,
        create_constraint=check,
        length=length,
        values_callable=lambda members: [member.value for member in members],
        name=kind.__name__.lower(),
    )


Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Every model's base: named constraints (so that migrations can drop them) and our types."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    registry = registry(
        metadata=metadata,
        type_annotation_map={datetime: UtcDateTime(), str: String(), bytes: LargeBinary(), dict[str, Any]: Json},
    )


Model = TypeVar("Model", bound=Base)


class unindexed(FunctionElement[Any]):  # noqa: N801 -- reads as the function it is
    """The same value, for which SQLite chooses no index: for conditions on rows that another index leads to."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _as_it_is(element: unindexed, compiler: SQLCompiler, **given: Any) -> str:
    """PostgreSQL's planner knows what it does and needs to see the column."""
    return compiler.process(element.clauses, **given)


@compiles(unindexed, "sqlite")
def _with_a_plus(element: unindexed, compiler: SQLCompiler, **given: Any) -> str:
    return "+" + compiler.process(element.clauses, **given)


def prepare_engine(engine: Engine) -> None:
    """SQLite as this service needs it: durable, foreign keys on, and transactions begun by us.

    The driver's own habit of beginning late loses writes under concurrency, so it is turned off
    and every transaction says whether it means to write.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"mmap_size = {MAPPED_BYTES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def unit_of_work(session: Session) -> Iterator[Session]:
    """All or nothing. Re-entrant: the outermost block commits, and on any error rolls back.

    Whatever was read before is read again inside: on SQLite a read transaction cannot become a
    writing one (it fails at once if another commit came between), so it is ended first and a
    writing one begun. Keep everything slow (hashing, files, mail, rendering PDFs) outside.
    """
    if session.info.get("in_unit_of_work"):
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside a unit of work")
    session.rollback()
    session.connection(execution_options={"writing": True})
    session.info["in_unit_of_work"] = True
    session.info["announced"] = set()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["in_unit_of_work"] = False
        announced: set[str] = session.info.pop("announced")
    if bell := session.info.get("bell"):
        for topic in sorted(announced):
            bell.ring(topic)


class Bell(Protocol):
    """Told after a commit, so that caches forget and workers wake. Losing a ring loses nothing."""

    def ring(self, topic: str) -> None: ...


PUBLIC = "public"  # something a public page shows has changed
WORK = "work"  # a table that is a queue has a new row


def announce(session: Session, topic: str) -> None:
    """Rings the session's bell once the outermost unit of work has committed; never if it does not."""
    session.info["announced"].add(topic)


Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


def holding(query: Query, *, of: type[Base] | None = None, skip_locked: bool = False) -> Query:
    """The same rows, freshly read and held until commit (SQLite's writer already holds everything).

    Held against change, not against rows that only refer to them: else whoever writes about an application would
    wait for whoever holds it, and two who hold one thing each and write about the other's would wait for ever.
    """
    locking = query.with_for_update(of=of, skip_locked=skip_locked, key_share=True)
    return locking.execution_options(populate_existing=True)


def locked(session: Session, model: type[Model], key: int) -> Model | None:
    """One row, held so."""
    return session.scalars(holding(select(model).where(model.__table__.c.id == key))).one_or_none()


def write_at_once(session: Session, *kinds: type[Base]) -> None:
    """What was added of these kinds, each in one statement. SQLite would write row by row, to learn numbers nobody
    needs here: these objects are not the session's any more."""
    added = [each for each in session.new if isinstance(each, kinds)]
    for each in added:
        session.expunge(each)
    session.bulk_save_objects(added, preserve_order=False)


def kept_as_it_is(session: Session, model: type[Model], key: int) -> None:
    """Nobody changes this row until commit; others may say the same of it at once."""
    session.execute(select(model.__table__.c.id).where(model.__table__.c.id == key).with_for_update(read=True))


def hold(session: Session, name: str) -> None:
    """Nobody else who holds this name goes on until commit: for a rule about rows that are not there yet.

    SQLite's writer already holds everything; PostgreSQL locks the number the name hashes to.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))
