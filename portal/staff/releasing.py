"""Releasing a campaign's decisions together: who, why, the letters, a number to type, and a run that does it."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.accounts.rules import Permission
from portal.domain.bulk.acts import WHY
from portal.domain.bulk.models import Run
from portal.domain.bulk.previewing import Preview, preview
from portal.domain.bulk.queries import run_of
from portal.domain.bulk.running import Changed, Nobody, begin
from portal.domain.casework.deciding import counted
from portal.domain.casework.models import Verdict
from portal.domain.casework.verdicts import VERDICT_WORDS, reason_sentence
from portal.domain.journeys.releasing import RELEASE, decided_in, detail_of, letters_of
from portal.domain.shortlisting.board import Board
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.moderation import ReleaseForm
from portal.staff.moderating import before_release, points, ready
from portal.staff.moderation import board_for
from portal.web.guards import requires
from portal.web.setup import outside_of

TITLES = {Verdict.SHORTLIST: "Shortlisted", Verdict.RESERVE: "In reserve", Verdict.DECLINE: "Not this time"}


@blueprint.route("/shortlisting/<slug>/release", methods=["GET", "POST"])
@requires(Permission.MODERATE, step_up=True)
def release_shortlist(slug: str) -> AnyResponse:
    """Shows exactly what is sent and to how many; the number typed begins it."""
    board, form, session = board_for(slug), ReleaseForm(), db.session()
    if form.is_submitted() and (begun := run_of(session, current_user, form.token.data)) is not None:
        return _to(begun)  # pressed twice
    apart = (form.apart.data if form.is_submitted() else request.args.get("apart")) == "1"
    ids = decided_in(current_user, board.sift.campaign.id, interviewed=False)
    detail = detail_of(session, ids, board.sift.campaign.name, apart=apart)
    seen = preview(session, current_user, RELEASE, ids, detail)
    problem = ""
    if form.validate_on_submit() and ready(board, apart=apart):
        if form.typed.data.strip().replace(",", "") != str(seen.count):
            form.typed.errors = [f"Type {seen.count}, the number of people who are told"]
        else:
            try:
                token, seal = form.token.data or secrets.token_urlsafe(16), form.seal.data or ""
                return _to(begin(session, current_user, token, RELEASE, ids, detail, seen=seal))
            except (Changed, Nobody) as refusal:
                problem = refusal.message
    elif form.is_submitted() and not form.errors:
        problem = "Something stands in the way now: see below."
    return _page(board, form, seen, apart=apart, problem=problem)


def _to(run: Run) -> AnyResponse:
    return redirect(url_for("staff.run", number=run.id), 303)


def _page(board: Board, form: ReleaseForm, seen: Preview, *, apart: bool, problem: str) -> Response:
    session, campaign = db.session(), board.sift.campaign
    form.token.data = form.token.data or secrets.token_urlsafe(16)
    form.seal.data, form.apart.data = seen.seal, "1" if apart else ""
    found = counted(session, decided_in(current_user, campaign.id, interviewed=False))
    body = render_template(
        "staff/moderation/release.html",
        campaign=campaign,
        form=form,
        seen=seen,
        apart=apart,
        problem=problem,
        may=ready(board, apart=apart),
        before=[one for one in before_release(board) if not one.good],
        waits=len(board.differing) + board.waiting,
        may_apart=not apart and ready(board, apart=True),
        counts=[(title, sum(n for (one, _), n in found.items() if one is each)) for each, title in TITLES.items()],
        reasons=[(reason_sentence(reason), n) for (one, reason), n in found.items() if one is Verdict.DECLINE],
        left_out=[(WHY[code], count) for code, count in seen.left_out.items()],
        letters=[_shown(verdict, alias, letter) for verdict, (alias, letter) in _letters(board).items()],
        line=points(board.cut.score) if board.cut else "",
    )
    return make_response(body, 409 if problem else 422 if form.errors else 200)


def _letters(board: Board) -> dict[Verdict, tuple[str, Any]]:
    """The first of each verdict, in the order of the ranking, and the letter they get."""
    first: dict[Verdict, tuple[str, int]] = {}
    ordered = [each.line for each in board.order] + board.outside
    for line in ordered:
        if line.said is not None and not line.said.released:
            first.setdefault(line.said.verdict, (line.alias, line.application_id))
    letters = letters_of(db.session(), outside_of(current_app).letters, {key: two[1] for key, two in first.items()})
    return {verdict: (first[verdict][0], letters[verdict]) for verdict in Verdict if verdict in first}


def _shown(verdict: Verdict, alias: str, letter: Any) -> dict[str, Any]:
    return {"verdict": VERDICT_WORDS[verdict], "alias": alias, "letter": letter}
