"""The places where people are seen."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.interviews import venues as places
from portal.domain.interviews.models import Venue
from portal.domain.interviews.venues import VenueChanged, VenueWords, words_of
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.interviews import VenueForm
from portal.staff.opening import Clash, Difference
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment

PLAN = Permission.PLAN_INTERVIEWS
LABELS = {
    "name": "Name",
    "address": "Address",
    "map_url": "Map",
    "access_notes": "Getting about",
    "step_free": "Step-free",
    "online": "Online",
    "district_id": "Whose it is",
}


@blueprint.get("/interviews/venues")
@requires(PLAN)
def venues() -> Response:
    """Every place, with how many days are still to come there."""
    return page_or_fragment("staff/interviews/venues.html", "main", rows=places.listed(db.session(), current_user))


@blueprint.route("/interviews/venues/new", methods=["GET", "POST"])
@requires(PLAN)
def new_venue() -> Response:
    form = _form()
    if form.validate_on_submit():
        try:
            places.save_venue(db.session(), current_user, None, form.words)
            flash("The place is in the list.")
            return _back()
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(form, None)


@blueprint.route("/interviews/venues/<int:venue_id>", methods=["GET", "POST"])
@requires(PLAN)
def venue(venue_id: int) -> Response:
    found = places.venue_to_change(db.session(), current_user, venue_id)
    form = _form()
    if not form.is_submitted():
        form.show(words_of(found))
    elif form.validate():
        try:
            places.save_venue(db.session(), current_user, venue_id, form.words, form.seen.data or "")
            flash("Saved. Letters from now on say it so.")
            return _back()
        except VenueChanged:
            found = places.venue_to_change(db.session(), current_user, venue_id)
            now = words_of(found)
            form.show(now, keep=True)
            return _page(form, found, Clash(_differences(now, form.words), "Somebody else", None))
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(form, found)


def _differences(theirs: VenueWords, yours: VenueWords) -> list[Difference]:
    return [
        Difference(label, str(getattr(theirs, name) or ""), str(getattr(yours, name) or ""))
        for name, label in LABELS.items()
        if getattr(theirs, name) != getattr(yours, name)
    ]


@blueprint.post("/interviews/venues/<int:venue_id>/archive")
@requires(PLAN)
def archive_venue(venue_id: int) -> Response:
    """Puts a place away, or takes it out again."""
    away = "back" not in request.form
    places.archive_venue(db.session(), current_user, venue_id, away=away)
    flash("It is put away. No new day can be planned there." if away else "It can be chosen again.")
    return _back()


def _form() -> VenueForm:
    form = VenueForm()
    form.offer(
        places.districts_to_choose(db.session(), current_user), force=current_user.scope(PLAN).force
    )  # fmt: skip
    return form


def _back() -> Response:
    return redirect(url_for("staff.venues"), 303)  # type: ignore[return-value]


def _page(form: VenueForm, found: Venue | None, clash: Clash | None = None) -> Response:
    return page_or_fragment(
        "staff/interviews/venue.html",
        "main",
        status=409 if clash else 422 if form.errors else 200,
        form=form,
        venue=found,
        clash=clash,
    )
