"""The release of a shortlist, from the first letter shown to the last one told."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, State
from portal.domain.bulk.models import Run, RunState
from portal.domain.bulk.running import work_runs
from portal.domain.casework.deciding import decide
from portal.domain.casework.models import Decision, Verdict
from portal.domain.journeys.bulk_acts import ACTS
from portal.domain.messages.models import OutboxMail
from tests.support.boards import board, hidden, post, set_line
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


def finish(session: Session, app: Flask) -> Run:
    """Does what the worker would."""
    session.rollback()  # what was read before the run began would hide it
    while work_runs(session, ACTS) is not None:
        pass
    session.rollback()
    return session.scalars(select(Run)).one()


def release(browser: JudgingClient, sift: MadeSift, typed: str, part: str = "") -> TestResponse:
    address = board(sift, "/release" + part)
    page = browser.get(address).text
    data = {name: hidden(page, name) for name in ("token", "seal", "apart")}
    return post(browser, address, board(sift, "/release"), typed=typed, **data)


def test_everybody_is_told_together_once(
    session: Session, app: Flask, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    assert "Not ready to release" in recruiter.get(board(sift, "/release")).text
    set_line(recruiter, sift, str(sift.total(sift.points(4))))
    page = recruiter.get(board(sift, "/release")).text
    assert "Tell 5 people" in page
    for words in ("We would like to meet you", "You are on our reserve list", "Not this time", "number 1"):
        assert words in page
    assert not [each.reference for each in people if each.reference in page]
    assert sift.criteria[0].feedback in page.replace("&#39;", "'")
    assert release(recruiter, sift, "4").status_code == 422
    assert session.scalar(select(func.count()).select_from(Run)) == 0
    answer = release(recruiter, sift, "5")
    assert answer.status_code == 303 and "/staff/runs/" in answer.location
    run = finish(session, app)
    assert (run.state, run.done, run.left_out) == (RunState.FINISHED, 5, 0)
    states = [session.get_one(Application, each.id).state for each in people]
    assert states == [State.SHORTLISTED, State.SHORTLISTED, State.RESERVE, State.UNSUCCESSFUL, State.UNSUCCESSFUL]
    assert session.get_one(Application, people[2].id).reserve_place == 1
    assert session.get_one(Application, people[0].id).score == 100 * sift.total(sift.points(5))
    named = [name for name in session.scalars(select(OutboxMail.name)) if name.startswith("outcome")]
    assert sorted(named) == ["outcome_reserve"] + ["outcome_shortlisted"] * 2 + ["outcome_unsuccessful"] * 2
    page = recruiter.get(board(sift)).text
    assert "5 people told" in page
    assert "everybody has been told" in recruiter.get(board(sift, "/release")).text


def test_the_trackers_say_what_the_letters_said_and_nothing_before(
    session: Session, app: Flask, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    browsers = [browser_of(app, each.applicant) for each in people]
    set_line(recruiter, sift, str(sift.total(sift.points(4))))
    for each, browser in zip(people, browsers, strict=True):
        assert "We are reading your application" in browser.get(f"/applications/{each.reference}").text
    release(recruiter, sift, "5")
    finish(session, app)
    said = [browser.get(f"/applications/{each.reference}").text for each, browser in zip(people, browsers, strict=True)]
    assert "We would like to meet you" in said[0] and "Why</h2>" not in said[0]
    assert "You are on our reserve list" in said[2] and "number 1" in said[2]
    assert "was not successful" in said[4] and "Others scored higher" in said[4]
    decision = session.scalars(select(Decision).filter_by(application_id=people[4].id)).one()
    for line in decision.feedback.splitlines():
        assert line in said[4].replace("&#39;", "'")
    assert "/interest" in said[4] and "/roles/" in said[4]


def test_nobody_is_released_while_one_waits_unless_they_are_left_out_on_purpose(
    session: Session, app: Flask, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    waits = sent_in(session, app, sift, sift.points(3), None)
    set_line(recruiter, sift, str(sift.total(sift.points(4))))
    page = recruiter.get(board(sift, "/release")).text
    assert "Not ready to release" in page and "leave 1 application out" in page
    answer = post(recruiter, "/staff/account", board(sift, "/release"), typed="5", token="t", seal="s", apart="")
    assert answer.status_code == 409
    assert release(recruiter, sift, "5", "?apart=1").status_code == 303
    assert finish(session, app).done == 5
    assert session.get_one(Application, waits.id).state is State.SUBMITTED


def test_a_page_that_shows_others_than_there_are_now_asks_again(
    session: Session, app: Flask, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    set_line(recruiter, sift, str(sift.total(sift.points(4))))
    page = recruiter.get(board(sift, "/release")).text
    data = {name: hidden(page, name) for name in ("token", "apart")}
    answer = post(recruiter, "/staff/account", board(sift, "/release"), typed="5", seal="another", **data)
    assert answer.status_code == 409 and "this has changed" in answer.text
    assert session.scalar(select(func.count()).select_from(Run)) == 0


def test_a_page_that_shows_other_decisions_than_there_are_now_asks_again(
    session: Session, app: Flask, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    """The same five people, and one of them would have been told something else."""
    set_line(recruiter, sift, str(sift.total(sift.points(4))))
    page = recruiter.get(board(sift, "/release")).text
    data = {name: hidden(page, name) for name in ("token", "seal", "apart")}
    set_line(recruiter, sift, str(sift.total(sift.points(5))), version="1")
    answer = post(recruiter, "/staff/account", board(sift, "/release"), typed="5", **data)
    assert answer.status_code == 409 and "this has changed" in answer.text
    assert session.scalar(select(func.count()).select_from(Run)) == 0


def test_who_is_decided_on_anew_after_the_release_began_is_left_out(
    session: Session, app: Flask, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    set_line(recruiter, sift, str(sift.total(sift.points(4))))
    assert release(recruiter, sift, "5").status_code == 303
    decide(session, a_staff_member(session, Role.RECRUITER), people[0].id, Verdict.DECLINE, reason="conditions")
    run = finish(session, app)
    assert (run.done, run.left_out) == (4, 1)
    assert session.get_one(Application, people[0].id).state is State.SUBMITTED
    assert "somebody changed it since" in recruiter.get(f"/staff/runs/{run.id}").text


def test_a_release_sent_twice_is_one(
    session: Session, app: Flask, sift: MadeSift, people: list[Application], recruiter: JudgingClient
) -> None:
    set_line(recruiter, sift, str(sift.total(sift.points(4))))
    page = recruiter.get(board(sift, "/release")).text
    data = {name: hidden(page, name) for name in ("token", "seal", "apart")}
    first = post(recruiter, "/staff/account", board(sift, "/release"), typed="5", **data)
    finish(session, app)
    second = post(recruiter, "/staff/account", board(sift, "/release"), typed="5", **data)
    assert (first.status_code, second.status_code, first.location) == (303, 303, second.location)
