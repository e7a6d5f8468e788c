"""People on the last part of the road: a course done, everything before appointment met, appointed, with powers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, Role, StaffMember
from portal.domain.applications.models import Application, Requirement, RequirementState, State
from portal.domain.attendance import completing
from portal.domain.attendance.completing import certificate_of
from portal.domain.attendance.models import Certificate, Mark, Presence
from portal.domain.campaigns.models import Campaign, District, RequirementKind, Stage
from portal.domain.training.models import Cohort, Trainee
from portal.domain.training.shipped import ModuleRow
from portal.domain.volunteers import agreements, steps
from portal.domain.volunteers.appointing import appoint
from portal.domain.volunteers.models import Power, StepKind, Volunteer
from portal.domain.volunteers.powers import PowerWish, grant
from portal.domain.volunteers.standard import seed_volunteers
from tests.support.make_applications import keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member
from tests.support.trainees import a_trainee
from tests.support.training import a_cohort, a_course, sessions_of

SCHEME = "community-policing-volunteer"
MODULES = ("powers-address", "powers-traffic")  # what the small course of tests teaches
DONE_AT = clock.from_london(datetime(2018, 6, 25, 10))  # after the pilot's last day
HELD_UNTIL = date(2019, 6, 30)  # requirements that run out
EXPIRING = (RequirementKind.MEDICAL, RequirementKind.FITNESS, RequirementKind.VETTING)
MET = (*EXPIRING, RequirementKind.REFERENCES, RequirementKind.IDENTITY, RequirementKind.OCCUPATION)


def a_small_cohort(
    session: Session,
    modules: Sequence[str] = MODULES,
    campaign: Campaign | None = None,
    division_id: int | None = None,
) -> Cohort:
    """A cohort of two days that teaches these modules of the powers, one a day."""
    rows = [ModuleRow(code, code.replace("-", " ").capitalize(), 120) for code in modules]
    course = a_course(session, len(rows), modules=rows, scheme=SCHEME)
    return a_cohort(session, course=course, campaign=campaign, division_id=division_id)


def attended(session: Session, trainee: Trainee, *, but: int = 0) -> Trainee:
    """Present on every day of their cohort, but for the last so many, on which nobody marked them."""
    cohort, now = session.get_one(Cohort, trainee.cohort_id), clock.now()
    held = sessions_of(session, cohort)
    with unit_of_work(session):
        session.add_all(
            Mark(session_id=day.id, trainee_id=trainee.id, presence=Presence.PRESENT, made_at=now)
            for day in held[: len(held) - but]
        )
    return trainee


def a_graduate(session: Session, cohort: Cohort | None = None, by: StaffMember | None = None) -> Certificate:
    """Somebody who completed a course, with the certificate of it, a day after the pilot's last."""
    with clock.at(clock.from_london(datetime(2018, 4, 27, 10))):
        trainee = a_trainee(session, cohort or a_small_cohort(session))
    with clock.at(DONE_AT):
        attended(session, trainee)
        return completing.complete(session, by or a_staff_member(session, Role.RECRUITER), trainee.id)


def application_of(session: Session, certificate: Certificate) -> Application:
    query = select(Application).join(Trainee, Trainee.application_id == Application.id)
    found = session.scalars(query.where(Trainee.id == certificate.trainee_id).execution_options(populate_existing=True))
    return found.one()


def met(session: Session, application_id: int, *kinds: RequirementKind, by: StaffMember) -> None:
    """Requirements somebody found met; medical, fitness and vetting until HELD_UNTIL."""
    with unit_of_work(session):
        session.add_all(
            Requirement(
                application_id=application_id,
                kind=kind,
                due=Stage.APPOINTMENT if kind is RequirementKind.VETTING else Stage.TRAINING,
                state=RequirementState.MET,
                decided_by=by.id,
                decided_at=clock.now(),
                expires_on=HELD_UNTIL if kind in EXPIRING else None,
            )
            for kind in kinds
        )


def done_by_hand(session: Session, app: Flask, application: Application, by: StaffMember) -> None:
    """The steps a person does, and the agreement accepted by the applicant."""
    seed_volunteers(session)
    today = clock.today()
    for kind in StepKind:
        steps.record_step(session, keys_of(app), by, application.id, kind, today, number="C 4411")
    newest = agreements.newest_of(session, {application.campaign.scheme_id})[application.campaign.scheme_id]
    agreements.accept(session, application.applicant, application.id, newest.id)


def somebody_ready(
    session: Session, app: Flask, by: StaffMember | None = None, cohort: Cohort | None = None
) -> Application:
    """Nothing is missing any more: they may be appointed on the day after the course."""
    recruiter = by or a_staff_member(session, Role.RECRUITER)
    application = application_of(session, a_graduate(session, cohort, recruiter))
    with clock.at(DONE_AT):
        met(session, application.id, *MET, by=recruiter)
        done_by_hand(session, app, application, recruiter)
    assert application.state is State.TRAINING
    return application


def a_volunteer(
    session: Session, app: Flask, by: StaffMember | None = None, district: str = "", cohort: Cohort | None = None
) -> Volunteer:
    """Appointed on the day after the course; in a district, if one is said."""
    recruiter = by or a_staff_member(session, Role.RECRUITER)
    application = somebody_ready(session, app, recruiter, cohort)
    if district:
        with unit_of_work(session):
            row = session.get_one(Application, application.id)
            row.district_id = session.scalars(select(District.id).where(District.slug == district)).one()
    with clock.at(DONE_AT):
        return appoint(session, recruiter, application.id)


def the_power(session: Session, slug: str = "traffic-control") -> Power:
    seed_volunteers(session)
    return session.scalars(select(Power).where(Power.slug == slug)).one()


def a_wish(session: Session, slug: str = "traffic-control", *, days: int | None = 30) -> PowerWish:
    """A power from today, for so many days."""
    today = clock.today()
    until = None if days is None else today + timedelta(days=days)
    return PowerWish(the_power(session, slug).id, today, until, "On foot.")


def with_a_power(session: Session, volunteer: Volunteer, by: StaffMember, slug: str = "traffic-control") -> int:
    """Designated on the day of the appointment; the grant's number."""
    with clock.at(DONE_AT):
        return grant(session, by, volunteer.id, a_wish(session, slug)).id


def end_of_the_road(
    session: Session, app: Flask, by: StaffMember, applicant: Applicant, division_id: int
) -> dict[str, str]:
    """Two courses somebody completed: of one they are a volunteer with a power (`served`), of the other `ready`."""
    cohorts = [a_small_cohort(session, campaign=a_campaign(session), division_id=division_id) for _ in range(2)]
    volunteer = a_volunteer(session, app, by, "maidstone", cohorts[0])
    ready = somebody_ready(session, app, by, cohorts[1])
    maidstone = session.scalars(select(District.id).where(District.slug == "maidstone")).one()
    with unit_of_work(session):
        for application_id in (volunteer.application_id, ready.id):
            row = session.get_one(Application, application_id)
            row.applicant_id, row.district_id = applicant.id, maidstone
    given = with_a_power(session, volunteer, by)
    held = certificate_of(session, volunteer.application_id)
    step = steps.live_step(session, ready.id, StepKind.INDUCTION)
    assert held is not None and step is not None
    return {
        "finished": str(cohorts[0].id), "certificate": str(held.id), "finisher": str(held.trainee_id),
        "code": held.code, "volunteer": volunteer.number, "grant": str(given), "step": str(step.id),
        "served": session.get_one(Application, volunteer.application_id).reference, "ready": ready.reference,
    }  # fmt: skip
