"""The list as a page: each filter in the address, chips that take it away again, columns, sorts, keys, tints."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember, StaffPreference
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.applications.stages import ListStage
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.casework.listing import matching
from portal.domain.casework.models import ApplicationTag, Tag
from portal.extensions import db
from portal.staff.listing import wanted_of
from portal.staff.rows import tint
from portal.web.sessions import Viewer
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member, an_applicant, browser_of

LIST = "/staff/applications"


@pytest.fixture
def pilot(session: Session) -> Campaign:
    return the_pilot(session)


@pytest.fixture
def officer(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


@pytest.fixture
def recruiter(app: Flask, officer: StaffMember) -> JudgingClient:
    return browser_of(app, officer)


@pytest.fixture
def two(app: Flask, session: Session, pilot: Campaign, officer: StaffMember) -> tuple[str, str]:
    """One that every filter of FILTERS finds, and one that none does."""
    found, other = a_submitted(session, app, pilot), a_submitted(session, app, pilot, postcode="TN9 1AA")
    with unit_of_work(session):
        tag = Tag(name="speaks bsl", created_at=clock.now())
        session.add(tag)
        session.flush()
        session.add(ApplicationTag(application_id=found.id, tag_id=tag.id))
        row = session.get_one(Application, found.id)
        row.owner_id, row.score, row.state_since = officer.id, 1850, clock.now() - timedelta(days=30)
        row.next_contact_on = clock.today() - timedelta(days=2)
        left = session.get_one(Application, other.id)
        left.score, left.state_since = 1200, clock.now() - timedelta(days=1)
        left.next_contact_on = clock.today() + timedelta(days=5)
        left.owner_id = a_staff_member_inside(session)
        medical = session.scalars(
            select(Requirement).filter_by(application_id=found.id, kind=RequirementKind.MEDICAL)
        ).one()
        medical.state, medical.due_at = RequirementState.WITH_US, clock.now() - timedelta(days=1)
    return found.reference, other.reference


def a_staff_member_inside(session: Session) -> int:
    person = StaffMember(email="else@force.example", name="Sam Else", team="Elsewhere", created_at=clock.now())
    session.add(person)
    session.flush()
    return person.id


FILTERS = (
    "district=maidstone", "owner=me", "flag=late", "still=over_14", "score_from=18", "score_from=18.5&score_to=18,5",
    "need=medical:late", "tag=1", "q=me14",
)  # fmt: skip


@pytest.mark.parametrize("query", FILTERS)
def test_each_filter_narrows_has_a_chip_and_goes_again(
    two: tuple[str, str], recruiter: JudgingClient, query: str
) -> None:
    page = recruiter.get(f"{LIST}?{query}").text
    assert two[0] in page
    assert two[1] not in page
    chips = re.findall(r'class="v-chip" href="([^"]+)"', page)
    assert len(chips) == len(query.split("&")) - query.startswith("q=")
    while chips:
        page = recruiter.get(chips[0].replace("&amp;", "&")).text
        chips = re.findall(r'class="v-chip" href="([^"]+)"', page)
    if not query.startswith("q="):
        assert two[1] in page


@pytest.mark.parametrize(
    "query", ["owner=9999", "need=medical", "need=x:late", "still=soon", "score_from=x", "score_from=NaN",
              "score_to=-1", "score_from=1e9999", "flag=nice", "tag=x", "strand=none", "sort=upwards"]
)  # fmt: skip
def test_what_is_no_filter_is_left_out(two: tuple[str, str], recruiter: JudgingClient, query: str) -> None:
    page = recruiter.get(f"{LIST}?{query}").text
    assert two[0] in page
    assert two[1] in page
    assert 'class="v-chip"' not in page


@pytest.mark.parametrize(("sort", "first"), [("still", 0), ("score", 0), ("promised", 0), ("newest", 1), ("oldest", 0)])
def test_sorts(two: tuple[str, str], recruiter: JudgingClient, sort: str, first: int) -> None:
    page = recruiter.get(f"{LIST}?sort={sort}").text
    assert page.index(two[first]) < page.index(two[1 - first])


def test_a_row_says_who_owns_it_and_what_was_promised(two: tuple[str, str], recruiter: JudgingClient) -> None:
    page = recruiter.get(f"{LIST}?owner=me").text
    row = page[page.index('name="chosen"') : page.index("</tbody>", page.index('name="chosen"'))]
    assert '<span title="Robin Officer">Officer</span>' in row
    assert '<span class="v-late">2 d late</span>' in row
    assert "30 d" in row
    assert "18.5" in row


def test_wanted_of_reads_an_address_as_the_page_does(
    app: Flask, session: Session, two: tuple[str, str], officer: StaffMember
) -> None:
    viewer = Viewer("staff", officer, 1, True, None, "", officer.roles)
    wanted, stage = wanted_of(session, viewer, MultiDict([("owner", "me"), ("stage", "sift"), ("flag", "late")]))
    assert stage is ListStage.SIFT
    assert wanted.owners == (officer.id,)
    ids = list(session.scalars(matching(wanted, stage)))
    assert [session.get_one(Application, key).reference for key in ids] == [two[0]]


def test_a_statement_count_that_stays(
    app: Flask, session: Session, two: tuple[str, str], recruiter: JudgingClient, pilot: Campaign
) -> None:
    addresses = [LIST, f"{LIST}?q=okafor", *(f"{LIST}?{query}" for query in FILTERS)]
    few = [spent(recruiter, address) for address in addresses]
    for number in range(20):
        a_submitted(session, app, pilot, family_name=f"Okafor{number}")
    assert [spent(recruiter, address) for address in addresses] == few
    assert max(few) <= 8


def spent(browser: JudgingClient, address: str) -> int:
    db.session.remove()
    with statements() as sent:
        assert browser.get(address).status_code == 200
    return len(sent)


def token(browser: JudgingClient) -> dict[str, str]:
    return browser.tokens(browser.get("/staff/account").text)


def test_columns_are_remembered_for_the_person(two: tuple[str, str], recruiter: JudgingClient) -> None:
    back = f"http://localhost{LIST}?owner=me"
    sent = recruiter.post(
        f"{LIST}/columns", data=token(recruiter) | {"column": ["received", "campaign", "email", "received"]},
        headers={"Referer": back},
    )  # fmt: skip
    assert sent.status_code == 303
    assert sent.location == f"{LIST}?owner=me"
    page = recruiter.get(LIST).text
    headings = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page[page.index("v-apps") :])
    assert headings == ["Name", "Campaign", "Received"]
    recruiter.post(f"{LIST}/columns", data=token(recruiter) | {"column": "received", "usual": "1"})
    assert 'aria-sort="descending"' not in recruiter.get(LIST).text
    assert "Requirements</th>" in recruiter.get(LIST).text


def test_single_keys_are_turned_off_everywhere_and_on_again(session: Session, recruiter: JudgingClient) -> None:
    assert "data-keys" not in recruiter.get(LIST).text
    off = recruiter.post("/staff/account/keys", data=token(recruiter) | {"single_keys": "off"})
    assert off.location == "/staff/account"
    for path in (LIST, "/staff/", "/staff/account"):
        assert 'data-keys="off"' in recruiter.get(path).text
    recruiter.post("/staff/account/keys", data=token(recruiter) | {"single_keys": "on"})
    assert "data-keys" not in recruiter.get(LIST).text
    assert session.scalars(select(StaffPreference)).all() == []


def test_back_never_leads_elsewhere(recruiter: JudgingClient) -> None:
    for behind in ("https://evil.example/", "http://localhost//evil.example/", "http://localhost.evil.example/"):
        sent = recruiter.post(
            "/staff/account/keys", data=token(recruiter) | {"single_keys": "on"}, headers={"Referer": behind}
        )
        assert sent.location == "/staff/account"


def test_the_bar_offers_what_the_viewer_may_do(
    app: Flask, session: Session, two: tuple[str, str], recruiter: JudgingClient
) -> None:
    assert acts_of(recruiter.get(LIST).text) == {
        "own", "assessors", "message", "shortlist", "reserve", "decline", "invite", "tag", "export",
    }  # fmt: skip
    west = browser_of(app, a_staff_member(session, Role.LIAISON, division_id=west_division(session)))
    page = west.get(LIST).text
    assert acts_of(page) == {"own", "tag"}
    assert "Export" not in page


def acts_of(page: str) -> set[str]:
    return set(re.findall(r'name="act" value="(\w+)"', page))


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("Zoë O'Neil-Okafor", ["oneil"], "O'Neil"),
        ("Zoë O'Neil-Okafor", ["zoe"], "Zoë"),
        ("Zoë O'Neil-Okafor", ["okaf"], "Okaf"),
        ("Zoë O'Neil-Okafor", ["kafor"], ""),
        ("CPV-7K4F-92QX", ["cpv7k"], "CPV-7K"),
        ("CPV-7K4F-92QX", ["92qx"], "92QX"),
        ("Anna Ann", ["ann"], "Ann|Ann"),
        ("Straße", ["strasse"], "Straße"),
        ("", ["x"], ""),
    ],
)
def test_what_was_typed_is_tinted(text: str, typed: list[str], marked: str) -> None:
    pieces = tint(text, typed)
    assert "".join(piece for piece, _ in pieces) == text
    assert "|".join(piece for piece, hit in pieces if hit) == marked


def test_a_match_in_the_address_does_not_show_it(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    a_submitted(session, app, pilot, applicant=an_applicant(session, "harbour@example.org"))
    page = recruiter.get(f"{LIST}?q=harb").text
    assert "e-mail or postcode" in page[page.index("<tbody>", page.index("v-apps")) :]
    assert "harbour@" not in page
