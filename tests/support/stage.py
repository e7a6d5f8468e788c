"""Setting the stage: the service's clock, and a count of what is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import event

from portal import clock
from portal.extensions import db


def put_clock(app: Flask, moment: datetime) -> None:
    """From now on requests, and this test, see the clock start at `moment` (London's unless zoned) and tick."""
    offset = clock.from_london(moment) - clock.wall()
    clock.store_offset(app.config["PORTAL"].clock_file, offset)
    clock.use_offset(offset)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL sent to the database within the block, one entry a statement."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
