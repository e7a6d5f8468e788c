"""The agreed sheet of a panel: each has written their own first, then all see all and settle on one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal import clock
from portal.db import kept_as_it_is, locked, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.audit.actions import record
from portal.domain.campaigns.models import Campaign
from portal.domain.casework.deciding import provisional
from portal.domain.interviews.models import Attendance, Sheet
from portal.domain.interviews.questions import Asked
from portal.domain.interviews.reopenings import Reopened, keep, reopenings, tidied_reason
from portal.domain.interviews.sheets import Interviewer, asked_on, held, refuse_closed, sheet_of, sheets_opened
from portal.domain.interviews.sittings import Member, Sitting, my_sitting, panel_of
from portal.domain.interviews.writing import Given, StaleSheet, Written, refuse_unfinished, tidied, write
from portal.domain.refusals import Conflict
from portal.services.crypto import KeyRing


class OwnFirst(Conflict):
    title = "Your own sheet first"
    message = "You see what the others wrote once your own sheet is complete."


class CameOfIt(Conflict):
    title = "This sheet can no longer be opened"
    message = "It counts by now. If something is wrong, tell the recruiters."


class OthersMissing(Conflict):
    title = "A sheet is still missing"
    message = "You agree once everybody on the panel has completed their own sheet."


@dataclass(frozen=True)
class Table:
    """A panel's sheets side by side. `own` by who wrote it, the complete ones; `agreed` what stands on the agreed
    sheet, `version` 0 for nothing yet."""

    booking_id: int
    questions: list[Asked]
    wanted: frozenset[int]
    members: list[Member]
    own: dict[int, Written]
    agreed: Written
    version: int
    agreed_at: datetime | None
    reopened: tuple[Reopened, ...]

    @property
    def ready(self) -> bool:
        """Whether everybody who sits has completed their own."""
        return all(each.complete for each in self.members if not each.aside)

    @property
    def everybody(self) -> set[int]:
        """Whose names the page says."""
        return {each.staff_id for each in self.members} | {each.staff_id for each in self.reopened}

    @property
    def full(self) -> int:
        return 5 * len(self.wanted)

    def same(self, question_id: int) -> int | None:
        """The points all of them gave; none where they differ."""
        given = {written.given(question_id).points for written in self.own.values()}
        return next(iter(given)) if len(given) == 1 else None

    @property
    def begun(self) -> Written:
        """What the agreed form begins with: what is kept, else what all gave alike."""
        if self.version:
            return self.agreed
        said = {written.recommendation for written in self.own.values()}
        marks = {each.id: Given(self.same(each.id)) for each in self.questions if self.same(each.id) is not None}
        return Written(marks, next(iter(said)) if len(said) == 1 else None)


@dataclass(frozen=True, kw_only=True)
class Seated(Table):
    """The same for one who sits at it. `decided`: a recruiter has decided from it, told or not."""

    sitting: Sitting
    decided: bool

    @property
    def mendable(self) -> bool:
        """Whether what was agreed can be opened again: nothing has come of it yet."""
        came = self.sitting.attendance is not Attendance.NO_SHOW
        return self.agreed_at is not None and not self.decided and self.sitting.state is State.INTERVIEW and came


def table(session: Session, keys: KeyRing, viewer: Interviewer, booking_id: int) -> Seated:
    """What the panel wrote, for one whose own sheet is complete. Raises OwnFirst, NotFound."""
    sitting = my_sitting(session, viewer, booking_id)
    if not sitting.own_complete:
        raise OwnFirst()
    decided = bool(provisional(session, [sitting.application_id]))
    found = table_of(session, keys, booking_id, sitting.campaign_id)
    return Seated(**vars(found), sitting=sitting, decided=decided)


def table_of(session: Session, keys: KeyRing, booking_id: int, campaign_id: int) -> Table:
    """Every complete sheet of an interview. Whose to see, the caller asks. A fixed number of statements."""
    members = panel_of(session, [booking_id])[booking_id]
    aside = {each.staff_id for each in members if each.aside}
    rows = sheets_opened(session, keys, booking_id)
    shown = [(row, written) for row, written in rows if _shown(row, aside)]
    questions, wanted = asked_on(session, campaign_id, shown)
    own = {row.staff_id: written for row, written in shown if row.staff_id is not None}
    agreed = next(((row, written) for row, written in shown if row.staff_id is None), None)
    reopened = reopenings(session, keys, booking_id)
    return Table(
        booking_id, questions, wanted, members, own,
        agreed[1] if agreed else Written(), agreed[0].version if agreed else 0,
        agreed[0].completed_at if agreed else None, reopened,
    )  # fmt: skip


def _shown(row: Sheet, aside: set[int]) -> bool:
    return row.staff_id is None or (row.completed_at is not None and row.staff_id not in aside)


def save_agreed(
    session: Session, keys: KeyRing, viewer: Interviewer, booking_id: int, wanted: Written, version: int
) -> int:
    """Keeps what the panel agrees on so far; any of them may write. The same again changes nothing. Returns the
    version now. Raises OwnFirst, OthersMissing, StaleSheet, TooManyWords, Complete, NoLongerNeeded, NotFound."""
    with unit_of_work(session):
        held(session, booking_id)
        now = table(session, keys, viewer, booking_id)
        kept_as_it_is(session, Campaign, now.sitting.campaign_id)
        wanted = tidied(wanted, {each.id for each in now.questions})
        if wanted == now.agreed:
            return now.version
        refuse_closed(now.sitting, complete=now.agreed_at is not None)
        if not now.ready:
            raise OthersMissing()
        if now.version != version:
            raise StaleSheet(now.agreed, now.version)
        sheet = sheet_of(session, booking_id, None)
        write(session, keys, sheet, now.agreed, wanted)
        record(
            session, viewer, "sheet.agreed_saved", subject=("booking", booking_id),
            application_id=now.sitting.application_id,
        )  # fmt: skip
        return sheet.version


def complete_agreed(session: Session, keys: KeyRing, viewer: Interviewer, booking_id: int) -> None:
    """What the panel agreed stands. A second time changes nothing. Raises OwnFirst, OthersMissing, NotAllMarked,
    NoLongerNeeded, NotFound."""
    with unit_of_work(session):
        held(session, booking_id)
        now = table(session, keys, viewer, booking_id)
        if now.agreed_at is not None:
            return
        refuse_closed(now.sitting, complete=False)
        if not now.ready:
            raise OthersMissing()
        refuse_unfinished(now.agreed, now.wanted)
        sheet = sheet_of(session, booking_id, None)
        sheet.completed_at, sheet.completed_by = clock.now(), viewer.id
        sheet.version += 1
        record(
            session, viewer, "sheet.agreed", subject=("booking", booking_id),
            application_id=now.sitting.application_id,
        )  # fmt: skip


def reopen(session: Session, keys: KeyRing, viewer: Interviewer, booking_id: int, why: str, version: int) -> None:
    """Opens what the panel agreed again, to mend a mistake: it stands as it was until one of them changes it, and is
    agreed as before. Open already, it stays so. Why, and what had been agreed, are kept sealed.

    `version` is the one the page showed. Raises SayWhy, TooManyWords, CameOfIt (once somebody has decided from it),
    StaleSheet (agreed anew since), OwnFirst, NotFound.
    """
    with unit_of_work(session):
        held(session, booking_id)
        application_id = my_sitting(session, viewer, booking_id).application_id
        locked(session, Application, application_id)  # whoever decides from it meanwhile waits, or has decided
        now = table(session, keys, viewer, booking_id)
        if now.agreed_at is None:
            return
        if not now.mendable:
            raise CameOfIt()
        reason = tidied_reason(why)
        if now.version != version:
            raise StaleSheet(now.agreed, now.version)
        sheet = sheet_of(session, booking_id, None)
        keep(session, keys, sheet, viewer.id, reason, now.agreed)
        sheet.completed_at = sheet.completed_by = None
        sheet.version += 1
        record(session, viewer, "sheet.reopened", subject=("booking", booking_id), application_id=application_id)
