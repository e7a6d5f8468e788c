"""Everything that was ever said of one person on one day, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.domain.accounts.models import StaffMember
from portal.domain.attendance.keeping import said_by
from portal.domain.attendance.marking import EFFECTIVE, UNDONE
from portal.domain.attendance.models import MarkOutcome, MarkSource, MarkStep
from portal.domain.attendance.settling import YOURSELF
from portal.domain.attendance.words import Said

HOW: dict[MarkSource, str] = {
    MarkSource.REGISTER: "",
    MarkSource.SCAN: "their code was read",
    MarkSource.SELF: "",
    MarkSource.PAPER: "from a paper sheet",
    MarkSource.CORRECTION: "corrected",
}
WORDS: dict[MarkOutcome, str] = {
    MarkOutcome.KEPT: "",
    MarkOutcome.CONFLICT: "differs: waits to be settled",
    MarkOutcome.CHOSEN: "chosen",
    MarkOutcome.SET_ASIDE: "set aside",
}
SOON = timedelta(minutes=2)  # sent so soon after it was made goes without saying


@dataclass(frozen=True)
class Step:
    """One step. `word`: what became of it, where that is not plain; `how` it came; `why` a code of WHYS."""

    said: Said
    by: str
    made_at: datetime
    received_at: datetime
    word: str
    how: str
    why: str | None
    settled_by: str
    stands: bool

    @property
    def sent_later(self) -> bool:
        return self.received_at - self.made_at > SOON


def history(session: Session, session_id: int, trainee_id: int) -> list[Step]:
    """Newest first. One statement. Whose register it is, the caller has asked."""
    settler = aliased(StaffMember)
    query = (
        select(MarkStep, StaffMember.name, settler.name)
        .outerjoin(StaffMember, StaffMember.id == MarkStep.staff_id)
        .outerjoin(settler, settler.id == MarkStep.settled_by)
        .where(MarkStep.session_id == session_id, MarkStep.trainee_id == trainee_id)
        .order_by(MarkStep.id)
    )
    rows = session.execute(query).all()
    effective = [step for step, _, _ in rows if step.outcome in EFFECTIVE]
    last = max(effective, key=lambda step: (step.settled_at or step.received_at, step.id), default=None)
    return [_said(step, by, settled_by, step is last) for step, by, settled_by in reversed(rows)]


def _said(step: MarkStep, by: str | None, settled_by: str | None, stands: bool) -> Step:
    word = "undone to this" if step.key.startswith(UNDONE) else WORDS[step.outcome]
    return Step(
        said_by(step), by or YOURSELF, step.made_at, step.received_at, word, HOW[step.source], step.why,
        settled_by or "", stands,
    )  # fmt: skip
