"""What is in the way of a session: a trainer who is elsewhere, a room that is used. Nothing is ever held twice.

The database cannot say it of spans of time, so whoever plans holds PLANS, and looks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.campaigns.dates import said
from portal.domain.interviews import clashes as interviews
from portal.domain.interviews.clashes import Busy, Elsewhere, Span, plain, taken_between
from portal.domain.interviews.models import Venue
from portal.domain.refusals import Refusal
from portal.domain.training.models import Cohort, SessionTrainer, TrainingSession

PLANS = interviews.PLANS  # one plan is made at a time: two could take the same room
T = TrainingSession


@dataclass(frozen=True)
class Wish:
    """A session as it would be. `session_id`: the one that is changed by it; of several new ones, none."""

    starts_at: datetime
    ends_at: datetime
    venue_id: int | None
    room: str
    trainer_ids: tuple[int, ...]
    session_id: int | None = None


class Clash(NamedTuple):
    """Who or what is held already: in words, and when."""

    words: str
    starts_at: datetime
    ends_at: datetime


class DoubleBooked(Refusal):
    """A trainer or a room is held already at that time; nothing was kept."""

    status = 409
    title = "That is taken already"

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__("; ".join(each.words for each in clashes), field="clashes")
        self.clashes = tuple(clashes)


@dataclass
class _Taken:
    """What else goes on: by member of staff, and by place and room (in small letters)."""

    people: dict[int, list[Clash]] = field(default_factory=dict)
    rooms: dict[tuple[int, str], list[Clash]] = field(default_factory=dict)


def refuse_clashes(session: Session, wishes: Sequence[Wish]) -> None:
    """Raises DoubleBooked. The caller holds PLANS."""
    if found := clashes(session, wishes):
        raise DoubleBooked(found)


def clashes(session: Session, wishes: Sequence[Wish], *, apart_from: Collection[int] = ()) -> list[Clash]:
    """Everything in the way of these sessions, among themselves included, by time. `apart_from`: sessions that are
    told of otherwise. Eight statements at most."""
    if not wishes:
        return []
    staff = {key for wish in wishes for key in wish.trainer_ids}
    own = {wish.session_id for wish in wishes if wish.session_id is not None} | set(apart_from)
    people = session.execute(select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_(staff)))
    names = {row.id: row.name for row in people}
    spans = [(wish.starts_at, wish.ends_at) for wish in wishes]
    taken = _taken(session, staff, min(a for a, _ in spans), max(b for _, b in spans), own)
    _interviews(session, taken, staff, spans)
    online = set(session.scalars(select(Venue.id).where(Venue.online)))
    found: list[Clash] = []
    for wish in sorted(wishes, key=lambda each: each.starts_at):
        found += _of(wish, taken, names, online)
        _hold(wish, taken, "another day of this plan")
    return found


def _of(wish: Wish, taken: _Taken, names: dict[int, str], online: Collection[int]) -> Iterator[Clash]:
    for key in wish.trainer_ids:
        for busy in _over(taken.people.get(key, ()), wish):
            yield _said(wish, f"{names.get(key, 'Somebody')} is at {busy.words}", busy)
    if wish.venue_id is not None and wish.venue_id not in online:
        for busy in _over(taken.rooms.get((wish.venue_id, plain(wish.room)), ()), wish):
            yield _said(wish, f"{wish.room or 'The venue'} is used for {busy.words}", busy)


def _said(wish: Wish, words: str, busy: Clash) -> Clash:
    day = said(clock.london(wish.starts_at).date())
    times = f"{clock.london(busy.starts_at):%H:%M} to {clock.london(busy.ends_at):%H:%M}"
    return Clash(f"{day}: {words}, {times}", wish.starts_at, wish.ends_at)


def _taken(session: Session, staff: Collection[int], first: datetime, last: datetime, own: Collection[int]) -> _Taken:
    """Sessions of every cohort that still stands, drafts included, between these instants."""
    live = (T.cancelled_at.is_(None), Cohort.cancelled_at.is_(None), T.starts_at < last, T.ends_at > first)
    query = select(T.id, T.venue_id, T.room, T.starts_at, T.ends_at, Cohort.name)
    query = query.join(Cohort, Cohort.id == T.cohort_id).where(*live, T.id.not_in(own))
    taken, spans = _Taken(), {}
    for key, venue_id, room, starts, ends, name in session.execute(query.order_by(T.starts_at)):
        spans[key] = Clash(name, starts, ends)
        if venue_id is not None:
            taken.rooms.setdefault((venue_id, plain(room)), []).append(spans[key])
    teaching = select(SessionTrainer.staff_id, SessionTrainer.session_id).where(
        SessionTrainer.staff_id.in_(staff),
        SessionTrainer.session_id.in_(select(T.id).join(Cohort, Cohort.id == T.cohort_id).where(*live)),
    )
    for staff_id, session_id in session.execute(teaching):
        if session_id in spans:
            taken.people.setdefault(staff_id, []).append(spans[session_id])
    return taken


def _interviews(session: Session, taken: _Taken, staff: Collection[int], spans: Sequence[Span]) -> None:
    """Days of interviews hold people and rooms too. No campaign: what people declared to know is not asked."""
    theirs = taken_between(session, staff, spans, 0, 0)
    for staff_id, busy in theirs.people.items():
        held = [Clash(f"interviews at {each.where}", each.starts_at, each.ends_at) for each in busy]
        taken.people.setdefault(staff_id, []).extend(held)
    for place, busy in theirs.rooms.items():
        held = [Clash(f"interviews for {each.where}", each.starts_at, each.ends_at) for each in busy]
        taken.rooms.setdefault(place, []).extend(held)


def _hold(wish: Wish, taken: _Taken, words: str) -> None:
    busy = Clash(words, wish.starts_at, wish.ends_at)
    for key in wish.trainer_ids:
        taken.people.setdefault(key, []).append(busy)
    if wish.venue_id is not None:
        taken.rooms.setdefault((wish.venue_id, plain(wish.room)), []).append(busy)


def _over(busy: Iterable[Clash], wish: Wish) -> list[Clash]:
    return [each for each in busy if each.starts_at < wish.ends_at and wish.starts_at < each.ends_at]


def taught_between(session: Session, staff: Collection[int], spans: Sequence[Span]) -> Elsewhere:
    """The same for who plans interviews: the rooms cohorts have and whom they are taught by. Three statements."""
    taken = _taken(session, staff, min(a for a, _ in spans), max(b for _, b in spans), ())
    online = set(session.scalars(select(Venue.id).where(Venue.online)))
    rooms = {place: _training(held) for place, held in taken.rooms.items() if place[0] not in online}
    return Elsewhere({key: _training(held) for key, held in taken.people.items()}, rooms)


def _training(held: Iterable[Clash]) -> list[Busy]:
    return [Busy(each.starts_at, each.ends_at, f"the training of {each.words}") for each in held]
