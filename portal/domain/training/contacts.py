"""Whom to ring if something happens in class, and what helps somebody there: theirs to say, sealed.

An emergency contact is a third person's details, collected on enrolment for that one purpose. Adjustments are words
meant for trainers; medical documents stay with the medical team.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, locked, unit_of_work
from portal.domain.applications.actions import acting_as
from portal.domain.applications.models import Application
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.domain.training.models import EmergencyContact, Trainee, TrainingSession
from portal.domain.training.places import live_trainee
from portal.domain.training.rules import NoSuchPlace
from portal.services.crypto import KeyRing

KEPT_DAYS = "training_contact_days"
LONGEST, LONGEST_WORDS = 200, 1_000  # characters: of a line, of the adjustments


class ContactChanged(Conflict):
    title = "Your emergency contact was changed elsewhere"
    message = "You changed it in another window. Look at what stands now, then decide."


class TooLong(Refusal):
    def __init__(self, field: str, most: int) -> None:
        super().__init__(f"Use {most:,} characters or fewer.", field=field)


@dataclass(frozen=True)
class Contact:
    """Somebody's emergency contact. `version` of nothing given is 0."""

    name: str
    phone: str
    relation: str
    version: int = 0


def place_of_contact(application_id: int) -> dict[str, str]:
    """Where a contact's sealed words belong."""
    return {"table": "emergency_contact", "row": str(application_id), "column": "sealed"}


def place_of_adjustments(application_id: int) -> dict[str, str]:
    """Where adjustments belong: to the application's places, so that a transfer carries them along."""
    return {"table": "trainee", "row": f"application {application_id}", "column": "adjustments"}


def contact_of(session: Session, keys: KeyRing, application_id: int) -> Contact | None:
    """What was given; none where nothing was. Who may read it, the caller decides."""
    return contacts_of(session, keys, [application_id]).get(application_id)


def contacts_of(session: Session, keys: KeyRing, application_ids: Collection[int]) -> dict[int, Contact]:
    """Contacts by application. One statement."""
    query = select(EmergencyContact).where(EmergencyContact.application_id.in_(application_ids))
    return {row.application_id: _opened(keys, row) for row in session.scalars(query)}


def _opened(keys: KeyRing, row: EmergencyContact) -> Contact:
    said = json.loads(keys.unseal(row.sealed, **place_of_contact(row.application_id)))
    return Contact(said["name"], said["phone"], said["relation"], row.version)


def adjustments_of(keys: KeyRing, trainee: Trainee) -> str:
    """What helps them in class, in their own words; empty for nothing."""
    if trainee.adjustments is None:
        return ""
    return keys.unseal(trainee.adjustments, **place_of_adjustments(trainee.application_id))


def _own(session: Session, actor: Actor, application_id: int) -> tuple[Application, Trainee]:
    """One's own application with the place it holds, held. Raises NotFound or NoSuchPlace."""
    application = locked(session, Application, application_id)
    if application is None:
        raise NotFound()
    acting_as(actor, application)
    trainee = live_trainee(session, application_id)
    if trainee is None:
        raise NoSuchPlace()
    return application, trainee


def give_contact(session: Session, keys: KeyRing, actor: Actor, application_id: int, given: Contact) -> None:
    """Keeps whom to ring; `given.version` is what the form showed. The same again changes nothing.

    Raises NotFound, NoSuchPlace, TooLong, or ContactChanged for a form that is older than what stands.
    """
    words = {name: str(value).strip() for name, value in asdict(given).items() if name != "version"}
    for field, value in words.items():
        if len(value) > LONGEST:
            raise TooLong(field, LONGEST)
    with unit_of_work(session):
        _own(session, actor, application_id)
        query = select(EmergencyContact).where(EmergencyContact.application_id == application_id)
        row = session.scalars(holding(query)).one_or_none()
        if row is not None and json.loads(keys.unseal(row.sealed, **place_of_contact(application_id))) == words:
            return
        if given.version != (row.version if row else 0):
            raise ContactChanged()
        sealed = keys.seal(json.dumps(words), **place_of_contact(application_id))
        if row is None:
            session.add(EmergencyContact(application_id=application_id, sealed=sealed, given_at=clock.now()))
        else:
            row.sealed, row.given_at, row.version = sealed, clock.now(), row.version + 1
        record(
            session, actor, "trainee.contact_given", subject=("application", application_id),
            application_id=application_id,
        )  # fmt: skip


def say_adjustments(session: Session, keys: KeyRing, actor: Actor, application_id: int, words: str) -> None:
    """Keeps what helps them in class; empty takes it back. Raises NotFound, NoSuchPlace or TooLong."""
    said = "\n".join(line.rstrip() for line in words.replace("\r\n", "\n").strip().split("\n"))
    if len(said) > LONGEST_WORDS:
        raise TooLong("adjustments", LONGEST_WORDS)
    with unit_of_work(session):
        _application, trainee = _own(session, actor, application_id)
        if adjustments_of(keys, trainee) == said:
            return
        trainee.adjustments = keys.seal(said, **place_of_adjustments(application_id)) if said else None
        trainee.version += 1
        record(
            session, actor, "trainee.adjustments_said", subject=("trainee", trainee.id), application_id=application_id,
        )  # fmt: skip


def kept_days(session: Session) -> int:
    """How many days after somebody's last day of training their contact is deleted."""
    return setting_value(session, KEPT_DAYS, clock.today())


def forget_due(session: Session, *, most: int) -> int:
    """Deletes contacts nobody needs any more: of those who hold no place, and of those whose course is long over, as
    the notice promises. How many. Idempotent: due work."""
    since = clock.now() - timedelta(days=kept_days(session))
    needed = exists().where(
        Trainee.application_id == EmergencyContact.application_id,
        Trainee.ended_at.is_(None),
        TrainingSession.cohort_id == Trainee.cohort_id,
        TrainingSession.ends_at > since,
    )
    with unit_of_work(session):
        ids = session.scalars(select(EmergencyContact.application_id).where(~needed).limit(most)).all()
        if ids:
            session.execute(delete(EmergencyContact).where(EmergencyContact.application_id.in_(ids)))
        for application_id in ids:
            record(
                session, SYSTEM, "trainee.contact_deleted", subject=("application", application_id),
                application_id=application_id,
            )  # fmt: skip
    return len(ids)
