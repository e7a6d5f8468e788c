"""Who reads for a campaign: add and remove assessors, deal out applications, hand readings on, settle their reports."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, current_app, flash, make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.campaigns.models import Campaign
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.domain.shortlisting import assigning, queries, reporting
from portal.domain.shortlisting.conflicts import keep_known_apart
from portal.domain.shortlisting.rules import due_on
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.shortlisting import AddAssessorForm, DueForm, GiveForm, PieceForm
from portal.staff.sign_in import go
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.setup import outside_of
from portal.web.wording import plural

M = Permission.MODERATE
FURTHEST = timedelta(days=365)


def _campaign(slug: str) -> Campaign:
    return queries.campaign_to_moderate(db.session(), current_user, slug)


@blueprint.get("/shortlisting/<slug>/assessors")
@requires(M)
def assessors(slug: str) -> Response:
    """The campaign's readers with what they have, and what nobody reads yet."""
    return _page(_campaign(slug))


def _page(
    campaign: Campaign, *, add: AddAssessorForm | None = None, due: DueForm | None = None, sent: Any = None
) -> Response:
    session, today = db.session(), clock.today()
    add = add or AddAssessorForm(formdata=None)
    add.offer(queries.could_read(session, campaign.id))
    usual = due_on(today, setting_value(session, "reading_days", today), campaign.answer_by)
    reach = queries.in_reach(session, current_user, campaign.id)
    proposal = assigning.propose(session, campaign.id, reach)
    body = render_template(
        "staff/shortlisting/assessors.html",
        campaign=campaign,
        lines=queries.reader_lines(session, campaign.id, today),
        proposal=proposal,
        waiting=len(reach),
        reports=reporting.reports(session, current_user, campaign.id),
        add=add,
        due=due or DueForm(formdata=None, data={"due": usual}),
        form=sent,
        today=today,
    )
    return make_response(body, 422 if sent is not None else 200)


@blueprint.post("/shortlisting/<slug>/assessors/add")
@requires(M)
def add_assessor(slug: str) -> AnyResponse:
    campaign, form = _campaign(slug), AddAssessorForm()
    form.offer(queries.could_read(db.session(), campaign.id))
    if form.validate_on_submit():
        try:
            assigning.add_assessor(db.session(), current_user, campaign.id, int(form.member.data))
            flash("They read for this campaign now. Deal out the applications to give them some.")
            return _back(slug)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(campaign, add=form, sent=form)


@blueprint.post("/shortlisting/<slug>/assessors/assign")
@requires(M)
def assign_readers(slug: str) -> AnyResponse:
    """Fills every empty seat that can be filled, promised by a day."""
    campaign, form, session = _campaign(slug), DueForm(), db.session()
    due = _day(form)
    if due is None:
        return _page(campaign, due=form, sent=form)
    keep_known_apart(session, outside_of(current_app).keys)  # names declared since the last of them came in
    reach = queries.in_reach(session, current_user, campaign.id)
    filled = assigning.assign(session, current_user, campaign.id, reach, due=due)
    flash(f"{plural(filled, 'reading')} given." if filled else "There was nobody to give anything to.")
    return _back(slug)


def _day(form: DueForm) -> date | None:
    """The day that was chosen, if it is one to promise."""
    today = clock.today()
    if not form.validate_on_submit():
        return None
    if form.due.data is not None and today <= form.due.data <= today + FURTHEST:
        return form.due.data
    form.due.errors = ["Choose today or a later day within a year"]
    return None


@blueprint.post("/shortlisting/<slug>/assessors/due")
@requires(M)
def set_due(slug: str) -> AnyResponse:
    """Another day for all that is not finished."""
    campaign, form = _campaign(slug), DueForm()
    due = _day(form)
    if due is None:
        return _page(campaign, due=form, sent=form)
    moved = assigning.set_due(db.session(), current_user, campaign.id, due)
    flash(f"{plural(moved, 'reading')} moved to that day.")
    return _back(slug)


@blueprint.get("/shortlisting/<slug>/assessors/<int:member_id>")
@requires(M)
def assessor(slug: str, member_id: int) -> Response:
    """What one assessor reads, under the moderators' aliases, to give it to somebody else."""
    return _assessor_page(_campaign(slug), member_id, None)


def _assessor_page(campaign: Campaign, member_id: int, sent: GiveForm | None) -> Response:
    session = db.session()
    name, readings = queries.readings_of(session, campaign.id, member_id)
    form = sent or GiveForm(formdata=None)
    form.offer(_others(campaign, member_id))
    body = render_template(
        "staff/shortlisting/assessor.html",
        campaign=campaign,
        member_id=member_id,
        name=name,
        readings=readings,
        form=form,
        today=clock.today(),
        failed=request.view_args.get("number") if sent is not None and request.view_args else None,
    )
    return make_response(body, 422 if sent is not None else 200)


def _others(campaign: Campaign, member_id: int) -> list[tuple[int, str]]:
    lines = queries.reader_lines(db.session(), campaign.id, clock.today())
    return [(line.staff_id, line.name) for line in lines if line.allowed and line.staff_id != member_id]


@blueprint.post("/shortlisting/<slug>/assessors/<int:member_id>/readings/<int:number>")
@requires(M)
def give_reading(slug: str, member_id: int, number: int) -> AnyResponse:
    """One reading to somebody else."""
    campaign, form = _campaign(slug), GiveForm()
    _name, readings = queries.readings_of(db.session(), campaign.id, member_id)
    if number not in {each.assignment_id for each in readings}:
        raise NotFound()
    form.offer(_others(campaign, member_id))
    if form.validate_on_submit():
        try:
            assigning.reassign(db.session(), current_user, number, int(form.staff.data))
            flash("It is theirs now.")
            return go(url_for("staff.assessor", slug=slug, member_id=member_id))
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    return _assessor_page(campaign, member_id, form)


@blueprint.post("/shortlisting/<slug>/assessors/<int:member_id>/hand-over")
@requires(M)
def hand_over(slug: str, member_id: int) -> AnyResponse:
    """Somebody is away: what they have not finished goes to the others."""
    moved = assigning.hand_over(db.session(), current_user, _campaign(slug).id, member_id)
    flash(f"{plural(moved, 'reading')} handed to the others." if moved else "Nobody else could take any of it.")
    return _back(slug)


@blueprint.post("/shortlisting/<slug>/assessors/<int:member_id>/remove")
@requires(M)
def remove_assessor(slug: str, member_id: int) -> AnyResponse:
    moved = assigning.remove_assessor(db.session(), current_user, _campaign(slug).id, member_id)
    flash(f"They read for this campaign no longer. {plural(moved, 'reading')} went to the others.")
    return _back(slug)


@blueprint.post("/shortlisting/<slug>/assessors/reports/<int:number>")
@requires(M)
def settle_report(slug: str, number: int) -> AnyResponse:
    """Words a reader reported: hide them for good, or show them again."""
    campaign, form, session = _campaign(slug), PieceForm(), db.session()
    if number not in {each.assignment_id for each in reporting.reports(session, current_user, campaign.id)}:
        raise NotFound()
    if "leave" in request.form:
        reporting.leave_shown(session, current_user, current_user, number)
        flash("The words are shown again.")
        return _back(slug)
    try:
        keys = outside_of(current_app).keys
        reporting.hide_by_hand(session, current_user, current_user, keys, number, form.piece.data or "")
    except Refusal as refusal:
        if refusal.field is None:
            raise
        refused_beside_field(form, refusal)
        return _page(campaign, sent=form)
    flash("The words are hidden from everybody who reads it.")
    return _back(slug)


def _back(slug: str) -> AnyResponse:
    return go(url_for("staff.assessors", slug=slug))
