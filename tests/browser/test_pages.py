"""Every page there is, wide and narrow: nothing axe objects to, nothing to be moved sideways for, no complaint."""

from __future__ import annotations

from itertools import groupby

import pytest
from playwright.sync_api import Route, expect

from portal.web.errors import OWN_PAGES, page_for
from portal.web.headers import CONTENT_SECURITY_POLICY
from tests.browser.cast import Cast, gather
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.browser.samples import ELSEWHERE, NOT_PAGES, SAMPLES, Sample
from tests.support.browser import Portal

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def cast(portal: Portal) -> Cast:
    return gather(portal)


def test_every_page_has_an_address_to_look_at(portal: Portal) -> None:
    there = {rule.endpoint for rule in portal.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    known = SAMPLES.keys() | ELSEWHERE.keys() | NOT_PAGES.keys()
    assert not there - known, f"say in samples.py where to look at {sorted(there - known)}"


def samples(cast: Cast) -> list[Sample]:
    """By actor, so that each signs in once."""
    there = {rule.endpoint for rule in cast.portal.app.url_map.iter_rules()}
    found = [sample for name, make in SAMPLES.items() if name in there for sample in make(cast)]
    return sorted(found, key=lambda sample: sample.actor)


def test_pages(visit: Visit, cast: Cast) -> None:
    wrong = []
    for actor, those in groupby(samples(cast), key=lambda sample: sample.actor):
        visitor = cast.become(visit(), actor)
        for sample in those:
            answer = visitor.page.goto(cast.portal.url + sample.path)
            if answer is None or answer.status != sample.status or visitor.path() != sample.path:
                wrong.append(f"{sample.path} for {actor}: {answer and answer.status}, went to {visitor.path()}")
            else:
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


def test_the_second_step(visit: Visit, cast: Cast) -> None:
    known = cast.half_way(visit(), new=False)
    wrong = judged(known)
    known.go("/staff/second-factor/recovery")
    wrong += judged(known)
    new = cast.half_way(visit(), new=True)
    wrong += judged(new, "/staff/second-factor/set-up")
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
