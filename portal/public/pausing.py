"""Asking us to wait until a day, and going on again."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, url_for
from flask_login import current_user

from portal.domain.applications.queries import own_application
from portal.domain.applications.rules import Act, By, may_move
from portal.domain.journeys import pausing
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.offer import PauseForm
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants


@blueprint.route("/applications/<reference>/pause", methods=["GET", "POST"])
@for_applicants
def pause(reference: str) -> Response:
    """Until a day, within the policy's limit."""
    session = db.session()
    found = own_application(session, current_user, reference)
    back = redirect(url_for("public.application", reference=found.reference), code=303)
    if not may_move(found.state, Act.PAUSE, By.APPLICANT):
        return back  # type: ignore[return-value]
    form = PauseForm()
    if form.validate_on_submit() and form.until.data is not None:
        try:
            pausing.pause(session, current_user, found.id, form.until.data)
            return back  # type: ignore[return-value]
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    page = render_template(
        "public/application/pause.html", application=found, form=form, last=pausing.longest_pause(session)
    )
    return make_response(page, 422 if form.errors else 200)


@blueprint.post("/applications/<reference>/resume")
@for_applicants
def resume(reference: str) -> Response:
    """Goes on now."""
    found = own_application(db.session(), current_user, reference)
    pausing.resume(db.session(), current_user, found.id)
    return redirect(url_for("public.application", reference=found.reference), code=303)  # type: ignore[return-value]
