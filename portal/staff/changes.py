"""Changes of circumstances in a liaison officer's divisions: told by applicants, or taken down for them."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED
from portal.domain.clearances import changes
from portal.domain.clearances.changes import Desk
from portal.domain.paging import FEW, Cursor
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.vetting import TakenChangeForm
from portal.staff.opening import name_of
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

P = Permission


@blueprint.get("/changes")
@requires(P.TAKE_CHANGES)
def changes_list() -> Response:
    """That something was told, and to whom it goes; what it says stands on the next page."""
    session = db.session()
    seen = request.args.get("show") == "seen"
    part = "seen" if seen else None
    page = changes.page(session, current_user, Cursor.parse(request.args.get("after")), seen=seen)
    return page_or_fragment(
        "staff/changes/list.html",
        "results",
        tabs=[
            {"label": label, "count": _count(changes.waiting(session, current_user, seen=which)),
             "href": url_for("staff.changes_list", show="seen" if which else None), "current": which is seen}
            for which, label in ((False, "To read"), (True, "Read"))
        ],
        lines=[(line, line.kind.desk is Desk.VETTING) for line in page.lines],
        seen=seen,
        older=url_for("staff.changes_list", show=part, after=str(page.after)) if page.after else None,
        first=url_for("staff.changes_list", show=part) if request.args.get("after") else None,
    )  # fmt: skip


def _count(found: int) -> str:
    return f"{FEW:,}+" if found > FEW else f"{found:,}"


@blueprint.route("/changes/<reference>", methods=["GET", "POST"])
@requires(P.TAKE_CHANGES)
def changes_of(reference: str) -> Response:
    """One application's changes, and a form to take another down while somebody is on the telephone."""
    session, keys = db.session(), outside_of(current_app).keys
    found, told = changes.open_changes(session, keys, current_user, reference)
    kinds = changes.kinds_for(session, found.id)
    form = TakenChangeForm()
    form.offer(kinds)
    if form.validate_on_submit():
        try:
            changes.tell(session, keys, current_user, found.id, form.kind.data, form.text.data)
            flash("It is taken down, and the applicant has a mail that says so.")
            return redirect(url_for("staff.changes_of", reference=reference), 303)  # type: ignore[return-value]
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            refused_beside_field(form, refusal)
            found, told = changes.open_changes(session, keys, current_user, reference)
    page = render_template(
        "staff/changes/changes.html", reference=found.reference, name=name_of(found), campaign=found.campaign.name,
        told=told, form=form, live=found.state not in ENDED,
    )  # fmt: skip
    return make_response(page, 422 if form.errors else 200)


@blueprint.post("/changes/<int:change_id>/seen")
@requires(P.TAKE_CHANGES)
def change_seen(change_id: int) -> Response:
    """Says that it was read, once."""
    reference = changes.mark_seen(db.session(), current_user, change_id, Desk.LIAISON)
    flash("Marked as read.")
    return redirect(url_for("staff.changes_of", reference=reference), 303)  # type: ignore[return-value]
