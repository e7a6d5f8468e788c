"""Moderating a campaign's sift under aliases: the board, and the line through it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.settings.queries import setting_values
from portal.domain.shortlisting.board import Board, Policy, board_of
from portal.domain.shortlisting.cutting import Cut
from portal.domain.shortlisting.setting_line import MOST_RESERVES, NoSuchLine, StaleLine
from portal.domain.shortlisting.setting_line import set_line as keep_line
from portal.domain.shortlisting.sift import sift_of
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.moderation import LineForm
from portal.staff.moderating import ALL, AROUND, TO_SETTLE, page_of, points
from portal.web.guards import requires
from portal.web.pages import page_or_fragment

M = Permission.MODERATE


def board_for(slug: str, asked: Cut | None = None) -> Board:
    """The campaign's board as the viewer may see it."""
    session = db.session()
    read = setting_values(session, ("near_line_points", "agreement_least", "reserves_suggested"), clock.today())
    policy = Policy(read["near_line_points"], read["agreement_least"], read["reserves_suggested"])
    return board_of(sift_of(session, current_user, slug), policy, asked)


@blueprint.get("/shortlisting/<slug>")
@requires(M)
def moderation(slug: str) -> Response:
    """The board; `line` and `reserves` in the address look at another line without setting it."""
    form = LineForm(request.args, meta={"csrf": False})
    asked = Cut(form.score(), form.reserves.data) if form.validate() else None
    if asked is not None and not 0 <= asked.reserves <= MOST_RESERVES:
        asked = None
    show = request.args.get("show", AROUND)
    return page_or_fragment(
        "staff/moderation/board.html", "board",
        **_page(board_for(slug, asked), show if show in {ALL, TO_SETTLE} else AROUND),
    )  # fmt: skip


def _page(board: Board, show: str) -> dict[str, Any]:
    set_at = board.sift.cut.score
    return page_of(board, show) | {"set_at": points(set_at) if set_at is not None else ""}


@blueprint.post("/shortlisting/<slug>/line")
@requires(M)
def set_line(slug: str) -> AnyResponse:
    """Sets the line, and with it a provisional decision for everybody whose score is final."""
    form = LineForm()
    back = redirect(url_for("staff.moderation", slug=slug), 303)
    if not form.validate():
        board_for(slug)  # to somebody who may not see it, it is not there
        raise NoSuchLine(next(iter(form.errors.values()))[0])
    cut = Cut(form.score(), form.reserves.data)
    try:
        made = keep_line(db.session(), current_user, slug, cut, form.version.data or 0)
    except StaleLine as stale:
        return _stale(slug, stale, cut)
    flash(f"The line is at {points(cut.score)}. {made} provisional decisions made or changed. Nobody has been told.")
    return back


def _stale(slug: str, stale: StaleLine, cut: Cut) -> Response:
    """Both lines side by side: keep theirs, or set this one over it."""
    body = render_template(
        "staff/moderation/stale.html",
        board=board_for(slug, cut),
        theirs=stale.now,
        changes=[
            {"label": "Line", "theirs": points(stale.now.score or 0), "yours": points(cut.score)},
            {"label": "In reserve", "theirs": str(stale.now.reserves), "yours": str(cut.reserves)},
        ],
        line=points(cut.score),
        reserves=cut.reserves,
        leave=url_for("staff.moderation", slug=slug),
    )
    return Response(body, 409)
