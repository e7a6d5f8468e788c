"""A trainer's day: sessions, roster, whom to ring, who cannot come; on paper; and a message to a whole cohort."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.attendance import day as days
from portal.domain.attendance import writing_to_all
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training import seeing
from portal.domain.training.models import TrainingSession
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.messages import WordsForm
from portal.staff.forms.trainees import whole
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

P = Permission


@blueprint.get("/cohorts/today")
@requires(P.KEEP_REGISTER)
def trainers_day() -> Response:
    """Today's session, or the one chosen, with its people; beside it the next ones, and those with gaps."""
    session = db.session()
    ahead = days.days(session, current_user)
    today = [each for each in ahead if _is_today(each)]
    chosen = whole(request.args.get("session"))
    if chosen and chosen not in {each.id for each in ahead}:
        raise NotFound()
    shown = chosen or next((each.id for each in today), 0)
    return page_or_fragment(
        "staff/today/day.html", "main", **_shown(shown), ahead=ahead, today=today, chosen=shown,
        behind=days.behind(session, current_user),
    )  # fmt: skip


def _is_today(each: TrainingSession) -> bool:
    return clock.london(each.starts_at).date() == clock.today()


def _shown(session_id: int) -> dict[str, Any]:
    keys = outside_of(current_app).keys
    found = days.day(db.session(), keys, current_user, session_id) if session_id else None
    return {"day": found, "now": clock.now(), "emergency": current_user.can(P.SEE_EMERGENCY)}


@blueprint.get("/cohorts/today/<int:session_id>/print")
@requires(P.KEEP_REGISTER)
def print_trainers_day(session_id: int) -> Response:
    """The day's people on paper: adjustments and who cannot come. Contacts only where they were asked for."""
    shown = _shown(session_id)
    if shown["day"] is None:
        raise NotFound()
    return make_response(render_template("staff/today/print.html", **shown))


@blueprint.post("/cohorts/today/<int:session_id>/contact/<int:trainee_id>")
@requires(P.SEE_EMERGENCY)
def show_emergency_contact(session_id: int, trainee_id: int) -> AnyResponse:
    """Whom to ring for one person; the trail has it before it is shown."""
    days.show_contact(db.session(), current_user, session_id, trainee_id)
    address = url_for("staff.trainers_day", session=session_id, _anchor=f"person-{trainee_id}")
    return redirect(address, 303)


@blueprint.route("/cohorts/<int:cohort_id>/message", methods=["GET", "POST"])
@requires(P.KEEP_REGISTER)
def cohort_message(cohort_id: int) -> AnyResponse:
    """The same words to everybody in a cohort, held a while before they leave."""
    session = db.session()
    cohort = seeing.cohort(session, current_user, cohort_id, P.KEEP_REGISTER)
    form, status = WordsForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                subject, body = form.subject.data or "", form.body.data or ""
                count = writing_to_all.write_to_all(session, current_user, cohort_id, subject, body)
                flash(f"Held for {count} {'person' if count == 1 else 'people'}. You can take it back until it leaves.")
                return redirect(url_for("staff.cohort_message", cohort_id=cohort_id), 303)
            except NotFound:
                raise
            except Refusal as refusal:
                refused_beside_field(form, refusal)
                status = refusal.status
                cohort = seeing.cohort(session, current_user, cohort_id, P.KEEP_REGISTER)
    return page_or_fragment(
        "staff/today/message.html",
        "main",
        status=status,
        cohort=cohort,
        form=form,
        people=len(writing_to_all.people(session, current_user, cohort_id)),
        minutes=writing_to_all.hold_minutes(session),
        held=writing_to_all.held(session, current_user, cohort_id),
    )


@blueprint.post("/cohorts/<int:cohort_id>/message/<int:token>/take-back")
@requires(P.KEEP_REGISTER)
def take_back_cohort_message(cohort_id: int, token: int) -> AnyResponse:
    seeing.cohort(db.session(), current_user, cohort_id, P.KEEP_REGISTER)
    count = writing_to_all.take_back(db.session(), current_user, cohort_id, token)
    flash("Taken back. Nobody gets it." if count else "It has left already, or was taken back before.")
    return redirect(url_for("staff.cohort_message", cohort_id=cohort_id), 303)
