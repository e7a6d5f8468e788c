"""Provisional decisions become answers: one application's turn in a bulk run, or one by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.applications.rules import MOVES
from portal.domain.audit.actions import Actor
from portal.domain.bulk.acting import Acting
from portal.domain.bulk.acts import Act, Detail, LeftOut, Obstacles
from portal.domain.bulk.models import Run
from portal.domain.casework import deciding
from portal.domain.casework.models import Decision, Verdict
from portal.domain.casework.outcomes import Context, outcome_letter
from portal.domain.casework.verdicts import ACT_OF, MADE_BY_RULE, Wanted
from portal.domain.offers import making
from portal.domain.offers.courses import course_of, first_day
from portal.domain.offers.letters import course_words, names_of
from portal.domain.offers.models import Offer
from portal.domain.offers.requirements import outstanding
from portal.domain.offers.rules import ANSWER_DAYS, NoPlaceLeft, last_moment
from portal.domain.refusals import Conflict
from portal.domain.settings.queries import setting_value
from portal.domain.shortlisting.gate import score_of, unsettled_in
from portal.services.mail import Letter, Letters

A = Application.__table__.c


def _provisional(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        Decision.application_id == A.id, Decision.undone_at.is_(None), Decision.released_at.is_(None), *more
    )


def detail_of(session: Session, ids: Select[int], campaign: str, *, apart: bool) -> dict[str, Any]:
    """What a release of these is given. `newest` is the last of the decisions that were looked at."""
    looked_at = select(func.max(Decision.id)).where(
        Decision.application_id.in_(ids), Decision.undone_at.is_(None), Decision.released_at.is_(None)
    )
    return {"campaign": campaign, "apart": apart, "newest": session.scalar(looked_at) or 0}


def obstacles(detail: Detail) -> Obstacles:
    """Why an application is not released now. What the cut-off decided is released together: not while another
    of the campaign waits for its score, unless those are left out on purpose (`apart`). What was decided after
    somebody looked (`newest`) is nothing they meant to release."""
    moves = [
        and_(Decision.verdict == verdict, A.state.in_(move.of))
        for verdict, act in ACT_OF.items()
        for move in MOVES
        if move.act is act
    ]
    found: list[tuple[str, ColumnElement[bool]]] = [
        ("nothing", ~_provisional()),
        ("state", ~_provisional(or_(*moves))),
    ]
    if "newest" in detail:
        found.append(("changed", ~_provisional(Decision.id <= detail["newest"])))
    if not detail.get("apart"):
        waits = unsettled_in(A.campaign_id).exists()
        found.append(("unsettled", and_(_provisional(Decision.reason.in_(MADE_BY_RULE)), waits)))
    return found


class ReleasedTogether(Conflict):
    title = "This one is released with the others"
    message = "The line decided on it, and others of its campaign still wait for a score. All are told together."


def release_decided(session: Session, actor: Actor, application_id: int, *, apart: bool = False) -> Application | None:
    """Releases one application's provisional decision with its score; none where there was nothing to release.

    Raises NotFound, or ReleasedTogether for one the line decided on while others wait, unless that is meant (`apart`).
    """
    with unit_of_work(session):
        if not apart and session.scalar(_too_early(application_id)) is not None:
            raise ReleasedTogether()
        now = deciding.provisional(session, [application_id]).get(application_id)
        by = _by_offer if now is not None and now.verdict is Verdict.OFFER else deciding.by_letter
        return deciding.release(session, actor, application_id, score=score_of(session, application_id), by=by)


def _by_offer(session: Session, actor: Actor, application: Application, decision: Decision) -> None:
    """A pass becomes an offer of a place; its own letter goes with it."""
    making.offer(session, actor, application.id)


def letter_to_be(session: Session, application: Application, decision: Decision | Wanted) -> tuple[str, Context]:
    """The mail's name and context that a release of this verdict would send now."""
    if decision.verdict is Verdict.OFFER:
        return _offer_to_be(session, application)
    return outcome_letter(session, application, decision)


def _offer_to_be(session: Session, application: Application) -> tuple[str, Context]:
    """The letter of an offer made today; nothing is offered. Raises CourseBegun, NoLaterCourse."""
    course, today = course_of(session, application), clock.today()
    until = last_moment(today, setting_value(session, ANSWER_DAYS, today), first_day(course))
    offer = Offer(application_id=application.id, campaign_id=course.id, expires_at=until, promoted=False)
    open_ones = names_of(outstanding(session, application.id))
    return "offer_made", course_words(session, offer, application) | {"outstanding": open_ones}


def _too_early(application_id: int) -> Select[int]:
    by_rule = _provisional(Decision.reason.in_(MADE_BY_RULE))
    return select(A.id).where(A.id == application_id, by_rule, unsettled_in(A.campaign_id).exists())


def decided_in(viewer: StaffViewer, campaign_id: int, *, interviewed: bool) -> Select[int]:
    """A campaign's applications with a provisional decision, within the viewer's reach: those of its interviews, or
    those of its sift."""
    query = select(A.id).where(A.campaign_id == campaign_id, _provisional())
    query = query.where(A.state == State.INTERVIEW if interviewed else A.state != State.INTERVIEW)
    return in_scope(query, viewer, Permission.MODERATE)


def letters_of(session: Session, letters: Letters, chosen: Mapping[Verdict, int]) -> dict[Verdict, Letter]:
    """The letter each of these applications would get for its provisional decision, its reference left out: a
    moderator still knows them by alias."""
    decisions = deciding.provisional(session, chosen.values())
    found = {}
    for verdict, application_id in chosen.items():
        application = session.get_one(Application, application_id)
        name, context = letter_to_be(session, application, decisions[application_id])
        scheme, _, _rest = application.reference.partition("-")
        masked = context | {"reference": f"{scheme}-••••-••••"}
        found[verdict] = letters.write(name, masked, recipient=application.applicant.email, message_id="preview")
    return found


def _turn(session: Session, who: Acting, application_id: int, run: Run) -> int | None:
    try:
        if release_decided(session, who, application_id, apart=bool(run.detail.get("apart"))) is None:
            raise LeftOut("nothing")
    except NoPlaceLeft:
        raise LeftOut("places") from None
    return None


RELEASE = Act("release", Permission.MODERATE, obstacles, _turn)
