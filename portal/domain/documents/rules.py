"""What may be sent to us, until when, and in which words it is told: pure decisions over plain facts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from portal import clock
from portal.domain.campaigns.models import RequirementKind, Stage
from portal.domain.refusals import Refusal
from portal.services.inspection import Reason

if TYPE_CHECKING:
    from portal.domain.campaigns.models import Campaign

MOST_FILES = 10  # of one requirement at a time: a form photographed page by page fits
LONGEST_NAME = 300  # characters of a file's own name that are kept
INFECTED = "infected"


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of document: how it is called, and under which prefix it is stored apart from the others."""

    title: str
    stem: str  # of the neutral name it is downloaded under
    prefix: str


SORTS = {
    RequirementKind.MEDICAL: Sort("Medical certificate", "medical-certificate", "medical"),
    RequirementKind.FITNESS: Sort("Fitness evidence", "fitness-evidence", "fitness"),
}
EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/heic": "heic"}


class FileRefused(Refusal):
    """A file we do not take, seen before any of it was kept."""

    title = "We could not take this file"

    def __init__(self, code: str, *, field: str | None = None) -> None:
        problem, remedy = refusal_words(code)
        super().__init__(f"{problem}. {remedy}", field=field)


class FileTooLarge(Refusal):
    title = "That file is too big"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The file is larger than {size_words(limit)}. A photo of the page, or a black and white scan, is smaller."
        )


class NothingChosen(Refusal):
    message = "Choose a file first, then send it."


class TooManyFiles(Refusal):
    message = f"You have sent {MOST_FILES} files for this. Remove one you no longer need, then send this one."


class Closed(Enum):
    """Why nothing may be sent or removed any more, as told to the applicant."""

    ENDED = "This application has ended, so its documents can no longer be changed."
    CAMPAIGN = "This campaign has closed, so this application can no longer be changed."
    MET = "We have what we need. You do not have to send anything else."
    DECIDED = "We have looked at what you sent. It can no longer be changed."
    DUE = "The time to send or change this has passed. Ask us if you still need to."


class UploadClosed(Refusal):
    title = "This can no longer be changed"

    def __init__(self, why: Closed) -> None:
        super().__init__(why.value)


def refusal_words(code: str) -> tuple[str, str]:
    """What is wrong with a file, and what its owner can do; raises KeyError for no such code."""
    if code == INFECTED:
        return ("Our virus check found something harmful in it", "Take a photo of the page and send that instead.")
    reason = Reason[code.upper()]
    return reason.message, reason.remedy


def due_instant(campaign: Campaign, stage: Stage, asked_until: datetime | None) -> datetime:
    """The first instant at which a document is late: what its owner was promised, or the stage's own beginning."""
    if asked_until is not None:
        return asked_until
    if stage is Stage.SUBMISSION:
        return campaign.closes_at
    if stage is Stage.INTERVIEW:
        return clock.start_of(campaign.interviews_from)
    if stage is Stage.OFFER:
        return clock.end_of(campaign.interviews_to)
    if stage is Stage.TRAINING and campaign.training_days:
        return clock.start_of(clock.london(campaign.training_days[0].starts_at).date())
    return clock.start_of(campaign.starts_on)


def last_day(due_at: datetime) -> date:
    """The last London day on which something due at this instant is in time."""
    return clock.london(due_at - timedelta(microseconds=1)).date()


def day_words(day: date) -> str:
    """27 April 2018"""
    return f"{day.day} {day:%B %Y}"


def tidy_name(given: str) -> str:
    """A file's name as its owner knows it: no path, nothing unprintable, of a bounded length."""
    name = given.replace("%22", '"').replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(letter for letter in unicodedata.normalize("NFC", name) if _shown(letter))
    return printable.strip()[:LONGEST_NAME] or "file"


def _shown(letter: str) -> bool:
    """Not a control or a mark that turns the direction of writing: those could make .exe look like .pdf."""
    return (letter.isprintable() and unicodedata.category(letter) != "Cf") or letter == "\u200d"


def neutral_name(kind: RequirementKind, number: int, media_type: str) -> str:
    """What a file is called on leaving: medical-certificate-1.pdf. Nothing its owner wrote is in it."""
    return f"{SORTS[kind].stem}-{number}.{EXTENSIONS[media_type]}"


def size_words(size: int) -> str:
    """3.1 MB, 15 MB, 840 KB (of 1,024 each)."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / (1024 * 1024):.1f}".removesuffix(".0") + " MB"
