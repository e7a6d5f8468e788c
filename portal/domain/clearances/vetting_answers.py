"""What an applicant does about their own vetting: answer what was asked, appeal against a refusal. Both are sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import ENDED, Application, Requirement, State
from portal.domain.applications.waiting import Todo
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.models import Declaration, DeclarationKind, VettingCase, VettingQuery, VettingState
from portal.domain.clearances.sealing import seal, tidy, unseal
from portal.domain.clearances.vetting import live_case, open_queries, with_vetting
from portal.domain.clearances.vetting_rules import AppealOver, NotNow, Told, after_answers, told
from portal.domain.documents.rules import last_day
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing

V = VettingState


@dataclass(frozen=True)
class Question:
    """Something vetting asked: its words only while it is open, so that a lost phone shows nothing of it later."""

    id: int
    text: str
    answer_by: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class Own:
    """How their own vetting stands, as an applicant reads it."""

    told: Told
    since: datetime
    expires_on: date | None
    declared: bool  # both declarations are sent
    questions: Sequence[Question]
    appeal_until: datetime | None  # while one may still be made
    appealed_at: datetime | None
    appeal_decided_at: datetime | None


def own_vetting(session: Session, keys: KeyRing, application: Application) -> Own:
    """One's own case; whose it is, the caller has asked. Raises NotFound before it begins. Three statements."""
    case = session.scalars(select(VettingCase).filter_by(application_id=application.id)).one_or_none()
    if case is None:
        raise NotFound()
    rows = session.scalars(select(VettingQuery).filter_by(case_id=case.id).order_by(VettingQuery.id)).all()
    sent = session.scalars(
        select(Declaration.kind).where(
            Declaration.application_id == application.id, Declaration.number == 1, Declaration.sent_at.is_not(None)
        )
    ).all()
    return Own(
        told=told(case.state, case.expires_on, clock.today()),
        since=case.result_at or case.sent_at or case.opened_at,
        expires_on=case.expires_on,
        declared=len(sent) == len(DeclarationKind),
        questions=[_question(keys, row, application) for row in rows],
        appeal_until=case.appeal_until if _may_appeal(case, application) else None,
        appealed_at=case.appealed_at,
        appeal_decided_at=case.appeal_decided_at,
    )


def _question(keys: KeyRing, row: VettingQuery, application: Application) -> Question:
    is_open = row.answered_at is None and application.state not in ENDED
    text = unseal(keys, row.sealed_question, VettingQuery, row.id, "sealed_question") if is_open else ""
    return Question(row.id, text, row.answer_by, row.answered_at)


def _may_appeal(case: VettingCase, application: Application) -> bool:
    open_until = case.appeal_until is not None and clock.now() < case.appeal_until
    return case.state is V.REFUSED and case.appealed_at is None and open_until and application.state not in ENDED


def answer(session: Session, keys: KeyRing, actor: Actor, application_id: int, query_id: int, text: str) -> None:
    """Keeps the answer to one question, for good. The same one sent twice is kept once.

    Raises NothingWritten, TooLong, NotFound, or NotNow where it was answered before or the case is decided.
    """
    words = tidy(text, "answer", missing="Write your answer")
    with unit_of_work(session):
        case, _application = live_case(session, application_id)
        query = locked(session, VettingQuery, query_id)
        if query is None or query.case_id != case.id:
            raise NotFound()
        place = VettingQuery, query.id, "sealed_answer"
        if query.answered_at is not None:
            if unseal(keys, query.sealed_answer, *place) == words:
                return
            raise NotNow("You have answered this. To put something right, add a statement to your declarations.")
        if case.state not in {V.QUERY, V.REFUSAL_PROPOSED}:
            raise NotNow("This was settled meanwhile: no answer is needed any more.")
        query.sealed_answer, query.answered_at = seal(keys, words, *place), clock.now()
        case.version += 1
        session.flush()
        if case.state is V.QUERY:
            case.state = after_answers(case.sent_at is not None, len(open_queries(session, case.id)))
            if case.state is not V.QUERY:
                with_vetting(session, case)
        _record(session, actor, case, "vetting.answered")


def appeal(session: Session, keys: KeyRing, actor: Actor, application_id: int, text: str) -> None:
    """An appeal against a refusal, within its days. Again is once.

    Raises NothingWritten, TooLong, NotFound, AppealOver, or NotNow where nothing is refused.
    """
    words = tidy(text, "text", missing="Write why you think it was wrong")
    with unit_of_work(session):
        case, application = live_case(session, application_id)
        if case.appealed_at is not None:
            return
        if case.state is not V.REFUSED:
            raise NotNow("There is no refusal to appeal against.")
        if not _may_appeal(case, application):
            raise AppealOver()
        case.sealed_appeal = seal(keys, words, VettingCase, case.id, "sealed_appeal")
        case.state, case.appealed_at, case.version = V.APPEALED, clock.now(), case.version + 1
        with_vetting(session, case)
        _record(session, actor, case, "vetting.appealed")


def _record(session: Session, actor: Actor, case: VettingCase, action: str) -> None:
    record(session, actor, action, subject=("vetting_case", case.id), application_id=case.application_id)


def todos(session: Session, application: Application) -> list[Todo]:
    """What vetting asks of an applicant now. One statement."""
    if application.state in {*ENDED, State.DEFERRED}:
        return []
    query = (
        select(VettingCase.state, VettingCase.appeal_until, VettingCase.appealed_at, Requirement.due_at)
        .join(Requirement, Requirement.application_id == VettingCase.application_id)
        .where(VettingCase.application_id == application.id, Requirement.kind == RequirementKind.VETTING)
    )
    case = session.execute(query).one_or_none()
    if case is None:
        return []
    by = last_day(case.due_at) if case.due_at is not None else None
    if case.state is V.WITH_APPLICANT:
        return [Todo("Two declarations for vetting", "public.declarations_page", by, "About five minutes each")]
    if case.state is V.QUERY:
        return [Todo("A question from vetting", "public.own_vetting", by)]
    if case.state is V.REFUSED and case.appealed_at is None and case.appeal_until > clock.now():
        return [Todo("Vetting: read the result, or appeal", "public.own_vetting", last_day(case.appeal_until))]
    return []
