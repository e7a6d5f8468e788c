"""What applications say no to."""

from __future__ import annotations

from collections.abc import Sequence

from portal import clock
from portal.domain.applications.sections import SectionState
from portal.domain.campaigns.models import RequirementKind
from portal.domain.campaigns.rules import Obstacle, Opening, last_day
from portal.domain.refusals import Conflict, Forbidden, Refusal


def closing_words(campaign: Opening) -> str:
    """When a campaign closed, exactly: people who were late by a second are owed the second."""
    closed, day = clock.london(campaign.closes_at), last_day(campaign)
    if closed.time().replace(tzinfo=None) == clock.london(clock.start_of(closed.date())).time():
        return f"midnight at the end of {day:%A} {day.day} {day:%B %Y}"
    return f"{closed:%H:%M} on {day:%A} {day.day} {day:%B %Y}"


class CampaignClosed(Refusal):
    status = 410
    title = "This campaign has closed"

    def __init__(self, campaign: Opening) -> None:
        super().__init__(f"This campaign closed at {closing_words(campaign)}. What you wrote is kept.")


class CampaignNotOpen(Refusal):
    status = 409
    title = "This campaign is not open yet"

    def __init__(self, campaign: Opening) -> None:
        opens = clock.london(campaign.opens_at)
        super().__init__(f"You can apply from {opens:%A} {opens.day} {opens:%B %Y}.")


class NotComplete(Refusal):
    """`sections` say what is missing where; `papers` which files."""

    title = "Some answers are missing"
    message = "Some answers are missing or need another look."

    def __init__(self, sections: Sequence[SectionState], papers: Sequence[RequirementKind] = ()) -> None:
        super().__init__()
        self.sections = [state for state in sections if state.blocks]
        self.papers = list(papers)


class NotEligible(Refusal):
    """`obstacles` say what stands in the way, and what is possible instead."""

    title = "You cannot send this application"
    message = "Something in your answers does not fit this campaign."

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(" ".join(obstacle.message for obstacle in obstacles))
        self.obstacles = list(obstacles)


class NotEditable(Conflict):
    title = "This application cannot be changed that way now"
    message = "It has moved on since you opened the page. Load the page again to see where it stands."


class AnswerTooLong(Refusal):
    title = "That is too long to keep"


class OwnApplication(Forbidden):
    title = "Somebody else must enter this"
    message = "You cannot enter an application for yourself as a member of staff."
