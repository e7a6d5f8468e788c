"""How many SQL statements a page takes and how long the database takes over them, fetching included.

Measured in the driver's own cursors: SQLite finds rows while they are fetched, not when asked.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import Engine, event


@dataclass
class SqlClock:
    statements: int = 0
    seconds: float = 0.0

    def reset(self) -> None:
        self.statements, self.seconds = 0, 0.0


CLOCK = SqlClock()
SILENT = ("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK")


def _timed(cursor: type, fetching: tuple[str, ...]) -> type:
    """The driver's cursor with a stopwatch at everything that waits for the database."""

    def watch(name: str) -> Any:
        def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
            began = perf_counter()
            try:
                return getattr(cursor, name)(self, *args, **kwargs)
            finally:
                CLOCK.seconds += perf_counter() - began
                if name == "execute" and not str(args[0]).startswith(SILENT):
                    CLOCK.statements += 1

        return watched

    return type("Timed", (cursor,), {name: watch(name) for name in ("execute", *fetching)})


SQLITE = _timed(sqlite3.Cursor, ("fetchone", "fetchmany", "fetchall"))
POSTGRES = _timed(psycopg.Cursor, ("fetchone", "fetchmany", "fetchall"))


class TimedConnection(sqlite3.Connection):
    def cursor(self, *_: Any) -> Any:
        return super().cursor(SQLITE)


def watch(engine: Engine) -> None:
    """From now on this engine's new connections are timed."""
    engine.dispose()

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, _args: Any, parameters: dict[str, Any]) -> None:
        if engine.dialect.name == "sqlite":
            parameters["factory"] = TimedConnection
        else:
            parameters["cursor_factory"] = POSTGRES
