"""People in every state there are pages for, and browsers signed in as them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta

from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, Role, StaffMember
from portal.domain.accounts.queries import staff_by_email
from portal.domain.accounts.staff_accounts import NewRole, create_staff
from portal.domain.applications.actions import enter_for, withdraw
from portal.domain.applications.models import Application, Channel
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.actions import SYSTEM
from portal.domain.campaigns.criteria import criteria_of
from portal.domain.campaigns.models import Division, RequirementKind
from portal.domain.campaigns.queries import campaign_by_slug
from portal.domain.campaigns.standard import STANDARD_QUESTIONS, TIED_CRITERIA
from portal.domain.clearances.declarations import keep
from portal.domain.clearances.models import DeclarationKind
from portal.domain.clearances.vetting import begin
from portal.domain.correspondence.actions import write, write_to_us
from portal.domain.duplicates.finding import match_due
from portal.domain.duplicates.models import Pair
from portal.domain.interviews.booking import book
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.models import SessionKind
from portal.domain.interviews.questions import asked_in
from portal.domain.messages.models import Delivery, OutboxMail
from portal.domain.offers.answering import accept
from portal.domain.offers.making import offer
from portal.domain.training.course_editing import begin_version
from portal.domain.training.enrolling import enrol
from tests.support.browser import PASSWORD, Portal, Visitor, code_in
from tests.support.bulk_runs import begun
from tests.support.casework import a_note_that_waits
from tests.support.catch_ups import mid_course
from tests.support.checks import some_of_each
from tests.support.files import make_pdf_with_script, make_png
from tests.support.interviews import a_day, a_day_with_somebody, a_shortlisted, slots_of
from tests.support.live import cookies_of
from tests.support.make_applications import a_draft, a_submitted, keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.make_documents import a_document
from tests.support.make_sifts import one_reading
from tests.support.moderation import a_sift, read_as
from tests.support.offers import reserves, someone_in
from tests.support.people import an_applicant
from tests.support.sheets import a_panel, agree, complete_own, declare
from tests.support.trainees import somebody_accepted
from tests.support.training import a_cohort, sessions_of, the_course
from tests.support.vetting import a_case, all_given
from tests.support.volunteers import end_of_the_road

_ROLES = (
    Role.RECRUITER,
    Role.ASSESSOR,
    Role.LIAISON,
    Role.VETTING,
    Role.MEDICAL,
    Role.TRAINER,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
)
STAFF = {role.value: role for role in _ROLES}
APPLICANTS = ("beginner", "drafter", "ready", "sent", "gone", "offered", "placed", "choosing", "booked")


@dataclass
class Cast:
    """The names that addresses need: `refs` and `files` by whose they are."""

    portal: Portal
    emails: dict[str, str] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    set_up: str = ""  # an unused set-up link's token
    member: int = 0
    entered: str = ""  # an application a recruiter is entering

    def become(self, visitor: Visitor, actor: str) -> Visitor:
        """Signs the visitor in as one of the cast, by the cookie the real sign-in sets."""
        if actor == "stranger":
            return visitor
        with self.portal.inside() as session:
            email = self.emails[actor]
            cookies = cookies_of(self.portal.app, _person(session, email))
        for name, value in cookies.items():
            path = "/staff" if name == "staff_session" else "/"
            visitor.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": path}])
        return visitor

    def half_way(self, visitor: Visitor, *, new: bool) -> Visitor:
        """A password given and no second step yet; `new` has no app either."""
        if new:
            with self.portal.inside() as session:
                path = f"/staff/set-up/{_new_member(session)[1]}"
            visitor.go(path)
            visitor.page.locator("input[name=password]").fill(PASSWORD)
            visitor.page.locator("input[name=again]").fill(PASSWORD)
            visitor.page.get_by_role("button", name="Set password").click()
        else:
            officer = self.portal.officer(Role.TRAINER)
            visitor.go("/staff/sign-in")
            visitor.page.locator("input[name=email]").fill(officer.email)
            visitor.page.locator("input[name=password]").fill(officer.password)
            visitor.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("second step", ignore_case=True)
        return visitor

    def asked_for_code(self, visitor: Visitor) -> str:
        """Leaves the visitor where the code is asked for; returns the mailed link's path."""
        email = f"asking{secrets.token_hex(3)}@example.org"
        visitor.go("/sign-in")
        visitor.page.locator("input[name=email]").fill(email)
        visitor.page.get_by_role("button", name="Send me a code").click()
        text = self.portal.letter(email, "code")
        assert code_in(text)
        return next(line for line in text.split() if "/sign-in/link/" in line).removeprefix(self.portal.url)


def _person(session: Session, email: str) -> Applicant | StaffMember:
    found = staff_by_email(session, email)
    return found or session.scalars(select(Applicant).filter_by(email=email)).one()


def _new_member(session: Session) -> tuple[int, str]:
    email = f"new{secrets.token_hex(3)}@force.example"
    member, token = create_staff(
        session, SYSTEM, email=email, name="Jo Newcomer", roles=[NewRole(Role.TRAINER)], mailed=False
    )
    return member.id, token


def gather(portal: Portal) -> Cast:
    """Everybody, and one of everything that they may look at."""
    cast = Cast(portal)
    for name, role in STAFF.items():
        cast.emails[name] = portal.officer(role).email
    with portal.inside() as session:
        cast.member, cast.set_up = _new_member(session)
        _applicants(session, cast)
        campaign, recruiter = campaign_by_slug(session, portal.campaign), _person(session, cast.emails["recruiter"])
        assert isinstance(recruiter, StaffMember)
        a_note_that_waits(session, portal.app, recruiter, cast.refs["sent"], "He rang.\n\nHe moves in March.")
        cast.entered = enter_for(session, recruiter, "caller@example.org", campaign, Channel.TELEPHONE).reference
    return cast


def _applicants(session: Session, cast: Cast) -> None:
    app, campaign = cast.portal.app, campaign_by_slug(session, cast.portal.campaign)
    people = {name: an_applicant(session, f"{name}@example.org") for name in APPLICANTS}
    cast.emails |= {name: person.email for name, person in people.items()}
    kept: dict[str, Application] = {
        "drafter": a_draft(session, app, campaign, applicant=people["drafter"], complete=False),
        "ready": a_draft(session, app, campaign, applicant=people["ready"]),
        "sent": a_submitted(session, app, campaign, applicant=people["sent"]),
        "gone": a_submitted(session, app, campaign, applicant=people["gone"]),
    }
    cast.refs = {name: application.reference for name, application in kept.items()}
    for name in ("drafter", "sent"):
        cast.files[name] = a_document(session, app, kept[name]).public_id
    drafted = kept["drafter"]
    a_document(session, app, drafted, kind=RequirementKind.FITNESS, content=make_png(), name="shuttle run.png")
    a_document(session, app, drafted, content=make_pdf_with_script(), name="certificate with script.pdf")
    _letters(session, people["sent"], kept["sent"], cast)
    reader = _person(session, cast.emails["assessor"])
    read, reading = one_reading(session, app, reader.id)
    cast.refs |= {"read": read.slug, "reading": reading.public_id, "reader": str(reader.id)}
    sift = a_sift(session, campaign=campaign)
    read_as(session, sift, kept["sent"], sift.points(5), sift.points(1), alias="Heron 63", asks=True)
    cast.refs |= a_day_with_somebody(session, kept["sent"], [reader], "west")
    asking = a_campaign(session, questions=STANDARD_QUESTIONS, criteria=TIED_CRITERIA)
    cast.refs |= {"asking": asking.slug, "criterion": str(criteria_of(session, asking.id)[0].id)}
    while match_due(session, keys_of(app)):
        pass
    cast.refs["pair"] = str(session.scalars(select(Pair.id)).first())
    cast.refs |= _offers(session, cast, people) | _times(session, cast, people)
    _vetting(session, cast, kept["sent"])
    placed = session.scalars(select(Application).filter_by(reference=cast.refs["placed"])).one()
    cast.refs |= some_of_each(session, app, placed, _person(session, cast.emails["recruiter"]))
    cast.refs |= _interviews(session, cast)
    cast.refs |= _end(session, cast, people["placed"])
    cast.refs |= _class(session, cast, placed)
    cast.refs["run"] = str(_run(session, cast, kept["sent"]))
    withdraw(session, people["gone"], kept["gone"].id, next(iter(WithdrawReason)))


def _offers(session: Session, cast: Cast, people: dict[str, Applicant]) -> dict[str, str]:
    """One course with a place offered, one accepted, somebody met, and a reserve list."""
    app, course, recruiter = cast.portal.app, a_campaign(session, places=6), _person(session, cast.emails["recruiter"])
    found = {name: someone_in(session, app, course, applicant=people[name]) for name in ("offered", "placed")}
    found["met"] = someone_in(session, app, course)
    reserves(session, app, course, 3)
    for name in ("offered", "placed"):
        offer(session, recruiter, found[name].id)
    accept(session, people["placed"], found["placed"].id)
    return {"course": course.slug} | {name: application.reference for name, application in found.items()}


def _times(session: Session, cast: Cast, people: dict[str, Applicant]) -> dict[str, str]:
    """A day of interviews: somebody has a time, somebody chooses one."""
    app, course, recruiter = cast.portal.app, a_campaign(session), _person(session, cast.emails["recruiter"])
    found = {name: a_shortlisted(session, app, course, applicant=people[name]) for name in ("choosing", "booked")}
    day = a_day(session, course, slots=6)
    with unit_of_work(session):
        day.published_at = clock.now()
    places = {name: invite(session, recruiter, each.id, SessionKind.INTERVIEW).id for name, each in found.items()}
    book(session, recruiter, places["booked"], slots_of(session, day)[1].id)
    for kind in (SessionKind.FITNESS, SessionKind.PRACTICE):
        invite(session, recruiter, found["choosing"].id, kind)
    return {"hired": course.slug} | {name: application.reference for name, application in found.items()}


def _end(session: Session, cast: Cast, person: Applicant) -> dict[str, str]:
    """Somebody who completed two courses: appointed with a power after one, ready to be after the other."""
    recruiter = _person(session, cast.emails["recruiter"])
    assert isinstance(recruiter, StaffMember)
    west = session.scalars(select(Division.id).where(Division.slug == "west")).one()
    found = end_of_the_road(session, cast.portal.app, recruiter, person, west)
    return {f"end_{name}": value for name, value in found.items()}


def _class(session: Session, cast: Cast, placed: Application) -> dict[str, str]:
    """Somebody with a place in a cohort, people who may have one, and a course to come for another of theirs."""
    recruiter, at = _person(session, cast.emails["recruiter"]), clock.now()
    trainer = _person(session, cast.emails["trainer"])
    assert isinstance(trainer, StaffMember)
    cohort = a_cohort(session, campaign=placed.campaign, capacity=12, at=at, name="West cohort 7", trainers=[trainer])
    later = a_cohort(session, first=date(2018, 7, 7), at=at, name="West cohort 8")
    trainee = enrol(session, recruiter, cohort.id, placed.id)
    for _ in range(3):
        somebody_accepted(session, placed.campaign)
    accepted = somebody_accepted(session, a_campaign(session), applicant=placed.applicant)
    begin_version(session, recruiter, the_course(session, "induction").course_id)
    return {
        "class": str(cohort.id), "class_day": str(sessions_of(session, cohort)[0].id), "class_later": str(later.id),
        "class_trainee": str(trainee.id), "accepted": session.get_one(Application, accepted).reference,
    } | mid_course(session, trainer, placed.applicant, a_campaign(session))  # fmt: skip


def _vetting(session: Session, cast: Cast, sent: Application) -> None:
    """A case with one of everything, and one that begins, with a declaration ready to be sent."""
    app = cast.portal.app
    a_case(session, app, sent)
    placed = session.scalars(select(Application).filter_by(reference=cast.refs["placed"])).one()
    begin(session, placed.id)
    given = all_given(DeclarationKind.CRIMINAL, "yes", "A fine in 2011")
    keep(session, keys_of(app), placed.id, DeclarationKind.CRIMINAL, given)


def _interviews(session: Session, cast: Cast) -> dict[str, str]:
    """Before the assessor and the recruiter: one agreed on, one to be agreed, one on which the assessor writes."""
    app, members = cast.portal.app, [_person(session, cast.emails[name]) for name in ("assessor", "recruiter")]
    panel = a_panel(session, app, applicants=3, members=[each for each in members if isinstance(each, StaffMember)])
    with clock.at(panel.over):
        agree(session, app, panel, words="Named three streets, and who lives in them")
        for member, points in zip(panel.members, (2, 4), strict=True):
            complete_own(session, app, panel, panel.bookings[1], member, points=points, words=f"Worth {points}")
        declare(session, panel, panel.bookings[2], panel.members[0])
    numbers = zip(("agreed", "agreeing", "writing"), panel.bookings, strict=True)
    asked = {"interview_question": str(asked_in(session, panel.campaign.id)[0].id)}
    found = {"interviewed": panel.campaign.slug, "interviewee": panel.application.reference}
    return asked | found | {name: str(booking.id) for name, booking in numbers}


def _letters(session: Session, person: Applicant, sent: Application, cast: Cast) -> None:
    """One message each way, one that is held, and one that came back."""
    recruiter = _person(session, cast.emails["recruiter"])
    write(session, recruiter, sent.id, subject="Your training days", body="Hello\n\nCan you come on Sundays?")
    write_to_us(session, person, sent.id, "I can. Where do I park?")
    soon = clock.now() + timedelta(days=2)
    write(session, recruiter, sent.id, subject="Parking", body="Behind the station.", send_at=soon)
    lost = write(session, recruiter, sent.id, subject="A map", body="See https://map.example/station")
    with unit_of_work(session):
        mail = session.get_one(OutboxMail, lost.mail_id)
        mail.state, mail.sent_at, mail.bounced_at, mail.bounce = Delivery.SENT, clock.now(), clock.now(), "5.1.1"


def _run(session: Session, cast: Cast, sent: Application) -> int:
    """A run that stays under way: the worker is to take it up again in a month."""
    recruiter = _person(session, cast.emails["recruiter"])
    assert isinstance(recruiter, StaffMember)
    with unit_of_work(session):
        run = begun(session, recruiter, "tag", [sent.id], tag="evening only")
        run.leased_until = clock.now() + timedelta(days=30)
    return run.id
