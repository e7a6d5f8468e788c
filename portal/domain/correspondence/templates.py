"""Wordings with named placeholders, and the facts that fill them. A person's own text is only ever text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.applications.waiting import NAMES, RECRUITERS
from portal.domain.campaigns.models import Campaign, Scheme, TrainingDay
from portal.domain.campaigns.rules import last_day
from portal.domain.correspondence.models import MessageTemplate
from portal.domain.refusals import NotFound, Refusal

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
KNOWN: dict[str, str] = {
    "given_name": "their first name",
    "reference": "their reference",
    "scheme": "what they applied to be",
    "campaign": "the campaign's name",
    "closes": "the last day to apply",
    "answer_by": "the day by which we answer",
    "interviews": "the days of the interviews",
    "training_from": "the first day of training",
    "asked_for": "what we have asked them for and not had yet",
    "team": "the team that answers for them",
}
MADE_UP: dict[str, str] = {  # for a test letter to oneself: nobody's
    "given_name": "Jo",
    "reference": "CPV-0000-0000",
    "scheme": "Community Policing Volunteer",
    "campaign": "A campaign",
    "closes": "26 January",
    "answer_by": "2 February",
    "interviews": "5 to 28 February",
    "training_from": "28 April",
    "asked_for": "Medical certificate",
    "team": RECRUITERS,
}


class UnknownPlaceholder(Refusal):
    """Names the wrong one and the ones there are."""

    def __init__(self, name: str, field: str) -> None:
        known = ", ".join(f"{{{each}}}" for each in KNOWN)
        super().__init__(f"There is no {{{name}}}. Use one of {known}, or leave the brackets out", field=field)


class Wording(Protocol):
    """A subject and a body with placeholders in them."""

    @property
    def subject(self) -> str: ...

    @property
    def body(self) -> str: ...


def check_placeholders(**texts: str) -> None:
    """Raises UnknownPlaceholder for the first one that nothing fills, beside its field."""
    for field, text in texts.items():
        for name in PLACEHOLDER.findall(text):
            if name.strip() not in KNOWN:
                raise UnknownPlaceholder(name, field)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with its placeholders filled, once: a value that looks like a placeholder stays as it is.
    One that nothing fills stays too."""
    return PLACEHOLDER.sub(lambda found: facts.get(found[1].strip(), found[0]), text)


def filled(version: Wording, facts: Mapping[str, str]) -> tuple[str, str]:
    """Subject and body for one person."""
    return " ".join(fill(version.subject, facts).split()), fill(version.body, facts)


def composed(session: Session, application_id: int, subject: str, body: str) -> tuple[str, str]:
    """Words as typed, filled for one application. Raises UnknownPlaceholder beside the field."""
    check_placeholders(subject=subject, body=body)
    facts = facts_for(session, [application_id])[application_id]
    return " ".join(fill(subject, facts).split()), fill(body, facts)


def facts_for(session: Session, application_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """What fills the placeholders, for each application. Two statements, whatever their number."""
    trains = select(func.min(TrainingDay.starts_at)).where(TrainingDay.campaign_id == Campaign.id).scalar_subquery()
    rows = session.execute(
        select(Application, Campaign, Scheme.name, StaffMember.team, trains)
        .join(Campaign, Campaign.id == Application.campaign_id)
        .join(Scheme, Scheme.id == Campaign.scheme_id)
        .outerjoin(StaffMember, StaffMember.id == Application.owner_id)
        .where(Application.id.in_(application_ids))
    ).all()
    asked = _asked_for(session, application_ids)
    return {
        application.id: _facts(application, campaign, trains_at)
        | {
            "scheme": scheme,
            "asked_for": asked.get(application.id, "nothing at the moment"),
            "team": team or RECRUITERS,
        }
        for application, campaign, scheme, team, trains_at in rows
    }


def _facts(application: Application, campaign: Campaign, trains_at: datetime | None) -> dict[str, str]:
    return {
        "given_name": application.given_name or "applicant",
        "reference": application.reference,
        "campaign": campaign.name,
        "closes": _day(last_day(campaign)),
        "answer_by": _day(campaign.answer_by),
        "interviews": _span(campaign.interviews_from, campaign.interviews_to),
        "training_from": _day(clock.london(trains_at).date() if trains_at else campaign.starts_on),
    }


def _asked_for(session: Session, application_ids: Collection[int]) -> dict[int, str]:
    query = (
        select(Requirement.application_id, Requirement.kind)
        .where(Requirement.application_id.in_(application_ids), Requirement.state == RequirementState.WITH_APPLICANT)
        .order_by(Requirement.id)
    )
    found: dict[int, list[str]] = {}
    for application_id, kind in session.execute(query):
        found.setdefault(application_id, []).append(NAMES[kind])
    return {application_id: ", ".join(names) for application_id, names in found.items()}


def templates(session: Session, *, archived: bool = False) -> list[MessageTemplate]:
    """The wordings staff may begin from, by name; those put away only where asked for."""
    query = select(MessageTemplate).order_by(MessageTemplate.name, MessageTemplate.id)
    if not archived:
        query = query.where(MessageTemplate.archived_at.is_(None))
    return list(session.scalars(query))


def template_by_slug(session: Session, slug: str) -> MessageTemplate:
    """Raises NotFound."""
    found = session.scalars(select(MessageTemplate).filter_by(slug=slug)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def _span(first: date, last: date) -> str:
    """5 to 28 February; 28 April to 24 June"""
    start = str(first.day) if (first.year, first.month) == (last.year, last.month) else _day(first)
    return f"{start} to {_day(last)}"
