"""Every route, method and kind of person, by real requests, against the hand-written matrix."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import SignInSession
from portal.extensions import db
from tests.guards.conftest import Standing
from tests.guards.matrix import ALL, ELSEWHERE, OTHER_PAGES, ROWS, SENSITIVE, SENT_ON, TOKEN_MISSING, Row, denied
from tests.guards.walk import World, fingerprint
from tests.guards.world import NOBODYS
from tests.support.live import form_token

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
ROOT = Path(__file__).parents[2]


def test_every_route_is_in_the_matrix(standing: Standing) -> None:
    listed = {row.endpoint for row in ROWS} | set(ELSEWHERE)
    assert listed == set(standing.app.view_functions)
    assert all((ROOT / where).is_file() for where in ELSEWHERE.values())


def test_every_method_of_every_route_is_in_the_matrix(standing: Standing) -> None:
    said = {
        (row.endpoint, method) for row in ROWS for method, status in (("GET", row.get), ("POST", row.post)) if status
    }
    built = {
        (rule.endpoint, method)
        for rule in standing.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint not in ELSEWHERE
    }
    assert said == built


def taken_by(row: Row) -> set[str]:
    return {method for method, status in (("GET", row.get), ("POST", row.post)) if status}


def expected(row: Row, method: str, actor: str) -> int | None:
    status = {"GET": row.get, "POST": row.post}.get(method)
    if status is None:
        return None
    if actor not in row.who:
        return denied(row, actor)
    return SENT_ON.get((row.endpoint, method), {}).get(actor, status)


def asked_of(actor: str, *, harmless: bool) -> list[tuple[Row, str, int]]:
    """What to ask as this person: what must change nothing (denied, or lacking its token), or the rest."""
    asked = []
    for row in ROWS:
        for method in ("GET", "POST"):
            want = expected(row, method, actor)
            if want is not None and (actor not in row.who or want == TOKEN_MISSING) == harmless:
                asked.append((row, method, want))
    return asked


def ask(world: World, actor: str, asked: list[tuple[Row, str, int]]) -> list[str]:
    """Asks each; where the person may not, with a good token, so that it is not the token that stops them."""
    wrong = []
    for row, method, want in asked:
        data = {"csrf_token": form_token(world.app)} if method == "POST" and actor not in row.who else None
        response = world.as_(actor).open(row.address.format(**world.names), method=method, data=data)
        response.close()
        if response.status_code != want:
            wrong.append(f"{method} {row.address}: {response.status_code}, not {want}")
    db.session.rollback()
    return wrong


@pytest.mark.parametrize("actor", ALL)
def test_each_person_gets_what_the_matrix_says(world: World, actor: str) -> None:
    """Denied requests, and allowed ones that lack their token, change nothing but the trail."""
    before = fingerprint()
    wrong = ask(world, actor, asked_of(actor, harmless=True))
    assert fingerprint() == before
    wrong += ask(world, actor, asked_of(actor, harmless=False))
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("actor", ["stranger", "owner", "recruiter"])
def test_other_methods_are_refused(world: World, actor: str) -> None:
    wrong = []
    for row in ROWS:
        both = {other.endpoint for other in ROWS if other.address == row.address}
        takes = {
            m for other in ROWS if other.endpoint in both for m, s in (("GET", other.get), ("POST", other.post)) if s
        }
        takes |= {method for endpoint, method in OTHER_PAGES if endpoint == row.endpoint}
        for method in set(METHODS) - takes:
            got = world.as_(actor).open(row.address.format(**world.names), method=method).status_code
            if got != 405:
                wrong.append(f"{method} {row.address}: {got}, not 405")
    assert "\n".join(wrong) == ""


def test_what_does_not_exist_is_not_found(world: World) -> None:
    assert set(NOBODYS) == set(world.names)
    wrong = []
    for row in (row for row in ROWS if re.search(r"{\w+}", row.address) and row.get):
        for actor in row.who:
            got = world.as_(actor).get(row.address.format(**NOBODYS)).status_code
            if got != 404:
                wrong.append(f"{actor} {row.address}: {got}, not 404")
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("actor", ["recruiter", "administrator"])
def test_sensitive_acts_ask_again_of_a_browser_left_open(world: World, actor: str) -> None:
    """And nothing else does. With a good token, nothing is changed by it."""
    with unit_of_work(db.session()) as session:
        session.execute(update(SignInSession).values(stepped_up_at=clock.wall() - timedelta(hours=2)))
    theirs = [row for row in ROWS if row.address.startswith("/staff") and actor in row.who]
    sensitive = [row for row in theirs if row.endpoint in SENSITIVE]
    before = fingerprint()
    wrong = [f"{found} did not ask" for found in asking(world, actor, sensitive, {"GET", "POST"}, False)]
    assert fingerprint() == before
    others = [row for row in theirs if row not in sensitive]
    wrong += [f"{found} asked" for found in asking(world, actor, others, {"GET"}, True)]
    assert "\n".join(wrong) == ""


def asking(world: World, actor: str, rows: list[Row], methods: set[str], which: bool) -> list[str]:
    """Which of these do, or do not, send somebody off to give their second factor again."""
    found = []
    for row in rows:
        for method in taken_by(row) & methods:
            data = {"csrf_token": form_token(world.app)} if method == "POST" else None
            with world.as_(actor).open(row.address.format(**world.names), method=method, data=data) as answer:
                if (answer.status_code == 303 and answer.location.startswith("/staff/step-up?next=")) is which:
                    found.append(f"{method} {row.address}")
    db.session.rollback()
    return found
