"""Which course a place is on: the application's own, or, once put off, a later one of the same scheme."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import dates_of
from portal.domain.campaigns.models import Campaign, TrainingDay
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.offers.rules import NoLaterCourse


def first_day(campaign: Campaign) -> date:
    """The London day a campaign's course begins."""
    return dates_of(campaign).training_from


def later_courses(session: Session, campaign: Campaign) -> list[Campaign]:
    """Published courses of the same scheme that begin after this one and have not begun, the next first."""
    begins = func.min(TrainingDay.starts_at)
    own = select(func.min(TrainingDay.starts_at)).where(TrainingDay.campaign_id == campaign.id).scalar_subquery()
    query = (
        select(Campaign)
        .join(TrainingDay, TrainingDay.campaign_id == Campaign.id)
        .where(Campaign.scheme_id == campaign.scheme_id, Campaign.id != campaign.id)
        .where(Campaign.published_at <= clock.now(), Campaign.archived_at.is_(None))
        .group_by(Campaign.id)
        .having(begins > own, begins > clock.end_of(clock.today()))
        .order_by(begins, Campaign.id)
    )
    return list(session.scalars(query.options(selectinload(Campaign.training_days))))


def put_off_to(session: Session, application_id: int) -> Offer | None:
    """The offer somebody put off last."""
    query = select(Offer).where(Offer.application_id == application_id, Offer.answer == OfferAnswer.DEFERRED)
    return session.scalars(query.order_by(Offer.id.desc()).limit(1)).one_or_none()


def course_of(session: Session, application: Application) -> Campaign:
    """The course this application would be offered a place on now. Raises NoLaterCourse where none is planned yet."""
    if application.state is not State.DEFERRED:
        return application.campaign
    put_off = put_off_to(session, application.id)
    after = session.get_one(Campaign, put_off.campaign_id) if put_off else application.campaign
    courses = later_courses(session, after)
    chosen = [each for each in courses if put_off and each.id == put_off.defer_to_id] or courses
    if not chosen:
        raise NoLaterCourse()
    return chosen[0]
