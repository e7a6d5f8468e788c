"""The fitness test and the proof of who somebody is, as the applicant sees them: what is asked, where, when."""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template
from flask_login import current_user

from portal import clock
from portal.domain.applications.models import Application, Requirement, State
from portal.domain.applications.queries import own_application
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import fitness as tests
from portal.domain.clearances import identity as proof
from portal.domain.documents.rules import last_day
from portal.domain.interviews.models import SessionKind
from portal.domain.journeys.fitness_days import days_ahead
from portal.domain.refusals import NotFound
from portal.domain.settings.queries import setting_value, setting_values
from portal.extensions import db
from portal.public.door import blueprint
from portal.web.guards import for_applicants
from portal.web.setup import outside_of

DAYS = {SessionKind.PRACTICE: "Practice", SessionKind.FITNESS: "Test"}


@blueprint.get("/applications/<reference>/fitness")
@for_applicants
def fitness(reference: str) -> Response:
    """The standard of today and its alternative, the dates, and what they reached."""
    session = db.session()
    found, requirement = _asked(reference, RequirementKind.FITNESS)
    numbers = setting_values(session, tests.NUMBERS, clock.today())
    attempts = tests.attempts_of(session, found.id, outside_of(current_app).keys)
    again = tests.next_day(attempts, numbers["fitness_cooling_days"], numbers["fitness_attempts"])
    page = render_template(
        "public/checks/fitness.html",
        application=found,
        state=requirement.state.value,
        until=last_day(requirement.due_at) if requirement.due_at else None,
        expires_on=requirement.expires_on,
        standards=[(one, tests.amount(one.level, one.unit)) for one in tests.in_force(session, clock.today())],
        attempts=[
            (one, tests.amount(one.level, one.unit), tests.amount(one.result or 0, one.unit)) for one in attempts
        ],
        again=again if attempts and again and again > clock.today() else None,
        left=max(0, numbers["fitness_attempts"] - len(attempts)),
        numbers=numbers,
        days=[(DAYS[each.kind], each) for each in days_ahead(session, found.campaign_id)],
    )
    return make_response(page)


@blueprint.get("/applications/<reference>/identity")
@for_applicants
def identity(reference: str) -> Response:
    """What to bring, and what we have seen."""
    session = db.session()
    found, requirement = _asked(reference, RequirementKind.IDENTITY)
    page = render_template(
        "public/checks/identity.html",
        application=found,
        state=requirement.state.value,
        kinds=proof.KINDS,
        seen=proof.seen_of(session, found.id),
        wanted=setting_value(session, "identity_documents", clock.today()),
    )
    return make_response(page)


def _asked(reference: str, kind: RequirementKind) -> tuple[Application, Requirement]:
    """The viewer's own sent application, and a requirement it has; raises NotFound for any other."""
    found = own_application(db.session(), current_user, reference)
    requirement = next((each for each in found.requirements if each.kind is kind), None)
    if requirement is None or found.state is State.DRAFT:
        raise NotFound()
    return found, requirement
