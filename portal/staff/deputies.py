"""Who stands in for whom: one's own deputies, and an administrator's view of anybody's."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts import deputies as acts
from portal.domain.accounts import queries
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.deputies import DeputyForm
from portal.staff.sign_in import ROLES, go
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment


@blueprint.route("/account/deputies", methods=["GET", "POST"])
@requires(Permission.SEE_WORK, step_up=True)
def own_deputies() -> Response:
    """Colleagues with the same roles, for the days one is away."""
    person = current_user.person
    return _page(person, acts.may_stand_in(db.session(), person, clock.today()), url_for("staff.own_deputies"))


@blueprint.post("/account/deputies/<int:deputy_id>/end")
@requires(Permission.SEE_WORK)
def end_own_deputy(deputy_id: int) -> Response:
    acts.end_deputy(db.session(), current_user, current_user.id, deputy_id)
    return go(url_for("staff.own_deputies", done="ended"))


@blueprint.route("/admin/people/<int:member_id>/deputies", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF, step_up=True)
def deputies(member_id: int) -> Response:
    """Anybody on the staff, for somebody who cannot say so themselves."""
    person = queries.staff_member(db.session(), member_id)
    others = [each for each in queries.staff_members(db.session()) if each.id != member_id and not each.disabled_at]
    return _page(person, others, url_for("staff.deputies", member_id=member_id))


@blueprint.post("/admin/people/<int:member_id>/deputies/<int:deputy_id>/end")
@requires(Permission.MANAGE_STAFF, step_up=True)
def end_deputy(member_id: int, deputy_id: int) -> Response:
    acts.end_deputy(db.session(), current_user, member_id, deputy_id)
    return go(url_for("staff.deputies", member_id=member_id, done="ended"))


def _page(person: StaffMember, people: Sequence[StaffMember], here: str) -> Response:
    session, form = db.session(), DeputyForm()
    form.offer(people)
    if form.validate_on_submit() and form.starts_on.data and form.ends_on.data:
        try:
            acts.name_deputy(
                session, current_user, person.id, int(form.deputy.data),
                starts_on=form.starts_on.data, ends_on=form.ends_on.data,
            )  # fmt: skip
            return go(f"{here}?done=named")
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return page_or_fragment(
        "staff/own_account/deputies.html", "main", status=422 if form.errors else 200, form=form, person=person,
        own=person.id == current_user.id, here=here, people=people, roles=ROLES,
        held=sorted(acts.kinds(person.roles, clock.today())), done=request.args.get("done", ""),
        deputies=acts.deputies_of(session, person.id, clock.today()),
    )  # fmt: skip
