"""One application of the sift under its alias: both readings beside the answers, and settling where they differ."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import State
from portal.domain.refusals import Refusal
from portal.domain.shortlisting import settling
from portal.domain.shortlisting.packets import masked_answers
from portal.domain.shortlisting.ranking import Line
from portal.domain.shortlisting.side_by_side import SideBySide, side_by_side
from portal.domain.shortlisting.sift import Sift, in_address, line_under
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.moderation import SettleForm, settle_form
from portal.staff.moderating import points
from portal.staff.moderation import board_for
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.setup import outside_of

M = Permission.MODERATE


@blueprint.route("/shortlisting/<slug>/settle/<alias>", methods=["GET", "POST"])
@requires(M)
def settle(slug: str, alias: str) -> AnyResponse:
    """What both readers gave and said; a form where a moderator must settle it, or has."""
    session = db.session()
    sift, line = line_under(session, current_user, slug, alias)
    sides = side_by_side(session, line.application_id, sift.criteria)
    form = settle_form(sift.criteria)
    if not form.is_submitted():
        _show(form, sides)
        form.version.data = sides.version
    elif form.validate():
        try:
            return _settled(sift, line, sides, form)
        except settling.StaleSettling:
            return _clash(slug, alias, form)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(sift, line, sides, form, status=422 if form.errors else 200)


def _settled(sift: Sift, line: Line, sides: SideBySide, form: SettleForm) -> AnyResponse:
    settling.settle(
        db.session(), current_user, line.application_id, form.points(sift.criteria), form.reason.data,
        form.version.data, uphold_veto=sides.vetoed and form.uphold.data,
    )  # fmt: skip
    left = board_for(sift.campaign.slug).differing
    more = f"{len(left)} more to settle: here is the next." if left else "Apply the line to decide with the new scores."
    flash(f"{line.alias} is settled. {more}")
    slug = sift.campaign.slug
    if not left:
        return redirect(url_for("staff.moderation", slug=slug), 303)
    return redirect(url_for("staff.settle", slug=slug, alias=in_address(left[0].line.alias)), 303)


def _show(form: SettleForm, sides: SideBySide) -> None:
    """What was settled before; where both readers gave the same, those points are chosen already."""
    for one in sides.judged:
        same = one.given[0].points if one.given and not one.apart else None
        chosen = one.settled if one.settled is not None else same
        form[f"c{one.criterion.id}"].data = str(chosen) if chosen is not None else None
    form.reason.data, form.uphold.data = sides.reason, sides.veto_upheld


def _clash(slug: str, alias: str, form: SettleForm) -> Response:
    """Somebody settled it meanwhile: theirs and yours, and a form that now knows their version."""
    session = db.session()
    sift, line = line_under(session, current_user, slug, alias)
    now = side_by_side(session, line.application_id, sift.criteria)
    typed = form.points(sift.criteria)
    changes = [
        {"label": one.criterion.title, "theirs": str(one.settled or ""), "yours": str(typed[one.criterion.id])}
        for one in now.judged
        if one.settled != typed[one.criterion.id]
    ]
    if now.reason != form.reason.data.strip():
        changes.append({"label": "Why", "theirs": now.reason, "yours": form.reason.data})
    form.version.data = now.version
    return _page(sift, line, now, form, status=409, changes=changes)


def _page(
    sift: Sift,
    line: Line,
    sides: SideBySide,
    form: SettleForm,
    *,
    status: int,
    changes: list[dict[str, str]] | None = None,
) -> Response:
    answers = masked_answers(db.session(), outside_of(current_app).keys, line.application_id)
    judged = {each.question_id for each in sift.criteria}
    body = render_template(
        "staff/moderation/settle.html",
        campaign=sift.campaign,
        answers=[each for each in answers if each.question_id not in judged],
        answer_of={each.question_id: each for each in answers},
        line=line,
        sides=sides,
        form=form,
        changes=changes or [],
        may_settle=line.state in settling.SETTLEABLE and line.road is State.SUBMITTED,
        score=points(line.score) if line.score is not None else "",
        totals={mark.seat: mark.total for mark in line.done},
        here=url_for("staff.settle", slug=sift.campaign.slug, alias=in_address(line.alias)),
    )
    return make_response(body, status)
