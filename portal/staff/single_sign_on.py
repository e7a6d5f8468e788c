"""Signing in with the force's own account, and which of its groups gives which role."""

from __future__ import annotations

from flask import Response, request, session, url_for
from flask_login import current_user

from portal.domain.accounts import single_sign_on as acts
from portal.domain.accounts.models import Role
from portal.domain.accounts.rules import Permission
from portal.domain.accounts.stepping_up import step_up
from portal.domain.campaigns.queries import divisions
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db, limiter
from portal.staff.door import blueprint
from portal.staff.forms.admin import GroupForm
from portal.staff.sign_in import ROLES, TRYING, go, half_way
from portal.web import sessions
from portal.web.errors import refused_beside_field
from portal.web.guards import open_to_all, requires, safe_next
from portal.web.pages import page_or_fragment
from portal.web.single_sign_on import come_back, provider_name, send_there

AFTER, AGAIN = "sign_on_next", "sign_on_again"


@blueprint.get("/sign-in/sso")
@limiter.limit(TRYING)
@open_to_all
def single_sign_on() -> Response:
    """To the provider and back; `again` to confirm, for a sensitive act, who one is."""
    if not provider_name():
        raise NotFound()
    session[AFTER] = safe_next(request.args.get("next"), url_for("staff.my_work"))
    session[AGAIN] = "again" in request.args and current_user.is_authenticated and current_user.second_factor
    return send_there(url_for("staff.signed_on", _external=True), again=session[AGAIN])


@blueprint.get("/sign-in/sso/back")
@limiter.limit(TRYING)
@open_to_all
def signed_on() -> Response:
    """Where the provider sends people back to. Without a second factor of theirs, ours is asked for."""
    if not provider_name():
        raise NotFound()
    onward, again = session.pop(AFTER, url_for("staff.my_work")), bool(session.pop(AGAIN, False))
    claims = come_back(again=again)
    member = acts.sign_on(db.session(), claims)
    if again and current_user.is_authenticated and current_user.id == member.id:
        step_up(db.session(), member, current_user.session_id)
        return go(onward)
    if claims.second_factor:
        sessions.sign_in(member, second_factor=True)
        return go(onward)
    return half_way(member, onward)


@blueprint.route("/admin/groups", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF, step_up=True)
def groups() -> Response:
    """Which group gives which role; a line more."""
    form, places = GroupForm(), divisions(db.session())
    form.offer(places)
    if form.validate_on_submit():
        try:
            where = int(form.division.data) if form.division.data else None
            acts.map_group(db.session(), current_user, form.group.data.strip(), Role(form.role.data), where)
            return go(url_for("staff.groups", done="mapped"))
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return page_or_fragment(
        "staff/admin/groups.html", "main", status=422 if form.errors else 200, form=form, roles=ROLES,
        rows=acts.group_roles(db.session()), names={place.id: place.name for place in places},
        provider=provider_name(), done=request.args.get("done", ""),
    )  # fmt: skip


@blueprint.post("/admin/groups/<int:row_id>/remove")
@requires(Permission.MANAGE_STAFF, step_up=True)
def remove_group(row_id: int) -> Response:
    acts.unmap_group(db.session(), current_user, row_id)
    return go(url_for("staff.groups", done="removed"))
