"""Two trainers marked one person differently: a person looks at both and chooses. Neither is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import not_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.attendance.keeping import audit, held_place, put, said_by, staff_id, standing_marks
from portal.domain.attendance.models import Mark, MarkOutcome, MarkStep
from portal.domain.attendance.words import Said
from portal.domain.audit.actions import Actor
from portal.domain.refusals import Conflict, NotFound
from portal.domain.training.models import Trainee

YOURSELF = "checked in themselves"


class SettledMeanwhile(Conflict):
    title = "A colleague settled this"
    message = "A colleague has settled this since. Look at the register again."


@dataclass(frozen=True)
class Side:
    """What one of two people said. `by` is a name; nobody's: the trainee's own check-in."""

    said: Said
    by: str
    at: datetime


@dataclass(frozen=True)
class Differing:
    """What stands of somebody, and what came in later without having seen it."""

    step_id: int
    trainee_id: int
    name: str
    stands: Side
    other: Side


def settle(session: Session, actor: Actor, step_id: int, choose: bool, *, session_id: int | None = None) -> Mark:
    """Chooses what came in later, or leaves what stands. The same choice again changes nothing.

    Raises NotFound (none such, or not on this session's register), SettledMeanwhile.
    """
    wanted = MarkOutcome.CHOSEN if choose else MarkOutcome.SET_ASIDE
    with unit_of_work(session):
        step = session.get(MarkStep, step_id)
        if step is None or session_id not in {None, step.session_id}:
            raise NotFound()
        trainee, _ = held_place(session, actor, step.session_id, step.trainee_id)
        found = locked(session, MarkStep, step_id)
        standing = standing_marks(session, step.session_id, [trainee.id])[trainee.id]
        if found is None or found.outcome not in {MarkOutcome.CONFLICT, wanted}:
            raise SettledMeanwhile()
        if found.outcome is wanted:
            return standing
        found.outcome, found.settled_by, found.settled_at = wanted, staff_id(actor), clock.now()
        audit(session, actor, "mark.settled", found, trainee.application_id)
        return put(session, actor, found, standing, trainee.application_id) if choose else standing


def conflicts(session: Session, viewer: StaffViewer, session_id: int) -> list[Differing]:
    """What waits to be settled at a session, oldest first. One statement; whose register it is, the caller asked."""
    other, one = aliased(StaffMember), aliased(StaffMember)
    query = (
        select(MarkStep, Mark, Application.given_name, Application.family_name, one.name, other.name)
        .join(Mark, (Mark.session_id == MarkStep.session_id) & (Mark.trainee_id == MarkStep.trainee_id))
        .join(Trainee, Trainee.id == MarkStep.trainee_id)
        .join(Application, Application.id == Trainee.application_id)
        .outerjoin(one, one.id == Mark.marked_by)
        .outerjoin(other, other.id == MarkStep.staff_id)
        .where(
            MarkStep.session_id == session_id,
            MarkStep.outcome == MarkOutcome.CONFLICT,
            not_(kept_from(viewer.id)),
        )
        .order_by(MarkStep.id)
    )
    return [
        Differing(
            step.id,
            step.trainee_id,
            f"{given} {family}",
            Side(said_by(mark), stood_by or YOURSELF, mark.made_at),
            Side(said_by(step), came_from or YOURSELF, step.made_at),
        )
        for step, mark, given, family, stood_by, came_from in session.execute(query)
    ]
