"""The blank medical form: a PDF for everybody, without a cookie, of campaigns that ask for one."""

from __future__ import annotations

import io
from datetime import datetime

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.campaigns.models import CampaignRequirement, RequirementKind
from tests.support.client import JudgingClient
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import set_clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_it_prints_for_a_stranger(session: Session, app: Flask, settings: Settings, client: JudgingClient) -> None:
    set_clock(settings, datetime(2018, 1, 15, 10))
    address = f"/campaigns/{the_pilot(session).slug}/medical-form.pdf"
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith("inline;")
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) == 1
    assert client.post(address).status_code == 405


def test_where_none_is_asked_for_there_is_none(session: Session, client: JudgingClient) -> None:
    campaign = the_pilot(session)
    with unit_of_work(session):
        kind = RequirementKind.MEDICAL
        session.execute(delete(CampaignRequirement).filter_by(campaign_id=campaign.id, kind=kind))
    assert client.get(f"/campaigns/{campaign.slug}/medical-form.pdf").status_code == 404
    assert client.get("/campaigns/nothing/medical-form.pdf").status_code == 404
