"""Who answers for an application, and by when the applicant was promised to hear."""

from __future__ import annotations

from datetime import date

from flask import Response, flash
from flask_login import current_user

from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import promise_of
from portal.domain.casework import owning
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.casework import OwnerForm, PromiseForm
from portal.staff.opening import Clash, Difference, asked, back_to, clash_of, sent_application
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.wording import day

NOBODY = "Nobody"


@blueprint.route("/applications/<reference>/owner", methods=["GET", "POST"])
@requires(Permission.WRITE_NOTES)
def give_owner(reference: str) -> Response:
    """Gives an application to a colleague who may open it, to oneself, or to nobody."""
    found, session = sent_application(Permission.WRITE_NOTES, reference), db.session()
    form, clash = OwnerForm(), None
    form.offer(owning.colleagues(session, found.id))
    if form.validate_on_submit():
        wanted = int(form.owner.data) if form.owner.data else None
        try:
            owning.give_owner(session, current_user, found.id, wanted, version=form.version.data, seen=form.seen_id())
            flash("You have it now." if wanted == current_user.id else "The owner is changed.")
            return back_to(reference, "owner")
        except owning.OwnerChanged:
            found = sent_application(Permission.WRITE_NOTES, reference)
            clash = _owners(found, wanted)
            form.show(found, keep=True)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    elif not form.is_submitted():
        form.show(found)
    return asked("owner", form, found, clash=clash, owner=found.owner.name if found.owner else NOBODY)


@blueprint.route("/applications/<reference>/promise", methods=["GET", "POST"])
@requires(Permission.WRITE_NOTES)
def promise(reference: str) -> Response:
    """Promises the applicant to write by a day, or takes the promise back."""
    found, session = sent_application(Permission.WRITE_NOTES, reference), db.session()
    form, clash = PromiseForm(), None
    if form.validate_on_submit():
        try:
            owning.promise_contact(
                session, current_user, found.id, form.day.data, version=form.version.data, seen=form.seen_day()
            )
            flash("The applicant sees the new day now." if form.day.data else "The promise is taken back.")
            return back_to(reference, "owner")
        except owning.PromiseChanged:
            found = sent_application(Permission.WRITE_NOTES, reference)
            clash = _promises(found, form.day.data)
            form.show(found, keep=True)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    elif not form.is_submitted():
        form.show(found)
    last = owning.longest_promise(session)
    return asked("promise", form, found, clash=clash, sees=promise_of(found).words, last=last)


def _owners(found: Application, wanted: int | None) -> Clash:
    names = staff_names(db.session(), [wanted] if wanted else [])
    yours = names.get(wanted or 0, NOBODY)
    theirs = found.owner.name if found.owner else NOBODY
    return clash_of(found, ["application.owned"], Difference("Owner", theirs, yours))


def _promises(found: Application, wanted: date | None) -> Clash:
    theirs, yours = (day(each) if each else "no promise" for each in (found.next_contact_on, wanted))
    return clash_of(found, ["promise.made", "promise.removed"], Difference("Promised", theirs, yours))
