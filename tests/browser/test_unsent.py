"""A message written for an hour, and the sign-in ended meanwhile: signed in again, it leaves by one press, once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from portal import clock
from portal.domain.accounts.models import Role, SignInSession
from portal.domain.campaigns.queries import campaign_by_slug
from portal.domain.correspondence.models import Message
from tests.browser.cast import Cast
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.browser.steps import heading, press
from tests.support.browser import PHONE, PLAIN, Device, Portal
from tests.support.make_applications import a_submitted

pytestmark = pytest.mark.browser
BODY = "Hello Sam\n\nYour first day is a Saturday.\nBring a pen."


@pytest.mark.parametrize("device", [PHONE, PLAIN], ids=str)
def test_a_message_sent_too_late_waits_and_arrives_once(visit: Visit, portal: Portal, device: Device) -> None:
    officer = portal.officer(Role.RECRUITER)
    visitor = Cast(portal, emails={"officer": officer.email}).become(visit(device), "officer")
    with portal.inside() as session:
        to = a_submitted(session, portal.app, campaign_by_slug(session, portal.campaign))
    page = visitor.go(f"/staff/applications/{to.reference}/message")
    page.locator("[name=subject]").fill("Your first day")
    page.locator("[name=body]").fill(BODY)
    with portal.inside() as session:
        session.execute(update(SignInSession).values(seen_at=clock.wall() - timedelta(hours=1)))
        session.commit()
    press(page, "Send")
    expect(page).to_have_url(re.compile("/staff/sign-in"))
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    page.locator("[name=email]").fill(officer.email)
    page.locator("[name=password]").fill(officer.password)
    press(page, "Sign in")
    page.locator("[name=code]").fill(officer.totp.now())
    press(page, "Go on")
    expect(heading(page)).to_have_text("Not sent yet")
    expect(page.locator("dd", has_text="Bring a pen.")).to_have_text(BODY)
    assert not device.javascript or judged(visitor) == []
    page.get_by_role("button", name="Send it now").click()
    expect(heading(page)).not_to_have_text("Not sent yet")
    with portal.inside() as session:
        sent = session.scalars(select(Message).filter_by(application_id=to.id)).one()
        assert sent.body.replace("\r\n", "\n") == BODY
    visitor.go("/staff/unsent")
    expect(page).to_have_url(re.compile("/staff/$"))
