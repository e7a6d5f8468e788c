"""What tests of the staff pages share: counting statements, finding a division, a note that was sent too late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal.domain.accounts import unsent
from portal.domain.accounts.models import StaffMember, UnsentForm
from portal.domain.accounts.unsent import Sent
from portal.domain.campaigns.models import Division
from portal.extensions import db
from portal.web.setup import outside_of


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


def a_note_that_waits(
    session: Session, app: Flask, writer: StaffMember, reference: str, words: str = "She asked us to ring again."
) -> str:
    """Sent when its writer's sign-in had ended; its key."""
    address = f"/staff/applications/{reference}/note"
    unsent.keep(session, writer.id, Sent(address, address, [("text", words), ("key", "k1")]), outside_of(app).keys)
    return session.scalars(select(UnsentForm.key).filter_by(staff_id=writer.id, address=address)).one()
