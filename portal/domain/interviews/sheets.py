"""One interviewer's own sheet: written while they listen, complete before they see what others wrote."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, kept_as_it_is, unit_of_work
from portal.domain.applications.queries import StaffViewer
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import Campaign
from portal.domain.interviews.models import NoConflict, Sheet
from portal.domain.interviews.questions import Asked, keep_standard, questions_by_id
from portal.domain.interviews.sittings import Sitting, my_sitting
from portal.domain.interviews.writing import (
    Complete,
    StaleSheet,
    Written,
    opened,
    refuse_unfinished,
    tidied,
    write,
)
from portal.domain.refusals import Conflict
from portal.services.crypto import KeyRing


class Interviewer(Actor, StaffViewer, Protocol):
    """A signed-in member of staff: sees, and acts."""


class NotDeclared(Conflict):
    title = "Say first whether you know them"
    message = "The sheet opens once you have said that you do not know this person."


class NotBegun(Conflict):
    title = "The interview has not begun"
    message = "You can write on your sheet before it, and complete it once the interview has begun."


class NoLongerNeeded(Conflict):
    title = "This sheet is no longer needed"
    message = "They did not come, or the application has moved on. Nothing else is needed from you."


@dataclass(frozen=True)
class OwnSheet:
    """One's own sheet as its page shows it. `version` 0: nothing is kept yet. `wanted`: the questions that need
    points; others were asked before they were retired, and may keep theirs."""

    sitting: Sitting
    questions: list[Asked]
    wanted: frozenset[int]
    written: Written
    version: int

    @property
    def full(self) -> int:
        return 5 * len(self.wanted)


def held(session: Session, booking_id: int) -> None:
    """Whoever writes about an interview's sheets, or steps aside from them, does so one after another."""
    hold(session, f"sheets {booking_id}")


def declare_unknown(session: Session, viewer: Interviewer, booking_id: int) -> None:
    """Says that one does not know the applicant: the sheet opens. Twice is once. Raises NotFound."""
    with unit_of_work(session):
        held(session, booking_id)
        sitting = my_sitting(session, viewer, booking_id)
        keep_standard(session, viewer, sitting.campaign_id)
        if sitting.declared:
            return
        session.add(
            NoConflict(staff_id=viewer.id, application_id=sitting.application_id, declared_at=clock.now())
        )  # fmt: skip
        record(
            session, viewer, "no_conflict.declared", subject=("application", sitting.application_id),
            application_id=sitting.application_id,
        )  # fmt: skip


def step_aside(session: Session, viewer: Interviewer, booking_id: int) -> Sitting:
    """One knows the applicant after all: one's own sheet goes, and what one said before. The conflict itself is
    declared by the caller, in the same unit of work. Raises NotFound, Complete (the panel has agreed)."""
    held(session, booking_id)
    sitting = my_sitting(session, viewer, booking_id)
    if sitting.agreed:
        raise Complete("The panel has agreed. Tell the recruiters that you know this person.")
    session.execute(delete(Sheet).where(Sheet.booking_id == booking_id, Sheet.staff_id == viewer.id))
    session.execute(
        delete(NoConflict).where(
            NoConflict.staff_id == viewer.id, NoConflict.application_id == sitting.application_id
        )
    )  # fmt: skip
    record(
        session, viewer, "sheet.left", subject=("booking", booking_id), application_id=sitting.application_id
    )  # fmt: skip
    return sitting


def own_sheet(session: Session, keys: KeyRing, viewer: Interviewer, booking_id: int) -> OwnSheet:
    """One's own sheet of one of one's interviews. Raises NotFound; NotDeclared until one has said that one does not
    know the applicant."""
    sitting = my_sitting(session, viewer, booking_id)
    if not sitting.declared:
        raise NotDeclared()
    return _own(session, keys, viewer, sitting, _sheets(session, booking_id))


def _sheets(session: Session, booking_id: int) -> list[Sheet]:
    query = select(Sheet).where(Sheet.booking_id == booking_id).order_by(Sheet.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def sheets_opened(session: Session, keys: KeyRing, booking_id: int) -> list[tuple[Sheet, Written]]:
    """Every sheet of an interview with what it says. Whose to see, the caller asks. Two statements."""
    rows = _sheets(session, booking_id)
    found = opened(session, keys, rows)
    return [(row, found[row.id]) for row in rows]


def asked_on(
    session: Session, campaign_id: int, sheets: Collection[tuple[Sheet, Written]]
) -> tuple[list[Asked], frozenset[int]]:
    """The questions of an interview's sheets, and which of them need points: those of the first complete sheets, else
    all that are asked now. One statement."""
    marked = {key for _sheet, written in sheets for key in written.marks}
    found = questions_by_id(session, campaign_id, sorted(marked))
    complete = [written for sheet, written in sheets if sheet.completed_at is not None]
    asked = {key for written in complete for key, each in written.marks.items() if each.points is not None}
    wanted = frozenset(asked if complete else (each.id for each in found if not each.retired))
    return [each for each in found if each.id in wanted | marked], wanted


def _own(session: Session, keys: KeyRing, viewer: Interviewer, sitting: Sitting, rows: list[Sheet]) -> OwnSheet:
    shown = [row for row in rows if row.completed_at is not None or row.staff_id == viewer.id]
    found = opened(session, keys, shown)
    questions, wanted = asked_on(session, sitting.campaign_id, [(row, found[row.id]) for row in shown])
    mine = next((row for row in shown if row.staff_id == viewer.id), None)
    return OwnSheet(
        sitting, questions, wanted, found[mine.id] if mine else Written(), mine.version if mine else 0
    )  # fmt: skip


def save_sheet(
    session: Session, keys: KeyRing, viewer: Interviewer, booking_id: int, wanted: Written, version: int
) -> int:
    """Keeps what stands on one's own sheet; the same again changes nothing. `version` is the one the page showed, 0
    for none yet. Returns the version now. Raises StaleSheet, TooManyWords, Complete, NoLongerNeeded, NotDeclared,
    NotFound."""
    with unit_of_work(session):
        held(session, booking_id)
        now = own_sheet(session, keys, viewer, booking_id)
        kept_as_it_is(session, Campaign, now.sitting.campaign_id)  # words with points stay: nobody changes them now
        wanted = tidied(wanted, {each.id for each in now.questions})
        if wanted == now.written:
            return now.version
        refuse_closed(now.sitting, complete=now.sitting.own_complete)
        if now.version != version:
            raise StaleSheet(now.written, now.version)
        sheet = sheet_of(session, booking_id, viewer.id)
        if now.version == 0:
            record(
                session, viewer, "sheet.begun", subject=("booking", booking_id),
                application_id=now.sitting.application_id,
            )  # fmt: skip
        write(session, keys, sheet, now.written, wanted)
        return sheet.version


def refuse_closed(sitting: Sitting, *, complete: bool) -> None:
    """Raises Complete or NoLongerNeeded for what can no longer be written on."""
    if complete or sitting.agreed:
        raise Complete()
    if not sitting.writable:
        raise NoLongerNeeded()


def sheet_of(session: Session, booking_id: int, staff_id: int | None) -> Sheet:
    """The sheet's row, made where there is none: the caller holds the interview's sheets."""
    query = select(Sheet).where(Sheet.booking_id == booking_id, Sheet.staff_id.is_not_distinct_from(staff_id))
    sheet = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if sheet is None:
        sheet = Sheet(booking_id=booking_id, staff_id=staff_id, version=0)
        session.add(sheet)
        session.flush()
    return sheet


def complete_sheet(session: Session, keys: KeyRing, viewer: Interviewer, booking_id: int) -> None:
    """One's own sheet stands from now on, and one sees the others'. A second time changes nothing. Raises
    NotAllMarked, NotBegun, NoLongerNeeded, NotDeclared, NotFound."""
    with unit_of_work(session):
        held(session, booking_id)
        now = own_sheet(session, keys, viewer, booking_id)
        if now.sitting.own_complete:
            return
        refuse_closed(now.sitting, complete=False)
        if not now.sitting.begun:
            raise NotBegun()
        refuse_unfinished(now.written, now.wanted)
        sheet = sheet_of(session, booking_id, viewer.id)
        sheet.completed_at, sheet.completed_by = clock.now(), viewer.id
        sheet.version += 1
        record(
            session, viewer, "sheet.completed", subject=("booking", booking_id),
            application_id=now.sitting.application_id,
        )  # fmt: skip
