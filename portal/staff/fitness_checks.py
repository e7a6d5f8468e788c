"""Fitness tests: attempts recorded by the standard of their day, and the standards themselves."""

from __future__ import annotations

from datetime import date

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import fitness
from portal.domain.clearances.fitness import Taken, amount
from portal.domain.clearances.models import FitnessStandard
from portal.domain.documents.queries import documents_of
from portal.domain.journeys.fitness_days import record_at_session, tests_attended
from portal.domain.refusals import Forbidden, Refusal
from portal.domain.settings.queries import setting_values
from portal.extensions import db
from portal.staff.check_shapes import about, opened
from portal.staff.door import blueprint
from portal.staff.forms.checks import DOCUMENT, SESSION, AttemptForm, StandardForm
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.setup import outside_of
from portal.web.wording import day

FITNESS = RequirementKind.FITNESS
P = Permission
NEW = "new"


@blueprint.get("/checks/<reference>/fitness")
@requires(P.RECORD_FITNESS)
def fitness_check(reference: str) -> Response:
    found = opened(db.session(), P.RECORD_FITNESS, reference, FITNESS)
    return _page(found, _form(found, empty=True))


@blueprint.post("/checks/<reference>/fitness/attempts")
@requires(P.RECORD_FITNESS)
def record_attempt(reference: str) -> Response:
    """What somebody reached, at a session of ours or by a document."""
    session, keys = db.session(), outside_of(current_app).keys
    found = opened(session, P.RECORD_FITNESS, reference, FITNESS)
    form = _form(found)
    if form.validate_on_submit():
        standard, result = int(form.standard.data), form.result.hundredths or 0
        try:
            if form.booking_id is not None:
                reached = record_at_session(session, keys, current_user, found.id, form.booking_id, standard, result)
            else:
                on = form.day.data
                if on is None:
                    raise fitness.DayImpossible("Enter the day of the test.")
                taken = Taken(standard, on, result, document=form.document)
                reached = fitness.record_attempt(session, keys, current_user, found.id, taken)
            flash("Recorded: the standard is reached." if reached else "Recorded: not reached this time.")
            return _back(reference)
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            refused_beside_field(form, refusal)
    return _page(opened(session, P.RECORD_FITNESS, reference, FITNESS), form)


@blueprint.post("/checks/<reference>/fitness/<int:attempt_id>/remove")
@requires(P.RECORD_FITNESS)
def remove_attempt(reference: str, attempt_id: int) -> Response:
    session = db.session()
    found = opened(session, P.RECORD_FITNESS, reference, FITNESS)
    fitness.remove_attempt(session, current_user, found.id, attempt_id)
    flash("Taken off the record.")
    return _back(reference)


@blueprint.route("/checks/fitness-standards", methods=["GET", "POST"])
@requires(P.RECORD_FITNESS)
def fitness_standards() -> Response:
    """What each test asks, from which day on. A new standard ends the one before; none is ever changed."""
    session, form = db.session(), StandardForm()
    rows = fitness.standards(session)
    form.offer(rows, NEW)
    may = current_user.scope(P.RECORD_FITNESS).force
    if form.is_submitted() and not may:
        raise Forbidden()
    if form.validate_on_submit() and form.starts.data is not None:
        name = form.name.data.strip()
        test = form.test.data if form.test.data != NEW else name.lower().replace(" ", "_")
        try:
            fitness.add_standard(
                session, current_user, test=test, name=name, level=form.level.hundredths or 0,
                unit=form.unit.data.strip(), alternative=form.alternative.data, starts_on=form.starts.data,
            )  # fmt: skip
            flash("The new standard is set. Every attempt from that day on is judged by it.")
            return redirect(url_for("staff.fitness_standards"), code=303)  # type: ignore[return-value]
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    today = clock.today()
    body = render_template(
        "staff/checks/standards.html",
        form=form if may else None,
        errors_in=form,
        rows=[
            (row, amount(row.level, row.unit), row.starts_on == fitness.SHIPPED_FROM, _standing(row, today))
            for row in fitness.standards(session)
        ],
        numbers=setting_values(session, fitness.NUMBERS, today),
    )
    return make_response(body, 422 if form.errors else 200)


def _standing(row: FitnessStandard, today: date) -> str:
    if row.starts_on > today:
        return "to come"
    return "over" if row.ends_on is not None and row.ends_on < today else "in force"


def _form(found: Application, *, empty: bool = False) -> AttemptForm:
    """With the standards of today, the sessions they came to and the documents they sent."""
    session = db.session()
    form = AttemptForm(formdata=None) if empty else AttemptForm()
    standards = [(one.id, f"{one.name}: {amount(one.level, one.unit)}") for one in fitness.standards(session)]
    came = [
        (f"{SESSION}{each.booking_id}", f"Our session on {day(each.on)}, {each.venue}")
        for each in tests_attended(session, found.id)
        if not each.recorded
    ]
    shown = [
        (f"{DOCUMENT}{each.public_id}", f"{each.neutral_name}, received {day(each.received_at)}")
        for each in documents_of(session, found.id, [FITNESS])
        if each.readable
    ]
    form.offer(standards, came + shown)
    return form


def _page(found: Application, form: AttemptForm) -> Response:
    session, keys = db.session(), outside_of(current_app).keys
    reads = current_user.can(P.SEE_FITNESS_DOCUMENTS)
    attempts = fitness.attempts_of(session, found.id, keys if reads else None)
    numbers = setting_values(session, fitness.NUMBERS, clock.today())
    body = render_template(
        "staff/checks/fitness.html",
        about=about(session, keys, found, FITNESS),
        form=form,
        attempts=[
            (one, amount(one.level, one.unit), amount(one.result, one.unit) if one.result is not None else "")
            for one in attempts
        ],
        numbers=numbers,
        again=fitness.next_day(attempts, numbers["fitness_cooling_days"], numbers["fitness_attempts"]),
        today=clock.today(),
        reads=reads,
    )
    return make_response(body, 422 if form.errors else 200)


def _back(reference: str) -> Response:
    return redirect(url_for("staff.fitness_check", reference=reference), code=303)  # type: ignore[return-value]
