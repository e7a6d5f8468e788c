"""A requirement's history, and the one way in which a person's word about it is written down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import ENDED, Application, Requirement, RequirementState
from portal.domain.applications.queries import kept_from
from portal.domain.audit.actions import Actor, record
from portal.domain.audit.models import ActorKind
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.models import RequirementStep
from portal.domain.clearances.rules import OwnClearance
from portal.domain.refusals import Conflict, NotFound
from portal.services.crypto import KeyRing

DECIDED = (RequirementState.MET, RequirementState.NOT_MET)


class Code(StrEnum):
    """What can happen to a requirement, beside the codes of its outcomes."""

    ASKED = "asked"
    REMINDED = "reminded"
    MET = "met"
    NOT_MET = "not_met"
    WITH_US = "with_us"
    WITH_APPLICANT = "with_applicant"
    NOT_ASKED = "not_asked"
    OWNED = "owned"
    ATTEMPT = "attempt"
    REFEREES_NAMED = "referees_named"
    REFEREE_ASKED = "referee_asked"
    REFEREE_ANSWERED = "referee_answered"
    REFEREE_DECLINED = "referee_declined"
    REFEREE_REPLACED = "referee_replaced"
    REFERENCE_ACCEPTED = "reference_accepted"
    SEEN = "seen"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class Line:
    """One line of a history. `by` is none for what an applicant, a referee or the service itself did."""

    at: datetime
    step: str
    by: str | None


def place_of_step(step_id: int) -> dict[str, str]:
    """Where a step's words belong: they open nowhere else."""
    return {"table": "requirement_step", "row": str(step_id), "column": "sealed"}


def step(
    session: Session,
    requirement: Requirement,
    actor: Actor | None,
    code: str,
    words: str | None = None,
    *,
    keys: KeyRing | None = None,
) -> RequirementStep:
    """Adds a line to a requirement's history, in the caller's unit of work; words need the keys that seal them."""
    staff = actor is not None and actor.actor_kind is ActorKind.STAFF
    line = RequirementStep(
        requirement_id=requirement.id, at=clock.now(), by_id=actor.actor_id if staff and actor else None, step=code
    )
    session.add(line)
    session.flush()
    if words:
        if keys is None:
            raise ValueError("words are only kept sealed")
        line.sealed = keys.seal(words, **place_of_step(line.id))
    return line


def history(session: Session, requirement_ids: Collection[int]) -> dict[int, list[Line]]:
    """What happened to each of these requirements, oldest first; never the sealed words. One statement."""
    query = (
        select(RequirementStep.requirement_id, RequirementStep.at, RequirementStep.step, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == RequirementStep.by_id)
        .where(RequirementStep.requirement_id.in_(requirement_ids))
        .order_by(RequirementStep.id)
    )
    found: dict[int, list[Line]] = {each: [] for each in requirement_ids}
    for row in session.execute(query):
        found[row.requirement_id].append(Line(row.at, row.step, row.name))
    return found


@dataclass(frozen=True)
class Said:
    """What somebody wrote with their word on a requirement."""

    at: datetime
    by: str
    step: str
    text: str


def words_of(session: Session, keys: KeyRing, requirement_id: int) -> list[Said]:
    """What was written with each word on a requirement, newest first: for those who see to its kind."""
    query = (
        select(RequirementStep, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == RequirementStep.by_id)
        .where(RequirementStep.requirement_id == requirement_id, RequirementStep.sealed.is_not(None))
        .order_by(RequirementStep.id.desc())
    )
    return [
        Said(line.at, name or "The service", line.step, keys.unseal(line.sealed, **place_of_step(line.id)))
        for line, name in session.execute(query)
        if line.sealed is not None
    ]


def held(session: Session, application_id: int, kind: RequirementKind) -> tuple[Application, Requirement]:
    """A sent application, held until commit, and its requirement, freshly read. Raises NotFound."""
    application = locked(session, Application, application_id)
    query = select(Requirement).filter_by(application_id=application_id, kind=kind)
    requirement = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if application is None or requirement is None or application.received_at is None:
        raise NotFound()
    return application, requirement


def may_decide(session: Session, actor: Actor, application: Application) -> None:
    """Raises OwnClearance for whoever is kept from it (their own, somebody they know), Conflict once it has ended."""
    officer = session.get(StaffMember, actor.actor_id) if actor.actor_kind is ActorKind.STAFF else None
    kept = select(Application.id).where(Application.id == application.id, kept_from(actor.actor_id or 0))
    if officer is None or session.scalar(kept) is not None:
        raise OwnClearance()
    if application.state in ENDED:
        raise Conflict("This application has ended.")


def settle(
    session: Session,
    actor: Actor,
    application_id: int,
    kind: RequirementKind,
    state: RequirementState,
    reason: str | None,
    expires_on: date | None = None,
    *,
    words: str | None = None,
    keys: KeyRing | None = None,
) -> bool:
    """A person says how a requirement stands; the same word again is said once. Says whether it changed anything.
    `words`: why, for those who see to this kind; kept sealed by `keys`.

    Raises NotFound, OwnClearance, or Conflict once the application has ended.
    """
    with unit_of_work(session):
        application, requirement = held(session, application_id, kind)
        may_decide(session, actor, application)
        same = (requirement.state, requirement.reason, requirement.expires_on) == (state, reason, expires_on)
        if same and not words:
            return False
        decided = state in DECIDED
        requirement.state, requirement.reason, requirement.expires_on = state, reason, expires_on
        requirement.decided_by = actor.actor_id if decided else None
        requirement.decided_at = clock.now() if decided else None
        requirement.version += 1
        step(session, requirement, actor, reason or state.value, words, keys=keys)
        record(
            session, actor, "requirement.decided" if decided else "requirement.sent_back",
            subject=("requirement", requirement.id), application_id=application_id,
            kind=kind.value, state=state.value, reason=reason,
        )  # fmt: skip
        return True
