"""Saved views of the applications list: saved, renamed, shared, deleted."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.casework import views
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.views import ViewForm
from portal.staff.listing import kept_query, told
from portal.web.errors import refused_beside_field
from portal.web.guards import requires

caseworkers = requires(Permission.SEE_APPLICATIONS)


@blueprint.get("/applications/views")
@caseworkers
def saved_views() -> Response:
    """One's own views and those colleagues share."""
    session = db.session()
    found = views.surroundings(session, current_user).views
    words = told(session, current_user, [view.query for view in found])
    shown = list(zip(found, words, strict=True))
    return make_response(render_template("staff/applications/views.html", views=shown))


@blueprint.route("/applications/views/new", methods=["GET", "POST"])
@caseworkers
def save_view() -> Response:
    """The filters in this very address under a name. What was typed is left out."""
    session, form = db.session(), ViewForm()
    query = kept_query(session, current_user, request.args)
    if form.validate_on_submit():
        try:
            views.save_view(session, current_user, name=form.name.data, query=query, shared=form.shared.data)
            flash("The view is saved.")
            return _go(f"{url_for('staff.applications')}?{query}")
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _form(form, "Save this view", "Save view", query)


@blueprint.route("/applications/views/<int:view_id>", methods=["GET", "POST"])
@caseworkers
def change_view(view_id: int) -> Response:
    """Another name, or shared or not."""
    session = db.session()
    view = views.own_view(session, current_user, view_id)
    form, query = ViewForm(data={"name": view.name, "shared": view.shared}), view.query
    if form.validate_on_submit():
        try:
            views.change_view(session, current_user, view_id, name=form.name.data, shared=form.shared.data)
            flash("The view is changed.")
            return _go(url_for("staff.saved_views"))
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _form(form, "Change a saved view", "Save", query)


@blueprint.route("/applications/views/<int:view_id>/delete", methods=["GET", "POST"])
@caseworkers
def delete_view(view_id: int) -> Response:
    """Asks first; no application changes."""
    session = db.session()
    view = views.own_view(session, current_user, view_id)
    if request.method == "POST":
        views.delete_view(session, current_user, view_id)
        flash("The view is deleted.")
        return _go(url_for("staff.saved_views"))
    words = told(session, current_user, [view.query])[0]
    return make_response(render_template("staff/applications/delete_view.html", view=view, told=words))


def _form(form: ViewForm, heading: str, act: str, query: str) -> Response:
    words = told(db.session(), current_user, [query])[0]
    body = render_template("staff/applications/view.html", form=form, heading=heading, act=act, told=words)
    return make_response(body, 422 if form.errors else 200)


def _go(address: str) -> Response:
    return redirect(address, code=303)  # type: ignore[return-value]
