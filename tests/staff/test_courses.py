"""Courses: a published version never changes, the next one begins as its copy, and is published when it is sound."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role
from portal.domain.refusals import NotFound
from portal.domain.training import course_editing as acts
from portal.domain.training import courses, proposing
from portal.domain.training.course_editing import Facts
from portal.domain.training.models import Course, CourseVersion, Module, Pattern
from portal.domain.training.shipped import COURSES, DayRow, ModuleRow
from tests.support.client import JudgingClient
from tests.support.live import form_token
from tests.support.people import a_staff_member, browser_of
from tests.support.training import a_cohort, the_course

FOUNDATION = "/staff/courses/cpv-foundation"


def a_recruiter(app: Flask, session: Session) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


def sent(app: Flask, browser: JudgingClient, address: str, **fields: Any) -> Any:
    return browser.post(address, data={"csrf_token": form_token(app), **fields})


def a_draft(session: Session, slug: str = "cpv-foundation") -> CourseVersion:
    recruiter = a_staff_member(session, Role.RECRUITER)
    return acts.begin_version(session, recruiter, the_course(session, slug).course_id)


def day_fields(version: CourseVersion, **changes: Any) -> dict[str, Any]:
    """Day 2 of the foundation course as its form sends it."""
    given = {
        "seen": str(version.version), "title": "Stopping and asking", "starts": "9am", "ends": "5pm", "act": "save",
        "modules-0-code": "powers-address", "modules-0-title": "Asking for a name and address",
        "modules-0-minutes": "240", "modules-0-mandatory": "y", "modules-0-assessed": "y",
        "modules-0-needs": "role", "modules-0-materials": "", "modules-0-one_to_one": "y",
    }  # fmt: skip
    return given | changes


def test_every_shipped_course_is_sound(session: Session) -> None:
    the_course(session)
    for row in COURSES:
        reading = courses.read(session, row.slug)
        assert list(acts.problems(reading)) == []
        assert reading.rows == row.days


def test_a_new_version_is_a_copy_and_cohorts_keep_theirs(session: Session) -> None:
    cohort, draft = a_cohort(session), a_draft(session)
    before, after = courses.read(session, "cpv-foundation", 1), courses.read_draft(session, "cpv-foundation")
    assert after.rows == before.rows and after.version.number == 2 and draft.id == after.version.id
    assert acts.begin_version(session, a_staff_member(session, Role.RECRUITER), draft.course_id).id == draft.id
    assert [each.number for each in proposing.courses_to_plan(session) if each.course.slug == "cpv-foundation"] == [1]
    acts.publish_version(session, a_staff_member(session, Role.RECRUITER), draft.id)
    assert the_course(session).number == 2 and cohort.version_id == before.version.id


def test_a_published_version_never_changes(session: Session) -> None:
    recruiter, version = a_staff_member(session, Role.RECRUITER), the_course(session)
    facts, day = Facts(Pattern.WEEKLY, 1, 1), DayRow(1, "Another", 540, 600, (ModuleRow("m", "M", 30),))
    for act in (
        lambda: acts.edit_facts(session, recruiter, version.id, facts, seen=version.version),
        lambda: acts.set_day(session, recruiter, version.id, 1, day, seen=version.version),
        lambda: acts.remove_day(session, recruiter, version.id, 1, seen=version.version),
        lambda: acts.shift_day(session, recruiter, version.id, 1, up=False, seen=version.version),
        lambda: acts.discard_version(session, recruiter, version.id),
    ):
        with pytest.raises(acts.NotADraft):
            act()


def test_days_keep_their_numbers_and_needs_stay_true(session: Session) -> None:
    recruiter, draft = a_staff_member(session, Role.RECRUITER), a_draft(session)
    acts.shift_day(session, recruiter, draft.id, 4, up=True, seen=draft.version)
    moved = courses.read_draft(session, "cpv-foundation")
    assert [day.title for day in moved.version.days][2:4] == ["First aid 2", "First aid 1"]
    assert list(acts.problems(moved)) == ["“First aid 2: wounds, burns and shock” comes before what it needs"]
    with pytest.raises(acts.NotACourse):
        acts.publish_version(session, recruiter, draft.id)
    acts.remove_day(session, recruiter, draft.id, 3, seen=moved.version.version)
    left = courses.read_draft(session, "cpv-foundation")
    assert [day.number for day in left.version.days] == list(range(1, 10))
    assert [day.block for day in left.version.days] == [1, 1, 2, 2, 3, 3, 4, 4, 5]
    assert list(acts.problems(left)) == []


def test_what_keeps_a_version_from_being_published(session: Session) -> None:
    recruiter = a_staff_member(session, Role.RECRUITER)
    made = acts.make_course(session, recruiter, "First aid for all", "", None)
    draft = courses.read_draft(session, made.slug).version
    assert list(acts.problems(courses.read_draft(session, made.slug))) == ["There is no day in it"]
    acts.edit_facts(session, recruiter, draft.id, Facts(Pattern.DAYS, 1, 3), seen=1)
    long = DayRow(1, "One", 540, 600, (ModuleRow("a", "A", 90),))
    acts.set_day(session, recruiter, draft.id, 1, long, seen=2)
    acts.set_day(session, recruiter, draft.id, 2, DayRow(1, "Two", 540, 600, ()), seen=3)
    assert list(acts.problems(courses.read_draft(session, made.slug))) == [
        "Day 1, One, teaches for longer than it lasts",
        "Day 2, Two, teaches nothing",
        "3 days must be attended, and there are 2",
    ]


def test_a_module_is_called_once_in_a_version(session: Session) -> None:
    recruiter, draft = a_staff_member(session, Role.RECRUITER), a_draft(session)
    day = DayRow(1, "Again", 540, 600, (ModuleRow("radio", "Radio", 30),))
    with pytest.raises(acts.NotACourse, match="radio"):
        acts.set_day(session, recruiter, draft.id, 1, day, seen=draft.version)


def test_a_draft_thrown_away_leaves_nothing(session: Session) -> None:
    recruiter, draft = a_staff_member(session, Role.RECRUITER), a_draft(session)
    acts.discard_version(session, recruiter, draft.id)
    assert session.scalars(select(Module.id).where(Module.version_id == draft.id)).all() == []
    with pytest.raises(NotFound):
        courses.read_draft(session, "cpv-foundation")
    made = acts.make_course(session, recruiter, "Never mind", "", None)
    acts.discard_version(session, recruiter, courses.read_draft(session, made.slug).version.id)
    assert session.scalars(select(Course.id).where(Course.slug == "never-mind")).all() == []


def test_the_list_and_a_course(app: Flask, session: Session) -> None:
    recruiter = a_recruiter(app, session)
    assert "No course yet" in recruiter.get("/staff/courses").text
    the_course(session)
    page = recruiter.get("/staff/courses").text
    assert "Foundation course" in page and "Anybody" in page
    page = recruiter.get(FOUNDATION).text
    assert "10 days" in page and "22 modules, 70 hours taught" in page and "Write version 2" in page
    assert recruiter.get(f"{FOUNDATION}?version=9").status_code == 404
    assert recruiter.get("/staff/courses/no-such").status_code == 404
    assert recruiter.get(f"{FOUNDATION}/draft").status_code == 404


def test_a_version_is_written_and_published(app: Flask, session: Session) -> None:
    recruiter = a_recruiter(app, session)
    the_course(session)
    assert sent(app, recruiter, f"{FOUNDATION}/begin").status_code == 303
    session.rollback()  # reads what the request committed
    draft = courses.read_draft(session, "cpv-foundation").version
    facts = {"pattern": "weekends", "every_weeks": "1", "least_days": "10", "bring": "A pen", "change_note": "Faster"}
    assert sent(app, recruiter, f"{FOUNDATION}/draft", seen=str(draft.version), **facts).status_code == 303
    late = sent(app, recruiter, f"{FOUNDATION}/draft", seen=str(draft.version), **facts | {"bring": "A pencil"})
    assert late.status_code == 409 and "What trainees bring: theirs" in late.text and "A pencil" in late.text
    assert sent(app, recruiter, f"{FOUNDATION}/publish").status_code == 303
    page = recruiter.get(FOUNDATION).text
    assert "version 2" in page and "Faster" in page and "A pen" in page


def test_a_day_is_written_with_its_modules(app: Flask, session: Session) -> None:
    recruiter, draft = a_recruiter(app, session), a_draft(session)
    address = f"{FOUNDATION}/draft/days/2"
    assert "powers-address" in recruiter.get(address).text
    more = sent(app, recruiter, address, **day_fields(draft, act="add"))
    assert "modules-1-title" in more.text and more.status_code == 200
    new = {"modules-1-title": "Radio", "modules-1-minutes": "60", "modules-1-materials": "A guide https://a.example/g"}
    assert sent(app, recruiter, address, **day_fields(draft, **new)).status_code == 303
    session.rollback()
    day = courses.read_draft(session, "cpv-foundation").rows[1]
    assert [(each.code, each.minutes) for each in day.modules] == [("powers-address", 240), ("radio-2", 60)]
    assert day.modules[0].needs == ("role",) and day.modules[1].materials == (("A guide", "https://a.example/g"),)
    assert not day.modules[1].mandatory


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "Give the day a title"),
        ({"ends": "8am"}, "It must end after it starts"),
        ({"starts": "soon"}, "Enter a time"),
        ({"modules-0-minutes": ""}, "Enter how many minutes"),
        ({"modules-0-needs": "flying"}, "No module is called flying"),
        ({"modules-0-materials": "http://a.example"}, "begins with https://"),
        ({"modules-0-code": "radio"}, "Another day has a module called radio"),
    ],
)
def test_a_day_that_cannot_be_is_told_and_nothing_is_lost(
    app: Flask, session: Session, change: dict[str, str], words: str
) -> None:
    recruiter, draft = a_recruiter(app, session), a_draft(session)
    fields = day_fields(draft, **{"modules-0-title": "Kept title", **change})
    answer = sent(app, recruiter, f"{FOUNDATION}/draft/days/2", **fields)
    assert answer.status_code == 422 and words in answer.text and "Kept title" in answer.text


def test_a_draft_changed_meanwhile_loses_nothing(app: Flask, session: Session) -> None:
    recruiter, draft = a_recruiter(app, session), a_draft(session)
    address, old = f"{FOUNDATION}/draft/days/2", day_fields(draft)
    assert sent(app, recruiter, f"{FOUNDATION}/draft/days/1/move", way="down").status_code == 303
    late = sent(app, recruiter, address, **old | {"title": "Kept title"})
    assert late.status_code == 409 and "Kept title" in late.text and "Somebody else changed this draft" in late.text
    assert sent(app, recruiter, f"{FOUNDATION}/draft/days/1/remove", seen=old["seen"]).status_code == 409


def test_a_draft_that_is_not_sound_says_why(app: Flask, session: Session) -> None:
    recruiter = a_recruiter(app, session)
    made = sent(app, recruiter, "/staff/courses/new", name="First aid for all", summary="", scheme_id="")
    assert "Before it can be published" in recruiter.get(made.location).text
    tried = sent(app, recruiter, "/staff/courses/first-aid-for-all/publish")
    assert "Not published: there is no day in it" in recruiter.get(tried.location).text
    again = sent(app, recruiter, "/staff/courses/new", name="First Aid for all", summary="Kept words", scheme_id="")
    assert again.status_code == 422 and "Another course has this name" in again.text and "Kept words" in again.text
    assert sent(app, recruiter, "/staff/courses/first-aid-for-all/discard").location.endswith("/staff/courses")
    assert recruiter.get("/staff/courses/first-aid-for-all").status_code == 404


def test_a_course_put_away_is_not_planned_with(app: Flask, session: Session) -> None:
    recruiter = a_recruiter(app, session)
    the_course(session)
    sent(app, recruiter, f"{FOUNDATION}/archive")
    assert "Foundation course" not in recruiter.get("/staff/cohorts/new").text
    assert "Use again" in recruiter.get("/staff/courses").text
    sent(app, recruiter, f"{FOUNDATION}/archive", back="yes")
    assert "Foundation course" in recruiter.get("/staff/cohorts/new").text


def test_trainers_do_not_write_courses(app: Flask, session: Session) -> None:
    the_course(session)
    trainer = browser_of(app, a_staff_member(session, Role.TRAINER))
    for address in ("/staff/courses", FOUNDATION, "/staff/courses/new"):
        assert trainer.get(address).status_code == 403
