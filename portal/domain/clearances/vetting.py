"""Vetting: a case begins by itself when its time has come, and each step of it is one act by one officer.

A refusal takes two of them, and the appeal against it a third; the database refuses anything else. Why somebody was
refused is sealed. The requirement that everybody else sees follows the case.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import ENDED, Application, Requirement, RequirementState
from portal.domain.audit.actions import SYSTEM, Actor, record
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import steps
from portal.domain.clearances.models import VettingCase, VettingQuery, VettingState
from portal.domain.clearances.sealing import add_sealed, seal, tidy
from portal.domain.clearances.vetting_rules import (
    ASKED_IN,
    LEVELS,
    NotInFuture,
    NotNow,
    Step,
    after_answers,
    check,
    level_for,
)
from portal.domain.documents.rules import day_words, last_day
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.services.crypto import KeyRing

K, R, V = RequirementKind.VETTING, RequirementState, VettingState


class NoSuchLevel(Refusal):
    message = "Choose a level"


# How it begins


def open_due(session: Session, *, most: int) -> int:
    """Begins vetting where its time has come, for at most so many; returns how many. Idempotent."""
    query = select(Application.id).join(Requirement).where(_is_due()).order_by(Application.id).limit(most)
    return sum(begin(session, application_id) for application_id in session.scalars(query).all())


def begin(session: Session, application_id: int) -> bool:
    """Opens the case and asks for the declarations, once; says whether it did. Nothing where it is not time."""
    with unit_of_work(session):
        application = locked(session, Application, application_id)
        due = select(Requirement).join(Application).where(Application.id == application_id, _is_due())
        requirement = session.scalars(due.execution_options(populate_existing=True)).one_or_none()
        if application is None or requirement is None:
            return False
        now, days = clock.now(), setting_value(session, "declaration_days", clock.today())
        level = level_for(application.campaign.scheme.slug)
        case = VettingCase(application_id=application_id, level=level, state=V.WITH_APPLICANT, opened_at=now)
        session.add(case)
        session.flush()
        requirement.asked_at = now
        _hand(requirement, R.WITH_APPLICANT, clock.end_of(clock.today() + timedelta(days=days)))
        steps.step(session, requirement, None, steps.Code.ASKED)
        _record(session, SYSTEM, case, "vetting.begun")
        _write(session, application, "declarations_asked", until=requirement.due_at)
        return True


def _is_due() -> ColumnElement[bool]:
    """A condition on a requirement and its application: vetting not begun although its stage is reached."""
    stages = [and_(Requirement.due == due, Application.state.in_(states)) for due, states in ASKED_IN.items()]
    return and_(
        Requirement.kind == K,
        Requirement.state == R.NOT_ASKED,
        or_(*stages),
        or_(Application.paused_until.is_(None), Application.paused_until < clock.today()),
        ~exists().where(VettingCase.application_id == Application.id),
    )


def all_in(session: Session, actor: Actor, case: VettingCase) -> None:
    """Both declarations are sent: vetting has it now. In the caller's unit of work."""
    if case.state is not V.WITH_APPLICANT:
        return
    case.state, case.version = V.READY, case.version + 1
    with_vetting(session, case)
    steps.step(session, _requirement(session, case), actor, steps.Code.WITH_US)
    _record(session, actor, case, "vetting.ready")


# What an officer does. Each act carries the version of the case its page showed.


def send(session: Session, actor: Actor, case_id: int, level: str, *, version: int) -> None:
    """The case went to whoever looks into it, at this level. Raises NoSuchLevel, NotNow, NotFound."""
    if level not in LEVELS:
        raise NoSuchLevel(field="level")
    with unit_of_work(session):
        case, _application = _taken(session, actor, case_id, Step.SEND, version)
        case.level, case.sent_at, case.sent_by, case.state = level, clock.now(), actor.actor_id, V.SENT
        with_vetting(session, case)
        _record(session, actor, case, "vetting.sent")


def ask(session: Session, keys: KeyRing, actor: Actor, case_id: int, text: str, *, version: int) -> VettingQuery:
    """Asks the applicant something through the portal; the mail says only that there is a question.

    Raises NothingWritten, TooLong, NotNow, NotFound.
    """
    words = tidy(text, "question", missing="Write the question")
    with unit_of_work(session):
        case, application = _taken(session, actor, case_id, Step.ASK, version)
        days = setting_value(session, "vetting_query_days", clock.today())
        answer_by = clock.end_of(clock.today() + timedelta(days=days))
        query = VettingQuery(case_id=case.id, asked_by=actor.actor_id, asked_at=clock.now(), answer_by=answer_by)
        add_sealed(session, keys, query, words, "sealed_question")
        case.state = V.QUERY
        _hand(_requirement(session, case), R.WITH_APPLICANT, answer_by)
        _record(session, actor, case, "vetting.asked")
        _write(session, application, "vetting_query", until=answer_by)
        return query


def pass_case(session: Session, actor: Actor, case_id: int, expires_on: date | None, *, version: int) -> None:
    """Cleared, until this day or as long as the policy says. Raises NotInFuture, NotNow, NotFound."""
    with unit_of_work(session):
        case, application = _taken(session, actor, case_id, Step.CLEAR, version)
        _pass(session, actor, case, application, expires_on)
        _record(session, actor, case, "vetting.passed")


def propose_refusal(session: Session, keys: KeyRing, actor: Actor, case_id: int, why: str, *, version: int) -> None:
    """One officer's word, which nobody but vetting hears of until another confirms it.

    Raises NothingWritten, TooLong, NotNow, NotFound.
    """
    words = tidy(why, "why", missing="Write why, for whoever confirms it and for an appeal")
    with unit_of_work(session):
        case, _application = _taken(session, actor, case_id, Step.PROPOSE, version)
        case.state, case.proposed_by, case.proposed_at = V.REFUSAL_PROPOSED, actor.actor_id, clock.now()
        case.sealed_reason = seal(keys, words, VettingCase, case.id, "sealed_reason")
        with_vetting(session, case)
        _record(session, actor, case, "vetting.refusal_proposed")


def take_back(session: Session, actor: Actor, case_id: int, *, version: int) -> None:
    """Whoever proposed a refusal changed their mind, or a second officer does not agree: the case goes on."""
    with unit_of_work(session):
        case, _application = _taken(session, actor, case_id, Step.TAKE_BACK, version)
        case.proposed_by = case.proposed_at = case.sealed_reason = None
        case.state = after_answers(case.sent_at is not None, len(open_queries(session, case.id)))
        if case.state is V.QUERY:
            until = max(query.answer_by for query in open_queries(session, case.id))
            _hand(_requirement(session, case), R.WITH_APPLICANT, until)
        _record(session, actor, case, "vetting.refusal_taken_back")


def confirm_refusal(session: Session, actor: Actor, case_id: int, *, version: int) -> None:
    """A second officer confirms a refusal; the applicant is told, without a reason, and until when to appeal.

    Raises SamePerson for whoever proposed it (the database would, too), NotNow, NotFound.
    """
    with unit_of_work(session):
        case, application = _taken(session, actor, case_id, Step.CONFIRM, version)
        now, days = clock.now(), setting_value(session, "vetting_appeal_days", clock.today())
        case.state, case.refused_by, case.refused_at, case.result_at = V.REFUSED, actor.actor_id, now, now
        case.appeal_until = clock.end_of(clock.today() + timedelta(days=days))
        steps.settle(session, actor, application.id, K, R.NOT_MET, "refused")
        _record(session, actor, case, "vetting.refused")
        _write(session, application, "vetting_refused", until=case.appeal_until)


def decide_appeal(
    session: Session, keys: KeyRing, actor: Actor, case_id: int, upheld: bool, why: str, *, version: int
) -> None:
    """Somebody who did not refuse decides an appeal, and writes down why for vetting alone.

    Raises RefusedIt for whoever proposed or confirmed the refusal, NothingWritten, TooLong, NotNow, NotFound.
    """
    words = tidy(why, "why", missing="Write why")
    with unit_of_work(session):
        case, application = _taken(session, actor, case_id, Step.UPHOLD if upheld else Step.DISMISS, version)
        case.appeal_decided_by, case.appeal_decided_at = actor.actor_id, clock.now()
        if upheld:
            _pass(session, actor, case, application, None)
        else:
            case.state = V.REFUSED
            steps.settle(session, actor, application.id, K, R.NOT_MET, "refused")
            _write(session, application, "vetting_refused", until=None)
        steps.step(session, _requirement(session, case), actor, "appeal", words, keys=keys)
        _record(session, actor, case, "vetting.appeal_upheld" if upheld else "vetting.appeal_dismissed")


def _pass(session: Session, actor: Actor, case: VettingCase, application: Application, expires_on: date | None) -> None:
    today = clock.today()
    until = expires_on or today + timedelta(days=setting_value(session, "vetting_valid_days", today))
    if until <= today:
        raise NotInFuture(field="expires_on")
    case.state, case.result_at, case.expires_on = V.PASSED, clock.now(), until
    steps.settle(session, actor, application.id, K, R.MET, "passed", expires_on=until)
    _write(session, application, "vetting_passed")


def _taken(session: Session, actor: Actor, case_id: int, step: Step, version: int) -> tuple[VettingCase, Application]:
    """A case held until commit, for this step of this officer's; counted as one more version of it."""
    key = session.scalar(select(VettingCase.application_id).where(VettingCase.id == case_id))
    application = locked(session, Application, key) if key is not None else None
    case = locked(session, VettingCase, case_id)
    if application is None or case is None:
        raise NotFound()
    steps.may_decide(session, actor, application)
    if case.version != version:
        raise NotNow()
    check(step, case.state, actor.actor_id or 0, case.proposed_by, case.refused_by)
    case.version += 1
    return case, application


# What the applicant's acts share with these


def live_case(session: Session, application_id: int) -> tuple[VettingCase, Application]:
    """The case of an application that goes on, held until commit; raises NotFound."""
    application = locked(session, Application, application_id)
    query = select(VettingCase).filter_by(application_id=application_id).execution_options(populate_existing=True)
    case = session.scalars(query).one_or_none()
    if application is None or case is None or application.state in ENDED:
        raise NotFound()
    return case, application


def open_queries(session: Session, case_id: int) -> list[VettingQuery]:
    query = select(VettingQuery).filter_by(case_id=case_id, answered_at=None).order_by(VettingQuery.id)
    return list(session.scalars(query))


def with_vetting(session: Session, case: VettingCase) -> None:
    """The requirement says that it is with us, and until when it is usually done."""
    days = setting_value(session, "usual_days_vetting", clock.today())
    _hand(_requirement(session, case), R.WITH_US, clock.end_of(clock.today() + timedelta(days=days)))


def _requirement(session: Session, case: VettingCase) -> Requirement:
    query = select(Requirement).filter_by(application_id=case.application_id, kind=K)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _hand(requirement: Requirement, state: RequirementState, due_at: datetime) -> None:
    requirement.state, requirement.due_at, requirement.reason = state, due_at, None
    requirement.decided_by = requirement.decided_at = requirement.expires_on = None
    requirement.version += 1


def _record(session: Session, actor: Actor, case: VettingCase, action: str) -> None:
    record(session, actor, action, subject=("vetting_case", case.id), application_id=case.application_id)


def _write(session: Session, application: Application, name: str, until: datetime | None = None) -> None:
    """A mail with a reference and a day in it, and nothing else."""
    day = {} if name == "vetting_passed" else {"until": day_words(last_day(until)) if until is not None else ""}
    to, key = application.applicant.email, application.id
    queue_mail(session, name, to=to, application_id=key, secret=False, reference=application.reference, **day)
