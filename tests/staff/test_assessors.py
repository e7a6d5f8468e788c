"""Who reads for a campaign: added, dealt to, away, handed on, removed; and by whom."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Conflict, Relation
from portal.domain.campaigns.models import Assessor, Campaign, Division
from portal.domain.shortlisting.conflicts import declare_known
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.live import form_token
from tests.support.make_applications import a_submitted, keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.make_documents import set_clock
from tests.support.make_sifts import a_sift, readings, score_all, some_assessors
from tests.support.people import a_staff_member, browser_of

AFTER_CLOSE = datetime(2018, 1, 29, 10)
DAY = {"due": ["5", "2", "2018"]}


@pytest.fixture
def campaign(session: Session, settings: Settings) -> Campaign:
    set_clock(settings, AFTER_CLOSE)
    clock.use_offset(clock.read_offset(settings.clock_file))
    return a_campaign(session)


@pytest.fixture
def recruiter(session: Session, app: Flask, campaign: Campaign) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


def at(campaign: Campaign, page: object = "") -> str:
    return f"/staff/shortlisting/{campaign.slug}/assessors" + (f"/{page}" if page else "")


def token(browser: JudgingClient) -> dict[str, str]:
    return {"csrf_token": form_token(browser.application)}


def on_it(session: Session, campaign: Campaign) -> set[int]:
    session.rollback()
    query = select(Assessor.staff_id).where(Assessor.campaign_id == campaign.id, Assessor.ended_at.is_(None))
    return set(session.scalars(query))


def test_adding_people_and_dealing_out(
    session: Session, app: Flask, campaign: Campaign, recruiter: JudgingClient
) -> None:
    for _ in range(3):
        a_submitted(session, app, campaign)
    assert "Nobody reads for this campaign yet" in recruiter.get(at(campaign)).text
    members = [a_staff_member(session, Role.ASSESSOR) for _ in range(2)]
    for member in members:
        assert recruiter.post(at(campaign, "add"), data=token(recruiter) | {"member": member.id}).status_code == 303
    assert on_it(session, campaign) == {member.id for member in members}
    page = recruiter.get(at(campaign)).text
    assert "6 readings can be given" in page and 'name="due"' in page
    assert recruiter.post(at(campaign, "assign"), data=token(recruiter) | DAY).status_code == 303
    found = readings(session)
    assert len(found) == 6 and {str(reading.due_on) for reading in found} == {"2018-02-05"}
    page = recruiter.get(at(campaign)).text
    assert "6 readings given." in page and "Everything has its readers." in page
    recruiter.post(at(campaign, "assign"), data=token(recruiter) | DAY)
    assert len(readings(session)) == 6, "a second click gives nothing more"


@pytest.mark.parametrize("member", ["", "0", "999999", "cake", "liaison", "twice"])
def test_somebody_who_cannot_be_added(
    session: Session, app: Flask, campaign: Campaign, recruiter: JudgingClient, member: str
) -> None:
    there = some_assessors(session, campaign, 1)[0]
    value = {"liaison": a_staff_member(session, Role.LIAISON).id, "twice": there.id}.get(member, member)
    answer = recruiter.post(at(campaign, "add"), data=token(recruiter) | {"member": value})
    assert answer.status_code == 422 and "<title>Error: " in answer.text
    assert on_it(session, campaign) == {there.id}


@pytest.mark.parametrize("page", ["assign", "due"])
@pytest.mark.parametrize("day", [["", "", ""], ["32", "1", "2018"], ["28", "1", "2018"], ["1", "2", "2020"], ["a"]])
def test_a_day_that_cannot_be_promised(
    session: Session, app: Flask, campaign: Campaign, recruiter: JudgingClient, page: str, day: list[str]
) -> None:
    some_assessors(session, campaign)
    a_submitted(session, app, campaign)
    answer = recruiter.post(at(campaign, page), data=token(recruiter) | {"due": day})
    assert answer.status_code == 422 and readings(session) == []


def test_another_day_for_all(session: Session, app: Flask, campaign: Campaign, recruiter: JudgingClient) -> None:
    a_sift(session, app, campaign)
    assert recruiter.post(at(campaign, "due"), data=token(recruiter) | DAY).status_code == 303
    assert {str(reading.due_on) for reading in readings(session)} == {"2018-02-05"}


def test_a_name_declared_since_is_met_before_anything_is_dealt_out(
    session: Session, app: Flask, campaign: Campaign, recruiter: JudgingClient
) -> None:
    knows, free = some_assessors(session, campaign)
    declare_known(session, knows, keys_of(app), "Ottoline Quibell", Relation.FRIEND)
    a_submitted(session, app, campaign, given_name="Ottoline", family_name="Quibell")
    recruiter.post(at(campaign, "assign"), data=token(recruiter) | DAY)
    assert [reading.staff_id for reading in readings(session)] == [free.id]
    assert session.scalars(select(Conflict.staff_id)).all() == [knows.id]
    assert "1 seat stays empty" in recruiter.get(at(campaign)).text


def test_one_readers_readings_stand_under_the_moderators_aliases_and_can_be_given_on(
    session: Session, app: Flask, campaign: Campaign, recruiter: JudgingClient
) -> None:
    readers, _sent = a_sift(session, app, campaign, readers=3)
    reading, other = readings(session)
    free = next(each for each in readers if each.id not in {reading.staff_id, other.staff_id})
    page = recruiter.get(at(campaign, reading.staff_id)).text
    assert "not begun" in page and "Give<" in page and reading.alias not in page and reading.public_id not in page
    address = at(campaign, f"{reading.staff_id}/readings/{reading.id}")
    for nobody in ("", "cake", other.staff_id, 999_999):
        assert recruiter.post(address, data=token(recruiter) | {"staff": nobody}).status_code == 422
    assert {each.id for each in readings(session)} == {reading.id, other.id}
    wrong = at(campaign, f"{free.id}/readings/{reading.id}")
    assert recruiter.post(wrong, data=token(recruiter) | {"staff": free.id}).status_code == 404
    assert recruiter.post(address, data=token(recruiter) | {"staff": free.id}).status_code == 303
    assert {each.staff_id for each in readings(session)} == {free.id, other.staff_id}
    assert recruiter.post(address, data=token(recruiter) | {"staff": free.id}).status_code == 404


def test_away_and_removed(session: Session, app: Flask, campaign: Campaign, recruiter: JudgingClient) -> None:
    away, *_others = a_sift(session, app, campaign, readers=3, applications=3)[0]
    assert recruiter.post(at(campaign, f"{away.id}/hand-over"), data=token(recruiter)).status_code == 303
    assert readings(session, away.id) == [] and len(readings(session)) == 6
    assert recruiter.post(at(campaign, f"{away.id}/remove"), data=token(recruiter)).status_code == 303
    assert away.id not in on_it(session, campaign)
    for page in ("remove", "hand-over"):
        assert recruiter.post(at(campaign, f"{away.id}/{page}"), data=token(recruiter)).status_code == 404
    assert recruiter.get(at(campaign, away.id)).status_code == 404


def test_the_list_of_sifts_counts_and_leads_on(
    session: Session, app: Flask, campaign: Campaign, recruiter: JudgingClient
) -> None:
    assert "No applications wait for a sift" in recruiter.get("/staff/shortlisting").text
    a_sift(session, app, campaign, applications=2)
    score_all(session, readings(session)[0])
    page = recruiter.get("/staff/shortlisting").text
    assert "1 of 4" in page and f'href="{at(campaign)}"' in page
    fragment = recruiter.get("/staff/shortlisting", headers={"HX-Request": "true"}).text
    assert "1 of 4" in fragment and "<html" not in fragment


def test_somebody_who_reads_and_moderates_sees_both_and_opens_nothing(
    session: Session, app: Flask, campaign: Campaign
) -> None:
    both = a_staff_member(session, Role.RECRUITER, Role.ASSESSOR)
    a_sift(session, app, campaign, readers=2)  # enough for the one that `both` opens under its name
    a_submitted(session, app, campaign)
    browser = browser_of(app, both)
    application = a_submitted(session, app, campaign)
    address = f"/staff/applications/{application.reference}"
    assert browser.get(address).status_code == 200
    browser.post(at(campaign, "add"), data=token(browser) | {"member": both.id})
    browser.post(at(campaign, "assign"), data=token(browser) | DAY)
    page = browser.get("/staff/shortlisting").text
    assert "To read" in page and "Campaigns" in page and 'role="search"' in page
    assert browser.get(address).status_code == 404, "until their scores are in"
    for reading in readings(session, both.id):
        score_all(session, reading)
    for other in on_it(session, campaign) - {both.id}:
        for reading in readings(session, other):
            score_all(session, reading)
    assert browser.get(address).status_code == 200


def division(session: Session, slug: str) -> int:
    return session.scalars(select(Division.id).where(Division.slug == slug)).one()


def test_another_divisions_campaign_is_not_there(session: Session, app: Flask, campaign: Campaign) -> None:
    readers, _sent = a_sift(session, app, campaign)
    reading = readings(session)[0]
    north = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=division(session, "north")))
    west = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west_division(session)))
    assert west.get(at(campaign)).status_code == 200 and campaign.slug in west.get("/staff/shortlisting").text
    assert north.get(at(campaign)).status_code == 404 and campaign.slug not in north.get("/staff/shortlisting").text
    posts = {
        "add": {"member": readers[0].id}, "assign": DAY, "due": DAY, f"{readers[0].id}/hand-over": {},
        f"{readers[0].id}/remove": {}, f"{readers[0].id}/readings/{reading.id}": {"staff": readers[1].id},
        f"reports/{reading.id}": {"piece": "words"},
    }  # fmt: skip
    for page, data in posts.items():
        assert north.post(at(campaign, page), data=token(north) | data).status_code == 404, page
    assert len(readings(session)) == 2 and len(on_it(session, campaign)) == 2


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RECRUITER])
def test_no_other_role_comes_near(session: Session, app: Flask, campaign: Campaign, role: Role) -> None:
    browser = browser_of(app, a_staff_member(session, role))
    assert browser.get(at(campaign)).status_code == 403 and browser.get(at(campaign, "1")).status_code == 403
    for page in ("add", "assign", "due", "1/remove", "1/hand-over", "1/readings/1", "reports/1"):
        assert browser.post(at(campaign, page), data=token(browser)).status_code == 403


def test_unknown_addresses_and_wrong_methods(campaign: Campaign, recruiter: JudgingClient) -> None:
    assert recruiter.get("/staff/shortlisting/no-such/assessors").status_code == 404
    assert recruiter.get(at(campaign, "999999")).status_code == 404
    for page in ("add", "assign", "due", "1/remove", "1/hand-over", "1/readings/1", "reports/1"):
        assert recruiter.get(at(campaign, page)).status_code == 405
    for page in ("1/remove", "1/hand-over", "1/readings/1", "reports/1", "99999999999/remove"):
        assert recruiter.post(at(campaign, page), data=token(recruiter)).status_code == 404


def test_the_page_costs_the_same_for_one_and_for_many(
    session: Session, app: Flask, campaign: Campaign, recruiter: JudgingClient
) -> None:
    a_sift(session, app, campaign)

    def cost(address: str) -> int:
        with statements() as found:
            assert recruiter.get(address).status_code == 200
        return len(found)

    addresses = (at(campaign), "/staff/shortlisting", at(campaign, readings(session)[0].staff_id))
    few = [cost(address) for address in addresses]
    a_sift(session, app, campaign, readers=2, applications=5)
    assert [cost(address) for address in addresses] == few and max(few) <= 22


def test_names_stay_away_from_the_readers_page(session: Session, app: Flask, campaign: Campaign) -> None:
    """A recruiter's page of readers shows staff and aliases, no applicant."""
    readers, _sent = a_sift(session, app, campaign, given_name="Ottoline", family_name="Quibell")
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    browser.canaries |= {"Ottoline", "Quibell"}
    for address in ("/staff/shortlisting", at(campaign), at(campaign, readers[0].id)):
        assert browser.get(address).status_code == 200
    assert isinstance(readers[0], StaffMember)
