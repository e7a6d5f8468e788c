"""Who somebody is: which kinds of document they showed, when, to whom. Never a number, never a copy."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Requirement, RequirementState
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.models import IdentityEvidence
from portal.domain.clearances.steps import DECIDED, Code, held, may_decide, settle, step
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.settings.queries import setting_value

IDENTITY = RequirementKind.IDENTITY


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document; `photo`: it shows a face, and one of those must be among them."""

    code: str
    label: str
    photo: bool = False


KINDS = (
    Kind("passport", "Passport", photo=True),
    Kind("driving_licence", "Driving licence with a photo", photo=True),
    Kind("residence_permit", "Residence permit", photo=True),
    Kind("citizen_card", "Proof of age card with a photo", photo=True),
    Kind("birth_certificate", "Birth or adoption certificate"),
    Kind("marriage_certificate", "Marriage or civil partnership certificate"),
    Kind("bank_statement", "Bank statement of the last three months"),
    Kind("council_tax", "Council tax bill of this year"),
)
LABELS = {one.code: one.label for one in KINDS}
PHOTO = frozenset(one.code for one in KINDS if one.photo)


class NothingSeen(Refusal):
    message = "Choose what you saw."

    def __init__(self) -> None:
        super().__init__(field="kinds")


class DayToCome(Refusal):
    message = "Enter today or an earlier day."

    def __init__(self) -> None:
        super().__init__(field="day")


@dataclass(frozen=True)
class Seen:
    """A document somebody showed."""

    kind: str
    label: str
    on: date
    by: str


def seen_of(session: Session, application_id: int) -> list[Seen]:
    """What an applicant has shown, oldest first. One statement."""
    query = (
        select(IdentityEvidence, StaffMember.name)
        .join(StaffMember, StaffMember.id == IdentityEvidence.seen_by)
        .where(IdentityEvidence.application_id == application_id)
        .order_by(IdentityEvidence.seen_on, IdentityEvidence.kind)
    )
    return [Seen(row.kind, LABELS.get(row.kind, row.kind), row.seen_on, name) for row, name in session.execute(query)]


def enough(kinds: Collection[str], wanted: int) -> bool:
    """Whether these prove who somebody is: so many, one of them with a photo."""
    return len(kinds) >= wanted and bool(PHOTO & set(kinds))


def see(session: Session, actor: Actor, application_id: int, kinds: Collection[str], seen_on: date) -> bool:
    """Records documents that were shown; says whether who they are is proved now. A kind seen again changes nothing.

    Raises NothingSeen, DayToCome, NotFound, OwnClearance or Conflict.
    """
    chosen = [one.code for one in KINDS if one.code in kinds]
    if not chosen:
        raise NothingSeen()
    if seen_on > clock.today():
        raise DayToCome()
    with unit_of_work(session):
        application, requirement = held(session, application_id, IDENTITY)
        may_decide(session, actor, application)
        known = set(session.scalars(select(IdentityEvidence.kind).filter_by(application_id=application_id)))
        for code in chosen:
            if code not in known:
                session.add(
                    IdentityEvidence(application_id=application_id, kind=code, seen_on=seen_on, seen_by=actor.actor_id)
                )
                step(session, requirement, actor, Code.SEEN)
                record(
                    session, actor, "identity.seen", subject=("requirement", requirement.id),
                    application_id=application_id, key=code,
                )  # fmt: skip
        session.flush()
        return _stand(session, actor, requirement, known | set(chosen))


def unsee(session: Session, actor: Actor, application_id: int, kind: str) -> None:
    """Takes a slip off the record, before anything was decided by it. Raises NotFound or Conflict."""
    with unit_of_work(session):
        application, requirement = held(session, application_id, IDENTITY)
        may_decide(session, actor, application)
        row = session.get(IdentityEvidence, (application_id, kind))
        if row is None:
            raise NotFound()
        if requirement.state in DECIDED:
            raise Conflict("Who they are is decided already.")
        session.delete(row)
        record(
            session, actor, "identity.unseen", subject=("requirement", requirement.id),
            application_id=application_id, key=kind,
        )  # fmt: skip


def _stand(session: Session, actor: Actor, requirement: Requirement, kinds: set[str]) -> bool:
    wanted = setting_value(session, "identity_documents", clock.today())
    proved = enough(kinds, wanted)
    if proved and requirement.state is not RequirementState.MET:
        settle(session, actor, requirement.application_id, IDENTITY, RequirementState.MET, "seen")
    return proved
