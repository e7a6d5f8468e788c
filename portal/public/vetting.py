"""One's own vetting: how it stands, what vetting asks, and an appeal."""

from __future__ import annotations

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal.domain.applications.queries import own_application
from portal.domain.clearances import vetting_answers
from portal.domain.clearances.vetting_rules import Told
from portal.domain.documents.rules import last_day
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import csrf, db
from portal.public.door import blueprint
from portal.public.forms.vetting import AnswerForm, AppealForm
from portal.public.keeping import forget, given_back, keeps_typed
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants
from portal.web.setup import outside_of

HERE = "/applications/<reference>/vetting"
ANSWER_AS, APPEAL_AS = "vetting-answer", "vetting-appeal"
TITLES = {
    Told.NOT_ASKED: "Vetting",
    Told.WITH_APPLICANT: "Vetting waits for you",
    Told.WITH_VETTING: "Vetting is under way",
    Told.PASSED: "You have passed vetting",
    Told.EXPIRED: "Your vetting has run out",
    Told.NOT_PASSED: "You have not passed vetting",
    Told.APPEALED: "We are looking at your appeal",
}


@blueprint.get(HERE)
@for_applicants
def own_vetting(reference: str) -> Response:
    return _page(reference)


@blueprint.post(f"{HERE}/questions/<int:query_id>", defaults={"section": ANSWER_AS})
@csrf.exempt  # type: ignore[untyped-decorator]
@keeps_typed
@for_applicants
def answer_vetting(reference: str, query_id: int, section: str) -> Response:
    """The answer to one question: sealed, and not shown again."""
    found = own_application(db.session(), current_user, reference)
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            keys, person = outside_of(current_app).keys, current_user.person
            vetting_answers.answer(db.session(), keys, person, found.id, query_id, form.answer.data)
            forget(found.id, section)
            return _back(reference, "answered")
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused_beside_field(form, refusal)
            return _page(reference, answers={query_id: form}, status=refusal.status)
    return _page(reference, answers={query_id: form}, status=400 if form.forged else 422)


@blueprint.post(f"{HERE}/appeal", defaults={"section": APPEAL_AS})
@csrf.exempt  # type: ignore[untyped-decorator]
@keeps_typed
@for_applicants
def appeal_vetting(reference: str, section: str) -> Response:
    """Once, within its days: sealed, and not shown again."""
    found = own_application(db.session(), current_user, reference)
    form = AppealForm()
    if form.validate_on_submit():
        try:
            keys, person = outside_of(current_app).keys, current_user.person
            vetting_answers.appeal(db.session(), keys, person, found.id, form.text.data)
            forget(found.id, section)
            return _back(reference, "appealed")
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused_beside_field(form, refusal)
            return _page(reference, appeal=form, status=refusal.status)
    return _page(reference, appeal=form, status=400 if form.forged else 422)


def _page(
    reference: str, *, answers: dict[int, AnswerForm] | None = None, appeal: AppealForm | None = None, status: int = 200
) -> Response:
    session, sent = db.session(), answers or {}
    found = own_application(session, current_user, reference)
    own = vetting_answers.own_vetting(session, outside_of(current_app).keys, found)
    if sent and not set(sent) <= {each.id for each in own.questions}:
        raise NotFound()
    opened = [each for each in own.questions if each.text]
    kept = given_back(found.id, ANSWER_AS) if request.method == "GET" and len(opened) == 1 else None
    forms = {each.id: sent.get(each.id) or AnswerForm(formdata=kept) for each in opened}
    page = render_template(
        "public/vetting/vetting.html",
        application=found,
        own=own,
        title=TITLES[own.told],
        appeal_day=last_day(own.appeal_until) if own.appeal_until else None,
        answer_days={each.id: last_day(each.answer_by) for each in opened},
        questions=[(each, forms[each.id]) for each in opened],
        answered=[each for each in own.questions if each.answered_at],
        appeal=appeal or AppealForm(formdata=given_back(found.id, APPEAL_AS) if request.method == "GET" else None),
        wrong=next((form for form in (*sent.values(), appeal) if form is not None), None),
        said=request.args.get("said", ""),
    )
    return make_response(page, status)


def _back(reference: str, said: str) -> Response:
    return redirect(url_for("public.own_vetting", reference=reference, said=said), code=303)  # type: ignore[return-value]
