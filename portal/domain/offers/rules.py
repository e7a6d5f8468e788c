"""When an offer is answered by, when it is reminded of, and what offers say no to. Pure.

The answering days are our assumptions, dated settings; that a job never ends an application is the lifecycle's
(docs/domain.md).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from portal import clock
from portal.domain.applications.refusals import NotEditable
from portal.domain.refusals import Conflict, Refusal

ANSWER_DAYS, PROMOTED_DAYS = "offer_answer_days", "offer_promoted_days"
FIRST, LAST, QUIET = "offer_reminder_first_days", "offer_reminder_last_days", "offer_reminder_quiet_hours"
REMINDING = (FIRST, LAST, QUIET)


class DeclineReason(StrEnum):
    """Why somebody turns a place down, as a code that can be counted. None says anything of their health."""

    TIME = "time"
    DATES = "dates"
    FAMILY = "family"
    MOVED = "moved"
    WORK = "work"
    ANOTHER_ROLE = "another_role"
    TOO_SLOW = "too_slow"
    OTHER = "other"
    NOT_SAID = "not_said"
    WITHDREW = "withdrew"  # they left the whole application; not offered as an answer


DECLINE_WORDS: dict[DeclineReason, str] = {
    DeclineReason.TIME: "I do not have the time now",
    DeclineReason.DATES: "I cannot make the training days",
    DeclineReason.FAMILY: "Something at home",
    DeclineReason.MOVED: "I am moving away",
    DeclineReason.WORK: "My job, or a new one",
    DeclineReason.ANOTHER_ROLE: "I want to do something else as a volunteer",
    DeclineReason.TOO_SLOW: "It took too long",
    DeclineReason.OTHER: "Something else",
    DeclineReason.NOT_SAID: "I would rather not say",
}

# Why staff take an offer back: code → words for staff. The applicant reads that it was taken back, and by whom.
TAKE_BACK_REASONS: dict[str, str] = {
    "mistake": "It was made by mistake",
    "no_answer": "They did not answer, and somebody else waits",
    "course": "The course changed",
    "asked": "They asked us to",
}


class NoPlaceLeft(Conflict):
    title = "No place is left"
    message = "Every place on this course is taken. Whoever is on the reserve list is next when one comes free."


class NoOffer(NotEditable):
    title = "There is no offer to answer"
    message = "The offer you opened has been answered or taken back. Your application shows where it stands."


class OfferExpired(Conflict):
    """The place may still be held: a person decides what becomes of it."""

    title = "The day to answer has passed"
    message = "The day to answer this offer has passed. Write to us or ring us today: we may still be able to help."


class OfferChanged(Conflict):
    title = "This offer was changed while you had it open"
    message = "Look at what stands now, then decide again."


class NotOverdue(Conflict):
    title = "There is still time to answer"
    message = "Nobody's offer ends before its day. You can take it back instead, with a reason."


class CourseBegun(Refusal):
    title = "This course has begun"
    message = "The course begins too soon to offer a place on it. Choose a later one."


class NoLaterCourse(Refusal):
    title = "There is no later course yet"
    message = "No later course of this role is planned yet."


class NotALaterCourse(Refusal):
    message = "Choose one of the later courses."


class DayImpossible(Refusal):
    message = "Choose a day from tomorrow to the day before the course begins."


def last_moment(today: date, days: int, first_day: date) -> datetime:
    """When an offer made today runs out: the end of the day so many days on, or of the day before the course.

    Raises CourseBegun where not even tomorrow is left to answer.
    """
    last = min(today + timedelta(days=days), first_day - timedelta(days=1))
    if last <= today:
        raise CourseBegun()
    return clock.end_of(last)


def answer_by(expires_at: datetime) -> date:
    """The last London day on which an answer is in time."""
    return clock.london(expires_at - timedelta(microseconds=1)).date()


def reminder_at(made_at: datetime, expires_at: datetime, now: datetime, numbers: dict[str, int]) -> str | None:
    """Which reminder an unanswered offer is due now: the innermost whose time has come. None once it has run out,
    and so soon after it was made that the offer itself is still news."""
    if now >= expires_at or now < made_at + timedelta(hours=numbers[QUIET]):
        return None
    left = expires_at - now
    steps = sorted([(numbers[LAST], "last"), (numbers[FIRST], "first")])
    return next((step for days, step in steps if left <= timedelta(days=days)), None)
