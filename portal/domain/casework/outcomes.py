"""The mails that tell an applicant what came of it: which one, and what is in it.

The page that asks for a release shows these very letters before any is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.campaigns.models import Campaign, Scheme
from portal.domain.campaigns.rules import last_day
from portal.domain.casework.models import Decision, Verdict
from portal.domain.casework.verdicts import Wanted, reason_sentence

Context = dict[str, Any]
LETTERS: dict[Verdict, str] = {
    Verdict.SHORTLIST: "outcome_shortlisted",
    Verdict.RESERVE: "outcome_reserve",
    Verdict.DECLINE: "outcome_unsuccessful",
}
OTHERS = 3  # schemes named to somebody turned down: more would be a catalogue


def outcome_letter(session: Session, application: Application, decision: Decision | Wanted) -> tuple[str, Context]:
    """The mail's name and context for this verdict on this application, where it stands now. An offer's letter is the
    offers' own."""
    campaign = application.campaign
    said: Context = {
        "reference": application.reference,
        "scheme": campaign.scheme.name,
        "campaign": campaign.name,
        "team": RECRUITERS,
        "met": application.state is State.INTERVIEW,
    }
    match decision.verdict:
        case Verdict.SHORTLIST:
            said |= {"interviews_from": _day(campaign.interviews_from), "interviews_to": _day(campaign.interviews_to)}
        case Verdict.RESERVE:
            said |= {"place": decision.reserve_place, "until": _day(_training(campaign))}
        case Verdict.DECLINE:
            said |= {"reason": reason_sentence(decision.reason), "feedback": feedback_lines(decision.feedback)}
            said |= ways_on(session, campaign)
    return LETTERS[decision.verdict], said


@dataclass(frozen=True)
class Told:
    """What an applicant's own page says of the outcome, as the letter said it. `place`: on the reserve list."""

    reason: str = ""
    feedback: tuple[str, ...] = ()
    place: int | None = None
    ways_on: Context = field(default_factory=dict)


def told(session: Session, application: Application, decision: Decision | None) -> Told | None:
    """What was released, in the applicant's words; none where the application is not where that led."""
    if application.state is State.RESERVE:
        return Told(place=application.reserve_place) if application.reserve_place else None
    if application.state is not State.UNSUCCESSFUL or decision is None or decision.verdict is not Verdict.DECLINE:
        return None
    return Told(
        reason_sentence(decision.reason), tuple(feedback_lines(decision.feedback)),
        ways_on=ways_on(session, application.campaign),
    )  # fmt: skip


def reopened_letter(application: Application) -> tuple[str, Context]:
    """The mail to somebody whose ended application goes on. The reason is the staff's, and stays with them."""
    said = {
        "reference": application.reference,
        "scheme": application.campaign.scheme.name,
        "campaign": application.campaign.name,
        "team": RECRUITERS,
    }
    return "application_reopened", said


def feedback_lines(text: str) -> list[str]:
    """Feedback is kept a sentence a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def ways_on(session: Session, campaign: Campaign) -> Context:
    """What somebody turned down can do next: the scheme's next campaign, and what else they can join."""
    now = clock.now()
    coming = session.scalars(
        select(Campaign)
        .where(
            Campaign.scheme_id == campaign.scheme_id,
            Campaign.id != campaign.id,
            Campaign.published_at <= now,
            Campaign.closes_at > now,
        )
        .order_by(Campaign.opens_at, Campaign.id)
        .limit(1)
        .options(joinedload(Campaign.scheme))
    ).one_or_none()
    for_the_young = campaign.scheme.max_age is not None  # a grown-up cannot join the cadets, nor a cadet the rest
    others = session.scalars(
        select(Scheme)
        .where(
            Scheme.id != campaign.scheme_id, Scheme.max_age.is_not(None) if for_the_young else Scheme.max_age.is_(None)
        )
        .order_by(Scheme.applies_here.desc(), Scheme.position)
        .limit(OTHERS)
    )
    return {
        "next_campaign": _next(coming) if coming is not None else None,
        "others": [{"name": each.name, "slug": each.slug, "summary": each.summary} for each in others],
        "slug": campaign.slug,
    }


def _next(campaign: Campaign) -> Context:
    opens = clock.london(campaign.opens_at).date()
    return {
        "name": campaign.name,
        "slug": campaign.slug,
        "opens": _day(opens),
        "closes": _day(last_day(campaign)),
        "open": campaign.opens_at <= clock.now(),
    }


def _training(campaign: Campaign) -> date:
    days = campaign.training_days
    return clock.london(days[0].starts_at).date() if days else campaign.starts_on


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
