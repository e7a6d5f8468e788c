"""What a campaign's panels ask, for those who make the campaign."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.campaigns.managing import managed_campaign
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.parts import Stale
from portal.domain.interviews import questions as asking
from portal.domain.interviews.questions import Asked, InUse
from portal.domain.interviews.writing import RECOMMENDATION_WORDS
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db
from portal.staff.campaign_parts import clash_of
from portal.staff.campaigns import MANAGE, go
from portal.staff.door import blueprint
from portal.staff.forms.sheets import ANCHORS, InterviewQuestionForm
from portal.staff.opening import Clash, Difference
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment

NONE_YET = 0  # the number of a question that is still only the standard one


def _mine(slug: str) -> Campaign:
    return managed_campaign(db.session(), current_user, slug)


@blueprint.get("/campaigns/<slug>/interview-questions")
@requires(MANAGE)
def interview_questions(slug: str) -> Response:
    """The questions in order; the standard ones until somebody changes them."""
    found = _mine(slug)
    asked = asking.asked_in(db.session(), found.id)
    return page_or_fragment(
        "staff/sheets/questions.html", "main", campaign=found, questions=asked,
        standard=asked[0].id == NONE_YET, used=any(each.used for each in asked),
    )  # fmt: skip


@blueprint.post("/campaigns/<slug>/interview-questions/begin")
@requires(MANAGE)
def begin_interview_questions(slug: str) -> AnyResponse:
    """The standard questions become the campaign's own, to be changed."""
    asking.keep_standard(db.session(), current_user, _mine(slug).id)
    return go("staff.interview_questions", slug)


@blueprint.route("/campaigns/<slug>/interview-questions/new", methods=["GET", "POST"])
@requires(MANAGE)
def add_interview_question(slug: str) -> AnyResponse:
    found, form = _mine(slug), InterviewQuestionForm()
    if form.validate_on_submit():
        try:
            asking.add(db.session(), current_user, found.id, form.text.data or "", form.looks_for.data or "")
            flash("The question is added.")
            return go("staff.interview_questions", slug)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(slug, form)


@blueprint.route("/campaigns/<slug>/interview-questions/<int:question_id>", methods=["GET", "POST"])
@requires(MANAGE)
def edit_interview_question(slug: str, question_id: int) -> AnyResponse:
    """Other words; where a sheet has used them, another question takes its place."""
    found, form = _mine(slug), InterviewQuestionForm()
    campaign_id, now = found.id, _one(found, question_id)
    if not form.is_submitted():
        form.show(now)
    elif form.validate():
        text, looks_for = form.text.data or "", form.looks_for.data or ""
        try:
            return _changed(slug, campaign_id, now, form)
        except Stale:
            now = _one(_mine(slug), question_id)
            form.show(now, keep=True)
            differing = [
                Difference(label, theirs, yours)
                for label, theirs, yours in (
                    ("The question", now.text, text), ("What a strong answer has", now.looks_for, looks_for)
                )
                if theirs != yours
            ]  # fmt: skip
            return _page(slug, form, now, clash_of(campaign_id, differing))
        except InUse as refusal:
            now = _one(_mine(slug), question_id)
            form.show(now, keep=True)
            form.text.errors = [refusal.message]
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(slug, form, now)


def _changed(slug: str, campaign_id: int, now: Asked, form: InterviewQuestionForm) -> AnyResponse:
    """Replaced only where the page had said so: what was used since it was opened is said first."""
    session, text, looks_for = db.session(), form.text.data or "", form.looks_for.data or ""
    if form.used.data:
        asking.replace(session, current_user, campaign_id, now.id, text, looks_for)
        flash("The next sheets ask the new question. Those that have points keep the old one.")
    else:
        asking.reword(session, current_user, campaign_id, now.id, text, looks_for, form.seen.data or "")
        flash("Saved.")
    return go("staff.interview_questions", slug)


@blueprint.post("/campaigns/<slug>/interview-questions/<int:question_id>/move")
@requires(MANAGE)
def move_interview_question(slug: str, question_id: int) -> AnyResponse:
    up = request.form.get("way") == "up"
    asking.move(db.session(), current_user, _mine(slug).id, question_id, up=up)
    return go("staff.interview_questions", slug, _anchor=f"q{question_id}")


@blueprint.post("/campaigns/<slug>/interview-questions/<int:question_id>/retire")
@requires(MANAGE)
def retire_interview_question(slug: str, question_id: int) -> AnyResponse:
    """Asked no more; sheets keep it."""
    asking.retire(db.session(), current_user, _mine(slug).id, question_id)
    flash("It is asked no more. Sheets that have points for it keep it.")
    return go("staff.interview_questions", slug)


@blueprint.get("/campaigns/<slug>/interview-questions/blank")
@requires(MANAGE)
def blank_interview_sheet(slug: str) -> Response:
    """A sheet to print, for nobody in particular."""
    found = _mine(slug)
    body = render_template(
        "staff/sheets/blank.html", sitting=None, slug=slug, questions=asking.asked_in(db.session(), found.id),
        anchors=ANCHORS, campaign=found.name, recommendations=list(RECOMMENDATION_WORDS.values()),
    )  # fmt: skip
    return make_response(body)


def _one(found: Campaign, question_id: int) -> Asked:
    for each in asking.asked_in(db.session(), found.id):
        if each.id == question_id != NONE_YET:
            return each
    raise NotFound()


def _page(
    slug: str, form: InterviewQuestionForm, question: Asked | None = None, clash: Clash | None = None
) -> Response:  # fmt: skip
    body = render_template(
        "staff/sheets/question.html", campaign=_mine(slug), form=form, question=question, clash=clash,
        here=url_for("staff.edit_interview_question", slug=slug, question_id=question.id) if question else "",
    )  # fmt: skip
    return make_response(body, 409 if clash else 422 if form.errors else 200)
