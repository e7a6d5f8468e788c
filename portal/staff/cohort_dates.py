"""A cohort's days: all of them, one changed, one called off, one added."""

from __future__ import annotations

from flask import Response, flash, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.interviews import venues
from portal.domain.journeys import training_days
from portal.domain.journeys.training_days import Preview
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training import listing, moving, planning, seeing
from portal.domain.training.clashes import DoubleBooked
from portal.domain.training.models import Cohort, TrainingSession
from portal.domain.training.moving import DayChanged, DayPlan
from portal.extensions import db
from portal.staff.cohorts import to_dates
from portal.staff.door import blueprint
from portal.staff.forms.cohorts import DayForm, ExtraDayForm, OffForm
from portal.staff.forms.interviews import People
from portal.staff.opening import Clash, Difference
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.wording import plural
from portal.web.written import day_shown, time_shown

P = Permission


@blueprint.get("/cohorts/<int:cohort_id>/dates")
@requires(P.SEE_COHORTS)
def cohort_dates(cohort_id: int) -> Response:
    """Every day: when, what, where, by whom. Whoever plans changes them from here."""
    session = db.session()
    found = seeing.cohort(session, current_user, cohort_id)
    days = listing.days_of(session, found)
    return page_or_fragment(
        "staff/cohorts/dates.html", "main", cohort=found, days=days, now=clock.now(), reasons=moving.CANCEL_REASONS,
        plans=seeing.may_plan(current_user, found), taken=listing.taken_in(session, found.id),
        expected=training_days.expected(session, [each.session.id for each in days]),
    )  # fmt: skip


def _day(cohort_id: int, session_id: int) -> tuple[Cohort, TrainingSession]:
    """A day of a cohort the viewer plans. Raises NotFound."""
    found = seeing.cohort(db.session(), current_user, cohort_id, P.PLAN_COHORTS)
    day = next((each for each in found.sessions if each.id == session_id), None)
    if day is None:
        raise NotFound()
    return found, day


@blueprint.route("/cohorts/<int:cohort_id>/dates/<int:session_id>", methods=["GET", "POST"])
@requires(P.PLAN_COHORTS)
def edit_day(cohort_id: int, session_id: int) -> AnyResponse:
    """Moves a day or gives it another room or trainers; whom that hits is shown before anything is kept."""
    found, day = _day(cohort_id, session_id)
    form = DayForm()
    taught = moving.trainers_of(db.session(), [day.id])[day.id]
    people = _offer(form, taught)
    if not form.is_submitted():
        form.show(moving.plan_of(day, taught), day.version)
        return _day_page(form, found, day)
    if not form.validate():
        return _day_page(form, found, day)
    try:
        seen = training_days.preview(db.session(), current_user, day, form.plan)
        if request.form.get("act") != "save":
            return _day_page(form, found, day, preview=seen)
        changed = training_days.move_day(db.session(), current_user, session_id, form.plan, seen=form.seen)
        flash(_kept(seen) if changed.before is not None and found.published_at is not None else "Saved.")
        return to_dates(cohort_id)
    except DayChanged:
        return _stale_page(form, cohort_id, session_id, people)
    except DoubleBooked:
        form.form_errors.append("Something is in the way. It is marked below; nothing has been changed.")
    except Refusal as refusal:
        if refusal.field is None:
            raise
        refused_beside_field(form, refusal)
        return _day_page(form, *_day(cohort_id, session_id))
    return _day_page(form, *_day(cohort_id, session_id), preview=seen)


def _kept(seen: Preview) -> str:
    told = len(seen.people) + seen.hidden
    return f"The day has changed. {plural(told, 'person', 'people')} told." if told else "The day has changed."


def _stale_page(form: DayForm, cohort_id: int, session_id: int, people: People) -> Response:
    found, day = _day(cohort_id, session_id)
    stands = moving.plan_of(day, moving.trainers_of(db.session(), [day.id])[day.id])
    changes = _differences(stands, form.plan, dict(people))
    form.show(stands, day.version, keep=True)
    return _day_page(form, found, day, clash=Clash(changes, "Somebody else", None))


def _differences(theirs: DayPlan, yours: DayPlan, names: dict[int, str]) -> list[Difference]:
    places = {each.id: each.name for each in venues.in_use(db.session())}

    def words(plan: DayPlan) -> tuple[tuple[str, str], ...]:
        return (
            ("Title", plan.title),
            ("When", f"{day_shown(plan.day)}, {time_shown(plan.starts)} to {time_shown(plan.ends)}"),
            ("Venue", places.get(plan.venue_id or 0, "Not fixed yet")),
            ("Room", plan.room),
            ("It seats", str(plan.room_places or "")),
            ("Trainers", ", ".join(names.get(key, "somebody") for key in plan.trainer_ids)),
            ("What trainers bring", plan.materials),
        )

    pairs = zip(words(theirs), words(yours), strict=True)
    return [Difference(label, theirs, yours) for (label, theirs), (_, yours) in pairs if theirs != yours]


def _offer(form: DayForm, taught: list[int]) -> People:
    """Those who may teach, and whoever does already."""
    people = planning.who_may_teach(db.session(), too=taught)
    form.offer_places(venues.in_use(db.session()), people)
    return people


def _day_page(
    form: DayForm, found: Cohort, day: TrainingSession, *, preview: Preview | None = None, clash: Clash | None = None
) -> Response:
    return page_or_fragment(
        "staff/cohorts/day.html", "main", status=409 if clash else 422 if form.errors else 200, form=form,
        cohort=found, day=day, preview=preview, clash=clash, begun=day.starts_at <= clock.now(),
    )  # fmt: skip


@blueprint.route("/cohorts/<int:cohort_id>/dates/<int:session_id>/cancel", methods=["GET", "POST"])
@requires(P.PLAN_COHORTS)
def cancel_training_day(cohort_id: int, session_id: int) -> AnyResponse:
    """Calls one day off; those who would have come are told."""
    found, day = _day(cohort_id, session_id)
    form = OffForm()
    if form.validate_on_submit():
        try:
            told = training_days.call_off(db.session(), current_user, session_id, form.reason.data)
            flash(f"The day is called off. {plural(told, 'person', 'people')} told.")
            return to_dates(cohort_id)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    people, hidden = training_days.hit_by(db.session(), current_user, session_id)
    return page_or_fragment(
        "staff/cohorts/cancel_day.html", "main", status=422 if form.errors else 200, form=form, cohort=found, day=day,
        people=len(people) + hidden, guests=sum(each.guest for each in people),
    )  # fmt: skip


@blueprint.route("/cohorts/<int:cohort_id>/dates/add", methods=["GET", "POST"])
@requires(P.PLAN_COHORTS)
def add_training_day(cohort_id: int) -> AnyResponse:
    """A day beyond the template's, to make something good on."""
    found = seeing.cohort(db.session(), current_user, cohort_id, P.PLAN_COHORTS)
    form = ExtraDayForm()
    _offer(form, [])
    form.offer_modules([module for day in found.course.days for module in day.modules])
    if not form.is_submitted():
        form.title.data = "Catching up"
    elif form.validate():
        try:
            moving.add_day(db.session(), current_user, cohort_id, form.plan, form.modules)
            flash("The day is added. Whoever missed what it teaches can book it.")
            return to_dates(cohort_id)
        except DoubleBooked as refusal:
            form.form_errors.extend(each.words for each in refusal.clashes)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    return page_or_fragment(
        "staff/cohorts/add.html", "main", status=422 if form.errors else 200, form=form, cohort=found
    )
