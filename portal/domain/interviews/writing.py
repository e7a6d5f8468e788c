"""What stands on a score sheet: points and words for each question, a recommendation, words on the whole.

Words are sealed, each bound to its place. The applicant may ask to see them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.interviews.models import Recommendation, Sheet, SheetMark
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.services.crypto import KeyRing

MOST_POINTS = 5
MOST_WORDS = 2_000  # characters, for a question and for the whole

RECOMMENDATION_WORDS: dict[Recommendation, str] = {
    Recommendation.OFFER: "Offer a place",
    Recommendation.RESERVE: "Hold in reserve",
    Recommendation.NOT_THIS_TIME: "Not this time",
}


@dataclass(frozen=True)
class Given:
    """What one question got."""

    points: int | None = None
    words: str = ""

    def __bool__(self) -> bool:
        return self.points is not None or bool(self.words)


NOTHING = Given()


@dataclass(frozen=True)
class Written:
    """A whole sheet, opened. `marks` by question, those that say something."""

    marks: Mapping[int, Given] = field(default_factory=dict)
    recommendation: Recommendation | None = None
    words: str = ""

    @property
    def total(self) -> int:
        return sum(each.points or 0 for each in self.marks.values())

    def given(self, question_id: int) -> Given:
        return self.marks.get(question_id, NOTHING)


class StaleSheet(Conflict):
    """`now` is what stands, at `version`: the page shows it beside what was typed."""

    title = "This sheet was changed while you had it open"
    message = "It was saved somewhere else since you opened it. Look at both."

    def __init__(self, now: Written, version: int) -> None:
        super().__init__()
        self.now, self.version = now, version


class Complete(Conflict):
    title = "This sheet is complete"
    message = "It stands as it is. If something is wrong, tell the recruiters."


class TooManyWords(Refusal):
    def __init__(self, name: str, most: int = MOST_WORDS) -> None:
        super().__init__(f"Use {most:,} characters or fewer", field=name)


class NotAllMarked(Refusal):
    """`missing` are the questions without points; `recommendation` whether that is missing too."""

    title = "Something is not filled in yet"
    message = "Give every question 1 to 5 points, and say what you recommend."

    def __init__(self, missing: Collection[int], *, recommendation: bool) -> None:
        super().__init__()
        self.missing, self.recommendation = frozenset(missing), recommendation


def place_of_sheet(sheet_id: int) -> dict[str, str]:
    """Where a sheet's words belong: they open nowhere else."""
    return {"table": "sheet", "row": str(sheet_id), "column": "sealed"}


def place_of_mark(sheet_id: int, question_id: int) -> dict[str, str]:
    return {"table": "sheet_mark", "row": f"{sheet_id}:{question_id}", "column": "sealed"}


def tidied(wanted: Written, questions: Collection[int]) -> Written:
    """As it is kept. Raises TooManyWords beside its field, NotFound for a question or points there are not."""
    marks = {key: Given(each.points, _plain(each.words)) for key, each in wanted.marks.items()}
    for key, each in marks.items():
        if key not in questions or (each.points is not None and not 1 <= each.points <= MOST_POINTS):
            raise NotFound()
        if len(each.words) > MOST_WORDS:
            raise TooManyWords(f"w{key}")
    words = _plain(wanted.words)
    if len(words) > MOST_WORDS:
        raise TooManyWords("words")
    return Written({key: each for key, each in marks.items() if each}, wanted.recommendation, words)


def _plain(words: str) -> str:
    return "\n".join(line.rstrip() for line in words.replace("\r\n", "\n").split("\n")).strip()


def opened(session: Session, keys: KeyRing, sheets: Collection[Sheet]) -> dict[int, Written]:
    """What these sheets say, by their numbers. One statement."""
    marks: dict[int, dict[int, Given]] = {sheet.id: {} for sheet in sheets}
    query = select(SheetMark).where(SheetMark.sheet_id.in_(marks)).order_by(SheetMark.question_id)
    for row in session.scalars(query.execution_options(populate_existing=True)):
        words = keys.unseal(row.sealed, **place_of_mark(row.sheet_id, row.question_id)) if row.sealed else ""
        marks[row.sheet_id][row.question_id] = Given(row.points, words)
    return {
        sheet.id: Written(
            marks[sheet.id],
            sheet.recommendation,
            keys.unseal(sheet.sealed, **place_of_sheet(sheet.id)) if sheet.sealed else "",
        )
        for sheet in sheets
    }


def write(session: Session, keys: KeyRing, sheet: Sheet, before: Written, wanted: Written) -> None:
    """Puts what differs on a sheet that has its number, and raises its version."""
    gone = [key for key in before.marks if key not in wanted.marks]
    if gone:
        session.execute(delete(SheetMark).where(SheetMark.sheet_id == sheet.id, SheetMark.question_id.in_(gone)))
    for key, each in wanted.marks.items():
        if before.given(key) != each:
            sealed = keys.seal(each.words, **place_of_mark(sheet.id, key)) if each.words else None
            session.merge(SheetMark(sheet_id=sheet.id, question_id=key, points=each.points, sealed=sealed))
    sheet.recommendation = wanted.recommendation
    if before.words != wanted.words:
        sheet.sealed = keys.seal(wanted.words, **place_of_sheet(sheet.id)) if wanted.words else None
    sheet.version += 1
    session.flush()


def refuse_unfinished(written: Written, wanted: Collection[int]) -> None:
    """Raises NotAllMarked where points or the recommendation are missing."""
    missing = [key for key in wanted if written.given(key).points is None]
    if missing or written.recommendation is None:
        raise NotAllMarked(missing, recommendation=written.recommendation is None)
