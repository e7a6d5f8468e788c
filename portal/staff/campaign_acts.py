"""What is done with a whole campaign: published, hidden, extended, closed early, archived."""

from __future__ import annotations

from typing import Any

from flask import Response, flash
from flask_login import current_user
from flask_wtf import FlaskForm

from portal import clock
from portal.domain.campaigns import publishing
from portal.domain.campaigns.criteria import criteria_of
from portal.domain.campaigns.managing import managed_campaign, phase_of
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.own_questions import own_questions
from portal.domain.journeys import changing_campaigns as changing
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.campaign_words import closing, moment, opening
from portal.staff.campaigns import MANAGE, go, to_do
from portal.staff.door import blueprint
from portal.staff.forms.campaign_acts import ExtendForm, PublishForm, ReasonForm
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.wording import plural


def _mine(slug: str) -> Campaign:
    return managed_campaign(db.session(), current_user, slug)


def _asked(page: str, found: Campaign, form: FlaskForm, **more: Any) -> Response:
    return page_or_fragment(
        f"staff/campaigns/{page}.html",
        "main",
        status=422 if form.errors else 200,
        campaign=found,
        form=form,
        phase=phase_of(found, clock.now()),
        drafts=changing.drafts_of(db.session(), found.id),
        opens=opening(found.opens_at),
        closes=closing(found.closes_at),
        **more,
    )


@blueprint.route("/campaigns/<slug>/publish", methods=["GET", "POST"])
@requires(MANAGE)
def publish_campaign(slug: str) -> Response:
    """Now, or by itself at a moment to come. What is still missing is said instead."""
    found, form = _mine(slug), PublishForm()
    if form.validate_on_submit():
        try:
            at = form.moment()
            publishing.publish(db.session(), current_user, found.id, at)
            flash(f"It appears by itself: {moment(at)}." if at else "It is published.")
            return go("staff.campaign", slug)
        except publishing.WrongMoment as refusal:
            form.day.errors = [refusal.message]
        except Refusal as refusal:
            refused_beside_field(form, refusal)
        found = _mine(slug)
    session = db.session()
    lacking = publishing.missing(found, own_questions(session, found), criteria_of(session, found.id), clock.now())
    return _asked("publish", found, form, missing=lacking, to_do=to_do(lacking, found.slug))


@blueprint.post("/campaigns/<slug>/hide")
@requires(MANAGE)
def hide_campaign(slug: str) -> Response:
    """A draft again, while it has not opened."""
    publishing.hide(db.session(), current_user, _mine(slug).id)
    flash("It is a draft again. Strangers see nothing of it.")
    return go("staff.campaign", slug)


@blueprint.route("/campaigns/<slug>/extend", methods=["GET", "POST"])
@requires(MANAGE)
def extend_campaign(slug: str) -> Response:
    """A later closing, with a reason; everyone with a draft is told."""
    found, form = _mine(slug), ExtendForm()
    if form.validate_on_submit():
        try:
            told = changing.drafts_of(db.session(), found.id)
            changing.extend(db.session(), current_user, found.id, form.closing(), form.reason.data)
            flash(f"It closes later. {plural(told, 'person', 'people')} with a draft will be told.")
            return go("staff.campaign", slug)
        except Refusal as refusal:
            beside = "closes_on" if refusal.field == "closes_at" else refusal.field
            refused_beside_field(form, Refusal(refusal.message, field=beside))
        found = _mine(slug)
    elif not form.is_submitted():
        form.show_closing(found.closes_at)
    return _asked("extend", found, form)


@blueprint.route("/campaigns/<slug>/close", methods=["GET", "POST"])
@requires(MANAGE)
def close_campaign(slug: str) -> Response:
    """Takes no more from now on; those with a draft are written to kindly."""
    found, form = _mine(slug), ReasonForm()
    if form.validate_on_submit():
        try:
            told = changing.close_early(db.session(), current_user, found.id, form.reason.data)
            flash(f"It is closed. {plural(told, 'person', 'people')} with a draft will be told.")
            return go("staff.campaign", slug)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
        found = _mine(slug)
    return _asked("close", found, form)


@blueprint.route("/campaigns/<slug>/archive", methods=["GET", "POST"])
@requires(MANAGE)
def archive_campaign(slug: str) -> Response:
    """Puts it away: it is listed apart, and nothing in it changes."""
    found, form = _mine(slug), FlaskForm()
    if form.validate_on_submit():
        try:
            changing.archive(db.session(), current_user, found.id)
            flash("It is archived.")
            return go("staff.campaign", slug)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
        found = _mine(slug)
    return _asked("archive", found, form)


@blueprint.post("/campaigns/<slug>/unarchive")
@requires(MANAGE)
def unarchive_campaign(slug: str) -> Response:
    publishing.unarchive(db.session(), current_user, _mine(slug).id)
    flash("It is out of the archive.")
    return go("staff.campaign", slug)
