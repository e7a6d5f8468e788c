"""Messages: what applicants wrote, what is held, what came back; and writing to one of them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.addresses import masked
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.correspondence import actions
from portal.domain.correspondence.desk import Part, counts, desk
from portal.domain.correspondence.models import MessageTemplate
from portal.domain.correspondence.queries import message_in_scope, thread, to_write_to, why_bounced
from portal.domain.correspondence.templates import KNOWN, composed, templates
from portal.domain.paging import FEW, Cursor
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.messages import MessageForm
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.wording import when

writers = requires(Permission.WRITE_MESSAGES)
TABS = {Part.UNREAD: "To read", Part.HELD: "Held", Part.FAILED: "Came back"}
EMPTY = {
    Part.UNREAD: ("Nothing to read", "What applicants write to us appears here, the longest waiting first."),
    Part.HELD: ("Nothing is held", "Messages written to leave later wait here, and can be cancelled until then."),
    Part.FAILED: ("Nothing came back", "Messages that could not be delivered appear here, to be sent again."),
}


@dataclass(frozen=True)
class Preview:
    """A message as its reader will see it."""

    to: str
    name: str
    subject: str
    paragraphs: list[str]
    leaves: str


@blueprint.get("/messages")
@writers
def messages() -> Response:
    session, asked = db.session(), request.args.get("show", "")
    part = Part(asked) if asked in set(Part) else Part.UNREAD
    found = counts(session, current_user)
    page = desk(session, current_user, part, Cursor.parse(request.args.get("after")))
    return page_or_fragment(
        "staff/messages/desk.html",
        "results",
        tabs=[
            {
                "label": TABS[one],
                "count": f"{FEW:,}+" if count > FEW else f"{count:,}",
                "href": url_for("staff.messages", show=one.value),
                "current": one is part,
            }
            for one, count in found.items()
        ],
        part=part.value,
        entries=[(entry, why_bounced(entry.bounce)) for entry in page.entries],
        empty=EMPTY[part],
        first=url_for("staff.messages", show=part.value) if request.args.get("after") else None,
        following=url_for("staff.messages", show=part.value, after=str(page.after)) if page.after else None,
    )


@blueprint.post("/messages/<int:message_id>/cancel")
@writers
def cancel_message(message_id: int) -> AnyResponse:
    """Takes back a held message."""
    _found, reference = message_in_scope(db.session(), current_user, message_id)
    actions.cancel(db.session(), current_user, message_id)
    flash("The message is cancelled. It will not be sent.")
    return _back(reference, Part.HELD)


@blueprint.post("/messages/<int:message_id>/resend")
@writers
def resend_message(message_id: int) -> AnyResponse:
    """Sends again what failed or came back, to the address of now."""
    _found, reference = message_in_scope(db.session(), current_user, message_id)
    actions.resend(db.session(), current_user, message_id)
    flash("The message is on its way again, to the address on record now.")
    return _back(reference, Part.FAILED)


def _back(reference: str, part: Part) -> AnyResponse:
    if request.form.get("from") == "desk":
        return redirect(url_for("staff.messages", show=part.value), 303)
    return redirect(url_for("staff.message", reference=reference, _anchor="thread"), 303)


@blueprint.route("/applications/<reference>/message", methods=["GET", "POST"])
@writers
def message(reference: str) -> AnyResponse:
    """One message to one applicant, and everything written so far. Opening it marks theirs as read."""
    session = db.session()
    found = to_write_to(session, current_user, reference)
    if request.method == "GET":
        actions.mark_read(session, current_user, found.id)
        found = to_write_to(session, current_user, reference)
    wordings = templates(session)
    form = _begun(wordings) if request.method == "GET" else MessageForm()
    if form.validate_on_submit() and request.form.get("act") == "send":
        try:
            return _sent(form, found)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(form, found, wordings)


def _begun(wordings: list[MessageTemplate]) -> MessageForm:
    """An empty form, or one that begins from the wording in the address."""
    chosen = next((each for each in wordings if each.slug == request.args.get("wording")), None)
    if chosen is None:
        return MessageForm(formdata=None)
    version = chosen.versions[-1]
    return MessageForm(
        formdata=None, data={"subject": version.subject, "body": version.body, "template": str(version.id)}
    )


def _sent(form: MessageForm, found: Application) -> AnyResponse:
    session, reference = db.session(), found.reference
    subject, body = composed(session, found.id, form.subject.data or "", form.body.data or "")
    send_at = clock.from_london(form.send_at.data) if form.send_at.data else None
    made = actions.write(
        session, current_user, found.id, subject=subject, body=body, send_at=send_at,
        template_version_id=form.version_id,
    )  # fmt: skip
    held = made.mail_id is None and made.send_at is not None
    flash(f"Held until {when(made.send_at)}." if held and made.send_at else "Your message is on its way.")
    return redirect(url_for("staff.message", reference=reference, _anchor="thread"), 303)


def _page(form: MessageForm, found: Application, wordings: list[MessageTemplate]) -> Response:
    session = db.session()
    preview = None
    if (form.subject.data or form.body.data) and not form.errors:
        try:
            preview = preview_of(form, found)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    body = render_template(
        "staff/messages/write.html",
        form=form,
        reference=found.reference,
        name=f"{found.given_name} {found.family_name}".strip() or found.reference,
        campaign=found.campaign.name,
        to=masked(found.applicant.email),
        wordings=wordings,
        chosen=request.args.get("wording", ""),
        known=KNOWN,
        preview=preview,
        lines=[(line, why_bounced(line.bounce or "")) for line in thread(session, current_user, found.id)],
    )
    return make_response(body, 422 if form.errors else 200)


def preview_of(form: MessageForm, found: Application) -> Preview:
    """What they will read. Raises UnknownPlaceholder."""
    subject, body = composed(db.session(), found.id, form.subject.data or "", form.body.data or "")
    send_at = clock.from_london(form.send_at.data) if form.send_at.data else None
    return Preview(
        to=masked(found.applicant.email),
        name=found.given_name or "The applicant",
        subject=subject,
        paragraphs=paragraphs(body),
        leaves=f"Leaves on {when(send_at)}" if send_at else "Leaves at once",
    )


def paragraphs(text: str) -> list[str]:
    """What stands between empty lines."""
    return [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
