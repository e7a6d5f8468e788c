"""What is held of somebody's offers and checks, for them to take away: what was said to them and what they said.

A declaration is left out: its writer may not read it back here, so that nobody else at their screen does. So are
referees' words, and why vetting decided as it did.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.attendance.beforehand import words_of
from portal.domain.attendance.keeping import said_by
from portal.domain.attendance.models import CannotCome, Mark
from portal.domain.campaigns.models import Campaign, District
from portal.domain.clearances.fitness import attempts_of, number_words
from portal.domain.clearances.models import Declaration, IdentityEvidence, VettingCase
from portal.domain.clearances.references import referees_of
from portal.domain.offers.models import Offer, Placement
from portal.domain.training.contacts import adjustments_of, contact_of
from portal.domain.training.models import Availability, Cohort, Trainee, TrainingSession, Waiting
from portal.domain.volunteers.held import held_of
from portal.services.crypto import KeyRing

Line = dict[str, str]


def held_since(session: Session, keys: KeyRing, application_id: int) -> list[Line]:
    """A line for each thing, in the order of the road, as plain values. A fixed number of statements."""
    return [{"what": what, "when": when} for what, when in _lines(session, keys, application_id)]


def _lines(session: Session, keys: KeyRing, application_id: int) -> Iterator[tuple[str, str]]:
    for evidence in session.scalars(select(IdentityEvidence).filter_by(application_id=application_id)):
        yield f"Shown to us: {_words(evidence.kind)}", evidence.seen_on.isoformat()
    for referee in referees_of(session, application_id, replaced=True):
        answer = "answered" if referee.answered_at else "declined" if referee.declined_at else "not answered"
        yield (
            f"Referee: {referee.name}, {referee.email}, known {referee.years_known} years, {answer}",
            _day(referee.created_at),
        )
    for attempt in attempts_of(session, application_id, keys):
        result = f"{number_words(attempt.result)} {attempt.unit}" if attempt.result is not None else ""
        reached = "reached" if attempt.reached else "not reached"
        yield f"{attempt.test}: {result}, the standard {reached}", attempt.taken_on.isoformat()
    sent = select(Declaration).where(Declaration.application_id == application_id, Declaration.sent_at.is_not(None))
    for declaration in session.scalars(sent.order_by(Declaration.id)):
        yield f"Declaration sent to vetting: {declaration.kind.value}", _day(declaration.sent_at)
    case = session.scalars(select(VettingCase).filter_by(application_id=application_id)).one_or_none()
    if case is not None and case.result_at is not None and case.expires_on is not None:
        yield f"Vetting holds until {case.expires_on.isoformat()}", _day(case.result_at)
    offers = select(Offer, Campaign.name).join(Campaign, Campaign.id == Offer.campaign_id)
    for offer, course in session.execute(offers.where(Offer.application_id == application_id).order_by(Offer.id)):
        answer = _words(offer.answer.value) if offer.answer else "not answered yet"
        yield f"A place offered on {course}: {answer}", _day(offer.made_at)
    placed = select(Placement, District.name).join(District, District.id == Placement.district_id)
    for placement, district in session.execute(placed.where(Placement.application_id == application_id)):
        if placement.confirmed_at is not None:
            yield f"Where you will serve: {district}", _day(placement.confirmed_at)
    yield from _places(session, keys, application_id)
    yield from held_of(session, keys, application_id)


def _places(session: Session, keys: KeyRing, application_id: int) -> Iterator[tuple[str, str]]:
    """Places in cohorts, what was said of days and marked on them, whom to ring, what helps in class."""
    places = select(Trainee, Cohort.name).join(Cohort, Cohort.id == Trainee.cohort_id)
    places = places.where(Trainee.application_id == application_id).order_by(Trainee.id)
    for trainee, cohort in session.execute(places).all():
        ended = f", {_words(trainee.ended_as.value)}" if trainee.ended_as else ""
        yield f"A place in {cohort}{ended}", _day(trainee.enrolled_at)
        if helps := adjustments_of(keys, trainee):
            yield f"What helps you in class: {helps}", ""
    stated = select(Availability, Cohort.name).join(Cohort, Cohort.id == Availability.cohort_id)
    for said, cohort in session.execute(stated.where(Availability.application_id == application_id)):
        suits = f"{len(said.misses)} days you cannot come to" if said.suits else "it does not suit you"
        yield f"The days of {cohort}: {suits}", _day(said.stated_at)
    waited = select(Waiting, Cohort.name).join(Cohort, Cohort.id == Waiting.cohort_id)
    for waiting, cohort in session.execute(waited.where(Waiting.application_id == application_id)):
        yield f"On the waiting list of {cohort}", _day(waiting.asked_at)
    away = (
        select(CannotCome, TrainingSession.title)
        .join(Trainee, Trainee.id == CannotCome.trainee_id)
        .join(TrainingSession, TrainingSession.id == CannotCome.session_id)
        .where(Trainee.application_id == application_id)
        .order_by(TrainingSession.starts_at)
    )
    for told, title in session.execute(away):
        words = words_of(keys, told)
        yield f"You could not come to {title}: {told.reason}{f', {words}' if words else ''}", _day(told.told_at)
    marks = (
        select(Mark, TrainingSession)
        .join(Trainee, Trainee.id == Mark.trainee_id)
        .join(TrainingSession, TrainingSession.id == Mark.session_id)
        .where(Trainee.application_id == application_id)
        .order_by(TrainingSession.starts_at, Mark.trainee_id)
    )
    for mark, training in session.execute(marks):
        yield f"Training, {training.title}: {said_by(mark).words.lower()}", _day(training.starts_at)
    if contact := contact_of(session, keys, application_id):
        yield f"Emergency contact: {contact.name}, {contact.phone}, {contact.relation}", ""


def _words(code: str) -> str:
    return code.replace("_", " ")


def _day(moment: datetime | None) -> str:
    return clock.london(moment).date().isoformat() if moment is not None else ""
