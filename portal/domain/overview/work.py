"""What waits for whom: each member of staff's work, composed from the features that know of it.

Counts are exact to FEW; one more means "more". All of it is one statement, whatever the roles. A part may say what each
piece is about (`thing`) and where it is done (`place`): where all of them agree, the way there can be a single step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Subquery

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Application, Channel, Requirement, RequirementState, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.attendance import waiting as attendance
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.casework.models import Decision
from portal.domain.clearances.waiting import desk_work
from portal.domain.correspondence.models import Direction, Message
from portal.domain.duplicates.queries import waiting_pairs
from portal.domain.interviews import invited, waiting
from portal.domain.interviews.models import Booking, Invitation, Panel, SessionKind
from portal.domain.messages.models import Delivery, OutboxMail
from portal.domain.offers import waiting as offers
from portal.domain.paging import FEW
from portal.domain.shortlisting.models import Assignment, Entry, Settling
from portal.domain.training import waiting as training
from portal.domain.volunteers import waiting as volunteers

AnySelect = Select[*tuple[Any, ...]]
P = Permission
SETTLED = (*ENDED, State.DRAFT, State.APPOINTED)


class Work(StrEnum):
    """The kinds of waiting work there are, in the order they are shown."""

    LATE = "late"  # the promised day of an answer has passed
    OFFERS_LATE = "offers_late"  # an offer's day has passed without an answer
    LATE_READINGS = "late_readings"  # somebody's readings are past their day
    READ_LATE = "read_late"  # one's own
    READ = "read"
    SHEETS = "sheets"  # interviews of one's own panels that have begun
    PANEL_SHORT = "panel_short"  # somebody on the panel knows the applicant
    UNANSWERED = "unanswered"  # invited, and the day to choose a time has passed
    OTHER_TIME = "other_time"  # asked for another time in words
    UNREAD = "unread"
    OCCUPATION = "occupation"
    DIFFERS = "differs"
    REPORTED = "reported"
    DUPLICATES = "duplicates"
    RETURNED = "returned"  # mail that came back or could not leave
    SIFT = "sift"
    INTERVIEWED = "interviewed"  # the panel has agreed, and nobody has decided
    PROVISIONAL = "provisional"
    ENROL = "enrol"  # accepted, and no place in a cohort yet
    BEGIN = "begin"  # a course begins soon, and somebody could begin
    REGISTER = "register"  # today's, until everybody is marked
    GAPS = "gaps"  # a day is over, and somebody on its register is not marked
    CATCH_UPS = "catch_ups"  # a time alone to say yes to, work to read, what has been to sign off
    PLACING = "placing"  # accepted, and nobody has said where they will serve
    POWERS_DOUBT = "powers_doubt"  # held although vetting stands no longer
    COMPLETING = "completing"  # a course is over, and somebody holds no certificate of it
    APPOINTING = "appointing"  # trained, and not appointed yet
    ENTERING = "entering"
    MEDICAL = "medical"
    FITNESS = "fitness"
    SECOND = "second"  # a refusal that somebody else from vetting proposed
    APPEALS = "appeals"  # against refusals one took no part in
    VETTING = "vetting"
    TOLD_VETTING = "told_vetting"  # a change of circumstances, for vetting alone
    TOLD = "told"
    CRITERIA = "criteria"


@dataclass(frozen=True)
class Waiting:
    """Some work: how many there are, how many of them are one's own or nobody's, and since when the oldest waits.

    `thing` and `place` are told where all of it is about the one thing, or is done at the one place.
    """

    work: Work
    count: int
    own: int
    oldest: datetime | None
    thing: str | None = None
    place: str | None = None


def waiting_for(session: Session, viewer: StaffViewer) -> list[Waiting]:
    """What this member of staff's permissions give them to do, late first; empty kinds are left out. One statement."""
    parts = _parts(viewer)
    if not parts:
        return []
    rows = session.execute(union_all(*(_counted(work, query) for work, query in parts.items())))
    found = [Waiting(Work(row.work), row.found, row.own, row.oldest, row.thing, row.place) for row in rows if row.found]
    return sorted(found, key=lambda each: list(Work).index(each.work))


def _parts(viewer: StaffViewer) -> dict[Work, AnySelect]:
    """For each kind of work, since when each piece of it waits, and whether it is one's own or nobody's."""
    found: dict[Work, AnySelect] = {}
    if viewer.scope(P.SEE_APPLICATIONS):
        found |= _applications(viewer)
    if viewer.scope(P.WRITE_MESSAGES):
        found |= _messages(viewer)
    if viewer.scope(P.MODERATE):
        found |= _moderating(viewer)
    if viewer.scope(P.SCORE_BLIND):
        found |= _readings(viewer)
    if viewer.scope(P.SCORE_INTERVIEWS):
        found[Work.SHEETS] = waiting.sheets_to_write(viewer).add_columns(Booking.id.label("thing"))
    if viewer.scope(P.PLAN_INTERVIEWS):
        short = Panel.id.label("thing"), Panel.session_id.label("place")
        found[Work.PANEL_SHORT] = waiting.panels_short(viewer).add_columns(*short)
    if viewer.scope(P.MOVE_APPLICATIONS):
        found[Work.PROVISIONAL] = _provisional(viewer)
        found[Work.INTERVIEWED] = _named(waiting.to_decide(viewer))
    if viewer.scope(P.MAKE_OFFERS):
        found[Work.OFFERS_LATE] = _named(offers.overdue(viewer))
    if viewer.scope(P.PLACE_PEOPLE):
        found[Work.PLACING] = _named(offers.to_place(viewer))
    if viewer.scope(P.INVITE):
        ours = Invitation.kind == SessionKind.INTERVIEW
        found[Work.UNANSWERED] = _named(invited.unanswered(viewer).add_columns(_own(viewer)), only=ours)
        found[Work.OTHER_TIME] = _named(invited.asked(viewer).add_columns(_own(viewer)), only=ours)
    if viewer.scope(P.SETTLE_DUPLICATES):
        found[Work.DUPLICATES] = waiting_pairs(viewer).add_columns(literal(1).label("own"))
    if viewer.scope(P.ENTER_APPLICATIONS):
        begun = select(Application.created_at.label("since"), literal(1).label("own")).order_by(Application.created_at)
        begun = begun.join(Campaign, Campaign.id == Application.campaign_id).where(Campaign.closes_at > clock.now())
        mine = begun.where(Application.state == State.DRAFT, Application.channel != Channel.ONLINE)
        found[Work.ENTERING] = _named(mine.where(Application.entered_by == viewer.id))
    if viewer.scope(P.SEE_CLEARANCES):
        found[Work.MEDICAL] = _named(_with_us(viewer, RequirementKind.MEDICAL, P.SEE_CLEARANCES))
        found[Work.FITNESS] = _named(_with_us(viewer, RequirementKind.FITNESS, P.SEE_CLEARANCES))
    return found | _trained(viewer) | {Work(name): _named(query) for name, query in desk_work(viewer).items()}


def _trained(viewer: StaffViewer) -> dict[Work, AnySelect]:
    """From a place in a cohort to an appointment, and powers that must be looked at."""
    found: dict[Work, AnySelect] = {}
    if viewer.scope(P.KEEP_REGISTER):
        teaching = {
            Work.REGISTER: attendance.registers_today(viewer),
            Work.GAPS: attendance.registers_with_gaps(viewer),
            Work.CATCH_UPS: attendance.to_see_to(viewer),
        }
        found |= {work: query.add_columns(literal(1).label("own")) for work, query in teaching.items()}
    if viewer.scope(P.PLAN_COHORTS):
        found |= {Work.ENROL: training.to_enrol(viewer), Work.BEGIN: training.to_begin(viewer)}
    if viewer.scope(P.COMPLETE_TRAINING):
        found[Work.COMPLETING] = attendance.to_complete(viewer).add_columns(_own(viewer))
    if viewer.scope(P.APPOINT):
        found[Work.APPOINTING] = _named(volunteers.to_appoint(viewer).add_columns(_own(viewer)))
    if viewer.scope(P.GRANT_POWERS):
        found[Work.POWERS_DOUBT] = volunteers.powers_in_doubt(viewer).add_columns(literal(1).label("own"))
    return found


def cohorts_with(viewer: StaffViewer, work: Work) -> AnySelect | None:
    """The ids of the cohorts in which this work is done, of those the viewer may see; None for work of no cohort."""
    if work is Work.ENROL:
        return training.cohorts_to_fill(viewer) if viewer.scope(P.PLAN_COHORTS) else None
    query = _trained(viewer).get(work) if work in {Work.BEGIN, Work.COMPLETING} else None
    return None if query is None else select(query.order_by(None).subquery().c.place)


def _named(query: AnySelect, only: ColumnElement[bool] | None = None) -> AnySelect:
    """Of a query on applications: what it is about is the application, and where, its campaign."""
    slug = select(Campaign.slug).where(Campaign.id == Application.campaign_id).correlate(Application).scalar_subquery()
    thing = Application.reference if only is None else case((only, Application.reference))
    return query.add_columns(thing.label("thing"), slug.label("place"))


def _own(viewer: StaffViewer) -> ColumnElement[int]:
    """1 where the application is the viewer's own to look after, or nobody's."""
    mine = or_(Application.owner_id.is_(None), Application.owner_id == viewer.id)
    return case((mine, 1), else_=0).label("own")


def _applications(viewer: StaffViewer) -> dict[Work, AnySelect]:
    today = clock.today()
    sent = select(Application.received_at.label("since"), _own(viewer)).order_by(Application.received_at)
    here: AnySelect = sent.join(Campaign, Campaign.id == Application.campaign_id)
    here = in_scope(here, viewer, P.SEE_APPLICATIONS)
    promised = Application.next_contact_on
    late = or_(
        and_(promised < today, Application.state.not_in(SETTLED)),
        and_(promised.is_(None), Application.state == State.SUBMITTED, Campaign.answer_by < today),
    )
    return {
        Work.LATE: here.where(late),
        Work.SIFT: here.where(Application.state == State.SUBMITTED, ~func.coalesce(late, False)),
        Work.OCCUPATION: _with_us(viewer, RequirementKind.OCCUPATION, P.SEE_APPLICATIONS),
    }


def _messages(viewer: StaffViewer) -> dict[Work, AnySelect]:
    query = select(Message.created_at.label("since"), _own(viewer)).order_by(Message.created_at)
    here: AnySelect = query.join(Application, Application.id == Message.application_id)
    here = in_scope(here, viewer, P.WRITE_MESSAGES)
    mail = here.join(OutboxMail, OutboxMail.id == Message.mail_id)
    returned = or_(OutboxMail.state == Delivery.FAILED, OutboxMail.bounced_at.is_not(None))
    return {
        Work.UNREAD: here.where(Message.direction == Direction.IN, Message.read_at.is_(None)),
        Work.RETURNED: mail.where(Message.direction == Direction.OUT, returned),
    }


def _moderating(viewer: StaffViewer) -> dict[Work, AnySelect]:
    live = Application.state == State.SUBMITTED
    given: AnySelect = select(Assignment.assigned_at.label("since"), literal(1).label("own"))
    given = given.order_by(Assignment.assigned_at).join(Application, Application.id == Assignment.application_id)
    given = in_scope(given, viewer, P.MODERATE).where(live, Assignment.stepped_down_at.is_(None))
    entries: AnySelect = select(Application.received_at.label("since"), literal(1).label("own"))
    entries = entries.order_by(Application.received_at).join(Entry, Entry.application_id == Application.id)
    entries = in_scope(entries, viewer, P.MODERATE)
    late = Assignment.due_on < clock.today()
    return {
        Work.LATE_READINGS: given.where(Assignment.completed_at.is_(None), late),
        Work.REPORTED: given.where(Assignment.shows_who.is_not(None)),
        Work.DIFFERS: entries.where(live, Entry.state == Settling.DIFFERS),
    }


def _readings(viewer: StaffViewer) -> dict[Work, AnySelect]:
    """One's own, whose applications one must not otherwise reach."""
    mine = (
        select(Assignment.assigned_at.label("since"), literal(1).label("own"))
        .join(Application, Application.id == Assignment.application_id)
        .where(Assignment.staff_id == viewer.id, Application.state == State.SUBMITTED)
        .where(Assignment.completed_at.is_(None), Assignment.stepped_down_at.is_(None))
        .order_by(Assignment.assigned_at)
    )
    today = clock.today()
    return {Work.READ_LATE: mine.where(Assignment.due_on < today), Work.READ: mine.where(Assignment.due_on >= today)}


def _provisional(viewer: StaffViewer) -> AnySelect:
    """Who has withdrawn since is told nothing more: such a decision is no work any more."""
    query = (
        select(Decision.decided_at.label("since"), _own(viewer))
        .join(Application, Application.id == Decision.application_id)
        .where(Decision.undone_at.is_(None), Decision.released_at.is_(None), Application.state.not_in(ENDED))
        .order_by(Decision.decided_at)
    )
    return in_scope(query, viewer, P.MOVE_APPLICATIONS)


def _with_us(viewer: StaffViewer, kind: RequirementKind, permission: Permission) -> AnySelect:
    query = (
        select(func.coalesce(Requirement.asked_at, Application.received_at).label("since"), _own(viewer))
        .join(Application, Application.id == Requirement.application_id)
        .where(Requirement.kind == kind, Requirement.state == RequirementState.WITH_US)
        .where(Application.received_at.is_not(None), Application.state.not_in(ENDED))
    )
    return in_scope(query, viewer, permission)


def _counted(work: Work, query: AnySelect) -> AnySelect:
    some = query.limit(FEW + 1).subquery()
    counted: AnySelect = select(
        literal(work.value).label("work"),
        func.count().label("found"),
        func.coalesce(func.sum(some.c.own), 0).label("own"),
        func.min(some.c.since).label("oldest"),
        _agreed(some, "thing"),
        _agreed(some, "place"),
    ).select_from(some)
    return counted


def _agreed(some: Subquery, name: str) -> ColumnElement[Any]:
    """What all the rows say of themselves in this column; nothing where they differ, or one says nothing."""
    if name not in some.c:
        return cast(null(), String).label(name)
    said = some.c[name]
    same = and_(func.min(said) == func.max(said), func.count(said) == func.count())
    return case((same, cast(func.min(said), String))).label(name)
