"""Forms by keyboard, and what happens when something is missing: the summary speaks first and leads to the field."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cast import Cast, gather
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.support.browser import Portal

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Form:
    """A form sent with nothing in it: who by, where, by which button, and whether the empty form is refused."""

    actor: str
    path: str
    button: str


EMPTY = [
    Form("stranger", "/sign-in", "Send me a code"),
    Form("stranger", "/campaigns/{slug}/check", "See the answer"),
    Form("stranger", "/cookies", "Keep my choice"),
    *(Form("drafter", f"/applications/{{drafter}}/{name}", "Save and continue") for name in ("name", "contact")),
    *(
        Form("drafter", f"/applications/{{drafter}}/{name}", "Save and continue")
        for name in ("address", "availability")
    ),
    *(Form("drafter", f"/applications/{{drafter}}/{name}", "Save and continue") for name in ("why", "occupation")),
    Form("drafter", "/applications/{drafter}/declaration", "Save and continue"),
    Form("sent", "/applications/{sent}/withdraw", "Withdraw"),
    Form("stranger", "/staff/sign-in", "Sign in"),
    Form("stranger", "/staff/set-up/{set_up}", "Set password"),
    Form("administrator", "/staff/admin/add", "Add"),
    Form("recruiter", "/staff/applications/new", "Start"),
    Form("recruiter", "/staff/applications/{sent}/contact", "Show contact details"),
    Form("recruiter", "/staff/applications/{sent}/address", "Correct the address"),
    Form("recruiter", "/staff/applications/{entered}/edit/name", "Save"),
    Form("medical", "/staff/checks/{sent}", "Record it"),
]
FOCUSED = "() => document.activeElement.id || document.activeElement.className"


@pytest.fixture(scope="module")
def cast(portal: Portal) -> Cast:
    return gather(portal)


@pytest.mark.parametrize("form", EMPTY, ids=lambda form: form.path)
def test_an_empty_form_says_what_is_missing(visit: Visit, cast: Cast, form: Form) -> None:
    """Refused as 422, the summary has the focus, each line of it leads into a field that can be filled in."""
    visitor = cast.become(visit(fine={422}), form.actor)
    names = {"slug": cast.portal.campaign, "set_up": cast.set_up, "entered": cast.entered, **cast.refs}
    page = visitor.go(form.path.format(**names))
    main = page.get_by_role("main")
    main.get_by_role("button", name=re.compile(f"^{form.button}")).first.click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    links = summary.get_by_role("link").all()
    assert links
    for link in links:
        link.focus()
        link.press("Enter")
        field = page.locator("input:focus, textarea:focus, select:focus")
        expect(field).to_have_count(1)
        expect(field).to_be_in_viewport()
    wrong = judged(visitor)
    assert not wrong, "\n".join(wrong)


def tab_to(page: Page, selector: str, most: int = 40) -> list[str]:
    """Tab until the field has the focus; what was passed on the way. Focus must show at every stop."""
    passed: list[str] = []
    page.wait_for_load_state()
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_SHOWS), f"nobody can see that {page.evaluate(FOCUSED)} has the focus"
        if page.locator(f"{selector}:focus").count():
            return passed
        passed.append(page.evaluate(FOCUSED))
    raise AssertionError(f"{selector} is not reached by keyboard; passed {passed}")


# An outline, a shadow or another background than without the focus, on the element or what is drawn for it.
FOCUS_SHOWS = """() => {
  const one = document.activeElement;
  const drawn = [one, ...(one.labels ?? [])];
  const look = () => drawn.flatMap((each) => ["", "::before", "::after"].map((part) => {
    const style = getComputedStyle(each, part);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.backgroundColor].join();
  })).join();
  const focused = look();
  one.blur();
  const plain = look();
  one.focus({ preventScroll: true });
  return focused !== plain;
}"""


def test_applying_with_the_keyboard_alone(visit: Visit, cast: Cast) -> None:
    visitor = cast.become(visit(fine={422}), "beginner")
    page = visitor.go(f"/campaigns/{cast.portal.campaign}/apply")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    tab_to(page, "main button[type=submit]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/applications/"))
    tab_to(page, "main a.govuk-button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/name$"))
    tab_to(page, "#given_name")
    for text in ("Kofi", "Mensah", "27", "3", "1985"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.locator("main button:focus")).to_have_text("Save and continue")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/contact$"))
    page.go_back()
    expect(page.locator("#given_name")).to_have_value("Kofi")
    expect(page.locator("#date_of_birth-year")).to_have_value("1985")


def test_checking_eligibility_with_the_keyboard_alone(visit: Visit, cast: Cast) -> None:
    page = visit().go(f"/campaigns/{cast.portal.campaign}/check")
    tab_to(page, "#date_of_birth-day")
    for text in ("27", "3", "1985", "ME14 1XX"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")  # yes to the hours
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # yes to all training days
    tab_to(page, "main button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Yes, this could be you")


def test_staff_search_and_open_by_single_keys(visit: Visit, cast: Cast) -> None:
    visitor = cast.become(visit(), "recruiter")
    page = visitor.go("/staff/")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("j")  # in a field a key is only a letter
    expect(page.locator("#find")).to_have_value("j")
    visitor.go("/staff/applications")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()  # the list's own search, before the header's
    page.locator("#q").blur()
    page.keyboard.press("j")
    expect(page.locator("tr.is-cursor a")).to_be_focused()
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile("/staff/applications/CPV-"))
