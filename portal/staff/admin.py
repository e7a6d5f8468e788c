"""Staff accounts: who they are, what they may do, and putting them right. Every act is on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm

from portal import clock
from portal.domain.accounts import queries, staff_accounts
from portal.domain.accounts.rules import DIVISIONAL, GRANTS, Permission, in_force
from portal.domain.campaigns.queries import divisions
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.admin import AddForm, LeaveForm, ReasonForm, ResetForm, RoleForm
from portal.staff.sign_in import ROLES, go
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment

administrators = requires(Permission.MANAGE_STAFF)
confirmed = requires(Permission.MANAGE_STAFF, step_up=True)  # what gives or takes access
TOLD = {
    "added": "The account is made. We have mailed a set-up link.",
    "link": "We have mailed a new set-up link. Links before it no longer work.",
    "reset": "It is reset and recorded. They are signed out everywhere.",
    "disabled": "The account is disabled. They are signed out everywhere.",
    "enabled": "The account is enabled.",
    "role": "The role is given.",
    "ended": "The role is ended.",
    "left": "Their last day is set. All their roles end with it.",
}


@dataclass(frozen=True)
class PersonForms:
    """The forms of one person's page; at most one was sent and may have errors."""

    role: RoleForm
    reset: ResetForm
    switch: ReasonForm
    leave: LeaveForm


@blueprint.get("/admin")
@administrators
def admin() -> Response:
    """Everybody on the staff."""
    return page_or_fragment(
        "staff/admin/list.html",
        "main",
        members=queries.staff_members(db.session()),
        names=_division_names(),
        roles=ROLES,
        holds=lambda role: in_force(role, clock.today()),
    )


@blueprint.get("/admin/permissions")
@administrators
def permissions() -> Response:
    """What each role may do, straight from the table the guards read."""
    return page_or_fragment(
        "staff/admin/permissions.html", "main", grants=GRANTS, permissions=list(Permission), roles=ROLES,
        divisional=DIVISIONAL,
    )  # fmt: skip


@blueprint.route("/admin/add", methods=["GET", "POST"])
@confirmed
def add_member() -> Response:
    """A new account; its owner gets a link to choose a password with."""
    form = AddForm()
    form.offer(divisions(db.session()))
    if form.validate_on_submit():
        try:
            member, _ = staff_accounts.create_staff(
                db.session(), current_user, email=form.email.data, name=form.name.data.strip(),
                team=form.team.data.strip(), roles=[form.chosen],
            )  # fmt: skip
            return _told(member.id, "added")
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return page_or_fragment("staff/admin/add.html", "main", status=422 if form.errors else 200, form=form)


@blueprint.get("/admin/people/<int:member_id>")
@confirmed
def member(member_id: int) -> Response:
    return _person(member_id, _forms(), None)


@blueprint.post("/admin/people/<int:member_id>/roles")
@confirmed
def give_role(member_id: int) -> Response:
    forms = _forms()
    if forms.role.validate_on_submit():
        try:
            staff_accounts.give_role(db.session(), current_user, member_id, forms.role.chosen)
            return _told(member_id, "role")
        except Refusal as refusal:
            _beside(forms.role, refusal)
    return _person(member_id, forms, forms.role)


@blueprint.post("/admin/people/<int:member_id>/roles/<int:role_id>/end")
@confirmed
def end_role(member_id: int, role_id: int) -> Response:
    """From the next request on the role is gone: its last day was yesterday."""
    yesterday = clock.today() - timedelta(days=1)
    staff_accounts.end_role(db.session(), current_user, member_id, role_id, last_day=yesterday)
    return _told(member_id, "ended")


@blueprint.post("/admin/people/<int:member_id>/reset")
@confirmed
def reset(member_id: int) -> Response:
    forms = _forms()
    if forms.reset.validate_on_submit():
        try:
            what = staff_accounts.Reset(forms.reset.what.data)
            staff_accounts.reset(db.session(), current_user, member_id, what, reason=forms.reset.reason.data.strip())
            return _told(member_id, "reset")
        except Refusal as refusal:
            _beside(forms.reset, refusal)
    return _person(member_id, forms, forms.reset)


@blueprint.post("/admin/people/<int:member_id>/leave")
@confirmed
def leave(member_id: int) -> Response:
    """Their last day: all their roles end with it."""
    forms = _forms()
    if forms.leave.validate_on_submit() and (day := forms.leave.last_day.data):
        reason = forms.leave.reason.data.strip()
        staff_accounts.leave(db.session(), current_user, member_id, last_day=day, reason=reason)
        return _told(member_id, "left")
    return _person(member_id, forms, forms.leave)


@blueprint.post("/admin/people/<int:member_id>/disable")
@confirmed
def disable(member_id: int) -> Response:
    forms = _forms()
    if forms.switch.validate_on_submit():
        reason = forms.switch.reason.data.strip()
        staff_accounts.disable(db.session(), current_user, member_id, reason=reason)
        return _told(member_id, "disabled")
    return _person(member_id, forms, forms.switch)


@blueprint.post("/admin/people/<int:member_id>/enable")
@confirmed
def enable(member_id: int) -> Response:
    forms = _forms()
    if forms.switch.validate_on_submit():
        reason = forms.switch.reason.data.strip()
        staff_accounts.enable(db.session(), current_user, member_id, reason=reason)
        return _told(member_id, "enabled")
    return _person(member_id, forms, forms.switch)


@blueprint.post("/admin/people/<int:member_id>/link")
@confirmed
def send_link(member_id: int) -> Response:
    staff_accounts.send_set_up_link(db.session(), current_user, member_id)
    return _told(member_id, "link")


def _forms() -> PersonForms:
    forms = PersonForms(
        RoleForm(prefix="role-"), ResetForm(prefix="reset-"), ReasonForm(prefix="switch-"), LeaveForm(prefix="leave-")
    )
    forms.role.offer(divisions(db.session()))
    return forms


def _beside(form: FlaskForm, refusal: Refusal) -> None:
    """A refusal that is about no field of this form has a page of its own."""
    if refusal.field is None:
        raise refusal
    refused_beside_field(form, refusal)


def _person(member_id: int, forms: PersonForms, sent: FlaskForm | None) -> Response:
    person = queries.staff_member(db.session(), member_id)
    return page_or_fragment(
        "staff/admin/person.html",
        "main",
        status=422 if sent is not None else 200,
        person=person,
        forms=forms,
        form=sent,
        names=_division_names(),
        roles=ROLES,
        today=clock.today(),
        own=person.id == current_user.id,
        told=TOLD.get(request.args.get("done", "")),
    )


def _division_names() -> dict[int, str]:
    return {division.id: division.name for division in divisions(db.session())}


def _told(member_id: int, done: str) -> Response:
    return go(url_for("staff.member", member_id=member_id, done=done))
