"""What tests of the moderation pages share: their addresses, and posting what they show."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.domain.applications.models import Application
from portal.domain.shortlisting.models import Entry
from tests.support.client import JudgingClient
from tests.support.moderation import MadeSift


def board(sift: MadeSift, part: str = "") -> str:
    return f"/staff/shortlisting/{sift.campaign.slug}{part}"


def alias_of(session: Session, application: Application) -> str:
    session.rollback()
    return session.get_one(Entry, application.id).alias


def post(browser: JudgingClient, page: str, address: str, **data: Any) -> TestResponse:
    return browser.post(address, data={**browser.tokens(browser.get(page).text), **data})


def set_line(
    browser: JudgingClient, sift: MadeSift, line: str, reserves: str = "1", version: str = "0"
) -> TestResponse:
    data = {"line": line, "reserves": reserves, "version": version}
    return post(browser, "/staff/account", board(sift, "/line"), **data)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]
