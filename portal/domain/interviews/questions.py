"""What the panels of a campaign ask: standard questions, or its own. Sheets keep the words that were asked, so a
question in use is retired and another takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.parts import Stale, mark_of, to_change
from portal.domain.interviews.models import InterviewQuestion, SheetMark
from portal.domain.interviews.standard import STANDARD
from portal.domain.refusals import Conflict, NotFound, Refusal

MOST_TEXT, MOST_LOOKS_FOR = 300, 1_000  # characters


class QuestionNeeded(Refusal):
    message = "Enter the question"

    def __init__(self) -> None:
        super().__init__(field="text")


class TooLong(Refusal):
    def __init__(self, field: str, most: int) -> None:
        super().__init__(f"Use {most:,} characters or fewer", field=field)


class InUse(Conflict):
    title = "Panels have used these words"
    message = "A sheet has points for this question, so its words stay. Replace it: the next sheets ask the new one."


class LastQuestion(Conflict):
    title = "This is the last question"
    message = "A panel needs something to ask. Add another question first."


@dataclass(frozen=True)
class Asked:
    """One question; `looks_for` is what a strong answer has, a line each. `id` 0: standard, and nobody's yet."""

    id: int
    position: int
    text: str
    looks_for: str
    used: bool = False
    retired: bool = False

    @property
    def strong(self) -> list[str]:
        return [line.strip() for line in self.looks_for.splitlines() if line.strip()]

    @property
    def mark(self) -> str:
        """What a form that showed these words carries."""
        return mark_of({"text": self.text, "looks_for": self.looks_for})


def asked_in(session: Session, campaign_id: int) -> list[Asked]:
    """What this campaign's panels ask, in order: the standard questions until somebody begins. One statement."""
    used = select(SheetMark.question_id).where(SheetMark.question_id == InterviewQuestion.id).exists()
    query = (
        select(InterviewQuestion, used)
        .where(InterviewQuestion.campaign_id == campaign_id)
        .order_by(InterviewQuestion.position, InterviewQuestion.id)
        .execution_options(populate_existing=True)
    )
    rows = session.execute(query).all()
    if not rows:
        return [Asked(0, place, text, looks_for) for place, (text, looks_for) in enumerate(STANDARD, 1)]
    live = [(row, used) for row, used in rows if row.retired_at is None]
    return [Asked(row.id, place, row.text, row.looks_for, used) for place, (row, used) in enumerate(live, 1)]


def questions_by_id(session: Session, campaign_id: int, ids: Sequence[int]) -> list[Asked]:
    """These questions and every one that is still asked, retired ones too, in order. One statement."""
    wanted = or_(InterviewQuestion.id.in_(ids), InterviewQuestion.retired_at.is_(None))
    query = (
        select(InterviewQuestion)
        .where(InterviewQuestion.campaign_id == campaign_id, wanted)
        .order_by(InterviewQuestion.position, InterviewQuestion.id)
    )
    return [
        Asked(row.id, place, row.text, row.looks_for, retired=row.retired_at is not None)
        for place, row in enumerate(session.scalars(query), 1)
    ]


def keep_standard(session: Session, actor: Actor, campaign_id: int) -> None:
    """Gives the campaign the standard questions as its own, once; where it has had any, nothing."""
    with unit_of_work(session):
        locked(session, Campaign, campaign_id)
        if session.scalar(select(func.count()).where(InterviewQuestion.campaign_id == campaign_id)):
            return
        session.add_all(
            InterviewQuestion(
                campaign_id=campaign_id, position=place, text=text, looks_for=looks_for, created_at=clock.now()
            )
            for place, (text, looks_for) in enumerate(STANDARD, 1)
        )
        session.flush()
        record(session, actor, "interview_questions.begun", subject=("campaign", campaign_id), count=len(STANDARD))


def add(session: Session, actor: Actor, campaign_id: int, text: str, looks_for: str) -> int:
    """Asks one more, last; returns its number. Raises QuestionNeeded, TooLong, Archived."""
    text, looks_for = _tidy(text, looks_for)
    with unit_of_work(session):
        campaign, rows = _held(session, actor, campaign_id)
        made = _added(session, campaign_id, len(rows) + 1, text, looks_for)
        _noted(session, actor, campaign, "interview_question.added", made.id)
        return made.id


def reword(
    session: Session, actor: Actor, campaign_id: int, question_id: int, text: str, looks_for: str, seen: str
) -> None:
    """Other words for a question that no sheet has used; the same again changes nothing. `seen` is the mark of the
    words the form showed. Raises InUse, Stale, QuestionNeeded, TooLong, NotFound."""
    text, looks_for = _tidy(text, looks_for)
    with unit_of_work(session):
        campaign, rows = _held(session, actor, campaign_id)
        row = _one(rows, question_id)
        if (row.text, row.looks_for) == (text, looks_for):
            return
        if Asked(row.id, row.position, row.text, row.looks_for).mark != seen:
            raise Stale()
        if _used(session, question_id):
            raise InUse()
        row.text, row.looks_for = text, looks_for
        _noted(session, actor, campaign, "interview_question.changed", question_id)


def replace(session: Session, actor: Actor, campaign_id: int, question_id: int, text: str, looks_for: str) -> int:
    """Retires a question and asks another in its place; sheets keep the old words. The same words again change
    nothing. Returns the number of what is asked now. Raises QuestionNeeded, TooLong, NotFound."""
    text, looks_for = _tidy(text, looks_for)
    with unit_of_work(session):
        campaign, rows = _held(session, actor, campaign_id)
        row = _one(rows, question_id)
        if (row.text, row.looks_for) == (text, looks_for):
            return row.id
        row.retired_at = clock.now()
        made = _added(session, campaign_id, row.position, text, looks_for)
        _noted(session, actor, campaign, "interview_question.replaced", made.id)
        return made.id


def retire(session: Session, actor: Actor, campaign_id: int, question_id: int) -> None:
    """Asked no more; sheets keep it. Twice is once. Raises LastQuestion, NotFound."""
    with unit_of_work(session):
        campaign, rows = _held(session, actor, campaign_id)
        gone = session.get(InterviewQuestion, question_id)
        if gone is not None and gone.campaign_id == campaign_id and gone.retired_at is not None:
            return
        row = _one(rows, question_id)
        if len(rows) == 1:
            raise LastQuestion()
        row.retired_at = clock.now()
        _noted(session, actor, campaign, "interview_question.retired", question_id)


def move(session: Session, actor: Actor, campaign_id: int, question_id: int, *, up: bool) -> None:
    """One place up or down; at the end it stays. Raises NotFound."""
    with unit_of_work(session):
        campaign, rows = _held(session, actor, campaign_id)
        place = rows.index(_one(rows, question_id))
        other = place - 1 if up else place + 1
        if not 0 <= other < len(rows):
            return
        rows[place], rows[other] = rows[other], rows[place]
        for position, row in enumerate(rows, 1):
            row.position = position
        _noted(session, actor, campaign, "interview_question.moved", question_id)


def _tidy(text: str, looks_for: str) -> tuple[str, str]:
    text = " ".join(text.split())
    looks_for = "\n".join(line.strip() for line in looks_for.splitlines() if line.strip())
    if not text:
        raise QuestionNeeded()
    for field, value, most in (("text", text, MOST_TEXT), ("looks_for", looks_for, MOST_LOOKS_FOR)):
        if len(value) > most:
            raise TooLong(field, most)
    return text, looks_for


def _held(session: Session, actor: Actor, campaign_id: int) -> tuple[Campaign, list[InterviewQuestion]]:
    """The campaign, held, with what is asked now: the standard questions become its own with the first change."""
    campaign = to_change(session, campaign_id)
    keep_standard(session, actor, campaign_id)
    query = select(InterviewQuestion).where(
        InterviewQuestion.campaign_id == campaign_id, InterviewQuestion.retired_at.is_(None)
    )
    ordered = query.order_by(InterviewQuestion.position, InterviewQuestion.id)
    return campaign, list(session.scalars(ordered.execution_options(populate_existing=True)))


def _one(rows: Sequence[InterviewQuestion], question_id: int) -> InterviewQuestion:
    for row in rows:
        if row.id == question_id:
            return row
    raise NotFound()


def _used(session: Session, question_id: int) -> bool:
    """The campaign is held: no sheet is being written by these words at this moment."""
    return session.scalar(select(SheetMark.sheet_id).where(SheetMark.question_id == question_id).limit(1)) is not None


def _added(session: Session, campaign_id: int, position: int, text: str, looks_for: str) -> InterviewQuestion:
    made = InterviewQuestion(
        campaign_id=campaign_id, position=position, text=text, looks_for=looks_for, created_at=clock.now()
    )
    session.add(made)
    session.flush()
    return made


def _noted(session: Session, actor: Actor, campaign: Campaign, action: str, question_id: int) -> None:
    campaign.version += 1
    record(session, actor, action, subject=("campaign", campaign.id), question=question_id)
