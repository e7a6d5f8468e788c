"""What tests of the staff pages share: counting statements, and finding a division."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.domain.campaigns.models import Division
from portal.extensions import db


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent to the database inside the block, beginnings of transactions left out."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def west_division(session: Session) -> int:
    """The number of the division the pilot is for."""
    return session.scalars(select(Division.id).where(Division.name.startswith("West"))).one()
