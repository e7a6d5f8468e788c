"""The applications list: who sees what of it, filters, paging, and what it costs."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application
from portal.domain.applications.stages import STATES
from portal.domain.campaigns.models import Campaign
from portal.extensions import db
from tests.support.bulk import load_applications
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.make_applications import a_draft, a_submitted, while_open
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member, an_applicant, browser_of

LIST = "/staff/applications"
NORTH = "ME4 4AA"  # Medway


@pytest.fixture
def pilot(session: Session) -> Campaign:
    return the_pilot(session)


@pytest.fixture
def recruiter(app: Flask, session: Session) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


def test_lists_what_was_sent_newest_first_and_only_counts_drafts(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    first = a_submitted(session, app, pilot, given_name="Ada", family_name="Early")
    late = while_open(pilot) + timedelta(days=2)
    second = a_submitted(session, app, pilot, given_name="Bo", family_name="Later", received_at=late)
    a_draft(session, app, pilot, given_name="Cy", family_name="Unsent")
    page = recruiter.get(LIST)
    assert page.status_code == 200
    assert page.text.index(second.reference) < page.text.index(first.reference)
    assert "Unsent" not in page.text
    assert "1 more begun and not sent" in page.text


def test_a_division_sees_its_own_and_nothing_else(app: Flask, session: Session, pilot: Campaign) -> None:
    inside = a_submitted(session, app, pilot)
    north = a_campaign(session, districts=("medway",))
    outside = a_submitted(session, app, north, postcode=NORTH)
    west = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west_division(session)))
    page = west.get(LIST)
    assert inside.reference in page.text
    assert outside.reference not in page.text
    assert "Medway" not in page.text
    assert outside.reference not in west.get(f"{LIST}?district=medway").text
    assert f"{LIST}/{outside.reference}" not in west.get(f"{LIST}?q={outside.reference}").text


def test_filters_narrow_and_stand_in_the_address(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    mine = a_submitted(session, app, pilot)
    other_campaign = a_campaign(session)
    other = a_submitted(session, app, other_campaign)
    page = recruiter.get(f"{LIST}?campaign={pilot.slug}")
    assert mine.reference in page.text
    assert other.reference not in page.text
    both = recruiter.get(f"{LIST}?campaign={pilot.slug}&campaign={other_campaign.slug}")
    assert mine.reference in both.text
    assert other.reference in both.text
    assert mine.reference in recruiter.get(f"{LIST}?district=maidstone&stage=sift").text
    assert mine.reference not in recruiter.get(f"{LIST}?district=sevenoaks").text
    assert mine.reference not in recruiter.get(f"{LIST}?stage=interview").text
    assert "Nothing matches" in recruiter.get(f"{LIST}?stage=interview").text


@pytest.mark.parametrize(
    "typed",
    ["okafor", "OKAF", "o'neil", "oneil", "zoë o", "zoe", "me14", "ME14 1X", "zoe.o+x@ex", "zoe okaf", "neil"],
)
def test_finds_a_person_however_they_are_typed(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient, typed: str
) -> None:
    found = a_submitted(
        session, app, pilot, applicant=an_applicant(session, "zoe.o+x@example.org"),
        given_name="Zoë", family_name="O'Neil-Okafor",
    )  # fmt: skip
    a_submitted(session, app, pilot, given_name="Quite", family_name="Other", postcode="TN9 1AA")
    page = recruiter.get(LIST, query_string={"q": typed})
    assert found.reference in page.text
    assert "Quite Other" not in page.text


def test_finds_a_reference_in_any_form(app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient) -> None:
    one = a_submitted(session, app, pilot)
    two = a_submitted(session, app, pilot, family_name="Second")
    for typed in (one.reference, one.reference.lower(), one.reference.replace("-", ""), one.reference[4:]):
        page = recruiter.get(LIST, query_string={"q": typed})
        assert f"/staff/applications/{one.reference}" in page.text
        assert f"/staff/applications/{two.reference}" not in page.text


@pytest.mark.parametrize(
    "typed",
    ["'; DROP TABLE application; --", "%", "_", "100%", "🦊", '"><script>', "\\", "\x00xyzzy", " " * 300 + "xyzzy"],
)
def test_odd_text_is_only_text(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient, typed: str
) -> None:
    sent = a_submitted(session, app, pilot)
    page = recruiter.get(LIST, query_string={"q": typed})
    assert page.status_code == 200
    assert f"/staff/applications/{sent.reference}" not in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=1-", "after=-1-2", f"before={'9' * 40}-1", "stage=nowhere", "campaign=none", "district=%00"],
)
def test_a_mangled_address_shows_the_list(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient, query: str
) -> None:
    sent = a_submitted(session, app, pilot)
    assert sent.reference in recruiter.get(f"{LIST}?{query}").text


def test_a_fragment_is_the_results_alone(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    sent = a_submitted(session, app, pilot)
    part = recruiter.get(f"{LIST}?q=okaf", headers={"HX-Request": "true"})
    assert sent.reference in part.text
    assert "<html" not in part.text
    assert 'hx-swap-oob="true"' in part.text
    assert "HX-Request" in part.headers["Vary"]


def many(session: Session, app: Flask, campaign: Campaign, number: int) -> list[Application]:
    """Copies of one application by as many people, a minute apart, oldest first."""
    made = []
    for place in range(number):
        moment = while_open(campaign) + timedelta(minutes=place)
        made.append(a_submitted(session, app, campaign, received_at=moment, family_name=f"Row{place:03}"))
    return made


def test_the_same_statements_for_1_and_for_30_rows(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    many(session, app, pilot, 1)
    recruiter.get(LIST)
    db.session.remove()
    with statements() as few:
        recruiter.get(f"{LIST}?q=row&campaign={pilot.slug}")
    many(session, app, pilot, 29)
    db.session.remove()
    with statements() as lots:
        page = recruiter.get(f"{LIST}?q=row&campaign={pilot.slug}")
    assert page.text.count('name="chosen"') == 30
    assert len(lots) == len(few)
    assert len(lots) <= 8


def test_a_stranger_signs_in_and_others_are_refused(app: Flask, session: Session, client: JudgingClient) -> None:
    away = client.get(LIST)
    assert away.status_code == 303
    assert "/staff/sign-in" in away.location
    for role in (
        Role.ASSESSOR,
        Role.VETTING,
        Role.MEDICAL,
        Role.TRAINER,
        Role.SUPERVISOR,
        Role.ADMINISTRATOR,
        Role.AUDITOR,
    ):
        assert browser_of(app, a_staff_member(session, role)).get(LIST).status_code == 403
    assert browser_of(app, an_applicant(session)).get(LIST).status_code == 303
    assert browser_of(app, a_staff_member(session, Role.LIAISON)).get(LIST).status_code == 200
    assert browser_of(app, a_staff_member(session, Role.RECRUITER)).post(LIST).status_code == 405


def test_a_role_that_ended_and_an_account_that_was_disabled(app: Flask, session: Session) -> None:
    person = a_staff_member(session, Role.RECRUITER)
    browser = browser_of(app, person)
    assert browser.get(LIST).status_code == 200
    with unit_of_work(session):
        member = session.get_one(StaffMember, person.id)
        member.roles[0].ends_on = date(2017, 6, 1)
    assert browser.get(LIST).status_code == 403
    with unit_of_work(session):
        member = session.get_one(StaffMember, person.id)
        member.disabled_at = member.created_at
    assert browser.get(LIST).status_code == 303


@pytest.mark.parametrize("order", ["", "&sort=oldest"])
def test_pages_lead_through_every_row_and_back(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient, order: str
) -> None:
    person = a_staff_member(session, Role.RECRUITER)
    load_applications(session, 130, decider=person.id)
    address: str | None = f"{LIST}?campaign={pilot.slug}{order}"
    pages = []
    while address:
        page = recruiter.get(address).text
        pages.append(re.findall(r'href="/staff/applications/(CPV-[^"/]+)"', page))
        last, address = address, linked(page, "next")
    sent = session.execute(
        select(Application.reference).where(Application.received_at.is_not(None)).order_by(
            Application.received_at.desc(), Application.id.desc()
        )
    ).scalars().all()  # fmt: skip
    assert [reference for page in pages for reference in page] == (sent[::-1] if order else list(sent))
    assert len(pages) == 3
    again = linked(recruiter.get(last).text, "prev")
    assert again
    assert re.findall(r'href="/staff/applications/(CPV-[^"/]+)"', recruiter.get(again).text) == pages[1]


def linked(page: str, way: str) -> str | None:
    found = re.search(rf'href="([^"]+)" rel="{way}"', page)
    return found[1].replace("&amp;", "&") if found else None


def numbers(page: str) -> dict[str, str]:
    """What stands in each tab, or comes for it."""
    return {
        key: re.sub(r"<[^>]+>", "", number) for key, number in re.findall(r'<b id="count-(\w+)"[^>]*>(.*?)</b>', page)
    }


def in_stages(session: Session) -> dict[str, str]:
    in_state = list(session.scalars(select(Application.state)))
    found = {stage.value: sum(state in states for state in in_state) for stage, states in STATES.items()}
    return {key: f"{number:,}" for key, number in {"all": sum(found.values()), **found}.items()}


def test_counts_stages_exactly(app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient) -> None:
    load_applications(session, 200, decider=a_staff_member(session, Role.RECRUITER).id)
    page = recruiter.get(LIST).text
    assert numbers(page) == in_stages(session)
    assert "counts=1" not in page
    assert 'hx-trigger="every 60s"' in page


def test_where_there_are_many_only_the_chosen_stage_is_counted_before_the_page(
    app: Flask, session: Session, pilot: Campaign, recruiter: JudgingClient
) -> None:
    load_applications(session, 1_200, decider=a_staff_member(session, Role.RECRUITER).id)
    exact = in_stages(session) | {"all": "1,000+"}
    address = f"{LIST}?campaign={pilot.slug}&stage=sift&sort=oldest"
    page = recruiter.get(address).text
    assert numbers(page) == dict.fromkeys(exact, "·") | {"all": "1,000+", "sift": exact["sift"]}
    later = re.search(r'hx-get="(/staff/applications/counts[^"]*)" hx-trigger="load, every 60s"', page)
    by_hand = re.search(r'<noscript><p class="v-s"><a href="([^"]+counts=1)">', page)
    assert later
    assert by_hand
    link = by_hand[1].replace("&amp;", "&")
    with statements() as sent:
        part = recruiter.get(later[1].replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert numbers(part.text) == exact
    assert f'<b id="found" hx-swap-oob="true">{exact["sift"]}</b>' in part.text
    assert "CPV-" not in part.text
    assert len(sent) <= 8
    whole = recruiter.get(link).text
    assert numbers(whole) == exact
    assert "counts=1" not in whole
    assert re.findall('CPV-[^"/]+', whole) == re.findall('CPV-[^"/]+', page)
    filtered = recruiter.get(address, headers={"HX-Request": "true"}).text
    assert later[0] in filtered
    assert "noscript" not in filtered
