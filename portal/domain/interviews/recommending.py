"""What a campaign's interviews came to: everybody interviewed with what their panel agreed, and decisions made from it.

The panels recommend; a recruiter decides, provisionally, until it is released.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.db import hold, holding, locked, unit_of_work
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.applications.refusals import NotEditable
from portal.domain.audit.actions import Actor
from portal.domain.campaigns.managing import reaches
from portal.domain.campaigns.models import Assessor, Campaign
from portal.domain.casework.deciding import decide, decide_all, provisional
from portal.domain.casework.models import Decision, Verdict
from portal.domain.casework.verdicts import AFTER_INTERVIEW, Wanted
from portal.domain.interviews.models import (
    Attendance,
    Booking,
    InterviewSession,
    Invitation,
    Panel,
    Recommendation,
    Sheet,
    SheetMark,
    Slot,
)
from portal.domain.interviews.sittings import Member, interviews, panel_of
from portal.domain.refusals import Conflict, NotFound

P = Permission
MOVE = Permission.MOVE_APPLICATIONS
GONE = (State.WITHDRAWN, State.LAPSED)


class Recruiter(Actor, StaffViewer, Protocol):
    """A signed-in member of staff: sees, and acts."""


@dataclass(frozen=True)
class Result:
    """One person's interview, the last they were asked to. `total` of `full` points are the panel's, once agreed."""

    application_id: int
    reference: str
    name: str
    state: State
    booking_id: int
    starts_at: datetime
    ends_at: datetime
    panel: str
    attendance: Attendance
    agreed_at: datetime | None
    recommendation: Recommendation | None
    total: int
    full: int
    members: tuple[Member, ...]
    decision: Decision | None

    @property
    def told(self) -> bool:
        return self.state is not State.INTERVIEW

    @property
    def agreed(self) -> bool:
        return self.agreed_at is not None

    @property
    def no_show(self) -> bool:
        return self.attendance is Attendance.NO_SHOW

    @property
    def over(self) -> bool:
        return self.attendance is Attendance.LEFT or self.ends_at <= clock.now()

    @property
    def undecided(self) -> bool:
        """Whether the panel has agreed and nobody has decided."""
        return self.agreed and not self.told and self.decision is None

    @property
    def missing(self) -> list[int]:
        """Whose own sheets are not complete."""
        return [each.staff_id for each in self.members if not each.aside and not each.complete]

    @property
    def aside(self) -> list[int]:
        """Who of the panel knows them."""
        return [each.staff_id for each in self.members if each.aside]

    @property
    def share(self) -> float:
        """Of all points, so that panels that asked more or fewer questions compare."""
        return self.total / self.full if self.full else 0.0


class AgreedAnew(Conflict):
    """The panel mended its sheet since the page was shown. `now` is what it agreed."""

    def __init__(self, now: Result) -> None:
        super().__init__()
        self.now = now


def interviewed_campaign(session: Session, viewer: StaffViewer, slug: str) -> Campaign:
    """A campaign on which the viewer decides, in part at least, and for which they read nothing blind any more. Raises
    NotFound for any other."""
    scope = viewer.scope(MOVE)
    reads = exists().where(
        Assessor.campaign_id == Campaign.id, Assessor.staff_id == viewer.id, Assessor.finished_at.is_(None),
        Assessor.ended_at.is_(None),
    )  # fmt: skip
    campaign = session.scalars(select(Campaign).where(Campaign.slug == slug, reaches(scope), ~reads)).one_or_none()
    if campaign is None or not scope:
        raise NotFound()
    return campaign


def _booked(*columns: Any) -> Select[Any]:
    """Interviews that stand, of people who are still there."""
    return (
        select(*columns)
        .select_from(Booking)
        .join(Application, Application.id == Booking.application_id)
        .join(Invitation, Invitation.id == Booking.invitation_id)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Panel, Panel.id == Slot.panel_id)
        .join(InterviewSession, InterviewSession.id == Panel.session_id)
        .where(*interviews(), Application.state.not_in(GONE))
    )


def results_of(
    session: Session, viewer: StaffViewer, campaign_id: int, application_id: int | None = None
) -> list[Result]:
    """Everybody booked for an interview of this campaign, within the viewer's reach: those with most points first,
    then by time. Four statements."""
    sheet = aliased(Sheet)
    points = select(func.sum(SheetMark.points)).where(SheetMark.sheet_id == sheet.id).scalar_subquery()
    number = select(func.count(SheetMark.points)).where(SheetMark.sheet_id == sheet.id).scalar_subquery()
    query = _booked(
        Application.id, Application.reference, Application.given_name, Application.family_name, Application.state,
        Booking.id.label("booking_id"), Slot.starts_at, Slot.ends_at, Panel.name.label("panel"), Booking.attendance,
        sheet.completed_at.label("agreed_at"), sheet.recommendation, points.label("total"), number.label("number"),
    ).outerjoin(sheet, and_(sheet.booking_id == Booking.id, sheet.staff_id.is_(None)))  # fmt: skip
    query = query.where(Application.campaign_id == campaign_id).order_by(Invitation.attempt, Booking.id)
    if application_id is not None:
        query = query.where(Application.id == application_id)
    rows = {row.id: row for row in session.execute(in_scope(query, viewer, MOVE))}  # the last one counts
    members = panel_of(session, [row.booking_id for row in rows.values()])
    decisions = provisional(session, rows)
    found = [_result(row, tuple(members[row.booking_id]), decisions.get(row.id)) for row in rows.values()]
    return sorted(found, key=lambda each: (not each.agreed, -each.share, each.starts_at, each.application_id))


def _result(row: Any, members: tuple[Member, ...], decision: Decision | None) -> Result:
    agreed = row.agreed_at is not None
    return Result(
        row.id, row.reference, f"{row.given_name} {row.family_name}".strip(), row.state, row.booking_id, row.starts_at,
        row.ends_at, row.panel, row.attendance, row.agreed_at, row.recommendation if agreed else None,
        (row.total or 0) if agreed else 0, 5 * row.number if agreed else 0, members, decision,
    )  # fmt: skip


def by_panels(results: Sequence[Result], first_place: int) -> dict[int, Wanted]:
    """What following every panel would decide for those nobody has decided on; reserves by points, from this place
    of the list on."""
    found: dict[int, Wanted] = {}
    place = first_place
    for each in sorted((one for one in results if one.undecided), key=lambda one: (-one.share, one.starts_at)):
        match each.recommendation:
            case Recommendation.OFFER:
                found[each.application_id] = Wanted(Verdict.OFFER)
            case Recommendation.RESERVE:
                found[each.application_id] = Wanted(Verdict.RESERVE, reserve_place=place)
                place += 1
            case _:
                found[each.application_id] = Wanted(Verdict.DECLINE, reason=AFTER_INTERVIEW)
    return found


def next_place(session: Session, campaign_id: int) -> int:
    """The first free place at the end of a campaign's reserve list, those decided and not told included."""
    held = select(func.max(Application.reserve_place)).where(
        Application.campaign_id == campaign_id, Application.state == State.RESERVE
    )
    planned = (
        select(func.max(Decision.reserve_place))
        .join(Application, Application.id == Decision.application_id)
        .where(Application.campaign_id == campaign_id, Decision.undone_at.is_(None), Decision.released_at.is_(None))
    )
    return max(session.scalar(held) or 0, session.scalar(planned) or 0) + 1


def follow_panels(session: Session, viewer: Recruiter, slug: str) -> dict[Verdict, int]:
    """Decides, provisionally, as each panel recommends, where nobody has decided; returns how many of each. A second
    time finds nobody. Raises NotFound."""
    with unit_of_work(session):
        campaign = interviewed_campaign(session, viewer, slug)
        hold(session, f"reserve list {campaign.id}")
        undecided = [each.application_id for each in results_of(session, viewer, campaign.id) if each.undecided]
        query = select(Application.id).where(Application.id.in_(undecided)).order_by(Application.id)
        held = set(session.scalars(holding(query)))  # nobody else decides, and no panel opens its sheet, from here on
        results = [each for each in results_of(session, viewer, campaign.id) if each.application_id in held]
        wanted = by_panels(results, next_place(session, campaign.id))
        decide_all(session, viewer, wanted)
        return {verdict: sum(each.verdict is verdict for each in wanted.values()) for verdict in Verdict}


def decide_from(session: Session, viewer: Recruiter, result: Result, wanted: Wanted, *, agreed: str, seen: int) -> None:
    """A provisional decision from what the panel agreed, `agreed` being when, as the page showed it; empty: unseen.

    Raises NotEditable (told, or the panel has opened its sheet again), AgreedAnew, and what `decide` raises.
    """
    with unit_of_work(session):
        application = locked(session, Application, result.application_id)  # the panel opens its sheet under it too
        if application is None:
            raise NotFound()
        now = next(iter(results_of(session, viewer, application.campaign_id, application.id)), None)
        if now is None or now.told or now.agreed_at is None:
            raise NotEditable()
        if agreed not in {"", now.agreed_at.isoformat()}:
            raise AgreedAnew(now)
        decide(
            session, viewer, application.id, wanted.verdict, reason=wanted.reason, feedback=wanted.feedback,
            reserve_place=wanted.reserve_place, seen=seen,
        )  # fmt: skip


@dataclass(frozen=True)
class Interviewed:
    """A campaign with interviews, in numbers. `undecided`: agreed on, and nobody has decided."""

    slug: str
    name: str
    booked: int
    agreed: int
    no_shows: int
    decided: int
    first: datetime
    last: datetime


def campaigns_interviewed(session: Session, viewer: StaffViewer) -> list[Interviewed]:
    """Campaigns whose interviews the viewer may decide on, the latest first. One statement."""
    sheet, decision = aliased(Sheet), aliased(Decision)
    query = (
        _booked(
            Campaign.slug, Campaign.name, func.count(Booking.id), func.count(sheet.completed_at),
            func.count(case((Booking.attendance == Attendance.NO_SHOW, 1))), func.count(decision.id),
            func.min(Slot.starts_at), func.max(Slot.starts_at),
        )
        .join(Campaign, Campaign.id == Application.campaign_id)
        .outerjoin(sheet, and_(sheet.booking_id == Booking.id, sheet.staff_id.is_(None)))
        .outerjoin(
            decision,
            and_(
                decision.application_id == Application.id, decision.undone_at.is_(None),
                decision.released_at.is_(None),
            ),
        )
        .group_by(Campaign.id)
        .order_by(func.max(Slot.starts_at).desc(), Campaign.id)
    )  # fmt: skip
    return [Interviewed(*row) for row in session.execute(in_scope(query, viewer, MOVE))]
