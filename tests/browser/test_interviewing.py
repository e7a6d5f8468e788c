"""Two interviewers score somebody: a sheet saves itself, stays one's own until it is complete, then one is agreed."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal import clock
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.accounts.queries import staff_by_email
from portal.domain.interviews.models import Sheet
from tests.browser.cast import Cast
from tests.browser.conftest import Visit
from tests.browser.steps import heading, press
from tests.support.browser import Portal
from tests.support.sheets import Panel, a_panel


def _panel(portal: Portal) -> tuple[Panel, Cast]:
    cast = Cast(portal, emails={name: portal.officer(Role.ASSESSOR).email for name in ("one", "two")})
    with portal.inside() as session:
        members = [staff_by_email(session, cast.emails[name]) for name in ("one", "two")]
        panel = a_panel(session, portal.app, members=[each for each in members if isinstance(each, StaffMember)])
        clock.store_offset(portal.settings.clock_file, panel.over - clock.wall())
    return panel, cast


def _write(page: Page, points: int) -> None:
    """Every question, then the whole; what is typed is saved before the button is pressed."""
    expect(page.get_by_label("Offer a place")).to_be_visible()  # the sheet is there: what follows does not wait
    page.wait_for_load_state()
    for question in page.locator(".v-ask:not(.v-ask--end)").all():
        question.get_by_label("What they said").fill("Named three streets, and who lives in them")
        question.locator(f"input[type=radio][value='{points}']").check()
    with page.expect_response(lambda answer: "recommendation=offer" in (answer.request.post_data or "")) as saved:
        page.get_by_label("Offer a place").check()
    assert saved.value.ok
    expect(page.locator("#saved")).to_contain_text("Saved")


def test_two_write_their_own_then_agree(portal: Portal, visit: Visit) -> None:
    panel, cast = _panel(portal)
    first, second = (cast.become(visit(), name) for name in ("one", "two"))
    for visitor, points in ((first, 4), (second, 3)):
        page = visitor.go("/staff/interviews/sheets")
        page.get_by_role("link", name="Sam Okafor", exact=True).click()
        expect(heading(page)).to_have_text("Do you know Sam Okafor?")
        press(page, "I do not know them")
        _write(page, points)
        page.reload()
        expect(page.get_by_label("What they said").first).to_have_value(re.compile("three streets"))
        page.get_by_role("button", name=re.compile("^Complete my sheet")).click()
        expect(page).to_have_url(re.compile("/agreed$"))
    page = second.page
    expect(page.get_by_text("All sheets are in: agree on one.")).to_be_visible()
    page.wait_for_load_state()
    for question in page.locator(".v-judge").all()[:-1]:
        question.locator("input[type=radio][value='4']").check()
    page.get_by_role("button", name=re.compile("^This is agreed")).click()
    expect(page.locator(".v-said[role=status]").first).to_have_text("Sam Okafor: agreed.")
    with portal.inside() as session:
        kept = session.scalars(select(Sheet).where(Sheet.booking_id == panel.booking.id)).all()
        assert len(kept) == 3 and all(each.completed_at for each in kept)
