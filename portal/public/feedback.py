"""A trainee says what they thought of a weekend: once, and nobody's."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_login import current_user

from portal.domain.attendance import feedback
from portal.domain.attendance.own import own
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.catch_up import FeedbackForm
from portal.public.training import HERE, to_training, with_place
from portal.public.training_parts import weekend
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants


@blueprint.route(f"{HERE}/feedback/<int:block>", methods=["GET", "POST"])
@for_applicants
def training_feedback(reference: str, block: int) -> Response:
    found, _page = with_place(reference)
    mine = own(db.session(), found.id)
    if mine is None or block not in {day.block for day in mine.standing.days}:
        raise NotFound()
    if block not in mine.blocks:  # answered, or not over yet
        return to_training(found)
    form, status = FeedbackForm(), 200
    if form.validate_on_submit():
        try:
            feedback.give(db.session(), current_user, mine.trainee.id, block, form.said)
            flash("Thank you. Nobody sees whose answer it is.")
            return redirect(url_for("public.training", reference=found.reference), code=303)  # type: ignore[return-value]
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused_beside_field(form, refusal)
            status = refusal.status
            found, _page = with_place(reference)
    body = render_template(
        "public/training_parts/feedback.html", application=found, block=weekend(block), form=form
    )  # fmt: skip
    return make_response(body, 422 if form.errors and status == 200 else status)
