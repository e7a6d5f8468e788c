"""Places in a cohort: until when one is confirmed, why one ends, and what is said no to. Pure.

The confirming days are our assumptions, dated settings (docs/production.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from portal import clock
from portal.domain.applications.waiting import NAMES
from portal.domain.campaigns.models import RequirementKind
from portal.domain.refusals import Conflict, Refusal

CONFIRM_DAYS, REMIND_DAYS = "training_confirm_days", "training_confirm_reminder_days"

# Why staff move somebody to another cohort, or take their place: code → words for staff. None says anything of health.
TRANSFER_REASONS: dict[str, str] = {
    "dates": "The dates do not suit them",
    "missed": "They missed too much to complete here",
    "checks": "Their checks are not done in time",
    "asked": "They asked us to, and gave no reason",
    "course": "The course changed",
}
REMOVE_REASONS: dict[str, str] = {
    "mistake": "They were enrolled by mistake",
    "asked": "They asked us to",
    "away": "They stopped coming, and we cannot reach them",
    "checks": "Their checks are not done in time",
    "course": "The course changed",
}


class NoPlaceLeft(Conflict):
    title = "No place is left"
    message = "Every place in this cohort is taken. Whoever is first on its waiting list is next when one comes free."


class PlacedAlready(Conflict):
    title = "They have a place already"
    message = "They have a place in another cohort. Transfer them instead, and they keep what they have done."


class NotAccepted(Conflict):
    title = "They have not accepted an offer"
    message = "A place in a cohort is for somebody who has accepted an offer and is not in training yet."


class NotThisCourse(Refusal):
    title = "This course is another role's"
    message = "This cohort's course belongs to another role. Choose a cohort of theirs."


class CohortNotOpen(Conflict):
    title = "This cohort takes nobody now"
    message = "It is not published, was cancelled, or is over."


class NoSuchPlace(Conflict):
    title = "That place has gone"
    message = "The place ended, or was somebody else's by then. Look at what stands now."


class TooLateToConfirm(Conflict):
    title = "The day to confirm has passed"
    message = "The day to confirm this place has passed. Write to us or ring us today: we may still be able to help."


class NotConfirmed(Conflict):
    title = "They have not confirmed their place"
    message = "Training begins once they have confirmed that they take the place."


class NoTimeToConfirm(Conflict):
    title = "They have no time left to confirm there"
    message = (
        "They have not confirmed their place, and that cohort begins too soon to ask them. Ring them, and confirm \
their place here first."
    )


class BegunAlready(Conflict):
    title = "Your training has begun"
    message = "Write to us, and we find out together what can be done."


class CompletedAlready(Conflict):
    title = "They have completed this course"
    message = "Who has completed the course keeps their place in it."


class ReasonNeeded(Refusal):
    title = "Say why"
    message = "Choose a reason."


class NotReady(Conflict):
    """Something due by the first training day is not met: named, never passed over in silence."""

    title = "They may not begin yet"

    def __init__(self, kinds: Sequence[RequirementKind]) -> None:
        self.kinds = tuple(kinds)
        super().__init__(f"Not done yet: {', '.join(NAMES[kind] for kind in kinds)}.")


class ConfirmDayImpossible(Refusal):
    message = "Choose a day from tomorrow to the day before the course begins."


def confirm_until(today: date, days: int, first_day: date) -> datetime | None:
    """When a place that came free runs out: the end of the day so many days on, or of the day before the course.
    None where not even tomorrow is left to confirm."""
    last = min(today + timedelta(days=days), first_day - timedelta(days=1))
    return clock.end_of(last) if last > today else None
