"""The register as a device asks for it and sends marks to it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.attendance.models import Mark, MarkStep, Presence, RegisterNote
from tests.support.client import JudgingClient
from tests.support.live import form_token
from tests.support.people import a_staff_member, browser_of
from tests.support.registers import Day, a_day
from tests.support.stage import statements
from tests.support.trainees import a_trainee, trainees


@pytest.fixture
def day(app: Flask, session: Session) -> Day:
    return a_day(session, app)


@pytest.fixture
def phone(app: Flask, day: Day) -> JudgingClient:
    return browser_of(app, day.trainer)


def address(day: Day, part: str) -> str:
    return f"/staff/cohorts/{day.cohort.id}/register/{day.session_id}/{part}"


def state(phone: JudgingClient, day: Day) -> dict[str, Any]:
    answer = phone.get(address(day, "state"), headers={"Accept": "application/json"})
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.get_json()
    return found


def a_mark(number: Any, key: str = "device-0001", **changes: Any) -> dict[str, Any]:
    return {
        "key": key, "trainee": number, "presence": "present", "late": 0, "left": 0, "reason": None,
        "source": "register", "why": None, "seen": 0, "made_at": clock.now().isoformat(),
    } | changes  # fmt: skip


def a_note(key: str = "note-00001", **changes: Any) -> dict[str, Any]:
    return {"key": key, "trainee": None, "walk_in": False, "text": "Rain", "made_at": clock.now().isoformat()} | changes


def send(phone: JudgingClient, day: Day, **body: Any) -> list[dict[str, Any]]:
    token = state(phone, day)["token"]
    answer = phone.post(address(day, "marks"), json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()["results"]
    return found


def rows(session: Session, *tables: Any) -> list[int]:
    """How many there are now, other connections' included."""
    session.rollback()
    return [session.scalar(select(func.count()).select_from(each)) or 0 for each in tables]


def test_the_state_says_who_stands_how(phone: JudgingClient, day: Day, session: Session) -> None:
    waiting = a_trainee(session, day.cohort, started=False)
    send(phone, day, marks=[a_mark(day.people[0].id, late=12)])
    found = state(phone, day)
    assert found["session"]["title"] == "Day 1" and found["session"]["cohort"] == day.cohort.name
    assert found["who"] == day.trainer.id and found["conflicts"] == [] and found["waiting_walk_ins"] == 0
    people = {each["id"]: each for each in found["trainees"]}
    assert set(people) == {each.id for each in day.people} | {waiting.id}
    first = people[day.people[0].id]
    assert (first["presence"], first["late"], first["version"], first["by"]) == ("present", 12, 1, day.trainer.name)
    assert people[waiting.id]["may_take_part"] is False and people[waiting.id]["expected"] is False
    assert people[day.people[1].id]["expected"] is True
    assert set(first) == {
        "id", "name", "hint", "may_take_part", "expected", "guest", "code_hash", "presence", "late", "left", "reason",
        "version", "by",
    }  # fmt: skip


def test_marks_answer_in_order_and_a_bad_one_stops_nobody(phone: JudgingClient, day: Day, session: Session) -> None:
    one, two, three = (each.id for each in day.people[:3])
    marks: list[Any] = [
        a_mark(one, "device-0001", late=4),
        a_mark(99_999, "device-0002"),
        "not a mark",
        a_mark(two, "device-0003", presence="excused", reason="nonsense"),
        a_mark(three, "device-0004", presence="absent"),
        a_mark(one, "device-0001", late=4),
    ]
    results = send(phone, day, marks=marks, notes=[a_note()])
    assert [each["outcome"] for each in results] == ["kept", "refused", "refused", "refused", "kept", "again", "kept"]
    assert [each["key"] for each in results][2] is None and results[3]["why"] == "Choose why they are excused"
    assert results[0]["mark"] == {
        "trainee": one, "presence": "present", "late": 4, "left": 0, "reason": None, "version": 1,
        "by": day.trainer.name,
    }  # fmt: skip
    assert rows(session, Mark) == [2]


def test_sent_again_nothing_happens_again(phone: JudgingClient, day: Day, session: Session) -> None:
    body = {"marks": [a_mark(day.people[0].id)], "notes": [a_note(), a_note("note-00002", walk_in=True, text="Sam")]}
    for _ in range(3):
        send(phone, day, **body)
    assert rows(session, Mark, MarkStep, RegisterNote) == [1, 1, 2]
    assert state(phone, day)["waiting_walk_ins"] == 1


def test_what_differs_waits_and_is_told(app: Flask, phone: JudgingClient, day: Day) -> None:
    trainee = day.people[0].id
    send(phone, day, marks=[a_mark(trainee)])
    theirs = browser_of(app, day.other)
    (result,) = send(theirs, day, marks=[a_mark(trainee, "device-0002", presence="absent")])
    assert (result["outcome"], result["mark"]["presence"]) == ("conflict", "present")
    (conflict,) = state(phone, day)["conflicts"]
    assert (conflict["trainee"], conflict["presence"], conflict["by"]) == (trainee, "absent", day.other.name)


@pytest.mark.parametrize(
    "changes",
    [
        {"made_at": "yesterday"}, {"made_at": "0001-01-01T00:00:00Z"}, {"made_at": 5}, {"late": -1}, {"late": "4"},
        {"late": 1e9}, {"late": True}, {"seen": 2**40}, {"presence": "here"}, {"source": "self"},
        {"source": "correction"}, {"key": 7}, {"key": "a b"}, {"trainee": None}, {"trainee": "1"},
        {"why": "because"}, {"reason": "work"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(phone: JudgingClient, day: Day, changes: dict[str, Any]) -> None:
    (result,) = send(phone, day, marks=[a_mark(day.people[0].id) | changes])
    assert result["outcome"] == "refused" and result["why"]


@pytest.mark.parametrize("body", [None, [], "x", {"marks": {}}, {"marks": [{}] * 501}])
def test_a_body_of_another_shape_is_422(phone: JudgingClient, day: Day, body: Any) -> None:
    token = state(phone, day)["token"]
    answer = phone.post(address(day, "marks"), json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 422


def test_without_the_token_nothing_is_taken(phone: JudgingClient, day: Day, session: Session) -> None:
    answer = phone.post(address(day, "marks"), json={"marks": [a_mark(day.people[0].id)]}, headers={"X-CSRFToken": "x"})
    assert answer.status_code == 400 and rows(session, Mark) == [0]


def test_whoever_is_signed_out_is_told_where_the_door_is(client: JudgingClient, day: Day) -> None:
    for answer in (
        client.get(address(day, "state"), headers={"Accept": "application/json"}),
        client.post(address(day, "marks"), json={}, headers={"Accept": "application/json"}),
    ):
        assert answer.status_code == 401 and answer.get_json()["sign_in"].startswith("/staff/sign-in?next=")


def test_a_trainer_of_another_cohort_finds_nothing(app: Flask, session: Session, day: Day) -> None:
    elsewhere = a_day(session, app, people=1)
    stranger = browser_of(app, elsewhere.trainer)
    assert stranger.get(address(day, "state")).status_code == 404
    token = state(stranger, elsewhere)["token"]
    sent = {"marks": [a_mark(day.people[0].id)]}
    answer = stranger.post(address(day, "marks"), json=sent, headers={"X-CSRFToken": token})
    assert answer.status_code == 404
    (result,) = send(stranger, elsewhere, **sent)
    assert result["outcome"] == "refused"
    other = f"/staff/cohorts/{elsewhere.cohort.id}/register/{day.session_id}/state"
    assert browser_of(app, day.trainer).get(other).status_code == 404


def test_statements_are_fixed_whatever_the_number(app: Flask, session: Session) -> None:
    counts = []
    for people in (3, 40):
        day = a_day(session, app, people=people)
        phone = browser_of(app, day.trainer)
        state(phone, day)
        with statements() as sent:
            assert len(state(phone, day)["trainees"]) == people
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 14, sent


def test_one_mark_costs_few_statements(app: Flask, session: Session) -> None:
    counts = []
    for people in (3, 40):
        day = a_day(session, app, people=people)
        phone = browser_of(app, day.trainer)
        token = state(phone, day)["token"]
        body = {"marks": [a_mark(day.people[0].id, f"device-{people:05}")]}
        with statements() as sent:
            phone.post(address(day, "marks"), json=body, headers={"X-CSRFToken": token})
        session.rollback()
        assert session.get_one(Mark, (day.session_id, day.people[0].id)).presence is Presence.PRESENT
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 14, sent


def test_somebody_who_joins_later_is_not_expected_on_earlier_days(app: Flask, session: Session, day: Day) -> None:
    with clock.at(clock.now().replace(day=29)):
        joined = trainees(session, day.cohort, 1)[0]
    people = {each["id"]: each for each in state(browser_of(app, day.trainer), day)["trainees"]}
    assert people[joined.id]["expected"] is False and people[joined.id]["hint"] == "Joined after this day"


def test_a_walk_in_reaches_whoever_gives_places(app: Flask, phone: JudgingClient, day: Day, session: Session) -> None:
    send(phone, day, notes=[a_note("note-00001", walk_in=True, text="Alex Marsh, 07700 900123")])
    recruiter = browser_of(app, a_staff_member(session, Role.RECRUITER))
    places, page = f"/staff/cohorts/{day.cohort.id}/places", f"/staff/cohorts/{day.cohort.id}/walk-ins"
    assert "1 person came who was not listed" in recruiter.get(places).text
    assert "Alex Marsh, 07700 900123" in recruiter.get(page).text
    (number,) = session.scalars(select(RegisterNote.id)).all()
    sent = {"csrf_token": form_token(app)}
    assert recruiter.post(f"{page}/999999/dealt-with", data=sent).status_code == 404
    for _ in range(2):
        assert recruiter.post(f"{page}/{number}/dealt-with", data=sent).status_code == 303
    assert "not listed" not in recruiter.get(places).text and state(phone, day)["waiting_walk_ins"] == 0
    assert phone.get(page).status_code == 403
