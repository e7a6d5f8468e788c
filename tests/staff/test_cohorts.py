"""Cohorts as planners and trainers see them: found, planned, moved, called off, and never shown to whoever may not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.campaigns.models import Division
from portal.domain.messages.models import OutboxMail
from portal.domain.training import proposing
from portal.domain.training.models import Cohort, Module, SessionTrainer, TrainingSession
from portal.domain.training.moving import trainers_of
from portal.web.written import day_shown
from tests.support.casework import statements
from tests.support.client import JudgingClient
from tests.support.interviews import a_venue
from tests.support.live import form_token
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import set_clock
from tests.support.people import a_staff_member, browser_of
from tests.support.trainees import trainees
from tests.support.training import COHORT_AT, a_cohort, a_trainer, sessions_of, the_course

NOW = COHORT_AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def in_march(app: Flask) -> Any:
    """1 March 2018: before the pilot's course."""
    set_clock(app.config["PORTAL"], NOW)
    clock.use_offset(clock.read_offset(app.config["PORTAL"].clock_file))
    yield
    clock.use_offset(timedelta())


def west(session: Session) -> int:
    return session.scalars(select(Division.id).filter_by(slug="west")).one()


def a_recruiter(app: Flask, session: Session, **held: Any) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER, **held))


def sent(app: Flask, browser: JudgingClient, address: str, fields: dict[str, Any]) -> Any:
    return browser.post(address, data={"csrf_token": form_token(app), **fields})


def fresh(session: Session) -> None:
    """Reads from here on what requests committed."""
    session.rollback()
    session.expire_all()


def plan_fields(session: Session, **changes: Any) -> dict[str, Any]:
    given = {
        "version_id": str(the_course(session).id), "campaign_id": str(the_pilot(session).id), "division_id": "",
        "name": "West cohort 1", "capacity": "24", "first": "28 April 2018", "venue_id": str(a_venue(session).id),
        "room": "Room 1", "room_places": "30",
    }  # fmt: skip
    return given | changes


def day_fields(session: Session, found: TrainingSession, **changes: Any) -> dict[str, Any]:
    given = {
        "version": str(found.version), "title": found.title, "day": day_shown(clock.london(found.starts_at).date()),
        "starts": "9am", "ends": "5pm", "venue_id": str(found.venue_id or ""), "room": found.room, "room_places": "",
        "materials": found.materials, "trainer_ids": [str(key) for key in trainers_of(session, [found.id])[found.id]],
    }  # fmt: skip
    return given | changes


def test_the_list_shows_what_runs_what_comes_and_what_is_not_published(app: Flask, session: Session) -> None:
    recruiter = a_recruiter(app, session)
    assert "No cohort is planned yet" in recruiter.get("/staff/cohorts").text
    coming, draft = a_cohort(session), a_cohort(session, published=False)
    trainees(session, coming, 3)
    page = recruiter.get("/staff/cohorts").text
    assert page.index("To come") < page.index(coming.name) < page.index("Not published yet") < page.index(draft.name)
    assert "3 of 24" in page and "Sat 28 Apr to Sun 24 Jun 2018" in page


def test_the_list_is_as_many_statements_for_many_as_for_few(app: Flask, session: Session) -> None:
    recruiter = a_recruiter(app, session)
    a_cohort(session, days=2, trainers=[a_trainer(session)])
    with statements() as few:
        assert recruiter.get("/staff/cohorts").status_code == 200
    for _ in range(4):
        trainees(session, a_cohort(session, days=2, trainers=[a_trainer(session)]), 2)
    with statements() as many:
        assert recruiter.get("/staff/cohorts").status_code == 200
    assert len(many) == len(few)


def test_a_cohorts_days_are_as_many_statements_for_many_as_for_few(app: Flask, session: Session) -> None:
    recruiter = a_recruiter(app, session)
    short, long = a_cohort(session, days=2), a_cohort(session, trainers=[a_trainer(session), a_trainer(session)])
    trainees(session, long, 3)
    few_page, many_page = f"/staff/cohorts/{short.id}/dates", f"/staff/cohorts/{long.id}/dates"
    session.rollback()
    with statements() as few:
        assert recruiter.get(few_page).status_code == 200
    with statements() as many:
        assert recruiter.get(many_page).status_code == 200
    assert len(many) == len(few)


def test_a_trainer_finds_the_register_from_the_list(app: Flask, session: Session) -> None:
    trainer = a_trainer(session)
    cohort = a_cohort(session, trainers=[trainer], days=2)
    assert f"/staff/cohorts/{cohort.id}/register" in browser_of(app, trainer).get("/staff/cohorts").text


def test_a_trainer_sees_the_cohorts_they_teach_and_no_other(app: Flask, session: Session) -> None:
    trainer, other = a_trainer(session), a_trainer(session)
    own, foreign = a_cohort(session, trainers=[trainer], days=2), a_cohort(session, trainers=[other], days=2)
    draft = a_cohort(session, trainers=[trainer], days=2, published=False, first=date(2018, 6, 2))
    browser = browser_of(app, trainer)
    page = browser.get("/staff/cohorts").text
    assert own.name in page and foreign.name not in page and draft.name not in page
    assert "Plan a cohort" not in page
    seen = browser.get(f"/staff/cohorts/{own.id}/dates")
    assert seen.status_code == 200 and "Move or change" not in seen.text
    for hidden in (foreign, draft):
        assert browser.get(f"/staff/cohorts/{hidden.id}/dates").status_code == 404


def test_a_substitute_reaches_no_cohort(app: Flask, session: Session) -> None:
    substitute, cohort = a_trainer(session), a_cohort(session, days=2)
    with unit_of_work(session):
        session.add(
            SessionTrainer(
                session_id=sessions_of(session, cohort)[0].id, staff_id=substitute.id, substitute=True,
                added_by=cohort.created_by, added_at=clock.now(),
            )
        )  # fmt: skip
    browser = browser_of(app, substitute)
    assert browser.get(f"/staff/cohorts/{cohort.id}/dates").status_code == 404
    assert cohort.name not in browser.get("/staff/cohorts").text


def test_a_trainer_whose_last_day_was_called_off_is_one_no_longer(app: Flask, session: Session) -> None:
    trainer = a_trainer(session)
    cohort = a_cohort(session, days=2, trainers=[trainer])
    with unit_of_work(session):
        for each in sessions_of(session, cohort):
            each.cancelled_at, each.cancelled_reason = clock.now(), "weather"
    assert browser_of(app, trainer).get(f"/staff/cohorts/{cohort.id}/dates").status_code == 404


def test_a_division_sees_its_own_and_the_forces_and_plans_its_own(app: Flask, session: Session) -> None:
    the_pilot(session)
    own, forces = a_cohort(session, days=2, division_id=west(session)), a_cohort(session, days=2)
    north = session.scalars(select(Division.id).filter_by(slug="north")).one()
    foreign = a_cohort(session, days=2, division_id=north)
    browser = a_recruiter(app, session, division_id=west(session))
    statuses = [browser.get(f"/staff/cohorts/{each.id}/dates").status_code for each in (own, forces, foreign)]
    assert statuses == [200, 200, 404]
    statuses = [browser.get(f"/staff/cohorts/{each.id}/edit").status_code for each in (own, forces, foreign)]
    assert statuses == [200, 404, 404]
    page = browser.get("/staff/cohorts/new").text
    assert "West Division" in page and "North Division" not in page and "The whole force" not in page


def test_the_pilots_days_come_out_before_anything_is_made(app: Flask, session: Session) -> None:
    recruiter = a_recruiter(app, session)
    the_course(session)
    page = recruiter.get(f"/staff/cohorts/new?campaign={the_pilot(session).slug}").text
    assert "10 days, 70 hours taught" in page and "The days the campaign told its people" in page
    assert 'value="Sat 28 April 2018"' in page and "West cohort 1" in page
    assert page.count("The weekend of the spring bank holiday") == 2
    assert session.scalars(select(Cohort.id)).all() == []


def test_days_that_people_were_not_told_are_pointed_out(app: Flask, session: Session) -> None:
    recruiter = a_recruiter(app, session)
    page = sent(app, recruiter, "/staff/cohorts/new", plan_fields(session, act="look", skip_holidays="y")).text
    assert "Not the days the campaign told its people" in page
    assert "Not 26 May: the spring bank holiday" in page and "Sat 2 Jun" in page


def test_a_cohort_is_made_and_published(app: Flask, session: Session) -> None:
    recruiter, trainer = a_recruiter(app, session), a_trainer(session)
    fields = plan_fields(session, act="publish", trainer_ids=[str(trainer.id)])
    answer = sent(app, recruiter, "/staff/cohorts/new", fields)
    made = session.scalars(select(Cohort)).one()
    assert answer.status_code == 303 and answer.location.endswith(f"/staff/cohorts/{made.id}/dates")
    assert made.published_at is not None and len(sessions_of(session, made)) == 10
    assert "Its trainers see it now" in recruiter.get(answer.location).text
    again = sent(app, recruiter, "/staff/cohorts/new", fields)
    assert again.status_code == 422 and "Another cohort has this name" in again.text


def test_without_a_venue_it_is_made_and_not_published(app: Flask, session: Session) -> None:
    recruiter = a_recruiter(app, session)
    answer = sent(app, recruiter, "/staff/cohorts/new", plan_fields(session, act="publish", venue_id=""))
    assert "not published: 10 days have no venue yet" in recruiter.get(answer.location).text


def test_what_is_taken_is_marked_and_nothing_is_made(app: Flask, session: Session) -> None:
    recruiter, trainer, venue = a_recruiter(app, session), a_trainer(session), a_venue(session)
    there = a_cohort(session, trainers=[trainer], venue_id=venue.id, room="Room 1")
    fields = plan_fields(session, venue_id=str(venue.id), room="room 1", trainer_ids=[str(trainer.id)])
    for act, status in (("look", 200), ("create", 422)):
        answer = sent(app, recruiter, "/staff/cohorts/new", fields | {"act": act})
        assert answer.status_code == status
        assert (
            f"is at {there.name}, 09:00 to 17:00" in answer.text and f"room 1 is used for {there.name}" in answer.text
        )
        assert "What is marked red is taken already" in answer.text
    assert len(session.scalars(select(Cohort.id)).all()) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"first": "29 April 2018"}, "29 April 2018 is a Sunday"),
        ({"first": "31 April 2018"}, "Enter a real date"),
        ({"capacity": "many"}, "Enter a whole number"),
        ({"room_places": "3"}, "The room seats 3, fewer than the 24 places"),
        ({"name": ""}, "Give the cohort a name"),
        ({"version_id": "999999"}, "Not a valid choice"),
        ({"trainer_ids": ["999999"]}, "999999"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_is_lost(
    app: Flask, session: Session, change: dict[str, Any], words: str
) -> None:
    recruiter = a_recruiter(app, session)
    answer = sent(app, recruiter, "/staff/cohorts/new", plan_fields(session, act="create", room="Blue room", **change))
    assert answer.status_code == 422 and words in answer.text
    assert 'value="Blue room"' in answer.text and session.scalars(select(Cohort.id)).all() == []


def test_a_copy_begins_after_the_last_day_with_everything_but_the_dates(session: Session) -> None:
    trainer = a_trainer(session)
    found = a_cohort(session, trainers=[trainer], name="West cohort 1", room_places=30)
    copy = proposing.like(session, session.get_one(Cohort, found.id))
    assert (copy.name, copy.first, copy.capacity) == ("West cohort 2", date(2018, 6, 30), 24)
    assert (copy.trainer_ids, copy.room, copy.room_places) == ((trainer.id,), "Room 1", 30)


def test_a_day_is_looked_at_then_moved_and_everybody_is_told(app: Flask, session: Session) -> None:
    recruiter, cohort = a_recruiter(app, session), a_cohort(session)
    trainees(session, cohort, 3)
    day = sessions_of(session, cohort)[2]
    address = f"/staff/cohorts/{cohort.id}/dates/{day.id}"
    assert "Whom it hits" in recruiter.get(address).text
    looked = sent(app, recruiter, address, day_fields(session, day, day="20 May 2018", act="look"))
    assert "It hits 3 people" in looked.text and "nothing is changed yet" in looked.text
    assert session.scalars(select(OutboxMail).filter_by(name="training_day_moved")).all() == []
    answer = sent(app, recruiter, address, day_fields(session, day, day="20 May 2018", act="save"))
    assert answer.status_code == 303 and "3 people told" in recruiter.get(answer.location).text
    fresh(session)
    assert clock.london(session.get_one(TrainingSession, day.id).starts_at).date() == date(2018, 5, 20)
    assert len(session.scalars(select(OutboxMail).filter_by(name="training_day_moved")).all()) == 3


def test_a_day_changed_meanwhile_shows_both_and_keeps_what_was_typed(app: Flask, session: Session) -> None:
    recruiter, cohort = a_recruiter(app, session), a_cohort(session, days=2)
    day = sessions_of(session, cohort)[0]
    address = f"/staff/cohorts/{cohort.id}/dates/{day.id}"
    fields = day_fields(session, day, act="save")
    assert sent(app, recruiter, address, fields | {"room": "Hall"}).status_code == 303
    clash = sent(app, recruiter, address, fields | {"materials": "Ropes"})
    assert clash.status_code == 409 and "Room: theirs" in clash.text and "Hall" in clash.text and "Ropes" in clash.text
    fresh(session)
    assert session.get_one(TrainingSession, day.id).materials == ""
    seen = str(session.get_one(TrainingSession, day.id).version)
    assert sent(app, recruiter, address, fields | {"materials": "Ropes", "version": seen}).status_code == 303


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"ends": "8am"}, 422, "It must end after it starts"),
        ({"day": "1 January 2018"}, 422, "That is in the past"),
        ({"venue_id": ""}, 422, "Choose a place"),
        ({"title": ""}, 422, "Give the day a title"),
        ({"day": "29 April 2018"}, 422, "This cohort has"),
    ],
)
def test_a_day_that_cannot_be(app: Flask, session: Session, change: dict[str, Any], status: int, words: str) -> None:
    recruiter, cohort = a_recruiter(app, session), a_cohort(session, days=2)
    day = sessions_of(session, cohort)[0]
    fields = day_fields(session, day, act="save", materials="Ropes") | change
    answer = sent(app, recruiter, f"/staff/cohorts/{cohort.id}/dates/{day.id}", fields)
    assert answer.status_code == status and words in answer.text and "Ropes" in answer.text


def test_a_day_and_a_cohort_are_called_off_with_a_reason(app: Flask, session: Session) -> None:
    recruiter, cohort = a_recruiter(app, session), a_cohort(session)
    trainees(session, cohort, 2)
    day = sessions_of(session, cohort)[0]
    for address in (f"/staff/cohorts/{cohort.id}/dates/{day.id}/cancel", f"/staff/cohorts/{cohort.id}/cancel"):
        assert recruiter.get(address).status_code == 200
        refused = sent(app, recruiter, address, {"reason": ""})
        assert refused.status_code == 422 and "Choose why" in refused.text and "Tick the box" in refused.text
        answer = sent(app, recruiter, address, {"reason": "weather", "sure": "y"})
        page = recruiter.get(answer.location).text
        assert "2 people told" in page and "called off" in page
    fresh(session)
    assert session.get_one(Cohort, cohort.id).cancelled_at is not None


def test_an_extra_day(app: Flask, session: Session) -> None:
    recruiter, cohort = a_recruiter(app, session), a_cohort(session)
    address = f"/staff/cohorts/{cohort.id}/dates/add"
    module = session.scalars(select(Module.id).where(Module.code == "radio")).one()
    fields = {"title": "Radio again", "day": "20 May 2018", "starts": "10", "ends": "12"}
    fields["venue_id"] = str(a_venue(session).id)
    refused = sent(app, recruiter, address, fields)
    assert refused.status_code == 422 and "Choose what is taught" in refused.text and "Radio again" in refused.text
    answer = sent(app, recruiter, address, fields | {"module_ids": [str(module)]})
    assert "Radio again" in recruiter.get(answer.location).text


def test_name_and_places(app: Flask, session: Session) -> None:
    recruiter, cohort = a_recruiter(app, session), a_cohort(session, days=2)
    trainees(session, cohort, 3)
    address, version = f"/staff/cohorts/{cohort.id}/edit", str(cohort.version)
    fewer = sent(app, recruiter, address, {"version": version, "name": "Small", "capacity": "2"})
    assert fewer.status_code == 422 and "Somebody holds place 3" in fewer.text
    assert sent(app, recruiter, address, {"version": version, "name": "Small", "capacity": "3"}).status_code == 303
    late = sent(app, recruiter, address, {"version": version, "name": "Other", "capacity": "9"})
    assert late.status_code == 409 and "Name: theirs" in late.text and "Other" in late.text
    fresh(session)
    assert session.get_one(Cohort, cohort.id).name == "Small"


def test_publishing(app: Flask, session: Session) -> None:
    recruiter, trainer = a_recruiter(app, session), a_trainer(session)
    cohort = a_cohort(session, days=2, published=False, trainers=[trainer])
    address = f"/staff/cohorts/{cohort.id}/publish"
    assert sent(app, recruiter, address, {}).status_code == 303
    assert browser_of(app, trainer).get(f"/staff/cohorts/{cohort.id}/dates").status_code == 200
    nowhere = a_cohort(session, days=2, published=False, venue_id=None)
    refused = sent(app, recruiter, f"/staff/cohorts/{nowhere.id}/publish", {})
    assert refused.status_code == 422 and "2 days have no venue yet" in refused.text


@pytest.mark.parametrize("address", ["dates", "edit", "cancel", "dates/add", "dates/999999", "dates/999999/cancel"])
def test_numbers_that_name_nothing(app: Flask, session: Session, address: str) -> None:
    recruiter, cohort = a_recruiter(app, session), a_cohort(session, days=2)
    assert recruiter.get(f"/staff/cohorts/999999/{address}").status_code == 404
    if "999999" in address:
        assert recruiter.get(f"/staff/cohorts/{cohort.id}/{address}").status_code == 404


def test_a_day_of_another_cohort_is_not_this_ones(app: Flask, session: Session) -> None:
    recruiter, cohort = a_recruiter(app, session), a_cohort(session, days=2)
    other = sessions_of(session, a_cohort(session, days=2))[0]
    assert recruiter.get(f"/staff/cohorts/{cohort.id}/dates/{other.id}").status_code == 404
