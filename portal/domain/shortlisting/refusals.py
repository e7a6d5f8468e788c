"""What the blind sift says no to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.domain.refusals import Conflict, Refusal


class NotAnAssessor(Refusal):
    title = "They cannot read for this campaign"
    message = "Choose somebody who has the assessor role today."


class CannotTakeIt(Refusal):
    title = "They cannot take this one"
    message = "They know the person, have opened it under its name, or have had it before. Choose somebody else."


class AlreadyFinished(Refusal):
    title = "You have finished this one"
    message = "Your scores are in and can no longer be changed. If something is wrong, tell the recruiters."


class NoLongerRead(Refusal):
    title = "This one is no longer needed"
    message = "This application is no longer to be read. Nothing else is needed from you."


class NotAllScored(Refusal):
    title = "Something is not scored yet"
    message = "Give every criterion 1 to 5 points before you finish."


class PointsNeeded(Refusal):
    message = "Choose 1 to 5 points"

    def __init__(self) -> None:
        super().__init__(field="points")


class TooManyWords(Refusal):
    def __init__(self, field: str, most: int) -> None:
        super().__init__(f"Use {most:,} characters or fewer", field=field)


@dataclass(frozen=True)
class Kept:
    """What another tab has saved meanwhile."""

    points: int | None
    words: str
    asks_moderation: bool
    veto: str
    at: datetime | None
    version: int
    reading_version: int


class StaleScore(Conflict):
    """The same score was changed in another tab."""

    def __init__(self, kept: Kept) -> None:
        super().__init__()
        self.kept = kept
