"""Everything that is checked between an offer and the first day of training, each by whoever sees to it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from portal.domain.clearances.declaring import QUESTIONS, TITLES
from portal.domain.clearances.models import DeclarationKind
from tests.browser import steps
from tests.browser.meeting import tap, tap_button, tap_link
from tests.browser.road import Road, follow, from_menu, said, tick
from tests.browser.steps import heading, press, write_date
from tests.support.checks import answers

REFEREES = (("Anna Bright", "anna@example.org"), ("Ben Stone", "ben@example.org"))


def check_of(road: Road, page: Page, kind: str) -> None:
    """From the list of checks to this one of theirs, in whichever state it is."""
    page.get_by_role("navigation", name="Kind of check").get_by_role("link", name=kind).click()
    name = page.locator("#results").get_by_role("link", name=re.compile(f"^{road.name}"))
    for tab in ("With us", "With applicants"):
        page.get_by_role("navigation", name="State").get_by_role("link", name=re.compile(tab)).click()
        expect(page.get_by_role("navigation", name="State").locator("[aria-current]")).to_contain_text(tab)
        page.wait_for_load_state()
        if name.count():
            name.first.click()
            return
    raise AssertionError(f"no {kind} of {road.name} to see to")


def prove_identity(road: Road) -> None:
    """They brought their papers to the interview."""
    page = from_menu(road.by("recruiter"), "Checks")
    check_of(road, page, "Identity")
    tick(page, "kinds", ("passport", "bank_statement"))
    write_date(page, "day", ("10", "2", "2018"))
    press(page, "Record it")
    said(page, "Who they are is proved.")


def clear_occupation(road: Road) -> None:
    """They have no employer: nothing to look at but that."""
    page = from_menu(road.by("recruiter"), "Checks")
    page.get_by_role("navigation", name="Kind of check").get_by_role("link", name="Occupation").click()
    press(page, "Record it as clear")
    expect(page.locator(".v-said").first).to_be_visible()


def judge_certificate(road: Road) -> None:
    """The medical reviewer opens the certificate and says what it means; the recruiter never sees it."""
    reviewer = road.by("medical")
    content = steps.read_document(reviewer, road.person, road.paper)
    assert content.startswith(b"%PDF")
    page = reviewer.page
    page.locator("input[name=medical-outcome][value=fit]").check()
    page.get_by_role("button", name=re.compile("^Record it for medical")).click()
    said(page, "Fit. This is on record.")


def record_fitness(road: Road) -> None:
    """By the document that came with the application."""
    page = from_menu(road.by("recruiter"), "Checks")
    check_of(road, page, "Fitness")
    page.locator("input[name=behind][value^=document-]").check()
    page.locator("input[name=standard]").first.check()
    write_date(page, "day", ("15", "1", "2018"))
    page.locator("input[name=result]").fill("6.1")
    press(page, "Record it")
    said(page, "the standard is reached")


# References


def name_referees(road: Road) -> None:
    applicant = road.applicant
    page = applicant.go(road.page)
    tap_link(applicant, "Name your referees")
    for name, email in REFEREES:
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=email]").fill(email)
        page.locator("input[name=relation][value=friend]").check()
        page.locator("input[name=years]").fill("6")
        page.locator("input[name=consent]").check()
        tap_button(applicant, "Write to them")
        expect(page.get_by_role("main")).to_contain_text(name)


def speak_for_them(road: Road) -> None:
    """Each by the private link in their mail: no account, no cookie."""
    for name, email in REFEREES:
        text = road.portal.letter(email, "")
        link = next(word for word in text.split() if "/reference/" in word)
        referee = road.comes(name)
        page = referee.go(link.removeprefix(road.portal.url))
        page.get_by_role("button", name="Start").click()
        for button in ("Continue", "Send my answers"):
            page.wait_for_load_state()
            for key, value in answers().items():
                box = page.locator(f"[name={key}]:not([type=hidden])")
                if box.count() > 1:
                    page.locator(f"[name={key}][value={value}]").check()
                elif box.count():
                    box.fill(value)
            press(page, button)
        expect(heading(page)).to_have_text("Thank you")
        assert referee.context.cookies() == []


def accept_references(road: Road) -> None:
    page = from_menu(road.by("recruiter"), "Checks")
    check_of(road, page, "References")
    for _name in REFEREES:
        page.locator(".v-referees a:not(.govuk-button--secondary)").filter(has_text="Read").first.click()
        press(page, "Accept this reference")
        said(page, "Accepted.")


# Vetting


def declare(road: Road) -> None:
    """Both declarations, on a phone, to vetting alone."""
    applicant = road.applicant
    applicant.go(road.page)
    tap_link(applicant, "declaration")
    for kind in (DeclarationKind.CRIMINAL, DeclarationKind.FINANCE):
        if applicant.page.get_by_role("link", name=TITLES[kind]).count():
            tap_link(applicant, TITLES[kind])
        for question in QUESTIONS[kind]:
            tap(applicant, applicant.page.locator(f"input[name={question.key}][value=no]"))
        tap_button(applicant, "Save and check")
        tap_button(applicant, "Send it to vetting")
    expect(applicant.page.get_by_role("main")).to_contain_text("Vetting has both your declarations.")


def vet(road: Road) -> None:
    """Sent on, then passed for the usual time."""
    officer = road.by("vetting")
    page = from_menu(officer, "Vetting")
    follow(page, road.name)
    expect(page.get_by_role("main")).to_contain_text(TITLES[DeclarationKind.FINANCE])
    press(page, "Record it as sent")
    said(page, "It is on record as sent on.")
    page.get_by_text("Pass", exact=True).click()
    press(page, "They pass")
    said(page, "Passed. The applicant has been told.")
