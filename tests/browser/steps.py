"""The road from a stranger's first look to a reviewer's desk, step by step, as people walk it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Officer, Visitor, code_in
from tests.support.files import make_pdf, make_png

WHY = "I know my street. Last winter I set up a phone tree after three break-ins, and forty people joined it."
CERTIFICATE, RUN = "my certificate.pdf", "shuttle run.png"


@dataclass(frozen=True)
class Person:
    """Somebody who applies, and what they will say."""

    given: str
    family: str
    email: str
    postcode: str = "ME14 1XX"
    born: tuple[str, str, str] = ("27", "3", "1985")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def write_date(page: Page, key: str, parts: tuple[str, str, str]) -> None:
    for part, text in zip(("day", "month", "year"), parts, strict=True):
        page.locator(f"#{key}-{part}").fill(text)


# A stranger


def find_campaign(visitor: Visitor) -> None:
    page = visitor.go("/")
    page.locator(f"main a[href='/campaigns/{visitor.portal.campaign}']").first.click()
    expect(page).to_have_url(f"{visitor.portal.url}/campaigns/{visitor.portal.campaign}")


def check_eligibility(visitor: Visitor, person: Person) -> None:
    page = visitor.page
    page.get_by_role("link", name="Check it suits you first").click()
    answer_check(visitor, person)
    expect(heading(page)).to_have_text("Yes, this could be you")
    assert visitor.context.cookies() == [], "checking keeps nothing"
    page.get_by_role("button", name="Apply now").click()


def answer_check(visitor: Visitor, person: Person) -> None:
    page = visitor.page
    write_date(page, "date_of_birth", person.born)
    page.locator("[name=postcode]").fill(person.postcode)
    page.locator("[name=hours][value=yes]").check()
    page.locator("[name=weekends][value=all]").check()
    press(page, "See the answer")


# Signing in


def ask_for_code(visitor: Visitor, email: str) -> str:
    """Types the address; returns the code from the mail that came."""
    before = len(visitor.portal.letters(email))
    visitor.page.locator("[name=email]").fill(email)
    press(visitor.page, "Send me a code")
    expect(visitor.page.locator("[name=code]")).to_be_visible()
    return code_in(visitor.portal.letter(email, "code", after=before))


def sign_in(visitor: Visitor, email: str) -> None:
    """From wherever the sign-in page was reached; goes on to where the person was going."""
    code = ask_for_code(visitor, email)
    visitor.page.locator("[name=code]").fill(code)
    press(visitor.page, "Sign in")
    expect(visitor.page).not_to_have_url(re.compile("/sign-in"))


def start(visitor: Visitor, person: Person) -> str:
    """From the campaign's apply page to the task list; returns the reference."""
    visitor.page.get_by_role("button", name="Sign in to start").click()
    sign_in(visitor, person.email)
    press(visitor.page, "Start now")
    expect(heading(visitor.page)).to_have_text("Your application")
    return visitor.path().removeprefix("/applications/")


# The form


def save(visitor: Visitor, reference: str, then: str) -> None:
    press(visitor.page, "Save and continue")
    expect(visitor.page).to_have_url(f"{visitor.portal.url}/applications/{reference}/{then}")


def about_you(visitor: Visitor, person: Person, reference: str) -> None:
    page = visitor.page
    page.get_by_role("button", name="Start with your name").click()
    page.locator("[name=given_name]").fill(person.given)
    page.locator("[name=family_name]").fill(person.family)
    write_date(page, "date_of_birth", person.born)
    save(visitor, reference, "contact")
    page.locator("[name=phone]").fill("07700 900 982")
    save(visitor, reference, "address")
    page.locator("[name=address_line1]").fill("12 Mill Lane")
    page.locator("[name=town]").fill("Maidstone")
    page.locator("[name=postcode]").fill(person.postcode)
    save(visitor, reference, "availability")


def time_and_reasons(visitor: Visitor, reference: str) -> None:
    page = visitor.page
    page.locator("[name=hours][value=yes]").check()
    for box in page.locator("[name=weekends]:not([value=none])").all():
        box.check()
    save(visitor, reference, "why")
    page.locator("[name=why]").fill(WHY)
    save(visitor, reference, "occupation")
    page.locator("[name=occupation]").fill("Gardener")
    page.locator("[name=employer_kind][value=none]").check()
    save(visitor, reference, "strands")
    page.locator("[name=strands]:not([value=none])").first.check()
    save(visitor, reference, "adjustments")
    page.locator("[name=adjustments]").fill("A chair with arms")
    save(visitor, reference, "declaration")


def declare(visitor: Visitor, reference: str) -> None:
    visitor.page.locator("[name=declaration_true]").check()
    visitor.page.locator("[name=declaration_contact]").check()
    save(visitor, reference, "check-answers")


# Documents


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_text(name, exact=True))


def send_file(visitor: Visitor, kind: str, name: str, content: bytes, media_type: str) -> None:
    page = visitor.page
    form = page.locator(f"form[data-upload={kind}]")
    form.locator("input[type=file]").set_input_files({"name": name, "mimeType": media_type, "buffer": content})
    if not visitor.device.javascript:
        form.get_by_role("button", name="Send").click()
    expect(row_of(page, name)).to_be_visible()


def wait_until_checked(visitor: Visitor, *names: str) -> None:
    """With JavaScript the page itself says so; without it, its own link asks again."""
    page = visitor.page
    for name in names:
        for _ in range(40 if not visitor.device.javascript else 0):
            again = row_of(page, name).get_by_role("link", name="See if it is done")
            if not again.count():
                break
            page.wait_for_timeout(500)
            visitor.go(visitor.path().partition("#")[0])
        expect(row_of(page, name)).to_have_class(re.compile("file--ok"))


def send_documents(visitor: Visitor, reference: str) -> str:
    """A medical certificate and a fitness result; returns the certificate's public id."""
    page = visitor.go(f"/applications/{reference}")
    page.get_by_role("link", name="Medical certificate and fitness").click()
    send_file(visitor, "medical", CERTIFICATE, make_pdf(), "application/pdf")
    send_file(visitor, "fitness", RUN, make_png(), "image/png")
    wait_until_checked(visitor, CERTIFICATE, RUN)
    link = row_of(page, CERTIFICATE).get_by_role("link", name="Download").get_attribute("href") or ""
    page.get_by_role("button", name="Done for now").click()
    expect(page.locator("#documents-status")).to_contain_text("2 files")
    return link.rpartition("/")[2]


# Sending


def check_answers(visitor: Visitor, person: Person) -> None:
    page = visitor.page
    page.get_by_role("button", name="Check and send").click()
    expect(heading(page)).to_have_text("Check your answers")
    for words in (person.given, "12 Mill Lane", WHY, "Gardener", "A chair with arms"):
        expect(page.get_by_role("main")).to_contain_text(words)


def submit(visitor: Visitor, person: Person, reference: str) -> None:
    """Sends, and compares the receipt on the page with the one in the mail."""
    press(visitor.page, "Send my application")
    expect(heading(visitor.page)).to_have_text("We have your application")
    expect(visitor.page.locator(".done-panel__ref")).to_contain_text(reference)
    letter = visitor.portal.letter(person.email, "We have your application")
    assert f"Your reference: {reference}" in letter


def apply(visitor: Visitor, person: Person) -> tuple[str, str]:
    """The whole road to the receipt; returns the reference and the certificate's public id."""
    find_campaign(visitor)
    check_eligibility(visitor, person)
    reference = start(visitor, person)
    about_you(visitor, person, reference)
    time_and_reasons(visitor, reference)
    declare(visitor, reference)
    certificate = send_documents(visitor, reference)
    check_answers(visitor, person)
    submit(visitor, person, reference)
    return reference, certificate


# Staff


def sign_in_staff(visitor: Visitor, officer: Officer) -> None:
    page = visitor.go("/staff/")
    page.locator("[name=email]").fill(officer.email)
    page.locator("[name=password]").fill(officer.password)
    press(page, "Sign in")
    expect(heading(page)).to_have_text("Second step")
    page.locator("[name=code]").fill(officer.totp.now())
    press(page, "Go on")
    expect(heading(page)).to_contain_text("My work")


def filter_list(visitor: Visitor, person: Person, district: str = "maidstone") -> None:
    """By district, then by name; every filter stands in the address."""
    page = visitor.go("/staff/applications")
    if visitor.device.width < 700:
        page.get_by_text("Filters", exact=True).first.click()
    page.locator(f"[name=district][value={district}]").check()
    if not visitor.device.javascript:
        press(page, "Filter")
    expect(page).to_have_url(re.compile(f"district={district}"))
    page.locator("#q").fill(person.family)
    if not visitor.device.javascript:
        page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile(f"q={person.family}"))
    expect(page.locator("#found")).to_have_text("1")


def open_application(visitor: Visitor, person: Person, reference: str) -> None:
    """The recruiter reads the answers and sees that there is a certificate, with no way to open it."""
    page = visitor.page
    page.get_by_role("link", name=f"{person.given} {person.family}").click()
    expect(page).to_have_url(f"{visitor.portal.url}/staff/applications/{reference}")
    expect(page.get_by_role("main")).to_contain_text(WHY)
    expect(page.locator("#documents")).to_contain_text("Medical")
    expect(page.locator("#documents a")).to_have_count(0)
    expect(page.get_by_text(CERTIFICATE)).to_have_count(0)


def cannot_open(visitor: Visitor, certificate: str) -> None:
    visitor.watch.fine |= {403, 404}
    answer = visitor.page.goto(f"{visitor.portal.url}/staff/documents/{certificate}")
    assert answer is not None
    assert answer.status in {403, 404}


def read_document(visitor: Visitor, person: Person, certificate: str) -> bytes:
    """The medical reviewer finds the certificate among what waits for them, and opens it."""
    page = visitor.go("/staff/checks")
    page.get_by_role("link", name=f"{person.given} {person.family}").first.click()
    with page.expect_download() as waiting:
        page.locator(f"a[href$='/documents/{certificate}']").click()
    return Path(waiting.value.path()).read_bytes()
