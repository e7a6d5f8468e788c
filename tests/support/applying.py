"""A pilot with its clock inside the window, and browsers of people who apply to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.campaigns.models import Campaign
from tests.support.client import JudgingClient
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.people import browser_of

DURING = datetime(2018, 1, 15, 10)  # London


def set_clock(app: Flask, moment: datetime) -> None:
    """Moves the application's clock for requests and for this test's own calls."""
    offset = clock.from_london(moment) - clock.wall()
    clock.store_offset(app.config["PORTAL"].clock_file, offset)
    clock.use_offset(offset)


@dataclass
class Applying:
    """Somebody with an application, and their browser."""

    app: Flask
    campaign: Campaign
    application: Application
    browser: JudgingClient

    def address(self, page: str = "") -> str:
        return f"/applications/{self.application.reference}" + (f"/{page}" if page else "")

    def post(self, page: str, **fields: Any) -> TestResponse:
        """Posts a page's form with its token."""
        token = self.browser.tokens(self.browser.get(self.address("name" if page == "submit" else page)).text)
        return self.browser.post(self.address(page), data={**token, **fields})

    def left(self, page: str, **fields: Any) -> TestResponse:
        """A field was left: what htmx sends."""
        token = self.browser.tokens(self.browser.get(self.address(page)).text)
        return self.browser.post(self.address(page), data={**token, **fields}, headers={"HX-Request": "true"})


def somebody(app: Flask, campaign: Campaign | None = None, *, sent: bool = False, **answers: Any) -> Applying:
    """An applicant with a draft (complete unless `complete=False`) or a sent application, signed in."""
    session = app.extensions["sqlalchemy"].session()
    campaign = campaign or the_pilot(session)
    make = a_submitted if sent else a_draft
    application = make(session, app, campaign, **answers)
    return Applying(app, campaign, application, browser_of(app, application.applicant))
