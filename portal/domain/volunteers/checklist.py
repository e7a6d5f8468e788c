"""What must be done before somebody is appointed, line by line: nobody is appointed with a gap.

Vetting always comes before appointment [004 4.10], whatever a campaign asks. That a check of the barred lists holds
for so long is an assumption of ours, a dated setting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.applications.waiting import NAMES
from portal.domain.attendance.models import Certificate
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.settings.queries import setting_value
from portal.domain.training.models import Cohort, Course, CourseVersion, Trainee
from portal.domain.volunteers.agreements import newest_of
from portal.domain.volunteers.models import Agreement, AgreementAccepted, AppointmentStep, StepKind

BARRED_DAYS = "barred_list_days"
INDUCTION_COURSE = "induction"  # whoever completed it has had their induction
TRAINING, AGREEMENT = "training", "agreement"
STEP_NAMES = {
    StepKind.INDUCTION: "Induction",
    StepKind.IDENTIFICATION: "Identification issued",
    StepKind.BARRED_LIST: "Barred lists checked",
}
_OPEN = {
    RequirementState.NOT_ASKED: "Not asked for yet",
    RequirementState.WITH_APPLICANT: "With the applicant",
    RequirementState.WITH_US: "With us",
    RequirementState.NOT_MET: "Not met",
}


@dataclass(frozen=True)
class Line:
    """One thing. `kind` is a requirement's, a step's, `training` or `agreement`; `until` the last day it holds."""

    kind: str
    done: bool
    words: str
    name: str = ""
    until: date | None = None


@dataclass
class _Facts:
    """What was found of one application."""

    scheme_id: int
    requirements: list[Requirement] = field(default_factory=list)
    courses: dict[str, Certificate] = field(default_factory=dict)  # of its scheme or anybody's, by the course's slug
    scheme_courses: set[str] = field(default_factory=set)
    agreement: Agreement | None = None
    accepted: set[int] = field(default_factory=set)
    steps: dict[StepKind, AppointmentStep] = field(default_factory=dict)


def checklist(session: Session, application_id: int) -> list[Line]:
    """Everything before this person's appointment, done or not, in a fixed order."""
    return checklists(session, [application_id])[application_id]


def checklists(session: Session, application_ids: Collection[int]) -> dict[int, list[Line]]:
    """The same for several. A fixed number of statements, whatever their number."""
    facts, today = _gathered(session, application_ids), clock.today()
    days = setting_value(session, BARRED_DAYS, today)
    return {key: _lines(each, today, days) for key, each in facts.items()}


def missing(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if not line.done]


def _lines(facts: _Facts, today: date, barred_days: int) -> list[Line]:
    rows = {row.kind: row for row in facts.requirements}
    wanted = [kind for kind in RequirementKind if kind in rows or kind is RequirementKind.VETTING]
    lines = [_requirement(kind, rows.get(kind), today) for kind in wanted]
    if facts.scheme_courses:
        lines.append(_training(facts))
    lines += [_induction(facts), _agreement(facts)]
    lines.append(_step(StepKind.IDENTIFICATION, facts.steps.get(StepKind.IDENTIFICATION)))
    return [*lines, _barred(facts.steps.get(StepKind.BARRED_LIST), today, barred_days)]


def _requirement(kind: RequirementKind, row: Requirement | None, today: date) -> Line:
    name = NAMES[kind]
    if row is None:
        return Line(kind.value, False, "It was never asked for", name)
    if row.state is not RequirementState.MET:
        return Line(kind.value, False, _OPEN[row.state], name)
    if row.expires_on is not None and row.expires_on < today:
        return Line(kind.value, False, f"Ran out on {_day(row.expires_on)}", name, row.expires_on)
    words = f"Holds until {_day(row.expires_on)}" if row.expires_on else "Done"
    return Line(kind.value, True, words, name, row.expires_on)


def _training(facts: _Facts) -> Line:
    name = "Training certificate"
    found = next((facts.courses[slug] for slug in sorted(facts.scheme_courses) if slug in facts.courses), None)
    if found is None:
        return Line(TRAINING, False, "No certificate of the course yet", name)
    return Line(TRAINING, True, f"Completed on {_day(found.completed_on)}", name)


def _induction(facts: _Facts) -> Line:
    course = facts.courses.get(INDUCTION_COURSE)
    if course is not None:
        words = f"Course completed on {_day(course.completed_on)}"
        return Line(StepKind.INDUCTION.value, True, words, STEP_NAMES[StepKind.INDUCTION])
    return _step(StepKind.INDUCTION, facts.steps.get(StepKind.INDUCTION))


def _agreement(facts: _Facts) -> Line:
    name, newest = "Volunteer agreement", facts.agreement
    if newest is None:
        return Line(AGREEMENT, False, "No agreement is published yet", name)
    if newest.id in facts.accepted:
        return Line(AGREEMENT, True, f"Version {newest.number} accepted", name)
    if facts.accepted:
        return Line(AGREEMENT, False, f"An earlier version was accepted; version {newest.number} is not", name)
    return Line(AGREEMENT, False, f"Version {newest.number} is not accepted yet", name)


def _step(kind: StepKind, step: AppointmentStep | None) -> Line:
    words = f"Done on {_day(step.done_on)}" if step else "Not done yet"
    return Line(kind.value, step is not None, words, STEP_NAMES[kind])


def _barred(step: AppointmentStep | None, today: date, days: int) -> Line:
    kind = StepKind.BARRED_LIST
    if step is None:
        return _step(kind, None)
    until = step.done_on + timedelta(days=days)
    words = f"Holds until {_day(until)}" if until >= today else f"Ran out on {_day(until)}"
    return Line(kind.value, until >= today, words, STEP_NAMES[kind], until)


# What is there, read for all of them together


def _gathered(session: Session, ids: Collection[int]) -> dict[int, _Facts]:
    query = select(Application.id, Campaign.scheme_id).join(Campaign).where(Application.id.in_(ids))
    found = {key: _Facts(scheme_id) for key, scheme_id in session.execute(query.order_by(Application.id))}
    fresh = {"populate_existing": True}
    requirements = select(Requirement).where(Requirement.application_id.in_(ids)).order_by(Requirement.id)
    for row in session.scalars(requirements, execution_options=fresh):
        found[row.application_id].requirements.append(row)
    steps = select(AppointmentStep).where(
        AppointmentStep.application_id.in_(ids), AppointmentStep.taken_back_at.is_(None)
    )
    for step in session.scalars(steps, execution_options=fresh):
        found[step.application_id].steps[step.kind] = step
    accepted = select(AgreementAccepted).where(AgreementAccepted.application_id.in_(ids))
    for each in session.scalars(accepted):
        found[each.application_id].accepted.add(each.agreement_id)
    _certificates(session, ids, found)
    _of_schemes(session, found)
    return found


def _certificates(session: Session, ids: Collection[int], found: dict[int, _Facts]) -> None:
    query = (
        select(Certificate, Trainee.application_id, Course.slug)
        .join(Trainee, Trainee.id == Certificate.trainee_id)
        .join(Cohort, Cohort.id == Trainee.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Trainee.application_id.in_(ids), Certificate.withdrawn_at.is_(None))
        .order_by(Certificate.id)
    )
    for certificate, application_id, slug in session.execute(query.execution_options(populate_existing=True)):
        found[application_id].courses[slug] = certificate


def _of_schemes(session: Session, found: dict[int, _Facts]) -> None:
    """The courses a scheme trains by, and its agreement."""
    taught = (
        select(Course.scheme_id, Course.slug)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.published_at.is_not(None), Course.archived_at.is_(None), Course.scheme_id.is_not(None))
        .distinct()
    )
    courses = defaultdict(set)
    for scheme_id, slug in session.execute(taught):
        courses[scheme_id].add(slug)
    agreements = newest_of(session, {each.scheme_id for each in found.values()})
    for each in found.values():
        each.scheme_courses, each.agreement = courses[each.scheme_id], agreements.get(each.scheme_id)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
