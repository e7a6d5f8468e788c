"""One of everything that an address names, each made by the very action its page uses."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.deputies import name_deputy
from portal.domain.accounts.models import Applicant, GroupRole, Passkey, Role, StaffMember
from portal.domain.applications.actions import enter_for
from portal.domain.applications.models import Application, Channel, Relation
from portal.domain.attendance import notes
from portal.domain.attendance.marking import mark
from portal.domain.attendance.models import Assessment, CatchUp, CatchUpWay, MarkOutcome, MarkStep, Presence, Result
from portal.domain.attendance.notes import NoteWish
from portal.domain.audit.actions import SYSTEM
from portal.domain.campaigns.criteria import criteria_of
from portal.domain.campaigns.models import Campaign, Division
from portal.domain.casework.models import SavedView
from portal.domain.correspondence.actions import write_to_us
from portal.domain.correspondence.shipped import seed_templates
from portal.domain.duplicates.finding import match_due
from portal.domain.duplicates.models import Pair
from portal.domain.interviews.booking import book
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.models import SessionKind
from portal.domain.interviews.questions import asked_in, keep_standard
from portal.domain.interviews.sheets import declare_unknown
from portal.domain.offers.answering import accept
from portal.domain.offers.making import offer
from portal.domain.shortlisting.conflicts import declare_known, known_people
from portal.domain.shortlisting.reporting import report_piece
from portal.domain.training.course_editing import begin_version
from portal.domain.training.enrolling import enrol
from portal.domain.training.models import Cohort, Module, Trainee, TrainingSession
from portal.extensions import db
from tests.guards.walk import World, people
from tests.support.bulk_runs import as_viewer, confirmed
from tests.support.casework import a_note_that_waits
from tests.support.checks import some_of_each
from tests.support.interviews import PLANNED_AT, a_day, a_day_with_somebody, a_shortlisted, slots_of
from tests.support.live import form_token
from tests.support.make_applications import a_draft, a_submitted, keys_of
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.make_documents import a_document
from tests.support.make_questions import OWN
from tests.support.make_sifts import one_reading
from tests.support.moderation import a_sift, read_as
from tests.support.offers import someone_in
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.registers import wish
from tests.support.trainees import somebody_accepted
from tests.support.training import COHORT_AT, a_cohort, a_trainer, sessions_of, the_course
from tests.support.vetting import a_case
from tests.support.volunteers import end_of_the_road

MOMENT = datetime(2018, 1, 15, 10, 0)  # the pilot is open

# What an address may say and nothing is called.
NOBODYS = {
    "accepted": "CPV-2222-2222",
    "alias": "teal-0", "answered": "999999", "asked": "999999", "attempt": "999999", "campaign": "no-such",
    "change": "999999", "cohort": "999999", "course": "no-such", "criterion": "999999", "day": "999999",
    "deputy": "999999",
    "document": "nothing", "draft": "CPV-2222-2222", "drafted": "no-such",
    "entered": "CPV-2222-2222", "group": "999999",
    "interview_question": "999999", "interviewed": "no-such", "invited": "CPV-2222-2222",
    "kept": "no-such", "known": "999999", "member": "999999", "message": "999999", "met": "CPV-2222-2222",
    "number": "999999", "offered": "CPV-2222-2222", "own_deputy": "999999", "pair": "999999", "panel": "999999",
    "passkey": "999999", "placed": "CPV-2222-2222", "question": "no-such", "read": "no-such", "reader": "999999",
    "reading": "nothing", "referee": "999999", "role": "999999", "run": "999999", "seat": "999999",
    "sent": "CPV-2222-2222", "sent_document": "nothing", "sent_id": "999999", "session": "999999", "sheet": "999999",
    "sift": "no-such", "taught": "no-such", "walk_in": "999999", "differing": "999999",
    "to_come": "999999", "trainee": "999999", "unsent": "no-such",
    "venue": "999999", "view": "999999", "wording": "no-such",
    "assessment": "999999", "catch_up": "999999", "certificate": "999999",
    "code": "no-such", "finished": "999999", "finisher": "999999", "grant": "999999",
    "ready": "CPV-2222-2222", "served": "CPV-2222-2222", "step": "999999", "volunteer": "VOL-2222-2222",
}  # fmt: skip


def made_world(app: Flask) -> World:
    """Everybody, and everything: the owner's, the recruiter's, the assessor's, the administrator's."""
    made = World(app)
    people(app, made)
    session = db.session()
    seed_templates(session)
    campaign, another = the_pilot(session), a_campaign(session)
    owner = an_applicant(session, "owner@example.org")
    made.ids["owner"], made.browsers["owner"] = owner.id, browser_of(app, owner)
    made.names = {"campaign": campaign.slug, "sift": another.slug, "wording": "general", **_kept(session)}
    draft, sent = a_draft(session, app, campaign, applicant=owner), a_submitted(session, app, another, applicant=owner)
    made.names |= _papers(session, app, draft, sent)
    made.names |= _offers(session, made, owner) | _invited(session, made, owner)
    made.names |= _interview(session, made, owner)
    made.names |= _checks(session, made) | _training(session, made)
    entered = enter_for(session, _staff(made, "recruiter"), "r@example.org", campaign, Channel.PAPER)
    made.names["entered"] = entered.reference
    made.names |= _correspondence(session, owner, sent) | _sift(session, made, sent)
    made.names |= _accounts(session, made)
    made.names |= a_case(session, app, sent)
    match_due(session, keys_of(app))  # everybody here has the same name, birth date and address
    made.names["pair"] = str(session.scalars(select(Pair.id).order_by(Pair.id)).all()[0])
    made.names["view"] = str(_view(made))
    made.names["run"] = str(confirmed(made.as_("recruiter"), "shortlist", [sent.reference]))
    made.names |= a_day_with_somebody(session, sent, [_staff(made, "assessor")], "west")
    db.session.rollback()
    return made


def _staff(made: World, actor: str) -> StaffMember:
    return db.session().get_one(StaffMember, made.ids[actor])


def _papers(session: Session, app: Flask, draft: Application, sent: Application) -> dict[str, str]:
    return {
        "draft": draft.reference,
        "sent": sent.reference,
        "sent_id": str(sent.id),
        "document": a_document(session, app, draft).public_id,
        "sent_document": a_document(session, app, sent).public_id,
    }


def _offers(session: Session, made: World, owner: Applicant) -> dict[str, str]:
    """Two courses: a place offered to the owner on one, accepted by them on the other."""
    recruiter, names = _staff(made, "recruiter"), {}
    with clock.at(MOMENT):
        for name, course in (("offered", a_campaign(session)), ("placed", a_campaign(session))):
            found = someone_in(session, made.app, course, applicant=owner)
            offer(session, recruiter, found.id)
            names |= {name: found.reference, "course": course.slug}
        accept(session, owner, found.id)
    return names


def _checks(session: Session, made: World) -> dict[str, str]:
    """What stands behind the checks of the place accepted."""
    found = session.scalars(select(Application).filter_by(reference=made.names["placed"])).one()
    with clock.at(MOMENT):
        names = some_of_each(session, made.app, found, _staff(made, "recruiter"))
    return {name: number for name, number in names.items() if name != "link"}


def _training(session: Session, made: World) -> dict[str, str]:
    """A cohort of the west on whose course the owner has a place, and its first session; one to come, for another
    course on which the owner has accepted a place."""
    campaign = session.scalars(select(Campaign).filter_by(slug=made.names["course"])).one()
    west = session.scalars(select(Division.id).filter_by(slug="west")).one()
    cohort = a_cohort(session, trainers=[_staff(made, "trainer")], campaign=campaign, division_id=west)
    first = sessions_of(session, cohort)[0]
    placed = session.scalars(select(Application).filter_by(reference=made.names["placed"])).one()
    with clock.at(COHORT_AT + timedelta(hours=1)):
        trainee = enrol(session, _staff(made, "recruiter"), cohort.id, placed.id)
    to_come, owner = a_cohort(session, division_id=west, at=MOMENT), placed.applicant
    accepted = somebody_accepted(session, a_campaign(session), applicant=owner)
    return {
        "cohort": str(cohort.id), "session": str(first.id), "taught": cohort.course.course.slug,
        "drafted": _drafted(session, _staff(made, "recruiter")),
        "trainee": str(trainee.id), "to_come": str(to_come.id),
        "accepted": session.get_one(Application, accepted).reference,
    } | _register(session, made, first, trainee) | _caught_up(session, made, trainee) | end_of_the_road(
        session, made.app, _staff(made, "recruiter"), owner, west
    )  # fmt: skip


def _drafted(session: Session, recruiter: StaffMember) -> str:
    """A course whose next version is being written."""
    course = the_course(session, "induction").course
    begin_version(session, recruiter, course.id)
    return course.slug


def _register(session: Session, made: World, day: TrainingSession, trainee: Trainee) -> dict[str, str]:
    """Two marks of one person that differ, and somebody who came without being listed."""
    with clock.at(COHORT_AT + timedelta(hours=1)):
        for reason in ("work", "travel"):
            mark(session, a_trainer(session), day.id, wish(trainee, Presence.EXCUSED, reason=reason))
        walk_in = NoteWish("walk-in-0001", None, True, "Alex Marsh", clock.now())
        noted = notes.write(session, keys_of(made.app), _staff(made, "trainer"), day.id, walk_in)
    waiting = select(MarkStep.id).where(MarkStep.outcome == MarkOutcome.CONFLICT)
    return {"differing": str(session.scalars(waiting).one()), "walk_in": str(noted.id)}


def _caught_up(session: Session, made: World, trainee: Trainee) -> dict[str, str]:
    """Written work that is still to be handed in, and an assessment."""
    trainer, now = made.ids["trainer"], clock.now()
    module = session.scalars(
        select(Module).join(Cohort, Cohort.version_id == Module.version_id).where(Cohort.id == trainee.cohort_id)
    ).first()  # fmt: skip
    assert module is not None
    with unit_of_work(session):
        work = CatchUp(
            trainee_id=trainee.id, module_id=module.id, module_code=module.code, way=CatchUpWay.WRITTEN,
            due_on=date(2030, 1, 1), booked_at=now,
        )  # fmt: skip
        tried = Assessment(
            trainee_id=trainee.id, module_id=module.id, module_code=module.code, attempt=1, result=Result.NOT_YET,
            assessed_on=date(2018, 4, 28), staff_id=trainer, recorded_at=now,
        )  # fmt: skip
        session.add_all([work, tried])
    return {"catch_up": str(work.id), "assessment": str(tried.id)}


def _interview(session: Session, made: World, owner: Applicant) -> dict[str, str]:
    """The owner's, before the recruiter and the assessor, who have said that they do not know them."""
    panel, recruiter = [_staff(made, role) for role in ("recruiter", "assessor")], _staff(made, "recruiter")
    campaign = a_campaign(session)
    met = a_shortlisted(session, made.app, campaign, applicant=owner)
    day = a_day(session, campaign, staff=panel)
    with clock.at(PLANNED_AT):
        invitation = invite(session, recruiter, met.id, SessionKind.INTERVIEW)
        booking = book(session, recruiter, invitation.id, slots_of(session, day)[0].id)
        for member in panel:
            declare_unknown(session, as_viewer(session, member), booking.id)
    return {"met": met.reference, "sheet": str(booking.id), "interviewed": campaign.slug}


def _invited(session: Session, made: World, owner: Applicant) -> dict[str, str]:
    """The owner is on a shortlist and may choose a time."""
    course = a_campaign(session)
    found = a_shortlisted(session, made.app, course, applicant=owner)
    with clock.at(PLANNED_AT):
        invite(session, _staff(made, "recruiter"), found.id, SessionKind.INTERVIEW)
    return {"invited": found.reference}


def _kept(session: Session) -> dict[str, str]:
    """A draft of a campaign with two questions of its own, ready to be published."""
    kept = a_campaign(session, questions=OWN[:2], published_at=None, announced_on=date(2017, 12, 29))
    criterion = criteria_of(session, kept.id)[0]
    keep_standard(session, SYSTEM, kept.id)
    asked = str(asked_in(session, kept.id)[0].id)
    return {
        "kept": kept.slug, "question": OWN[0].key, "criterion": str(criterion.id), "interview_question": asked,
    }  # fmt: skip


def _correspondence(session: Session, owner: Applicant, sent: Application) -> dict[str, str]:
    return {"message": str(write_to_us(session, owner, sent.id, "When will you write?").id)}


def _sift(session: Session, made: World, sent: Application) -> dict[str, str]:
    """One application that two have read and differ on; another that the assessor reads and reports."""
    sift = a_sift(session, campaign=sent.campaign)
    read_as(session, sift, sent, sift.points(5), sift.points(1), alias="Heron 63")
    reader = _staff(made, "assessor")
    read, reading = one_reading(session, made.app, reader.id)
    report_piece(session, reader, reading.public_id, "after three break-ins")
    declare_known(session, reader, keys_of(made.app), "Nobody Here", Relation.FRIEND)
    return {
        "alias": "heron-63",
        "read": read.slug,
        "reading": reading.public_id,
        "number": str(reading.id),
        "reader": str(reader.id),
        "known": str(known_people(session, keys_of(made.app), reader.id)[0].id),
    }


def _accounts(session: Session, made: World) -> dict[str, str]:
    """A colleague with a role and a deputy; the recruiter's own deputy, passkey and a note that waits; a group of the
    provider's."""
    member, colleague = a_staff_member(session, Role.TRAINER), a_staff_member(session, Role.RECRUITER)
    administrator, recruiter = _staff(made, "administrator"), _staff(made, "recruiter")
    days = {"starts_on": date(2018, 1, 20), "ends_on": date(2018, 1, 22)}
    named = name_deputy(session, administrator, member.id, colleague.id, **days)
    own = name_deputy(session, recruiter, recruiter.id, colleague.id, **days)
    with unit_of_work(session):
        passkey = Passkey(
            staff_id=recruiter.id, credential_id=b"1", public_key=b"1", sign_count=0, name="Phone",
            created_at=clock.wall(),
        )  # fmt: skip
        group = GroupRole(group_name="volunteers-office", role=Role.TRAINER)
        session.add_all([passkey, group])
    return {
        "member": str(member.id),
        "role": str(member.roles[0].id),
        "deputy": str(named.id),
        "own_deputy": str(own.id),
        "unsent": a_note_that_waits(session, made.app, recruiter, made.names["sent"]),
        "passkey": str(passkey.id),
        "group": str(group.id),
    }


def _view(made: World) -> int:
    """The recruiter's own, saved as they save it."""
    fields = {"csrf_token": form_token(made.app), "name": "Mine"}
    saved = made.as_("recruiter").post("/staff/applications/views/new", data=fields)
    assert saved.status_code == 303
    db.session.rollback()  # reads what the request committed
    return db.session.scalars(select(SavedView.id)).one()
