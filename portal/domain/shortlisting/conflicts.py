"""Who knows whom: declared beforehand by name, or met while reading. Nobody judges somebody they know.

A name is sealed. Applications under it are kept from whoever declared it, and they are not told whether there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nicknames import NickNamer
from sqlalchemy import Select, delete, exists, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, holding, unit_of_work
from portal.domain.applications.models import Application, Conflict, Relation
from portal.domain.applications.search import plain, typed
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.refusals import NotFound, Refusal
from portal.domain.shortlisting.models import Assignment, KnownPerson
from portal.services.crypto import KeyRing

KNOWN = "known"  # why a reading was taken away: a name declared beforehand
CONFLICT = "conflict"  # … the reader says they know who it is
AWAY = "away"  # … given to somebody else; the reader may have it again
LONGEST_NAME = 100
APPLICATION_ID = Application.__table__.c.id
_usual = NickNamer()


class FullNameNeeded(Refusal):
    message = "Enter a first name and a last name"

    def __init__(self) -> None:
        super().__init__(field="name")


@dataclass(frozen=True)
class Known:
    id: int
    name: str
    relation: Relation


def place_of(staff_id: int) -> dict[str, str]:
    """Where a declared name belongs: it opens for nobody else's declaration."""
    return {"table": "known_person", "row": str(staff_id), "column": "name_sealed"}


def known_people(session: Session, keys: KeyRing, staff_id: int) -> list[Known]:
    """Whom this member of staff has declared, by name."""
    rows = session.scalars(select(KnownPerson).where(KnownPerson.staff_id == staff_id).order_by(KnownPerson.id))
    found = [Known(row.id, keys.unseal(row.name_sealed, **place_of(staff_id)), row.relation) for row in rows]
    return sorted(found, key=lambda known: (known.name.casefold(), known.id))


def declare_known(session: Session, actor: Actor, keys: KeyRing, name: str, relation: Relation) -> None:
    """Says beforehand that one knows somebody. The same name again changes how. Raises FullNameNeeded."""
    tidy = " ".join(name.split())
    if len(tidy.split()) < 2 or len(tidy) > LONGEST_NAME:
        raise FullNameNeeded()
    staff_id = _staff_id(actor)
    with unit_of_work(session):
        hold(session, f"known {staff_id}")
        same = [known for known in known_people(session, keys, staff_id) if plain(known.name) == plain(tidy)]
        row = session.get_one(KnownPerson, same[0].id) if same else None
        if row is None:
            row = KnownPerson(staff_id=staff_id, created_at=clock.now())
            session.add(row)
        row.name_sealed, row.relation = keys.seal(tidy, **place_of(staff_id)), relation
        session.flush()
        record(session, actor, "known_person.declared", subject=("staff", staff_id))
        _keep_apart(session, row, tidy)


def forget_known(session: Session, actor: Actor, known_id: int) -> None:
    """Takes a declaration back. What was kept from them because of it stays so. Raises NotFound."""
    with unit_of_work(session):
        gone = delete(KnownPerson).where(KnownPerson.id == known_id, KnownPerson.staff_id == _staff_id(actor))
        if session.scalar(gone.returning(KnownPerson.id)) is None:
            raise NotFound()
        record(session, actor, "known_person.forgotten", subject=("staff", actor.actor_id))


def declare_conflict(session: Session, actor: Actor, application_id: int, relation: Relation) -> bool:
    """Says that one knows the person of this application; from now on it is kept from one. Once; says whether it was
    new. Whoever reads it unfinished reads it no longer."""
    with unit_of_work(session):
        return _conflict(session, actor, _staff_id(actor), application_id, relation, CONFLICT)


def keep_known_apart(session: Session, keys: KeyRing) -> int:
    """Keeps applications that have come in since from whoever declared to know the name on them; returns how many.

    Idempotent. One statement where nobody has declared anybody.
    """
    if session.scalar(select(KnownPerson.id).limit(1)) is None:
        return 0
    people = session.scalars(select(KnownPerson).order_by(KnownPerson.id)).all()
    named = [(row.id, keys.unseal(row.name_sealed, **place_of(row.staff_id))) for row in people]
    waiting = [(key, name) for key, name in named if _not_yet_apart(session, session.get_one(KnownPerson, key), name)]
    if not waiting:
        return 0
    with unit_of_work(session):
        rows = [(session.get(KnownPerson, key), name) for key, name in waiting]
        return sum(_keep_apart(session, row, name) for row, name in rows if row is not None)


def _keep_apart(session: Session, row: KnownPerson, name: str) -> int:
    found = _not_yet_apart(session, row, name)
    for application_id in found:
        _conflict(session, SYSTEM, row.staff_id, application_id, row.relation, KNOWN)
    return len(found)


def _not_yet_apart(session: Session, row: KnownPerson, name: str) -> list[int]:
    """Applications under this name, or a usual short form of it, that are not kept from them yet."""
    declared = exists().where(Conflict.staff_id == row.staff_id, Conflict.application_id == Application.id)
    rows = session.execute(_under(session, name).where(~declared).order_by(Application.id))
    return [found.id for found in rows if same_name(name, found.given_name, found.family_name)]


def _under(session: Session, name: str) -> Select[int, str, str]:
    """Applications with words that begin as the last name does, and a form of the first: some too many."""
    first, *_middle, last = name.split()
    forms = [each for form in sorted(forms_of(first)) for each in typed(session, form).tested(APPLICATION_ID)]
    query = select(Application.id, Application.given_name, Application.family_name)
    return query.where(*typed(session, last).looked_up(APPLICATION_ID), or_(*forms))


def same_name(name: str, given_name: str, family_name: str) -> bool:
    """Whether a declared name may be this applicant's: the last name, and the first or a usual form of it."""
    first, *_middle, last = name.split()
    family = {plain(family_name), *(plain(part) for part in family_name.replace("-", " ").split())}
    given = {form for part in given_name.replace("-", " ").split() for form in forms_of(part)}
    return plain(last) in family and bool(forms_of(first) & given)


def forms_of(first: str) -> set[str]:
    """A first name with its usual short and long forms, plain: "Bill" is William, Will and Billy too."""
    word = first.lower()
    found = {word} | set(_usual.nicknames_of(word)) | set(_usual.canonicals_of(word))
    return {plain(each) for each in found} - {""}


def _conflict(session: Session, actor: Actor, staff_id: int, application_id: int, relation: Relation, why: str) -> bool:
    unfinished = _unfinished(session, staff_id, application_id)  # held first, as by whoever steps down from it
    hold(session, f"conflict {staff_id} {application_id}")
    known = exists().where(Conflict.staff_id == staff_id, Conflict.application_id == application_id)
    new = not session.scalar(select(known))
    if new:
        session.add(
            Conflict(staff_id=staff_id, application_id=application_id, relation=relation, declared_at=clock.now())
        )
        record(
            session, actor, "conflict.declared", subject=("application", application_id),
            application_id=application_id, relation=relation.value,
        )  # fmt: skip
    take_back(session, unfinished, why)
    session.flush()
    return new


def _unfinished(session: Session, staff_id: int, application_id: int) -> list[Assignment]:
    query = select(Assignment).where(
        Assignment.staff_id == staff_id,
        Assignment.application_id == application_id,
        Assignment.completed_at.is_(None),
        Assignment.stepped_down_at.is_(None),
    )
    return list(session.scalars(holding(query)))


def take_back(session: Session, assignments: Iterable[Assignment], why: str) -> None:
    """Empties these seats. What was scored in them counts no more."""
    for assignment in assignments:
        assignment.stepped_down_at, assignment.stepped_down_reason = clock.now(), why
        assignment.shows_who = None
        assignment.version += 1
    session.flush()


def _staff_id(actor: Actor) -> int:
    if actor.actor_id is None:
        raise NotFound()
    return actor.actor_id
