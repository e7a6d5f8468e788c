"""A canary in everything of an application that is no trainer's business: no page, fragment, JSON, print, header or
calendar a trainer can fetch tells one, and nothing of another trainer's cohort is there for them at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal import clock
from portal.config import Settings
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Answer, Application, Requirement, State
from portal.domain.applications.queries import place_of
from portal.domain.attendance import assessing, catching_up
from portal.domain.attendance.models import Presence, Result
from portal.domain.campaigns.models import Care, Question, QuestionVersion, RequirementKind
from portal.domain.casework import notes
from portal.domain.clearances.models import DeclarationKind
from portal.domain.correspondence.actions import write, write_to_us
from portal.domain.training import contacts
from portal.domain.training.contacts import Contact
from portal.domain.training.models import SessionTrainer, Trainee
from portal.extensions import db
from tests.support.catch_ups import Group, first_weekend, marked, on
from tests.support.client import JudgingClient
from tests.support.make_applications import keys_of
from tests.support.make_documents import a_document, set_clock
from tests.support.people import a_staff_member, browser_of
from tests.support.training import a_trainer
from tests.support.vetting import all_given, declare
from tests.support.vetting import begun as begin_vetting

NOW = on(12, 5, 8)  # the morning of the third day
FRAGMENT = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}
WHAT = ("answer", "health", "postcode", "email", "criminal", "finance", "note", "toldus", "written", "owner", "reason")
THEIRS = re.compile("Northerly|Farcohort|farhelps|farwork|farcontact")  # of the other cohort


def canary(what: str) -> str:
    return f"canaryof{what}xq"


WORDS = ("medical", "vetting", "fitness", "declaration", r"\bscore")  # not even that there is such a thing
TOLD = re.compile("|".join([*(canary(what) for what in WHAT), *WORDS]), re.IGNORECASE)


@pytest.fixture(autouse=True)
def on_the_third_morning(settings: Settings) -> Iterator[None]:
    set_clock(settings, NOW)
    with clock.at(NOW):
        yield
    clock.use_offset(timedelta())


def _planted(session: Session, app: Flask, group: Group) -> None:
    """Everything sensitive there is, in the application of the first of the group."""
    keys, trainee = keys_of(app), group.people[0]
    vetted = begin_vetting(session, app)
    for kind in DeclarationKind:
        declare(session, app, vetted, kind, all_given(kind, "yes", canary(kind.value)))
    key, recruiter = vetted.id, a_staff_member(session, Role.RECRUITER)
    with unit_of_work(session):
        recruiter = session.get_one(StaffMember, recruiter.id)
        recruiter.name = canary("owner")
        found = session.get_one(Application, key)
        found.state, found.owner_id, found.postcode = State.TRAINING, recruiter.id, canary("postcode")
        found.applicant.email, found.score = f"{canary('email')}@example.org", 9_900
        session.get_one(Trainee, trainee.id).application_id = key
        assert session.scalar(select(Requirement.id).filter_by(application_id=key, kind=RequirementKind.MEDICAL))
        _answers(session, app, key)
    notes.write_note(session, keys, recruiter, key, canary("note"))
    write(session, recruiter, key, subject=canary("written"), body=canary("written"))
    write_to_us(session, session.get_one(Application, key).applicant, key, canary("toldus"))
    a_document(session, app, session.get_one(Application, key))


def _answers(session: Session, app: Flask, key: int) -> None:
    for answer, version in session.execute(
        select(Answer, QuestionVersion).join(QuestionVersion).where(Answer.application_id == key)
    ):
        words = f'"{canary("health")}"'
        if answer.sealed is not None:
            answer.sealed = keys_of(app).seal(words, **place_of(key, answer.question_id))
        elif version.kind.value in {"text", "long_text"}:
            answer.value = f'"{canary("answer")}"'
    question = session.scalars(select(Question).where(Question.care == Care.SEALED)).first()
    assert question is not None


@pytest.fixture
def group(app: Flask, session: Session) -> Group:
    """Three in training: one whose application tells everything, with work, an assessment and a contact."""
    group = first_weekend(session)
    _planted(session, app, group)
    keys, trainee = keys_of(app), group.people[0]
    own = session.get_one(Application, session.get_one(Trainee, trainee.id).application_id).applicant
    application_id = session.get_one(Trainee, trainee.id).application_id
    contacts.give_contact(session, keys, own, application_id, Contact("Kim Ringer", "01622 690690", "Partner"))
    contacts.say_adjustments(session, keys, own, application_id, "A seat near the door")
    row = catching_up.set_written(session, own, trainee.id, "law-1")
    catching_up.hand_in(session, keys, own, row.id, "What the law says")
    assessing.record_result(
        session, keys, group.trainer, group.people[1].id, "aid-2", Result.NOT_YET, assessed_on=date(2018, 5, 1),
        seen=0, words="Count the breaths",
    )  # fmt: skip
    _far(session, app, group)
    return group


def _far(session: Session, app: Flask, group: Group) -> None:
    """Another trainer's cohort on the very same days, whose people and words would be seen at once."""
    far = first_weekend(session, course=group.version, name="Farcohort")
    keys = keys_of(app)
    with unit_of_work(session):
        for each in far.people:
            found = session.get_one(Application, each.application_id)
            found.given_name, found.family_name = "Zebulon", "Northerly"
    own = session.get_one(Application, far.people[0].application_id).applicant
    contacts.give_contact(
        session, keys, own, far.people[0].application_id, Contact("farcontact", "01622 000000", "Friend")
    )  # fmt: skip
    contacts.say_adjustments(session, keys, own, far.people[0].application_id, "farhelps")
    row = catching_up.set_written(session, own, far.people[0].id, "law-1")
    catching_up.hand_in(session, keys, own, row.id, "farwork")


def addresses(rule: Rule, application: Application, most: int = 6) -> Iterable[str]:
    """This route with every number there may be, and the names somebody would try."""
    known = {
        "reference": [application.reference], "slug": [application.campaign.slug], "section": ["contact", "why"],
        "kind": ["criminal", "finance", "vetting", "medical", "application"], "subject_id": [str(application.id)],
        "act": ["sign-off"],
    }  # fmt: skip
    names = sorted(rule.arguments)
    numbers = [str(number) for number in range(1, most + 1)]
    cohorts = ["1", "2"]
    for values in product(*(known.get(name, cohorts if name == "cohort_id" else numbers) for name in names)):
        address = rule.rule
        for name, value in zip(names, values, strict=True):
            address = re.sub(rf"<(?:[^<>]*:)?{name}>", value, address)
        yield address


def fetched(app: Flask, browser: JudgingClient, application: Application) -> Iterator[tuple[str, int, str]]:
    """Everything a browser gets at any staff address there is, whole, as a fragment, as JSON."""
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or not rule.rule.startswith("/staff"):
            continue
        if "sign_out" in rule.endpoint or "demo" in rule.endpoint:
            continue
        for address in addresses(rule, application):
            for headers in ({}, FRAGMENT, JSON) if "cohort" in address else ({},):
                with browser.get(address, headers=headers) as answer:
                    text = answer.get_data().decode("utf-8", "replace")
                    yield address, answer.status_code, f"{text} {answer.headers}"


def _first(session: Session, group: Group) -> Application:
    trainee = session.get_one(Trainee, group.people[0].id, populate_existing=True)
    return session.get_one(Application, trainee.application_id, populate_existing=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_a_trainer_can_fetch_tells_any_of_it(app: Flask, session: Session, group: Group) -> None:
    application = _first(session, group)
    browser = browser_of(app, group.trainer)
    leaks, opened = {}, set()
    for address, status, text in fetched(app, browser, application):
        told = {each.lower() for each in TOLD.findall(text)} | set(THEIRS.findall(text))
        if told:
            leaks[address] = told
        if status == 200:
            opened.add(re.sub(r"\d+", "0", address))
    assert leaks == {}
    assert {
        "/staff/cohorts", "/staff/cohorts/0", "/staff/cohorts/0/trainees/0", "/staff/cohorts/0/register",
        "/staff/cohorts/catch-ups", "/staff/cohorts/today", "/staff/cohorts/today/0/print",
        "/staff/cohorts/0/feedback", "/staff/cohorts/0/message", "/staff/cohorts/0/register/0/state",
    } <= opened, "what is theirs was read"  # fmt: skip
    text = browser.get(f"/staff/cohorts/{group.cohort.id}/trainees/{group.people[0].id}").text
    assert "What the law says" in text and "A seat near the door" in text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_substitute_reaches_their_one_register_and_nothing_else(app: Flask, session: Session, group: Group) -> None:
    stand_in = a_trainer(session)
    with unit_of_work(session):
        session.add(
            SessionTrainer(
                session_id=group.days[2].id, staff_id=stand_in.id, substitute=True, added_by=group.trainer.id,
                added_at=clock.now(),
            )
        )  # fmt: skip
    application, browser = _first(session, group), browser_of(app, stand_in)
    opened = set()
    for address, status, text in fetched(app, browser, application):
        assert not TOLD.search(text) and not THEIRS.search(text), address
        if status == 200 and re.search(r"/cohorts/\d", address):
            opened.add(address)
    here = f"/staff/cohorts/{group.cohort.id}/register"
    assert here in opened and all(address.startswith(here) for address in opened)
    others = [str(day.id) for day in group.days if day.id != group.days[2].id]
    assert not [address for address in opened for key in others if f"/register/{key}/" in address]
    assert browser.get(f"/staff/cohorts/today?session={group.days[2].id}").status_code == 200
    assert browser.get(f"/staff/cohorts/today?session={group.days[3].id}").status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nor_does_what_a_trainer_does(app: Flask, session: Session, group: Group) -> None:
    """The answers to their acts, refused and done, tell no more than their pages."""
    browser, one = browser_of(app, group.trainer), group.people[0]
    here = f"/staff/cohorts/{group.cohort.id}/trainees/{one.id}"
    token = browser.tokens(browser.get(here).text)
    marked(session, group.people[1], group.days[1], Presence.ABSENT)
    for path, fields in (
        (f"{here}/book", {"session": "1"}), (f"{here}/alone", {}), (f"{here}/written", {"work-module": "law-1"}),
        (f"{here}/assessments", {}), (f"/staff/cohorts/{group.cohort.id}/message", {"subject": "", "body": ""}),
        (f"/staff/cohorts/today/{group.days[2].id}/contact/{one.id}", {}),
        (f"/staff/cohorts/{group.cohort.id}/register/{group.days[2].id}/marks", {}),
    ):  # fmt: skip
        with browser.post(path, data=token | fields, follow_redirects=True) as answer:
            text = f"{answer.get_data(as_text=True)} {answer.headers}"
        assert answer.status_code < 500 and not TOLD.search(text) and not THEIRS.search(text), path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_canaries_are_there_for_those_they_are_for(app: Flask, session: Session, group: Group) -> None:
    """Else the tests above would find nothing because there was nothing."""
    application = _first(session, group)
    recruiter = browser_of(app, a_staff_member(session, Role.RECRUITER))
    text = recruiter.get(f"/staff/applications/{application.reference}").text
    shown = {each.lower() for each in TOLD.findall(text)}
    assert {canary("note"), canary("toldus"), canary("owner")} <= shown and "vetting" in shown
    vetter = browser_of(app, a_staff_member(session, Role.VETTING))
    case = vetter.get(f"/staff/vetting/{application.reference}").text
    assert canary("criminal") in case or vetter.get("/staff/vetting").status_code == 200
    db.session.rollback()
