"""Courses: what is taught, version by version."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.accounts.rules import Permission
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training import course_editing as acts
from portal.domain.training import courses as reads
from portal.domain.training.course_editing import MOST_MODULES, DraftChanged, problems
from portal.domain.training.courses import Reading, draft_of
from portal.domain.training.shipped import DayRow, ModuleRow
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.courses import PATTERNS, DayForm, FactsForm, NewCourseForm, Versioned
from portal.staff.opening import Clash, Difference
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment

EDIT = Permission.EDIT_COURSES
BLANK = ModuleRow("", "", 0)


def to_course(slug: str, *, draft: bool = False) -> AnyResponse:
    return redirect(url_for("staff.draft_course" if draft else "staff.course", slug=slug), 303)


@blueprint.get("/courses")
@requires(EDIT)
def courses() -> Response:
    """Every course, with what is published and what is being written."""
    return page_or_fragment("staff/courses/list.html", "main", lines=reads.listed(db.session()), patterns=PATTERNS)


@blueprint.route("/courses/new", methods=["GET", "POST"])
@requires(EDIT)
def new_course() -> AnyResponse:
    form = NewCourseForm()
    form.offer(reads.schemes(db.session()))
    if form.validate_on_submit():
        try:
            scheme_id = int(form.scheme_id.data) if form.scheme_id.data else None
            made = acts.make_course(
                db.session(), current_user, form.name.data or "", form.summary.data or "", scheme_id
            )  # fmt: skip
            return to_course(made.slug, draft=True)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return page_or_fragment("staff/courses/new.html", "main", status=422 if form.errors else 200, form=form)


@blueprint.get("/courses/<slug>")
@requires(EDIT)
def course(slug: str) -> Response:
    """One version as it is taught; `?version=` names an older one."""
    found = reads.read(db.session(), slug, request.args.get("version", type=int))
    return page_or_fragment(
        "staff/courses/course.html", "main", reading=found, course=found.course, patterns=PATTERNS,
        draft=draft_of(found.course),
    )  # fmt: skip


@blueprint.post("/courses/<slug>/begin")
@requires(EDIT)
def begin_course_version(slug: str) -> AnyResponse:
    """The next version, as a copy of what is taught now."""
    acts.begin_version(db.session(), current_user, reads.one_course(db.session(), slug).id)
    return to_course(slug, draft=True)


@blueprint.post("/courses/<slug>/archive")
@requires(EDIT)
def archive_course(slug: str) -> AnyResponse:
    """Puts a course away, or takes it out again."""
    away = "back" not in request.form
    acts.put_away(db.session(), current_user, reads.one_course(db.session(), slug).id, away=away)
    flash("It is put away. No new cohort is made of it." if away else "Cohorts can be made of it again.")
    return redirect(url_for("staff.courses"), 303)


@blueprint.route("/courses/<slug>/draft", methods=["GET", "POST"])
@requires(EDIT)
def draft_course(slug: str) -> AnyResponse:
    """The version that is being written: its facts, its days, and what is still wrong."""
    found, form = reads.read_draft(db.session(), slug), FactsForm()
    if not form.is_submitted():
        form.show(found.version)
    elif form.validate():
        try:
            acts.edit_facts(db.session(), current_user, found.version.id, form.facts, seen=form.seen_version)
            flash("Saved.")
            return to_course(slug, draft=True)
        except DraftChanged:
            found = reads.read_draft(db.session(), slug)
            form.seen.data = str(found.version.version)
            return _draft_page(form, found, Clash(_differences(found, form), "Somebody else", None))
    return _draft_page(form, found)


def _differences(found: Reading, form: FactsForm) -> list[Difference]:
    yours, version = form.facts, found.version
    both = (
        ("When it is taught", PATTERNS[version.pattern], PATTERNS[yours.pattern]),
        ("Weeks", str(version.every_weeks), str(yours.every_weeks)),
        ("Days that must be attended", str(version.least_days), str(yours.least_days)),
        ("What trainees bring", version.bring, yours.bring.strip()),
        ("What is new", version.change_note, yours.change_note.strip()),
    )
    return [Difference(*each) for each in both if each[1] != each[2]]


def _draft_page(form: FactsForm, found: Reading, clash: Clash | None = None) -> Response:
    return page_or_fragment(
        "staff/courses/draft.html", "main", status=409 if clash else 422 if form.errors else 200, form=form,
        reading=found, course=found.course, wrong=list(problems(found)), clash=clash,
    )  # fmt: skip


@blueprint.post("/courses/<slug>/publish")
@requires(EDIT)
def publish_course(slug: str) -> AnyResponse:
    found = reads.read_draft(db.session(), slug)
    try:
        acts.publish_version(db.session(), current_user, found.version.id)
    except acts.NotACourse as refusal:
        flash(f"Not published: {refusal.message[0].lower()}{refusal.message[1:]}.")
        return to_course(slug, draft=True)
    flash(f"Version {found.version.number} is published. New cohorts are made of it.")
    return to_course(slug)


@blueprint.post("/courses/<slug>/discard")
@requires(EDIT)
def discard_draft(slug: str) -> AnyResponse:
    found = reads.read_draft(db.session(), slug)
    alone = len(found.course.versions) == 1
    acts.discard_version(db.session(), current_user, found.version.id)
    flash("The draft is thrown away.")
    return redirect(url_for("staff.courses"), 303) if alone else to_course(slug)


@blueprint.route("/courses/<slug>/draft/days/<int:number>", methods=["GET", "POST"])
@requires(EDIT)
def draft_day(slug: str, number: int) -> AnyResponse:
    """One day and what it teaches; the number after the last is a new one."""
    found = reads.read_draft(db.session(), slug)
    rows = found.rows
    if not 1 <= number <= len(rows) + 1:
        raise NotFound()
    form, row = DayForm(), rows[number - 1] if number <= len(rows) else _after(rows)
    if not form.is_submitted():
        form.seen.data = str(found.version.version)
        form.show(row)
        return _day_page(form, found, number)
    fine = form.validate()
    act, _, place = request.form.get("act", "save").partition("-")
    if act in {"add", "drop"}:
        form.forget_problems()
        if act == "add":
            form.add(BLANK)
        elif place.isdigit():
            form.drop(int(place))
        return _day_page(form, found, number)
    if fine:
        return _day_saved(form, found, number)
    return _day_page(form, found, number)


def _after(rows: tuple[DayRow, ...]) -> DayRow:
    """A day like the one before it, without its modules."""
    starts, ends = (rows[-1].starts, rows[-1].ends) if rows else (9 * 60, 17 * 60)
    return DayRow(1, f"Day {len(rows) + 1}", starts, ends, (BLANK,))


def _day_saved(form: DayForm, found: Reading, number: int) -> AnyResponse:
    others = {each.code for place, row in enumerate(found.rows, 1) if place != number for each in row.modules}
    row = form.row(others)
    known = others | {each.code for each in row.modules}
    unknown = [need for each in row.modules for need in each.needs if need not in known]
    if form.seen_version != found.version.version:
        return _stale_day(form, found, number)
    if row.ends <= row.starts:
        form.ends.errors = ["It must end after it starts"]
    elif unknown:
        form.form_errors.append(f"No module is called {unknown[0]}. The names are listed below.")
    else:
        try:
            acts.set_day(db.session(), current_user, found.version.id, number, row, seen=form.seen_version)
            flash(f"Day {number} is saved.")
            return to_course(found.course.slug, draft=True)
        except DraftChanged:
            return _stale_day(form, reads.read_draft(db.session(), found.course.slug), number)
        except acts.NotACourse as refusal:
            form.form_errors.append(refusal.message)
    return _day_page(form, found, number)


def _stale_day(form: DayForm, found: Reading, number: int) -> Response:
    form.seen.data = str(found.version.version)
    form.form_errors.append("Somebody else changed this draft. Save again to keep this day as it is here.")
    return _day_page(form, found, number, status=409)


def _day_page(form: DayForm, found: Reading, number: int, *, status: int = 0) -> Response:
    return page_or_fragment(
        "staff/courses/day.html", "main", status=status or (422 if form.problems() else 200), form=form,
        reading=found, course=found.course, number=number, most=MOST_MODULES,
    )  # fmt: skip


@blueprint.post("/courses/<slug>/draft/days/<int:number>/remove")
@requires(EDIT)
def remove_draft_day(slug: str, number: int) -> AnyResponse:
    found = reads.read_draft(db.session(), slug)
    acts.remove_day(db.session(), current_user, found.version.id, number, seen=Versioned().seen_version)
    flash(f"Day {number} is gone; the others have moved up.")
    return to_course(slug, draft=True)


@blueprint.post("/courses/<slug>/draft/days/<int:number>/move")
@requires(EDIT)
def move_draft_day(slug: str, number: int) -> AnyResponse:
    found = reads.read_draft(db.session(), slug)
    acts.shift_day(
        db.session(), current_user, found.version.id, number, up=request.form.get("way") == "up",
        seen=found.version.version,  # a press moves the day as it lies now
    )  # fmt: skip
    return to_course(slug, draft=True)
