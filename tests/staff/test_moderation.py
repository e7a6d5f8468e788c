"""The moderation pages: the board under aliases, the line, and settling."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, Conflict, Relation
from portal.domain.bulk.models import Run
from portal.domain.campaigns.models import Division
from portal.domain.casework.deciding import provisional
from portal.domain.messages.models import OutboxMail
from portal.domain.shortlisting.models import CutOff, Entry, SettledScore
from portal.domain.shortlisting.sift import in_address
from tests.support.boards import alias_of, board, hidden, post, set_line
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.moderation import MadeSift, a_sift, sent_in
from tests.support.people import a_staff_member, browser_of


@pytest.fixture
def sift(session: Session) -> MadeSift:
    return a_sift(session)


@pytest.fixture
def recruiter(session: Session, app: Flask) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


@pytest.fixture
def people(session: Session, app: Flask, sift: MadeSift) -> list[Application]:
    """Totals of 5, 4, 3, 2 and 1 times the full weight."""
    return [sent_in(session, app, sift, sift.points(value), sift.points(value)) for value in (5, 4, 3, 2, 1)]


# The board


def test_the_board_knows_people_by_alias_alone(
    session: Session, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    page = recruiter.get(board(sift)).text
    for each in people:
        assert alias_of(session, each) in page
        assert each.reference not in page and each.applicant.email not in page
    assert "Okafor" not in page and "ME14" not in page
    rows = page.split("<tbody>")[1].split("</tbody>")[0]
    assert "Maidstone" not in rows and "Maidstone" in page  # a district stands in totals only
    assert page.index(alias_of(session, people[0])) < page.index(alias_of(session, people[1]))
    assert "First 45, second 45" in page and 'role="img"' in page
    assert "nothing is released yet" in page and "Too few" in page


def test_an_empty_sift_says_what_will_be_here(sift: MadeSift, recruiter: JudgingClient) -> None:
    assert "Nothing is scored yet" in recruiter.get(board(sift)).text


def test_a_look_at_another_line_sets_nothing(
    session: Session, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    full = sift.total(sift.points(5))
    page = recruiter.get(board(sift), query_string={"line": full, "reserves": 1}).text
    assert f"You are looking at a line at {full}" in page and "1 person" in page and "Reserve 1" in page
    fragment = recruiter.get(
        board(sift), query_string={"line": full, "reserves": 1}, headers={"HX-Request": "true"}
    ).text
    assert "<html" not in fragment and 'id="raise"' not in fragment and 'id="lower"' in fragment
    session.rollback()
    assert session.get(CutOff, sift.campaign.id) is None and provisional(session, [each.id for each in people]) == {}


@pytest.mark.parametrize("query", ["line=cake", "line=30&reserves=-4", "line=99999999&reserves=2", "show=x", "line="])
def test_an_address_that_makes_no_sense_shows_the_board(
    sift: MadeSift, people: list[Application], recruiter: JudgingClient, query: str
) -> None:
    assert recruiter.get(board(sift) + "?" + query).status_code == 200


def test_raise_and_lower_move_the_line_by_whole_ties(
    sift: MadeSift, people: list[Application], recruiter: JudgingClient, session: Session, app: Flask
) -> None:
    sent_in(session, app, sift, sift.points(4), sift.points(4))
    totals = {value: sift.total(sift.points(value)) for value in (3, 4, 5)}
    page = recruiter.get(board(sift), query_string={"line": totals[4], "reserves": 1}).text
    up, down = (page.split(f'id="{name}"')[1].split('value="')[1].split('"')[0] for name in ("raise", "lower"))
    assert (up, down) == (str(totals[5]), str(totals[3]))
    assert "Raise takes off 2 who tie" in page and "received later" in page


# Who may


@pytest.mark.parametrize("part", ["", "/release", "/settle/heron-1"])
@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.LIAISON, Role.ADMINISTRATOR])
def test_other_roles_see_nothing(
    session: Session, app: Flask, sift: MadeSift, people: list[Application], part: str, role: Role
) -> None:
    assert browser_of(app, a_staff_member(session, role)).get(board(sift, part)).status_code == 403


def test_another_division_finds_nothing_there_and_its_own_does(
    session: Session, app: Flask, sift: MadeSift, people: list[Application]
) -> None:
    north = session.scalars(select(Division.id).where(Division.name.startswith("North"))).one()
    alias = in_address(alias_of(session, people[0]))
    stranger = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=north))
    for part in ("", "/release", f"/settle/{alias}"):
        assert stranger.get(board(sift, part)).status_code == 404
    assert set_line(stranger, sift, "30").status_code == 404
    west = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west_division(session)))
    assert west.get(board(sift)).status_code == 200
    session.rollback()
    assert session.get(CutOff, sift.campaign.id) is None


def test_what_is_not_there(sift: MadeSift, people: list[Application], recruiter: JudgingClient) -> None:
    for address in ("/staff/shortlisting/no-such", board(sift, "/settle/heron-999999"), board(sift, "/settle/x'--")):
        assert recruiter.get(address).status_code == 404
    assert recruiter.get(board(sift, "/line")).status_code == 405
    assert recruiter.delete(board(sift)).status_code == 405


def test_a_reader_of_the_campaign_waits(session: Session, app: Flask, sift: MadeSift) -> None:
    both = a_staff_member(session, Role.RECRUITER, Role.ASSESSOR)
    a_sift(session, campaign=sift.campaign, reader_id=both.id)
    answer = browser_of(app, both).get(board(sift))
    assert answer.status_code == 403 and "when your own scores are in" in answer.text


def test_somebody_who_knows_one_of_them_sees_the_rest_and_sets_no_line(
    session: Session, app: Flask, sift: MadeSift, people: list[Application]
) -> None:
    member = a_staff_member(session, Role.RECRUITER)
    with unit_of_work(session):
        session.add(
            Conflict(staff_id=member.id, application_id=people[1].id, relation=Relation.FRIEND, declared_at=clock.now())
        )
    friend = browser_of(app, member)
    page = friend.get(board(sift)).text
    alias = alias_of(session, people[1])
    assert alias not in page and "kept from you" in page and "Apply the line" not in page
    assert friend.get(board(sift, f"/settle/{in_address(alias)}")).status_code == 404
    assert set_line(friend, sift, "30").status_code == 403


# The line


def test_the_line_decides_and_moves(
    session: Session, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    answer = set_line(recruiter, sift, str(sift.total(sift.points(4))))
    assert answer.status_code == 303
    page = recruiter.get(board(sift)).text
    assert "5 provisional decisions made or changed. Nobody has been told." in page
    assert "You are looking at" not in page
    session.rollback()
    assert len(provisional(session, [each.id for each in people])) == 5
    assert (
        session.scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.name.startswith("outcome"))) == 0
    )


@pytest.mark.parametrize(
    ("line", "reserves"), [("", "1"), ("cake", "1"), ("30", ""), ("30", "x"), ("30", "-1"), ("99", "1"), ("30", "1000")]
)
def test_a_bad_line_is_refused(
    session: Session, sift: MadeSift, people: list[Application], recruiter: JudgingClient, line: str, reserves: str
) -> None:
    assert set_line(recruiter, sift, line, reserves).status_code == 422
    session.rollback()
    assert session.get(CutOff, sift.campaign.id) is None


def test_two_tabs_moving_the_line_are_shown_each_other(
    session: Session, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    set_line(recruiter, sift, "40")
    answer = set_line(recruiter, sift, "20.5")
    assert answer.status_code == 409 and "40" in answer.text and "20.5" in answer.text
    assert hidden(answer.text, "version") == "1"
    session.rollback()
    assert session.get_one(CutOff, sift.campaign.id).score == 4000
    assert set_line(recruiter, sift, "20.5", version="1").status_code == 303


# Settling


def settle_page(session: Session, sift: MadeSift, application: Application) -> str:
    return board(sift, f"/settle/{in_address(alias_of(session, application))}")


def test_settling_shows_both_readings_and_the_answers_masked(
    session: Session, app: Flask, sift: MadeSift, recruiter: JudgingClient
) -> None:
    differs = sent_in(session, app, sift, sift.points(5), sift.points(1), veto="Threatens people")
    address = settle_page(session, sift, differs)
    page = recruiter.get(address).text
    assert "Words for 5" in page and "Words for 1" in page and "Threatens people" in page
    assert "phone tree" in page and differs.reference not in page and "Okafor" not in page
    points = {f"c{each.id}": "4" for each in sift.criteria}
    answer = post(recruiter, address, address, version=hidden(page, "version"), reason="The same story", **points)
    assert answer.status_code == 303 and answer.location.endswith(board(sift))
    session.rollback()
    entry = session.get_one(Entry, differs.id)
    assert entry.score == 100 * sift.total(sift.points(4)) and not entry.veto_upheld
    page = recruiter.get(address).text
    assert "The same story" in page


def test_what_was_typed_stays_when_something_is_missing(
    session: Session, app: Flask, sift: MadeSift, recruiter: JudgingClient
) -> None:
    differs = sent_in(session, app, sift, sift.points(5), sift.points(1))
    address = settle_page(session, sift, differs)
    first = sift.criteria[0]
    answer = post(recruiter, address, address, version="1", reason="", **{f"c{first.id}": "4"})
    assert answer.status_code == 422
    assert "Choose 1 to 5 points" in answer.text and "Say why" in answer.text
    assert re.search(rf'name="c{first.id}" value="4" checked', answer.text)
    strange = {f"c{each.id}": "9" for each in sift.criteria}
    assert post(recruiter, address, address, version="x", reason="Why", **strange).status_code == 422
    session.rollback()
    assert session.scalar(select(func.count()).select_from(SettledScore)) == 0


def test_two_moderators_settling_at_once_see_both(
    session: Session, app: Flask, sift: MadeSift, recruiter: JudgingClient
) -> None:
    differs = sent_in(session, app, sift, sift.points(5), sift.points(1))
    address = settle_page(session, sift, differs)
    version = hidden(recruiter.get(address).text, "version")

    def send(value: str, reason: str, seen: str) -> TestResponse:
        points = {f"c{each.id}": value for each in sift.criteria}
        return post(recruiter, address, address, version=seen, reason=reason, **points)

    assert send("2", "Weak, I think", version).status_code == 303
    answer = send("5", "Strong, I think", version)
    assert answer.status_code == 409
    assert "Weak, I think" in answer.text and "Strong, I think" in answer.text
    session.rollback()
    assert session.get_one(Entry, differs.id).settled_reason == "Weak, I think"
    assert send("5", "Strong, I think", hidden(answer.text, "version")).status_code == 303


def test_forms_with_parts_left_out_are_refused_not_broken(
    session: Session, app: Flask, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    set_line(recruiter, sift, str(sift.total(sift.points(4))))
    answer = post(recruiter, "/staff/account", board(sift, "/release"), typed="5")
    assert answer.status_code == 409 and session.scalar(select(func.count()).select_from(Run)) == 0
    differs = sent_in(session, app, sift, sift.points(5), sift.points(1))
    address = board(sift, f"/settle/{in_address(alias_of(session, differs))}")
    given = {f"c{each.id}": "3" for each in sift.criteria} | {"reason": "Between both"}
    for version in ({}, {"version": "\u00b2"}, {"version": "9" * 30}):
        assert post(recruiter, "/staff/account", address, **given, **version).status_code == 409


def test_every_page_costs_the_same_for_few_and_for_many(
    session: Session, app: Flask, sift: MadeSift, recruiter: JudgingClient
) -> None:
    def costs() -> list[int]:
        found = []
        for part in ("", "/release"):
            with statements() as sent:
                assert recruiter.get(board(sift, part)).status_code == 200
            found.append(len(sent))
        return found

    for value in (5, 3, 1):
        sent_in(session, app, sift, sift.points(value), sift.points(value))
    set_line(recruiter, sift, str(sift.total(sift.points(4))))
    few = costs()
    for value in (5, 5, 3, 3, 1, 1):
        sent_in(session, app, sift, sift.points(value), sift.points(value))
    set_line(recruiter, sift, str(sift.total(sift.points(4))), version="1")
    assert costs() == few
