"""Messages between an applicant and the team, on the application's own page."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import own_application
from portal.domain.correspondence.actions import mark_seen, write_to_us
from portal.domain.correspondence.queries import thread
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.extensions import csrf, db
from portal.public.door import blueprint
from portal.public.forms.messages import MessageForm
from portal.public.keeping import forget, given_back, keeps_typed
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants

KEPT_AS = "messages"  # what was typed by somebody signed out is kept under this name


@blueprint.route("/applications/<reference>/messages", defaults={"section": KEPT_AS}, methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]
@keeps_typed
@for_applicants
def messages(reference: str, section: str) -> Response:
    """Everything written so far, and a box to write in. Opening it marks ours as seen."""
    session = db.session()
    found = _sent(reference)
    if request.method == "GET":
        mark_seen(session, current_user.id, found.id)
        back = given_back(found.id, section)
        return _page(MessageForm(formdata=back), _sent(reference), kept=back is not None)
    form = MessageForm()
    if form.validate_on_submit():
        try:
            write_to_us(session, current_user.person, found.id, form.body.data)
            forget(found.id, section)
            address = url_for("public.messages", reference=reference, sent="yes", _anchor="thread")
            return redirect(address, code=303)  # type: ignore[return-value]
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused_beside_field(form, refusal)
            return _page(form, _sent(reference), status=refusal.status)
    return _page(form, found, status=400 if form.forged else 422)


def _sent(reference: str) -> Application:
    """An application we have: a draft is nobody's but its writer's, so nobody could answer."""
    found = own_application(db.session(), current_user, reference)
    if found.state is State.DRAFT:
        raise NotFound()
    return found


def _page(form: MessageForm, found: Application, *, status: int = 200, kept: bool = False) -> Response:
    session = db.session()
    body = render_template(
        "public/messages/messages.html",
        form=form,
        application=found,
        lines=thread(session, current_user, found.id),
        most=setting_value(session, "message_characters", clock.today()),
        sent=request.args.get("sent") == "yes",
        kept=kept,
    )
    return make_response(body, status)
