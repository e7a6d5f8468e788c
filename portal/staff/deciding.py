"""Deciding on one application: provisional, seen as the letter it makes, undone, released; and opening it again."""

from __future__ import annotations

from flask import Response, current_app, flash, request
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.refusals import NotEditable
from portal.domain.applications.rules import Act, By, may_move, moves_from
from portal.domain.casework import deciding
from portal.domain.casework.as_seen import as_seen
from portal.domain.casework.models import Decision, Verdict
from portal.domain.casework.outcomes import reopened_letter
from portal.domain.casework.verdicts import (
    ACT_OF,
    VERDICT_WORDS,
    DecisionChanged,
    ReasonNeeded,
    Wanted,
    may_come_to,
    reason_sentence,
)
from portal.domain.journeys.releasing import letter_to_be, release_decided
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.services.mail import Letter
from portal.staff.door import blueprint
from portal.staff.forms.casework import DecideForm, ReopenForm, SeenForm
from portal.staff.opening import Clash, Difference, asked, back_to, clash_of, sent_application
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.setup import outside_of

DECIDED = ("decision.made", "decision.undone", "decision.released")


def verdicts_from(found: Application) -> list[Verdict]:
    """The verdicts that can be come to from here, in the order of the table of moves."""
    acts = {act: verdict for verdict, act in ACT_OF.items() if may_come_to(found.state, verdict)}
    return [acts[move.act] for move in moves_from(found.state, By.RECRUITER) if move.act in acts]


@blueprint.route("/applications/<reference>/decide", methods=["GET", "POST"])
@requires(Permission.MOVE_APPLICATIONS)
def decide(reference: str) -> Response:
    """A provisional decision: the form, then the letter it would make, then the act."""
    found = sent_application(Permission.MOVE_APPLICATIONS, reference)
    now = deciding.provisional(db.session(), [found.id]).get(found.id)
    form, offered = DecideForm(), verdicts_from(found)
    if not offered:
        raise NotEditable()
    form.offer(offered)
    if not form.is_submitted():
        form.show(now)
    elif form.validate() and "change" not in request.form:
        return _decided(found, form) if "confirm" in request.form else _preview(found, form)
    return asked("decide", form, found, now=now)


def _preview(found: Application, form: DecideForm) -> Response:
    wanted = form.wanted()
    if wanted.verdict is Verdict.DECLINE and not wanted.reason:
        refused_beside_field(form, ReasonNeeded(field="reason"))
        return asked("decide", form, found, now=None)
    letter = _letter(found, *letter_to_be(db.session(), found, wanted))
    return asked("preview", form, found, wanted=wanted, verdict=VERDICT_WORDS[wanted.verdict], letter=letter)


def _decided(found: Application, form: DecideForm) -> Response:
    session, wanted = db.session(), form.wanted()
    try:
        deciding.decide(
            session, current_user, found.id, wanted.verdict, reason=wanted.reason, feedback=wanted.feedback,
            reserve_place=wanted.reserve_place, seen=form.seen.data,
        )  # fmt: skip
    except DecisionChanged:
        now = deciding.provisional(session, [found.id]).get(found.id)
        form.seen.data = now.id if now else 0
        return asked("decide", form, found, now=now, clash=_clash(found, now, wanted))
    except ReasonNeeded as refusal:
        refused_beside_field(form, refusal)
        return asked("decide", form, found, now=None)
    flash("Decided, provisionally. The applicant does not know until you release it.")
    return back_to(found.reference, "next")


@blueprint.post("/applications/<reference>/decide/undo")
@requires(Permission.MOVE_APPLICATIONS)
def undo_decision(reference: str) -> Response:
    """Takes a provisional decision back; one made since the page was opened stays."""
    found, form, session = sent_application(Permission.MOVE_APPLICATIONS, reference), SeenForm(), db.session()
    if deciding.provisional(session, [found.id]):
        with as_seen(session, found.id, form.seen.data):
            deciding.undo_decision(session, current_user, found.id)
        flash("The decision is taken back.")
    return back_to(reference, "next")


@blueprint.route("/applications/<reference>/release", methods=["GET", "POST"])
@requires(Permission.MODERATE, step_up=True)
def release_decision(reference: str) -> Response:
    """Tells the applicant now, after showing the letter once more."""
    found, form = sent_application(Permission.MODERATE, reference), SeenForm()
    now = deciding.provisional(db.session(), [found.id]).get(found.id)
    if now is None:
        return back_to(reference, "next")  # released already, or taken back
    if form.validate_on_submit():
        with as_seen(db.session(), found.id, form.seen.data):
            gone = release_decided(db.session(), current_user, found.id)
        flash("Released. The letter is on its way." if gone else "It has moved on: nothing was released.")
        return back_to(reference, "next")
    form.seen.data = now.id
    letter = _letter(found, *letter_to_be(db.session(), found, now))
    return asked("release", form, found, verdict=VERDICT_WORDS[now.verdict], letter=letter)


@blueprint.route("/applications/<reference>/reopen", methods=["GET", "POST"])
@requires(Permission.MOVE_APPLICATIONS)
def reopen(reference: str) -> Response:
    """An ended application goes on where it was, for a reason; the applicant is told."""
    found, form = sent_application(Permission.MOVE_APPLICATIONS, reference), ReopenForm()
    if not may_move(found.state, Act.REOPEN, By.RECRUITER):
        raise NotEditable()
    if form.validate_on_submit():
        try:
            deciding.reopen(db.session(), current_user, found.id, form.reason.data)
            flash("The application is open again. The applicant has been told.")
            return back_to(reference, "next")
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return asked("reopen", form, found, letter=_letter(found, *reopened_letter(found)))


def _letter(found: Application, name: str, context: dict[str, object]) -> Letter:
    """The very letter that would go out."""
    letters = outside_of(current_app).letters
    return letters.write(name, context, recipient=found.applicant.email, message_id="preview")


def _clash(found: Application, now: Decision | None, wanted: Wanted) -> Clash:
    theirs = (VERDICT_WORDS[now.verdict], reason_sentence(now.reason), now.feedback) if now else ("no decision", "", "")
    yours = (VERDICT_WORDS[wanted.verdict], reason_sentence(wanted.reason), wanted.feedback)
    labels = ("Decision", "Reason", "Advice")
    found_apart = [Difference(*each) for each in zip(labels, theirs, yours, strict=True) if each[1] != each[2]]
    return clash_of(found, DECIDED, *found_apart)
