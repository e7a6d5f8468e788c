"""Volunteers: the list with its filters, and one person's page."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.applications.queries import visible_application
from portal.domain.attendance.certificates import paper_of
from portal.domain.paging import Cursor
from portal.domain.refusals import NotFound, Refusal
from portal.domain.volunteers import agreements, queries
from portal.domain.volunteers.models import StepKind
from portal.domain.volunteers.powers import SAID
from portal.domain.volunteers.queries import Wanted, Whole
from portal.domain.volunteers.steps import steps_done
from portal.domain.volunteers.welcoming import pack_of
from portal.extensions import db
from portal.services.paper_training import pack
from portal.staff.door import blueprint
from portal.staff.forms.volunteers import AgreementForm
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.papers import as_pdf
from portal.web.setup import outside_of

P = Permission


def _wanted() -> Wanted:
    given = request.args
    return Wanted(
        given.get("district", ""), given.get("strand", ""), given.get("power", ""), given.get("ending", "") == "yes"
    )


@blueprint.get("/volunteers")
@requires(P.SEE_VOLUNTEERS)
def volunteers() -> Response:
    """Everybody appointed in reach, the newest first, narrowed as the address says."""
    session, wanted = db.session(), _wanted()
    after = Cursor.parse(request.args.get("after"))
    people = queries.volunteers(session, current_user, wanted, after)
    kept: dict[str, Any] = {
        "district": wanted.district or None, "strand": wanted.strand or None, "power": wanted.power or None,
        "ending": "yes" if wanted.ending else None,
    }  # fmt: skip
    body = render_template(
        "staff/volunteers/list.html", people=people, wanted=wanted, choices=queries.choices(session, current_user),
        narrowed=any(kept.values()),
        first=url_for("staff.volunteers", **kept) if after else None,
        older=url_for("staff.volunteers", after=str(people.more), **kept) if people.more else None,
    )  # fmt: skip
    return make_response(body)


@blueprint.get("/volunteers/<number>")
@requires(P.SEE_VOLUNTEERS)
def volunteer(number: str) -> Response:
    """Who they are, where they serve, what they may do and until when, and what it rests on."""
    session = db.session()
    whole = queries.volunteer(session, current_user, number)
    done = steps_done(session, outside_of(current_app).keys, whole.application.id)
    card = next((step for step in done if step.kind is StepKind.IDENTIFICATION), None)
    current = [each for each in whole.grants if each.state in {"now", "later"}]
    body = render_template(
        "staff/volunteers/volunteer.html", whole=whole, person=whole.person, card=card, current=current,
        past=[each for each in whole.grants if each not in current], said=SAID,
        sees_application=_sees_application(whole), may_grant=_reaches_to_grant(whole),
    )  # fmt: skip
    return make_response(body)


def _sees_application(whole: Whole) -> bool:
    try:
        visible_application(db.session(), current_user, P.SEE_APPLICATIONS, whole.application.reference)
    except NotFound:
        return False
    return True


def _reaches_to_grant(whole: Whole) -> bool:
    try:
        queries.volunteer(db.session(), current_user, whole.volunteer.number, P.GRANT_POWERS)
    except NotFound:
        return False
    return whole.volunteer.ended_on is None


@blueprint.get("/volunteers/<number>/certificate.pdf")
@requires(P.SEE_VOLUNTEERS)
def volunteer_certificate(number: str) -> Response:
    """The certificate they were appointed with."""
    whole = queries.volunteer(db.session(), current_user, number)
    if whole.volunteer.certificate_id is None:
        raise NotFound()
    return as_pdf(paper_of(db.session(), outside_of(current_app), whole.volunteer.certificate_id), "certificate")


@blueprint.get("/volunteers/<number>/pack.pdf")
@requires(P.SEE_VOLUNTEERS)
def volunteer_pack(number: str) -> Response:
    """Their information pack as it stands today, to print for whoever has no printer."""
    session = db.session()
    whole = queries.volunteer(session, current_user, number)
    content = pack_of(session, whole.application, whole.volunteer)
    return as_pdf(pack(outside_of(current_app).paper, content), "information-pack")


@blueprint.route("/volunteers/agreement", methods=["GET", "POST"])
@requires(P.APPOINT, step_up=True)
def publish_agreement() -> Response:
    """The volunteer agreement, and a new version of it: whoever is not appointed yet is asked again."""
    session, form = db.session(), AgreementForm()
    newest = agreements.newest_for_all(session)
    if form.validate_on_submit():
        try:
            found = agreements.publish(session, current_user, None, form.body.data)
            flash(f"Version {found.number} is in force. Whoever is not appointed yet is asked to accept it.")
            return redirect(url_for("staff.volunteers"), 303)  # type: ignore[return-value]
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    elif not form.is_submitted():
        form.body.data = newest.body if newest else ""
    body = render_template("staff/volunteers/agreement.html", form=form, newest=newest)
    return make_response(body, 422 if form.errors else 200)
