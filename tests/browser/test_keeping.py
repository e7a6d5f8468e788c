"""Nothing typed is ever lost: left fields, other devices, dropped lines, expired sessions, impatient fingers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Request, Route, expect
from sqlalchemy import func, select, update

from portal import clock
from portal.domain.accounts.models import SignInSession
from portal.domain.applications.models import Application
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.queries import campaign_by_slug
from portal.domain.messages.models import OutboxMail
from tests.browser import steps
from tests.browser.cast import Cast
from tests.browser.conftest import Visit
from tests.browser.steps import heading, press
from tests.support.browser import DESKTOP, PLAIN, Device, Portal, Visitor
from tests.support.files import make_pdf
from tests.support.make_applications import a_draft
from tests.support.people import an_applicant

pytestmark = pytest.mark.browser
Owner = Callable[..., tuple[Visitor, str]]


@pytest.fixture
def owner(visit: Visit, portal: Portal, request: pytest.FixtureRequest) -> Owner:
    """Makes somebody with a draft (`complete` or empty), signed in; returns their browser and the reference."""

    def make(*, complete: bool = True, device: Device = DESKTOP) -> tuple[Visitor, str]:
        email = address_of(request.node.name)
        with portal.inside() as session:
            campaign, person = campaign_by_slug(session, portal.campaign), an_applicant(session, email)
            reference = a_draft(session, portal.app, campaign, applicant=person, complete=complete).reference
        return Cast(portal, emails={"owner": email}).become(visit(device), "owner"), reference

    return make


def address_of(test: str) -> str:
    """An e-mail address of this test's own."""
    return re.sub(r"\W", "", test.lower()) + "@example.org"


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_contain_text("Saved")


def test_a_field_that_was_left_is_kept_without_the_button(owner: Owner) -> None:
    visitor, reference = owner(complete=False)
    page = visitor.go(f"/applications/{reference}/name")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("[name=given_name]").fill("Ngozi")
        page.locator("[name=given_name]").press("Tab")
    saved(page)
    page.reload()
    expect(page.locator("[name=given_name]")).to_have_value("Ngozi")


def test_somebody_goes_on_with_another_device(owner: Owner, visit: Visit, request: pytest.FixtureRequest) -> None:
    visitor, reference = owner(complete=False)
    page = visitor.go(f"/applications/{reference}/why")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("[name=why]").fill(steps.WHY)
        page.locator("[name=why]").blur()
    other = visit()
    other.go("/sign-in")
    steps.sign_in(other, address_of(request.node.name))
    other.go(f"/applications/{reference}/why")
    expect(other.page.locator("[name=why]")).to_have_value(steps.WHY)


def test_the_button_waits_for_a_save_on_its_way(owner: Owner) -> None:
    """A slow save with half the answers may not land after the button's post and undo the rest."""
    visitor, reference = owner(complete=False)
    page = visitor.go(f"/applications/{reference}/name")
    done: list[Request] = []
    page.on("requestfinished", lambda request: done.append(request))
    with slowly(page, f"/applications/{reference}/name"):
        page.locator("[name=given_name]").fill("Ines")
        page.locator("[name=family_name]").fill("Duarte")
        steps.write_date(page, "date_of_birth", ("3", "4", "1990"))
        press(page, "Save and continue")
        expect(page).to_have_url(re.compile("/contact$"))
    posts = ["save" if "hx-request" in request.headers else "button" for request in done if request.method == "POST"]
    assert posts[0] == "save"
    assert posts[-1] == "button"
    page.go_back()
    expect(page.locator("[name=family_name]")).to_have_value("Duarte")
    expect(page.locator("#date_of_birth-year")).to_have_value("1990")


@contextmanager
def slowly(page: Page, path: str) -> Iterator[None]:
    """Saves by script take a while to leave."""

    def wait(route: Route) -> None:
        if route.request.headers.get("hx-request"):
            page.wait_for_timeout(400)
        route.continue_()

    page.route(f"**{path}", wait)
    yield
    page.unroute(f"**{path}")


@pytest.mark.parametrize("device", [DESKTOP, PLAIN], ids=str)
def test_an_expired_session_gives_back_what_was_typed(
    owner: Owner, portal: Portal, device: Device, request: pytest.FixtureRequest
) -> None:
    visitor, reference = owner(complete=False, device=device)
    page = visitor.go(f"/applications/{reference}/why")
    visitor.watch.fine |= {401}
    end_sessions(portal)
    page.locator("[name=why]").fill(steps.WHY)
    press(page, "Save and continue")
    expect(page).to_have_url(re.compile("/sign-in"))
    steps.sign_in(visitor, address_of(request.node.name))
    expect(page).to_have_url(re.compile(f"/applications/{reference}/why"))
    expect(page.locator("[name=why]")).to_have_value(steps.WHY)


def end_sessions(portal: Portal) -> None:
    """As an idle hour would."""
    with portal.inside() as session:
        session.execute(update(SignInSession).values(ended_at=clock.wall()))
        session.commit()


def test_a_double_click_sends_one_application(owner: Owner, portal: Portal) -> None:
    visitor, reference = owner()
    page = visitor.go(f"/applications/{reference}/check-answers")
    page.get_by_role("button", name="Send my application").dblclick()
    expect(heading(page)).to_have_text("We have your application")
    with portal.inside() as session:
        mine = session.scalars(select(Application).filter_by(reference=reference)).one()
        receipts = select(func.count()).select_from(OutboxMail)
        receipts = receipts.filter_by(application_id=mine.id, name="application_received")
        sendings = select(func.count()).select_from(AuditEvent)
        sendings = sendings.filter_by(application_id=mine.id, action="application.submitted")
        assert (session.scalar(receipts), session.scalar(sendings)) == (1, 1)


def test_back_after_sending_leads_on_to_where_it_stands(owner: Owner) -> None:
    visitor, reference = owner()
    page = visitor.go(f"/applications/{reference}/check-answers")
    press(page, "Send my application")
    expect(heading(page)).to_have_text("We have your application")
    page.go_back()
    expect(heading(page)).to_have_text(re.compile("What you sent|Check your answers"))
    again = page.get_by_role("button", name="Send my application")
    if again.count():
        again.click()
        expect(heading(page)).to_have_text("We have your application")


@pytest.mark.parametrize("how", ["offline", "dropped"])
def test_a_dropped_upload_says_so_and_is_sent_again(owner: Owner, how: str) -> None:
    visitor, reference = owner()
    page = visitor.go(f"/applications/{reference}/documents")
    visitor.watch.offline = True
    pattern = f"**/applications/{reference}/documents"
    if how == "offline":
        visitor.context.set_offline(True)
    else:
        page.route(pattern, lambda route: route.abort("connectionreset"))
    upload = {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": make_pdf()}
    page.locator("#file-medical").set_input_files(upload)
    row = steps.row_of(page, "certificate.pdf")
    expect(row).to_contain_text("Not sent")
    expect(row).to_contain_text("The connection was lost")
    visitor.context.set_offline(False)
    page.unroute(pattern)
    visitor.watch.offline = False
    row.get_by_role("button", name="Try again").click()
    expect(steps.row_of(page, "certificate.pdf")).to_have_class(re.compile("file--ok"))
    expect(steps.row_of(page, "certificate.pdf")).to_have_count(1)
