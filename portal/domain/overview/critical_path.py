"""What sets somebody's start date: of everything still open, the thing with the fewest days to spare.

A pure rule over facts, and the facts of one application. How long something usually takes is a setting; when it is
needed is the campaign's. An estimate for planning, never a promise and never a decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application, Requirement, RequirementState, State
from portal.domain.applications.queries import dates_of
from portal.domain.applications.waiting import NAMES, Dates
from portal.domain.campaigns.models import RequirementKind, Stage
from portal.domain.documents.rules import last_day
from portal.domain.interviews.models import Booking, SessionKind, Slot
from portal.domain.interviews.models import Invitation as Invited
from portal.domain.offers.models import Offer
from portal.domain.settings.queries import setting_values

R, K = RequirementState, RequirementKind
ON_THE_WAY = (State.SHORTLISTED, State.INTERVIEW, State.OFFERED, State.ACCEPTED, State.TRAINING)
BEFORE_OFFER = (State.SHORTLISTED, State.INTERVIEW)
USUAL = {kind: f"usual_days_{kind.value}" for kind in RequirementKind}


class Standing(StrEnum):
    """How a bar stands: the names of the marks the pages know."""

    DONE = "done"
    US = "us"
    THEM = "them"
    NONE = "none"
    CROSS = "cross"


_STANDING = {
    R.NOT_ASKED: Standing.NONE, R.WITH_APPLICANT: Standing.THEM, R.WITH_US: Standing.US, R.MET: Standing.DONE,
    R.NOT_MET: Standing.CROSS,
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One thing that must be so. `begins_on`: when it was, or will be, asked for; `expected_on` takes the place of the
    usual days where somebody knows better."""

    name: str
    standing: Standing
    needed_by: date
    begins_on: date
    usual_days: int
    expected_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True)
class Bar:
    """The same on a scale of days. `spare`: from its expected end to when it is needed, none for what is done."""

    name: str
    standing: Standing
    starts: date
    ends: date
    needed_by: date
    spare: int | None
    sets: bool = False


@dataclass(frozen=True)
class Path:
    """What sets the date, none where everything is met; the first training day, the first duty, and all the bars."""

    setter: Bar | None
    bars: Sequence[Bar]
    first_day: date
    first_duty: date
    today: date

    @property
    def day(self) -> date:
        """The day that hangs on it: the first of training, or the first duty for what is needed only then."""
        return self.setter.needed_by if self.setter else self.first_day


def path(facts: Sequence[Fact], first_day: date, first_duty: date, today: date) -> Path | None:
    """The rule. What is not met sets the date before anything else; then the fewest days to spare, then the latest
    end, then the order of the facts. None where nothing is asked for."""
    if not facts:
        return None
    bars = [_bar(fact, today) for fact in facts]
    still = [bar for bar in bars if bar.spare is not None]
    if not still:
        return Path(None, bars, first_day, first_duty, today)
    setter = min(still, key=lambda bar: (bar.standing is not Standing.CROSS, bar.spare, -bar.ends.toordinal()))
    found = [replace(bar, sets=True) if bar is setter else bar for bar in bars]
    return Path(replace(setter, sets=True), found, first_day, first_duty, today)


def _bar(fact: Fact, today: date) -> Bar:
    """What has not begun begins today at the earliest, and what is open ends today at the earliest."""
    decided = fact.standing in {Standing.DONE, Standing.CROSS}
    starts = max(fact.begins_on, today) if fact.standing is Standing.NONE else fact.begins_on
    expected = fact.expected_on or starts + timedelta(days=fact.usual_days)
    ends = (fact.done_on or today) if decided else max(expected, today)
    spare = None if fact.standing is Standing.DONE else (fact.needed_by - ends).days
    return Bar(fact.name, fact.standing, min(starts, ends), ends, fact.needed_by, spare)


def critical_path(session: Session, application: Application) -> Path | None:
    """The path of one application on its way to a start; none for any other. Four statements at most."""
    if application.state not in ON_THE_WAY:
        return None
    today, dates = clock.today(), dates_of(application.campaign)
    numbers = setting_values(session, [*USUAL.values(), "declaration_days"], today)
    meets, offered = _interview_day(session, application, dates), _offer_day(session, application, dates)
    facts = [_fact(row, dates, numbers, meets, offered) for row in application.requirements]
    return path(facts, dates.training_from, dates.starts_on, today)


def _interview_day(session: Session, application: Application, dates: Dates) -> date:
    """The booked day, else the campaign's last."""
    query = (
        select(Slot.starts_at)
        .join(Booking, Booking.slot_id == Slot.id)
        .join(Invited, Invited.id == Booking.invitation_id)
        .where(Booking.application_id == application.id, Booking.ended_at.is_(None))
        .where(Invited.kind == SessionKind.INTERVIEW)
        .order_by(Invited.attempt.desc())
        .limit(1)
    )
    booked = session.scalar(query) if application.state in BEFORE_OFFER else None
    return clock.london(booked).date() if booked else dates.interviews_to


def _offer_day(session: Session, application: Application, dates: Dates) -> date:
    """When the offer was made, else when it is expected to be."""
    if application.state in BEFORE_OFFER:
        return dates.offers_by
    query = select(Offer.made_at).where(Offer.application_id == application.id).order_by(Offer.id.desc()).limit(1)
    made = session.scalar(query)
    return clock.london(made or application.state_since).date()


def _fact(row: Requirement, dates: Dates, numbers: Mapping[str, int], meets: date, offered: date) -> Fact:
    asked = clock.london(row.asked_at).date() if row.asked_at else None
    later = offered if row.due in {Stage.TRAINING, Stage.APPOINTMENT} else dates.answer_by
    begins = asked or (meets if row.kind is K.REFERENCES or row.due is Stage.OFFER else later)
    vetted = row.kind is K.VETTING and row.state is R.WITH_US and row.due_at is not None
    declaring = row.kind is K.VETTING and row.state in {R.NOT_ASKED, R.WITH_APPLICANT}
    return Fact(
        name=NAMES[row.kind],
        standing=_STANDING[row.state],
        needed_by=dates.starts_on if row.due is Stage.APPOINTMENT else dates.training_from,
        begins_on=begins,
        usual_days=numbers[USUAL[row.kind]] + (numbers["declaration_days"] if declaring else 0),
        expected_on=last_day(row.due_at) if vetted and row.due_at else None,  # counted from when vetting had it
        done_on=clock.london(row.decided_at).date() if row.decided_at else None,
    )


# In words


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def sentence(found: Path) -> str:
    """For staff, in one sentence."""
    setter = found.setter
    if setter is None:
        return f"Everything is met. Training starts on {_day(found.first_day)}."
    if setter.standing is Standing.CROSS:
        return f"{setter.name}: not met. Nothing starts unless that changes."
    what = "training starts" if setter.needed_by == found.first_day else "the first duty is"
    if (setter.spare or 0) >= 0:
        return f"{setter.name}. If it is done by {_day(setter.ends)}, {what} on {_day(setter.needed_by)}."
    late = _days(-(setter.spare or 0))
    return f"{setter.name}. It usually takes until {_day(setter.ends)}: {late} after {_day(setter.needed_by)}."


def told(found: Path) -> str:
    """For the applicant; empty where a person should tell them."""
    setter = found.setter
    if setter is None:
        return f"All your checks are done. Training starts on {_day(found.first_day)}."
    if setter.standing is Standing.CROSS:
        return ""
    name = setter.name[0].lower() + setter.name[1:]
    if (setter.spare or 0) >= 0:
        what = "your training starts" if setter.needed_by == found.first_day else "your first duty is"
        by, day = _day(setter.ends), _day(setter.needed_by)
        return f"What takes longest is {name}. It is usually done by {by}; {what} on {day}."
    return f"What takes longest is {name}, usually until {_day(setter.ends)}. We write to you if your start date moves."


def path_words(session: Session, application: Application) -> str:
    """`told` of one's own application; empty where there is nothing to say."""
    found = critical_path(session, application)
    return told(found) if found is not None else ""


def bar_words(bar: Bar) -> str:
    """What stands beside a bar."""
    if bar.standing is Standing.DONE:
        return f"done {bar.ends.day} {bar.ends:%b}"
    if bar.standing is Standing.CROSS:
        return "not met: sets the date"
    spare = bar.spare or 0
    room = f"{_days(spare)} spare" if spare >= 0 else f"{_days(-spare)} late"
    expected = f"{bar.ends.day} {bar.ends:%b}, {room}"
    return f"{expected}: sets the date" if bar.sets else expected
