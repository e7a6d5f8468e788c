"""A trainee's page: the place taken or left, days that suit, a day they cannot come, whom to ring, what helps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, State
from portal.domain.attendance.models import CannotCome
from portal.domain.campaigns.models import RequirementKind
from portal.domain.training.contacts import contact_of
from portal.domain.training.enrolling import enrol
from portal.domain.training.models import Availability, Cohort, EmergencyContact, Trainee, Waiting
from portal.extensions import db
from tests.support import databases
from tests.support.applying import Applying, set_clock
from tests.support.casework import statements
from tests.support.live import form_token
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.trainees import a_trainee, somebody_accepted, still_asked
from tests.support.training import COHORT_AT, FIRST, a_cohort, a_course, sessions_of

CONTACT = {"name": "Pat Adeyemi", "phone": "07700 900123", "relation": "Partner", "seen": "0"}


@pytest.fixture(autouse=True)
def _in_march(app: Flask) -> None:
    set_clock(app, clock.london(COHORT_AT).replace(tzinfo=None))


@pytest.fixture
def database_url(tmp_path) -> Iterator[str]:
    """Pages are tried on SQLite; what they do is tried on both."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


def _cohort(**plan: object) -> Cohort:
    course = a_course(db.session(), scheme="community-policing-volunteer")
    return a_cohort(db.session(), course=course, **plan)  # type: ignore[arg-type]


class AtBrowser(Applying):
    """At their browser; each form is sent with the token of their sign-in."""

    def post(self, page: str, **fields: Any) -> TestResponse:
        answer = self.browser.post(self.address(page), data={"csrf_token": form_token(self.app), **fields})
        db.session.rollback()
        return answer


def _at_browser(app: Flask, application_id: int) -> AtBrowser:
    found = db.session().get_one(Application, application_id)
    return AtBrowser(app, found.campaign, found, browser_of(app, found.applicant))


def _placed(app: Flask, cohort: Cohort, *, started: bool = True) -> tuple[AtBrowser, Trainee]:
    trainee = a_trainee(db.session(), cohort, started=started)
    return _at_browser(app, trainee.application_id), trainee


def test_without_a_place_the_courses_to_come_are_asked_about(app: Flask) -> None:
    cohort, key = _cohort(), somebody_accepted(db.session())
    mine, days = _at_browser(app, key), sessions_of(db.session(), cohort)
    assert "Say which training days you can come to" in mine.browser.get(mine.address()).text
    assert cohort.name in mine.browser.get(mine.address("training")).text
    part = f"training/courses/{cohort.id}"
    assert mine.post(part).status_code == 422
    assert mine.post(part, suits="some").status_code == 422
    assert mine.post(part, suits="some", misses=str(days[1].id)).status_code == 303
    said = db.session().scalars(select(Availability)).one()
    assert (said.suits, said.misses) == (True, [days[1].id])
    assert "You can come to all but 1" in mine.browser.get(mine.address("training")).text
    assert "checked" in mine.browser.get(mine.address(part)).text
    assert mine.browser.get(mine.address("training/courses/999")).status_code == 404


def test_a_full_course_is_waited_for(app: Flask) -> None:
    cohort = _cohort(capacity=1)
    a_trainee(db.session(), cohort)
    mine, part = _at_browser(app, somebody_accepted(db.session())), f"training/courses/{cohort.id}/wait"
    assert "Wait for a place" in mine.browser.get(mine.address("training")).text
    assert mine.post(part).status_code == 303
    assert "You wait for a place" in mine.browser.get(mine.address("training")).text
    assert mine.post(part).status_code == 303
    assert db.session().scalars(select(Waiting.ended_as)).one() == "taken_back"


def test_a_place_that_came_free_is_taken(app: Flask) -> None:
    cohort, key = _cohort(), somebody_accepted(db.session())
    recruiter = a_staff_member(db.session(), Role.RECRUITER)
    until = clock.end_of(clock.today() + timedelta(days=4))
    enrol(db.session(), recruiter, cohort.id, key, confirm_by=until)
    mine = _at_browser(app, key)
    assert "By 5 March" in mine.browser.get(mine.address()).text
    page = mine.browser.get(mine.address("training")).text
    assert "Monday 5 March" in page and "Take the place" in page
    assert mine.post("training/confirm").status_code == 303
    assert "Your first day" in mine.browser.get(mine.address("training")).text


def test_a_place_is_given_up_only_once_it_is_meant(app: Flask) -> None:
    mine, trainee = _placed(app, _cohort(), started=False)
    assert "Give up this place?" in mine.browser.get(mine.address("training/give-up")).text
    assert mine.post("training/give-up").status_code == 303
    assert db.session().get_one(Trainee, trainee.id, populate_existing=True).ended_as == "declined"
    assert mine.post("training/give-up").status_code == 303
    assert "You do not have a place" in mine.browser.get(mine.address("training")).text


def test_the_page_shows_the_days_what_is_needed_and_the_next_one(app: Flask) -> None:
    cohort = _cohort()
    mine, trainee = _placed(app, cohort, started=False)
    still_asked(db.session(), trainee.application_id, RequirementKind.MEDICAL)
    page = mine.browser.get(mine.address("training")).text
    assert "You can begin once" in page and "medical certificate" in page
    assert "Saturday 28 April" in page and "Sunday 29 April" in page and "Whom may we ring" in page
    calendar = mine.browser.get(mine.address("training/dates.ics"))
    assert calendar.mimetype == "text/calendar" and calendar.text.count("BEGIN:VEVENT") == 2
    set_clock(app, clock.london(clock.start_of(FIRST)).replace(tzinfo=None, hour=12))
    assert "Now" in mine.browser.get(mine.address("training")).text


def test_a_day_they_cannot_come_to_is_said_and_taken_back(app: Flask) -> None:
    cohort = _cohort()
    mine, _trainee = _placed(app, cohort)
    day = sessions_of(db.session(), cohort)[0]
    part = f"training/days/{day.id}"
    assert mine.post(f"{part}/away", words="A shift").status_code == 422
    assert mine.post(f"{part}/away", reason="work", words="x" * 501).status_code == 422
    assert mine.post(f"{part}/away", reason="work", words="A shift").status_code == 303
    assert "You cannot come" in mine.browser.get(mine.address("training")).text
    assert "A shift" in mine.browser.get(mine.address(f"{part}/away")).text
    assert mine.post(f"{part}/back").status_code == 303
    assert db.session().scalars(select(CannotCome)).one().taken_back_at is not None
    assert mine.browser.get(mine.address("training/days/999/away")).status_code == 404
    set_clock(app, clock.london(day.starts_at).replace(tzinfo=None))
    assert mine.post(f"{part}/away", reason="ill").status_code == 409


def test_whom_to_ring_is_kept_with_its_notice(app: Flask) -> None:
    mine, trainee = _placed(app, _cohort())
    page = mine.browser.get(mine.address("training/contact")).text
    assert "deleted 30 days after" in page and "Your trainers can open it" in page
    assert mine.post("training/contact", **(CONTACT | {"phone": "12"})).status_code == 422
    assert mine.post("training/contact", **CONTACT).status_code == 303
    assert "07700 900123" in mine.browser.get(mine.address("training/contact")).text
    stale = mine.post("training/contact", **(CONTACT | {"name": "Sam"}))
    assert stale.status_code == 409 and "Pat Adeyemi" in stale.text and 'value="Sam"' in stale.text
    given = contact_of(db.session(), keys_of(app), trainee.application_id)
    assert given is not None and given.name == "Pat Adeyemi"
    assert "Whom may we ring" not in mine.browser.get(mine.address("training")).text


def test_what_helps_in_class_is_kept(app: Flask) -> None:
    mine, _trainee = _placed(app, _cohort())
    assert mine.post("training/help", adjustments="x" * 1001).status_code == 422
    assert mine.post("training/help", adjustments="Large print").status_code == 303
    assert "Large print" in mine.browser.get(mine.address("training/help")).text


def test_the_pages_are_their_own_alone(app: Flask) -> None:
    cohort = _cohort()
    mine, _trainee = _placed(app, cohort)
    day = sessions_of(db.session(), cohort)[0]
    theirs = _at_browser(app, somebody_accepted(db.session(), state=State.OFFERED))
    stranger = browser_of(app, an_applicant(db.session()))
    for part in ("", "/contact", "/help", "/give-up", "/dates.ics", f"/days/{day.id}/away"):
        assert stranger.get(mine.address(f"training{part}")).status_code == 404
        assert theirs.browser.get(theirs.address(f"training{part}")).status_code == 404
        assert app.test_client().get(mine.address(f"training{part}")).status_code == 303
    assert db.session().scalars(select(EmergencyContact)).all() == []


def test_the_page_asks_as_much_for_ten_days_as_for_two(app: Flask) -> None:
    few, _ = _placed(app, _cohort())
    many, _ = _placed(app, a_cohort(db.session()))
    counts = []
    for mine in (few, many):
        with statements() as sent:
            mine.browser.get(mine.address("training"))
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_what_they_take_away_says_what_we_hold_of_their_training(app: Flask) -> None:
    mine, trainee = _placed(app, _cohort())
    mine.post("training/contact", **CONTACT)
    mine.post("training/help", adjustments="Large print")
    day = sessions_of(db.session(), db.session().get_one(Cohort, trainee.cohort_id))[0]
    mine.post(f"training/days/{day.id}/away", reason="work", words="A shift")
    archive = ZipFile(BytesIO(mine.browser.get(mine.address("download")).data))
    held = archive.read("application.json").decode()
    for words in ("A place in", "Large print", "A shift", "Pat Adeyemi"):
        assert words in held
