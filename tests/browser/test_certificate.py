"""A certificate in somebody's hand, on a narrow touch screen: its code leads to its address, which tells the paper that
was issued from one that was forged or altered."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf
import pytest
from playwright.sync_api import expect

from portal.domain.attendance.certificates import paper_of
from portal.domain.attendance.completing import new_code
from portal.domain.attendance.models import Certificate
from portal.web.setup import outside_of
from tests.support.browser import DESKTOP, PLAIN, Device, Portal, Visitor
from tests.support.live import cookies_of
from tests.support.volunteers import a_graduate, application_of

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
HAND = Device("360 px", 360, 740, touch=True)


@dataclass
class Issued:
    """A certificate, with the file its holder downloads."""

    code: str
    name: str
    course: str
    paper: bytes
    reference: str
    cookies: dict[str, str]


@pytest.fixture(scope="module")
def issued(portal: Portal) -> Issued:
    with portal.inside() as session:
        found: Certificate = a_graduate(session)
        application = application_of(session, found)
        return Issued(
            found.code, found.name, found.facts["course"], paper_of(session, outside_of(portal.app), found.id),
            application.reference, cookies_of(portal.app, application.applicant),
        )  # fmt: skip


def fits(visitor: Visitor) -> None:
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= visitor.device.width


def send(visitor: Visitor, data: bytes) -> None:
    file = {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": data}
    visitor.page.get_by_label("Choose the file").set_input_files(file)  # type: ignore[arg-type]
    visitor.page.get_by_role("button", name="Compare the file").click()


def renamed(paper: bytes) -> bytes:
    """Saved again with somebody else's name on the page."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        pdf.pages[0].Contents = pdf.make_stream(b"BT /F1 28 Tf 100 600 Td (Somebody Else) Tj ET")
        pdf.save(made)
    return made.getvalue()


@pytest.mark.parametrize("device", [HAND, DESKTOP, PLAIN], ids=str)
def test_a_typed_code_leads_to_who_what_and_when(visit: Visit, issued: Issued, device: Device) -> None:
    visitor = visit(device)
    page = visitor.page
    visitor.go("/certificates")
    fits(visitor)
    page.get_by_label("The certificate's code").fill(issued.code.lower().replace("-", " "))
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This certificate is genuine")
    expect(page.get_by_text(issued.name)).to_be_visible()
    expect(page.get_by_text(issued.course)).to_be_visible()
    assert issued.name not in page.title()
    fits(visitor)


@pytest.mark.parametrize("device", [HAND, PLAIN], ids=str)
def test_the_issued_file_is_known_and_an_altered_one_is_refused(visit: Visit, issued: Issued, device: Device) -> None:
    visitor = visit(device)
    page = visitor.page
    visitor.go(f"/certificates/{issued.code}")
    send(visitor, issued.paper)
    expect(page.get_by_role("status").get_by_text("The file is the one we issued")).to_be_visible()
    one_byte = bytearray(issued.paper)
    one_byte[len(issued.paper) // 2] ^= 1
    for altered in (bytes(one_byte), renamed(issued.paper)):
        send(visitor, altered)
        expect(page.get_by_role("alert").get_by_text("The file was altered")).to_be_visible()
        expect(page.get_by_text("The file is the one we issued")).to_have_count(0)
        expect(page.get_by_text(issued.name)).to_be_visible()  # what was issued stands below
        fits(visitor)


def test_a_forged_code_is_none_of_ours(visit: Visit, issued: Issued) -> None:
    visitor = visit(HAND, fine={404})
    visitor.go(f"/certificates/{new_code()}")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("This is not one of our certificates")
    expect(visitor.page.get_by_text(issued.name)).to_have_count(0)
    fits(visitor)


def test_its_holder_downloads_the_very_file_that_verifies(visit: Visit, portal: Portal, issued: Issued) -> None:
    visitor = visit(HAND)
    cookies = [{"name": name, "value": value, "url": portal.url} for name, value in issued.cookies.items()]
    visitor.context.add_cookies(cookies)  # type: ignore[arg-type]
    visitor.go(f"/applications/{issued.reference}")
    address = visitor.page.get_by_role("link", name="Your certificate (PDF)").get_attribute("href")
    assert address is not None
    answer = visitor.context.request.get(f"{portal.url}{address}")
    assert answer.status == 200 and answer.body() == issued.paper
    visitor.page.get_by_role("link", name="Where others can verify it").click()
    send(visitor, answer.body())
    expect(visitor.page.get_by_role("status").get_by_text("The file is the one we issued")).to_be_visible()
    fits(visitor)
