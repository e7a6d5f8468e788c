"""What people do with an application: start, answer, submit, correct, leave.

Each is one unit of work: rule, write, audit and mail together or not at all.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import PUBLIC, announce, locked, unit_of_work
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.accounts.queries import applicant_by_email
from portal.domain.applications.models import Application, Channel, Requirement, State
from portal.domain.applications.queries import answers, own_live_application
from portal.domain.applications.refusals import (
    CampaignClosed,
    CampaignNotOpen,
    NotComplete,
    NotEditable,
    NotEligible,
    OwnApplication,
)
from portal.domain.applications.rules import Act, By, WithdrawReason, after, may_move
from portal.domain.applications.search import reindex
from portal.domain.applications.sections import (
    CORRECTABLE,
    Value,
    is_complete,
    section_states,
)
from portal.domain.applications.standing import Standing, questions_now, standing_of
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.applications.writing import leave_out_unasked, write_answers
from portal.domain.audit.actions import Actor, record
from portal.domain.audit.models import ActorKind
from portal.domain.campaigns.models import Campaign, Care
from portal.domain.campaigns.rules import last_day, receives
from portal.domain.documents.models import Document
from portal.domain.messages.actions import REMINDERS, drop_waiting, queue_mail
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing
from portal.services.references import new_reference

TRIES = 5  # fresh references tried, should one be taken


def start(session: Session, applicant: Applicant, campaign: Campaign) -> Application:
    """A draft to this campaign, or the live application there already is. Raises CampaignClosed or CampaignNotOpen."""
    applicant_id, campaign_id, received_at = applicant.id, campaign.id, clock.now()
    with unit_of_work(session):
        found = own_live_application(session, applicant_id, campaign_id)
        if found is not None:
            return found
        return _begin(session, applicant, _open_campaign(session, campaign_id, received_at), applicant_id)


def enter_for(session: Session, staff: Actor, email: str, campaign: Campaign, channel: Channel) -> Application:
    """A draft entered by staff for somebody who rang or wrote, marked so. Resumes their live one.

    Raises OwnApplication for the member of staff's own address, ValueError for the online channel.
    """
    if channel is Channel.ONLINE:
        raise ValueError("staff enter telephone and paper applications only")
    campaign_id, received_at, address = campaign.id, clock.now(), email.strip().lower()
    with unit_of_work(session):
        officer = session.get(StaffMember, staff.actor_id)
        if officer is None or officer.email == address:
            raise OwnApplication()
        person = applicant_by_email(session, address)
        if person is None:
            person = Applicant(email=address, created_at=clock.wall())
            session.add(person)
            session.flush()
        found = own_live_application(session, person.id, campaign_id)
        if found is not None:
            return found
        return _begin(session, staff, _open_campaign(session, campaign_id, received_at), person.id, channel)


def _open_campaign(session: Session, campaign_id: int, received_at: datetime) -> Campaign:
    campaign = session.get_one(Campaign, campaign_id)
    if campaign.published_at is None or received_at < campaign.opens_at:
        raise CampaignNotOpen(campaign)
    if not receives(campaign, received_at):
        raise CampaignClosed(campaign)
    return campaign


def _begin(
    session: Session, actor: Actor, campaign: Campaign, applicant_id: int, channel: Channel = Channel.ONLINE
) -> Application:
    """Inserts the draft; where another request was quicker, or a reference was taken, it says so to the database."""
    for _ in range(TRIES):
        try:
            with session.begin_nested():
                application = _draft(actor, campaign, applicant_id, channel)
                session.add(application)
        except IntegrityError:
            found = own_live_application(session, applicant_id, campaign.id)
            if found is not None:
                return found
            continue
        record(
            session, actor, "application.started", subject=("application", application.id),
            application_id=application.id, channel=channel.value,
        )  # fmt: skip
        return application
    raise RuntimeError("no free reference was found")


def _draft(actor: Actor, campaign: Campaign, applicant_id: int, channel: Channel) -> Application:
    now = clock.now()
    return Application(
        reference=new_reference(campaign.scheme.code),
        applicant_id=applicant_id,
        campaign_id=campaign.id,
        state=State.DRAFT,
        channel=channel,
        entered_by=actor.actor_id if channel is not Channel.ONLINE else None,
        created_at=now,
        state_since=now,
        requirements=[Requirement(kind=each.kind, due=each.due) for each in campaign.requirements],
    )


def acting_as(actor: Actor, application: Application) -> By:
    """In which part this person acts on this application; raises NotFound for somebody else's.

    Staff who enter an application for somebody act for them.
    """
    if actor.actor_kind is ActorKind.APPLICANT and actor.actor_id == application.applicant_id:
        return By.APPLICANT
    if actor.actor_kind is ActorKind.STAFF:
        return By.APPLICANT if application.channel is not Channel.ONLINE else By.RECRUITER
    raise NotFound()


def _to_act_on(session: Session, actor: Actor, application_id: int, act: Act) -> Application:
    """The application, held until commit, if this person may do this to it now."""
    application = locked(session, Application, application_id)
    if application is None:
        raise NotFound()
    if not may_move(application.state, act, acting_as(actor, application)):
        raise NotEditable()
    return application


def save_answers(
    session: Session, actor: Actor, application: Application, values: dict[str, Value], keys: KeyRing
) -> list[str]:
    """Keeps these answers of a draft as they were given, right or not yet; returns the keys that changed.

    Raises NotEditable once the application was sent, AnswerTooLong beyond what can be kept.
    """
    application_id = application.id
    with unit_of_work(session):
        draft = _to_act_on(session, actor, application_id, Act.SUBMIT)
        return _write(session, actor, draft, values, keys, "answers.saved")


def correct_contact(
    session: Session, actor: Actor, application: Application, values: dict[str, Value], keys: KeyRing
) -> list[str]:
    """Changes phone or address after submission; the trail says which. Raises NotComplete for a wrong answer."""
    application_id = application.id
    with unit_of_work(session):
        sent = _to_act_on(session, actor, application_id, Act.WITHDRAW)
        now = {**answers(session, keys, sent), **values}
        asked = {each.key: each for each in questions_now(session, keys, sent, now)}
        wanted = {key: value for key, value in values.items() if key in asked and asked[key].section in CORRECTABLE}
        states = section_states([asked[key] for key in wanted], wanted, clock.today())
        if not is_complete(states):
            raise NotComplete(states)
        return _write(session, actor, sent, wanted, keys, "contact.corrected")


def _write(
    session: Session, actor: Actor, application: Application, values: dict[str, Value], keys: KeyRing, action: str
) -> list[str]:
    written = write_answers(session, application, values, keys)
    changed = [each.key for each in written]
    if changed:
        application.version += 1
        if application.received_at is not None:
            application.matched_at = None
            reindex(session, application)
        open_ones = [each.key for each in written if each.care is not Care.SEALED]
        sealed = {"sealed": len(changed) - len(open_ones)} if len(open_ones) < len(changed) else {}
        record(  # that somebody answered a sealed question says something of them: how many, never which
            session, actor, action, subject=("application", application.id),
            application_id=application.id, answers=open_ones, **sealed,
        )  # fmt: skip
    return changed


def submit(session: Session, actor: Actor, application_id: int, received_at: datetime, keys: KeyRing) -> Application:
    """Sends a draft. `received_at`, read once when the request arrived, decides against the held campaign's dates.

    Sending again what was sent returns it unchanged: a double click makes one application and one
    mail. Raises CampaignClosed, CampaignNotOpen, NotComplete or NotEligible; the draft is kept.
    """
    with unit_of_work(session):
        campaign_id = session.scalar(select(Application.campaign_id).where(Application.id == application_id))
        campaign = locked(session, Campaign, campaign_id) if campaign_id is not None else None
        application = locked(session, Application, application_id)
        if campaign is None or application is None:
            raise NotFound()
        part = acting_as(actor, application)
        if application.received_at is not None:
            return application
        if not may_move(application.state, Act.SUBMIT, part):
            raise NotEditable()
        standing = _ready(session, application, campaign, received_at, keys)
        left_out = leave_out_unasked(session, application, standing.asked)
        application.state, application.state_since = State.SUBMITTED, received_at
        application.received_at = received_at
        application.version += 1
        reindex(session, application)
        record(
            session, actor, "application.submitted", subject=("application", application.id),
            application_id=application.id, channel=application.channel.value,
            **({"left_out": left_out} if left_out else {}),
        )  # fmt: skip
        drop_waiting(session, application.id, REMINDERS)
        _send_receipt(session, application, campaign)
        announce(session, PUBLIC)  # campaign pages say how many have applied
        return application


def _ready(
    session: Session, application: Application, campaign: Campaign, received_at: datetime, keys: KeyRing
) -> Standing:
    """What is about to be sent; a refusal unless it can be."""
    if received_at < campaign.opens_at:
        raise CampaignNotOpen(campaign)
    if not receives(campaign, received_at):
        raise CampaignClosed(campaign)
    standing = standing_of(session, keys, application, received_at)
    if not standing.complete:
        raise NotComplete(standing.states, standing.papers_missing)
    if standing.obstacles:
        raise NotEligible(standing.obstacles)
    return standing


def _send_receipt(session: Session, application: Application, campaign: Campaign) -> None:
    received = clock.london(application.state_since)
    queue_mail(
        session,
        "application_received",
        to=application.applicant.email,
        application_id=application.id,
        reference=application.reference,
        scheme=campaign.scheme.name,
        campaign=campaign.name,
        received=f"{received:%A} {received.day} {received:%B %Y} at {received:%H:%M:%S}",
        answer_by=f"{campaign.answer_by:%A} {campaign.answer_by.day} {campaign.answer_by:%B %Y}",
        interviews_from=f"{campaign.interviews_from.day} {campaign.interviews_from:%B}",
        interviews_to=f"{campaign.interviews_to.day} {campaign.interviews_to:%B %Y}",
        team=RECRUITERS,
        channel=application.channel.value,
    )


def withdraw(session: Session, actor: Actor, application_id: int, reason: WithdrawReason) -> Application:
    """Takes a sent application back, for a coded reason. Raises NotEditable when it has ended already."""
    with unit_of_work(session):
        application = _to_act_on(session, actor, application_id, Act.WITHDRAW)
        application.state_before = application.state
        application.state = after(application.state, Act.WITHDRAW) or State.WITHDRAWN
        application.state_since, application.withdrawn_reason = clock.now(), reason.value
        application.version += 1
        record(
            session, actor, "application.withdrawn", subject=("application", application.id),
            application_id=application.id, reason=reason.value,
        )  # fmt: skip
        queue_mail(
            session, "application_withdrawn", to=application.applicant.email, application_id=application.id,
            reference=application.reference, scheme=application.campaign.scheme.name,
            closes=f"{last_day(application.campaign).day} {last_day(application.campaign):%B %Y}",
            may_return=receives(application.campaign, application.state_since), slug=application.campaign.slug,
        )  # fmt: skip
        return application


def discard_draft(session: Session, actor: Actor, application_id: int) -> list[str]:
    """Deletes a draft with everything in it; the trail keeps that it was there, and nothing it said.

    Its files' keys go with it, so that nobody can read them again. Returns where the unreadable
    rest is stored, to be cleared away. Raises NotEditable once it was sent.
    """
    with unit_of_work(session):
        application = _to_act_on(session, actor, application_id, Act.DISCARD)
        stored = list(session.scalars(select(Document.storage_key).filter_by(application_id=application.id)))
        record(session, actor, "application.discarded", subject=("application", application.id), files=len(stored))
        drop_waiting(session, application.id, REMINDERS)
        session.execute(delete(Application).where(Application.id == application.id))
        return stored
