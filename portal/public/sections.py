"""The form's question pages: one address a section. Whatever is typed is kept, right or not yet."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, current_app, redirect, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.applications.actions import correct_contact, save_answers
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import answers, own_application, saved_at
from portal.domain.applications.refusals import AnswerTooLong, NotEditable
from portal.domain.applications.sections import CORRECTABLE, Section, Value, sections_of
from portal.domain.applications.standing import questions_possible, standing_of
from portal.domain.refusals import NotFound
from portal.extensions import csrf, db
from portal.public.door import blueprint
from portal.public.forms.question import QuestionForm, question_form
from portal.public.keeping import forget, given_back, keeps_typed
from portal.public.steps import address_after, part_of
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants
from portal.web.pages import page_or_fragment, wants_fragment
from portal.web.question_forms import SHOWN
from portal.web.setup import outside_of
from portal.web.wording import ago, clock_time

ADDRESS = "/applications/<reference>/<section:section>"


@dataclass(frozen=True)
class QuestionPage:
    application: Application
    section: Section
    form: QuestionForm
    kept: bool = False  # the form shows what was typed before signing in again

    @property
    def draft(self) -> bool:
        return self.application.state is State.DRAFT


# The form checks its token itself: a page open too long comes back with everything typed.
@blueprint.route(ADDRESS, methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]
@keeps_typed
@for_applicants
def section(reference: str, section: str) -> Response:
    """Shows a section, keeps a field that was left (from a script), or saves the page (from its button)."""
    application = own_application(db.session(), current_user, reference)
    if application.state is not State.DRAFT and section not in CORRECTABLE:
        if request.method == "POST":
            raise NotEditable()
        return _go(url_for("public.check_answers", reference=application.reference))
    page = _page_of(application, section)
    if request.method == "GET":
        return _show(page)
    fine = page.form.validate()
    if page.form.forged:
        return _show(page, 400)
    return _keep_field(page) if wants_fragment() else _save(page, fine)


def _page_of(application: Application, key: str) -> QuestionPage:
    session, keys = db.session(), outside_of(current_app).keys
    values = answers(session, keys, application, sealed=key == "adjustments")
    back = given_back(application.id, key) if request.method == "GET" else None
    sent = request.form if request.method == "POST" else back
    now: dict[str, Value] = values | ({"postcode": sent["postcode"]} if sent and "postcode" in sent else {})
    possible = [each for each in questions_possible(session, application, now) if each.section == key]
    form = question_form(possible, values, sent)
    if not form.asked:
        raise NotFound()
    section = next(each for each in sections_of(possible) if each.key == key)
    return QuestionPage(application, section, form, kept=back is not None)


def _keep_field(page: QuestionPage) -> Response:
    """Kept quietly as it stands. A sent application's contact details wait for the button."""
    if not page.draft:
        return Response(status=204)
    try:
        changed = _keep(page)
    except AnswerTooLong as refusal:
        refused_beside_field(page.form, refusal)
        return _show(page, refusal.status)
    forget(page.application.id, page.section.key)
    for field in page.form:
        field.errors = []  # nobody has finished yet
    return _show(page, place_changed="postcode" in changed)


def _save(page: QuestionPage, fine: bool) -> Response:
    reference, later = page.application.reference, "later" in request.form
    try:
        if page.draft:
            _keep(page)
        elif fine:
            keys = outside_of(current_app).keys
            correct_contact(db.session(), current_user, page.application, page.form.values(), keys)
    except AnswerTooLong as refusal:
        refused_beside_field(page.form, refusal)
        return _show(page, refusal.status)
    forget(page.application.id, page.section.key)
    if not fine and not (page.draft and later):
        return _show(page, 422)
    return _go(_next_address(page, reference, later))


def _next_address(page: QuestionPage, reference: str, later: bool) -> str:
    """Where saving leads: back to the tracker, the task list, a question that has just appeared, the check page, or
    on to the next part."""
    if not page.draft:
        return url_for("public.application", reference=reference, changed=page.section.key)
    if later:
        return url_for("public.application", reference=reference)
    if page.form.appeared:
        return _to_appeared(page, reference)
    if request.args.get("then") == "check":
        return url_for("public.check_answers", reference=reference)
    standing = standing_of(db.session(), outside_of(current_app).keys, page.application, clock.now())
    return address_after(page.application, standing, page.section.key)


def _to_appeared(page: QuestionPage, reference: str) -> str:
    """The same page with the question that the answer led to."""
    new, then = page.form.appeared[0].key, request.args.get("then")
    return url_for("public.section", reference=reference, section=page.section.key, then=then, _anchor=new)


def _keep(page: QuestionPage) -> list[str]:
    keys = outside_of(current_app).keys
    return save_answers(db.session(), current_user, page.application, page.form.values(), keys)


def _show(page: QuestionPage, status: int = 200, *, place_changed: bool = False) -> Response:
    whole = page.draft and not wants_fragment()
    keys = outside_of(current_app).keys
    standing = standing_of(db.session(), keys, page.application, clock.now()) if whole else None
    return page_or_fragment(
        "public/application/question.html",
        "autosaved",
        status=status,
        page=page,
        form=page.form,
        application=page.application,
        section=page.section,
        asked=page.form.asked,
        asked_changed=_asked_changed(page.form),
        progress=part_of(standing, page.section) if standing else None,
        place_changed=place_changed,
        saved_words=_saved_words(page.application),
    )


def _asked_changed(form: QuestionForm) -> bool:
    """Whether an answer just typed made another question appear or go: a script then draws them again."""
    hanging = [each.key for each in form.asked if each.when is not None]
    return wants_fragment() and sorted(hanging) != sorted(request.form.getlist(SHOWN))


def _saved_words(application: Application) -> str:
    """What the quiet mark says: the time of a field just kept, or when something last was."""
    if wants_fragment():
        return f"Saved at {clock_time(clock.now())}"
    last = saved_at(db.session(), application)
    return f"Saved {ago(last)} at {clock_time(last)}" if last else "We save as you go"


def _go(address: str) -> Response:
    return redirect(address, code=303)  # type: ignore[return-value]
