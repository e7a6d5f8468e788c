"""Sending files with a script's help: refusals in their row, a lost line and a second try, news without a reload."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import DESKTOP, NARROW, PHONE, Device, Portal, Visitor
from tests.support.files import make_encrypted_pdf, make_exe, make_pdf, make_png
from tests.support.live import cookies_of
from tests.support.make_applications import a_draft
from tests.support.make_campaigns import the_pilot

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
PDF = "application/pdf"


def at_documents(visit: Visit, portal: Portal, device: Device = DESKTOP, **options: set[int]) -> Visitor:
    """Somebody's own empty documents page."""
    visitor = visit(device, **options)
    with portal.inside() as session:
        draft = a_draft(session, portal.app, the_pilot(session))
        cookies = cookies_of(portal.app, draft.applicant)
        reference = draft.reference
    visitor.context.add_cookies([{"name": name, "value": value, "url": portal.url} for name, value in cookies.items()])
    visitor.go(f"/applications/{reference}/documents")
    return visitor


def choose(page: Page, *given: tuple[str, str, bytes], kind: str = "medical") -> None:
    files = [{"name": name, "mimeType": media_type, "buffer": content} for name, media_type, content in given]
    page.locator(f"#file-{kind}").set_input_files(files)  # type: ignore[arg-type]


def row(page: Page, name: str) -> Locator:
    return page.locator(".file", has=page.get_by_text(name, exact=True))


def no_wider_than_the_screen(visitor: Visitor) -> None:
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= visitor.device.width


@pytest.mark.parametrize("device", [DESKTOP, PHONE, NARROW], ids=str)
def test_several_files_are_sent_and_checked_while_the_page_stays(visit: Visit, portal: Portal, device: Device) -> None:
    visitor = at_documents(visit, portal, device)
    page = visitor.page
    expect(page.get_by_role("button", name="Send")).to_have_count(0)
    choose(
        page,
        ("one.pdf", PDF, make_pdf()),
        ("two.png", "image/png", make_png()),
        ("locked.pdf", PDF, make_encrypted_pdf()),
    )
    for name in ("one.pdf", "two.png"):
        expect(row(page, name)).to_have_class(re.compile("file--ok"))
    expect(row(page, "locked.pdf")).to_contain_text("locked with a password")
    expect(page.locator("#announcements")).to_contain_text("2 files accepted, 1 file not accepted")
    no_wider_than_the_screen(visitor)
    row(page, "two.png").get_by_role("link", name="Replace").click()
    expect(page.get_by_text("Choose the file to send instead of two.png")).to_be_visible()
    choose(page, ("three.png", "image/png", make_png(30, 20)))
    expect(row(page, "three.png")).to_have_class(re.compile("file--ok"))
    expect(row(page, "two.png")).to_have_count(0)


def test_a_refusal_stands_in_the_files_own_row(visit: Visit, portal: Portal) -> None:
    visitor = at_documents(visit, portal, fine={422})
    page = visitor.page
    choose(page, ("good.pdf", PDF, make_pdf()), ("tool.pdf", PDF, make_exe()), ("empty.pdf", PDF, b""))
    expect(row(page, "tool.pdf")).to_contain_text("not a PDF or a photo we can read")
    expect(row(page, "empty.pdf")).to_contain_text("The file is empty")
    expect(row(page, "good.pdf")).to_have_class(re.compile("file--ok"))
    row(page, "tool.pdf").get_by_role("button", name="Clear this message").click()
    expect(row(page, "tool.pdf")).to_have_count(0)
    choose(page, ("film.pdf", PDF, b"%PDF-" + bytes(15 * 1024 * 1024)))
    expect(row(page, "film.pdf")).to_contain_text("larger than 15 MB")
    no_wider_than_the_screen(visitor)


def test_a_lost_line_says_so_and_the_file_can_be_sent_again(visit: Visit, portal: Portal) -> None:
    visitor = at_documents(visit, portal)
    page = visitor.page
    visitor.watch.offline = True
    visitor.context.set_offline(True)
    choose(page, ("walk.pdf", PDF, make_pdf()))
    expect(row(page, "walk.pdf")).to_contain_text("The connection was lost")
    expect(page.locator("#announcements")).to_contain_text("walk.pdf")
    visitor.context.set_offline(False)
    row(page, "walk.pdf").get_by_role("button", name="Try again").click()
    expect(row(page, "walk.pdf")).to_have_class(re.compile("file--ok"))
    expect(row(page, "walk.pdf")).to_have_count(1)


def test_a_session_that_ended_meanwhile_leads_to_sign_in_and_back(visit: Visit, portal: Portal) -> None:
    visitor = at_documents(visit, portal, fine={401})
    page, path = visitor.page, visitor.path()
    visitor.context.clear_cookies()
    choose(page, ("late.pdf", PDF, make_pdf()))
    expect(page).to_have_url(re.compile("/sign-in"))
    assert path.strip("/").replace("/", "%2F") in page.url
