"""Acts on many applications: the preview, which says exactly whom it affects and what they get, and the beginning."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import Select

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.stages import STATE_WORDS
from portal.domain.bulk.acts import WHY, Act
from portal.domain.bulk.choosing import chosen
from portal.domain.bulk.previewing import Preview, preview
from portal.domain.bulk.running import Changed, Nobody, begin
from portal.domain.casework.listing import matching
from portal.domain.casework.owning import owners
from portal.domain.casework.tagging import all_tags
from portal.domain.casework.verdicts import reason_sentence
from portal.domain.correspondence.templates import KNOWN, template_by_slug, templates
from portal.domain.journeys import bulk_messages
from portal.domain.journeys.bulk_acts import ACTS
from portal.domain.refusals import Forbidden, NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.staff.bulk_words import WORDS
from portal.staff.door import blueprint
from portal.staff.forms.bulk import Asking, DeclineForm, MessageForm, OwnerForm, TagForm, UntagForm
from portal.staff.listing import TABS, given_of, wanted_of
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment, wants_fragment

LETTERS = 3  # people whose message is shown in full
FORMS: dict[str, type[Asking]] = {
    "own": OwnerForm, "tag": TagForm, "untag": UntagForm, "decline": DeclineForm, "message": MessageForm
}  # fmt: skip


@blueprint.route("/applications/act", methods=["GET", "POST"])
@requires(Permission.SEE_APPLICATIONS)
def bulk_preview() -> Response:
    """Whom the act affects and what they get; what it needs is asked here. Changes nothing. Read again, it leads to
    the list: what was selected came with the form."""
    if request.method == "GET":
        return _to_list()
    act, form = _asked()
    if not _selected():
        flash("Select somebody first.")
        return _to_list()
    if "use" in request.form and isinstance(form, MessageForm) and form.template.data:
        form.use(template_by_slug(db.session(), form.template.data))
        return _page(act, form, form.filled())
    first_time = "token" not in request.form
    detail = form.filled() if form.asks and not first_time else (None if form.asks else {})
    if wants_fragment() or first_time:  # somebody who has not finished is not told off
        return _page(act, form, detail)
    return _page(act, form, detail, status=422 if form.errors else 200)


@blueprint.post("/runs")
@requires(Permission.SEE_APPLICATIONS)
def begin_run() -> Response:
    """Begins what the preview showed; where that is no longer true, shows it again as it is now."""
    act, form = _asked()
    detail = form.filled()
    if detail is None:
        return _page(act, form, None, status=422)
    try:
        token, seal = form.token.data or secrets.token_urlsafe(16), form.seal.data or ""
        run = begin(db.session(), current_user, token, act, _ids(), detail, seen=seal)
    except (Changed, Nobody) as refusal:
        return _page(act, form, detail, status=refusal.status, refusal=refusal)
    return redirect(url_for("staff.run", number=run.id), 303)  # type: ignore[return-value]


def _to_list() -> Response:
    given = given_of(request.form.get("matching") or request.form.get("list", ""))
    query = urlencode(list(given.items(multi=True)))
    address = url_for("staff.applications")
    return redirect(f"{address}?{query}" if query else address, 303)  # type: ignore[return-value]


def _asked() -> tuple[Act, Any]:
    """The act and its form; raises NotFound for no act of the list's, Forbidden for one that is not this viewer's."""
    key = request.form.get("act", "")
    if key not in ACTS or key not in WORDS or not WORDS[key].offered:
        raise NotFound()
    if not current_user.can(ACTS[key].permission):
        raise Forbidden()
    form = FORMS.get(key, Asking)()
    _offer(form)
    return ACTS[key], form


def _offer(form: Asking) -> None:
    session = db.session()
    if isinstance(form, OwnerForm):
        form.offer(owners(session), current_user.id)
    elif isinstance(form, TagForm | UntagForm):
        form.offer(all_tags(session))
    elif isinstance(form, MessageForm):
        form.offer(templates(session), setting_value(session, "bulk_hold_minutes", clock.today()))


def _selected() -> bool:
    return "matching" in request.form or bool(request.form.getlist("chosen"))


def _ids() -> Select[int]:
    """All that match where that was chosen, or else the selected ones."""
    session = db.session()
    if "matching" in request.form:
        return matching(*wanted_of(session, current_user, given_of(request.form["matching"])))
    return chosen(session, current_user, request.form.getlist("chosen"))


def _page(
    act: Act, form: Any, detail: dict[str, Any] | None, *, status: int = 200, refusal: Refusal | None = None
) -> Response:
    """The preview. `detail` is none until everything asked for is there."""
    if detail is not None and isinstance(form, MessageForm) and not _can_be_written(form):
        detail, status = None, 200 if wants_fragment() else 422
    seen = preview(db.session(), current_user, act, _ids(), detail or {}, first=_first())
    form.token.data = form.token.data or secrets.token_urlsafe(16)
    form.seal.data = seen.seal
    return page_or_fragment(
        "staff/bulk/preview.html",
        "affected",
        status=status,
        act=act.key,
        words=WORDS[act.key],
        form=form,
        placeholders=KNOWN.items() if act.key == "message" else (),
        fragment=wants_fragment(),
        ready=detail is not None,
        refusal=refusal,
        seen=seen,
        stages=[(TABS[stage], count) for stage, count in seen.stages.items()],
        left_out=[(WHY[code], count) for code, count in seen.left_out.items()],
        people=[_person(row) for row in seen.people],
        others=[_person(row) | {"why": WHY[row.why]} for row in seen.others],
        letters=_letters(form, seen) if detail is not None and isinstance(form, MessageForm) else [],
        reason=reason_sentence((detail or {}).get("reason")),
        feedback=(detail or {}).get("feedback", ""),
        chosen=[] if "matching" in request.form else request.form.getlist("chosen"),
        matching=request.form.get("matching"),
    )


def _first() -> int:
    """How many people stand on the pages before this one."""
    asked = request.form.get("first", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0


def _can_be_written(form: MessageForm) -> bool:
    try:
        bulk_messages.check(db.session(), form.draft())
    except Refusal as refusal:
        refused_beside_field(form, refusal)
        return False
    return True


def _person(row: Any) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "name": f"{row.given_name} {row.family_name}".strip() or "No name given",
        "state": STATE_WORDS[row.state],
        "campaign": row.campaign,
        "district": row.district or "Not known",
    }


def _letters(form: MessageForm, seen: Preview) -> list[dict[str, str]]:
    """The message exactly as the first people will read it."""
    found = bulk_messages.letters(db.session(), form.draft(), [row.id for row in seen.people[:LETTERS]])
    return [
        {"name": _person(row)["name"], "subject": found[row.id][0], "body": found[row.id][1]}
        for row in seen.people[:LETTERS]
    ]
