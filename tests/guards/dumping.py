"""The whole database as a test compares it: what is drawn at random is left out, what somebody planted is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Date, Enum, Integer, LargeBinary, Table, func, select

from portal import clock
from portal.db import Base, UtcDateTime
from portal.extensions import db

PLANTED = "planted-"  # begins what a hostile field says for a column of words
PLANTED_DAY, PLANTED_AT, PLANTED_NUMBER = "2031-05-06", "2031-05-06T07:08:09+00:00", "77"
RANDOM = (
    "hash", "token", "public_id", "reference", "message_id", "slug", "alias", "context", "storage_key", "words",
    "check_in",
)  # fmt: skip
DRAWN = {  # by their tables: elsewhere such a name is no chance
    ("training_session", "uid"), ("mark_step", "key"), ("volunteer", "number"), ("certificate", "code"),
    ("feedback", "id"),
}  # fmt: skip
NOW = timedelta(days=2)  # by the real clock, which sign-ins go by
TIME = re.compile(r"(?<=\d{4}-\d\d-\d\d)T[0-9:.]+")
Rows = dict[str, list[tuple[Any, ...]]]


_before: dict[str, tuple[Sequence[Any], list[tuple[Any, ...]]]] = {}  # most tables are as they were in the last dump


def dump() -> Rows:
    """Every row of every table."""
    with db.engine.connect() as connection:
        return {
            table.name: _rows(table, connection.execute(select(table).order_by(*table.primary_key.columns)).all())
            for table in Base.metadata.sorted_tables
        }


def _rows(table: Table, rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    if table.name not in _before or _before[table.name][0] != rows:
        told = [tuple(map(_told, table.columns, row)) for row in rows]
        _before[table.name] = rows, told
    return _before[table.name][1]


def _told(column: Column[Any], value: Any) -> Any:
    """Days instead of instants, that a slow machine changes nothing; that there is something for what is random."""
    if isinstance(value, datetime):
        return "now" if abs(value - clock.wall()) < NOW else value.date()
    if isinstance(value, bytes):
        return len(value)
    if value is None or PLANTED in str(value):
        return value
    return "something" if _is_drawn(column, value) else TIME.sub("", str(value))


def _is_drawn(column: Column[Any], value: Any) -> bool:
    if (column.table.name, column.name) in DRAWN:
        return str(value) != PLANTED_NUMBER
    return any(part in column.name for part in RANDOM)


def hostile(column: Column[Any]) -> str:
    """What somebody would send to have the column so: a word it may hold, the last row it may point at."""
    for key in column.foreign_keys:
        with db.engine.connect() as connection:
            last = connection.execute(select(func.max(key.column))).scalar()
        if last is not None:
            return str(last)
    return _of_kind(column)


def _of_kind(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, Enum):
        return str(kind.enums[-1])
    if isinstance(kind, Boolean):
        return "true"
    if isinstance(kind, Integer):
        return PLANTED_NUMBER
    if isinstance(kind, UtcDateTime):
        return PLANTED_AT
    if isinstance(kind, Date):
        return PLANTED_DAY
    return "x" if isinstance(kind, LargeBinary) else PLANTED + column.name


def hostile_columns() -> dict[str, str]:
    """Every column there is, by the name a careless form would read, with what it would set."""
    found: dict[str, str] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            found.setdefault(column.name, hostile(column))
            found.setdefault(f"{table.name}.{column.name}", hostile(column))
    return found


def difference(one: Rows, other: Rows) -> list[str]:
    """The tables in which two dumps differ, with the first row that does."""
    found = []
    for table, rows in one.items():
        more = [row for row in other[table] if row not in rows] + [row for row in rows if row not in other[table]]
        if more or len(rows) != len(other[table]):
            found.append(f"{table}: {more[:1]}")
    return found
