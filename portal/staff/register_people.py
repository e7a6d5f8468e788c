"""Beside the register's rows: one person's minutes, reason, notes and history; walk-ins; who stands in."""

from __future__ import annotations

from flask import Response, current_app, flash, redirect, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.attendance import marking, notes, substitutes
from portal.domain.attendance.history import history
from portal.domain.attendance.marking import MarkWish
from portal.domain.attendance.models import MarkSource, Presence
from portal.domain.attendance.notes import NoteWish
from portal.domain.attendance.roster import Entry, Roster
from portal.domain.attendance.words import REASONS, WHYS, Said
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training.models import TrainingSession
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.register import DayNoteForm, OneForm, SubstituteForm, WalkInForm
from portal.staff.register import DAY, KEEP, after_mark, new_key, the_day, the_roster
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

QUICK = (5, 10, 15, 20, 30)  # minutes late, at one press
P = Presence


@blueprint.route(f"{DAY}/trainees/<int:trainee_id>", methods=["GET", "POST"])
@requires(KEEP)
def register_trainee(cohort_id: int, session_id: int, trainee_id: int) -> AnyResponse:
    """Everything a row has no room for: minutes, excused with a reason, taking back, and what was said so far."""
    found = the_roster(cohort_id, session_id)
    entry, form = found.entry(trainee_id), OneForm()
    if request.method == "GET":
        _as_it_stands(form, entry)
    elif form.validate():
        wish = _wish(form, entry, read_one(request.form.get("press", ""), form))
        try:
            return after_mark(cohort_id, session_id, marking.mark(db.session(), current_user, session_id, wish))
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            refused_beside_field(form, refusal)
    return _one_page(found, entry, form)


def _as_it_stands(form: OneForm, entry: Entry) -> None:
    form.late.data, form.left.data = entry.said.late or None, entry.said.left or None
    form.seen.data, form.key.data = str(entry.version), new_key()


def read_one(press: str, form: OneForm) -> Said:
    """What a button of the page says. Raises NotFound for what no page of ours sends."""
    kind, _, value = press.partition(".")
    if kind == "minutes":
        return Said(P.PRESENT, form.late.data or 0, form.left.data or 0)
    if kind in {"late", "left"} and value.isascii() and value.isdigit() and len(value) < 4:
        late = int(value) if kind == "late" else form.late.data or 0
        return Said(P.PRESENT, late, int(value) if kind == "left" else form.left.data or 0)
    if kind == "excused" and value in REASONS:
        return Said(P.EXCUSED, reason=value)
    if press == "unmarked":
        return Said(P.UNMARKED)
    raise NotFound()


def _wish(form: OneForm, entry: Entry, said: Said) -> MarkWish:
    seen = form.seen.data or ""
    return MarkWish(
        key=f"{form.key.data or ''}-{entry.trainee_id}-{said.choice}-{said.late}-{said.left}",
        trainee_id=entry.trainee_id,
        presence=said.presence,
        late=said.late,
        left=said.left,
        reason=said.reason,
        source=MarkSource.REGISTER,
        why=form.given_why,
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0,
        made_at=clock.now(),
    )


def _one_page(found: Roster, entry: Entry, form: OneForm, *, note: str = "", note_problem: str = "") -> Response:
    session, day = db.session(), found.session
    return page_or_fragment(
        "staff/register/trainee.html", "page", status=422 if form.errors or note_problem else 200, roster=found,
        day=day, entry=entry, form=form, quick=QUICK, leaves=_minutes_left(day), reasons=REASONS, whys=WHYS,
        note_key=new_key(), note=note, note_problem=note_problem,
        notes=notes.notes_of(session, outside_of(current_app).keys, current_user, day.id, trainee_id=entry.trainee_id),
        history=history(session, day.id, entry.trainee_id),
    )  # fmt: skip


def _minutes_left(day: TrainingSession) -> int:
    """How early somebody would be who left now; none outside the class."""
    now = clock.now()
    return int((day.ends_at - now).total_seconds()) // 60 if day.starts_at <= now < day.ends_at else 0


@blueprint.route(f"{DAY}/notes", methods=["GET", "POST"])
@requires(KEEP)
def register_notes(cohort_id: int, session_id: int) -> AnyResponse:
    """Notes of the day, and people who came without being listed."""
    the_day(cohort_id, session_id)
    walks_in = "walk_in_name" in request.form
    form, walk_in = DayNoteForm(formdata=None), WalkInForm(formdata=None)
    if request.method == "POST":
        sent: DayNoteForm | WalkInForm = WalkInForm() if walks_in else DayNoteForm()
        form, walk_in = (form, sent) if isinstance(sent, WalkInForm) else (sent, walk_in)
        if sent.validate():
            text = sent.walk_in_name.data if isinstance(sent, WalkInForm) else sent.text.data
            kept = _kept(session_id, NoteWish(sent.key.data or "", None, walks_in, text or "", clock.now()), sent)
            if kept:
                return _to_notes(cohort_id, session_id)
    for each in (form, walk_in):
        each.key.data = each.key.data or new_key()
    return page_or_fragment(
        "staff/register/notes.html", "page", status=422 if form.errors or walk_in.errors else 200, walk_in=walk_in,
        form=form, failed_form=walk_in if walk_in.errors else form, roster=the_roster(cohort_id, session_id),
        day=the_day(cohort_id, session_id),
        notes=notes.notes_of(db.session(), outside_of(current_app).keys, current_user, session_id),
    )  # fmt: skip


def _kept(session_id: int, wish: NoteWish, form: FlaskForm) -> bool:
    try:
        notes.write(db.session(), outside_of(current_app).keys, current_user, session_id, wish)
    except Refusal as refusal:
        refused_beside_field(form, refusal)
        return False
    flash("Noted." if wish.walk_in else "The note is kept.")
    return True


def _to_notes(cohort_id: int, session_id: int) -> AnyResponse:
    return redirect(url_for("staff.register_notes", cohort_id=cohort_id, session_id=session_id), 303)


@blueprint.post(f"{DAY}/trainees/<int:trainee_id>/note")
@requires(KEEP)
def note_on_register(cohort_id: int, session_id: int, trainee_id: int) -> AnyResponse:
    """A note about one person on this day."""
    found = the_roster(cohort_id, session_id)
    entry, text = found.entry(trainee_id), request.form.get("text", "")
    wish = NoteWish(request.form.get("key", ""), trainee_id, False, text, clock.now())
    try:
        notes.write(db.session(), outside_of(current_app).keys, current_user, session_id, wish)
    except Refusal as refusal:
        form = OneForm(formdata=None)
        _as_it_stands(form, entry)
        return _one_page(found, entry, form, note=text, note_problem=refusal.message)
    flash("The note is kept.")
    address = url_for("staff.register_trainee", cohort_id=cohort_id, session_id=session_id, trainee_id=trainee_id)
    return redirect(f"{address}#notes", 303)


@blueprint.post(f"{DAY}/notes/<int:note_id>/dealt-with")
@requires(KEEP)
def deal_with_walk_in(cohort_id: int, session_id: int, note_id: int) -> AnyResponse:
    """Somebody has seen to a walk-in."""
    the_day(cohort_id, session_id)
    notes.deal_with(db.session(), current_user, session_id, note_id)
    return _to_notes(cohort_id, session_id)


@blueprint.post(f"{DAY}/notes/<int:note_id>/take-back")
@requires(KEEP)
def take_back_note(cohort_id: int, session_id: int, note_id: int) -> AnyResponse:
    """One's own note is read no more."""
    the_day(cohort_id, session_id)
    notes.take_back(db.session(), current_user, session_id, note_id)
    flash("Taken back.")
    return _to_notes(cohort_id, session_id)


@blueprint.route(f"{DAY}/trainers", methods=["GET", "POST"])
@requires(KEEP)
def register_trainers(cohort_id: int, session_id: int) -> AnyResponse:
    """Who teaches the day; a substitute is added here."""
    found, form, session = the_roster(cohort_id, session_id), SubstituteForm(), db.session()
    form.offer(substitutes.who_could(session, session_id))
    if form.validate_on_submit():
        try:
            substitutes.add(session, current_user, session_id, form.staff_id.data)
            flash("They can open this day's register now.")
            return _to_trainers(cohort_id, session_id)
        except Refusal as refusal:
            refusal.field = "staff_id" if refusal.field else None
            refused_beside_field(form, refusal)
    return page_or_fragment(
        "staff/register/trainers.html", "page", status=422 if form.errors else 200, form=form, roster=found,
        day=found.session, teaching=substitutes.teaching(session, session_id),
    )  # fmt: skip


@blueprint.post(f"{DAY}/trainers/<int:staff_id>/remove")
@requires(KEEP)
def remove_substitute(cohort_id: int, session_id: int, staff_id: int) -> AnyResponse:
    """Takes a substitute off again."""
    the_day(cohort_id, session_id)
    substitutes.remove(db.session(), current_user, session_id, staff_id)
    return (
        _to_trainers(cohort_id, session_id) if staff_id != current_user.id else redirect(url_for("staff.my_work"), 303)
    )


def _to_trainers(cohort_id: int, session_id: int) -> AnyResponse:
    return redirect(url_for("staff.register_trainers", cohort_id=cohort_id, session_id=session_id), 303)
