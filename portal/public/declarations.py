"""Declarations for vetting: answered on a phone, kept sealed on the way, checked, sent; and not shown again."""

from __future__ import annotations

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal.domain.applications.models import Application
from portal.domain.applications.queries import own_application
from portal.domain.clearances import declarations
from portal.domain.clearances.declarations import Standing
from portal.domain.clearances.declaring import MORE, QUESTIONS, TITLES, WHY, Given, missing_in
from portal.domain.clearances.models import DeclarationKind
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import csrf, db
from portal.public.door import blueprint
from portal.public.forms.vetting import DeclarationForm, SendForm, StatementForm, declaration_form
from portal.public.keeping import forget, given_back, keeps_typed
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants
from portal.web.setup import outside_of

HERE = "/applications/<reference>/declarations"
KEPT_AS, ADDED_AS = "declaration", "declaration-added"  # what was typed by somebody signed out is kept under these


@blueprint.get(HERE)
@for_applicants
def declarations_page(reference: str) -> Response:
    """Both declarations: what is asked, who reads it, and what is sent."""
    found = own_application(db.session(), current_user, reference)
    both = declarations.standings(db.session(), outside_of(current_app).keys, found.id)
    page = render_template("public/vetting/declarations.html", application=found, both=both, titles=TITLES, why=WHY)
    return make_response(page)


# The form checks its token itself: a page open too long comes back with everything typed.
@blueprint.route(f"{HERE}/<kind>", defaults={"section": KEPT_AS}, methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]
@keeps_typed
@for_applicants
def declaration(reference: str, kind: str, section: str) -> Response:
    """Shows a draft to go on with, or keeps it: with "later" as it stands, else all of it must be there."""
    found, standing = _standing(reference, kind)
    if standing.given is None:
        return _sent(found, standing, StatementForm(formdata=given_back(found.id, ADDED_AS)))
    if request.method == "GET":
        back = given_back(found.id, section)
        form = declaration_form(standing.kind, standing.given, **({"formdata": back} if back else {}))
        return _form(found, standing, form, kept=back is not None)
    form = declaration_form(standing.kind, Given({}, {}))
    form.validate()
    if form.forged:
        return _form(found, standing, form, status=400)
    return _keep(found, standing, form)


def _keep(found: Application, standing: Standing, form: DeclarationForm) -> Response:
    given, reference = form.given(standing.kind), found.reference
    try:
        declarations.keep(db.session(), outside_of(current_app).keys, found.id, standing.kind, given)
    except Refusal as refusal:
        if refusal.field is None:
            raise
        refused_beside_field(form, refusal)
        return _form(found, standing, form, status=refusal.status)
    forget(found.id, KEPT_AS)
    if "later" in request.form:
        return _go("public.declarations_page", reference=reference)
    if missing := missing_in(standing.kind, given):
        form.show_missing(missing)
        return _form(own_application(db.session(), current_user, reference), standing, form, status=422)
    return _go("public.check_declaration", reference=reference, kind=standing.kind.value)


@blueprint.route(f"{HERE}/<kind>/check", methods=["GET", "POST"])
@for_applicants
def check_declaration(reference: str, kind: str) -> Response:
    """Everything once more before it is sent for good."""
    found, standing = _standing(reference, kind)
    if standing.given is None or missing_in(standing.kind, standing.given):
        return _go("public.declaration", reference=found.reference, kind=kind)
    form = SendForm()
    if form.validate_on_submit():
        try:
            keys, person = outside_of(current_app).keys, current_user.person
            declarations.send(db.session(), keys, person, found.id, standing.kind, shown=form.shown.data or "")
            return _go("public.declarations_page", reference=reference, sent=kind)
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused_beside_field(form, refusal)
            found, standing = _standing(reference, kind)
    form.shown.data = standing.saved_at.isoformat() if standing.saved_at else ""
    given = standing.given or Given({}, {})
    lines = [(each, given.answers.get(each.key, ""), given.more.get(each.key, "")) for each in QUESTIONS[standing.kind]]
    page = render_template(
        "public/vetting/check.html", application=found, standing=standing, lines=lines, form=form,
        title=TITLES[standing.kind],
    )  # fmt: skip
    return make_response(page, 409 if form.errors else 200)


@blueprint.post(f"{HERE}/<kind>/add", defaults={"section": ADDED_AS})
@csrf.exempt  # type: ignore[untyped-decorator]
@keeps_typed
@for_applicants
def add_to_declaration(reference: str, kind: str, section: str) -> Response:
    """A later statement. What was sent stays as it is."""
    found, standing = _standing(reference, kind)
    if standing.given is not None:
        raise NotFound()
    form = StatementForm()
    if form.validate_on_submit():
        try:
            keys, person = outside_of(current_app).keys, current_user.person
            declarations.add_statement(db.session(), keys, person, found.id, standing.kind, form.text.data)
            forget(found.id, section)
            return _go("public.declaration", reference=reference, kind=kind, added="yes")
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused_beside_field(form, refusal)
            found, standing = _standing(reference, kind)
    return _sent(found, standing, form, status=400 if form.forged else 422)


def _standing(reference: str, kind: str) -> tuple[Application, Standing]:
    """One's own declaration of this kind; raises NotFound for any other, and before vetting begins."""
    found = own_application(db.session(), current_user, reference)
    if kind not in set(DeclarationKind):
        raise NotFound()
    both = declarations.standings(db.session(), outside_of(current_app).keys, found.id)
    return found, next(each for each in both if each.kind.value == kind)


def _form(
    found: Application, standing: Standing, form: DeclarationForm, *, status: int = 200, kept: bool = False
) -> Response:
    page = render_template(
        "public/vetting/declaration.html", application=found, kind=standing.kind.value, form=form, kept=kept,
        title=TITLES[standing.kind], why=WHY[standing.kind], questions=QUESTIONS[standing.kind], more=MORE,
    )  # fmt: skip
    return make_response(page, status)


def _sent(found: Application, standing: Standing, form: StatementForm, *, status: int = 200) -> Response:
    page = render_template(
        "public/vetting/sent.html", application=found, standing=standing, form=form, title=TITLES[standing.kind],
        added=request.args.get("added") == "yes",
    )  # fmt: skip
    return make_response(page, status)


def _go(endpoint: str, **values: str) -> Response:
    return redirect(url_for(endpoint, **values), code=303)  # type: ignore[arg-type, return-value]
