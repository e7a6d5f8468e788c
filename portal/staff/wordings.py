"""The wordings staff begin messages from: chosen, tried out, changed with a version each time, put away."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.accounts.addresses import masked
from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.correspondence import editing
from portal.domain.correspondence.models import MessageTemplate, TemplateVersion
from portal.domain.correspondence.queries import to_write_to
from portal.domain.correspondence.templates import KNOWN, composed, template_by_slug, templates
from portal.domain.refusals import Forbidden, NotFound, Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.messages import WordingForm
from portal.staff.messages import Preview, paragraphs
from portal.web.errors import refused_beside_field
from portal.web.guards import requires

writers = requires(Permission.WRITE_MESSAGES)


@blueprint.get("/messages/wordings")
@writers
def wordings() -> Response:
    found = templates(db.session(), archived=True)
    names = staff_names(db.session(), {each.versions[-1].by_id for each in found if each.versions[-1].by_id})
    body = render_template(
        "staff/messages/wordings.html",
        wordings=sorted(found, key=lambda each: each.archived_at is not None),
        names=names,
        may_edit=_may_edit(),
    )
    return make_response(body)


@blueprint.route("/messages/wordings/new", methods=["GET", "POST"])
@writers
def new_wording() -> AnyResponse:
    _refuse_unless_editor()
    form = WordingForm()
    if form.validate_on_submit():
        return _acted(form, None)
    return _page(form, None)


@blueprint.route("/messages/wordings/<slug>", methods=["GET", "POST"])
@writers
def wording(slug: str) -> AnyResponse:
    """One wording: read by every writer, changed by those whose role holds for the whole force."""
    template = template_by_slug(db.session(), slug)
    form = _form_of(template) if request.method == "GET" else WordingForm()
    if form.validate_on_submit():
        if request.form.get("act") != "try":
            _refuse_unless_editor()
        return _acted(form, template)
    return _page(form, template)


@blueprint.post("/messages/wordings/<slug>/put-away")
@writers
def put_wording_away(slug: str) -> AnyResponse:
    """Out of the choices, or back into them."""
    _refuse_unless_editor()
    template = template_by_slug(db.session(), slug)
    away = request.form.get("away") == "yes"
    editing.put_away(db.session(), current_user, template.id, away=away)
    flash(f"“{template.name}” is {'put away' if away else 'back among the choices'}.")
    return redirect(url_for("staff.wordings"), 303)


def _may_edit() -> bool:
    """A wording is the whole force's."""
    return bool(current_user.scope(Permission.WRITE_MESSAGES).force)


def _refuse_unless_editor() -> None:
    if not _may_edit():
        raise Forbidden()


def _form_of(template: MessageTemplate) -> WordingForm:
    last = template.versions[-1]
    return WordingForm(
        formdata=None,
        data={"name": template.name, "subject": last.subject, "body": last.body, "seen": str(last.number)},
    )


def _acted(form: WordingForm, template: MessageTemplate | None) -> AnyResponse:
    """Saves, mails a test to oneself, or shows what somebody would read."""
    act, words = request.form.get("act", "save"), {"subject": form.subject.data or "", "body": form.body.data or ""}
    slug = template.slug if template is not None else None
    try:
        if act == "try":
            return _page(form, template, preview=_tried(form))
        if act == "test":
            editing.send_test(db.session(), current_user.person, **words)
            return _page(form, _again(slug), said="A test with made-up details is on its way to your own address.")
        return _saved(form, template, words)
    except editing.WordingChanged as changed:
        db.session.rollback()
        form.seen.data = str(changed.now.number)
        return _page(form, _again(slug), theirs=changed.now)
    except Refusal as refusal:
        refused_beside_field(form, refusal)
        return _page(form, _again(slug))


def _again(slug: str | None) -> MessageTemplate | None:
    return template_by_slug(db.session(), slug) if slug is not None else None


def _saved(form: WordingForm, template: MessageTemplate | None, words: dict[str, str]) -> AnyResponse:
    session, name = db.session(), form.name.data or ""
    if template is None:
        made = editing.add_template(session, current_user, name=name, **words)
    else:
        made = editing.edit_template(session, current_user, template.id, name=name, seen=form.seen_number, **words)
    flash(f"“{made.name}” is saved.")
    return redirect(url_for("staff.wording", slug=made.slug), 303)


def _tried(form: WordingForm) -> Preview:
    """With the facts of an application the viewer may open; their address stays masked."""
    try:
        found = to_write_to(db.session(), current_user, form.reference.data or "")
    except NotFound:
        raise Refusal("Enter the reference of an application you may open", field="reference") from None
    subject, body = composed(db.session(), found.id, form.subject.data or "", form.body.data or "")
    return Preview(
        to=masked(found.applicant.email),
        name=found.given_name or "The applicant",
        subject=subject,
        paragraphs=paragraphs(body),
        leaves="Nothing is sent",
    )


def _page(
    form: WordingForm,
    template: MessageTemplate | None,
    *,
    preview: Preview | None = None,
    theirs: TemplateVersion | None = None,
    said: str = "",
) -> Response:
    versions = list(reversed(template.versions)) if template is not None else []
    changes = [
        {"label": label, "theirs": now, "yours": mine}
        for label, now, mine in (
            ("Subject", theirs.subject if theirs else "", form.subject.data),
            ("Message", theirs.body if theirs else "", form.body.data),
        )
        if theirs is not None and now != mine
    ]
    body = render_template(
        "staff/messages/wording.html",
        form=form,
        template=template,
        versions=versions,
        names=staff_names(db.session(), {each.by_id for each in versions if each.by_id}),
        known=KNOWN,
        preview=preview,
        changes=changes,
        theirs=theirs,
        said=said,
        may_edit=_may_edit(),
    )
    return make_response(body, 409 if theirs is not None else 422 if form.errors else 200)
