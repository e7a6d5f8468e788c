"""What is kept of an agreed sheet that was opened again: who did, why, and what had been agreed until then."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.interviews.models import Recommendation, Sheet, SheetReopening
from portal.domain.interviews.writing import Given, TooManyWords, Written
from portal.domain.refusals import Refusal
from portal.services.crypto import KeyRing

MOST_REASON = 500  # characters


class SayWhy(Refusal):
    message = "Say what is wrong with it"

    def __init__(self) -> None:
        super().__init__(field="why")


@dataclass(frozen=True)
class Reopened:
    """One time. `before` is what had been agreed, `agreed_at`, by the hand of `agreed_by`."""

    at: datetime
    staff_id: int
    why: str
    before: Written
    agreed_at: datetime
    agreed_by: int


def place_of(reopening_id: int) -> dict[str, str]:
    """Where its words belong: they open nowhere else."""
    return {"table": "sheet_reopening", "row": str(reopening_id), "column": "sealed"}


def tidied_reason(why: str) -> str:
    """As it is kept. Raises SayWhy for none, TooManyWords."""
    words = " ".join(why.split())
    if not words:
        raise SayWhy()
    if len(words) > MOST_REASON:
        raise TooManyWords("why", MOST_REASON)
    return words


def keep(session: Session, keys: KeyRing, sheet: Sheet, staff_id: int, why: str, before: Written) -> None:
    """Writes down one time, in the caller's unit of work, with the sheet still complete."""
    assert sheet.completed_at is not None and sheet.completed_by is not None
    row = SheetReopening(
        sheet_id=sheet.id, agreed_at=sheet.completed_at, agreed_by=sheet.completed_by, reopened_at=clock.now(),
        reopened_by=staff_id, sealed=b"",
    )  # fmt: skip
    session.add(row)
    session.flush()
    row.sealed = keys.seal(json.dumps({"why": why, "before": _plain(before)}), **place_of(row.id))


def reopenings(session: Session, keys: KeyRing, booking_id: int) -> tuple[Reopened, ...]:
    """Every time an interview's agreed sheet was opened again, in order. Whose to see, the caller asks. One
    statement."""
    query = select(SheetReopening).join(Sheet, Sheet.id == SheetReopening.sheet_id)
    query = query.where(Sheet.booking_id == booking_id, Sheet.staff_id.is_(None)).order_by(SheetReopening.id)
    return tuple(_opened(keys, row) for row in session.scalars(query))


def _opened(keys: KeyRing, row: SheetReopening) -> Reopened:
    said = json.loads(keys.unseal(row.sealed, **place_of(row.id)))
    before = said["before"]
    marks = {int(key): Given(points, words) for key, (points, words) in before["marks"].items()}
    written = Written(marks, Recommendation(before["recommendation"]), before["words"])
    return Reopened(row.reopened_at, row.reopened_by, said["why"], written, row.agreed_at, row.agreed_by)


def _plain(written: Written) -> dict[str, object]:
    assert written.recommendation is not None  # it was agreed
    return {
        "marks": {str(key): [given.points, given.words] for key, given in written.marks.items()},
        "recommendation": written.recommendation.value,
        "words": written.words,
    }
