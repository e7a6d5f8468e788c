"""A campaign's own questions in a browser: one appears as an answer leads to it, and nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from portal.domain.applications.queries import answers
from portal.domain.campaigns.questions import seed_questions
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.support.browser import PHONE, Portal
from tests.support.live import cookies_of
from tests.support.make_applications import a_draft, keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.make_questions import OWN
from tests.support.people import an_applicant

pytestmark = pytest.mark.browser


def test_a_question_appears_and_goes_with_the_answer(visit: Visit, portal: Portal) -> None:
    with portal.inside() as session:
        seed_questions(session)
        person = an_applicant(session, "asked@example.org")
        draft = a_draft(session, portal.app, a_campaign(session, questions=OWN), applicant=person)
        reference, cookies = draft.reference, cookies_of(portal.app, person)
    visitor = visit(PHONE)
    for name, value in cookies.items():
        visitor.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    page = visitor.go(f"/applications/{reference}/question-drive")
    assert judged(visitor) == []
    car = page.get_by_label("Which vehicles may you drive?")
    expect(car).to_have_count(0)
    page.get_by_label("Yes", exact=True).check()
    expect(car).to_be_visible()
    assert page.evaluate("document.activeElement.value") == "yes", "the focus stays where the reader is"
    car.fill("A small van")
    expect(page.locator("#saved")).to_contain_text("Saved at")
    page.get_by_label("No", exact=True).check()
    expect(car).to_have_count(0)
    expect(page.get_by_text("How would you come instead?")).to_be_visible()
    page.get_by_label("Yes", exact=True).check()
    expect(car).to_have_value("A small van")
    assert judged(visitor) == []
    page.get_by_role("button", name="Save and continue").click()
    expect(page).to_have_url(f"{portal.url}/applications/{reference}/question-days")
    assert judged(visitor) == []
    with portal.inside() as session:
        kept = answers(session, keys_of(portal.app), session.get_one(type(draft), draft.id))
    assert (kept["question-drive"], kept["question-car"]) == (True, "A small van")
