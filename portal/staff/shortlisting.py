"""Shortlisting's front page: what one has to read, the sifts one moderates, and whom one knows."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Relation
from portal.domain.refusals import Refusal
from portal.domain.shortlisting import conflicts, queries
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.shortlisting import RELATIONS, KnownForm
from portal.staff.sign_in import go
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

SEE = Permission.SEE_SHORTLISTING


@blueprint.get("/shortlisting")
@requires(SEE)
def shortlisting() -> Response:
    """An assessor's readings; a recruiter's campaigns; both for somebody who is both."""
    session = db.session()
    reads, moderates = current_user.can(Permission.SCORE_BLIND), current_user.can(Permission.MODERATE)
    readings = queries.my_readings(session, current_user) if reads else None
    return page_or_fragment(
        "staff/shortlisting/list.html",
        "main",
        blind=reads and not moderates,
        readings=readings,
        late=[each for each in readings.to_do if each.due_on < clock.today()] if readings else [],
        sifts=queries.sifts(session, current_user) if moderates else None,
        today=clock.today(),
    )


@blueprint.route("/shortlisting/known", methods=["GET", "POST"])
@requires(SEE)
def known_people() -> AnyResponse:
    """Whom the viewer knows, said before any application is seen."""
    session, keys, form = db.session(), outside_of(current_app).keys, KnownForm()
    if form.validate_on_submit():
        try:
            conflicts.declare_known(session, current_user, keys, form.name.data or "", Relation(form.relation.data))
            flash("Thank you. An application under that name will not come to you.")
            return go(url_for("staff.known_people"))
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    body = render_template(
        "staff/shortlisting/known.html",
        form=form,
        known=conflicts.known_people(session, keys, current_user.id),
        relations=RELATIONS,
        blind=not current_user.can(Permission.MODERATE),
    )
    return make_response(body, 422 if form.errors else 200)


@blueprint.post("/shortlisting/known/<int:known_id>/forget")
@requires(SEE)
def forget_known(known_id: int) -> AnyResponse:
    conflicts.forget_known(db.session(), current_user, known_id)
    flash("It is taken back. What was kept from you because of it stays with others.")
    return go(url_for("staff.known_people"))
