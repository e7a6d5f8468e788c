"""Every name in every address, put in place of it: somebody else's, what never was, something of another kind.
Nothing of it is told, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.domain.accounts.models import Applicant, Role
from portal.extensions import db
from tests.guards.conftest import Standing
from tests.guards.crawling import first_forms
from tests.guards.filling import MORE_PAGES, SAID, prepared
from tests.guards.foreign import OTHERS, PEOPLE, canaries, planted
from tests.guards.forms import Form
from tests.guards.matrix import ROWS, Row
from tests.guards.walk import World, fingerprint
from tests.guards.world import NOBODYS
from tests.support.live import form_token
from tests.support.people import a_staff_member, browser_of

ACTORS = ("owner", "recruiter", "liaison", "medical", "vetting", "assessor", "administrator", "trainer")
FIRST_OF_ALL = {("staff.put_wording_away", "POST"): 403}  # no division's recruiter puts any away, there or not

# What a form says of other things, in its fields: who sends it, where, what instead of the right thing, and what comes.
FIELDS: tuple[tuple[str, str, dict[str, str | list[str]], int], ...] = (
    ("recruiter", "/staff/applications/act", {"act": "own", "chosen": ["{north_sent}", "{blind_sent}"]}, 200),
    ("recruiter", "/staff/applications/act", {"act": "decline", "chosen": "{known_sent}", "token": "t"}, 422),
    ("recruiter", "/staff/applications/act", {"act": "own", "matching": "owner=all&q={north_sent}"}, 200),
    ("recruiter", "/staff/runs", {"act": "shortlist", "chosen": "{north_sent}", "token": "t", "seal": ""}, 409),
    ("recruiter", "/staff/runs", {"act": "release", "chosen": "{blind_sent}", "token": "t", "seal": ""}, 404),
    ("recruiter", "/staff/applications/export", {"chosen": ["{north_sent}", "{blind_sent}", "{known_sent}"]}, 200),
    (
        "recruiter",
        "/staff/applications/export/file",
        {"chosen": ["{north_sent}", "{known_sent}"], "column": "name", "format": "csv"},
        200,
    ),
    ("liaison", "/staff/applications/act", {"act": "own", "chosen": "{north_sent}"}, 200),
    ("recruiter", "/staff/applications/{sent}/owner", {"owner": "{other_reader}", "version": "1"}, 422),
    ("recruiter", "/staff/presence/campaign/{north_id}", {}, 404),
    ("recruiter", "/staff/presence/campaign/{both_id}", {}, 404),
    ("recruiter", "/staff/presence/shortlist/{north_id}", {}, 404),
    ("recruiter", "/staff/presence/shortlist/{blind_id}", {}, 404),
    ("recruiter", "/staff/shortlisting/{read}/assessors/add", {"member": "{member}"}, 422),
    ("recruiter", "/staff/shortlisting/{read}/assessors/{reader}/readings/{number}", {"staff": "{other_reader}"}, 422),
    (
        "recruiter",
        "/staff/campaigns/new",
        {"name": "A copy", "source": "{north_kept}", "opens_on": "5 March 2018"},
        422,
    ),
    ("recruiter", "/staff/account/deputies", {"deputy": "{member}", "starts_on": "2018-01-20"}, 422),
    ("administrator", "/staff/admin/people/{member}/roles", {"role-role": "recruiter", "role-division": "999999"}, 422),
    ("owner", "/applications/{draft}/documents", {"replace": "{north_document}", "kind": "medical"}, 400),
)
# Parts of an address that name no row but a page of one: another campaign's question, a kind of thing there is not.
PAGES = (
    ("owner", "/applications/{draft}/question-north"),
    ("owner", "/applications/{draft}/question-calm"),
    ("recruiter", "/staff/applications/{entered}/edit/question-north"),
    ("recruiter", "/staff/campaigns/{kept}/nothing"),
    ("recruiter", "/staff/presence/reading/{sent_id}"),
    ("medical", "/staff/checks/{sent}/vetting"),
    ("medical", "/staff/documents/{sent_document}/pages/99"),
)


@pytest.fixture(scope="module", autouse=True)
def foreign(made: World, standing: Standing) -> None:
    prepared(made)
    planted(made)
    standing.keep()


@pytest.fixture(scope="module")
def forms(made: World, standing: Standing, foreign: None) -> dict[str, Form]:
    """What each form says, as somebody sends it who may."""
    found = first_forms(made, MORE_PAGES)
    standing.back()
    return found


def test_everything_has_five_others(made: World) -> None:
    assert set(OTHERS) == set(NOBODYS)
    assert all(len(set(others)) >= 5 for others in OTHERS.values())


@pytest.mark.parametrize("whose", ["north", "blind", "known"])
def test_it_is_all_there_for_those_it_is_for(world: World, whose: str) -> None:
    """So that what is not there for others is not there because it is nobody's."""
    session = db.session()
    chief = browser_of(world.app, a_staff_member(session, Role.RECRUITER, Role.MEDICAL))
    person = session.scalars(select(Applicant).filter_by(email=f"{PEOPLE[whose][1].lower()}@example.org")).one()
    applicant = browser_of(world.app, person)
    seen = set()
    for browser, address in (
        (chief, "/staff/applications/{_sent}"),
        (chief, "/staff/applications/{_sent}/message"),
        (chief, "/staff/duplicates/{_pair}"),
        (chief, "/staff/checks/{_sent}"),
        (chief, "/staff/documents/{_document}/view"),
        (applicant, "/applications/{_sent}/messages"),
        (applicant, "/applications/{_draft}/why"),
        (applicant, "/applications/{_sent}/documents"),
    ):
        with browser.get(address.replace("{_", f"{{{whose}_").format(**world.names)) as answer:
            assert answer.status_code == 200, address
            seen |= set(told_by(answer))
    assert canaries(whose) - seen <= {PEOPLE[whose][3], f"{PEOPLE[whose][1].lower()}@example.org"}  # masked


def test_pages_of_ones_own_tell_nothing_of_others(world: World) -> None:
    """Lists, counts, choices and everything else that names nobody."""
    wrong = []
    for actor in ACTORS:
        for row in ROWS:
            if row.get and actor in row.who and row.endpoint != "demo.mail":  # every letter there is, by intent
                with world.again(actor).get(row.address.format(**world.names)) as answer:
                    told = told_by(answer)
                wrong += [f"{actor} {row.address} tells {told}"] if told else []
    assert "\n".join(wrong) == ""


def told_by(answer: TestResponse) -> list[str]:
    """What an answer tells of others, in its words or its headers."""
    text = answer.get_data().decode("latin-1") + str(answer.headers)
    return sorted(each for each in canaries("north", "blind", "known") if each in text)


def swapped(world: World, row: Row, name: str) -> Iterator[tuple[str, str]]:
    """Addresses with one name in them put in place of the right one."""
    for other in OTHERS[name]:
        value = NOBODYS[name] if other == "nobody" else world.names.get(other, other)
        yield other, row.address.format(**world.names | {name: value})


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_what_is_not_theirs_is_not_there(world: World, forms: dict[str, Form], name: str) -> None:
    before, wrong = fingerprint(), []
    for row in (row for row in ROWS if f"{{{name}}}" in row.address):
        for actor in (actor for actor in ACTORS if actor in row.who):
            for other, address in swapped(world, row, name):
                wrong += [f"{actor} {row.address} {other}: {each}" for each in asked(world, actor, row, address, forms)]
    assert "\n".join(wrong) == ""
    assert fingerprint() == before


def asked(world: World, actor: str, row: Row, address: str, forms: dict[str, Form]) -> Iterator[str]:
    """What is wrong with the answers to GET and POST, the latter with everything that a right form says."""
    said = forms[row.endpoint].fields if row.endpoint in forms else {}
    said = {"csrf_token": form_token(world.app)} | {name: value for name, value in said.items() if name != "csrf_token"}
    said |= SAID[row.endpoint](world) if row.endpoint in SAID else {}
    for method, data in (("GET", None), ("POST", said)):
        if {"GET": row.get, "POST": row.post}[method]:
            with world.again(actor).open(address, method=method, data=data) as answer:
                told = told_by(answer)
            want = FIRST_OF_ALL.get((row.endpoint, method), 404)
            if answer.status_code != want:
                yield f"{method} {answer.status_code}, not {want}"
            if told:
                yield f"{method} tells {told}"
    db.session.rollback()


@pytest.mark.parametrize(("actor", "address", "fields", "want"), FIELDS)
def test_a_field_cannot_name_what_is_not_theirs(
    world: World, actor: str, address: str, fields: dict[str, str | list[str]], want: int
) -> None:
    before = fingerprint()
    said = {name: [each.format(**world.names) for each in _several(values)] for name, values in fields.items()}
    said |= {"csrf_token": [form_token(world.app)]}
    with world.again(actor).post(address.format(**world.names), data=said) as answer:
        assert (answer.status_code, told_by(answer)) == (want, [])
    db.session.rollback()
    assert fingerprint() == before


@pytest.mark.parametrize(("actor", "address"), PAGES)
def test_a_page_of_something_else_is_not_there(world: World, actor: str, address: str) -> None:
    before, browser, data = fingerprint(), world.again(actor), {"csrf_token": form_token(world.app)}
    for answer in (browser.get(address.format(**world.names)), browser.post(address.format(**world.names), data=data)):
        with answer:
            assert answer.status_code in {404, 405} and told_by(answer) == []  # 405: there is nothing to send there
    db.session.rollback()
    assert fingerprint() == before


def _several(values: str | list[str]) -> list[str]:
    return values if isinstance(values, list) else [values]
