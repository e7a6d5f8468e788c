"""Unfinished drafts are reminded before their campaign closes, and written to kindly once after it has.

Which window it is comes from the closing instant and one `now`: a clock that jumps over several, or a worker that
comes late, reminds of the one it is in. Each window of each closing date has one notice, so an extension counts anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Answer, Application, Channel, State
from portal.domain.applications.refusals import closing_words
from portal.domain.applications.standing import Standing, standing_of
from portal.domain.applications.waiting import NAMES
from portal.domain.campaigns.models import Campaign, Scheme
from portal.domain.campaigns.rules import last_day
from portal.domain.interest.actions import offer
from portal.domain.messages.actions import REMINDERS, drop_waiting, notify_once
from portal.domain.messages.models import Delivery, Notice, OutboxMail
from portal.domain.messages.stops import Kind, stop_token, stopped
from portal.domain.settings.queries import setting_values
from portal.services.crypto import KeyRing

REMINDER, LAPSED = "draft_reminder", "draft_lapsed"
TOLD = (*REMINDERS, "campaign_extended")  # mails after which a reminder waits a while
STEPS = ("first", "second", "last")
NUMBERS = (
    *(f"reminder_{step}_hours" for step in STEPS),
    *(f"reminder_{step}_quiet_hours" for step in STEPS),
    "lapsed_mail_hours",
    "lapsed_mail_days",
)


@dataclass(frozen=True)
class Window:
    """From `lead` before closing until the next window. Nobody is reminded within `quiet` of their last change."""

    key: str
    lead: timedelta
    quiet: timedelta


def windows_of(numbers: dict[str, int]) -> list[Window]:
    """The reminders' windows, innermost first."""
    windows = [
        Window(
            step,
            timedelta(hours=numbers[f"reminder_{step}_hours"]),
            timedelta(hours=numbers[f"reminder_{step}_quiet_hours"]),
        )
        for step in STEPS
    ]
    return sorted(windows, key=lambda window: window.lead)


def window_at(closes_at: datetime, now: datetime, windows: Sequence[Window]) -> Window | None:
    """The window an instant lies in; none before the first and from the closing instant on."""
    left = closes_at - now
    if left <= timedelta():
        return None
    return next((window for window in windows if left <= window.lead), None)


def nudge_due(session: Session, keys: KeyRing, *, most: int) -> int:
    """Queues what is due to people with drafts, at most so many; returns how many. Idempotent, two workers at once
    included: the draft is held while its notice is written."""
    now = clock.now()
    numbers = setting_values(session, NUMBERS, clock.today())
    windows = windows_of(numbers)
    queued = 0
    for campaign in _campaigns(session, now - timedelta(days=numbers["lapsed_mail_days"]), now + windows[-1].lead):
        if queued >= most:
            break
        window = window_at(campaign.closes_at, now, windows)
        if window is not None:
            queued += _remind(session, keys, campaign, window, now, most - queued)
        elif campaign.closes_at <= now - timedelta(hours=numbers["lapsed_mail_hours"]):
            queued += _console(session, campaign, most - queued)
    return queued


def drop_late(session: Session) -> int:
    """Takes back reminders that have not left although their campaign has closed; returns for how many drafts."""
    late = (
        select(OutboxMail.application_id)
        .join(Application, Application.id == OutboxMail.application_id)
        .join(Campaign, Campaign.id == Application.campaign_id)
        .where(OutboxMail.state == Delivery.QUEUED, OutboxMail.name.in_(REMINDERS))
        .where(Campaign.closes_at <= clock.now())
    )
    found = set(session.scalars(late))
    if found:
        with unit_of_work(session):
            for application_id in sorted(each for each in found if each is not None):
                drop_waiting(session, application_id, REMINDERS)
    return len(found)


def _campaigns(session: Session, since: datetime, until: datetime) -> Sequence[Campaign]:
    """Those that close, or have closed, about now: found by the index of closing instants."""
    query = (
        select(Campaign)
        .where(Campaign.closes_at > since, Campaign.closes_at <= until)
        .where(Campaign.published_at <= clock.now(), Campaign.opens_at <= clock.now())
        .order_by(Campaign.closes_at, Campaign.id)
    )
    return session.scalars(query).all()


def _drafts(campaign: Campaign, kind: str, window: str) -> Select[int]:
    """The campaign's drafts whose owners began them, want reminders and have had no such notice."""
    known = exists().where(
        Notice.recipient == Applicant.email,
        Notice.kind == kind,
        Notice.subject == Application.reference,
        Notice.window == window,
    )
    return (
        select(Application.id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(
            Application.campaign_id == campaign.id,
            Application.state == State.DRAFT,
            Application.channel == Channel.ONLINE,
            ~known,
            ~stopped(Applicant.email, Kind.REMINDERS),
        )
        .order_by(Application.id)
    )


def _unmoved(query: Select[int], since: datetime) -> Select[int]:
    """Of these, those not begun, changed or written to since."""
    changed = exists().where(Answer.application_id == Application.id, Answer.answered_at > since)
    told = exists().where(
        OutboxMail.application_id == Application.id, OutboxMail.name.in_(TOLD), OutboxMail.created_at > since
    )
    return query.where(Application.created_at <= since, ~changed, ~told)


def _key(campaign: Campaign, window: Window) -> str:
    return f"{campaign.closes_at.isoformat()} {window.key}"


def _remind(session: Session, keys: KeyRing, campaign: Campaign, window: Window, now: datetime, most: int) -> int:
    """One draft a unit of work: what is missing is read first, and the draft asked about again once it is held."""
    due = _unmoved(_drafts(campaign, REMINDER, _key(campaign, window)), now - window.quiet)
    closes_at, queued = campaign.closes_at, 0
    for application_id in session.scalars(due.limit(most)).all():
        application = session.get(Application, application_id, populate_existing=True)
        if application is None:
            continue
        standing = standing_of(session, keys, application, now)
        with unit_of_work(session):
            held = locked(session, Application, application_id)
            fresh = session.get_one(Campaign, campaign.id, populate_existing=True)
            still = session.scalar(due.where(Application.id == application_id)) is not None
            if held is not None and still and fresh.closes_at == closes_at:
                queued += _queue_reminder(session, held, fresh, standing, _key(fresh, window))
    return queued


def _queue_reminder(
    session: Session, application: Application, campaign: Campaign, standing: Standing, window: str
) -> bool:
    email = application.applicant.email
    return notify_once(
        session, REMINDER, to=email, subject=application.reference, window=window, application_id=application.id,
        reference=application.reference, campaign=campaign.name, closes=closing_words(campaign),
        missing=[state.section.title for state in standing.needed if not state.done],
        papers=[NAMES[kind] for kind in standing.papers_missing],
        minutes=standing.minutes_left, unsuitable=bool(standing.obstacles),
        stop_token=stop_token(session, email, Kind.REMINDERS),
    )  # fmt: skip


def _console(session: Session, campaign: Campaign, most: int) -> int:
    """To those whose draft was not sent: what is kept, and the offer to be told of the next campaign."""
    window, closes_at, queued = campaign.closes_at.isoformat(), campaign.closes_at, 0
    due = _drafts(campaign, LAPSED, window)
    for application_id in session.scalars(due.limit(most)).all():
        with unit_of_work(session):
            held = locked(session, Application, application_id)
            fresh = session.get_one(Campaign, campaign.id, populate_existing=True)
            still = session.scalar(due.where(Application.id == application_id)) is not None
            if held is not None and still and fresh.closes_at == closes_at:
                queued += _queue_lapsed(session, held, fresh, window)
    return queued


def _queue_lapsed(session: Session, application: Application, campaign: Campaign, window: str) -> bool:
    email, scheme = application.applicant.email, session.get_one(Scheme, campaign.scheme_id)
    drop_waiting(session, application.id, REMINDERS)
    closed = last_day(campaign)
    return notify_once(
        session, LAPSED, to=email, subject=application.reference, window=window, application_id=application.id,
        reference=application.reference, campaign=campaign.name, scheme=scheme.name,
        closed=f"{closed:%A} {closed.day} {closed:%B %Y}",
        interest_token=offer(session, email, scheme.id, application.district_id),
        stop_token=stop_token(session, email, Kind.REMINDERS),
    )  # fmt: skip
