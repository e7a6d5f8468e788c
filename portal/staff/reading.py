"""Reading one application blind: score it criterion by criterion, finish, or hand it on. Its address holds no more than
the reading's own number, and its page is made from a blind packet alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, flash, make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Relation
from portal.domain.campaigns.criteria import CriterionNow, full_marks
from portal.domain.refusals import NotFound, Refusal
from portal.domain.shortlisting import assigning, reporting, scoring
from portal.domain.shortlisting.models import Round, Triage
from portal.domain.shortlisting.packets import BlindPacket, blind_packet
from portal.domain.shortlisting.queries import next_reading, waiting_count
from portal.domain.shortlisting.refusals import AlreadyFinished, Kept, PointsNeeded, StaleScore
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.shortlisting import LookForm, PieceForm, RelationForm, ScoreForm
from portal.staff.sign_in import go
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import wants_fragment
from portal.web.setup import outside_of

SCORE = Permission.SCORE_BLIND
LEAVING = "back"


def _packet(public_id: str) -> BlindPacket:
    return blind_packet(db.session(), outside_of(current_app).keys, current_user, public_id)


@blueprint.get("/shortlisting/read/<public_id>")
@requires(SCORE)
def reading(public_id: str) -> AnyResponse:
    """Where to go on: the first criterion without a score, the look over all of them, or the quick look."""
    packet = _packet(public_id)
    if packet.round is Round.TRIAGE:
        return _look_page(packet, LookForm())
    if packet.to_score and packet.completed_at is None:
        return go(_at(packet, packet.to_score[0]))
    return _page("review", packet)


@blueprint.route("/shortlisting/read/<public_id>/<int:position>", methods=["GET", "POST"])
@requires(SCORE)
def score(public_id: str, position: int) -> AnyResponse:
    """One criterion beside the answer it judges. A field that was left is kept quietly; the button goes on."""
    packet = _packet(public_id)
    criterion = next((each for each in packet.criteria if each.position == position), None)
    if criterion is None or packet.round is not Round.SCORE:
        raise NotFound()
    if packet.completed_at is not None and request.method == "GET":
        return go(url_for("staff.reading", public_id=public_id))
    form = ScoreForm.of(packet, packet.given.get(criterion.id))
    if request.method == "GET":
        return _score_page(packet, criterion, form)
    try:
        if form.validate():
            _save(packet, criterion, form)
    except StaleScore as stale:
        return _clash(packet, criterion, form, stale.kept)
    except Refusal as refusal:
        if refusal.status in {403, 404} or not _shown_beside(form, refusal):
            raise
        return _score_page(packet, criterion, form, status=refusal.status)
    if wants_fragment():
        return _kept(packet.public_id, criterion)
    return go(_onwards(packet, criterion))


def _save(packet: BlindPacket, criterion: CriterionNow, form: ScoreForm) -> None:
    scoring.save_score(
        db.session(), current_user, packet.public_id, criterion.id, form.chosen, form.words.data or "", form.seen,
        form.wishes,
    )  # fmt: skip
    if form.chosen is None and not wants_fragment() and LEAVING not in request.form:
        raise PointsNeeded()


def _shown_beside(form: ScoreForm, refusal: Refusal) -> bool:
    """A refusal about this page's own fields, or of a reading that a fragment asked about, stays on the page."""
    refused_beside_field(form, refusal)
    return refusal.field is not None or wants_fragment()


def _clash(packet: BlindPacket, criterion: CriterionNow, form: ScoreForm, kept: Kept) -> Response:
    """Both values. The page holds what was typed and now carries the newest version; a quiet save only says so."""
    if wants_fragment():
        return _score_page(packet, criterion, form, status=422, saved="Changed in another tab. Save to see both.")
    form.now(kept.version, kept.reading_version)
    changes = [
        {"label": label, "theirs": theirs, "yours": yours}
        for label, theirs, yours in (
            ("Points", str(kept.points or ""), str(form.chosen or "")),
            ("Words you relied on", kept.words, form.words.data or ""),
            ("Moderation", "asked for" if kept.asks_moderation else "", "asked for" if form.asks.data else ""),
            ("Why it must not go on", kept.veto, form.veto.data or ""),
        )
        if theirs != yours
    ]
    return _score_page(packet, criterion, form, status=409, changes=changes, at=kept.at)


def _kept(public_id: str, criterion: CriterionNow) -> Response:
    packet = _packet(public_id)
    form = ScoreForm.of(packet, packet.given.get(criterion.id))
    given = packet.given.get(criterion.id)
    form.now(given.version if given else 0, packet.version)
    return _score_page(packet, criterion, form, saved=f"Saved {clock.london(clock.now()):%H:%M:%S}")


def _score_page(
    packet: BlindPacket, criterion: CriterionNow, form: ScoreForm, *, status: int = 200, saved: str = "", **more: Any
) -> Response:
    given = packet.given.get(criterion.id)
    words = saved or (f"Saved {clock.london(given.at):%H:%M:%S}" if given else "")
    if status == 422 and wants_fragment() and not saved:
        words = "Not saved yet: " + next(iter(form.errors.values()))[0].lower()
    context: dict[str, Any] = {"changes": [], "at": None} | more
    return _page(
        "score", packet, status=status, criterion=criterion, form=form, saved=words,
        answers=packet.answers_to(criterion), before=_beside(packet.criteria, criterion, -1),
        after=_beside(packet.criteria, criterion, 1), **context,
    )  # fmt: skip


def _page(name: str, packet: BlindPacket, *, status: int = 200, **context: Any) -> Response:
    if wants_fragment() and name == "score":
        body = render_template("staff/shortlisting/_saved.html", **context)
    else:
        full = full_marks(packet.criteria)
        left, _first_due = waiting_count(db.session(), current_user.id)
        body = render_template(
            f"staff/shortlisting/{name}.html", packet=packet, blind=True, full=full, left=left,
            nav_counts={"staff.shortlisting": left}, **context,
        )  # fmt: skip
    return make_response(body, status)


def _beside(criteria: Sequence[CriterionNow], criterion: CriterionNow, step: int) -> CriterionNow | None:
    return next((each for each in criteria if each.position == criterion.position + step), None)


def _at(packet: BlindPacket, criterion: CriterionNow) -> str:
    return url_for("staff.score", public_id=packet.public_id, position=criterion.position)


def _onwards(packet: BlindPacket, criterion: CriterionNow) -> str:
    """The next criterion, or the look over all of them; back to the one before, or the list, where that was pressed."""
    back = LEAVING in request.form
    beside = _beside(packet.criteria, criterion, -1 if back else 1)
    if beside is not None:
        return _at(packet, beside)
    return url_for("staff.shortlisting") if back else url_for("staff.reading", public_id=packet.public_id)


@blueprint.post("/shortlisting/read/<public_id>/finish")
@requires(SCORE)
def finish_reading(public_id: str) -> AnyResponse:
    """The scores stand as they are; on to the next."""
    packet = _packet(public_id)
    scoring.complete(db.session(), current_user, public_id)
    return _next(packet, "is finished")


@blueprint.post("/shortlisting/read/<public_id>/look")
@requires(SCORE)
def look(public_id: str) -> AnyResponse:
    """A quick look's verdict."""
    packet, form = _packet(public_id), LookForm()
    if form.validate_on_submit():
        try:
            scoring.look(db.session(), current_user, public_id, Triage(form.verdict.data), form.reason.data or "")
            return _next(packet, "is looked at")
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    if packet.round is not Round.TRIAGE:
        raise NotFound()
    return _look_page(packet, form, 422)


def _look_page(packet: BlindPacket, form: LookForm, status: int = 200) -> Response:
    return _page("look", packet, status=status, form=form)


def _next(packet: BlindPacket, done: str) -> AnyResponse:
    following = next_reading(db.session(), current_user.id)
    flash(f"{packet.alias} {done}. {'Here is the next.' if following else 'You have nothing more to read.'}")
    if following is None:
        return go(url_for("staff.shortlisting"))
    return go(url_for("staff.reading", public_id=following))


@blueprint.route("/shortlisting/read/<public_id>/know", methods=["GET", "POST"])
@requires(SCORE)
def know_person(public_id: str) -> AnyResponse:
    """The reader thinks they know whose this is: somebody else reads it."""
    packet, form = _packet(public_id), RelationForm()
    if packet.completed_at is not None:
        raise AlreadyFinished()
    if form.validate_on_submit():
        assigning.step_down(db.session(), current_user, packet.assignment_id, Relation(form.relation.data))
        return _next(packet, "goes to somebody else, and will not come back to you")
    return _page("know", packet, status=422 if form.errors else 200, form=form)


@blueprint.route("/shortlisting/read/<public_id>/shows-who", methods=["GET", "POST"])
@requires(SCORE)
def shows_who(public_id: str) -> AnyResponse:
    """Something still tells whose this is: it is hidden at once, and a recruiter looks at it."""
    packet, form = _packet(public_id), PieceForm()
    if form.validate_on_submit():
        try:
            reporting.report_piece(db.session(), current_user, public_id, form.piece.data or "")
            flash("Thank you. Those words are hidden, and a recruiter looks at it. You can go on.")
            return go(url_for("staff.reading", public_id=public_id))
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    return _page("shows_who", packet, status=422 if form.errors else 200, form=form)
