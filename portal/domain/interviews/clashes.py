"""What stands in the way of a day, before it is made and afterwards: people, rooms, dates, clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application, Conflict, State
from portal.domain.campaigns.bank_holidays import holiday_on
from portal.domain.campaigns.dates import said
from portal.domain.campaigns.models import Campaign
from portal.domain.interviews.models import InterviewSession, Panel, PanelMember, SessionKind, Venue
from portal.domain.interviews.planning import PanelPlan, SessionPlan
from portal.domain.interviews.timetable import Slots
from portal.domain.refusals import Refusal

PLANS = "plans of people and rooms"  # held by whoever makes days, of interviews or of training: each sees the others'
A_DAY = timedelta(days=1)
S = InterviewSession
Span = tuple[datetime, datetime]


class Weight(IntEnum):
    NOTE = 0  # good to know
    WARN = 1  # somebody says that it is meant so
    STOP = 2  # it cannot be


class Clash(NamedTuple):
    weight: Weight
    words: str


@dataclass(frozen=True)
class Looked:
    """A day as it would be, with all that is in its way; no slots where the times make none."""

    plan: SessionPlan
    slots: Slots
    clashes: list[Clash] = field(default_factory=list)

    @property
    def weight(self) -> Weight:
        return max((each.weight for each in self.clashes), default=Weight.NOTE)

    @property
    def seats(self) -> int:
        return len(self.slots) * sum(panel.places for panel in self.plan.panels)


class Busy(NamedTuple):
    """Where somebody or a room is taken, by another session."""

    starts_at: datetime
    ends_at: datetime
    where: str


@dataclass(frozen=True)
class Elsewhere:
    """What people and rooms are taken by that is no interview: by member of staff, and by venue and plain room."""

    people: Mapping[int, Sequence[Busy]] = field(default_factory=dict)
    rooms: Mapping[tuple[int, str], Sequence[Busy]] = field(default_factory=dict)


Also = Callable[[Session, Collection[int], Sequence[Span]], Elsewhere]
"""Asks what else there is, of these people and of every room, in these spans of time."""


def nothing_else(_session: Session, _staff: Collection[int], _spans: Sequence[Span]) -> Elsewhere:
    return Elsewhere()


@dataclass(frozen=True)
class Taken:
    """What else goes on: by member of staff, and by venue and room (in small letters)."""

    people: dict[int, list[Busy]]
    rooms: dict[tuple[int, str], list[Busy]]
    names: dict[int, str]
    known: dict[int, int]  # member → how many of the campaign's people they declared to know


def look(
    session: Session, campaign: Campaign, plans: Sequence[SessionPlan], viewer_id: int, *, also: Also = nothing_else
) -> list[Looked]:
    """Each day with what is in its way, the gravest first. Four statements and what `also` takes, whatever the number
    of days.

    A conflict somebody declared is not told to themselves: they would learn that there is an application.
    """
    days = [Looked(plan, *_slots(plan)) for plan in plans]
    spans = [(day.slots[0][0], day.slots[-1][1]) for day in days if day.slots]
    staff = {key for plan in plans for panel in plan.panels for key in panel.staff_ids}
    taken = taken_between(session, staff, spans, campaign.id, viewer_id, also=also)
    for day in days:
        day.clashes.extend(_of_date(campaign, day.plan))
        if day.slots:
            day.clashes.extend(dict.fromkeys(_of_panels(day, taken)))  # panels without a room share the venue
        day.clashes.sort(key=lambda each: -each.weight)
    return days


def _slots(plan: SessionPlan) -> tuple[Slots, list[Clash]]:
    try:
        return plan.slots(), []
    except Refusal as refusal:  # none fits, or an hour that does not come
        return [], [Clash(Weight.STOP, refusal.message)]


def _of_date(campaign: Campaign, plan: SessionPlan) -> Iterator[Clash]:
    day = plan.day
    if day < clock.today():
        yield Clash(Weight.STOP, "This day has passed")
    elif day == clock.today():
        yield Clash(Weight.WARN, "This is today: nobody can book in time unless you book for them")
    if plan.kind is SessionKind.INTERVIEW and not campaign.interviews_from <= day <= campaign.interviews_to:
        yield Clash(Weight.WARN, f"Outside the interviews, which people were told end {said(campaign.interviews_to)}")
    if holiday := holiday_on(day):
        yield Clash(Weight.WARN, f"A bank holiday: {holiday}")
    if turn := turned(day):
        yield Clash(Weight.NOTE, turn)


def turned(day: date) -> str:
    """What London's clocks do in the night to this day, or in the night after it; empty when nothing."""
    for night, when in ((day, "The clocks went {} in the night before"), (day + A_DAY, "The clocks go {} that night")):
        hours = (clock.end_of(night) - clock.start_of(night)) / timedelta(hours=1)
        if hours != 24:
            return when.format("forward" if hours < 24 else "back")
    return ""


def _of_panels(day: Looked, taken: Taken) -> Iterator[Clash]:
    starts, ends = day.slots[0][0], day.slots[-1][1]
    yield from _within(day.plan.panels, taken.names)
    for panel in day.plan.panels:
        if not panel.staff_ids:
            yield Clash(Weight.WARN, f"Nobody sits on {panel.name}")
        for key in panel.staff_ids:
            for busy in _over(taken.people.get(key, ()), starts, ends):
                yield Clash(Weight.WARN, f"{taken.names[key]} is at {busy.where}, {hours(busy)}")
            if count := taken.known.get(key):
                people = "1 person" if count == 1 else f"{count} people"
                yield Clash(Weight.NOTE, f"{taken.names[key]} knows {people} here, who cannot book {panel.name}")
        for words in room_taken(taken, day.plan.venue_id, panel.room, starts, ends):
            yield Clash(Weight.WARN, words)


def room_taken(taken: Taken, venue_id: int, room: str, starts: datetime, ends: datetime) -> list[str]:
    """What a room is used for meanwhile, in words. A panel without a room is wherever the venue is."""
    held = _over(taken.rooms.get((venue_id, plain(room)), ()), starts, ends)
    return [f"{room or 'The venue'} is used for {busy.where}, {hours(busy)}" for busy in held]


def _within(panels: Sequence[PanelPlan], names: dict[int, str]) -> Iterator[Clash]:
    """The same person, or the same room, twice in one day."""
    people: dict[int, str] = {}
    rooms: dict[str, str] = {}
    for panel in panels:
        for key in sorted(set(panel.staff_ids)):
            if key in people:
                yield Clash(Weight.WARN, f"{names.get(key, 'Somebody')} sits on {people[key]} and {panel.name}")
            people[key] = panel.name
        if room := plain(panel.room):
            if room in rooms:
                yield Clash(Weight.WARN, f"{panel.room} is given to {rooms[room]} and {panel.name}")
            rooms[room] = panel.name


def taken_between(
    session: Session,
    staff: Collection[int],
    spans: Sequence[Span],
    campaign_id: int,
    viewer_id: int,
    *,
    apart_from: int = 0,
    also: Also = nothing_else,
) -> Taken:
    """What these people and every room do in these spans of time, but for session `apart_from`. Four statements, and
    what `also` takes."""
    people: dict[int, list[Busy]] = defaultdict(list)
    rooms: dict[tuple[int, str], list[Busy]] = defaultdict(list)
    names = session.execute(select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_(staff))).all()
    if spans:
        in_time = _between(min(starts for starts, _ in spans), max(ends for _, ends in spans), apart_from)
        sits = select(PanelMember.staff_id, S.starts_at, S.ends_at, Venue.name)
        sits = sits.join(Panel, Panel.id == PanelMember.panel_id).join(S, S.id == Panel.session_id)
        sits = sits.join(Venue, Venue.id == S.venue_id).where(PanelMember.staff_id.in_(staff), *in_time)
        for key, starts, ends, venue in session.execute(sits):
            people[key].append(Busy(starts, ends, venue))
        used = select(S.venue_id, Panel.room, S.starts_at, S.ends_at, Campaign.name)
        used = used.join(Panel, Panel.session_id == S.id).join(Campaign, Campaign.id == S.campaign_id)
        for venue_id, room, starts, ends, name in session.execute(used.where(Panel.room != "", *in_time)):
            rooms[venue_id, plain(room)].append(Busy(starts, ends, name))
        elsewhere = also(session, staff, spans)
        for key, held in elsewhere.people.items():
            people[key].extend(held)
        for place, held in elsewhere.rooms.items():
            rooms[place].extend(held)
    return Taken(people, rooms, {row.id: row.name for row in names}, _known(session, staff, campaign_id, viewer_id))


def _between(starts: datetime, ends: datetime, apart_from: int) -> tuple[ColumnElement[bool], ...]:
    return S.cancelled_at.is_(None), S.starts_at < ends, S.ends_at > starts, S.id != apart_from


def _known(session: Session, staff: Collection[int], campaign_id: int, viewer_id: int) -> dict[int, int]:
    query = (
        select(Conflict.staff_id, func.count().label("people"))
        .join(Application, Application.id == Conflict.application_id)
        .where(
            Application.campaign_id == campaign_id,
            Application.state.in_([State.SHORTLISTED, State.INTERVIEW]),
            Conflict.staff_id.in_(set(staff) - {viewer_id}),
        )
        .group_by(Conflict.staff_id)
    )
    return {row.staff_id: row.people for row in session.execute(query)}


def _over(busy: Iterable[Busy], starts: datetime, ends: datetime) -> list[Busy]:
    return [each for each in busy if each.starts_at < ends and starts < each.ends_at]


def hours(busy: Busy) -> str:
    return f"{clock.london(busy.starts_at):%H:%M} to {clock.london(busy.ends_at):%H:%M}"


def plain(room: str) -> str:
    """A room's name as it is compared."""
    return " ".join(room.casefold().split())
