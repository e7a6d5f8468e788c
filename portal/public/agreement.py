"""The volunteer agreement: read and accepted by the person themselves."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_login import current_user

from portal.domain.applications.queries import own_application
from portal.domain.refusals import NotFound
from portal.domain.volunteers import agreements
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.certificate import AcceptAgreementForm
from portal.web.guards import LARGEST, for_applicants


@blueprint.route("/applications/<reference>/agreement", methods=["GET", "POST"])
@for_applicants
def agreement(reference: str) -> Response:
    """The version in force; sending the page accepts the one it showed."""
    session = db.session()
    found = own_application(session, current_user, reference)
    standing = agreements.standing_of(session, found)
    if standing is None:
        raise NotFound()
    form = AcceptAgreementForm()
    if form.validate_on_submit():
        typed = form.agreement.data or ""
        read = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0
        agreements.accept(session, current_user, found.id, min(read, LARGEST))
        flash("Thank you. You have accepted the volunteer agreement.")
        return redirect(url_for("public.agreement", reference=found.reference), 303)  # type: ignore[return-value]
    page = render_template(
        "public/agreement/agreement.html", application=found, standing=standing, form=form,
        parts=agreements.paragraphs(standing.agreement.body),
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)
