"""One application: its tasks before it is sent, where it stands afterwards."""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template, request
from flask_login import current_user

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import (
    dates_of,
    is_lapsed,
    own_application,
    promise_of,
    saved_at,
    sent_on,
)
from portal.domain.applications.rules import Act, By, may_move
from portal.domain.applications.sections import BY_KEY, CORRECTABLE
from portal.domain.applications.standing import standing_of
from portal.domain.applications.waiting import checks, road
from portal.domain.campaigns.queries import current_campaigns
from portal.domain.campaigns.rules import days_left, last_day
from portal.domain.casework.deciding import last_released
from portal.domain.casework.outcomes import told
from portal.domain.correspondence.queries import new_for
from portal.domain.journeys.letters import letters_there_are
from portal.domain.journeys.uploading import panels
from portal.domain.messages.queries import letters_of
from portal.domain.overview.critical_path import path_words
from portal.domain.overview.todo import promised, todo_of
from portal.domain.volunteers.agreements import standing_of as agreement_of
from portal.domain.volunteers.serving import after_course, own_certificate, served_of
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.steps import first_waiting, needed_tasks, optional_tasks
from portal.web.guards import for_applicants
from portal.web.setup import outside_of
from portal.web.wording import clock_time, day_month


@blueprint.get("/applications/<reference>")
@for_applicants
def application(reference: str) -> Response:
    found = own_application(db.session(), current_user, reference)
    if is_lapsed(found, clock.now()):
        return _lapsed(found)
    return _tasks(found) if found.state is State.DRAFT else _tracker(found)


def _lapsed(found: Application) -> Response:
    others = [each for each in current_campaigns(db.session(), clock.now()) if each.id != found.campaign_id]
    page = render_template(
        "public/application/lapsed.html", application=found, last_day=last_day(found.campaign), others=others
    )
    return make_response(page)


def _tasks(found: Application) -> Response:
    session, now = db.session(), clock.now()
    standing = standing_of(session, outside_of(current_app).keys, found, now)
    page = render_template(
        "public/application/tasks.html",
        application=found,
        standing=standing,
        needed=needed_tasks(found, standing),
        optional=optional_tasks(found, standing, panels(session, found, now)),
        carry_on=first_waiting(found, standing),
        days_left=days_left(found.campaign, now),
        last_day=last_day(found.campaign),
        saved_at=saved_at(session, found),
    )
    return make_response(page)


def _tracker(found: Application) -> Response:
    session, changed = db.session(), request.args.get("changed", "")
    received = found.received_at or found.state_since
    todos = todo_of(session, found)
    requirements = [(row.kind, row.due, row.state) for row in found.requirements]
    certified = own_certificate(session, found)
    promise = after_course(promise_of(found), certified, found.state)
    page = render_template(
        "public/application/tracker.html",
        application=found,
        promise=promised(promise, todos, clock.today()),
        todos=todos,
        stops=road(found.state, dates_of(found.campaign), sent_on(found), f"Received at {clock_time(received)}"),
        sent_words=day_month(received),
        told=told(session, found, last_released(session, found.id)),
        new_messages=new_for(session, current_user.id, found.id),
        to_print=letters_there_are(session, found),
        letters=letters_of(session, found.id, current_user.person.email),
        checks=checks(requirements),
        path_words=path_words(session, found),
        papers={panel.kind for panel in panels(session, found, clock.now())},
        changed=BY_KEY[changed].title if changed in CORRECTABLE else None,
        served=served_of(session, found),
        certified=certified,
        agreed=agreement_of(session, found),
        may_withdraw=may_move(found.state, Act.WITHDRAW, By.APPLICANT),
        paused=found.paused_until is not None and found.paused_until >= clock.today(),
    )
    return make_response(page)
