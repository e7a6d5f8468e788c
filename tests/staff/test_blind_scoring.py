"""The scoring page: one's own readings alone, saved as one goes, nothing typed lost, two tabs never overwriting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Conflict
from portal.domain.campaigns.models import Campaign
from portal.domain.shortlisting.assigning import remove_assessor
from portal.domain.shortlisting.models import Assignment, Entry, Mask, Score, Settling
from tests.support.casework import statements
from tests.support.client import JudgingClient
from tests.support.live import form_token
from tests.support.make_campaigns import a_campaign
from tests.support.make_documents import set_clock
from tests.support.make_sifts import a_sift, readings, score_all, some_assessors
from tests.support.people import a_staff_member, an_applicant, browser_of

AFTER_CLOSE = datetime(2018, 1, 29, 10)
QUIETLY = {"HX-Request": "true"}


@pytest.fixture
def campaign(session: Session, settings: Settings) -> Campaign:
    set_clock(settings, AFTER_CLOSE)
    return a_campaign(session)


@pytest.fixture
def reading(session: Session, app: Flask, campaign: Campaign) -> Assignment:
    """With a mask or two in its answer."""
    with clock.at(AFTER_CLOSE):
        a_sift(
            session, app, campaign, given_name="Ottoline", family_name="Quibell",
            why="I am Ottoline and I keep the rota. Ask at the chip shop with the blue door.",
        )  # fmt: skip
    return readings(session)[0]


@pytest.fixture
def reader(session: Session, app: Flask, reading: Assignment) -> JudgingClient:
    return browser_of(app, session.get_one(StaffMember, reading.staff_id))


def at(reading: Assignment, page: str = "") -> str:
    return f"/staff/shortlisting/read/{reading.public_id}" + (f"/{page}" if page else "")


def fields(page: str) -> dict[str, str]:
    """The hidden fields of a scoring page."""
    found = {}
    for name in ("csrf_token", "version", "reading"):
        found[name] = page.split(f'name="{name}" value="')[-1].split('"')[0]
    return found


def send(reader: JudgingClient, reading: Assignment, position: int = 1, page: str = "", **more: Any) -> TestResponse:
    """Presses the button of a criterion's page."""
    page = page or reader.get(at(reading, str(position))).text
    headers = more.pop("headers", {})
    return reader.post(at(reading, str(position)), data=fields(page) | more, headers=headers)


def kept(session: Session) -> list[tuple[int, str]]:
    session.rollback()
    return [(row.points, row.words) for row in session.scalars(select(Score).order_by(Score.criterion_id))]


def test_the_page_holds_the_answer_beside_its_anchors_and_no_way_to_whose_it_is(
    reading: Assignment, reader: JudgingClient
) -> None:
    assert reader.get(at(reading)).headers["Location"] == at(reading, "1")
    page = reader.get(at(reading, "1")).text
    assert f"<h1>{reading.alias}" in page and "name hidden" in page and "Ottoline" not in page
    assert "Easier for" not in page and page.count('type="radio"') == 5
    assert "Others' scores:" in page and "not shown until yours are all in" in page
    assert 'role="search"' not in page and 'href="/staff/applications"' not in page
    assert "1 piece hidden by the service" in page


def test_scoring_from_the_first_criterion_to_the_last_and_on_to_the_next(
    session: Session, reading: Assignment, reader: JudgingClient
) -> None:
    assert send(reader, reading, 1, points="4", words="31 doors").headers["Location"] == at(reading, "2")
    assert "You gave 4" in reader.get(at(reading, "2")).text
    for position in range(2, 6):
        answer = send(reader, reading, position, points="3")
    assert answer.headers["Location"] == at(reading)
    review = reader.get(at(reading)).text
    assert "Check your scores" in review and "<b>29</b> of 45" in review and "31 doors" in review
    token = reader.tokens(review)
    done = reader.post(at(reading, "finish"), data=token)
    assert (done.status_code, done.headers["Location"]) == (303, "/staff/shortlisting")
    listed = reader.get("/staff/shortlisting").text
    assert "You have nothing more to read" in listed and "not yet" in listed
    assert reader.get(at(reading, "1")).headers["Location"] == at(reading)
    assert "Finished" in reader.get(at(reading)).text
    assert reader.post(at(reading, "finish"), data=token).status_code == 303, "a second click changes nothing"
    other = readings(session)[1]
    score_all(session, other, [3] * 5)
    assert '<td class="v-num" data-label="The other gave">27</td>' in reader.get("/staff/shortlisting").text
    session.rollback()
    assert session.get_one(Entry, reading.application_id).state is Settling.AGREED


def test_a_field_that_is_left_is_kept_quietly(session: Session, reading: Assignment, reader: JudgingClient) -> None:
    page = reader.get(at(reading, "1")).text
    first = send(reader, reading, page=page, points="2", headers=QUIETLY)
    assert first.status_code == 200 and "Saved 10:00" in first.text and 'name="version" value="1"' in first.text
    assert "<html" not in first.text and kept(session) == [(2, "")]
    again = send(reader, reading, page=first.text.replace("csrf_token", "") + page.split("<form")[0], points="2",
                 words="31 doors", headers=QUIETLY, csrf_token=fields(page)["csrf_token"])  # fmt: skip
    assert again.status_code == 200 and kept(session) == [(2, "31 doors")]


def test_words_without_points_wait_and_are_not_lost(
    session: Session, reading: Assignment, reader: JudgingClient
) -> None:
    quietly = send(reader, reading, words="31 doors", headers=QUIETLY)
    assert quietly.status_code == 422 and "Not saved yet: choose 1 to 5 points" in quietly.text
    for more in ({}, {"back": "yes"}):
        answer = send(reader, reading, words="31 doors", **more)
        assert answer.status_code == 422 and "31 doors</textarea>" in answer.text and "points-error" in answer.text
    assert kept(session) == []
    assert send(reader, reading).status_code == 422, "the button needs points"
    assert send(reader, reading, back="yes").headers["Location"] == "/staff/shortlisting"
    assert send(reader, reading, 2, back="yes", points="3").headers["Location"] == at(reading, "1")


@pytest.mark.parametrize("points", ["0", "6", "cake", "1e1", "٣"])
def test_points_that_are_none(session: Session, reading: Assignment, reader: JudgingClient, points: str) -> None:
    answer = send(reader, reading, points=points, words="31 doors")
    assert answer.status_code == 422 and "31 doors</textarea>" in answer.text and kept(session) == []


@pytest.mark.parametrize(("name", "length"), [("words", 2001), ("veto", 1001)])
def test_too_many_words_are_refused_beside_their_box(
    session: Session, reading: Assignment, reader: JudgingClient, name: str, length: int
) -> None:
    answer = send(reader, reading, points="3", **{name: "w" * length})
    assert answer.status_code == 422 and f"{name}-error" in answer.text and "w" * length in answer.text
    assert kept(session) == []


@pytest.mark.parametrize("version", ["", "cake", "-1", "99999999999999999999", "²"])
def test_a_version_that_is_none_is_the_first(
    session: Session, reading: Assignment, reader: JudgingClient, version: str
) -> None:
    page = reader.get(at(reading, "1")).text
    data = fields(page) | {"version": version, "points": "3"}
    assert reader.post(at(reading, "1"), data=data).status_code == 303 and kept(session) == [(3, "")]


def test_two_tabs_show_both_values_and_lose_nothing(
    session: Session, reading: Assignment, reader: JudgingClient
) -> None:
    first, second = reader.get(at(reading, "1")).text, reader.get(at(reading, "1")).text
    assert send(reader, reading, page=first, points="4", words="the first tab").status_code == 303
    quietly = send(reader, reading, page=second, points="2", words="the second tab", headers=QUIETLY)
    assert quietly.status_code == 422 and "Changed in another tab" in quietly.text
    clash = send(reader, reading, page=second, points="2", words="the second tab", asks="y")
    assert clash.status_code == 409
    for shown in ("theirs", "yours", "the first tab", "the second tab</textarea>", "asked for"):
        assert shown in clash.text
    assert kept(session) == [(4, "the first tab")]
    assert send(reader, reading, page=clash.text, points="2", words="the second tab", asks="y").status_code == 303
    assert kept(session) == [(2, "the second tab")]


def test_a_wish_for_moderation_and_a_veto_are_kept_with_any_criterion(
    session: Session, reading: Assignment, reader: JudgingClient
) -> None:
    send(reader, reading, 3, points="3", asks="y", veto="Threatens somebody")
    session.rollback()
    row = session.get_one(Assignment, reading.id)
    assert (row.asks_moderation, row.veto) == (True, "Threatens somebody")
    page = reader.get(at(reading, "1")).text
    assert "checked> Ask for moderation" in page and '<details class="v-veto v-s" open>' in page
    send(reader, reading, 1, points="3")
    session.rollback()
    assert not session.get_one(Assignment, reading.id).asks_moderation, "unticked is taken back"


def test_finishing_early_is_refused(reading: Assignment, reader: JudgingClient) -> None:
    token = reader.tokens(reader.get(at(reading, "1")).text)
    answer = reader.post(at(reading, "finish"), data=token)
    assert answer.status_code == 422 and "not scored yet" in answer.text


def test_i_think_i_know_this_person(session: Session, reading: Assignment, reader: JudgingClient) -> None:
    page = reader.get(at(reading, "know")).text
    assert reader.post(at(reading, "know"), data=reader.tokens(page)).status_code == 422
    answer = reader.post(at(reading, "know"), data=reader.tokens(page) | {"relation": "friend"})
    assert answer.status_code == 303
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Conflict)) == 1
    for page in ("", "1", "know", "shows-who"):
        assert reader.get(at(reading, page)).status_code == 404
    assert reader.post(at(reading, "1"), data={"csrf_token": form_token(reader.application)}).status_code == 404


def test_something_still_shows_who_this_is(
    session: Session, app: Flask, campaign: Campaign, reading: Assignment, reader: JudgingClient
) -> None:
    page = reader.get(at(reading, "shows-who")).text
    for piece in ("", "x", "w" * 201):
        assert reader.post(at(reading, "shows-who"), data=reader.tokens(page) | {"piece": piece}).status_code == 422
    piece = {"piece": "the chip shop  with the BLUE door"}
    assert reader.post(at(reading, "shows-who"), data=reader.tokens(page) | piece).status_code == 303
    page = reader.get(at(reading, "1")).text
    assert "chip shop" not in page and "a recruiter looks at it" in page
    other = readings(session)[1]
    second = browser_of(app, session.get_one(StaffMember, other.staff_id))
    assert (
        "chip shop" not in second.get(at(other, "1")).text
        and "being looked at" in reader.get("/staff/shortlisting").text
    )
    recruiter = browser_of(app, a_staff_member(session, Role.RECRUITER))
    board = recruiter.get(f"/staff/shortlisting/{campaign.slug}/assessors").text
    assert "chip shop with the BLUE door" in board
    address = f"/staff/shortlisting/{campaign.slug}/assessors/reports/{reading.id}"
    refused = recruiter.post(address, data=recruiter.tokens(board) | {"piece": "x"})
    assert refused.status_code == 422
    assert recruiter.post(address, data=recruiter.tokens(board) | {"piece": "chip shop"}).status_code == 303
    session.rollback()
    assert b"chip" not in session.scalars(select(Mask.sealed)).one()
    page = reader.get(at(reading, "1")).text
    assert "chip shop" not in page and "blue door" in page and "a recruiter looks" not in page
    assert recruiter.post(address, data=recruiter.tokens(board)).status_code == 404, "it is settled"


def test_words_that_tell_nothing_are_shown_again(
    session: Session, app: Flask, campaign: Campaign, reading: Assignment, reader: JudgingClient
) -> None:
    page = reader.get(at(reading, "shows-who")).text
    reader.post(at(reading, "shows-who"), data=reader.tokens(page) | {"piece": "chip shop"})
    recruiter = browser_of(app, a_staff_member(session, Role.RECRUITER))
    address = f"/staff/shortlisting/{campaign.slug}/assessors"
    data = recruiter.tokens(recruiter.get(address).text) | {"leave": "yes"}
    assert recruiter.post(f"{address}/reports/{reading.id}", data=data).status_code == 303
    assert "chip shop" in reader.get(at(reading, "1")).text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Mask)) == 0


def test_anybody_elses_reading_is_not_there(
    session: Session, app: Flask, campaign: Campaign, reading: Assignment
) -> None:
    """The other reader of the same application, a reader of another one, and one who reads nothing."""
    other = session.get_one(StaffMember, readings(session)[1].staff_id)
    for member in (other, *some_assessors(session, campaign, 1), a_staff_member(session, Role.ASSESSOR)):
        browser = browser_of(app, member)
        data = {"csrf_token": form_token(app), "points": "1", "relation": "friend", "piece": "chip shop"}
        for page in ("", "1", "know", "shows-who"):
            assert browser.get(at(reading, page)).status_code == 404
        for page in ("1", "finish", "look", "know", "shows-who"):
            assert browser.post(at(reading, page), data=data).status_code == 404
    session.rollback()
    row = session.get_one(Assignment, reading.id)
    assert (row.version, row.shows_who, row.completed_at, row.stepped_down_at) == (1, None, None, None)
    assert kept(session) == []


@pytest.mark.parametrize("how", ["removed", "expired", "disabled"])
def test_who_may_no_longer_read_reads_no_more(
    session: Session, app: Flask, campaign: Campaign, reading: Assignment, reader: JudgingClient, how: str
) -> None:
    page = reader.get(at(reading, "1")).text
    member = session.get_one(StaffMember, reading.staff_id)
    if how == "removed":
        remove_assessor(session, a_staff_member(session, Role.RECRUITER), campaign.id, member.id)
    else:
        with unit_of_work(session):
            member.roles[0].ends_on = AFTER_CLOSE.date() - timedelta(days=1) if how == "expired" else None
            member.disabled_at = clock.wall() if how == "disabled" else None
    want = {"removed": 404, "expired": 403, "disabled": 303}[how]
    assert reader.get(at(reading, "1")).status_code == want
    assert send(reader, reading, page=page, points="5").status_code == want
    assert kept(session) == []
    if how != "disabled":
        assert reading.alias not in reader.get("/staff/shortlisting").text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ASSESSOR])
def test_no_other_role_reads(session: Session, app: Flask, reading: Assignment, role: Role) -> None:
    browser = browser_of(app, a_staff_member(session, role))
    for page in ("", "1", "know", "shows-who"):
        assert browser.get(at(reading, page)).status_code == 403
    token = {"csrf_token": form_token(app)}
    for page in ("1", "finish", "look", "know", "shows-who"):
        assert browser.post(at(reading, page), data=token).status_code == 403
    assert browser.get("/staff/shortlisting").status_code == (200 if role is Role.RECRUITER else 403)


def test_strangers_applicants_and_half_signed_in_staff_are_sent_away(
    session: Session, app: Flask, reading: Assignment
) -> None:
    half = browser_of(app, session.get_one(StaffMember, reading.staff_id), second_factor=False)
    for browser in (app.test_client(), browser_of(app, an_applicant(session)), half):
        for address in ("/staff/shortlisting", "/staff/shortlisting/known", at(reading, "1")):
            assert browser.get(address).status_code in {302, 303}


def test_unknown_addresses_and_wrong_methods(reading: Assignment, reader: JudgingClient) -> None:
    for page in ("0", "6", "99", "cake"):
        assert reader.get(at(reading, page)).status_code == 404
    token = {"csrf_token": form_token(reader.application)}
    assert reader.post(at(reading, "6"), data=token).status_code == 404
    assert reader.post(at(reading, "look"), data=token).status_code == 404, "it is no quick look"
    for page in ("finish", "look"):
        assert reader.get(at(reading, page)).status_code == 405
    assert reader.post(at(reading), data=token).status_code == 405
    assert reader.post(at(reading, "1"), data={"points": "3"}).status_code == 400


def test_the_list_and_the_page_cost_the_same_for_one_and_for_many(
    session: Session, app: Flask, campaign: Campaign, reading: Assignment, reader: JudgingClient
) -> None:
    def cost(address: str) -> int:
        with statements() as found:
            assert reader.get(address).status_code == 200
        return len(found)

    listed, page = cost("/staff/shortlisting"), cost(at(reading, "1"))
    with clock.at(AFTER_CLOSE):
        a_sift(session, app, campaign, readers=1, applications=6)
    more = readings(session, reading.staff_id)
    assert len(more) > 3
    for each in more[1:3]:
        score_all(session, each)
    assert cost("/staff/shortlisting") <= listed + 2 and cost("/staff/shortlisting") <= 9
    assert cost(at(reading, "1")) == page and page <= 18


def test_a_quick_look(session: Session, app: Flask, campaign: Campaign) -> None:
    with unit_of_work(session):
        campaign.triage = True
    with clock.at(AFTER_CLOSE):
        a_sift(session, app, campaign)
    look = readings(session)[0]
    reader = browser_of(app, session.get_one(StaffMember, look.staff_id))
    page = reader.get(at(look)).text
    assert "Quick look" in page and "Why do you want to volunteer" in page
    assert reader.get(at(look, "1")).status_code == 404
    for said in ({}, {"verdict": "cake"}, {"verdict": "decline"}):
        answer = reader.post(at(look, "look"), data=reader.tokens(page) | said)
        assert answer.status_code == 422
    assert reader.post(at(look, "look"), data=reader.tokens(page) | {"verdict": "read_on"}).status_code == 303
    assert len(readings(session, application_id=look.application_id)) == 3
    assert "You have looked at this one" in reader.get(at(look)).text


def test_whom_one_knows_is_for_oneself_alone(session: Session, app: Flask, reading: Assignment) -> None:
    member = a_staff_member(session, Role.RECRUITER)
    browser, other = browser_of(app, member), browser_of(app, session.get_one(StaffMember, reading.staff_id))
    address = "/staff/shortlisting/known"
    token = browser.tokens(browser.get(address).text)
    for said in (
        {"name": "Ann", "relation": "friend"},
        {"name": "Ann Other"},
        {"name": "Ann Other", "relation": "self"},
    ):
        answer = browser.post(address, data=token | said)
        assert answer.status_code == 422 and said["name"] in answer.text
    assert browser.post(address, data=token | {"name": "Ann Other", "relation": "friend"}).status_code == 303
    page = browser.get(address).text
    assert "Ann Other" in page and "Ann Other" not in other.get(address).text
    forget = page.split('action="/staff/shortlisting/known/')[1].split('"')[0]
    assert other.post(f"{address}/{forget}", data={"csrf_token": form_token(app)}).status_code == 404
    assert browser.post(f"{address}/{forget}", data=token).status_code == 303
    assert "Ann Other" not in browser.get(address).text
