"""Withdrawing what was sent, or deleting what was not."""

from __future__ import annotations

from flask import Response, current_app, make_response, redirect, render_template, url_for
from flask_login import current_user

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import own_application
from portal.domain.applications.rules import Act, By, WithdrawReason, may_move
from portal.domain.campaigns.rules import last_day, receives
from portal.domain.journeys.ending import withdraw as take_back
from portal.domain.journeys.leaving import discard, instead_of_leaving
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.leaving import DiscardForm, WithdrawForm
from portal.web.guards import for_applicants
from portal.web.setup import outside_of


@blueprint.route("/applications/<reference>/withdraw", methods=["GET", "POST"])
@for_applicants
def withdraw(reference: str) -> Response:
    application = own_application(db.session(), current_user, reference)
    if application.state is State.DRAFT:
        return _discard(application)
    if not may_move(application.state, Act.WITHDRAW, By.APPLICANT):
        return redirect(url_for("public.application", reference=application.reference), code=303)  # type: ignore[return-value]
    form = WithdrawForm()
    if form.validate_on_submit():
        take_back(db.session(), current_user, application.id, WithdrawReason(form.reason.data))
        return redirect(url_for("public.application", reference=application.reference), code=303)  # type: ignore[return-value]
    page = render_template(
        "public/application/withdraw.html",
        application=application,
        form=form,
        may_return=receives(application.campaign, clock.now()),
        last_day=last_day(application.campaign),
        instead=instead_of_leaving(db.session(), application),
    )
    return make_response(page, 422 if form.errors else 200)


def _discard(application: Application) -> Response:
    form = DiscardForm()
    if form.validate_on_submit():
        discard(db.session(), outside_of(current_app), current_user, application.id)
        return redirect(url_for("public.account"), code=303)  # type: ignore[return-value]
    return make_response(render_template("public/application/discard.html", application=application, form=form))
