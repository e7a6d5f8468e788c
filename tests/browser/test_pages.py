"""Every page there is, wide and narrow: nothing axe objects to, nothing to be moved sideways for, no complaint."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

import pytest
from playwright.sync_api import Route, expect

from portal import clock
from portal.db import unit_of_work
from portal.domain.messages.stops import Kind, stop_token
from portal.web.errors import OWN_PAGES, page_for
from portal.web.headers import CONTENT_SECURITY_POLICY
from tests.browser import steps
from tests.browser.cast import Cast, gather
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.browser.samples import ELSEWHERE, NOT_PAGES, SAMPLES, Sample
from tests.support.browser import Portal
from tests.support.make_documents import set_clock

pytestmark = pytest.mark.browser
LATE = datetime(2018, 3, 12, 10)  # London; closed, and past every promise made at first


@pytest.fixture(scope="module")
def cast(portal: Portal) -> Cast:
    return gather(portal)


def test_every_page_has_an_address_to_look_at(portal: Portal) -> None:
    there = {rule.endpoint for rule in portal.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    known = SAMPLES.keys() | ELSEWHERE.keys() | NOT_PAGES.keys()
    assert not there - known, f"say in samples.py where to look at {sorted(there - known)}"
    assert not known - there, f"these pages are no more: {sorted(known - there)}"


def samples(cast: Cast) -> list[Sample]:
    """By actor, so that each signs in once."""
    return sorted((sample for make in SAMPLES.values() for sample in make(cast)), key=lambda sample: sample.actor)


def test_pages(visit: Visit, cast: Cast) -> None:
    wrong = []
    for actor, those in groupby(samples(cast), key=lambda sample: sample.actor):
        visitor = cast.become(visit(), actor)
        for sample in those:
            visitor.watch.fine = {sample.status} - {200}
            answer = visitor.page.goto(cast.portal.url + sample.path)
            if answer is None or answer.status != sample.status or visitor.path() != sample.path:
                wrong.append(f"{sample.path} for {actor}: {answer and answer.status}, went to {visitor.path()}")
            else:
                expect(visitor.page.locator(sample.shows)).to_be_visible()
                wrong += judged(visitor)
    assert not wrong, "\n".join(wrong)


def test_sign_in_on_the_way(visit: Visit, cast: Cast) -> None:
    visitor = visit()
    link = cast.asked_for_code(visitor)
    wrong = judged(visitor)
    visitor.go(link)
    wrong += judged(visitor, "/sign-in/link/…")
    visitor.page.get_by_role("button", name="Yes, sign in").click()
    expect(visitor.page.get_by_role("link", name="Sign in")).to_have_count(0)
    for path in (link, "/sign-in/link/never-made"):
        visitor.watch.fine = {410}
        visitor.go(path)
        wrong += judged(visitor, "/sign-in/link/… used")
    assert not wrong, "\n".join(wrong)


def test_what_mails_lead_to(visit: Visit, cast: Cast) -> None:
    """Confirming interest and stopping reminders: the page a link opens, and the page its button leads to."""
    visitor = visit()
    visitor.go(f"/campaigns/{cast.portal.campaign}/interest")
    visitor.page.get_by_label("Your e").fill("curious@example.org")
    visitor.page.get_by_role("button", name="Tell me").click()
    expect(steps.heading(visitor.page)).to_have_text("Check your mail")
    letter = cast.portal.letter("curious@example.org", "Shall we tell you")
    visitor.go(next(word for word in letter.split() if "/interest/" in word).removeprefix(cast.portal.url))
    wrong = judged(visitor, "/interest/…")
    visitor.page.get_by_role("button", name="Yes, tell me").click()
    expect(steps.heading(visitor.page)).to_have_text("We will tell you")
    wrong += judged(visitor, "/interest/… confirmed")
    with cast.portal.inside() as session, unit_of_work(session):
        token = stop_token(session, "curious@example.org", Kind.CAMPAIGNS)
    visitor.go(f"/unsubscribe/{token}")
    wrong += judged(visitor, "/unsubscribe/…")
    visitor.page.get_by_role("button", name="Stop them").click()
    expect(steps.heading(visitor.page)).to_have_text("Stopped")
    wrong += judged(visitor, "/unsubscribe/… done")
    assert not wrong, "\n".join(wrong)


def test_the_second_step(visit: Visit, cast: Cast) -> None:
    known = cast.half_way(visit(), new=False)
    wrong = judged(known)
    known.go("/staff/second-factor/recovery")
    wrong += judged(known)
    new = cast.half_way(visit(), new=True)
    wrong += judged(new, "/staff/second-factor/set-up")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("year", ["1985", "2005"], ids=["yes", "not yet"])
def test_the_answer_of_the_check(visit: Visit, cast: Cast, year: str) -> None:
    visitor = visit()
    visitor.go(f"/campaigns/{cast.portal.campaign}/check")
    steps.answer_check(visitor, steps.Person("", "", "", born=("27", "3", year)))
    expect(steps.heading(visitor.page)).to_contain_text("this could be you" if year == "1985" else "Not this role")
    wrong = judged(visitor, "the check's answer")
    assert not wrong, "\n".join(wrong)


def test_after_closing(visit: Visit, cast: Cast) -> None:
    """What the same people find once the campaign has closed and answers are late."""
    portal = cast.portal
    was = clock.read_offset(portal.settings.clock_file)
    set_clock(portal.settings, LATE)
    try:
        stranger = visit(fine={410})
        wrong = []
        for path in ("", "/check", "/apply"):
            stranger.go(f"/campaigns/{portal.campaign}{path}")
            wrong += judged(stranger)
        for actor in ("ready", "sent"):
            visitor = cast.become(visit(), actor)
            for path in ("/account", f"/applications/{cast.refs[actor]}"):
                visitor.go(path)
                wrong += judged(visitor)
    finally:
        clock.store_offset(portal.settings.clock_file, was)
    assert not wrong, "\n".join(wrong)


def test_trouble(visit: Visit, cast: Cast) -> None:
    """Error pages as strangers and staff meet them, and those that only trouble brings, with their real words."""
    stranger, auditor = visit(fine={404}), cast.become(visit(fine={403, 404}), "auditor")
    stranger.go("/nothing/here")
    wrong = judged(stranger)
    for path in ("/staff/nothing/here", "/staff/admin"):
        auditor.go(path)
        wrong += judged(auditor)
    for status in sorted(OWN_PAGES):
        wrong += judged_trouble(visit, cast.portal, status)
    assert not wrong, "\n".join(wrong)


def judged_trouble(visit: Visit, portal: Portal, status: int) -> list[str]:
    """Puts the page for a status, as the service renders it, where a browser will meet it."""
    with portal.app.test_request_context("/"):
        body = page_for(status).get_data(as_text=True)

    def answer(route: Route) -> None:
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CONTENT_SECURITY_POLICY}
        route.fulfill(status=status, headers=headers, body=body)

    visitor = visit(fine={status})
    visitor.page.route("**/trouble", answer)
    visitor.go("/trouble")
    return judged(visitor, f"the page for {status}")
