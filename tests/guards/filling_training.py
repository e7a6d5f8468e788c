"""What the forms of training wait for: somebody who missed a day, a day that is today, places, people who completed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.applications.models import Application
from portal.domain.attendance import beforehand, catching_up, codes, completing, marking, substitutes, writing_to_all
from portal.domain.attendance.assessing import record_result
from portal.domain.attendance.models import Result
from portal.domain.training.contacts import Contact, give_contact
from portal.domain.training.enrolling import enrol
from portal.domain.training.models import Cohort, Pattern, Trainee
from portal.domain.training.shipped import ModuleRow
from portal.domain.volunteers.appointing import appoint
from portal.domain.volunteers.powers import grant
from tests.guards.walk import World
from tests.support.bulk_runs import as_viewer
from tests.support.catch_ups import another, came, first_weekend, marked
from tests.support.files import make_pdf
from tests.support.make_applications import keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.registers import wish
from tests.support.trainees import a_trainee, somebody_accepted, trainees
from tests.support.training import a_cohort, a_course, a_trainer, sessions_of
from tests.support.volunteers import MET, MODULES, SCHEME, a_wish, attended, done_by_hand, met

LONG_AGO, AUTUMN, BEFORE = (
    clock.from_london(datetime(*day, 10)) for day in ((2017, 9, 1), (2017, 11, 3), (2018, 1, 5))
)
WEEKEND, LATER, PAST = date(2018, 1, 6), date(2018, 2, 3), date(2017, 11, 4)  # Saturdays
SOON = 10 * 60 + 30  # today's class: nobody is late yet, by more minutes from one moment to the next

TRAINING_PAGES = (
    ("trainer", "/staff/cohorts/{begun}/trainees/{missed}"),
    ("trainer", "/staff/cohorts/{begun}/trainees/{handed}"),
    ("trainer", "/staff/cohorts/{begun}/message"),
    ("owner", "/applications/{mine}/training/catch-up"),
    ("owner", "/applications/{mine}/training/catch-up/alone"),
    ("owner", "/applications/{mine}/training/feedback/1"),
    ("trainer", "/staff/cohorts/{now}/register"),
    ("trainer", "/staff/cohorts/{now}/register/{now_day}/scan"),
    ("trainer", "/staff/cohorts/{now}/register/{now_day}/entry"),
    ("trainer", "/staff/cohorts/{now}/register/{now_day}/trainers"),
    ("owner", "/applications/{here}/training"),
    ("owner", "/applications/{free}/training"),
    ("owner", "/applications/{accepted}/training"),
    ("recruiter", "/staff/cohorts/{soon}/places"),
    ("recruiter", "/staff/cohorts/{full}/places"),
    ("recruiter", "/staff/cohorts/{soon}/places/enrol?who={candidate}"),
    ("recruiter", "/staff/cohorts/{soon}/places/start"),
    ("recruiter", "/staff/cohorts/{soon}/dates/{soon_day}"),
    ("recruiter", "/staff/cohorts/{soon}/dates/add"),
    ("recruiter", "/staff/cohorts/{unpublished}/dates"),
    ("recruiter", "/staff/cohorts/{past}/completion"),
    ("recruiter", "/staff/applications/{able}/appointment"),
    ("recruiter", "/staff/applications/{able}/appointment/confirm"),
    ("recruiter", "/staff/applications/{unsigned}/appointment/induction"),
    ("recruiter", "/staff/volunteers/{serving}/powers/{held}/withdraw"),
    ("owner", "/applications/{unsigned}/agreement"),
)


def _door(world: World) -> dict[str, Any]:
    """The code that is shown at this moment."""
    return {"code": codes.code_at(keys_of(world.app), int(world.names["now_day"]), clock.wall())}


def _sheet(world: World) -> dict[str, Any]:
    return {f"t{number}": "p" for number in world.names["on_sheet"].split()}


def _new_cohort(world: World) -> dict[str, Any]:
    return {
        "version_id": world.names["version"], "campaign_id": "", "division_id": "", "name": "Quiet cohort",
        "capacity": "10", "first": "10 February 2018", "room": "Room 9", "room_places": "", "trainer_ids": [],
    }  # fmt: skip


TRAINING_SAID: dict[str, Callable[[World], dict[str, Any]]] = {
    "public.check_in_by_code": _door,
    "public.certificates": lambda world: {"code": world.names["code"]},
    "public.compare_certificate": lambda _: {"file": (io.BytesIO(make_pdf()), "certificate.pdf")},
    "staff.register_scan": lambda world: {"code": world.names["own_code"]},
    "staff.register_entry": _sheet,
    "staff.register_trainers": lambda world: {"staff_id": world.names["spare"]},
    "staff.new_cohort": _new_cohort,
    "staff.add_training_day": lambda _: {
        "day": "17 February 2018", "starts": "9am", "ends": "5pm", "room": "Room 9", "room_places": "",
    },
    "staff.edit_day": lambda _: {"room_places": ""},
    "staff.set_time_alone": lambda _: {"alone-on": "25 January 2018", "alone-at": "6pm"},
    "public.ask_for_time_alone": lambda _: {"on": "25 January 2018", "at": "6pm"},
    "staff.set_written_work": lambda _: {"work-due": "1 February 2018"},
    "staff.hand_work_back": lambda _: {"back-due": "1 February 2018"},
    "staff.record_assessment": lambda _: {"assessment-on": "7 January 2018"},
}  # fmt: skip


def prepared_training(session: Session, world: World, recruiter: StaffMember) -> None:
    """Names it all for addresses."""
    trainer, owner = session.get_one(StaffMember, world.ids["trainer"]), session.get_one(Applicant, world.ids["owner"])
    _begun(session, world, trainer, owner)
    _today(session, world, trainer, owner)
    _places(session, world, recruiter, owner)
    _completed(session, world, recruiter, owner)


def _application(session: Session, trainee: Trainee) -> Application:
    return session.get_one(Application, trainee.application_id)


def _given_to(session: Session, trainee: Trainee, owner: Applicant) -> str:
    """Their application becomes the owner's; its reference."""
    with unit_of_work(session):
        found = _application(session, trainee)
        found.applicant_id = owner.id
    return _application(session, trainee).reference


def _begun(session: Session, world: World, trainer: StaffMember, owner: Applicant) -> None:
    """After the first weekend: the owner missed something; so did somebody nothing is set for, whose assessment is not
    passed yet, and somebody who handed their work in. Another group learns the same; all were written to."""
    campaign, keys = a_campaign(session), keys_of(world.app)
    with clock.at(BEFORE):
        group = first_weekend(
            session, people=4, trainer=trainer, campaign=campaign, first=WEEKEND, at=LONG_AGO
        )  # fmt: skip
        another(session, group, first=WEEKEND + timedelta(days=21), at=LONG_AGO)
    mine, missed, handed, _ = group.people
    marked(session, mine, group.days[1], late=200)
    for trainee in (missed, handed):
        came(session, trainee, group.days[:2], (0,))
    record_result(session, keys, trainer, missed.id, "aid-2", Result.NOT_YET, assessed_on=WEEKEND, seen=0)
    work = catching_up.set_written(session, trainer, handed.id, "law-1")
    catching_up.hand_in(session, keys, _application(session, handed).applicant, work.id, "In my own words.")
    writing_to_all.write_to_all(session, as_viewer(session, trainer), group.cohort.id, "Boots", "Bring them.")
    world.names |= {
        "begun": str(group.cohort.id), "missed": str(missed.id), "handed": str(handed.id),
        "mine": _given_to(session, mine, owner),
    }  # fmt: skip


def _today(session: Session, world: World, trainer: StaffMember, owner: Applicant) -> None:
    """A day that begins: somebody stands in, somebody is marked; the owner cannot come to the next one, and said whom
    to ring."""
    campaign, keys = a_campaign(session), keys_of(world.app)
    course = a_course(session, pattern=Pattern.DAYS, scheme=SCHEME, starts=SOON)
    cohort = a_cohort(
        session, course=course, campaign=campaign, trainers=[trainer], first=clock.today(),
        at=LONG_AGO,
    )  # fmt: skip
    with clock.at(BEFORE):
        here, other = trainees(session, cohort, 2)
    now, tomorrow = sessions_of(session, cohort)
    reference, key = _given_to(session, here, owner), here.application_id
    substitutes.add(session, trainer, now.id, a_trainer(session).id)
    spare = a_trainer(session)
    marking.mark(session, trainer, now.id, wish(other))
    give_contact(session, keys, owner, key, Contact("Kim Ringer", "01622 690690", "Partner"))
    beforehand.cannot_come(session, keys, owner, key, tomorrow.id, beforehand.AwayReason.WORK)
    world.names |= {
        "now": str(cohort.id), "now_day": str(now.id), "here": reference, "spare": str(spare.id),
        "own_code": codes.short_code(here.check_in), "on_sheet": f"{here.id} {other.id}",
    }  # fmt: skip


def _places(session: Session, world: World, recruiter: StaffMember, owner: Applicant) -> None:
    """A cohort to come: a place that came free for the owner, somebody who may begin, somebody who may have a place.
    One that is full, and one that is not published."""
    campaign, at = a_campaign(session), LONG_AGO
    course = a_course(session, scheme=SCHEME)
    plan: dict[str, Any] = {"course": course, "campaign": campaign, "at": at}
    soon = a_cohort(session, first=LATER, capacity=10, trainers=[a_trainer(session)], **plan)
    full = a_cohort(session, first=LATER, capacity=1, trainers=[a_trainer(session)], **plan)
    hidden = a_cohort(session, first=LATER, published=False, trainers=[a_trainer(session)], **plan)
    a_trainee(session, full, started=False)
    a_trainee(session, soon, started=False)
    free, candidate = somebody_accepted(session, campaign, applicant=owner), somebody_accepted(session, campaign)
    enrol(session, recruiter, soon.id, free, confirm_by=clock.end_of(clock.today() + timedelta(days=4)))
    world.names |= {
        "soon": str(soon.id), "soon_day": str(sessions_of(session, soon)[0].id), "full": str(full.id),
        "unpublished": str(hidden.id), "version": str(course.id),
        "free": session.get_one(Application, free).reference,
        "candidate": session.get_one(Application, candidate).reference,
    }  # fmt: skip


def _past(session: Session) -> Cohort:
    rows = [ModuleRow(code, code.replace("-", " ").capitalize(), 120) for code in MODULES]
    course = a_course(session, len(rows), modules=rows, scheme=SCHEME)
    campaign = a_campaign(session)
    return a_cohort(session, course=course, campaign=campaign, first=PAST, at=LONG_AGO)


def _completed(session: Session, world: World, recruiter: StaffMember, owner: Applicant) -> None:
    """A course that is over: somebody waits for their certificate; the owner has only the agreement to accept and the
    steps by hand before them, somebody nothing, and somebody is a volunteer with a power."""
    cohort = _past(session)
    with clock.at(AUTUMN):
        people = trainees(session, cohort, 4)
    for trainee in people:
        attended(session, trainee)
    unsigned, able, serving = people[1:]
    for trainee in (unsigned, able, serving):
        completing.complete(session, recruiter, trainee.id)
        met(session, trainee.application_id, *MET, by=recruiter)
    for trainee in (able, serving):
        done_by_hand(session, world.app, _application(session, trainee), recruiter)
    volunteer = appoint(session, recruiter, serving.application_id)
    held = grant(session, recruiter, volunteer.id, a_wish(session))
    world.names |= {
        "past": str(cohort.id), "able": _application(session, able).reference,
        "unsigned": _given_to(session, unsigned, owner), "serving": volunteer.number, "held": str(held.id),
    }  # fmt: skip
