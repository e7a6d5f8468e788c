"""Offers made, kept open longer, taken back, let lapse by a person, and confirmed once everything is met."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Application, Requirement, State
from portal.domain.applications.refusals import NotEditable
from portal.domain.applications.rules import Act, By, may_move
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.campaigns.models import Campaign
from portal.domain.messages.actions import drop_waiting
from portal.domain.offers.courses import course_of, first_day
from portal.domain.offers.letters import write, write_offer
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.moving import held_by_staff, move
from portal.domain.offers.places import REMINDERS, before_offer, free, free_place, hold_places, live_offer
from portal.domain.offers.placing_back import put_back
from portal.domain.offers.requirements import open_requirement, outstanding
from portal.domain.offers.rules import (
    ANSWER_DAYS,
    TAKE_BACK_REASONS,
    CourseBegun,
    DayImpossible,
    NoOffer,
    NoPlaceLeft,
    NotOverdue,
    OfferChanged,
    last_moment,
)
from portal.domain.refusals import Refusal
from portal.domain.settings.queries import setting_value


class TakeBackReasonNeeded(Refusal):
    title = "Say why"
    message = "Choose why the offer is taken back."


def offer(session: Session, actor: Actor, application_id: int, *, expires_at: datetime | None = None) -> Offer:
    """Offers one of the course's places, the lowest free number, and writes to the applicant.

    Made twice it is made once. `expires_at` is an aware instant, by default so many days on as the policy says.
    Somebody deferred is offered the later course they asked for. Raises NotFound, NotEditable, NoPlaceLeft,
    NoLaterCourse or CourseBegun.
    """
    with unit_of_work(session):
        application = held_by_staff(session, actor, application_id)
        standing = live_offer(session, application_id)
        if application.state is State.OFFERED and standing is not None:
            return standing
        if not may_move(application.state, Act.OFFER, By.RECRUITER):
            raise NotEditable()
        course = course_of(session, application)
        hold_places(session, course.id)
        place = free_place(session, course.id)
        if place is None:
            raise NoPlaceLeft()
        return give(session, actor, application, course, place, expires_at=expires_at)


def give(
    session: Session,
    actor: Actor,
    application: Application,
    course: Campaign,
    place: int,
    *,
    expires_at: datetime | None = None,
    promoted: bool = False,
    days: str = ANSWER_DAYS,
) -> Offer:
    """The offer itself, for whoever holds the application and the course's places."""
    today = clock.today()
    until = expires_at or last_moment(today, setting_value(session, days, today), first_day(course))
    if until <= clock.now():
        raise CourseBegun()
    made = Offer(
        application_id=application.id,
        campaign_id=course.id,
        place=place,
        made_at=clock.now(),
        made_by=actor.actor_id,
        promoted=promoted,
        expires_at=until,
    )
    session.add(made)
    move(session, application, Act.OFFER)
    session.flush()
    record(
        session, actor, "offer.promoted" if promoted else "offer.made", subject=("offer", made.id),
        application_id=application.id, place=place, campaign=course.slug,
    )  # fmt: skip
    write_offer(session, made, application)
    return made


def _unanswered(session: Session, actor: Actor, application_id: int, seen: int | None) -> tuple[Application, Offer]:
    """An offer nobody has answered, with its application, both held. Raises NotFound, NoOffer or OfferChanged."""
    application = held_by_staff(session, actor, application_id)
    found = live_offer(session, application_id)
    if found is None or found.answer is not None or application.state is not State.OFFERED:
        raise NoOffer()
    if seen is not None and seen != found.version:
        raise OfferChanged()
    return application, found


def keep_open(session: Session, actor: Actor, application_id: int, until: date, *, seen: int | None = None) -> Offer:
    """Gives more time, or less: to the end of a London day before the course begins; the applicant is told.

    The same day again changes nothing. Raises NotFound, NoOffer, OfferChanged or DayImpossible.
    """
    with unit_of_work(session):
        application, found = _unanswered(session, actor, application_id, None)
        course = session.get_one(Campaign, found.campaign_id)
        if not clock.today() < until < first_day(course):
            raise DayImpossible(field="until")
        if found.expires_at == clock.end_of(until):
            return found
        if seen is not None and seen != found.version:
            raise OfferChanged()
        found.expires_at = clock.end_of(until)
        found.version += 1
        application.version += 1
        drop_waiting(session, application_id, REMINDERS)
        record(
            session, actor, "offer.kept_open", subject=("offer", found.id), application_id=application_id,
            until=until.isoformat(),
        )  # fmt: skip
        write(session, "offer_kept_open", found, application)
        return found


def take_back(
    session: Session, actor: Actor, application_id: int, reason: str, *, seen: int | None = None
) -> Application:
    """Takes an unanswered offer back for a coded reason: the person goes to the reserve list, and is told.

    Raises NotFound, NoOffer, OfferChanged or TakeBackReasonNeeded.
    """
    if reason not in TAKE_BACK_REASONS:
        raise TakeBackReasonNeeded(field="reason")
    with unit_of_work(session):
        application, found = _unanswered(session, actor, application_id, seen)
        put_back(session, actor, application, found, OfferAnswer.TAKEN_BACK, reason)
        return application


def lapse(session: Session, actor: Actor, application_id: int, *, seen: int | None = None) -> Application:
    """A person ends what was not answered in time; the applicant is told. Raises NotFound, NoOffer, OfferChanged, or
    NotOverdue while there is time."""
    with unit_of_work(session):
        application, found = _unanswered(session, actor, application_id, seen)
        if clock.now() < found.expires_at:
            raise NotOverdue()
        move(session, application, Act.LAPSE, back_to=before_offer(session, application))
        free(session, found, OfferAnswer.LAPSED, "no_answer")
        record(
            session, actor, "offer.lapsed", subject=("offer", found.id), application_id=application_id,
            place=found.place,
        )  # fmt: skip
        write(session, "offer_ended", found, application, why="lapsed")
        return application


def confirm_met(session: Session, *, most: int = 50) -> int:
    """Accepted offers that depend on nothing any more become unconditional, and their people are told; how many.
    Idempotent: due work."""
    waits = exists().where(Requirement.application_id == Offer.application_id, open_requirement())
    query = (
        select(Offer.id, Offer.application_id)
        .join(Application, Application.id == Offer.application_id)
        .where(Offer.answer == OfferAnswer.ACCEPTED, Offer.freed_at.is_(None), Offer.confirmed_at.is_(None))
        .where(Application.state == State.ACCEPTED, ~waits)
        .order_by(Offer.id)
    )
    return sum(_confirm(session, row.application_id) for row in session.execute(query.limit(most)).all())


def _confirm(session: Session, application_id: int) -> bool:
    with unit_of_work(session):
        application = locked(session, Application, application_id)
        found = live_offer(session, application_id)
        if application is None or found is None or application.state is not State.ACCEPTED:
            return False
        if found.confirmed_at is not None or outstanding(session, application_id):
            return False
        found.confirmed_at = clock.now()
        found.version += 1
        application.version += 1
        record(session, SYSTEM, "offer.confirmed", subject=("offer", found.id), application_id=application_id)
        write(session, "offer_confirmed", found, application)
        return True
