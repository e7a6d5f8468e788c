"""A cohort's grid, one trainee of it, the ledger, a trainer's day: right for whom it is, not there for anybody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application
from portal.domain.attendance import catching_up, feedback
from portal.domain.attendance.models import Assessment, CatchUp, CatchUpEnd, Presence
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Division
from portal.domain.correspondence.models import Message
from portal.domain.training import contacts
from portal.domain.training.contacts import Contact
from portal.domain.training.models import Trainee
from tests.support.casework import statements
from tests.support.catch_ups import AFTER_TWO, Group, another, catch_ups, first_weekend, marked, on
from tests.support.client import JudgingClient
from tests.support.make_applications import keys_of
from tests.support.make_documents import set_clock
from tests.support.people import a_staff_member, browser_of
from tests.support.trainees import trainees
from tests.support.training import a_trainer

P = Presence


@pytest.fixture(autouse=True)
def after_the_first_weekend(settings: Settings) -> Iterator[None]:
    set_clock(settings, AFTER_TWO)
    with clock.at(AFTER_TWO):
        yield
    clock.use_offset(timedelta())


@pytest.fixture
def group(app: Flask, session: Session) -> Group:
    return first_weekend(session, people=4)


def trainer_of(app: Flask, group: Group) -> JudgingClient:
    return browser_of(app, group.trainer)


def page(group: Group) -> str:
    return f"/staff/cohorts/{group.cohort.id}"


def of(group: Group, place: int = 0) -> str:
    return f"{page(group)}/trainees/{group.people[place].id}"


def name_of(session: Session, trainee: Trainee) -> str:
    found = session.get_one(Application, trainee.application_id)
    return f"{found.given_name} {found.family_name}"


def post(browser: JudgingClient, behind: str, address: str, **fields: str) -> int:
    data = {**browser.tokens(browser.get(behind).text), **fields}
    return browser.post(address, data=data).status_code


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_who_is_worst_stands_first_with_what_repairs_it(app: Flask, session: Session, group: Group) -> None:
    other = another(session, group)
    text = trainer_of(app, group).get(page(group)).text
    said = words(text)
    names = [name_of(session, each) for each in group.people]
    assert all(name in said for name in names) and said.index(names[0]) < min(map(said.index, names[1:]))
    assert "One mandatory module missed" in said and f"Book Sat 5 May, {other.days[0].venue.name}" in said  # type: ignore[union-attr]
    assert "7 of 8 days attended or made good" in said and "1 at risk: no certificate unless repaired" in said
    assert '<span class="govuk-visually-hidden">absent</span>' in text


def test_each_filter_shows_its_own(app: Flask, session: Session, group: Group) -> None:
    browser, bad = trainer_of(app, group), name_of(session, group.people[0])
    fine = f"/trainees/{group.people[1].id}"
    for show, shown, hidden in (("risk", of(group), fine), ("track", fine, of(group)), ("act", of(group), fine)):
        text = browser.get(f"{page(group)}?show={show}").text
        assert shown in text and hidden not in text, show
    assert bad in browser.get(f"{page(group)}?show=nonsense").text
    part = browser.get(f"{page(group)}?show=risk", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith("<div") and of(group) in part


def test_the_grid_asks_the_same_number_of_statements_for_one_and_for_twenty(
    app: Flask, session: Session, group: Group
) -> None:
    another(session, group)
    browser, counts = trainer_of(app, group), []
    for _ in range(2):
        browser.get(page(group))
        with statements() as ran:
            browser.get(page(group))
        counts.append(len(ran))
        for trainee in trainees(session, group.cohort, 18):
            marked(session, trainee, group.days[0])
            marked(session, trainee, group.days[1], P.ABSENT)
            catching_up.set_one_to_one(
                session, group.trainer, trainee.id, "law-2", on(1, 5), "Room 2", group.trainer.id
            )  # fmt: skip
    assert counts[0] == counts[1], counts


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.LIAISON, Role.VETTING, Role.MEDICAL, Role.AUDITOR])
def test_other_roles_have_no_cohorts(app: Flask, session: Session, group: Group, role: Role) -> None:
    browser = browser_of(app, a_staff_member(session, role))
    for address in (page(group), of(group), "/staff/cohorts/catch-ups", "/staff/cohorts/today"):
        assert browser.get(address).status_code == 403


def test_a_cohort_of_another_trainer_is_not_there(app: Flask, session: Session, group: Group) -> None:
    other = browser_of(app, a_trainer(session))
    for address in (page(group), of(group), f"{page(group)}/feedback", f"{page(group)}/message"):
        assert other.get(address).status_code == 404
    theirs = trainer_of(app, group)
    data = theirs.tokens(theirs.get(of(group)).text)
    row = catching_up.set_written(session, group.trainer, group.people[0].id, "law-1")
    for part in ("book", "alone", "written", "assessments", f"catch-ups/{row.id}/cancel"):
        assert other.post(f"{of(group)}/{part}", data=data | {"csrf_token": _token(other)}).status_code == 404, part
    assert catch_ups(session, group.people[0])[0].ended_at is None


def _token(browser: JudgingClient) -> str:
    return browser.tokens(browser.get("/staff/").text)["csrf_token"]


def test_a_recruiter_reads_and_does_not_sign_off(app: Flask, session: Session, group: Group) -> None:
    browser = browser_of(app, a_staff_member(session, Role.RECRUITER))
    assert browser.get(page(group)).status_code == 200
    text = browser.get(of(group)).text
    assert "Book " not in words(text) and "Sign off" not in text
    assert browser.post(f"{of(group)}/book", data={"csrf_token": _token(browser)}).status_code == 403


def test_whoever_may_only_look_is_offered_no_page_that_is_not_there(app: Flask, session: Session, group: Group) -> None:
    division = session.scalars(select(Division.id)).first()
    group.cohort.division_id = None  # the whole force's
    session.commit()
    for looking, offered in ((division, False), (None, True)):
        browser = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=looking))
        for part in ("", "/dates", "/feedback"):
            text = browser.get(f"{page(group)}{part}").text
            assert (f'href="{page(group)}/places"' in text) is offered, part
            assert (f'href="{page(group)}/completion"' in text) is offered, part


def test_a_number_that_is_nobody_is_not_found(app: Flask, session: Session, group: Group) -> None:
    browser, other = trainer_of(app, group), another(session, group, people=1)
    for address in (f"{page(group)}/trainees/999999", f"{page(group)}/trainees/{other.people[0].id}"):
        assert browser.get(address).status_code == 404
    assert browser.get("/staff/cohorts/999999").status_code == 404
    assert browser.post(page(group), data={"csrf_token": _token(browser)}).status_code == 405


def test_booking_from_the_trainees_page(app: Flask, session: Session, group: Group) -> None:
    browser, other = trainer_of(app, group), another(session, group)
    assert post(browser, of(group), f"{of(group)}/book", session=str(other.days[0].id)) == 303
    assert post(browser, of(group), f"{of(group)}/book", session=str(other.days[0].id)) == 303
    assert len(catch_ups(session, group.people[0])) == 1
    assert "Booked Sat 5 May" in words(browser.get(page(group)).text)
    assert "Sat 5 May" in words(browser.get("/staff/cohorts/catch-ups").text)
    assert post(browser, of(group), f"{of(group)}/book", session="999999") == 409


def test_a_time_alone_is_set_and_nothing_typed_is_lost(app: Flask, session: Session, group: Group) -> None:
    browser, trainee = trainer_of(app, group), group.people[0]
    fields = {"alone-module": "law-1", "alone-on": "5 June 2018", "alone-at": "at six", "alone-place": "Room 9",
              "alone-trainer": str(group.trainer.id)}  # fmt: skip
    data = browser.tokens(browser.get(of(group)).text) | fields
    refused = browser.post(f"{of(group)}/alone", data=data)
    assert refused.status_code == 422 and "Enter a time, like 9am" in refused.text and "Room 9" in refused.text
    past = browser.post(f"{of(group)}/alone", data=data | {"alone-on": "1 April 2018", "alone-at": "6pm"})
    assert past.status_code == 422 and "Enter a day and a time to come" in past.text
    assert browser.post(f"{of(group)}/alone", data=data | {"alone-at": "6pm"}).status_code == 303
    row = catch_ups(session, trainee)[0]
    assert row.starts_at == on(5, 6, 18) and row.staff_id == group.trainer.id


def test_written_work_is_set_read_and_signed_off(app: Flask, session: Session, group: Group) -> None:
    browser, trainee = trainer_of(app, group), group.people[0]
    assert post(browser, of(group), f"{of(group)}/written", **{"work-module": "law-1", "work-due": ""}) == 303
    row = catch_ups(session, trainee)[0]
    own = session.get_one(Application, trainee.application_id).applicant
    catching_up.hand_in(session, keys_of(app), own, row.id, "The law, in my own words.")
    work = words(browser.get("/staff/").text)
    assert "Catch-ups to see to" in work and "1 Catch-ups" in work
    assert "Catch-ups" not in words(browser_of(app, a_trainer(session)).get("/staff/").text)
    text = browser.get(of(group)).text
    assert "The law, in my own words." in text and "Read and sign off" in words(browser.get(page(group)).text)
    stale = post(browser, of(group), f"{of(group)}/catch-ups/{row.id}/sign-off", seen="1")
    assert stale == 409
    seen = str(catch_ups(session, trainee)[0].version)
    assert post(browser, of(group), f"{of(group)}/catch-ups/{row.id}/sign-off", seen=seen) == 303
    assert catch_ups(session, trainee)[0].ended_as is CatchUpEnd.SIGNED_OFF
    assert post(browser, of(group), f"{of(group)}/catch-ups/{row.id}/reopen") == 303
    assert post(browser, of(group), f"{of(group)}/catch-ups/{row.id}/hand-back", **{"back-due": ""}) == 422
    assert post(browser, of(group), f"{of(group)}/catch-ups/{row.id}/hand-back", **{"back-due": "1 June 2018"}) == 303
    assert catch_ups(session, trainee)[0].handed_in_at is None
    assert post(browser, of(group, 1), f"{of(group, 1)}/catch-ups/{row.id}/cancel") == 404, "somebody else's"


def test_an_assessment_is_recorded_once_and_taken_back(app: Flask, session: Session, group: Group) -> None:
    browser = trainer_of(app, group)
    fields = {"assessment-module": "0:aid-2", "assessment-result": "not_yet", "assessment-on": "29 April 2018",
              "assessment-words": "Count the breaths."}  # fmt: skip
    address = f"{of(group)}/assessments"
    assert post(browser, of(group), address, **fields) == 303
    assert post(browser, of(group), address, **fields) == 303
    session.rollback()
    rows = session.scalars(select(Assessment)).all()
    assert len(rows) == 1 and rows[0].sealed is not None and b"breaths" not in rows[0].sealed
    assert "Count the breaths." in browser.get(of(group)).text
    assert post(browser, of(group), address, **(fields | {"assessment-result": "passed"})) == 409
    assert post(browser, of(group), address, **(fields | {"assessment-on": "28 April 2018"})) == 409
    again = fields | {"assessment-module": "1:aid-2", "assessment-result": "passed"}
    assert post(browser, of(group), address, **(again | {"assessment-on": "1 June 2018"})) == 422
    assert post(browser, of(group), address, **again) == 303
    assert post(browser, of(group), address, **(again | {"assessment-module": "2:aid-2"})) == 409, "passed already"
    session.rollback()
    for key in session.scalars(select(Assessment.id).order_by(Assessment.id)).all():
        assert post(browser, of(group), f"{address}/{key}/take-back") == 303
    session.rollback()
    assert all(row.taken_back_at for row in session.scalars(select(Assessment)))
    assert post(browser, of(group), address, **(again | {"assessment-module": "1:law-1"})) == 422


def test_the_day_shows_who_comes_and_each_contact_once_it_is_asked_for(
    app: Flask, session: Session, group: Group, settings: Settings
) -> None:
    browser, trainee = trainer_of(app, group), group.people[0]
    set_clock(settings, on(30, 4))
    assert "You teach nothing today" in browser.get("/staff/cohorts/today").text
    own = session.get_one(Application, trainee.application_id).applicant
    keys = keys_of(app)
    contacts.give_contact(session, keys, own, trainee.application_id, Contact("Kim Ringer", "01622 690690", "Partner"))
    contacts.say_adjustments(session, keys, own, trainee.application_id, "I lip-read: face me.")
    set_clock(settings, on(12, 5, 8))
    text = browser.get("/staff/cohorts/today").text
    assert name_of(session, trainee) in text and "I lip-read: face me." in text and "Kim Ringer" not in text
    day = group.days[2].id
    address = f"/staff/cohorts/today/{day}/contact/{trainee.id}"
    assert post(browser, "/staff/cohorts/today", address) == 303
    assert post(browser, "/staff/cohorts/today", address) == 303
    assert "Kim Ringer" in browser.get("/staff/cohorts/today").text
    assert "Kim Ringer" in browser.get(f"/staff/cohorts/today/{day}/print").text
    session.rollback()
    shown = select(AuditEvent).where(AuditEvent.action == "emergency.shown")
    assert [event.subject_id for event in session.scalars(shown)] == [trainee.id]
    assert "Kim Ringer" not in browser.get(f"/staff/cohorts/today?session={group.days[3].id}").text, "another day"
    stranger = browser_of(app, a_trainer(session))
    assert stranger.get(f"/staff/cohorts/today/{day}/print").status_code == 404
    assert stranger.get(f"/staff/cohorts/today?session={day}").status_code == 404
    assert stranger.post(address, data={"csrf_token": _token(stranger)}).status_code == 404
    assert post(browser, "/staff/cohorts/today", f"/staff/cohorts/today/{day}/contact/999999") == 404


def test_a_message_to_all_is_held_and_can_be_taken_back(app: Flask, session: Session, group: Group) -> None:
    browser, address = trainer_of(app, group), f"{page(group)}/message"
    fields = {"subject": "Bring boots", "body": "We are out of doors on Saturday."}
    assert post(browser, address, address, subject="", body="Words that stay") == 422
    assert post(browser, address, address, **fields) == 303
    assert post(browser, address, address, **fields) == 303
    session.rollback()
    rows = session.scalars(select(Message)).all()
    assert len(rows) == 4 and all(row.mail_id is None and row.send_at and row.send_at > clock.now() for row in rows)
    held = browser.get(address).text
    token = re.search(r"/message/(\d+)/take-back", held)
    assert token and "4 people" in held
    assert post(browser, address, f"{address}/{token[1]}/take-back") == 303
    assert post(browser, address, f"{address}/{token[1]}/take-back") == 303
    session.rollback()
    assert all(row.cancelled_at for row in session.scalars(select(Message)))


def test_feedback_is_shown_from_five_answers_up_and_is_nobodys(app: Flask, session: Session, group: Group) -> None:
    people = [*group.people, *trainees(session, group.cohort, 2)]
    for each in people[4:]:
        marked(session, each, group.days[0])
    browser = trainer_of(app, group)
    for count, trainee in enumerate(people[:5], 1):
        own = session.get_one(Application, trainee.application_id).applicant
        said = feedback.Said(5, 3, 4, f"Remark {count}")
        feedback.give(session, own, trainee.id, 1, said)
        feedback.give(session, own, trainee.id, 1, feedback.Said(1, 1, 1, "Twice"))
        text = browser.get(f"{page(group)}/feedback").text
        assert f"{count} of 6 answered" in text and ("Remark 1" in text) is (count == 5)
    assert "Twice" not in text and "5.0" in text and "4.0" in text
    assert not session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("feedback"))).all()


def test_who_was_not_there_or_answers_too_early_has_nothing_to_say(app: Flask, session: Session, group: Group) -> None:
    trainee = group.people[0]
    own = session.get_one(Application, trainee.application_id).applicant
    marked(session, trainee, group.days[1], P.ABSENT)
    for block in (1, 2, 9):
        with pytest.raises(feedback.NothingToSay):
            feedback.give(session, own, trainee.id, block, feedback.Said(5, 3, 4))
    with pytest.raises(feedback.NotPoints):
        feedback.give(session, own, trainee.id, 1, feedback.Said(6, 3, 4))
    assert session.scalars(select(CatchUp)).all() == []
