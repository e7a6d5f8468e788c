"""The places where people are seen, and ways to meet without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, locked, unit_of_work
from portal.domain.accounts.rules import Permission, Scope
from portal.domain.applications.queries import StaffViewer
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import District
from portal.domain.campaigns.parts import mark_of
from portal.domain.interviews.models import InterviewSession, Venue
from portal.domain.refusals import Conflict, Forbidden, NotFound, Refusal

NAMES = "venue names"  # held by whoever gives one
PLAN = Permission.PLAN_INTERVIEWS


class Planner(StaffViewer, Actor, Protocol):
    """A signed-in member of staff who acts within their reach."""


class NameTaken(Refusal):
    message = "There is a place of that name. Choose another name."

    def __init__(self) -> None:
        super().__init__(field="name")


class VenueChanged(Conflict):
    """Somebody else saved this place since the page was opened."""


class NotYours(Forbidden):
    message = "This place belongs to the force or to another division."


class InUse(Conflict):
    title = "This place is in use"
    message = "People are still to be seen here. Move or cancel those days first."


@dataclass(frozen=True)
class VenueWords:
    """What is said of a place. `district_id`: whose it is; none for the whole force's."""

    name: str
    address: str = ""
    map_url: str = ""
    access_notes: str = ""
    step_free: bool = False
    online: bool = False
    district_id: int | None = None

    @property
    def mark(self) -> str:
        """Stands for these words: a form carries that of what it showed."""
        return mark_of(asdict(self))


def words_of(venue: Venue) -> VenueWords:
    return VenueWords(**{name: getattr(venue, name) for name in VenueWords.__dataclass_fields__})


@dataclass(frozen=True)
class Listed:
    """A place as the list shows it: how many days are still to come there, and whether the viewer may change it."""

    venue: Venue
    district: str | None
    coming: int
    yours: bool


def listed(session: Session, viewer: StaffViewer) -> list[Listed]:
    """Every place, those in use first, by name. One statement."""
    coming = (
        select(func.count())
        .where(
            InterviewSession.venue_id == Venue.id,
            InterviewSession.cancelled_at.is_(None),
            InterviewSession.ends_at > clock.now(),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Venue, District.name, District.division_id, coming)
        .outerjoin(District, District.id == Venue.district_id)
        .order_by(Venue.archived_at.is_not(None), func.lower(Venue.name), Venue.id)
    )
    scope = viewer.scope(PLAN)
    return [Listed(venue, name, count, _within(scope, division)) for venue, name, division, count in rows]


def in_use(session: Session) -> Sequence[Venue]:
    """The places a day can be planned at, by name."""
    query = select(Venue).where(Venue.archived_at.is_(None)).order_by(func.lower(Venue.name), Venue.id)
    return session.scalars(query).all()


def venue_to_change(session: Session, viewer: StaffViewer, venue_id: int) -> Venue:
    """Raises NotFound; NotYours for the force's or another division's place."""
    found = session.get(Venue, venue_id)
    if found is None:
        raise NotFound()
    _refuse_unless_theirs(session, viewer, found.district_id)
    return found


def save_venue(session: Session, viewer: Planner, venue_id: int | None, words: VenueWords, seen: str = "") -> Venue:
    """A new place, or one as it is from now on. `seen` is the mark of what the form showed.

    Raises NotFound, NotYours, NameTaken, VenueChanged.
    """
    with unit_of_work(session):
        hold(session, NAMES)
        _refuse_unless_theirs(session, viewer, words.district_id)
        venue = Venue() if venue_id is None else locked(session, Venue, venue_id)
        if venue is None:
            raise NotFound()
        if venue_id is not None:
            _refuse_unless_theirs(session, viewer, venue.district_id)
            if words_of(venue).mark != seen:
                raise VenueChanged()
            if words_of(venue) == words:
                return venue
        same = select(Venue.id).where(func.lower(Venue.name) == words.name.lower(), Venue.id != (venue_id or 0))
        if session.scalar(same) is not None:
            raise NameTaken()
        changed = [name for name, value in asdict(words).items() if venue_id is None or getattr(venue, name) != value]
        _write(venue, asdict(words))
        session.add(venue)
        session.flush()
        record(session, viewer, "venue.saved", subject=("venue", venue.id), fields=changed)
        return venue


def _write(venue: Venue, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(venue, name, value)


def archive_venue(session: Session, viewer: Planner, venue_id: int, *, away: bool) -> Venue:
    """Puts a place away, or takes it out again; a second time changes nothing. Raises NotFound, NotYours, InUse."""
    with unit_of_work(session):
        venue_to_change(session, viewer, venue_id)
        venue = locked(session, Venue, venue_id)
        if venue is None:
            raise NotFound()
        if (venue.archived_at is not None) == away:
            return venue
        still = select(InterviewSession.id).where(
            InterviewSession.venue_id == venue_id,
            InterviewSession.cancelled_at.is_(None),
            InterviewSession.ends_at > clock.now(),
        )
        if away and session.scalar(still.limit(1)) is not None:
            raise InUse()
        venue.archived_at = clock.now() if away else None
        record(session, viewer, "venue.archived" if away else "venue.restored", subject=("venue", venue.id))
        return venue


def districts_to_choose(session: Session, viewer: StaffViewer) -> list[District]:
    """Whose a place may be, as this viewer may say it, by name."""
    scope = viewer.scope(PLAN)
    query = select(District).order_by(District.name)
    if not scope.force:
        query = query.where(District.division_id.in_(scope.divisions))
    return list(session.scalars(query))


def _refuse_unless_theirs(session: Session, viewer: StaffViewer, district_id: int | None) -> None:
    division = session.scalar(select(District.division_id).where(District.id == district_id)) if district_id else None
    if not _within(viewer.scope(PLAN), division):
        raise NotYours()


def _within(scope: Scope, division_id: int | None) -> bool:
    return scope.force or (division_id is not None and division_id in scope.divisions)
