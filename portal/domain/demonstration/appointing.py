"""From the certificate to the first powers: the agreement, the steps done by hand, appointment."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.campaigns.plans import the_pilot
from portal.domain.demonstration.stage import At, Life, Stage
from portal.domain.training.models import Cohort, Trainee
from portal.domain.volunteers import agreements, powers, steps
from portal.domain.volunteers.appointing import appoint
from portal.domain.volunteers.checklist import checklist, missing
from portal.domain.volunteers.models import StepKind, Volunteer

DAY = timedelta(days=1)
FIRST_VOLUNTEERS = 5  # appointed by November 2018 [001], from the campaign that closed in January
WEEKS_WAITED = 8  # for somebody's vetting


def appointments(stage: Stage, chance: Random, cohort: Cohort, recruiter: StaffMember) -> Life:
    """Once a week, whoever has a certificate and lacks nothing else; then their powers."""
    session = stage.session
    yield At(clock.now() + DAY * 3)
    for application in _completed(session, cohort):
        _last_steps(stage, chance, application, recruiter)
    for _week in range(WEEKS_WAITED):
        yield At(clock.now() + DAY * 7)
        for application in _completed(session, cohort):
            full = application.campaign.slug == the_pilot().slug and _volunteers(session, cohort) >= FIRST_VOLUNTEERS
            if not full and not missing(checklist(session, application.id)):
                _powers(session, recruiter, appoint(session, recruiter, application.id), application)


def _completed(session: Session, cohort: Cohort) -> list[Application]:
    query = select(Application).join(Trainee, Trainee.application_id == Application.id)
    query = query.where(Trainee.cohort_id == cohort.id, Trainee.completed_at.is_not(None))
    return list(session.scalars(query.where(Application.state == State.TRAINING).order_by(Application.id)))


def _last_steps(stage: Stage, chance: Random, application: Application, recruiter: StaffMember) -> None:
    session, keys = stage.session, stage.outside.keys
    standing = agreements.standing_of(session, application)
    if standing is not None and chance.random() < 0.9:
        agreements.accept(session, application.applicant, application.id, standing.agreement.id)
    for kind in StepKind:
        number = f"V{chance.randint(10_000, 99_999)}" if kind is StepKind.IDENTIFICATION else ""
        if chance.random() < 0.95:
            steps.record_step(session, keys, recruiter, application.id, kind, clock.today(), number=number)


def _volunteers(session: Session, cohort: Cohort) -> int:
    query = select(func.count(Volunteer.id)).join(Trainee, Trainee.application_id == Volunteer.application_id)
    return session.scalar(query.where(Trainee.cohort_id == cohort.id)) or 0


def _powers(session: Session, recruiter: StaffMember, volunteer: Volunteer, application: Application) -> None:
    """Those of the scheme, from tomorrow on."""
    tomorrow = clock.today() + DAY
    for power in powers.may_have(session, application.campaign.scheme_id, tomorrow):
        wish = powers.PowerWish(power.id, tomorrow, limits=power.limits)
        powers.grant(session, recruiter, volunteer.id, wish)
