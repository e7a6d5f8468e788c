"""The register of powers as of any day, to read, print and take along; powers given and withdrawn."""

from __future__ import annotations

from datetime import date

from flask import Response, flash, make_response, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.casework.exporting import Format
from portal.domain.refusals import Refusal
from portal.domain.volunteers import exporting, powers, queries
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.exporting import MEDIA
from portal.staff.forms.volunteers import GrantForm, WithdrawPowerForm
from portal.web.errors import refused_beside_field
from portal.web.guards import requires

P = Permission


def _day(text: str | None) -> date:
    """The day of an address; today where it says none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return clock.today()


def _asked_day() -> tuple[date, str]:
    """The day the three boxes say, or the address; and what is wrong with it."""
    typed = [request.args.get(part, "").strip() for part in ("day", "month", "year")]
    if not any(typed):
        return _day(request.args.get("on")), ""
    try:
        day, month, year = (int(part) for part in typed)
        return date(year, month, day), ""
    except (ValueError, OverflowError):
        return clock.today(), "Enter a real date"


@blueprint.get("/volunteers/powers")
@requires(P.SEE_VOLUNTEERS)
def powers_register() -> Response:
    """Who holds, or held, which power on a day: today unless another is asked for."""
    day, problem = _asked_day()
    entries = queries.register_on(db.session(), current_user, day)
    groups: dict[str, list[queries.Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.power, []).append(entry)
    body = render_template(
        "staff/volunteers/register.html", day=day, problem=problem, groups=groups, count=len(entries),
        people=len({entry.number for entry in entries}), formats=list(Format), is_today=day == clock.today(),
        is_past=day < clock.today(),
    )  # fmt: skip
    return make_response(body, 422 if problem else 200)


@blueprint.post("/volunteers/powers/file")
@requires(P.EXPORT_LISTS, step_up=True)
def powers_file() -> Response:
    """The register of a day as a file; recorded before it leaves."""
    kind = Format(request.form["format"]) if request.form.get("format") in set(Format) else Format.CSV
    day = _day(request.form.get("on"))
    made = exporting.export_register(db.session(), current_user, day, kind)
    name = f"powers-{day.isoformat()}.{kind.value}"
    response = send_file(made, mimetype=MEDIA[kind], as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/volunteers/<number>/powers", methods=["GET", "POST"])
@requires(P.GRANT_POWERS, step_up=True)
def grant_power(number: str) -> Response:
    """Designates a power, in writing: with its limits, from a day, on the evidence of a certificate."""
    session, form = db.session(), GrantForm()
    whole = queries.volunteer(session, current_user, number, P.GRANT_POWERS)
    offered = powers.may_have(session, whole.application.campaign.scheme_id, clock.today())
    form.offer(offered, clock.today())
    if form.validate_on_submit() and form.starts_on.data is not None:
        try:
            powers.grant(session, current_user, whole.volunteer.id, form.wish(form.starts_on.data))
            flash("The power is given. They are told by mail.")
            return redirect(url_for("staff.volunteer", number=whole.volunteer.number), 303)  # type: ignore[return-value]
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
            whole = queries.volunteer(session, current_user, number, P.GRANT_POWERS)
    body = render_template("staff/volunteers/grant.html", form=form, whole=whole, offered=offered)
    return make_response(body, 422 if form.errors else 200)


@blueprint.route("/volunteers/<number>/powers/<int:grant_id>/withdraw", methods=["GET", "POST"])
@requires(P.GRANT_POWERS, step_up=True)
def withdraw_power(number: str, grant_id: int) -> Response:
    """Takes a power away from a day on, with a reason."""
    session, form = db.session(), WithdrawPowerForm()
    whole, given = queries.grant_of(session, current_user, number, grant_id)
    form.show(clock.today())
    if form.validate_on_submit():
        try:
            powers.withdraw(session, current_user, given.id, form.reason.data, form.on.data)
            flash("The power is withdrawn. They are told by mail.")
            return redirect(url_for("staff.volunteer", number=whole.volunteer.number), 303)  # type: ignore[return-value]
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    body = render_template("staff/volunteers/withdraw.html", form=form, whole=whole, given=given)
    return make_response(body, 422 if form.errors else 200)
