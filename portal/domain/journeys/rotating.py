"""Changing the master key: everything sealed or wrapped under an old one is sealed again under the newest.

Files are not touched, only the small keys that open them. Rows done already are left alone, so a run that was
stopped is simply run again; afterwards the old master may leave the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select, tuple_
from sqlalchemy.orm import Session

from portal.db import Base, holding, unit_of_work
from portal.domain.accounts.models import StaffMember, UnsentForm
from portal.domain.accounts.unsent import place_of as place_of_unsent
from portal.domain.applications.keeping import place_of as place_of_kept
from portal.domain.applications.models import Answer, KeptForm
from portal.domain.applications.queries import place_of
from portal.domain.attendance.assessing import place_of_assessment
from portal.domain.attendance.beforehand import place_of as place_of_cannot_come
from portal.domain.attendance.catching_up import place_of_work
from portal.domain.attendance.certificates import place_of as place_of_certificate
from portal.domain.attendance.models import Assessment, CannotCome, CatchUp, Certificate, RegisterNote
from portal.domain.audit.actions import Actor, record
from portal.domain.casework.models import Call, Note
from portal.domain.casework.notes import place_of_call, place_of_note
from portal.domain.clearances.fitness import place_of as place_of_attempt
from portal.domain.clearances.models import (
    CircumstanceChange,
    CriteriaCheck,
    Declaration,
    FitnessAttempt,
    Referee,
    RequirementStep,
    VettingCase,
    VettingQuery,
)
from portal.domain.clearances.references import place_of as place_of_referee
from portal.domain.clearances.sealing import place_of as place_of_words
from portal.domain.clearances.steps import place_of_step
from portal.domain.documents.models import Document
from portal.domain.interviews.models import Sheet, SheetMark, SheetReopening, Wish
from portal.domain.interviews.waiting_list import place_of_wish
from portal.domain.interviews.writing import place_of_mark, place_of_sheet
from portal.domain.shortlisting.conflicts import place_of as place_of_known
from portal.domain.shortlisting.models import KnownPerson, Mask
from portal.domain.shortlisting.reporting import place_of as place_of_mask
from portal.domain.training.contacts import place_of_adjustments, place_of_contact
from portal.domain.training.models import EmergencyContact, Trainee
from portal.domain.volunteers.models import AppointmentStep
from portal.services.crypto import KeyRing

BATCH = 200
Renew = Callable[[KeyRing, Any, bytes], bytes]


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column that holds sealed bytes, and how a row's are sealed again."""

    model: type[Base]
    column: str
    renew: Renew

    @property
    def name(self) -> str:
        return f"{self.model.__tablename__}.{self.column}"


def _answer(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of(row.application_id, row.question_id))


def _kept_form(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_kept(row.application_id, row.section))


def _unsent(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_unsent(row.key))


def _name(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, table="document", row=row.public_id, column="name_sealed")


def _totp(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, table="staff_member", row=str(row.id), column="totp_sealed")


def _note(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_note(row.id))


def _call(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_call(row.id))


def _known(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_known(row.staff_id))


def _mask(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_mask(row.application_id))


def _in_place(column: str) -> Renew:
    """Of words sealed for their table, their row's number and this column (`clearances.sealing`)."""

    def renew(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
        number = inspect(row).identity[0]
        return keys.reseal(sealed, **place_of_words(type(row), number, column))

    return renew


def _wish(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_wish(row.id))


def _sheet(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_sheet(row.id))


def _sheet_mark(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_mark(row.sheet_id, row.question_id))


def _step(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_step(row.id))


def _referee(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_referee(row.id))


def _attempt(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_attempt(row.id))


def _contact(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_contact(row.application_id))


def _adjustments(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_adjustments(row.application_id))


def _cannot_come(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_cannot_come(row.trainee_id, row.session_id))


def _work(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_work(row.id))


def _assessment(keys: KeyRing, row: Any, sealed: bytes) -> bytes:
    return keys.reseal(sealed, **place_of_assessment(row.id))


def _wrapped(keys: KeyRing, row: Any, wrapped: bytes) -> bytes:
    return keys.rewrap(wrapped, row.public_id)


def _certificate(keys: KeyRing, row: Any, wrapped: bytes) -> bytes:
    return keys.rewrap(wrapped, place_of_certificate(row))


SEALED: tuple[SealedColumn, ...] = (
    SealedColumn(Document, "wrapped_key", _wrapped),
    SealedColumn(Document, "name_sealed", _name),
    SealedColumn(Answer, "sealed", _answer),
    SealedColumn(KeptForm, "sealed", _kept_form),
    SealedColumn(UnsentForm, "sealed", _unsent),
    SealedColumn(StaffMember, "totp_sealed", _totp),
    SealedColumn(Note, "sealed", _note),
    SealedColumn(Call, "sealed", _call),
    SealedColumn(KnownPerson, "name_sealed", _known),
    SealedColumn(Mask, "sealed", _mask),
    SealedColumn(RequirementStep, "sealed", _step),
    SealedColumn(Referee, "sealed", _referee),
    SealedColumn(FitnessAttempt, "sealed", _attempt),
    SealedColumn(Wish, "sealed", _wish),
    SealedColumn(Sheet, "sealed", _sheet),
    SealedColumn(SheetMark, "sealed", _sheet_mark),
    SealedColumn(CatchUp, "work", _work),
    SealedColumn(Assessment, "sealed", _assessment),
    SealedColumn(EmergencyContact, "sealed", _contact),
    SealedColumn(Trainee, "adjustments", _adjustments),
    SealedColumn(CannotCome, "sealed", _cannot_come),
    SealedColumn(Certificate, "wrapped_key", _certificate),
    *(
        SealedColumn(model, column, _in_place(column))
        for model, column in (
            (Declaration, "sealed"),
            (VettingCase, "sealed_reason"),
            (VettingCase, "sealed_appeal"),
            (VettingQuery, "sealed_question"),
            (VettingQuery, "sealed_answer"),
            (CircumstanceChange, "sealed"),
            (CriteriaCheck, "sealed"),
            (RegisterNote, "sealed"),
            (SheetReopening, "sealed"),
            (AppointmentStep, "sealed"),
        )
    ),
)


def rotate_keys(session: Session, actor: Actor, keys: KeyRing) -> dict[str, int]:
    """Renews every sealed column, a batch in a unit of work; returns how many values changed in each.

    Raises SealBroken for a value no master of the ring opens; what was done before stays done.
    """
    changed = {place.name: sum(_renewed(session, keys, place)) for place in SEALED}
    with unit_of_work(session):
        record(session, actor, "keys.rotated", subject=("keys", keys.current), **changed)
    return changed


def _renewed(session: Session, keys: KeyRing, place: SealedColumn) -> Iterator[int]:
    """How many values each batch changed."""
    primary = inspect(place.model).primary_key
    last: tuple[Any, ...] | None = None
    while True:
        with unit_of_work(session):
            query = select(place.model).where(getattr(place.model, place.column).is_not(None)).order_by(*primary)
            if last is not None:
                query = query.where(tuple_(*primary) > last)
            rows = session.scalars(holding(query.limit(BATCH))).all()
            count = sum(_renew(keys, row, place) for row in rows)
            last = tuple(getattr(rows[-1], part.name) for part in primary) if rows else None
        yield count
        if last is None:
            return


def _renew(keys: KeyRing, row: Any, place: SealedColumn) -> bool:
    sealed: bytes = getattr(row, place.column)
    if keys.version_of(sealed) == keys.current:
        return False
    setattr(row, place.column, place.renew(keys, row, sealed))
    return True
