"""The same thing open in two tabs: the second to save sees what both say, and nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role
from portal.domain.campaigns.queries import campaign_by_slug
from portal.domain.casework.deciding import provisional
from portal.domain.casework.models import Verdict
from portal.domain.shortlisting.models import Assignment, Entry, Score
from portal.domain.shortlisting.sift import in_address
from tests.browser.conftest import Visit
from tests.browser.looking import page_judged
from tests.browser.steps import heading, press
from tests.support.browser import DESKTOP, Portal, Visitor
from tests.support.live import cookies_of
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign
from tests.support.make_sifts import one_reading
from tests.support.moderation import a_sift, sent_in
from tests.support.people import a_staff_member

pytestmark = pytest.mark.browser
Tabs = Callable[[Role, str], tuple[Page, Page]]


@pytest.fixture
def tabs(visit: Visit, portal: Portal) -> Tabs:
    """Two tabs of one browser on the same page, of a new member of staff."""

    def opened(role: Role, path: str) -> tuple[Page, Page]:
        with portal.inside() as session:
            cookies = cookies_of(portal.app, a_staff_member(session, role))
        return both_at(signed_in(visit(fine={409, 422}), cookies), path)

    return opened


def signed_in(visitor: Visitor, cookies: dict[str, str]) -> Visitor:
    for name, value in cookies.items():
        visitor.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/staff"}])
    return visitor


def both_at(visitor: Visitor, path: str) -> tuple[Page, Page]:
    visitor.go(path)
    second = visitor.context.new_page()
    second.goto(visitor.portal.url + path)
    return visitor.page, second


def both_are_shown(page: Page, *said: str) -> None:
    clash = page.locator(".v-stale")
    for words in said:
        expect(clash).to_contain_text(words)
    assert page_judged(page, "a clash") == []
    page.set_viewport_size({"width": DESKTOP.width, "height": DESKTOP.height})


def give(page: Page, points: int, words: str) -> None:
    page.locator("#words").fill(words)
    with page.expect_response(lambda answer: f"points={points}" in (answer.request.post_data or "")):
        page.locator(".v-scale label").nth(points - 1).click()


def test_the_same_score(visit: Visit, portal: Portal) -> None:
    with portal.inside() as session:
        reader = a_staff_member(session, Role.ASSESSOR)
        reading = one_reading(session, portal.app, reader.id)[1].public_id
        cookies = cookies_of(portal.app, reader)
    path = f"/staff/shortlisting/read/{reading}"
    first, second = both_at(signed_in(visit(fine={409, 422}), cookies), f"{path}/1")
    saved, other = first.locator("#saved"), second.locator("#saved")

    give(first, 4, "Said in the first tab")
    expect(saved).to_contain_text("Saved")
    give(second, 2, "Said in the second tab")
    expect(other).to_contain_text("Changed in another tab. Save to see both.")
    assert kept(portal, reading) == (4, "Said in the first tab"), "a quiet save overwrites nothing"
    second.locator("[data-go]").click()
    both_are_shown(second, "4", "2", "Said in the first tab", "Said in the second tab")
    assert kept(portal, reading) == (4, "Said in the first tab")
    expect(second.locator("#words")).to_have_value("Said in the second tab")
    second.locator("[data-go]").click()
    expect(second).to_have_url(f"{portal.url}{path}/2")
    assert kept(portal, reading) == (2, "Said in the second tab")

    give(first, 5, "Said again in the first")
    expect(saved).to_contain_text("Changed in another tab")
    first.locator("[data-go]").click()
    both_are_shown(first, "5", "2", "Said again in the first", "Said in the second tab")
    first.get_by_role("link", name="keep theirs").click()
    expect(first.locator("#words")).to_have_value("Said in the second tab")
    assert kept(portal, reading) == (2, "Said in the second tab")


def kept(portal: Portal, reading: str) -> tuple[int, str]:
    """Points and words of the first criterion, as they are kept."""
    with portal.inside() as session:
        query = select(Score.points, Score.words).join(Assignment, Assignment.id == Score.assignment_id)
        row = session.execute(query.where(Assignment.public_id == reading).order_by(Score.criterion_id)).first()
        assert row is not None
        return row.points, row.words


def test_a_wish_made_on_another_criterion(visit: Visit, portal: Portal) -> None:
    """The wish for moderation is of the whole reading: a page of another criterion does not take it back unseen."""
    with portal.inside() as session:
        reader = a_staff_member(session, Role.ASSESSOR)
        reading = one_reading(session, portal.app, reader.id)[1].public_id
        cookies = cookies_of(portal.app, reader)
    path = f"/staff/shortlisting/read/{reading}"
    first, second = both_at(signed_in(visit(fine={409, 422}), cookies), f"{path}/1")
    second.goto(f"{portal.url}{path}/2")
    give(first, 3, "Fair")
    first.get_by_label("Ask for moderation").check()
    expect(first.locator("#saved")).to_contain_text("Saved")
    first.locator("[data-go]").click()
    expect(first).to_have_url(f"{portal.url}{path}/2")
    give(second, 4, "Good")
    second.locator("[data-go]").click()
    both_are_shown(second, "Moderation", "asked for")
    second.get_by_role("link", name="keep theirs").click()
    expect(second.get_by_label("Ask for moderation")).to_be_checked()


def test_the_same_decision(tabs: Tabs, portal: Portal) -> None:
    with portal.inside() as session:
        sent = a_submitted(session, portal.app, campaign_by_slug(session, portal.campaign))
        number, page = sent.id, f"/staff/applications/{sent.reference}"
    first, second = tabs(Role.RECRUITER, f"{page}/decide")
    decide(first, "Shortlist")
    expect(first).to_have_url(f"{portal.url}{page}#next")
    second.get_by_label("Why, if it is not this time").select_option("time")
    second.get_by_label("What would make another").fill("Find two weekends.")
    decide(second, "Not this time")
    both_are_shown(second, "Shortlist", "Not this time", "Find two weekends.")
    assert decided(portal, number) == (Verdict.SHORTLIST, "")
    expect(second.get_by_label("What would make another")).to_have_value("Find two weekends.")
    press(second, "See the letter")
    press(second, "Decide, provisionally")
    expect(second.locator("#next")).to_contain_text("Decided, not released: not this time")
    assert decided(portal, number) == (Verdict.DECLINE, "Find two weekends.")
    undo = first.get_by_role("button", name="Undo")  # of a decision that stands no more
    undo.click()
    assert decided(portal, number) == (Verdict.DECLINE, "Find two weekends."), "nobody undoes what they have not seen"


def decide(page: Page, verdict: str) -> None:
    page.get_by_role("radio", name=verdict).check()
    press(page, "See the letter")
    press(page, "Decide, provisionally")


def decided(portal: Portal, application_id: int) -> tuple[Verdict, str]:
    with portal.inside() as session:
        found = provisional(session, [application_id])[application_id]
        return found.verdict, found.feedback


def test_the_same_settling_and_the_same_line(tabs: Tabs, portal: Portal) -> None:
    with portal.inside() as session:
        sift = a_sift(session, campaign=a_campaign(session, places=1))
        sent_in(session, portal.app, sift, sift.points(4), sift.points(4))
        number = sent_in(session, portal.app, sift, sift.points(5), sift.points(1)).id
        slug = sift.campaign.slug
        alias = in_address(session.get_one(Entry, number).alias)
    board = f"/staff/shortlisting/{slug}"
    first, second = tabs(Role.RECRUITER, f"{board}/settle/{alias}")
    settle(first, 3, "The first tab's reason")
    expect(heading(first)).to_contain_text("Moderation")
    settle(second, 5, "The second tab's reason")
    both_are_shown(second, "The first tab's reason", "The second tab's reason")
    with portal.inside() as session:
        assert settled(session, number) == (2700, "The first tab's reason")
    press(second, button_of(second))
    expect(heading(second)).to_contain_text("Moderation")
    with portal.inside() as session:
        assert settled(session, number) == (4500, "The second tab's reason")

    first.goto(f"{portal.url}{board}?line=45&reserves=1")
    second.goto(f"{portal.url}{board}?line=36&reserves=0")
    press(first, "Apply the line at 45")
    expect(first.locator(".v-said").first).to_contain_text("The line is at 45")
    press(second, "Apply the line at 36")
    both_are_shown(second, "45", "36")
    press(second, "Apply the line at 36 over theirs")
    expect(second.locator(".v-said").first).to_contain_text("The line is at 36")


def settle(page: Page, points: int, reason: str) -> None:
    expect(page.locator(".v-judge").first).to_be_visible()
    for one in page.locator(".v-judge").all():
        one.locator(f"input[type=radio][value='{points}']").check()
    page.get_by_label("Why these points?").fill(reason)
    press(page, button_of(page))


def button_of(page: Page) -> str:
    return f"Settle {heading(page).inner_text()}"


def settled(session: Session, application_id: int) -> tuple[int | None, str | None]:
    entry = session.get_one(Entry, application_id)
    return entry.score, entry.settled_reason


def test_the_same_campaign(tabs: Tabs, portal: Portal) -> None:
    with portal.inside() as session:
        slug = a_campaign(session).slug
    page = f"/staff/campaigns/{slug}"
    first, second = tabs(Role.RECRUITER, f"{page}/about")
    first.get_by_label("Name", exact=True).fill("Named in the first tab")
    press(first, "Save")
    expect(first).to_have_url(f"{portal.url}{page}")
    second.get_by_label("One sentence").fill("Said in the second tab.")
    second.get_by_label("Name", exact=True).fill("Named in the second tab")
    press(second, "Save")
    both_are_shown(second, "Named in the first tab", "Named in the second tab", "Said in the second tab.")
    assert campaign(portal, slug)[0] == "Named in the first tab"
    expect(second.get_by_label("One sentence")).to_have_value("Said in the second tab.")
    press(second, "Save")
    expect(second).to_have_url(f"{portal.url}{page}")
    assert campaign(portal, slug) == ("Named in the second tab", "Said in the second tab.")


def campaign(portal: Portal, slug: str) -> tuple[str, str]:
    with portal.inside() as session:
        found = campaign_by_slug(session, slug)
        assert found is not None
        return found.name, found.lead
