"""Telling us that something has changed. What was told is not shown again."""

from __future__ import annotations

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal.domain.applications.models import ENDED, Application, State
from portal.domain.applications.queries import own_application
from portal.domain.clearances.changes import kinds_for, tell, told_of
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import csrf, db
from portal.public.door import blueprint
from portal.public.forms.vetting import ChangeForm
from portal.public.keeping import forget, given_back, keeps_typed
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants
from portal.web.setup import outside_of

KEPT_AS = "changes"


@blueprint.route("/applications/<reference>/changes", defaults={"section": KEPT_AS}, methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]
@keeps_typed
@for_applicants
def own_changes(reference: str, section: str) -> Response:
    found = _sent(reference)
    if request.method == "GET":
        return _page(found, ChangeForm(formdata=given_back(found.id, section)))
    form = _offered(found, ChangeForm())
    if form.validate_on_submit():
        try:
            keys, person = outside_of(current_app).keys, current_user.person
            tell(db.session(), keys, person, found.id, form.kind.data, form.text.data)
            forget(found.id, section)
            return redirect(url_for("public.own_changes", reference=reference, told="yes"), code=303)  # type: ignore[return-value]
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused_beside_field(form, refusal)
    return _page(_sent(reference), form, status=400 if form.forged else 422)


def _sent(reference: str) -> Application:
    """An application we have: nothing of a draft's, or an ended one's, hangs on a change."""
    found = own_application(db.session(), current_user, reference)
    if found.state is State.DRAFT or found.state in ENDED:
        raise NotFound()
    return found


def _offered(found: Application, form: ChangeForm) -> ChangeForm:
    form.offer(kinds_for(db.session(), found.id))
    return form


def _page(found: Application, form: ChangeForm, *, status: int = 200) -> Response:
    session = db.session()
    kinds = kinds_for(session, found.id)
    form.offer(kinds)
    page = render_template(
        "public/vetting/changes.html",
        application=found,
        form=form,
        kinds=kinds,
        told=told_of(session, outside_of(current_app).keys, found.id, None),
        said=request.args.get("told") == "yes",
    )
    return make_response(page, status)
