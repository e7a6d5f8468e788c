"""Cohorts in a list, planning one, and what is done to one as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.campaigns.models import Campaign
from portal.domain.interviews import venues
from portal.domain.journeys import training_days
from portal.domain.overview.work import Work, cohorts_with
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training import cohorts as acts
from portal.domain.training import listing, planning, proposing, seeing
from portal.domain.training.clashes import DoubleBooked
from portal.domain.training.cohorts import CohortChanged
from portal.domain.training.models import Cohort
from portal.domain.training.planning import CohortPlan
from portal.domain.training.proposing import Proposal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.cohorts import CohortForm, EditForm, OffForm
from portal.staff.opening import Clash, Difference
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.wording import plural

P = Permission
WAITS = {
    Work.ENROL: ("people to enrol", "staff.cohort_places", "Places and people"),
    Work.BEGIN: ("training to begin", "staff.start_training", "Begin their training"),
    Work.COMPLETING: ("training to complete", "staff.cohort_completion", "Certificates"),
}


def to_dates(cohort_id: int) -> AnyResponse:
    return redirect(url_for("staff.cohort_dates", cohort_id=cohort_id), 303)


@blueprint.get("/cohorts")
@requires(P.SEE_COHORTS)
def cohorts() -> Response:
    """The cohorts one may open: those that run, those to come, what is not published yet, the past. `?work=`: only
    those in which such work waits, and the way to it."""
    asked = next((work for work in WAITS if work.value == request.args.get("work")), None)
    among = cohorts_with(current_user, asked) if asked else None
    return page_or_fragment(
        "staff/cohorts/list.html", "main", lists=listing.lists(db.session(), current_user, among), now=clock.now(),
        waits=WAITS[asked] if asked and among is not None else None,
        plans=current_user.can(P.PLAN_COHORTS),
        keeps=current_user.can(P.KEEP_REGISTER) and not current_user.can(P.PLAN_COHORTS),
    )  # fmt: skip


@blueprint.route("/cohorts/new", methods=["GET", "POST"])
@requires(P.PLAN_COHORTS)
def new_cohort() -> AnyResponse:
    """One page: the course, its first day and where; then every day as it would be, with all that is in its way."""
    session = db.session()
    campaigns = proposing.campaigns_to_plan(session, current_user)
    divisions = seeing.divisions_to_plan(session, current_user)
    form = CohortForm()
    force = current_user.scope(P.PLAN_COHORTS).force
    form.offer(proposing.courses_to_plan(session), campaigns, divisions, force=force)
    form.offer_places(venues.in_use(session), planning.who_may_teach(session))
    if not form.is_submitted():
        plan = _begin(campaigns, [each.id for each in divisions])
        form.show(plan)
        return _new_page(form, _proposal(form, plan) if plan.version_id else None)
    if not form.validate():
        return _new_page(form, None)
    if request.form.get("act") in {"create", "publish"}:
        try:
            return _made(form.plan, publishing=request.form["act"] == "publish")
        except DoubleBooked:
            form.form_errors.append("Something is in the way. It is marked below; nothing has been made.")
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _new_page(form, _proposal(form, form.plan))


def _begin(campaigns: Sequence[Campaign], divisions: Sequence[int]) -> CohortPlan:
    """The plan of the cohort named by `like`, of the campaign named, or what is usual."""
    if "like" in request.args:
        found = seeing.cohort(db.session(), current_user, request.args.get("like", 0, type=int), P.PLAN_COHORTS)
        return proposing.like(db.session(), found)
    slug = request.args.get("campaign")
    campaign = next((each for each in campaigns if each.slug == slug), None)
    if slug and campaign is None:
        raise NotFound()
    return proposing.begin(db.session(), campaign, divisions)


def _proposal(form: CohortForm, plan: CohortPlan) -> Proposal | None:
    """None where the days cannot be told; the form says why."""
    try:
        return proposing.propose(db.session(), plan)
    except Refusal as refusal:
        if form.is_submitted() and not form.errors:
            refused_beside_field(form, refusal)
        return None


def _made(plan: CohortPlan, *, publishing: bool) -> AnyResponse:
    made = planning.plan_cohort(db.session(), current_user, plan)
    if publishing:
        try:
            acts.publish(db.session(), current_user, made.id)
            flash(f"{made.name} is made. Its trainers see it now.")
        except acts.NotReady as refusal:
            flash(f"{made.name} is made, but not published: {refusal.message[0].lower()}{refusal.message[1:]}.")
    else:
        flash(f"{made.name} is made. Only those who plan see it until you publish.")
    return to_dates(made.id)


def _new_page(form: CohortForm, proposal: Proposal | None) -> Response:
    return page_or_fragment(
        "staff/cohorts/new.html", "main", status=422 if form.errors else 200, form=form, proposal=proposal
    )


@blueprint.post("/cohorts/<int:cohort_id>/publish")
@requires(P.PLAN_COHORTS)
def publish_cohort(cohort_id: int) -> AnyResponse:
    seeing.cohort(db.session(), current_user, cohort_id, P.PLAN_COHORTS)
    acts.publish(db.session(), current_user, cohort_id)
    flash("Published. Its trainers see it now, and it can be filled.")
    return to_dates(cohort_id)


@blueprint.route("/cohorts/<int:cohort_id>/edit", methods=["GET", "POST"])
@requires(P.PLAN_COHORTS)
def edit_cohort(cohort_id: int) -> AnyResponse:
    """Its name and how many places there are."""
    found, form = seeing.cohort(db.session(), current_user, cohort_id, P.PLAN_COHORTS), EditForm()
    if not form.is_submitted():
        form.version.data, form.name.data, form.capacity.data = str(found.version), found.name, found.capacity
    elif form.validate():
        try:
            acts.edit(
                db.session(), current_user, cohort_id, form.name.data or "", form.capacity.data or 0, seen=form.seen
            )  # fmt: skip
            flash("Saved.")
            return to_dates(cohort_id)
        except CohortChanged:
            found = seeing.cohort(db.session(), current_user, cohort_id, P.PLAN_COHORTS)
            form.version.data = str(found.version)
            return _edit_page(form, found, Clash(_differences(found, form), "Somebody else", None))
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    return _edit_page(form, found)


def _differences(found: Cohort, form: EditForm) -> list[Difference]:
    both = (("Name", found.name, form.name.data), ("Places", str(found.capacity), str(form.capacity.data)))
    return [Difference(*each) for each in both if each[1] != each[2]]


def _edit_page(form: EditForm, found: Cohort, clash: Clash | None = None) -> Response:
    return page_or_fragment(
        "staff/cohorts/edit.html", "main", status=409 if clash else 422 if form.errors else 200, form=form,
        cohort=found, clash=clash,
    )  # fmt: skip


@blueprint.route("/cohorts/<int:cohort_id>/cancel", methods=["GET", "POST"])
@requires(P.PLAN_COHORTS)
def cancel_cohort(cohort_id: int) -> AnyResponse:
    """Calls the whole of it off, with a reason; everybody with a place is told and keeps their offer."""
    found, form = seeing.cohort(db.session(), current_user, cohort_id, P.PLAN_COHORTS), OffForm()
    if form.validate_on_submit():
        try:
            told = training_days.cancel_cohort(db.session(), current_user, cohort_id, form.reason.data)
            flash(f"{found.name} is called off. {plural(told, 'person', 'people')} told.")
            return to_dates(cohort_id)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    return page_or_fragment(
        "staff/cohorts/cancel.html", "main", status=422 if form.errors else 200, form=form, cohort=found,
        places=listing.taken_in(db.session(), found.id),
    )  # fmt: skip
