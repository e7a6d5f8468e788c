"""An offer of a place: read, accepted, turned down, or put off to a later course."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, url_for
from flask_login import current_user

from portal.domain.applications.models import Application
from portal.domain.applications.queries import own_application
from portal.domain.applications.rules import Act, By, may_move
from portal.domain.journeys import offering
from portal.domain.offers.answering import accept
from portal.domain.offers.courses import later_courses
from portal.domain.offers.places import last_offer
from portal.domain.offers.rules import DeclineReason
from portal.domain.offers.standing import Standing, standing_of
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.offer import AcceptForm, DeclineForm, LaterForm
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants


def _opened(reference: str) -> tuple[Application, Standing | None]:
    """One's own application with the offer it holds. One that was never offered anything has no such page."""
    session = db.session()
    found = own_application(session, current_user, reference)
    standing = standing_of(session, found)
    if standing is None and last_offer(session, found.id) is None:
        raise NotFound()
    return found, standing


def _to_tracker(found: Application) -> Response:
    return redirect(url_for("public.application", reference=found.reference), code=303)  # type: ignore[return-value]


@blueprint.route("/applications/<reference>/offer", methods=["GET", "POST"])
@for_applicants
def offer(reference: str) -> Response:
    """The offer with what it depends on; sending the page accepts it."""
    found, standing = _opened(reference)
    if standing is None:
        return _to_tracker(found)
    form = AcceptForm()
    if form.validate_on_submit():
        accept(db.session(), current_user, found.id)
        return redirect(url_for("public.offer", reference=found.reference), code=303)  # type: ignore[return-value]
    later = may_move(found.state, Act.DEFER, By.APPLICANT)
    page = render_template("public/offer/offer.html", application=found, standing=standing, form=form, later=later)
    return make_response(page, 400 if form.errors else 200)


@blueprint.route("/applications/<reference>/offer/decline", methods=["GET", "POST"])
@for_applicants
def decline_offer(reference: str) -> Response:
    """Asks why, says what else there is, and only then ends it."""
    found, standing = _opened(reference)
    form = DeclineForm()
    if standing is None or not may_move(found.state, Act.DECLINE, By.APPLICANT):
        return _to_tracker(found)
    if form.validate_on_submit():
        offering.decline(db.session(), current_user, found.id, DeclineReason(form.reason.data))
        return _to_tracker(found)
    page = render_template("public/offer/decline.html", application=found, standing=standing, form=form)
    return make_response(page, 422 if form.errors else 200)


@blueprint.route("/applications/<reference>/offer/later", methods=["GET", "POST"])
@for_applicants
def later_course(reference: str) -> Response:
    """Puts the place off to a later course, or to the next there will be."""
    found, standing = _opened(reference)
    if standing is None or not may_move(found.state, Act.DEFER, By.APPLICANT):
        return _to_tracker(found)
    form = LaterForm()
    form.offer(later_courses(db.session(), standing.course))
    if form.validate_on_submit():
        try:
            offering.defer(db.session(), current_user, found.id, form.course)
            return _to_tracker(found)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    page = render_template("public/offer/later.html", application=found, standing=standing, form=form)
    return make_response(page, 422 if form.errors else 200)
