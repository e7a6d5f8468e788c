"""Offers of places: every campaign's, one campaign's board, and one person's."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, Channel, State
from portal.domain.applications.refusals import NotEditable
from portal.domain.applications.rules import Act, By, may_move
from portal.domain.journeys import offering
from portal.domain.offers import making, promoting
from portal.domain.offers.answering import accept
from portal.domain.offers.courses import course_of, first_day
from portal.domain.offers.letters import names_of
from portal.domain.offers.models import OfferAnswer
from portal.domain.offers.places import places_left
from portal.domain.offers.queries import Board, board_of, offered_campaign, summaries
from portal.domain.offers.requirements import due_later, outstanding
from portal.domain.offers.rules import ANSWER_DAYS, DeclineReason, answer_by, last_moment
from portal.domain.offers.standing import Stand, Standing, standing_of
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.offers import AnswerForm, KeepOpenForm, LapseForm, MakeForm, TakeBackForm
from portal.staff.opening import asked, back_to, sent_application
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.wording import day

M = Permission.MAKE_OFFERS


@blueprint.get("/offers")
@requires(M)
def offers() -> Response:
    """Campaigns with offers, the soonest course first."""
    return make_response(render_template("staff/offers/list.html", rows=summaries(db.session(), current_user)))


@blueprint.get("/offers/<slug>")
@requires(M)
def offers_of(slug: str) -> Response:
    """Places, who has been offered one, the reserve list in its order, and who waits for this course."""
    board = board_of(db.session(), current_user, slug)
    page = render_template(
        "staff/offers/board.html", board=board, begins=first_day(board.campaign), squares=_squares(board),
        open_to_offers=promoting.may_still_begin(board.campaign),
    )  # fmt: skip
    return make_response(page)


def _squares(board: Board) -> list[tuple[str, int]]:
    """The places as a strip: how many of each kind. Those beyond the viewer's reach are held all the same."""
    accepted, waiting, late = len(board.accepted), len(board.waiting), len(board.late)
    elsewhere = max(0, board.held - accepted - waiting - late)
    kinds = [("taken", accepted), ("elsewhere", elsewhere), ("waiting", waiting), ("late", late), ("free", board.left)]
    return [(kind, count) for kind, count in kinds if count]


@blueprint.post("/offers/<slug>/stop")
@requires(M)
def stop_promotion(slug: str) -> Response:
    """The reserve list moves by hand only, from now on."""
    found = offered_campaign(db.session(), current_user, slug)
    promoting.stop(db.session(), current_user, found.id)
    flash("The reserve list no longer moves by itself.")
    return redirect(url_for("staff.offers_of", slug=slug), 303)  # type: ignore[return-value]


@blueprint.post("/offers/<slug>/restart")
@requires(M)
def restart_promotion(slug: str) -> Response:
    """It moves by itself again; what came free meanwhile is offered at once."""
    found = offered_campaign(db.session(), current_user, slug)
    promoting.restart(db.session(), current_user, found.id)
    while promoting.promote_next(db.session(), found.id) is not None:
        pass
    flash("The reserve list moves by itself again.")
    return redirect(url_for("staff.offers_of", slug=slug), 303)  # type: ignore[return-value]


@blueprint.route("/applications/<reference>/offer", methods=["GET", "POST"])
@requires(M)
def make_offer(reference: str) -> Response:
    """Offers a place; where one is open, what can be done about it."""
    found, session, form = sent_application(M, reference), db.session(), MakeForm()
    if form.validate_on_submit():
        making.offer(session, current_user, found.id)
        flash("The place is offered. The mail is on its way.")
        return back_to(reference)
    standing = standing_of(session, found)
    if standing is not None:
        return _open(found, standing)
    if not may_move(found.state, Act.OFFER, By.RECRUITER):
        raise NotEditable()
    return asked("offer", form, found, **_to_be(found))


def _to_be(found: Application) -> dict[str, Any]:
    """What would be offered now; raises NoLaterCourse or CourseBegun."""
    session, today = db.session(), clock.today()
    course = course_of(session, found)
    until = last_moment(today, setting_value(session, ANSWER_DAYS, today), first_day(course))
    return {
        "course": course,
        "begins": first_day(course),
        "left": places_left(session, course.id),
        "until": answer_by(until),
        "needs": names_of(outstanding(session, found.id)),
        "later": names_of(due_later(session, found.id)),
        "in_reserve": found.state is State.RESERVE,
    }


def _open(found: Application, standing: Standing, form: FlaskForm | None = None) -> Response:
    """An offer that stands, with every form there is for it; `form` is the one that was sent."""
    forms: dict[str, Any] = {"keep": KeepOpenForm(formdata=None), "back": TakeBackForm(formdata=None)}
    forms |= {"lapse": LapseForm(formdata=None), "answer": AnswerForm(formdata=None)}
    for each in (forms["keep"], forms["back"], forms["lapse"]):
        each.version.data = standing.offer.version
    for name, each in forms.items():
        if form is not None and type(each) is type(form):
            forms[name] = form
    return asked(
        "offer_open", form or MakeForm(formdata=None), found, standing=standing, forms=forms,
        waits=standing.stand in {Stand.OPEN, Stand.EXPIRED}, by_phone=found.channel is not Channel.ONLINE,
    )  # fmt: skip


def _held(reference: str) -> tuple[Application, Standing]:
    found = sent_application(M, reference)
    standing = standing_of(db.session(), found)
    if standing is None:
        raise NotFound()
    return found, standing


@blueprint.post("/applications/<reference>/offer/keep-open")
@requires(M)
def keep_offer_open(reference: str) -> Response:
    """More time to answer, or less."""
    (found, standing), form = _held(reference), KeepOpenForm()
    if form.validate_on_submit() and form.until.data is not None:
        try:
            kept = making.keep_open(db.session(), current_user, found.id, form.until.data, seen=form.version.data)
            flash(f"They have until {day(answer_by(kept.expires_at))}. The mail is on its way.")
            return back_to(reference)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    return _open(found, standing, form)


@blueprint.post("/applications/<reference>/offer/take-back")
@requires(M)
def take_offer_back(reference: str) -> Response:
    """Frees the place; its holder goes to the reserve list."""
    (found, standing), form = _held(reference), TakeBackForm()
    if form.validate_on_submit():
        making.take_back(db.session(), current_user, found.id, form.reason.data, seen=form.version.data)
        flash("The offer is taken back. The mail is on its way.")
        return back_to(reference)
    return _open(found, standing, form)


@blueprint.post("/applications/<reference>/offer/lapse")
@requires(M)
def let_offer_lapse(reference: str) -> Response:
    """Ends what was not answered in time."""
    (found, standing), form = _held(reference), LapseForm()
    if form.validate_on_submit():
        making.lapse(db.session(), current_user, found.id, seen=form.version.data)
        flash("The application has lapsed, and its place is free. The mail is on its way.")
        return back_to(reference)
    return _open(found, standing, form)


@blueprint.post("/applications/<reference>/offer/answer")
@requires(M)
def answer_for_them(reference: str) -> Response:
    """The answer of somebody who applied by telephone or on paper."""
    (found, standing), form, session = _held(reference), AnswerForm(), db.session()
    if not form.validate_on_submit():
        return _open(found, standing, form)
    match OfferAnswer(form.answer.data):
        case OfferAnswer.ACCEPTED:
            accept(session, current_user, found.id)
        case OfferAnswer.DEFERRED:
            offering.defer(session, current_user, found.id)
        case _:
            offering.decline(session, current_user, found.id, DeclineReason(form.because.data))
    flash("Their answer is recorded. The mail is on its way.")
    return back_to(reference)
