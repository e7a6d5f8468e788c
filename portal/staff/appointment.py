"""Before somebody is appointed: the checklist, its steps done by hand, and the appointment itself."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.refusals import NotEditable
from portal.domain.refusals import NotFound, Refusal
from portal.domain.volunteers import steps
from portal.domain.volunteers.appointing import appoint, volunteer_of
from portal.domain.volunteers.checklist import STEP_NAMES, checklist, missing
from portal.domain.volunteers.models import StepKind
from portal.domain.volunteers.queries import may_be_appointed
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.volunteers import AppointForm, StepForm
from portal.staff.offer_part import offer_part
from portal.staff.opening import asked, name_of, sent_application
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.setup import outside_of

P = Permission.APPOINT
ON_THE_WAY = (State.ACCEPTED, State.TRAINING, State.APPOINTED)
QUESTIONS = {
    StepKind.INDUCTION: "Record the induction",
    StepKind.IDENTIFICATION: "Record the identification",
    StepKind.BARRED_LIST: "Record the check of the barred lists",
}


@blueprint.get("/volunteers/ready")
@requires(P)
def ready_to_appoint() -> Response:
    """Everybody in training: who may be appointed now, and what the others lack."""
    rows = may_be_appointed(db.session(), current_user)
    ready = [row for row in rows if not row.gaps]
    body = render_template("staff/volunteers/ready.html", ready=ready, others=[row for row in rows if row.gaps])
    return make_response(body)


def _opened(reference: str) -> Application:
    found = sent_application(P, reference)
    if found.state not in ON_THE_WAY:
        raise NotFound()
    return found


def _to_checklist(found: Application) -> Response:
    return redirect(url_for("staff.appointment", reference=found.reference), 303)  # type: ignore[return-value]


@blueprint.get("/applications/<reference>/appointment")
@requires(P)
def appointment(reference: str) -> Response:
    """What is done, what is missing, and the button once nothing is."""
    found, session = _opened(reference), db.session()
    lines = checklist(session, found.id)
    done = {step.kind.value: step for step in steps.steps_done(session, outside_of(current_app).keys, found.id)}
    body = render_template(
        "staff/appointment/checklist.html", reference=found.reference, name=name_of(found), lines=lines,
        gaps=missing(lines), done=done, steps={kind.value for kind in StepKind},
        volunteer=volunteer_of(session, found.id), in_training=found.state is State.TRAINING,
        open=found.state in steps.OPEN_IN,
    )  # fmt: skip
    return make_response(body)


@blueprint.route("/applications/<reference>/appointment/<kind>", methods=["GET", "POST"])
@requires(P)
def appointment_step(reference: str, kind: str) -> Response:
    """One step done by hand: on which day, and for identification the card's number."""
    found, session = _opened(reference), db.session()
    if kind not in set(StepKind):
        raise NotFound()
    step = StepKind(kind)
    form = StepForm(step, clock.today())
    if form.validate_on_submit() and form.done_on.data is not None:
        try:
            keys = outside_of(current_app).keys
            steps.record_step(session, keys, current_user, found.id, step, form.done_on.data, number=form.card)
            flash(f"{STEP_NAMES[step]}: recorded.")
            return _to_checklist(found)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    return asked("appointment_step", form, found, question=QUESTIONS[step])


@blueprint.post("/applications/<reference>/appointment/steps/<int:step_id>/take-back")
@requires(P)
def take_back_step(reference: str, step_id: int) -> Response:
    """One recorded by mistake: its line is open again."""
    found = _opened(reference)
    steps.take_back(db.session(), current_user, found.id, step_id)
    flash("Taken back.")
    return _to_checklist(found)


@blueprint.route("/applications/<reference>/appointment/confirm", methods=["GET", "POST"])
@requires(P, step_up=True)
def appoint_volunteer(reference: str) -> Response:
    """Says who becomes what, and then makes it so. With a gap there is nothing to confirm."""
    found, session, form = _opened(reference), db.session(), AppointForm()
    if form.validate_on_submit():
        volunteer = appoint(session, current_user, found.id)
        flash("Appointed. The welcome is on its way.")
        return redirect(url_for("staff.volunteer", number=volunteer.number), 303)  # type: ignore[return-value]
    if found.state is not State.TRAINING:
        raise NotEditable()
    if missing(checklist(session, found.id)):
        return _to_checklist(found)
    placed = (offer_part(session, found) or {}).get("placement")
    return asked("appoint", form, found, scheme=found.campaign.scheme.name, placed=placed)
