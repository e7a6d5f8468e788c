"""Entering a telephone or paper application for somebody: begin, answer section by section, send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.actions import enter_for, save_answers, submit
from portal.domain.applications.models import Application, Channel, State
from portal.domain.applications.queries import answers, visible_application
from portal.domain.applications.refusals import AnswerTooLong, NotComplete
from portal.domain.applications.sections import SectionState, Value, sections_of
from portal.domain.applications.standing import questions_possible, standing_of
from portal.domain.applications.viewing import note_view
from portal.domain.campaigns.models import Campaign, Care
from portal.domain.campaigns.queries import current_campaigns
from portal.domain.campaigns.rules import receives
from portal.domain.casework import listing as casework
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db
from portal.services.crypto import KeyRing
from portal.staff.door import blueprint
from portal.staff.forms.entry import EntryForm
from portal.staff.sheet import CHANNELS, reaches
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.question_forms import QuestionForm, question_form
from portal.web.setup import outside_of

ENTER = Permission.ENTER_APPLICATIONS
ALREADY = "This person already has an application to this campaign. Look for it in the list."


@blueprint.route("/applications/new", methods=["GET", "POST"])
@requires(ENTER)
def new_application() -> Response:
    """Begins an application for somebody, or goes on with one that was begun for them."""
    session, now = db.session(), clock.now()
    campaigns = [campaign for campaign in current_campaigns(session, now) if receives(campaign, now)]
    form = EntryForm()
    form.offer(campaigns)
    if form.validate_on_submit():
        chosen = next(each for each in campaigns if each.slug == form.campaign.data)
        try:
            begun = enter_for(session, current_user, form.normal, chosen, Channel(form.channel.data))
            if begun.state is State.DRAFT and begun.channel is not Channel.ONLINE:
                return _go("staff.edit_application", begun.reference)
            form.email.errors = [ALREADY]
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _begin_page(form, campaigns)


def _begin_page(form: EntryForm, campaigns: Sequence[Campaign]) -> Response:
    session = db.session()
    here = casework.narrow(casework.choices(session, current_user, ENTER))
    begun = casework.being_entered(session, here, current_user.id)
    body = render_template("staff/entry/new.html", form=form, campaigns=campaigns, begun=begun)
    return make_response(body, 422 if form.errors else 200)


@blueprint.get("/applications/<reference>/edit")
@requires(ENTER)
def edit_application(reference: str) -> Response:
    """The sections of an application being entered, and what is missing in each."""
    return _overview(_entered(reference), FlaskForm())


@blueprint.route("/applications/<reference>/edit/<section>", methods=["GET", "POST"])
@requires(ENTER)
def edit_section(reference: str, section: str) -> Response:
    """One section's questions. What is typed is kept, right or not yet."""
    draft, keys = _entered(reference), _keys()
    values = answers(db.session(), keys, draft, sealed=section == "adjustments")
    typed: dict[str, Value] = {"postcode": request.form["postcode"]} if "postcode" in request.form else {}
    possible = [each for each in questions_possible(db.session(), draft, values | typed) if each.section == section]
    form = question_form(possible, values, request.form if request.method == "POST" else None)
    if not form.asked:
        raise NotFound()
    note_view(db.session(), current_user, draft.id, adjustments=any(each.care is Care.SEALED for each in possible))
    if request.method == "POST":
        fine = form.validate()
        try:
            save_answers(db.session(), current_user, draft, form.values(), keys)
            if fine:
                return redirect(_after(draft, section, form), code=303)  # type: ignore[return-value]
        except AnswerTooLong as refusal:
            refused_beside_field(form, refusal)
    title = next(each.title for each in sections_of(possible) if each.key == section)
    return _page("section", draft, form, asked=form.asked, title=title)


@blueprint.post("/applications/<reference>/send")
@requires(ENTER)
def send_application(reference: str) -> Response:
    """Sends what was entered. It counts as received now, when it reached us."""
    received_at = clock.now()
    draft, form = _entered(reference), FlaskForm()
    may_open = reaches(current_user, Permission.SEE_APPLICATIONS, draft)
    try:
        submit(db.session(), current_user, draft.id, received_at, _keys())
    except NotComplete:
        form.form_errors.append("Some answers are missing. Each section below says which.")
    except Refusal as refusal:
        form.form_errors.append(refusal.message)
    if form.form_errors:
        return _overview(_entered(reference), form)
    flash(f"{reference} is sent. The receipt is on its way to them.")
    if may_open:
        return _go("staff.application", reference)
    return redirect(url_for("staff.new_application"), code=303)  # type: ignore[return-value]


def _entered(reference: str) -> Application:
    """An application being entered by staff; applicants' own drafts are theirs alone."""
    found = visible_application(db.session(), current_user, ENTER, reference)
    if found.state is not State.DRAFT or found.channel is Channel.ONLINE:
        raise NotFound()
    return found


def _states(draft: Application) -> list[SectionState]:
    return standing_of(db.session(), _keys(), draft, clock.now()).states


def _after(draft: Application, section: str, form: QuestionForm) -> str:
    """The same page where an answer led to another question, the next section that is not done, or the overview."""
    if form.appeared:
        new = form.appeared[0].key
        return url_for("staff.edit_section", reference=draft.reference, section=section, _anchor=new)
    later = [each.section.key for each in _states(draft)]
    place = later.index(section) + 1 if section in later else len(later)
    if place >= len(later):
        return url_for("staff.edit_application", reference=draft.reference)
    return url_for("staff.edit_section", reference=draft.reference, section=later[place])


def _overview(draft: Application, form: FlaskForm) -> Response:
    states = _states(draft)
    return _page("overview", draft, form, states=states, ready=not any(state.blocks for state in states))


def _page(name: str, draft: Application, form: FlaskForm, **context: Any) -> Response:
    person = f"{draft.given_name} {draft.family_name}".strip() or "somebody"
    body = render_template(
        f"staff/entry/{name}.html",
        form=form,
        reference=draft.reference,
        name=person,
        campaign=draft.campaign.name,
        channel=CHANNELS[draft.channel],
        email=draft.applicant.email,
        **context,
    )
    return make_response(body, 422 if form.errors else 200)


def _keys() -> KeyRing:
    return outside_of(current_app).keys


def _go(endpoint: str, reference: str) -> Response:
    return redirect(url_for(endpoint, reference=reference), code=303)  # type: ignore[return-value]
