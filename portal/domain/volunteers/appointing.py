"""Somebody in training becomes a volunteer: only when nothing on their checklist is missing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import Application, Requirement
from portal.domain.applications.refusals import NotEditable
from portal.domain.applications.rules import Act, By, may_move
from portal.domain.attendance.models import Certificate
from portal.domain.audit.actions import Actor, record
from portal.domain.offers.models import Placement
from portal.domain.offers.moving import held_by_staff, move
from portal.domain.refusals import Conflict
from portal.domain.training.models import Cohort, Course, CourseVersion, Trainee
from portal.domain.volunteers.agreements import newest_of
from portal.domain.volunteers.checklist import Line, checklist, missing
from portal.domain.volunteers.models import Volunteer
from portal.domain.volunteers.welcoming import welcome
from portal.services import references

PREFIX = "VOL"


class NotReady(Conflict):
    """Something on the checklist is missing, or has run out since the page was opened. `lines` say what."""

    title = "They cannot be appointed yet"

    def __init__(self, lines: Sequence[Line]) -> None:
        said = "; ".join(f"{line.name}: {line.words.lower()}" for line in lines)
        super().__init__(f"Something is still missing. {said}.")
        self.lines = list(lines)


def appoint(session: Session, actor: Actor, application_id: int) -> Volunteer:
    """Makes a volunteer of somebody in training, writes to them, and numbers them; done twice it is done once.

    Raises NotFound, NotEditable outside training, or NotReady naming every gap.
    """
    with unit_of_work(session):
        application = held_by_staff(session, actor, application_id)
        found = volunteer_of(session, application_id)
        if found is not None:
            return found
        if not may_move(application.state, Act.APPOINT, By.RECRUITER):
            raise NotEditable()
        _hold_requirements(session, application_id)
        gaps = missing(checklist(session, application_id))
        if gaps:
            raise NotReady(gaps)
        volunteer = _made(session, actor, application)
        move(session, application, Act.APPOINT)
        record(
            session, actor, "volunteer.appointed", subject=("volunteer", volunteer.id), application_id=application_id
        )
        welcome(session, application, volunteer)
        return volunteer


def volunteer_of(session: Session, application_id: int) -> Volunteer | None:
    query = select(Volunteer).where(Volunteer.application_id == application_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _hold_requirements(session: Session, application_id: int) -> None:
    """None of them changes between the look at them and the commit, by whatever road."""
    query = select(Requirement.id).where(Requirement.application_id == application_id).order_by(Requirement.id)
    session.execute(query.with_for_update(key_share=True)).all()


def _made(session: Session, actor: Actor, application: Application) -> Volunteer:
    scheme = application.campaign.scheme
    placed, certificate = session.get(Placement, application.id), certificate_for(session, application.id, scheme.id)
    volunteer = Volunteer(
        number=_number(session),
        application_id=application.id,
        appointed_on=clock.today(),
        appointed_at=clock.now(),
        appointed_by=actor.actor_id,
        agreement_id=newest_of(session, {scheme.id})[scheme.id].id,
        certificate_id=certificate.id if certificate else None,
        district_id=placed.district_id if placed else application.district_id,
        strand=placed.strand if placed else None,
        supervisor_id=placed.supervisor_id if placed else None,
    )
    session.add(volunteer)
    session.flush()
    return volunteer


def certificate_for(session: Session, application_id: int, scheme_id: int) -> Certificate | None:
    """The certificate of a scheme's course that this person holds, the newest; none where there is none."""
    query = (
        select(Certificate)
        .join(Trainee, Trainee.id == Certificate.trainee_id)
        .join(Cohort, Cohort.id == Trainee.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(
            Trainee.application_id == application_id,
            Course.scheme_id == scheme_id,
            Certificate.withdrawn_at.is_(None),
        )
        .order_by(Certificate.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def _number(session: Session) -> str:
    """A fresh one. There are so many that a second try is all but never needed."""
    while True:
        number = references.new_reference(PREFIX)
        if session.scalar(select(Volunteer.id).where(Volunteer.number == number)) is None:
            return number
