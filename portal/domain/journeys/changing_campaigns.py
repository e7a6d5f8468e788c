"""Changes of a campaign that depend on what applicants and assessors have done with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from portal.db import locked, unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Answer, Application, State
from portal.domain.applications.rules import LIVE
from portal.domain.audit.actions import Actor
from portal.domain.campaigns import criteria_editing, publishing, question_editing
from portal.domain.campaigns.criteria import CriterionPlan
from portal.domain.campaigns.dates import problems, road_of
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.parts import to_change
from portal.domain.interest.actions import offer
from portal.domain.journeys import extending
from portal.domain.journeys.nudging import LAPSED
from portal.domain.messages.actions import REMINDERS, drop_waiting, queue_mail
from portal.domain.messages.models import Notice
from portal.domain.messages.stops import Kind, stop_token
from portal.domain.refusals import Refusal
from portal.domain.shortlisting.models import Assignment, Score

CLOSED_EARLY = "campaign_closed_early"


class NoRoom(Refusal):
    title = "The dates after it leave no room"


def scored(session: Session, campaign_id: int) -> bool:
    """Whether a score is in for this campaign: from then on its criteria stay."""
    query = select(Score.id).join(Assignment).join(Application, Application.id == Assignment.application_id)
    return session.scalar(query.where(Application.campaign_id == campaign_id).limit(1)) is not None


def answered(session: Session, question_id: int) -> bool:
    """Whether anybody has answered a question, in a draft or an application that was sent."""
    return bool(session.scalar(select(exists().where(Answer.question_id == question_id))))


def add_criterion(session: Session, actor: Actor, campaign_id: int, plan: CriterionPlan) -> int:
    """Raises Frozen once a score is in."""
    with unit_of_work(session):
        locked(session, Campaign, campaign_id)
        known = scored(session, campaign_id)
        return criteria_editing.add_criterion(session, actor, campaign_id, plan, scored=known)


def edit_criterion(
    session: Session, actor: Actor, campaign_id: int, criterion_id: int, wanted: CriterionPlan, seen: str
) -> bool:
    """Raises Frozen once a score is in, Stale when somebody else changed it."""
    with unit_of_work(session):
        locked(session, Campaign, campaign_id)
        known = scored(session, campaign_id)
        return criteria_editing.edit_criterion(
            session, actor, campaign_id, criterion_id, wanted, seen, scored=known
        )  # fmt: skip


def move_criterion(session: Session, actor: Actor, campaign_id: int, criterion_id: int, *, up: bool) -> None:
    """Raises Frozen once a score is in."""
    with unit_of_work(session):
        locked(session, Campaign, campaign_id)
        known = scored(session, campaign_id)
        criteria_editing.move_criterion(session, actor, campaign_id, criterion_id, up=up, scored=known)


def remove_criterion(session: Session, actor: Actor, campaign_id: int, criterion_id: int) -> None:
    """Raises Frozen once a score is in."""
    with unit_of_work(session):
        locked(session, Campaign, campaign_id)
        known = scored(session, campaign_id)
        criteria_editing.remove_criterion(session, actor, campaign_id, criterion_id, scored=known)


def remove_question(session: Session, actor: Actor, campaign_id: int, key: str) -> bool:
    """Deletes a campaign's own question, or retires it when somebody has answered; says whether it was retired."""
    with unit_of_work(session):
        locked(session, Campaign, campaign_id)
        known = answered(session, question_editing.question_id_of(session, campaign_id, key))
        return question_editing.remove_question(session, actor, campaign_id, key, answered=known)


def drafts_of(session: Session, campaign_id: int) -> int:
    """How many have begun and not sent."""
    query = select(func.count()).where(Application.campaign_id == campaign_id, Application.state == State.DRAFT)
    return session.scalar(query) or 0


def waiting_of(session: Session, campaign_id: int) -> int:
    """How many are still under way."""
    query = select(func.count()).where(Application.campaign_id == campaign_id, Application.state.in_(LIVE))
    return session.scalar(query) or 0


def extend(session: Session, actor: Actor, campaign_id: int, closes_at: datetime, reason: str) -> Campaign:
    """A later closing that the dates after it leave room for; everyone with a draft is told.

    Raises ReasonNeeded, DatesOutOfOrder, NoRoom.
    """
    with unit_of_work(session):
        campaign = to_change(session, campaign_id)
        road = road_of(campaign)
        found = [each for each in problems(replace(road, closes_at=closes_at)) if each not in problems(road)]
        if found and closes_at > campaign.closes_at:
            raise NoRoom(f"{found[0].words}. Move that date first.", field="closes_at")
        return extending.extend(session, actor, campaign_id, closes_at, reason)


def close_early(session: Session, actor: Actor, campaign_id: int, reason: str) -> int:
    """Closes a campaign now and writes kindly to everyone with a draft, in place of the letter after any closing;
    returns to how many. Raises ReasonNeeded, NotNow."""
    with unit_of_work(session):
        campaign = publishing.close_campaign_early(session, actor, campaign_id, reason)
        drafts = (
            select(Application, Applicant.email)
            .join(Applicant, Applicant.id == Application.applicant_id)
            .where(Application.campaign_id == campaign_id, Application.state == State.DRAFT)
            .order_by(Application.id)
        )
        found = session.execute(drafts).all()
        for application, email in found:
            _tell(session, campaign, application, email)
        return len(found)


def _tell(session: Session, campaign: Campaign, application: Application, email: str) -> None:
    drop_waiting(session, application.id, REMINDERS)
    mail = queue_mail(
        session, CLOSED_EARLY, to=email, application_id=application.id, reference=application.reference,
        campaign=campaign.name, scheme=campaign.scheme.name,
        interest_token=offer(session, email, campaign.scheme_id, application.district_id),
        stop_token=stop_token(session, email, Kind.REMINDERS),
    )  # fmt: skip
    session.flush()
    window = campaign.closes_at.isoformat()
    session.add(
        Notice(recipient=email, kind=LAPSED, subject=application.reference, window=window, mail_id=mail.id)
    )  # fmt: skip


def archive(session: Session, actor: Actor, campaign_id: int) -> Campaign:
    """Puts a campaign away. Raises NotNow while it is live or somebody still waits."""
    with unit_of_work(session):
        locked(session, Campaign, campaign_id)
        waiting = waiting_of(session, campaign_id)
        if waiting:
            people = "1 application is" if waiting == 1 else f"{waiting:,} applications are"
            raise publishing.NotNow(f"{people} still under way. Archive it when each has an answer.")
        return publishing.archive(session, actor, campaign_id)
