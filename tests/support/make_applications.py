"""Applications for tests: drafts and sent ones, made by the very actions the pages use."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Applicant
from portal.domain.applications.actions import save_answers, start, submit
from portal.domain.applications.models import Application
from portal.domain.applications.sections import Value
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.questions import NONE, seed_questions
from portal.services.crypto import KeyRing
from portal.web.setup import outside_of
from tests.support.people import an_applicant

BORN = date(1985, 3, 27)


def keys_of(app: Flask) -> KeyRing:
    return outside_of(app).keys


def full_answers(campaign: Campaign, **changes: Value) -> dict[str, Value]:
    """Answers that leave nothing missing for this campaign, but for what is changed."""
    answers: dict[str, Value] = {
        "given_name": "Sam",
        "family_name": "Okafor",
        "date_of_birth": BORN.isoformat(),
        "phone": "07700 900 982",
        "address_line1": "12 Mill Lane",
        "town": "Maidstone",
        "postcode": "ME14 1XX",
        "hours": True,
        "weekends": sorted({str(day.weekend) for day in campaign.training_days}),
        "why": "I know my street and the people in it, and last winter I set up a phone tree after three break-ins.",
        "occupation": "Gardener",
        "employer_kind": NONE,
        "declaration_true": True,
        "declaration_contact": True,
    }
    return answers | changes


def while_open(campaign: Campaign) -> datetime:
    """A moment at which the campaign takes applications: a day after opening, or halfway in shorter ones."""
    return campaign.opens_at + min(timedelta(days=1), (campaign.closes_at - campaign.opens_at) / 2)


def a_draft(
    session: Session,
    app: Flask,
    campaign: Campaign,
    *,
    complete: bool = True,
    applicant: Applicant | None = None,
    **changes: Any,
) -> Application:
    """A draft begun while the campaign was open: complete, or with only what `changes` say in it."""
    seed_questions(session)
    person = applicant or an_applicant(session)
    given = full_answers(campaign, **changes) if complete else changes
    with clock.at(while_open(campaign)):
        draft = start(session, person, campaign)
        save_answers(session, person, draft, given, keys_of(app))
    return draft


def a_submitted(
    session: Session,
    app: Flask,
    campaign: Campaign,
    *,
    received_at: datetime | None = None,
    applicant: Applicant | None = None,
    **changes: Any,
) -> Application:
    """A complete application that was sent, at `received_at` or a day after opening."""
    person = applicant or an_applicant(session)
    draft = a_draft(session, app, campaign, applicant=person, **changes)
    moment = received_at or while_open(campaign) + timedelta(minutes=1)
    with clock.at(moment):
        return submit(session, person, draft.id, moment, keys_of(app))
