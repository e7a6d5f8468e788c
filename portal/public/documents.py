"""An applicant's documents: what we ask for, what they sent, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Response, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.config import Settings
from portal.domain.applications.models import Application
from portal.domain.applications.queries import own_application
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.rules import words_for
from portal.domain.documents.intake import Incoming
from portal.domain.documents.queries import document_of, name_of
from portal.domain.documents.rules import FileTooLarge, NothingChosen, size_words, tidy_name
from portal.domain.journeys import uploading
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import csrf, db
from portal.public.document_words import shown_panel
from portal.public.door import blueprint
from portal.services.storage import StoreUnavailable
from portal.web.downloads import send_document
from portal.web.guards import for_applicants
from portal.web.pages import page_or_fragment, wants_fragment
from portal.web.setup import outside_of
from portal.web.uploads import UploadForm

Problem = tuple[str, str]  # a file's name, empty where there is none, and what is wrong


def _mine(reference: str) -> Application:
    return own_application(db.session(), current_user, reference)


def _limit() -> int:
    settings: Settings = current_app.config["PORTAL"]
    return settings.upload_limit


def _page(
    application: Application,
    *,
    status: int = 200,
    problems: Sequence[Problem] = (),
    at: RequirementKind | None = None,
    replacing: str = "",
) -> Response:
    keys = outside_of(current_app).keys
    panels = [
        shown_panel(
            panel,
            problems if panel.kind is at else (),
            replacing,
            {row.public_id: name_of(keys, row) for row in panel.files},
            words_for(panel.kind, panel.reason),
        )
        for panel in uploading.panels(db.session(), application, clock.now())
    ]
    return page_or_fragment(
        "public/documents/documents.html",
        "panels",
        status=status,
        application=application,
        panels=panels,
        errors=[{"text": text, "href": f"#file-{panel.kind}"} for panel in panels for text in panel.problems],
        limit=size_words(_limit()),
        limit_bytes=_limit(),
    )


@blueprint.get("/applications/<reference>/documents")
@for_applicants
def documents(reference: str) -> Response:
    return _page(_mine(reference), replacing=request.args.get("replace", ""))


@blueprint.post("/applications/<reference>/documents")
@csrf.exempt  # type: ignore[untyped-decorator]  # reads a stream, so it checks the token itself
@for_applicants
def send_documents(reference: str) -> AnyResponse:
    """Takes each file as it arrives; those that will do are kept whatever becomes of the others."""
    received_at = clock.now()
    application = _mine(reference)
    own = application.reference  # before the connection is given back for the length of the upload
    form = UploadForm(request, limit=_limit())
    form.check_token()
    kind = _kind(form.fields.get("kind", ""))
    problems = (
        [("", FileTooLarge(_limit()).message)] if form.hopeless else _take(form, application.id, kind, received_at)
    )
    if problems:
        status = 413 if form.hopeless else 422
        return _page(_mine(reference), status=status, problems=problems, at=kind)
    if wants_fragment():
        return _page(_mine(reference))
    return redirect(url_for("public.documents", reference=own, _anchor=kind.value), 303)


def _take(form: UploadForm, application_id: int, kind: RequirementKind, received_at: datetime) -> list[Problem]:
    """What is wrong with the form's files; empty when all were kept."""
    problems: list[Problem] = []
    replaces = form.fields.get("replaces") or None
    taken = 0
    for part in form.files():
        if not part.filename:
            continue
        try:
            uploading.receive(
                db.session(),
                outside_of(current_app),
                current_user,
                application_id,
                kind,
                Incoming(part.filename, part),
                limit=_limit(),
                received_at=received_at,
                replaces=replaces,
            )
            taken, replaces = taken + 1, None
        except (NotFound, StoreUnavailable):
            form.skip()  # or the browser would go on sending and never hear of it
            raise
        except Refusal as refusal:
            problems.append((tidy_name(part.filename), refusal.message))
    if not taken and not problems:
        problems.append(("", NothingChosen().message))
    return problems


def _kind(text: str) -> RequirementKind:
    try:
        return RequirementKind(text)
    except ValueError:
        raise NotFound() from None


@blueprint.get("/applications/<reference>/documents/<public_id>")
@for_applicants
def document(reference: str, public_id: str) -> Response:
    row = document_of(db.session(), _mine(reference).id, public_id)
    return send_document(db.session(), outside_of(current_app), current_user, row)


@blueprint.get("/applications/<reference>/documents/<public_id>/remove")
@for_applicants
def confirm_removal(reference: str, public_id: str) -> str:
    application = _mine(reference)
    row = document_of(db.session(), application.id, public_id)
    name = name_of(outside_of(current_app).keys, row)
    return render_template("public/documents/remove.html", application=application, row=row, name=name)


@blueprint.post("/applications/<reference>/documents/<public_id>/remove")
@for_applicants
def remove_document(reference: str, public_id: str) -> AnyResponse:
    received_at = clock.now()
    application = _mine(reference)
    own = application.reference
    outside = outside_of(current_app)
    uploading.remove(db.session(), outside, current_user, application.id, public_id, received_at=received_at)
    return redirect(url_for("public.documents", reference=own), 303)
