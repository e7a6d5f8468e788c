"""What every stranger's page owes: no cookie, nothing from elsewhere, a description, an address of its own."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.domain.settings.lawful_bases import CATEGORIES, COOKIES
from tests.support.client import JudgingClient
from tests.support.make_campaigns import the_pilot
from tests.support.stage import put_clock

PAGES = (
    "/", "/roles", "/roles/community-policing-volunteer", "/campaigns", "/campaigns/cpv-west-2018",
    "/campaigns/cpv-west-2018/check", "/privacy", "/cookies", "/accessibility",
)  # fmt: skip


@pytest.fixture(autouse=True)
def january(app: Flask, session: Session) -> None:
    the_pilot(session)
    put_clock(app, datetime(2018, 1, 15, 10))


@pytest.mark.parametrize("address", PAGES)
def test_a_strangers_page_sets_no_cookie_and_loads_nothing_from_elsewhere(client: JudgingClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    loaded = re.findall(
        r'(?:\ssrc|<link [^>]*rel="(?:stylesheet|icon|manifest|apple-touch-icon)"[^>]*href)="([^"]+)"', answer.text
    )
    assert loaded and all(found.startswith("/") and not found.startswith("//") for found in loaded)
    assert "csrf_token" not in answer.text


@pytest.mark.parametrize("address", PAGES)
def test_a_page_says_what_it_is_and_where_it_lives(client: JudgingClient, address: str) -> None:
    page = client.get(address).text
    [description] = re.findall(r'<meta name="description" content="([^"]+)"', page)
    assert 40 < len(description) < 260
    assert f'<link rel="canonical" href="http://localhost{address}">' in page
    assert re.search(r'<meta property="og:image" content="http://localhost/static/social-card\.[0-9a-f]+\.png">', page)


def test_every_link_on_every_page_leads_somewhere(client: JudgingClient) -> None:
    links = {link for page in PAGES for link in re.findall(r'href="(/[^"#?]*)', client.get(page).text)}
    ours = sorted(link for link in links if not link.startswith(("/static", "/brand.css", "/staff")))
    assert len(ours) > 15
    assert [(link, client.get(link).status_code) for link in ours if client.get(link).status_code >= 400] == []


def test_the_privacy_notice_shows_the_whole_table(client: JudgingClient) -> None:
    page = client.get("/privacy").text.replace("&#39;", "'")
    for category in CATEGORIES:
        for words in (
            category.name,
            category.what,
            category.basis,
            category.condition,
            category.seen_by,
            category.kept,
        ):
            assert words in page, words


def test_the_cookie_choice_is_kept_only_when_it_is_made(client: JudgingClient) -> None:
    page = client.get("/cookies").text
    assert all(cookie.name in page for cookie in COOKIES)
    wrong = client.post("/cookies", data={"choice": "everything"})
    assert wrong.status_code == 422 and "Set-Cookie" not in wrong.headers
    made = client.post("/cookies", data={"choice": "essential"})
    assert made.status_code == 200 and "Your choice is kept" in made.text
    assert (
        made.headers["Set-Cookie"].startswith("cookie_choice=essential;")
        and "SameSite=Lax" in made.headers["Set-Cookie"]
    )
    assert "Your choice is kept" not in client.get("/cookies").text, "the page itself is the same for everybody"
