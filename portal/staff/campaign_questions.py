"""A campaign's own questions and what applications are judged by."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request
from flask_login import current_user

from portal import clock
from portal.domain.campaigns import question_editing
from portal.domain.campaigns.criteria import CriterionNow, CriterionPlan, criteria_of, full_marks
from portal.domain.campaigns.criteria_editing import plan_mark as criterion_mark
from portal.domain.campaigns.managing import has_opened, managed_campaign
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.own_questions import DECIDING, OwnQuestion, own_questions
from portal.domain.campaigns.parts import Stale
from portal.domain.campaigns.question_editing import plan_mark
from portal.domain.campaigns.questions import When
from portal.domain.casework.presence import others_here
from portal.domain.journeys import changing_campaigns as changing
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db
from portal.staff.campaign_parts import clash_of
from portal.staff.campaigns import KINDS, MANAGE, go
from portal.staff.door import blueprint
from portal.staff.forms.campaign_acts import CriterionForm, QuestionEditForm
from portal.staff.opening import Clash, Difference
from portal.staff.presence import together
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment

NEW = "new"
WHY = ("why", "Why you want to do this, which everybody is asked")


def _mine(slug: str) -> Campaign:
    return managed_campaign(db.session(), current_user, slug)


@blueprint.get("/campaigns/<slug>/questions")
@requires(MANAGE)
def campaign_questions(slug: str) -> Response:
    """The questions in order, each with its ways to change it."""
    found = _mine(slug)
    return page_or_fragment(
        "staff/campaigns/questions.html", "main", campaign=found, questions=own_questions(db.session(), found),
        kinds=KINDS, strands={strand.slug: strand.name for strand in found.scheme.strands},
        deciding=DECIDING, opened=has_opened(found, clock.now()),
    )  # fmt: skip


@blueprint.route("/campaigns/<slug>/questions/new", methods=["GET", "POST"])
@requires(MANAGE)
def add_question(slug: str) -> Response:
    """A question more; `after` names one whose answer leads to it."""
    found = _mine(slug)
    form = _question_form(found)
    if form.validate_on_submit():
        try:
            question_editing.add_question(db.session(), current_user, found.id, form.plan(NEW))
            flash("The question is added.")
            return go("staff.campaign_questions", slug)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    elif not form.is_submitted():
        form.when.data = _first_answer(found, request.args.get("after", ""))
    return _question_page(slug, form)


def _first_answer(found: Campaign, after: str) -> str:
    """The first answer of a question that a follow-up was asked for."""
    form = _question_form(found)
    return next((choice.value for choice in form.when.choices if choice.value.startswith(f"{after} ")), "")


@blueprint.route("/campaigns/<slug>/questions/<key>", methods=["GET", "POST"])
@requires(MANAGE)
def edit_question(slug: str, key: str) -> Response:
    found = _mine(slug)
    question = _question(found, key)
    form, clash, campaign_id = _question_form(found, key), None, found.id
    if form.validate_on_submit():
        wanted = form.plan(key, question.plan.choices)
        try:
            question_editing.edit_question(
                db.session(), current_user, campaign_id, key, wanted, form.seen.data or ""
            )  # fmt: skip
            opened = has_opened(found, clock.now())
            flash("Saved. Answers already given keep the words they answered." if opened else "Saved.")
            return go("staff.campaign_questions", slug)
        except Stale:
            question = _question(_mine(slug), key)
            clash = clash_of(campaign_id, _differences(QUESTION_LABELS, vars(question.plan), vars(wanted)))
            form.seen.data = plan_mark(question.plan)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    elif not form.is_submitted():
        form.fill(question.plan)
        form.seen.data = plan_mark(question.plan)
    return _question_page(slug, form, question, clash)


@blueprint.post("/campaigns/<slug>/questions/<key>/move")
@requires(MANAGE)
def move_question(slug: str, key: str) -> Response:
    found = _mine(slug)
    question_editing.move_question(db.session(), current_user, found.id, key, up=request.form.get("way") == "up")
    return go("staff.campaign_questions", slug, _anchor=key)


@blueprint.post("/campaigns/<slug>/questions/<key>/remove")
@requires(MANAGE)
def remove_question(slug: str, key: str) -> Response:
    """Takes it away; where somebody has answered, it is asked no more and what was said stays."""
    found = _mine(slug)
    retired = changing.remove_question(db.session(), current_user, found.id, key)
    flash("It is asked no more. What was answered is kept." if retired else "The question is gone.")
    return go("staff.campaign_questions", slug)


def _question(found: Campaign, key: str) -> OwnQuestion:
    for each in own_questions(db.session(), found):
        if each.key == key:
            return each
    raise NotFound()


def _question_form(found: Campaign, key: str = NEW) -> QuestionEditForm:
    form = QuestionEditForm()
    form.offer([each for each in own_questions(db.session(), found) if each.key != key], found.scheme.strands)
    return form


def _question_page(
    slug: str, form: QuestionEditForm, question: OwnQuestion | None = None, clash: Clash | None = None
) -> Response:
    found = _mine(slug)
    followed = question is not None and any(
        each.plan.when and each.plan.when.key == question.key for each in own_questions(db.session(), found)
    )
    return page_or_fragment(
        "staff/campaigns/question.html", "main", status=409 if clash else 422 if form.errors else 200, campaign=found,
        form=form, question=question, clash=clash, opened=has_opened(found, clock.now()), followed=followed,
        here=together(others_here(db.session(), current_user, "campaign", found.id)),
    )  # fmt: skip


QUESTION_LABELS = {
    "label": "The question", "title": "Short name", "hint": "Help", "kind": "Kind of answer", "required": "Must be "
    "answered", "word_limit": "Words at most", "choices": "Choices", "strand": "Of whom", "when": "Asked after",
}  # fmt: skip
CRITERION_LABELS = {
    "title": "What is judged", "weight": "Weight", "anchors": "What the points look like", "feedback": "Feedback",
    "question_key": "Which answer it judges",
}  # fmt: skip


def _differences(labels: dict[str, str], theirs: dict[str, Any], yours: dict[str, Any]) -> list[Difference]:
    return [
        Difference(words, _said(theirs[name]), _said(yours[name]))
        for name, words in labels.items()
        if theirs[name] != yours[name]
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, When):
        return f"{value.key}: {value.value}"
    if isinstance(value, tuple):
        return "\n".join(str(getattr(each, "label", each)) for each in value)
    return KINDS.get(str(value), str(value)) if value is not None else ""


@blueprint.get("/campaigns/<slug>/criteria")
@requires(MANAGE)
def campaign_criteria(slug: str) -> Response:
    """What applications are judged by; fixed once a score is in."""
    found = _mine(slug)
    criteria = criteria_of(db.session(), found.id)
    return page_or_fragment(
        "staff/campaigns/criteria.html", "main", campaign=found, criteria=criteria, full_marks=full_marks(criteria),
        frozen=changing.scored(db.session(), found.id), names=dict(_answers(found)),
    )  # fmt: skip


@blueprint.route("/campaigns/<slug>/criteria/new", methods=["GET", "POST"])
@requires(MANAGE)
def add_criterion(slug: str) -> Response:
    found = _mine(slug)
    form, campaign_id = _criterion_form(found), found.id
    if form.validate_on_submit():
        try:
            changing.add_criterion(db.session(), current_user, campaign_id, form.plan())
            flash("The criterion is added.")
            return go("staff.campaign_criteria", slug)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _criterion_page(slug, form)


@blueprint.route("/campaigns/<slug>/criteria/<int:criterion_id>", methods=["GET", "POST"])
@requires(MANAGE)
def edit_criterion(slug: str, criterion_id: int) -> Response:
    found = _mine(slug)
    criterion, form, clash, campaign_id = _criterion(found, criterion_id), _criterion_form(found), None, found.id
    if form.validate_on_submit():
        wanted = form.plan()
        try:
            changing.edit_criterion(
                db.session(), current_user, campaign_id, criterion_id, wanted, form.seen.data or ""
            )  # fmt: skip
            flash("Saved as a new version.")
            return go("staff.campaign_criteria", slug)
        except Stale:
            criterion = _criterion(_mine(slug), criterion_id)
            theirs = _plan(criterion)
            clash = clash_of(campaign_id, _differences(CRITERION_LABELS, vars(theirs), vars(wanted)))
            form.seen.data = criterion_mark(theirs)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    elif not form.is_submitted():
        form.fill(_plan(criterion))
        form.seen.data = criterion_mark(_plan(criterion))
    return _criterion_page(slug, form, criterion, clash)


@blueprint.post("/campaigns/<slug>/criteria/<int:criterion_id>/move")
@requires(MANAGE)
def move_criterion(slug: str, criterion_id: int) -> Response:
    found = _mine(slug)
    changing.move_criterion(
        db.session(), current_user, found.id, criterion_id, up=request.form.get("way") == "up"
    )  # fmt: skip
    return go("staff.campaign_criteria", slug)


@blueprint.post("/campaigns/<slug>/criteria/<int:criterion_id>/remove")
@requires(MANAGE)
def remove_criterion(slug: str, criterion_id: int) -> Response:
    found = _mine(slug)
    changing.remove_criterion(db.session(), current_user, found.id, criterion_id)
    flash("The criterion is gone.")
    return go("staff.campaign_criteria", slug)


def _answers(found: Campaign) -> list[tuple[str, str]]:
    """The answers a criterion can judge, by key."""
    return [*((each.key, each.plan.title) for each in own_questions(db.session(), found)), WHY]


def _criterion(found: Campaign, criterion_id: int) -> CriterionNow:
    for each in criteria_of(db.session(), found.id):
        if each.id == criterion_id:
            return each
    raise NotFound()


def _plan(now: CriterionNow) -> CriterionPlan:
    return CriterionPlan(now.title, now.weight, now.anchors, now.feedback, now.question_key)


def _criterion_form(found: Campaign) -> CriterionForm:
    form = CriterionForm()
    form.offer(_answers(found))
    return form


def _criterion_page(
    slug: str, form: CriterionForm, criterion: CriterionNow | None = None, clash: Clash | None = None
) -> Response:
    found = _mine(slug)
    return page_or_fragment(
        "staff/campaigns/criterion.html", "main", status=409 if clash else 422 if form.errors else 200, campaign=found,
        form=form, criterion=criterion, clash=clash, frozen=changing.scored(db.session(), found.id),
        here=together(others_here(db.session(), current_user, "campaign", found.id)),
    )  # fmt: skip
