"""A referee's own pages, behind a private link: who asks, two pages of questions, or a no. No account, no cookie."""

from __future__ import annotations

from flask import Response, current_app, make_response, redirect, render_template, request, url_for

from portal.domain.clearances import referee_pages
from portal.domain.clearances.referee_pages import PAGES, Asking, Unanswered
from portal.domain.clearances.references import ReferenceState
from portal.domain.documents.rules import last_day
from portal.extensions import db, limiter
from portal.public.door import blueprint
from portal.public.forms.references import AnswersForm, answers_form
from portal.web.errors import refused_beside_field
from portal.web.guards import open_to_all
from portal.web.setup import outside_of

FIRST, LAST = PAGES[0], PAGES[-1]


@blueprint.get("/reference/<token>")
@open_to_all
def reference(token: str) -> Response:
    """Who asks, about whom, what becomes of it; afterwards, thanks."""
    asking = referee_pages.behind(db.session(), token)
    referee = asking.referee
    return _answer(
        "start", asking, token,
        until=last_day(referee.due_at) if referee.due_at else None,
        declined=asking.state is ReferenceState.DECLINED,
    )  # fmt: skip


@blueprint.route("/reference/<token>/questions", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
@open_to_all
def reference_questions(token: str) -> Response:
    """Two pages in one form: each carries the other's answers along, and nothing is kept before it is sent."""
    session = db.session()
    asking = referee_pages.open_link(session, token)
    if asking.done:
        return _to_start(token)
    form = answers_form(asking.applicant)
    if request.method == "GET":
        return _questions(asking, token, form, FIRST)
    page, going = _page_of(request.form.get("page")), request.form.get("go")
    if going == "back":
        return _questions(asking, token, form, FIRST)
    try:
        if form.validate() and page == FIRST:
            referee_pages.check(form.given, (FIRST,))
            return _questions(asking, token, form, LAST)
        if not form.errors:
            referee_pages.answer(session, outside_of(current_app).keys, token, form.given)
            return _to_start(token)
    except Unanswered as refusal:
        refused_beside_field(form, refusal)
    wrong = next((each for each in PAGES if any(field.errors for field in form.fields_of(each))), page)
    return _questions(asking, token, form, wrong, status=422)


@blueprint.route("/reference/<token>/decline", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
@open_to_all
def decline_reference(token: str) -> Response:
    """Opening the page declines nothing, since mail scanners open links too; its button does."""
    session = db.session()
    asking = referee_pages.behind(session, token)
    if request.method == "POST":
        referee_pages.decline(session, token)
    if request.method == "POST" or asking.done:
        return _to_start(token)
    return _answer("decline", asking, token)


def _page_of(typed: str | None) -> int:
    return LAST if typed == str(LAST) else FIRST


def _questions(asking: Asking, token: str, form: AnswersForm, page: int, *, status: int = 200) -> Response:
    others = [field for each in PAGES if each != page for field in form.fields_of(each)]
    return _answer(
        "questions", asking, token, status=status, form=form, page=page, pages=len(PAGES), last=page == LAST,
        shown=form.fields_of(page), carried=others,
    )  # fmt: skip


def _to_start(token: str) -> Response:
    return redirect(url_for("public.reference", token=token), code=303)  # type: ignore[return-value]


def _answer(name: str, asking: Asking, token: str, *, status: int = 200, **context: object) -> Response:
    body = render_template(f"public/references/{name}.html", asking=asking, token=token, **context)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
