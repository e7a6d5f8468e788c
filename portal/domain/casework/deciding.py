"""Verdicts: made provisionally, undone, released together; and an ended application opened again.

Until it is released nobody outside knows of a verdict. Releasing moves the application by the table
of moves, writes to the applicant, and happens once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import PUBLIC, announce, holding, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import kept_from, own_live_application
from portal.domain.applications.refusals import NotEditable
from portal.domain.applications.rules import Act, By, after, may_move
from portal.domain.audit.actions import Actor, record
from portal.domain.casework.models import Decision, Verdict
from portal.domain.casework.outcomes import outcome_letter, reopened_letter
from portal.domain.casework.verdicts import (
    ACT_OF,
    DECLINE_REASONS,
    MADE_BY_RULE,
    REOPEN_REASONS,
    AlreadyReleased,
    DecisionChanged,
    LivesAgain,
    ReasonNeeded,
    Wanted,
    may_come_to,
)
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import NotFound

__all__ = [
    "DECLINE_REASONS",
    "REOPEN_REASONS",
    "counted",
    "decide",
    "decide_all",
    "last_released",
    "provisional",
    "release",
    "reopen",
    "undo_decision",
]


def provisional(session: Session, ids: Collection[int]) -> dict[int, Decision]:
    """The provisional decision of each of these applications that has one. One statement."""
    query = select(Decision).where(
        Decision.application_id.in_(ids), Decision.undone_at.is_(None), Decision.released_at.is_(None)
    )
    return {each.application_id: each for each in session.scalars(query.execution_options(populate_existing=True))}


def counted(session: Session, ids: Select[int]) -> dict[tuple[Verdict, str | None], int]:
    """How many of these applications have which provisional verdict, for which reason. One statement."""
    query = (
        select(Decision.verdict, Decision.reason, func.count())
        .where(Decision.application_id.in_(ids), Decision.undone_at.is_(None), Decision.released_at.is_(None))
        .group_by(Decision.verdict, Decision.reason)
        .order_by(Decision.verdict, Decision.reason)
    )
    return {(verdict, reason): count for verdict, reason, count in session.execute(query)}


def last_released(session: Session, application_id: int) -> Decision | None:
    """What the applicant was told last."""
    query = select(Decision).where(Decision.application_id == application_id, Decision.released_at.is_not(None))
    return session.scalars(query.order_by(Decision.released_at.desc(), Decision.id.desc()).limit(1)).one_or_none()


def _held(session: Session, actor: Actor, ids: Collection[int]) -> dict[int, Application]:
    """These applications, freshly read and held until commit.

    Raises NotFound for a draft, for one that is not there, and for one this person is kept from.
    """
    kept = kept_from(actor.actor_id or 0).label("kept")
    query = select(Application, kept).where(Application.id.in_(ids)).order_by(Application.id)
    rows = session.execute(holding(query, of=Application)).all()
    if len(rows) != len(set(ids)) or any(each.state is State.DRAFT or out for each, out in rows):
        raise NotFound()
    return {each.id: each for each, _out in rows}


def decide(
    session: Session,
    actor: Actor,
    application_id: int,
    verdict: Verdict,
    *,
    reason: str | None = None,
    feedback: str = "",
    reserve_place: int | None = None,
    run_id: int | None = None,
    seen: int | None = None,
) -> Decision:
    """A provisional verdict, in place of an earlier provisional one; the same one again changes nothing.

    `seen` is the number of the decision the page showed, 0 for none: another one now is DecisionChanged.
    Raises NotFound, NotEditable (no such move from here) or ReasonNeeded (to decline).
    """
    wanted = Wanted(verdict, reason, feedback.strip(), reserve_place)
    with unit_of_work(session):
        _held(session, actor, [application_id])
        now = provisional(session, [application_id]).get(application_id)
        if seen is not None and seen != (now.id if now else 0) and (now is None or _said(now) != wanted):
            raise DecisionChanged()
        return decide_all(session, actor, {application_id: wanted}, run_id=run_id)[0]


def decide_all(
    session: Session, actor: Actor, wanted: Mapping[int, Wanted], *, run_id: int | None = None
) -> list[Decision]:
    """A provisional verdict on each of many, all or none, in a fixed number of statements. Raises as `decide` does."""
    with unit_of_work(session):
        held = _held(session, actor, wanted)
        before = provisional(session, wanted)
        for application_id, each in wanted.items():
            _refuse_unless_possible(held[application_id], each)
        changed = [key for key, each in wanted.items() if key not in before or _said(before[key]) != each]
        for key in changed:
            if key in before:
                before[key].undone_by, before[key].undone_at = actor.actor_id, clock.now()
        session.flush()  # at most one is provisional: the old ones go before the new ones come
        made = {key: _decision(actor, key, wanted[key], run_id) for key in changed}
        session.add_all(made.values())
        session.flush()
        for key, decision in made.items():
            record(
                session, actor, "decision.made", subject=("decision", decision.id), application_id=key,
                verdict=decision.verdict.value, reason=decision.reason,
            )  # fmt: skip
        return [made.get(key) or before[key] for key in wanted]


def _said(decision: Decision) -> Wanted:
    return Wanted(decision.verdict, decision.reason, decision.feedback, decision.reserve_place)


def _refuse_unless_possible(application: Application, wanted: Wanted) -> None:
    if not may_come_to(application.state, wanted.verdict):
        raise NotEditable()
    if wanted.verdict is Verdict.DECLINE and wanted.reason not in DECLINE_REASONS | MADE_BY_RULE:
        raise ReasonNeeded(field="reason")


def _decision(actor: Actor, application_id: int, wanted: Wanted, run_id: int | None) -> Decision:
    return Decision(
        application_id=application_id,
        verdict=wanted.verdict,
        reason=wanted.reason,
        feedback=wanted.feedback,
        reserve_place=wanted.reserve_place,
        decided_by=actor.actor_id,
        decided_at=clock.now(),
        run_id=run_id,
    )


def undo_decision(session: Session, actor: Actor, application_id: int) -> None:
    """Takes a provisional verdict back; none there is nothing to do. Raises NotFound, AlreadyReleased."""
    with unit_of_work(session):
        application = _held(session, actor, [application_id])[application_id]
        decision = provisional(session, [application_id]).get(application_id)
        if decision is None:
            told = last_released(session, application_id)
            if told is not None and told.released_at == application.state_since:
                raise AlreadyReleased()
            return
        decision.undone_by, decision.undone_at = actor.actor_id, clock.now()
        record(
            session, actor, "decision.undone", subject=("decision", decision.id), application_id=application_id,
            verdict=decision.verdict.value,
        )  # fmt: skip


Telling = Callable[[Session, Actor, Application, Decision], None]


def by_letter(session: Session, actor: Actor, application: Application, decision: Decision) -> None:
    """Moves a held application by the verdict and queues its letter."""
    name, context = outcome_letter(session, application, decision)
    _move(application, ACT_OF[decision.verdict])
    queue_mail(session, name, to=application.applicant.email, application_id=application.id, **context)


def release(
    session: Session, actor: Actor, application_id: int, *, score: int | None = None, by: Telling = by_letter
) -> Application | None:
    """Tells the applicant, once: the application moves by the verdict, and the mail is queued with it.

    `score` is the sift's, in hundredths of a point, kept on the application from now on; `by` is how it is told.
    None for one with nothing provisional, or that cannot move that way any more (withdrawn meanwhile). Raises
    NotFound, and what `by` raises.
    """
    with unit_of_work(session):
        application = _held(session, actor, [application_id])[application_id]
        decision = provisional(session, [application_id]).get(application_id)
        if decision is None or not may_come_to(application.state, decision.verdict):
            return None
        by(session, actor, application, decision)
        if decision.verdict is not Verdict.DECLINE:  # a place on the reserve list is there again if they are reopened
            application.reserve_place = decision.reserve_place
        application.score = score if score is not None else application.score
        decision.released_by, decision.released_at = actor.actor_id, application.state_since
        record(
            session, actor, "decision.released", subject=("decision", decision.id), application_id=application_id,
            state=application.state.value, reason=decision.reason,
        )  # fmt: skip
        announce(session, PUBLIC)
        return application


def _move(application: Application, act: Act) -> None:
    to = after(application.state, act)
    assert to is not None
    application.state_before, application.state = application.state, to
    application.state_since = clock.now()
    application.next_contact_on = None  # kept, by the letter that goes with it
    application.version += 1


def reopen(session: Session, actor: Actor, application_id: int, reason: str) -> Application:
    """An ended application goes back to where it was, for a coded reason, and the applicant is told.

    Raises NotFound, ReasonNeeded, NotEditable (it has not ended, or was reopened already) or LivesAgain.
    """
    if reason not in REOPEN_REASONS:
        raise ReasonNeeded(field="reason")
    with unit_of_work(session):
        application = _held(session, actor, [application_id])[application_id]
        if not may_move(application.state, Act.REOPEN, By.RECRUITER):
            raise NotEditable()
        if own_live_application(session, application.applicant_id, application.campaign_id) is not None:
            raise LivesAgain()
        application.state, application.state_before = application.state_before or State.SUBMITTED, None
        application.state_since, application.withdrawn_reason = clock.now(), None
        application.next_contact_on = None  # of before it ended
        application.version += 1
        try:
            session.flush()
        except IntegrityError:  # they began another one this very moment
            raise LivesAgain() from None
        record(
            session, actor, "application.reopened", subject=("application", application_id),
            application_id=application_id, reason=reason, state=application.state.value,
        )  # fmt: skip
        name, context = reopened_letter(application)
        queue_mail(session, name, to=application.applicant.email, application_id=application_id, **context)
        announce(session, PUBLIC)
        return application
