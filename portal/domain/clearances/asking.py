"""Requirements are asked for when their time has come, all of an application's in one letter, and reminded of.

Source: the requirements' table of the service's domain description: each campaign says by which stage each is due;
references after the interview, everything else that is due later after an offer, a medical certificate with at
least 28 days.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.applications.models import Answer, Application, Requirement, RequirementState, State
from portal.domain.audit.actions import SYSTEM, record
from portal.domain.campaigns.models import Question, RequirementKind, Stage
from portal.domain.campaigns.questions import NONE
from portal.domain.clearances.steps import Code, step
from portal.domain.documents.rules import day_words, due_instant, last_day
from portal.domain.messages.actions import notify_once, queue_mail
from portal.domain.messages.models import Notice
from portal.domain.settings.queries import setting_values

S, K = State, RequirementKind
OFFERED = (S.OFFERED, S.ACCEPTED, S.TRAINING)
INVITED = (S.INTERVIEW, *OFFERED)
CHOSEN = (S.SHORTLISTED, *INVITED)
OURS = (K.OCCUPATION,)  # nobody has to send anything: what they said with their application is decided on
LATER = (Stage.TRAINING, Stage.APPOINTMENT)
REMINDER = "check_reminder"
NUMBERS = ("medical_notice_days", "check_notice_days", "check_reminder_days", "check_last_reminder_days")


def ask_due(session: Session, *, most: int, interviewed: ColumnElement[bool] | None = None) -> int:
    """Asks for what is due to be asked for, of at most so many applications; returns of how many. Idempotent.

    `interviewed`: a condition on `Application`, those who came to their interview; references are asked for then.
    """
    numbers, due = _numbers(session), _due(interviewed if interviewed is not None else false())
    found = session.scalars(
        due.with_only_columns(Application.id).order_by(None).distinct().order_by(Application.id).limit(most)
    ).all()
    asked = 0
    for application_id in found:
        with unit_of_work(session):
            application = locked(session, Application, application_id)
            this = due.where(Application.id == application_id).execution_options(populate_existing=True)
            requirements = session.scalars(this).unique().all()
            if application is not None and requirements:
                _ask(session, application, requirements, numbers)
                asked += 1
    return asked


def remind_due(session: Session, *, most: int) -> int:
    """Reminds those whose day comes near, once in each of two windows; returns how many. Idempotent."""
    now, numbers, told = clock.now(), _numbers(session), 0
    windows = (("last", numbers["check_last_reminder_days"]), ("first", numbers["check_reminder_days"]))
    soon = (
        select(Application.id, Application.reference, Requirement.due_at)
        .join(Requirement, Application.id == Requirement.application_id)
        .where(Requirement.state == RequirementState.WITH_APPLICANT, Application.state.in_(CHOSEN), _not_paused())
        .where(Requirement.due_at > now, Requirement.due_at <= now + timedelta(days=windows[1][1]))
        .order_by(Requirement.due_at.desc())
    )
    first = {row.id: (row.reference, row.due_at) for row in session.execute(soon)}  # the soonest of each comes last
    known = select(Notice.subject, Notice.window).where(Notice.kind == REMINDER)
    known = known.where(Notice.subject.in_([reference for reference, _due_at in first.values()]))
    done = {(row.subject, row.window) for row in session.execute(known)} if first else set()
    for application_id, (reference, due_at) in sorted(first.items()):
        near = next(name for name, days in windows if due_at <= now + timedelta(days=days))
        if told < most and (reference, _window(due_at, near)) not in done:
            told += _remind(session, application_id, now + timedelta(days=windows[1][1]), near)
    return told


def _due(interviewed: ColumnElement[bool]) -> Select[Requirement]:
    """Requirements not asked for although their time has come."""
    flagged = (
        exists()
        .where(Answer.application_id == Application.id, Answer.question_id == Question.id)
        .where(Question.key == "employer_kind", Question.campaign_id.is_(None), Answer.value != json.dumps(NONE))
    )
    now = or_(
        and_(Requirement.kind == K.OCCUPATION, Application.state.in_(CHOSEN), flagged),
        and_(Requirement.kind == K.IDENTITY, Application.state.in_(INVITED)),
        and_(Requirement.kind == K.REFERENCES, or_(Application.state.in_(OFFERED), interviewed)),
        and_(
            Requirement.kind.in_((K.MEDICAL, K.FITNESS)),  # vetting begins by its own rule
            or_(
                and_(Requirement.due == Stage.INTERVIEW, Application.state.in_(INVITED)),
                and_(Requirement.due == Stage.OFFER, or_(Application.state.in_(OFFERED), interviewed)),
                and_(Requirement.due.in_(LATER), Application.state.in_(OFFERED)),
            ),
        ),
    )
    return (
        select(Requirement)
        .join(Application, Application.id == Requirement.application_id)
        .where(Application.state.in_(CHOSEN), Requirement.state == RequirementState.NOT_ASKED, _not_paused(), now)
        .order_by(Requirement.id)
    )


def _not_paused() -> ColumnElement[bool]:
    return or_(Application.paused_until.is_(None), Application.paused_until < clock.today())


def _numbers(session: Session) -> dict[str, int]:
    return setting_values(session, NUMBERS, clock.today())


def _until(application: Application, requirement: Requirement, numbers: dict[str, int]) -> datetime:
    """When something asked for today is in time: the stage's own day, or the least time the policy gives."""
    days = numbers["medical_notice_days" if requirement.kind is K.MEDICAL else "check_notice_days"]
    least = clock.end_of(clock.today() + timedelta(days=days))
    return max(least, due_instant(application.campaign, requirement.due, requirement.due_at))


def _ask(
    session: Session, application: Application, requirements: Sequence[Requirement], numbers: dict[str, int]
) -> None:
    """All of them at once; the applicant gets one letter, if any of it is theirs to do. It names no kind."""
    for requirement in requirements:
        ours = requirement.kind in OURS
        requirement.state = RequirementState.WITH_US if ours else RequirementState.WITH_APPLICANT
        requirement.asked_at, requirement.due_at = clock.now(), _until(application, requirement, numbers)
        requirement.version += 1
        step(session, requirement, None, Code.ASKED)
    record(
        session, SYSTEM, "checks.asked", subject=("application", application.id), application_id=application.id,
        kind=[each.kind.value for each in requirements],
    )  # fmt: skip
    theirs = [each.due_at for each in requirements if each.kind not in OURS and each.due_at is not None]
    if theirs:
        queue_mail(
            session, "check_asked", to=application.applicant.email, application_id=application.id,
            reference=application.reference, scheme=application.campaign.scheme.name,
            count=len(theirs), until=_words(min(theirs)),
        )  # fmt: skip


def _window(due_at: datetime, near: str) -> str:
    return f"{due_at.isoformat()} {near}"


def _remind(session: Session, application_id: int, before: datetime, near: str) -> bool:
    with unit_of_work(session):
        application = locked(session, Application, application_id)
        open_ones = (
            select(Requirement)
            .where(Requirement.application_id == application_id, Requirement.due_at <= before)
            .where(Requirement.due_at > clock.now(), Requirement.state == RequirementState.WITH_APPLICANT)
            .execution_options(populate_existing=True)
        )
        requirements = session.scalars(open_ones).all()
        if application is None or application.state not in CHOSEN or not requirements:
            return False
        until = min(each.due_at for each in requirements if each.due_at is not None)
        told = notify_once(
            session, REMINDER, to=application.applicant.email, subject=application.reference,
            window=_window(until, near), application_id=application_id, reference=application.reference,
            count=len(requirements), until=_words(until),
        )  # fmt: skip
        for requirement in requirements if told else ():
            step(session, requirement, None, Code.REMINDED)
        return told


def _words(instant: datetime) -> str:
    day: date = last_day(instant)
    return f"{day:%A} {day_words(day)}"
