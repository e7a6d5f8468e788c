"""Offers as those see them who make them: of every campaign, and of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import Session, selectinload

from portal import clock
from portal.domain.accounts.rules import Permission, Scope
from portal.domain.applications.models import Application, Requirement, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.campaigns.models import Assessor, Campaign, CampaignDistrict, District
from portal.domain.offers.models import Offer, OfferAnswer, PromotionStop
from portal.domain.offers.places import came_free
from portal.domain.offers.promoting import eligible
from portal.domain.offers.requirements import open_requirement
from portal.domain.offers.rules import answer_by
from portal.domain.refusals import NotFound

AnySelect = Select[*tuple[Any, ...]]
M = Permission.MAKE_OFFERS
LIVE = (State.OFFERED, State.ACCEPTED, State.TRAINING)


def _campaigns(viewer: StaffViewer) -> Select[Campaign]:
    """Campaigns this person makes offers for, in part at least, and does not read for blind."""
    scope: Scope = viewer.scope(M)
    reads = exists().where(
        Assessor.campaign_id == Campaign.id, Assessor.staff_id == viewer.id,
        Assessor.finished_at.is_(None), Assessor.ended_at.is_(None),
    )  # fmt: skip
    query = select(Campaign).where(not_(reads))
    if scope.force:
        return query
    reached = select(CampaignDistrict.campaign_id).join(District, District.id == CampaignDistrict.district_id)
    return query.where(Campaign.id.in_(reached.where(District.division_id.in_(scope.divisions))))


def offered_campaign(session: Session, viewer: StaffViewer, slug: str) -> Campaign:
    """One campaign this person makes offers for. Raises NotFound for any other."""
    query = _campaigns(viewer).where(Campaign.slug == slug, Campaign.published_at.is_not(None))
    found = session.scalars(query.options(selectinload(Campaign.training_days))).one_or_none()
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Summary:
    """One campaign's offers in numbers; within the viewer's reach, but for its places. `held`: of the course."""

    campaign: Campaign
    held: int
    waiting: int
    late: int
    accepted: int
    reserve: int


def summaries(session: Session, viewer: StaffViewer) -> list[Summary]:
    """Campaigns with offers, or people in reserve or met, the soonest course first. Three statements."""
    counted = {row.key: row for row in session.execute(in_scope(_counted(), viewer, M)).all()}
    held = select(Offer.campaign_id, func.count()).where(Offer.freed_at.is_(None)).group_by(Offer.campaign_id)
    places = {row[0]: int(row[1]) for row in session.execute(held)}
    query = _campaigns(viewer).where(Campaign.id.in_([*counted, *places]), Campaign.archived_at.is_(None))
    return [
        _summary(campaign, places.get(campaign.id, 0), counted.get(campaign.id))
        for campaign in session.scalars(query.order_by(Campaign.starts_on, Campaign.id))
    ]


def _counted() -> AnySelect:
    """By the campaign whose course it is: a deferred one's is the later one's."""
    key = func.coalesce(Offer.campaign_id, Application.campaign_id).label("key")
    live = and_(Offer.application_id == Application.id, Offer.freed_at.is_(None))
    unanswered = and_(Application.state == State.OFFERED, Offer.answer.is_(None))
    return (
        select(
            key,
            _sum(and_(unanswered, Offer.expires_at > clock.now())).label("waiting"),
            _sum(and_(unanswered, Offer.expires_at <= clock.now())).label("late"),
            _sum(Offer.answer == OfferAnswer.ACCEPTED).label("accepted"),
            _sum(Application.state == State.RESERVE).label("reserve"),
        )
        .select_from(Application)
        .outerjoin(Offer, live)
        .where(Application.state.in_((*LIVE, State.RESERVE, State.INTERVIEW, State.DEFERRED)))
        .group_by(key)
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _summary(campaign: Campaign, held: int, row: Row[Any] | None) -> Summary:
    if row is None:
        return Summary(campaign, held, 0, 0, 0, 0)
    return Summary(campaign, held, row.waiting, row.late, row.accepted, row.reserve)


@dataclass(frozen=True)
class Person:
    """One line of a campaign's board. `open_still`: how many requirements its place still depends on."""

    reference: str
    name: str
    district: str
    state: State
    since: datetime
    offer: Offer | None = None
    reserve_place: int | None = None
    open_still: int = 0
    paused_until: date | None = None
    by_rule: bool = False  # the rule may promote them

    @property
    def answer_by(self) -> date | None:
        return answer_by(self.offer.expires_at) if self.offer else None


@dataclass(frozen=True)
class Board:
    """A campaign's places and people. `freed`: places that came free and nobody holds."""

    campaign: Campaign
    held: int
    freed: int
    stop: PromotionStop | None
    late: list[Person]
    waiting: list[Person]
    accepted: list[Person]
    reserve: list[Person]
    deferred: list[Person]
    met: int

    @property
    def left(self) -> int:
        return max(0, self.campaign.places - self.held)


def board_of(session: Session, viewer: StaffViewer, slug: str) -> Board:
    """Everybody of a campaign who was offered a place or waits for one, within reach. A fixed number of statements."""
    campaign, now = offered_campaign(session, viewer, slug), clock.now()
    live = [_person(row) for row in session.execute(in_scope(_live(campaign.id), viewer, M)).all()]
    waiting = [each for each in live if each.offer is not None and each.offer.answer is None]
    held = select(func.count()).where(Offer.campaign_id == campaign.id, Offer.freed_at.is_(None))
    freed = select(func.count(func.distinct(Offer.place))).where(came_free(campaign.id), Offer.place <= campaign.places)
    met = select(Application.id).where(Application.campaign_id == campaign.id, Application.state == State.INTERVIEW)
    return Board(
        campaign=campaign,
        held=session.scalar(held) or 0,
        freed=session.scalar(freed) or 0,
        stop=session.get(PromotionStop, campaign.id),
        late=[each for each in waiting if each.offer is not None and each.offer.expires_at <= now],
        waiting=[each for each in waiting if each.offer is not None and each.offer.expires_at > now],
        accepted=[each for each in live if each.offer is not None and each.offer.answer is not None],
        reserve=[_waiting(row) for row in session.execute(in_scope(_reserve(campaign.id), viewer, M)).all()],
        deferred=[_waiting(row) for row in session.execute(in_scope(_deferred(campaign), viewer, M)).all()],
        met=len(session.scalars(in_scope(met, viewer, M)).all()),
    )


def _live(campaign_id: int) -> AnySelect:
    needs = select(func.count()).where(Requirement.application_id == Application.id, open_requirement())
    return (
        select(Application, Offer, District.name.label("district"), needs.scalar_subquery().label("needs"))
        .join(Offer, Offer.application_id == Application.id)
        .outerjoin(District, District.id == Application.district_id)
        .where(Offer.campaign_id == campaign_id, Offer.freed_at.is_(None))
        .order_by(Offer.expires_at, Offer.place)
    )


def _reserve(campaign_id: int) -> AnySelect:
    by_rule = case((and_(*eligible()), 1), else_=0).label("by_rule")
    return (
        select(Application, District.name.label("district"), by_rule)
        .outerjoin(District, District.id == Application.district_id)
        .where(Application.campaign_id == campaign_id, Application.state == State.RESERVE)
        .order_by(Application.reserve_place.is_(None), Application.reserve_place, Application.id)
    )


def _deferred(campaign: Campaign) -> AnySelect:
    """Those who put a place off to this course, or to the next of its scheme there would be."""
    waits = exists().where(
        Offer.application_id == Application.id,
        Offer.answer == OfferAnswer.DEFERRED,
        Offer.campaign_id != campaign.id,
        or_(Offer.defer_to_id == campaign.id, Offer.defer_to_id.is_(None)),
    )
    same = select(Campaign.id).where(Campaign.scheme_id == campaign.scheme_id)
    return (
        select(Application, District.name.label("district"))
        .outerjoin(District, District.id == Application.district_id)
        .where(Application.state == State.DEFERRED, Application.campaign_id.in_(same), waits)
        .order_by(Application.state_since, Application.id)
    )


def _person(row: Row[Any]) -> Person:
    application = row.Application
    return Person(
        reference=application.reference, name=_name(application), district=row.district or "",
        state=application.state, since=application.state_since, offer=row.Offer, open_still=row.needs,
        reserve_place=application.reserve_place,
    )  # fmt: skip


def _waiting(row: Row[Any]) -> Person:
    application = row.Application
    paused = application.paused_until
    return Person(
        reference=application.reference, name=_name(application), district=row.district or "",
        state=application.state, since=application.state_since, reserve_place=application.reserve_place,
        paused_until=paused if paused and paused >= clock.today() else None, by_rule=bool(getattr(row, "by_rule", 0)),
    )  # fmt: skip


def _name(application: Application) -> str:
    return f"{application.given_name} {application.family_name}".strip()
