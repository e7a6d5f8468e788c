"""What a medical reviewer may say about a requirement: data, which the action, the form and the pages read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import RequirementState
from portal.domain.campaigns.models import RequirementKind
from portal.domain.documents.models import DocumentState
from portal.domain.refusals import Conflict, Forbidden, Refusal

BACK = RequirementState.WITH_APPLICANT


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing to say. `words` are what the applicant reads, empty where they are told nothing more."""

    code: str
    label: str
    state: RequirementState
    words: str = ""
    needs: bool = False  # it says what they need


_BACK = (
    Outcome("unreadable", "Back: it cannot be read", BACK, "We could not read all of it. Please send a clearer copy."),
    Outcome("unsigned", "Back: not signed or dated", BACK, "It is not signed and dated. Please send one that is."),
    Outcome("wrong_document", "Back: wrong document", BACK, "It is not the document we asked for."),
    Outcome("incomplete", "Back: something is missing", BACK, "A page or an answer is missing."),
)
OUTCOMES: dict[RequirementKind, tuple[Outcome, ...]] = {
    RequirementKind.MEDICAL: (
        Outcome("fit", "Fit", RequirementState.MET),
        Outcome("fit_with_changes", "Fit, with changes", RequirementState.MET, needs=True),
        Outcome("not_yet", "Not fit for this role now", RequirementState.NOT_MET),
        *_BACK,
    ),
    RequirementKind.FITNESS: (
        Outcome("reached", "Reached the standard", RequirementState.MET),
        Outcome("not_reached", "Did not reach the standard", RequirementState.NOT_MET),
        *_BACK,
    ),
}
TO_OPEN = {
    RequirementKind.MEDICAL: Permission.SEE_MEDICAL_DOCUMENTS,
    RequirementKind.FITNESS: Permission.SEE_FITNESS_DOCUMENTS,
}
LONGEST_NEEDS = 1000  # characters
VALID = {RequirementKind.MEDICAL: "medical_valid_days", RequirementKind.FITNESS: "fitness_valid_days"}


class NeedsMissing(Refusal):
    def __init__(self) -> None:
        super().__init__("Say what they need.", field="needs")


class NothingToJudge(Refusal):
    message = "There is no checked document to judge this by."


class OwnClearance(Forbidden):
    title = "Somebody else must decide this"
    message = "You cannot decide about your own application, or about somebody you know."


class ChangedMeanwhile(Conflict):
    message = "The applicant sent or removed a document while you had this open. Look at it again before you decide."


class _File(Protocol):
    @property
    def public_id(self) -> str: ...

    @property
    def state(self) -> DocumentState: ...


def outcome(kind: RequirementKind, code: str) -> Outcome:
    """Raises KeyError where this cannot be said of this requirement."""
    return {one.code: one for one in OUTCOMES[kind]}[code]


def words_for(kind: RequirementKind, code: str | None) -> str:
    """What the applicant reads about a requirement that went back to them."""
    return next((one.words for one in OUTCOMES[kind] if one.code == code), "")


def seen(files: Sequence[_File]) -> str:
    """What a reviewer's page showed, to tell whether it still holds when they decide."""
    return " ".join(f"{one.public_id}:{one.state.value}" for one in files)


def judge(kind: RequirementKind, said: Outcome, files: Sequence[_File], shown: str) -> None:
    """Raises ChangedMeanwhile, or NothingToJudge where a yes has no clean document behind it."""
    if seen(files) != shown:
        raise ChangedMeanwhile()
    if said.state is RequirementState.MET and not any(one.state is DocumentState.CLEAN for one in files):
        raise NothingToJudge()


def new_deadline(promised: datetime | None, today: date, notice_days: int) -> datetime:
    """The instant until which somebody may send it again: never earlier than they were promised before."""
    anew = clock.end_of(date.fromordinal(today.toordinal() + notice_days))
    return max(promised, anew) if promised is not None else anew
