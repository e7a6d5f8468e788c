"""What a reader gets of an application: an alias and answers, nothing else. Their pages are made from this alone.

An allow-list decides. An answer is in it when it is of ordinary care and its question is one of the campaign's own, or
one of few that all campaigns ask and a criterion judges; anything else, whatever is added later, is not. What is let
through is searched for whatever tells whose it is (`masking.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.domain.applications.models import Answer, Application, Conflict
from portal.domain.applications.queries import StaffViewer, shown
from portal.domain.applications.sections import Value, is_empty, read_date, words_in
from portal.domain.campaigns.criteria import CriterionNow, criteria_of
from portal.domain.campaigns.models import Assessor, Campaign, Care, Question, QuestionKind, QuestionVersion, Scheme
from portal.domain.campaigns.questions import choices_of, filled
from portal.domain.campaigns.rules import age_on
from portal.domain.refusals import NotFound
from portal.domain.shortlisting.identity import Identity
from portal.domain.shortlisting.masking import Piece, Pieces, hidden_count, mask_all
from portal.domain.shortlisting.models import Assignment, Round, Score
from portal.domain.shortlisting.reporting import masks_of
from portal.services.crypto import KeyRing

K = QuestionKind
CORE_ALLOWED = frozenset({"why", "hours", "weekends", "strands"})  # and only where a criterion judges them
KINDS_ALLOWED = frozenset({K.SHORT_TEXT, K.LONG_TEXT, K.CHOICE, K.CHOICES, K.YES_NO, K.DATE})
WRITTEN = frozenset({K.SHORT_TEXT, K.LONG_TEXT})
Paragraph = tuple[Piece, ...]


@dataclass(frozen=True)
class BlindAnswer:
    """One answer with its masks, in paragraphs, and what was asked. `words` counts what was `written`, not chosen."""

    question_id: int
    written: bool
    label: str
    paragraphs: tuple[Paragraph, ...]
    words: int
    word_limit: int | None
    hidden: int

    @property
    def beginning(self) -> Paragraph:
        return self.paragraphs[0] if self.paragraphs else ()


@dataclass(frozen=True)
class Given:
    """What the reader gave for one criterion."""

    points: int
    words: str
    at: datetime
    version: int


@dataclass(frozen=True)
class BlindPacket:
    """One reading. `answers` holds all that may be read, `given` the scores by criterion."""

    assignment_id: int
    public_id: str
    alias: str
    campaign: str
    round: Round
    due_on: date
    completed_at: datetime | None
    asks_moderation: bool
    veto: str
    version: int
    reported: bool
    criteria: tuple[CriterionNow, ...]
    answers: tuple[BlindAnswer, ...]
    given: Mapping[int, Given]

    def answers_to(self, criterion: CriterionNow) -> tuple[BlindAnswer, ...]:
        """The answer a criterion judges; all of them, what was written first, where it judges the whole."""
        found = (each for each in self.answers if criterion.question_id in (None, each.question_id))
        return tuple(sorted(found, key=lambda each: not each.written))

    @property
    def to_score(self) -> list[CriterionNow]:
        return [criterion for criterion in self.criteria if criterion.id not in self.given]

    @property
    def total(self) -> int:
        """Points times weight, summed, of what is scored so far."""
        return sum(
            criterion.weight * self.given[criterion.id].points
            for criterion in self.criteria
            if criterion.id in self.given
        )


def blind_packet(session: Session, keys: KeyRing, viewer: StaffViewer, public_id: str) -> BlindPacket:
    """The viewer's own reading; raises NotFound for any other, one taken back, and one of somebody they know.

    A fixed number of statements, whatever was answered.
    """
    assignment, application = _own(session, viewer, public_id)
    criteria = tuple(criteria_of(session, application.campaign_id))
    answers = _masked(session, keys, application, criteria)
    scores = session.scalars(select(Score).where(Score.assignment_id == assignment.id))
    return BlindPacket(
        assignment_id=assignment.id,
        public_id=assignment.public_id,
        alias=assignment.alias,
        campaign=application.campaign.name,
        round=assignment.round,
        due_on=assignment.due_on,
        completed_at=assignment.completed_at,
        asks_moderation=assignment.asks_moderation,
        veto=assignment.veto or "",
        version=assignment.version,
        reported=assignment.shows_who is not None,
        criteria=criteria,
        answers=answers,
        given={row.criterion_id: Given(row.points, row.words, row.scored_at, row.version) for row in scores},
    )


def masked_answers(session: Session, keys: KeyRing, application_id: int) -> tuple[BlindAnswer, ...]:
    """What may be read of an application under any alias: a moderator's too. Who may, the caller has asked."""
    application = session.get_one(Application, application_id)
    return _masked(session, keys, application, criteria_of(session, application.campaign_id))


def _own(session: Session, viewer: StaffViewer, public_id: str) -> tuple[Assignment, Application]:
    known = exists().where(Conflict.staff_id == viewer.id, Conflict.application_id == Assignment.application_id)
    query = (
        select(Assignment, Application)
        .join(Application, Application.id == Assignment.application_id)
        .join(Assessor, (Assessor.campaign_id == Application.campaign_id) & (Assessor.staff_id == Assignment.staff_id))
        .where(
            Assignment.public_id == public_id,
            Assignment.staff_id == viewer.id,
            Assignment.stepped_down_at.is_(None),
            Assessor.ended_at.is_(None),
            ~known,
        )
        .options(
            joinedload(Application.campaign).joinedload(Campaign.scheme).selectinload(Scheme.strands),
            joinedload(Application.campaign).selectinload(Campaign.training_days),
            joinedload(Application.district),
            joinedload(Application.applicant),
        )
        .execution_options(populate_existing=True)
    )
    found = session.execute(query).unique().one_or_none()
    if found is None or viewer.kind != "staff":
        raise NotFound()
    return found[0], found[1]


def _masked(
    session: Session, keys: KeyRing, application: Application, criteria: Sequence[CriterionNow]
) -> tuple[BlindAnswer, ...]:
    """The allowed answers, in the order they were asked, each without what tells whose they are."""
    rows = _allowed(session, application, criteria)
    texts = [_text(json.loads(answer.value or "null"), version, application) for answer, _question, version in rows]
    masked = mask_all(texts, _identity(session, keys, application))
    return tuple(
        BlindAnswer(
            question_id=question.id,
            written=version.kind in WRITTEN,
            label=_label(version, application.campaign),
            paragraphs=_paragraphs(pieces),
            words=words_in(text),
            word_limit=version.word_limit,
            hidden=hidden_count([pieces]),
        )
        for (_answer, question, version), text, pieces in zip(rows, texts, masked, strict=True)
        if text
    )


def _allowed(session: Session, application: Application, criteria: Sequence[CriterionNow]) -> list[Any]:
    judged = {criterion.question_id for criterion in criteria} - {None}
    whole = any(criterion.question_id is None for criterion in criteria)  # it judges what every campaign asks, too
    rows = session.execute(
        select(Answer, Question, QuestionVersion)
        .join(Question, Question.id == Answer.question_id)
        .join(QuestionVersion, QuestionVersion.id == Answer.question_version_id)
        .where(Answer.application_id == application.id, Question.care == Care.ORDINARY, Answer.sealed.is_(None))
        .order_by(Question.position, Question.id)
    ).all()
    return [
        row
        for row in rows
        if row[2].kind in KINDS_ALLOWED
        and (
            row[1].campaign_id == application.campaign_id
            or (row[1].campaign_id is None and row[1].key in CORE_ALLOWED and (whole or row[1].id in judged))
        )
    ]


def _text(value: Value | None, version: QuestionVersion, application: Application) -> str:
    if is_empty(value):
        return ""
    names = {choice.value: choice.label for choice in choices_of(version.options, application.campaign)}
    return shown(version.kind, value, names)


def _label(version: QuestionVersion, campaign: Campaign) -> str:
    return filled(version.label, {"{hours}": str(campaign.scheme.hours_a_month or "")})


def _identity(session: Session, keys: KeyRing, application: Application) -> Identity:
    """What is known of whose it is: every answer kept as personal, and the address they sign in with."""
    rows = session.execute(
        select(Question.key, Answer.value)
        .join(Answer, Answer.question_id == Question.id)
        .where(Answer.application_id == application.id, Question.care == Care.PERSONAL)
    )
    known = {key: str(json.loads(value or '""') or "") for key, value in rows}
    born = read_date(known.get("date_of_birth"))
    reported = session.scalars(
        select(Assignment.shows_who).where(
            Assignment.application_id == application.id, Assignment.shows_who.is_not(None)
        )
    )
    district = application.district.name if application.district is not None else ""
    return Identity(
        given=application.given_name or known.get("given_name", ""),
        family=application.family_name or known.get("family_name", ""),
        email=application.applicant.email,
        phone=known.get("phone", ""),
        born=born,
        age=age_on(born, clock.today()) if born else None,
        address=tuple(known[key] for key in ("address_line1", "address_line2") if known.get(key)),
        towns=tuple(dict.fromkeys(place for place in (known.get("town", ""), district) if place)),
        postcode=application.postcode or known.get("postcode", ""),
        reference=application.reference,
        by_hand=(*masks_of(session, keys, [application.id])[application.id], *(piece for piece in reported if piece)),
    )


def _paragraphs(pieces: Pieces) -> tuple[Paragraph, ...]:
    """Split where the writer began a new line."""
    paragraphs: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.hidden:
            paragraphs[-1].append(piece)
            continue
        first, *others = piece.text.split("\n")
        for place, part in enumerate((first, *others)):
            if place:
                paragraphs.append([])
            if part:
                paragraphs[-1].append(Piece(part))
    return tuple(tuple(each) for each in paragraphs if any(piece.hidden or piece.text.strip() for piece in each))
