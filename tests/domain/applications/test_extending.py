"""Extending a campaign tells everyone with a draft, once, and lets them send it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role
from portal.domain.applications.actions import submit
from portal.domain.applications.models import State
from portal.domain.applications.queries import is_lapsed
from portal.domain.campaigns.actions import ReasonNeeded
from portal.domain.journeys.extending import extend
from portal.domain.messages.actions import deliver_due
from portal.domain.messages.models import OutboxMail
from portal.web.setup import outside_of
from tests.support.make_applications import a_draft, a_submitted, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member


def test_drafts_are_told_and_live_again(session: Session, app: Flask) -> None:
    campaign, officer = the_pilot(session), a_staff_member(session, Role.RECRUITER)
    draft, _sent = a_draft(session, app, campaign), a_submitted(session, app, campaign)
    moment = campaign.closes_at + timedelta(days=1)
    assert is_lapsed(draft, moment)
    with pytest.raises(ReasonNeeded):
        extend(session, officer, campaign.id, campaign.closes_at + timedelta(days=7), " ")
    extend(session, officer, campaign.id, campaign.closes_at + timedelta(days=7), "Snow closed the roads")
    assert not is_lapsed(draft, moment)
    mails = list(session.scalars(select(OutboxMail).filter_by(name="campaign_extended")))
    assert [mail.recipient for mail in mails] == [draft.applicant.email]
    assert mails[0].context["closes"] == "midnight at the end of Friday 2 February 2018"
    session.rollback()
    outside = outside_of(app)
    assert deliver_due(session, outside.post, outside.letters) == 2
    assert submit(session, draft.applicant, draft.id, moment, keys_of(app)).state is State.SUBMITTED
