"""A trainee's page: their place and its days; taken, given up, and which courses to come would suit."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, url_for
from flask_login import current_user

from portal import clock
from portal.config import Settings
from portal.domain.applications.models import Application
from portal.domain.applications.queries import own_application
from portal.domain.overview.trainee_page import Stand, ToCome, TraineePage, has_page, trainee_page
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training import giving_up, waiting_list
from portal.domain.training.availability import may_miss, state
from portal.domain.training.entries import event_of
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.training import ALL, NONE, SOME, DaysForm, PlaceForm
from portal.public.training_parts import parts_of
from portal.services.calendar import calendar
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants

HERE = "/applications/<reference>/training"


def own_training(reference: str) -> tuple[Application, TraineePage]:
    """One's own application with its training. Raises NotFound for one that has come to no such page."""
    session = db.session()
    found = own_application(session, current_user, reference)
    if not has_page(found):
        raise NotFound()
    return found, trainee_page(session, found)


def with_place(reference: str) -> tuple[Application, TraineePage]:
    """The same, for those who hold a place."""
    found, page = own_training(reference)
    if page.trainee is None:
        raise NotFound()
    return found, page


def to_training(found: Application, part: str = "", **values: Any) -> Response:
    address = url_for("public.training", reference=found.reference, _anchor=part or None, **values)
    return redirect(address, code=303)  # type: ignore[return-value]


@blueprint.get(HERE)
@for_applicants
def training(reference: str) -> Response:
    """The place and its days; without one, the courses to come."""
    found, page = own_training(reference)
    parts = parts_of(found)
    return make_response(render_template("public/training/page.html", application=found, page=page, parts=parts))


@blueprint.post(f"{HERE}/confirm")
@for_applicants
def take_training_place(reference: str) -> Response:
    """They take the place that came free."""
    found, _page = with_place(reference)
    giving_up.confirm(db.session(), current_user, found.id)
    return to_training(found)


@blueprint.route(f"{HERE}/give-up", methods=["GET", "POST"])
@for_applicants
def give_up_training_place(reference: str) -> Response:
    """Says what follows, and only then gives it up."""
    found, page = own_training(reference)
    if page.stand not in {Stand.TO_CONFIRM, Stand.LATE, Stand.PLACED}:
        return to_training(found)
    form = PlaceForm()
    if form.validate_on_submit():
        giving_up.decline(db.session(), current_user, found.id)
        return to_training(found)
    body = render_template("public/training/give_up.html", application=found, page=page, form=form)
    return make_response(body, 400 if form.errors else 200)


def _course(page: TraineePage, cohort_id: int) -> ToCome:
    found = next((each for each in page.courses if each.cohort.id == cohort_id), None)
    if found is None:
        raise NotFound()
    return found


@blueprint.route(f"{HERE}/courses/<int:cohort_id>", methods=["GET", "POST"])
@for_applicants
def training_days(reference: str, cohort_id: int) -> Response:
    """Which of a course's days they can come to."""
    found, page = own_training(reference)
    course, form = _course(page, cohort_id), DaysForm()
    if form.validate_on_submit():
        try:
            state(
                db.session(), current_user, found.id, cohort_id,
                suits=form.suits.data != NONE, misses=form.missed,
            )  # fmt: skip
            return to_training(found, "courses")
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    if not form.is_submitted() and course.said is not None:
        form.suits.data = NONE if not course.said.suits else SOME if course.said.misses else ALL
        form.misses.data = course.said.misses
    days = [day for day in course.cohort.sessions if day.cancelled_at is None]
    body = render_template(
        "public/training/days.html", application=found, course=course, days=days, form=form,
        may_miss=may_miss(db.session()),
    )  # fmt: skip
    return make_response(body, 422 if form.errors else 200)


@blueprint.post(f"{HERE}/courses/<int:cohort_id>/wait")
@for_applicants
def wait_for_training(reference: str, cohort_id: int) -> Response:
    """Waits for a place in a full course, or waits no more."""
    found, page = own_training(reference)
    course = _course(page, cohort_id)
    act = waiting_list.leave if course.waits else waiting_list.wait
    act(db.session(), current_user, found.id, cohort_id)
    return to_training(found, "courses")


@blueprint.get(f"{HERE}/dates.ics")
@for_applicants
def training_dates(reference: str) -> Response:
    """Every day for their own calendar: each keeps its identity, so that one that moves replaces its old self."""
    found, page = with_place(reference)
    settings: Settings = current_app.config["PORTAL"]
    link = settings.base_url.rstrip("/") + url_for("public.training", reference=found.reference)
    assert page.cohort is not None and page.trainee is not None
    course = page.cohort.course.course.name
    events = [event_of(day.session, page.trainee.id, course=course, description=link) for day in page.days]
    response = make_response(calendar(course, events, prodid="-//Volunteer portal//EN", now=clock.now()))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="training.ics"'
    return response
