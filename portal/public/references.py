"""The people who speak for an applicant: named here, one after the other; how far each is, never what they wrote."""

from __future__ import annotations

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.applications.models import ENDED, Application, RequirementState
from portal.domain.applications.queries import own_application
from portal.domain.clearances import references as referees
from portal.domain.clearances.references import REFERENCES, RELATIONS, ReferenceState, Relation
from portal.domain.documents.rules import last_day
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_values
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.references import RefereeForm
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants
from portal.web.setup import outside_of

S = ReferenceState
FLAGS = {
    S.WAITING: ("Asked", "now"),
    S.OPENED: ("Opened our letter", "now"),
    S.DECLINED: ("Cannot do it", "bad"),
    S.ANSWERED: ("Has answered", "ok"),
    S.ACCEPTED: ("Has answered", "ok"),
}
ORDINALS = ("first", "second", "third", "fourth", "fifth")
OPEN = (RequirementState.WITH_APPLICANT, RequirementState.WITH_US)


@blueprint.get("/applications/<reference>/references")
@for_applicants
def references(reference: str) -> Response:
    found = own_application(db.session(), current_user, reference)
    changing = request.args.get("change", "")
    return _page(found, changing=int(changing) if changing in {"1", "2", "3", "4", "5"} else 0)


@blueprint.post("/applications/<reference>/references")
@for_applicants
def name_referee(reference: str) -> Response:
    """Names one and writes to them at once."""
    session, form = db.session(), RefereeForm()
    found = own_application(session, current_user, reference)
    if form.validate_on_submit():
        try:
            referees.name_referee(session, outside_of(current_app).keys, current_user, found.id, form.place, form.named)
            address = url_for("public.references", reference=reference, named="yes")
            return redirect(address, code=303)  # type: ignore[return-value]
        except NotFound:
            raise
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(own_application(session, current_user, reference), form=form)


def _page(found: Application, *, changing: int = 0, form: RefereeForm | None = None) -> Response:
    session = db.session()
    requirement = next((each for each in found.requirements if each.kind is REFERENCES), None)
    if requirement is None:
        raise NotFound()
    numbers = setting_values(session, ("references_wanted", "reference_years", "reference_days"), clock.today())
    rows = referees.referees_of(session, found.id)
    taking = requirement.state in OPEN and found.state not in ENDED
    missing = referees.open_positions(rows, numbers["references_wanted"])
    may_change = (
        {row.position for row in rows if row.answered_at is None and row.declined_at is None} if taking else set()
    )
    place = form.place if form else changing if changing in may_change else missing[0] if missing else 0
    shown = form or RefereeForm(formdata=None, position=place)
    body = render_template(
        "public/references/references.html",
        application=found,
        form=shown if taking and place else None,
        place=ORDINALS[place - 1] if 1 <= place <= len(ORDINALS) else "",
        lines=[
            (row, RELATIONS[Relation(row.relation)], *FLAGS[referees.state_of(row)], row.position in may_change)
            for row in rows
        ],
        numbers=numbers,
        state=requirement.state.value,
        until=last_day(requirement.due_at) if requirement.due_at else None,
        named=request.args.get("named") == "yes" and not shown.errors,
    )
    return make_response(body, 422 if form else 200)
