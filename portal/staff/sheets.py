"""An interviewer's pages: the interviews of one's panels, saying whether one knows somebody, one's own sheet, then the
agreed one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from flask import Response, current_app, flash, make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Relation
from portal.domain.interviews import agreeing, sheets
from portal.domain.interviews.agreeing import Seated
from portal.domain.interviews.questions import Asked, asked_in
from portal.domain.interviews.reopenings import SayWhy
from portal.domain.interviews.sheets import OwnSheet
from portal.domain.interviews.sittings import Sitting, my_sitting, my_sittings
from portal.domain.interviews.writing import RECOMMENDATION_WORDS, NotAllMarked, StaleSheet, TooManyWords, Written
from portal.domain.journeys.standing_aside import stand_aside
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.sheets import ANCHORS, AsideForm, ReopenForm, SheetForm, sheet_form
from portal.staff.sign_in import go
from portal.web.guards import requires
from portal.web.pages import page_or_fragment, wants_fragment
from portal.web.setup import outside_of

SCORE = Permission.SCORE_INTERVIEWS
COMPLETE = "complete"
ANEW = "Your panel agreed anew while you had this open. Look at it first"
OWN_COMPLETE = "Your sheet is complete. You see now what the others wrote."


@blueprint.get("/interviews/sheets")
@requires(SCORE)
def interview_sheets() -> Response:
    """One's own interviews, day by day: what is to be written first, then what comes, then what is done."""
    found = my_sittings(db.session(), current_user)
    to_do = [each for each in found if not each.aside and each.begun and each.writable and _mine_to_do(each)]
    done = [each for each in found if each not in to_do and (each.agreed or not each.writable or each.begun)]
    coming = [each for each in found if each not in to_do and each not in done]
    parts = [("to-do", "To write", to_do), ("coming", "To come", coming), ("done", "Seen", done[::-1])]
    return page_or_fragment(
        "staff/sheets/mine.html", "main", parts=[(key, title, _by_day(each)) for key, title, each in parts if each],
        counts={"to_do": len(to_do), "coming": len(coming)}, first=to_do[0] if to_do else None,
    )  # fmt: skip


def _mine_to_do(each: Sitting) -> bool:
    return not each.own_complete or each.missing == 0


def _by_day(found: list[Sitting]) -> list[tuple[Any, list[Sitting]]]:
    days = groupby(found, key=lambda each: (clock.london(each.starts_at).date(), each.venue, each.campaign))
    return [(key, list(each)) for key, each in days]


@blueprint.route("/interviews/sheets/<int:booking_id>", methods=["GET", "POST"])
@requires(SCORE)
def interview_sheet(booking_id: int) -> AnyResponse:
    """Who knows whom comes first; then one's own sheet. A field that was left is kept quietly."""
    session, keys = db.session(), outside_of(current_app).keys
    sitting = my_sitting(session, current_user, booking_id)
    if not sitting.declared:
        return _declaring(sitting, AsideForm(formdata=None))
    if sitting.own_complete and request.method == "GET":
        return go(url_for("staff.agreed_sheet", booking_id=booking_id))
    own = sheets.own_sheet(session, keys, current_user, booking_id)
    form = sheet_form(own.questions)
    if request.method == "GET":
        form.show(own.written, own.version, own.questions)
        return _own_page(own, form)
    return _sent(own, form, sheets.save_sheet, sheets.complete_sheet)


@blueprint.post("/interviews/sheets/<int:booking_id>/no-conflict")
@requires(SCORE)
def declare_no_conflict(booking_id: int) -> AnyResponse:
    """One does not know them: the sheet opens."""
    sheets.declare_unknown(db.session(), current_user, booking_id)
    return go(url_for("staff.interview_sheet", booking_id=booking_id))


@blueprint.route("/interviews/sheets/<int:booking_id>/know", methods=["GET", "POST"])
@requires(SCORE)
def know_applicant(booking_id: int) -> AnyResponse:
    """One knows them: off the sheet, and the recruiters see that somebody else is needed."""
    sitting, form = my_sitting(db.session(), current_user, booking_id), AsideForm()
    if form.validate_on_submit():
        stand_aside(db.session(), current_user, booking_id, Relation(form.relation.data))
        flash("Thank you. You are off this interview, and the recruiters see that somebody else is needed.")
        return go(url_for("staff.interview_sheets"))
    return _declaring(sitting, form)


def _declaring(sitting: Sitting, form: AsideForm) -> Response:
    body = render_template("staff/sheets/declare.html", sitting=sitting, form=form)
    return make_response(body, 422 if form.errors else 200)


Save = Callable[..., int]
Finish = Callable[..., None]


def _sent(shown: OwnSheet | Seated, form: SheetForm, save: Save, finish: Finish) -> AnyResponse:
    """Keeps what was sent, then completes it where that was pressed; problems stand beside their fields."""
    session, keys, booking_id = db.session(), outside_of(current_app).keys, shown.sitting.booking_id
    if not form.validate():
        return _again(shown, form)
    wanted = form.written(shown.questions)
    try:
        form.version.data = save(session, keys, current_user, booking_id, wanted, form.version.data)
        if COMPLETE in request.form:
            finish(session, keys, current_user, booking_id)
            return _completed(shown)
    except StaleSheet as stale:
        return _clash(shown, form, stale, wanted)
    except NotAllMarked as refusal:
        for each in shown.questions:
            if each.id in refusal.missing:
                form[f"p{each.id}"].errors = [f"Question {each.position}: give 1 to 5 points"]
        if refusal.recommendation:
            form.recommendation.errors = ["Say what you recommend"]
        return _again(shown, form)
    except TooManyWords as refusal:
        form[refusal.field].errors = [refusal.message]
        return _again(shown, form)
    if wants_fragment():
        return _saved(form, f"Saved {clock.london(clock.now()):%H:%M:%S}")
    flash("Saved.")
    return go(request.path)


def _completed(shown: OwnSheet | Seated) -> AnyResponse:
    if isinstance(shown, OwnSheet):
        flash(OWN_COMPLETE if shown.sitting.missing == 0 else "Your sheet is complete.")
        return go(url_for("staff.agreed_sheet", booking_id=shown.sitting.booking_id))
    flash(f"{shown.sitting.name}: agreed.")
    return go(url_for("staff.interview_sheets"))


def _again(shown: OwnSheet | Seated, form: SheetForm) -> Response:
    if wants_fragment():
        words = "Not saved yet: " + next(iter(form.errors.values()))[0].lower()
        return _saved(form, words, status=422)
    return _page(shown, form, status=422)


def _clash(shown: OwnSheet | Seated, form: SheetForm, stale: StaleSheet, wanted: Written) -> Response:
    """Both. The page holds what was typed and now carries the newest version; a quiet save only says so."""
    if wants_fragment():
        return _saved(form, "Changed somewhere else. Save to see both.", status=422)
    form.version.data = stale.version
    return _page(shown, form, status=409, changes=_differences(shown.questions, stale.now, wanted))


def _differences(questions: list[Asked], theirs: Written, yours: Written) -> list[dict[str, str]]:
    found: list[tuple[str, str, str]] = []
    for each in questions:
        had, typed = theirs.given(each.id), yours.given(each.id)
        found.append((f"{each.position}. Points", str(had.points or ""), str(typed.points or "")))
        found.append((f"{each.position}. Words", had.words, typed.words.strip()))
    one, other = (RECOMMENDATION_WORDS[each] if each else "" for each in (theirs.recommendation, yours.recommendation))
    found += [("Recommendation", one, other), ("In all", theirs.words, yours.words.strip())]
    return [{"label": label, "theirs": one, "yours": other} for label, one, other in found if one != other]


def _saved(form: SheetForm, words: str, *, status: int = 200) -> Response:
    return make_response(render_template("staff/sheets/_saved.html", form=form, saved=words), status)


def _page(shown: OwnSheet | Seated, form: SheetForm, *, status: int, changes: Any = ()) -> Response:
    if isinstance(shown, OwnSheet):
        return _own_page(shown, form, status=status, changes=changes)
    return _table_page(shown, form, status=status, changes=changes)


def _own_page(own: OwnSheet, form: SheetForm, *, status: int = 200, changes: Any = ()) -> Response:
    body = render_template(
        "staff/sheets/sheet.html", own=own, sitting=own.sitting, form=form, changes=list(changes), anchors=ANCHORS,
        saved="Kept as you last saved it" if own.version else "", here=request.path,
    )  # fmt: skip
    return make_response(body, status)


@blueprint.post("/interviews/sheets/<int:booking_id>/reopen")
@requires(SCORE)
def reopen_sheet(booking_id: int) -> AnyResponse:
    """Opens what the panel agreed again, with the reason; it is agreed as before."""
    session, keys, form = db.session(), outside_of(current_app).keys, ReopenForm()
    try:
        agreeing.reopen(session, keys, current_user, booking_id, form.why.data or "", form.version.data)
    except (SayWhy, TooManyWords, StaleSheet) as refusal:
        stale = isinstance(refusal, StaleSheet)
        form.why.errors = [ANEW if stale else refusal.message]
        shown = agreeing.table(session, keys, current_user, booking_id)
        form.version.data = shown.version  # of what the page shows now
        blank = sheet_form(shown.questions)
        blank.show(shown.begun, shown.version, shown.questions)
        return _table_page(shown, blank, status=409 if stale else 422, again=form)
    flash("The sheet is open again. The recruiters do not count it until you have agreed.")
    return go(url_for("staff.agreed_sheet", booking_id=booking_id))


@blueprint.route("/interviews/sheets/<int:booking_id>/agreed", methods=["GET", "POST"])
@requires(SCORE)
def agreed_sheet(booking_id: int) -> AnyResponse:
    """All see all, and settle on one; to somebody whose own sheet is not complete, their own."""
    session, keys = db.session(), outside_of(current_app).keys
    try:
        shown = agreeing.table(session, keys, current_user, booking_id)
    except agreeing.OwnFirst:
        if request.method == "POST":
            raise
        return go(url_for("staff.interview_sheet", booking_id=booking_id))
    form = sheet_form(shown.questions)
    if request.method == "GET":
        form.show(shown.begun, shown.version, shown.questions)
        return _table_page(shown, form)
    return _sent(shown, form, agreeing.save_agreed, agreeing.complete_agreed)


def _table_page(
    shown: Seated, form: SheetForm, *, status: int = 200, changes: Any = (), again: ReopenForm | None = None
) -> Response:
    names = staff_names(db.session(), shown.everybody)
    again = again or ReopenForm(formdata=None, version=shown.version)
    body = render_template(
        "staff/sheets/agreed.html", table=shown, sitting=shown.sitting, form=form, changes=list(changes),
        names=names, waiting=[names[each.staff_id] for each in shown.members if not each.aside and not each.complete],
        recommendations=RECOMMENDATION_WORDS, open=shown.ready and shown.agreed_at is None and shown.sitting.writable,
        saved="Kept as one of you last saved it" if shown.version else "", again=again, me=current_user.id,
        here=url_for("staff.agreed_sheet", booking_id=shown.booking_id),
    )  # fmt: skip
    return make_response(body, status)


@blueprint.get("/interviews/sheets/<int:booking_id>/blank")
@requires(SCORE)
def blank_sheet(booking_id: int) -> AnyResponse:
    """A sheet to print and write on by hand."""
    sitting = my_sitting(db.session(), current_user, booking_id)
    if not sitting.declared:
        raise sheets.NotDeclared()
    questions = asked_in(db.session(), sitting.campaign_id)
    body = render_template(
        "staff/sheets/blank.html", sitting=sitting, questions=questions, anchors=ANCHORS, campaign=sitting.campaign,
        recommendations=list(RECOMMENDATION_WORDS.values()),
    )  # fmt: skip
    return make_response(body)
