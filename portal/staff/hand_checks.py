"""Checks that a person decides: references read and accepted, documents seen, work that may not go together."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import answered
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import chasing, deciding, identity, referee_pages, references
from portal.domain.clearances.models import Referee
from portal.domain.clearances.referee_pages import QUESTIONS
from portal.domain.clearances.references import REFERENCES, RELATIONS, ReferenceState, Relation
from portal.domain.documents.rules import last_day
from portal.domain.paging import Cursor
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.staff.check_shapes import about, opened
from portal.staff.door import blueprint
from portal.staff.forms.checks import DecisionForm, IdentityForm
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.setup import outside_of

K, P, S = RequirementKind, Permission, ReferenceState
MOST_AT_ONCE = 500  # occupations cleared by one click
FLAGS = {
    S.WAITING: ("asked", "wait"),
    S.OPENED: ("opened", "wait"),
    S.DECLINED: ("cannot do it", "bad"),
    S.ANSWERED: ("to read", "wait"),
    S.ACCEPTED: ("accepted", "ok"),
    S.REPLACED: ("replaced", "wait"),
}


@blueprint.get("/checks/references")
@requires(P.RUN_CHECKS)
def chase_references() -> Response:
    """Everybody whose referee has not answered, the latest first."""
    page = chasing.page(db.session(), current_user, Cursor.parse(request.args.get("after")))
    body = render_template(
        "staff/checks/chase.html",
        lines=[(line, last_day(line.due_at), FLAGS[line.state]) for line in page.lines],
        older=url_for("staff.chase_references", after=str(page.after)) if page.after else None,
        first=url_for("staff.chase_references") if request.args.get("after") else None,
    )
    return make_response(body)


@blueprint.get("/checks/<reference>/references")
@requires(P.RUN_CHECKS)
def references_check(reference: str) -> Response:
    return _page(opened(db.session(), P.RUN_CHECKS, reference, REFERENCES), REFERENCES)


@blueprint.get("/checks/<reference>/references/<int:referee_id>")
@requires(P.RUN_CHECKS)
def read_reference(reference: str, referee_id: int) -> Response:
    """What a referee wrote; that it was read is recorded before it is shown."""
    session, keys = db.session(), outside_of(current_app).keys
    found = opened(session, P.RUN_CHECKS, reference, REFERENCES)
    answers = referee_pages.read(session, keys, current_user, found.id, referee_id)
    found = opened(session, P.RUN_CHECKS, reference, REFERENCES)
    row = _referee(found, referee_id)
    name = f"{found.given_name} {found.family_name}".strip()
    body = render_template(
        "staff/checks/reference.html",
        about=about(session, keys, found, REFERENCES),
        row=row,
        relation=RELATIONS[Relation(row.relation)],
        waiting=references.state_of(row) is S.ANSWERED,
        worry=answers.get("concern") == "yes" or answers.get("recommend") in {"no", "reservations"},
        lines=[
            (each.label.format(name=name), dict(each.choices).get(answers.get(each.key, ""), answers.get(each.key, "")))
            for each in QUESTIONS
            if answers.get(each.key)
        ],
    )
    return make_response(body)


@blueprint.post("/checks/<reference>/references/<int:referee_id>/accept")
@requires(P.RUN_CHECKS)
def accept_reference(reference: str, referee_id: int) -> Response:
    found = _of_this(reference, referee_id)
    references.accept(db.session(), current_user, referee_id)
    flash("Accepted.")
    return _back("staff.references_check", found.reference)


@blueprint.post("/checks/<reference>/references/<int:referee_id>/resend")
@requires(P.RUN_CHECKS)
def resend_reference(reference: str, referee_id: int) -> Response:
    """The same letter and link again, with as much time anew."""
    found = _of_this(reference, referee_id)
    typed = request.form.get("version", "")
    version = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0
    sent = references.resend(db.session(), outside_of(current_app).keys, current_user, referee_id, version=version)
    flash("We have written to them again." if sent else "They were written to a moment ago.")
    return _back_to_where(found.reference)


@blueprint.post("/checks/<reference>/references/<int:referee_id>/replace")
@requires(P.RUN_CHECKS)
def replace_referee(reference: str, referee_id: int) -> Response:
    """The applicant is asked to name somebody else; the old link leads nowhere."""
    found = _of_this(reference, referee_id)
    references.ask_for_another(db.session(), current_user, referee_id)
    flash("The applicant is asked to name somebody else.")
    return _back_to_where(found.reference)


@blueprint.route("/checks/<reference>/identity", methods=["GET", "POST"])
@requires(P.RUN_CHECKS)
def identity_check(reference: str) -> Response:
    """Which documents somebody showed, and when."""
    session, form = db.session(), IdentityForm()
    found = opened(session, P.RUN_CHECKS, reference, K.IDENTITY)
    if form.validate_on_submit() and form.day.data is not None:
        try:
            proved = identity.see(session, current_user, found.id, form.kinds.data, form.day.data)
            flash("Who they are is proved." if proved else "Recorded. One more is needed, one of them with a photo.")
            return _back("staff.identity_check", reference)
        except Refusal as refusal:
            if refusal.status in {403, 404, 409}:
                raise
            refused_beside_field(form, refusal)
    return _page(opened(session, P.RUN_CHECKS, reference, K.IDENTITY), K.IDENTITY, seen_form=form)


@blueprint.post("/checks/<reference>/identity/<kind>/remove")
@requires(P.RUN_CHECKS)
def unsee_identity(reference: str, kind: str) -> Response:
    session = db.session()
    found = opened(session, P.RUN_CHECKS, reference, K.IDENTITY)
    identity.unsee(session, current_user, found.id, kind)
    flash("Taken off the record.")
    return _back("staff.identity_check", reference)


@blueprint.get("/checks/<reference>/occupation")
@requires(P.RUN_CHECKS)
def occupation_check(reference: str) -> Response:
    return _page(opened(db.session(), P.RUN_CHECKS, reference, K.OCCUPATION), K.OCCUPATION)


@blueprint.post("/checks/occupation/clear")
@requires(P.RUN_CHECKS)
def clear_occupations() -> Response:
    """One person's word on everybody whose kind of work needs no look."""
    done = deciding.clear_all(db.session(), current_user, current_user, most=MOST_AT_ONCE)
    flash(f"{done:,} recorded as clear.")
    address = url_for("staff.checks", kind=K.OCCUPATION.value, state="met")
    return redirect(address, code=303)  # type: ignore[return-value]


@blueprint.post("/checks/<reference>/<kind>/decision")
@requires(P.RUN_CHECKS)
def decide_by_hand(reference: str, kind: str) -> Response:
    """A person's word, with its reason where it needs one."""
    session, which = db.session(), next((one for one in deciding.DECISIONS if one.value == kind), None)
    if which is None:
        raise NotFound()
    found, form = opened(session, P.RUN_CHECKS, reference, which), DecisionForm(which)
    if form.validate_on_submit():
        said, keys = deciding.decision(which, form.outcome.data), outside_of(current_app).keys
        try:
            deciding.decide(session, keys, current_user, found.id, which, said, form.why.data or "")
            flash(f"{said.label}. This is on record.")
            return _back(f"staff.{which.value}_check", reference)
        except Refusal as refusal:
            if refusal.status in {403, 404, 409}:
                raise
            refused_beside_field(form, refusal)
    return _page(opened(session, P.RUN_CHECKS, reference, which), which, form=form)


def _page(
    found: Application,
    kind: RequirementKind,
    *,
    form: DecisionForm | None = None,
    seen_form: IdentityForm | None = None,
) -> Response:
    session, keys = db.session(), outside_of(current_app).keys
    today = clock.today()
    parts: dict[RequirementKind, Any] = {K.REFERENCES: _references, K.IDENTITY: _identity, K.OCCUPATION: _occupation}
    form = form or DecisionForm(kind, formdata=None)
    seen_form = seen_form or IdentityForm(formdata=None)
    if not seen_form.is_submitted():
        seen_form.day.raw_data = [str(today.day), str(today.month), str(today.year)]
    body = render_template(
        f"staff/checks/{kind.value}.html",
        about=about(session, keys, found, kind),
        form=form,
        seen_form=seen_form,
        **parts[kind](found),
    )
    return make_response(body, 422 if form.errors or seen_form.errors else 200)


def _references(found: Application) -> dict[str, Any]:
    session = db.session()
    rows = references.referees_of(session, found.id, replaced=True)
    return {
        "wanted": setting_value(session, "references_wanted", clock.today()),
        "rows": [
            (
                row,
                RELATIONS[Relation(row.relation)],
                *FLAGS[references.state_of(row)],
                last_day(row.due_at) if row.due_at else None,
                references.state_of(row) in {S.WAITING, S.OPENED, S.DECLINED},
                row.due_at is not None and row.due_at <= clock.now() and row.answered_at is None,
            )
            for row in rows
        ],
    }


def _identity(found: Application) -> dict[str, Any]:
    session = db.session()
    return {
        "seen": identity.seen_of(session, found.id),
        "wanted": setting_value(session, "identity_documents", clock.today()),
    }


def _occupation(found: Application) -> dict[str, Any]:
    """What they said of their work, and nothing else they said."""
    said = answered(db.session(), outside_of(current_app).keys, found)
    return {"work": [(each.label, each.shown) for each in said if each.key in {"occupation", "employer_kind"}]}


def _of_this(reference: str, referee_id: int) -> Application:
    """The application, if this is one of its referees; raises NotFound for any other."""
    found = opened(db.session(), P.RUN_CHECKS, reference, REFERENCES)
    _referee(found, referee_id)
    return found


def _referee(found: Application, referee_id: int) -> Referee:
    rows = references.referees_of(db.session(), found.id, replaced=True)
    row = next((each for each in rows if each.id == referee_id), None)
    if row is None:
        raise NotFound()
    return row


def _back(endpoint: str, reference: str) -> Response:
    return redirect(url_for(endpoint, reference=reference), code=303)  # type: ignore[return-value]


def _back_to_where(reference: str) -> Response:
    """To the chase list, for a button pressed there."""
    if request.form.get("from") == "list":
        return redirect(url_for("staff.chase_references"), code=303)  # type: ignore[return-value]
    return _back("staff.references_check", reference)
