"""Somebody completes a course: only when its rules are met, and then once, with a certificate of what they did."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.attendance.coverage import COVERED, Done, Standing
from portal.domain.attendance.finishing import completed_day
from portal.domain.attendance.models import Certificate
from portal.domain.attendance.standing import standings
from portal.domain.audit.actions import Actor, record
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.training.enrolling import held_place, held_trainee
from portal.domain.training.models import Cohort, Trainee
from portal.services.references import ALPHABET

MAY_COMPLETE = (State.TRAINING, State.APPOINTED)  # appointed: whose certificate was withdrawn, and is issued again
CODE_GROUPS, CODE_GROUP = 4, 5  # 31 ** 20 codes: nobody comes upon one
WITHDRAW_REASONS: dict[str, str] = {
    "name": "The name on it is wrong",
    "mistake": "It was issued by mistake",
    "register": "The register was corrected since",
    "conduct": "It was come by unfairly",
}


class NotComplete(Conflict):
    """The rules of the course are not met. `missing` names each thing, in words."""

    title = "They have not completed the course yet"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"Still missing: {'; '.join(missing)}.")
        self.missing = list(missing)


class NoName(Refusal):
    title = "Nobody can be named on the certificate"
    message = "Their application has no name. Correct it first."


class ReasonNeeded(Refusal):
    message = "Choose why it is withdrawn."


def complete(session: Session, actor: Actor, trainee_id: int) -> Certificate:
    """Issues the certificate of the course, and writes to the trainee; done twice it is done once. It says on which day
    the course was complete; when it was issued is kept beside.

    Raises NotFound, NoSuchPlace, NoName, or NotComplete naming what is missing.
    """
    with unit_of_work(session):
        trainee, application = held_trainee(session, actor, trainee_id)
        found = live_certificate(session, trainee_id)
        if found is not None:
            return found
        standing = standings(session, [trainee_id])[trainee_id]
        _refuse(trainee, application, standing)
        name = f"{application.given_name} {application.family_name}".strip()
        if not name:
            raise NoName()
        cohort = session.get_one(Cohort, trainee.cohort_id)
        certificate = Certificate(
            trainee_id=trainee_id, code=new_code(), facts=facts_of(cohort, standing), name=name,
            completed_on=completed_day(session, trainee, standing, cohort.course.course_id),
            issued_at=clock.now(), issued_by=actor.actor_id,
        )  # fmt: skip
        session.add(certificate)
        trainee.completed_at = clock.now()
        trainee.version += 1
        session.flush()
        record(
            session, actor, "training.completed", subject=("certificate", certificate.id),
            application_id=application.id, cohort=cohort.id,
        )  # fmt: skip
        queue_mail(
            session, "training_completed", to=application.applicant.email, application_id=application.id,
            reference=application.reference, course=certificate.facts["course"],
        )  # fmt: skip
        return certificate


def withdraw(session: Session, actor: Actor, certificate_id: int, reason: str) -> Certificate:
    """Takes a certificate back for a coded reason: its address says so from now on, and another may be issued.
    It may be that of somebody who has left since.

    Withdrawn twice is once. Raises NotFound or ReasonNeeded.
    """
    if reason not in WITHDRAW_REASONS:
        raise ReasonNeeded(field="reason")
    with unit_of_work(session):
        trainee_id = session.scalar(select(Certificate.trainee_id).where(Certificate.id == certificate_id))
        if trainee_id is None:
            raise NotFound()
        trainee, application = held_place(session, actor, trainee_id)
        certificate = session.get_one(Certificate, certificate_id, populate_existing=True)
        if certificate.withdrawn_at is not None:
            return certificate
        certificate.withdrawn_at, certificate.withdrawn_reason = clock.now(), reason
        trainee.completed_at = None
        trainee.version += 1
        record(
            session, actor, "certificate.withdrawn", subject=("certificate", certificate_id),
            application_id=application.id, reason=reason,
        )  # fmt: skip
        queue_mail(
            session, "certificate_withdrawn", to=application.applicant.email, application_id=application.id,
            reference=application.reference, course=certificate.facts["course"],
        )  # fmt: skip
        return certificate


def live_certificate(session: Session, trainee_id: int) -> Certificate | None:
    query = select(Certificate).where(Certificate.trainee_id == trainee_id, Certificate.withdrawn_at.is_(None))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def certificate_of(session: Session, application_id: int) -> Certificate | None:
    """The newest certificate of an application that stands, whichever place it was earned in. One statement."""
    query = (
        select(Certificate)
        .join(Trainee, Trainee.id == Certificate.trainee_id)
        .where(Trainee.application_id == application_id, Certificate.withdrawn_at.is_(None))
        .order_by(Certificate.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def facts_of(cohort: Cohort, standing: Standing) -> dict[str, Any]:
    """What the certificate says besides the name: the course, its days, each module done, as codes and words."""
    held = sorted(clock.london(day.session.starts_at).date() for day in standing.days if day.session)
    done = [module for module in standing.modules if module.done in COVERED]
    return {
        "course": cohort.course.course.name,
        "course_id": cohort.course.course_id,
        "version": cohort.course.number,
        "cohort": cohort.name,
        "first_day": held[0].isoformat() if held else "",
        "last_day": held[-1].isoformat() if held else "",
        "days": standing.days_attended,
        "modules": [
            {
                "code": module.of.code,
                "title": module.of.title,
                "minutes": module.of.minutes,
                "made_good": module.done is Done.SIGNED_OFF,
                "passed": module.of.assessed and module.passed,
            }
            for module in done
        ],
    }


def new_code() -> str:
    """K7M2P-…: four groups of five, of characters nobody mistakes for another."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(CODE_GROUP)) for _ in range(CODE_GROUPS))
    return "-".join(groups)


def may_be_completed(session: Session, cohort_id: int) -> int:
    """How many of a cohort have met every rule and have no certificate yet."""
    query = select(Trainee.id).where(
        Trainee.cohort_id == cohort_id, Trainee.ended_at.is_(None), Trainee.started_at.is_not(None),
        Trainee.completed_at.is_(None),
    )  # fmt: skip
    return sum(each.may_complete for each in standings(session, session.scalars(query).all()).values())


def _refuse(trainee: Trainee, application: Application, standing: Standing) -> None:
    if trainee.started_at is None or application.state not in MAY_COMPLETE:
        raise NotComplete(["Training has not begun for them"])
    if not standing.may_complete:
        raise NotComplete(standing.missing)
