"""A cohort's end: certificates issued to those who met every rule, read, and withdrawn with a reason."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.attendance.certificates import paper_of, statement_of
from portal.domain.attendance.completing import complete
from portal.domain.attendance.graduates import Graduate, graduate, graduates
from portal.domain.refusals import NotFound
from portal.domain.training.models import Cohort, Trainee
from portal.domain.training.seeing import cohort as cohort_in_reach
from portal.domain.volunteers.evidence import resting_on, withdraw_certificate
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.volunteers import AppointForm, WithdrawCertificateForm
from portal.web.guards import requires
from portal.web.papers import as_pdf
from portal.web.setup import outside_of
from portal.web.wording import plural

P = Permission.COMPLETE_TRAINING


def _cohort(cohort_id: int) -> Cohort:
    return cohort_in_reach(db.session(), current_user, cohort_id, P)


def _page(found: Cohort, *, refused: str = "", status: int = 200) -> Response:
    rows = graduates(db.session(), current_user, found.id)
    body = render_template(
        "staff/completion/completion.html", cohort=found, rows=rows, ready=[row for row in rows if row.ready],
        done=sum(row.certificate_id is not None for row in rows), refused=refused,
    )  # fmt: skip
    return make_response(body, status)


@blueprint.get("/cohorts/<int:cohort_id>/completion")
@requires(P)
def cohort_completion(cohort_id: int) -> Response:
    """Everybody of the cohort: who may have a certificate, and what the others lack."""
    return _page(_cohort(cohort_id))


@blueprint.post("/cohorts/<int:cohort_id>/completion")
@requires(P)
def issue_certificates(cohort_id: int) -> Response:
    """Certificates for those chosen, each in a unit of work of its own; who has become unready meanwhile gets none."""
    found, session, form = _cohort(cohort_id), db.session(), AppointForm()
    if not form.validate_on_submit():
        return _page(found, status=400)
    chosen = set(request.form.getlist("chosen"))
    ready = [row for row in graduates(session, current_user, cohort_id) if row.ready and str(row.trainee_id) in chosen]
    if not ready:
        return _page(found, refused="Choose at least one person who is ready.", status=422)
    for row in ready:
        complete(session, current_user, row.trainee_id)
    flash(f"{plural(len(ready), 'certificate')} issued. The mails are on their way.")
    return redirect(url_for("staff.cohort_completion", cohort_id=cohort_id), 303)  # type: ignore[return-value]


def _certified(cohort_id: int, certificate_id: int) -> Graduate:
    _cohort(cohort_id)
    return graduate(db.session(), current_user, cohort_id, certificate_id=certificate_id)


@blueprint.get("/cohorts/<int:cohort_id>/completion/<int:certificate_id>.pdf")
@requires(P)
def certificate_file(cohort_id: int, certificate_id: int) -> Response:
    """The very paper that was issued."""
    _certified(cohort_id, certificate_id)
    return as_pdf(paper_of(db.session(), outside_of(current_app), certificate_id), "certificate")


@blueprint.get("/cohorts/<int:cohort_id>/completion/<int:trainee_id>/statement.pdf")
@requires(P)
def training_statement(cohort_id: int, trainee_id: int) -> Response:
    """What the register holds of one trainee."""
    _cohort(cohort_id)
    session = db.session()
    rows = graduates(session, current_user, cohort_id)
    if trainee_id not in {row.trainee_id for row in rows}:
        raise NotFound()
    application = session.get_one(Application, session.get_one(Trainee, trainee_id).application_id)
    paper = statement_of(session, outside_of(current_app), application, clock.today())
    return as_pdf(paper, "statement-of-training")


@blueprint.route("/cohorts/<int:cohort_id>/completion/<int:certificate_id>/withdraw", methods=["GET", "POST"])
@requires(P, step_up=True)
def withdraw_training_certificate(cohort_id: int, certificate_id: int) -> Response:
    """Takes one back, with the powers that rest on it."""
    row, session, form = _certified(cohort_id, certificate_id), db.session(), WithdrawCertificateForm()
    if form.validate_on_submit():
        withdraw_certificate(session, current_user, certificate_id, form.reason.data)
        flash("The certificate is withdrawn. Its address says so.")
        return redirect(url_for("staff.cohort_completion", cohort_id=cohort_id), 303)  # type: ignore[return-value]
    body = render_template(
        "staff/completion/withdraw.html", cohort_id=cohort_id, row=row, form=form,
        resting=resting_on(session, certificate_id),
    )  # fmt: skip
    return make_response(body, 422 if form.errors else 200)
