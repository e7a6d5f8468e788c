"""Where somebody will serve: proposed with its reasons, confirmed or changed by a person."""

from __future__ import annotations

from flask import Response, flash
from flask_login import current_user

from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.offers import placing
from portal.domain.offers.models import Placement
from portal.domain.offers.placing import PLACED, WHY, NotYetPlaced, PlacementChanged, Proposal
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.offers import PlacementForm
from portal.staff.opening import Clash, Difference, asked, back_to, clash_of, sent_application
from portal.web.errors import refused_beside_field
from portal.web.guards import requires

P = Permission.PLACE_PEOPLE


@blueprint.route("/applications/<reference>/placement", methods=["GET", "POST"])
@requires(P)
def placement(reference: str) -> Response:
    """The proposal, and the form that confirms it or says otherwise."""
    found, session = sent_application(P, reference), db.session()
    if found.state not in PLACED:
        raise NotYetPlaced()
    proposed, placed = placing.proposal(session, found), placing.placement_of(session, found.id)
    form, clash = PlacementForm(), None
    form.offer(proposed)
    if form.validate_on_submit():
        try:
            placing.confirm(session, current_user, found.id, form.wanted(), seen=form.version.data)
            flash("The placement is confirmed.")
            return back_to(reference, "offer")
        except PlacementChanged:
            found = sent_application(P, reference)
            placed = placing.placement_of(session, found.id)
            clash = _clash(found, proposed, placed, form)
            form.version.data = placed.version if placed else 0
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    elif not form.is_submitted():
        form.show(proposed, placed)
    confirmed_by = placed.confirmed_by if placed else None
    by = staff_names(session, [confirmed_by])[confirmed_by] if confirmed_by else ""
    return asked("placement", form, found, clash=clash, proposed=proposed, placed=placed, by=by, why=WHY)


def _clash(found: Application, proposed: Proposal, placed: Placement | None, form: PlacementForm) -> Clash:
    """What stands beside what was sent."""
    lists = (("District", proposed.districts), ("Strand", proposed.strands), ("Supervisor", proposed.supervisors))
    now = (placed.district_id, placed.strand, placed.supervisor_id) if placed else (None, None, None)
    sent = (form.district.data, form.strand.data, form.supervisor.data)
    changes = []
    for (label, choices), theirs, yours in zip(lists, now, sent, strict=True):
        names = {str(each.key): each.name for each in choices}
        pair = (names.get(str(theirs), "none"), names.get(str(yours), "none"))
        changes += [Difference(label, *pair)] if pair[0] != pair[1] else []
    return clash_of(found, ["placement.confirmed"], *changes)
