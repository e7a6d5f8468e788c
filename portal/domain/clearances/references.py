"""Referees: named by the applicant, asked by a private link, chased, read and accepted by a recruiter.

A referee's link is a word made from the master key for their row alone, stored hashed, so that a reminder carries the
same one. What they answer is sealed; the applicant never reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, unit_of_work
from portal.domain.accounts.addresses import normal_email
from portal.domain.accounts.queries import hashed
from portal.domain.applications.actions import acting_as
from portal.domain.applications.models import ENDED, Application, Requirement, RequirementState
from portal.domain.applications.rules import By
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.models import Referee
from portal.domain.clearances.steps import DECIDED, Code, held, may_decide, settle, step
from portal.domain.documents.rules import day_words, last_day
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.settings.queries import setting_value, setting_values
from portal.services.crypto import KeyRing

REFERENCES = RequirementKind.REFERENCES
REQUEST = "reference_request"


class Relation(StrEnum):
    """How a referee knows the applicant. Nobody's family speaks for them."""

    MANAGER = "manager"
    COLLEAGUE = "colleague"
    TEACHER = "teacher"
    VOLUNTEERING = "volunteering"
    NEIGHBOUR = "neighbour"
    FRIEND = "friend"
    OTHER = "other"


RELATIONS = {
    Relation.MANAGER: "My manager, now or before",
    Relation.COLLEAGUE: "Somebody I work with",
    Relation.TEACHER: "A teacher or tutor",
    Relation.VOLUNTEERING: "Somebody I volunteer with",
    Relation.NEIGHBOUR: "A neighbour",
    Relation.FRIEND: "A friend",
    Relation.OTHER: "Somebody else who knows me well",
}


class ReferenceState(StrEnum):
    """Where one reference is; computed, never stored."""

    WAITING = "waiting"
    OPENED = "opened"
    DECLINED = "declined"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Named:
    """Somebody an applicant names."""

    name: str
    email: str
    relation: Relation
    years: int


class OwnAddress(Refusal):
    message = "That is your own address. Name somebody else."

    def __init__(self) -> None:
        super().__init__(field="email")


class NamedTwice(Refusal):
    message = "You have named this person already. Name somebody else."

    def __init__(self) -> None:
        super().__init__(field="email")


class KnownTooShort(Refusal):
    def __init__(self, years: int) -> None:
        super().__init__(f"Choose somebody who has known you for at least {years} years.", field="years")


class NotAsked(Refusal):
    title = "We are not asking for referees now"
    message = "We ask for your referees after your interview. There is nothing to do until then."


class AlreadyAnswered(Conflict):
    message = "This person has answered already."


def state_of(row: Referee) -> ReferenceState:
    if row.replaced_at is not None:
        return ReferenceState.REPLACED
    if row.accepted_at is not None:
        return ReferenceState.ACCEPTED
    if row.answered_at is not None:
        return ReferenceState.ANSWERED
    if row.declined_at is not None:
        return ReferenceState.DECLINED
    return ReferenceState.OPENED if row.opened_at is not None else ReferenceState.WAITING


def place_of(referee_id: int) -> dict[str, str]:
    """Where a referee's answers belong: they open nowhere else."""
    return {"table": "referee", "row": str(referee_id), "column": "sealed"}


def referees_of(session: Session, application_id: int, *, replaced: bool = False) -> list[Referee]:
    """An application's referees by position, those replaced before whoever came after them. One statement."""
    query = select(Referee).where(Referee.application_id == application_id).order_by(Referee.position, Referee.id)
    if not replaced:
        query = query.where(Referee.replaced_at.is_(None))
    return list(session.scalars(query))


def open_positions(rows: list[Referee], wanted: int) -> list[int]:
    """The positions for which somebody is still to be named."""
    standing = {row.position for row in rows if row.replaced_at is None and row.declined_at is None}
    return [place for place in range(1, wanted + 1) if place not in standing]


def wanted_now(session: Session) -> int:
    return setting_value(session, "references_wanted", clock.today())


def name_referee(
    session: Session, keys: KeyRing, actor: Actor, application_id: int, position: int, named: Named
) -> Referee:
    """Names the person who is to speak for the applicant in this position, and writes to them at once. Whoever had the
    position and has not answered is replaced; the same person again is asked once.

    Raises NotFound, NotAsked, AlreadyAnswered, OwnAddress, NamedTwice, KnownTooShort or NotAnAddress.
    """
    email = normal_email(named.email)
    with unit_of_work(session):
        application, requirement = _to_name(session, actor, application_id)
        rows = referees_of(session, application_id)
        _refuse_unless_fit(session, application, rows, position, email, named)
        old = next((row for row in rows if row.position == position), None)
        if old is not None and old.email == email and old.declined_at is None:
            return old
        if old is not None:
            _replace(session, actor, old)
        referee = Referee(
            application_id=application_id, position=position, name=named.name.strip(), email=email,
            relation=named.relation.value, years_known=named.years, consent_at=clock.now(), created_at=clock.now(),
        )  # fmt: skip
        session.add(referee)
        session.flush()
        ask(session, keys, application, referee)
        step(session, requirement, actor, Code.REFEREES_NAMED)
        record(
            session, actor, "referees.named", subject=("referee", referee.id), application_id=application_id,
            number=position,
        )  # fmt: skip
        stand(session, requirement)
        return referee


def _to_name(session: Session, actor: Actor, application_id: int) -> tuple[Application, Requirement]:
    application, requirement = held(session, application_id, REFERENCES)
    if acting_as(actor, application) is not By.APPLICANT:
        raise NotFound()
    open_now = requirement.state in {RequirementState.WITH_APPLICANT, RequirementState.WITH_US}
    if application.state in ENDED or not open_now:
        raise NotAsked()
    return application, requirement


def _refuse_unless_fit(
    session: Session, application: Application, rows: list[Referee], position: int, email: str, named: Named
) -> None:
    numbers = setting_values(session, ("references_wanted", "reference_years"), clock.today())
    if not 1 <= position <= numbers["references_wanted"]:
        raise NotFound()
    if any(row.position == position and row.answered_at is not None for row in rows):
        raise AlreadyAnswered()
    if email == application.applicant.email:
        raise OwnAddress()
    if any(row.email == email and row.position != position for row in rows):
        raise NamedTwice()
    if named.years < numbers["reference_years"]:
        raise KnownTooShort(numbers["reference_years"])


def ask(session: Session, keys: KeyRing, application: Application, referee: Referee) -> None:
    """Writes to a referee, in the caller's unit of work; asked again they get the same link and as much time anew."""
    days = setting_value(session, "reference_days", clock.today())
    referee.asked_at = clock.now()
    referee.due_at = clock.end_of(clock.today() + timedelta(days=days))
    queue_mail(session, REQUEST, **letter_to(keys, application, referee))


def letter_to(keys: KeyRing, application: Application, referee: Referee) -> dict[str, Any]:
    """What a letter to a referee is written from. It holds their link, so what is kept of it is cleared once sent."""
    token = token_of(keys, referee)
    referee.token_hash = hashed(token)
    return {
        "to": referee.email,
        "application_id": application.id,
        "secret": True,
        "token": token,
        "referee": referee.name,
        "applicant": f"{application.given_name} {application.family_name}".strip(),
        "scheme": application.campaign.scheme.name,
        "until": _day(referee.due_at),
    }


def token_of(keys: KeyRing, referee: Referee) -> str:
    """Their link's word: the one they have, as long as its master is there; else a new one."""
    words = [keys.word(purpose="referee", row=str(referee.id), version=each) for each in sorted(keys.masters)]
    return next((word for word in words if hashed(word) == referee.token_hash), words[-1])


def stand(session: Session, requirement: Requirement, *, another: bool = False) -> None:
    """Whose turn it is: the applicant's while somebody is to be named, else ours. `another`: somebody is to be named
    anew, with time to do it and a letter that says so."""
    session.flush()
    if requirement.state in DECIDED:
        return
    missing = open_positions(referees_of(session, requirement.application_id), wanted_now(session))
    requirement.state = RequirementState.WITH_APPLICANT if missing else RequirementState.WITH_US
    requirement.version += 1
    if missing and another:
        _ask_for_another(session, requirement)


def _ask_for_another(session: Session, requirement: Requirement) -> None:
    days = setting_value(session, "check_notice_days", clock.today())
    until = clock.end_of(clock.today() + timedelta(days=days))
    requirement.due_at = max(until, requirement.due_at) if requirement.due_at else until
    application = session.get_one(Application, requirement.application_id)
    queue_mail(
        session, "check_asked", to=application.applicant.email, application_id=application.id,
        reference=application.reference, scheme=application.campaign.scheme.name, count=1,
        until=_day(requirement.due_at),
    )  # fmt: skip


def _replace(session: Session, actor: Actor, referee: Referee) -> None:
    referee.replaced_at = clock.now()
    referee.version += 1
    session.flush()  # before another takes the position
    record(
        session, actor, "referee.replaced", subject=("referee", referee.id), application_id=referee.application_id,
        number=referee.position,
    )  # fmt: skip


def resend(session: Session, keys: KeyRing, actor: Actor, referee_id: int, *, version: int) -> bool:
    """Writes to a referee again, with as much time anew; says whether it did: a second click on the same page does not.

    Raises NotFound or AlreadyAnswered.
    """
    with unit_of_work(session):
        application, requirement, referee = _chased(session, actor, referee_id)
        if referee.version != version:
            return False
        ask(session, keys, application, referee)
        referee.version += 1
        step(session, requirement, actor, Code.REFEREE_ASKED)
        record(
            session, actor, "reference.resent", subject=("referee", referee.id), application_id=application.id,
            number=referee.position,
        )  # fmt: skip
        return True


def ask_for_another(session: Session, actor: Actor, referee_id: int) -> bool:
    """A recruiter asks the applicant to name somebody else; the old link leads nowhere from now on.

    Raises NotFound or AlreadyAnswered.
    """
    with unit_of_work(session):
        _application, requirement, referee = _chased(session, actor, referee_id)
        if referee.replaced_at is not None:
            return False
        _replace(session, actor, referee)
        step(session, requirement, actor, Code.REFEREE_REPLACED)
        stand(session, requirement, another=True)
        return True


def accept(session: Session, actor: Actor, referee_id: int) -> bool:
    """A recruiter has read it and takes it; with all that are wanted the requirement is met.

    Raises NotFound, or Conflict for what nobody has answered.
    """
    with unit_of_work(session):
        application, requirement, referee = _held(session, referee_id)
        may_decide(session, actor, application)
        if referee.answered_at is None or referee.replaced_at is not None:
            raise Conflict("This reference is not there to be accepted.")
        if referee.accepted_at is not None:
            return False
        referee.accepted_at, referee.accepted_by = clock.now(), actor.actor_id
        referee.version += 1
        step(session, requirement, actor, Code.REFERENCE_ACCEPTED)
        record(
            session, actor, "reference.accepted", subject=("referee", referee.id), application_id=application.id,
            number=referee.position,
        )  # fmt: skip
        session.flush()
        taken = sum(row.accepted_at is not None for row in referees_of(session, application.id))
        if taken >= wanted_now(session):
            settle(session, actor, application.id, REFERENCES, RequirementState.MET, "accepted")
        return True


def _held(session: Session, referee_id: int) -> tuple[Application, Requirement, Referee]:
    application_id = session.scalar(select(Referee.application_id).where(Referee.id == referee_id))
    if application_id is None:
        raise NotFound()
    application, requirement = held(session, application_id, REFERENCES)
    referee = session.scalars(holding(select(Referee).where(Referee.id == referee_id))).one()
    return application, requirement, referee


def _chased(session: Session, actor: Actor, referee_id: int) -> tuple[Application, Requirement, Referee]:
    application, requirement, referee = _held(session, referee_id)
    may_decide(session, actor, application)
    if referee.answered_at is not None:
        raise AlreadyAnswered()
    return application, requirement, referee


def _day(instant: datetime | None) -> str:
    day = last_day(instant) if instant is not None else clock.today()
    return f"{day:%A} {day_words(day)}"
