"""Two who may be one person, side by side; what is decided of them is a person's act."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request, url_for
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.applications.stages import STATE_WORDS
from portal.domain.duplicates import queries
from portal.domain.duplicates.models import Pair, PairState
from portal.domain.journeys import joining
from portal.domain.journeys.joining import Side
from portal.domain.journeys.leaving import clear_away
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.comparing import compared
from portal.staff.door import blueprint
from portal.staff.forms.duplicates import JoinForm
from portal.staff.sign_in import go
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

SETTLE = Permission.SETTLE_DUPLICATES
REASONS = {
    "born": "same date of birth", "born_slip": "date of birth a slip apart", "name": "same name, or nearly",
    "family_name": "same family name", "given_name": "same first name", "postcode": "same postcode",
    "outward": "near each other", "phone": "same telephone", "address": "same address",
    "email": "e-mail addresses alike",
}  # fmt: skip


@blueprint.get("/duplicates")
@requires(SETTLE)
def duplicates() -> Response:
    """Pairs that wait for a decision, the most alike first."""
    session = db.session()
    pairs = queries.open_pairs(session, current_user)
    sent = queries.sent_by(session, [key for pair in pairs for key in (pair.first_id, pair.second_id)])
    rows = [_row(pair, sent) for pair in pairs]
    return page_or_fragment("staff/duplicates/list.html", "main", rows=rows, done=request.args.get("done", ""))


def _row(pair: Pair, sent: dict[int, list[queries.Sent]]) -> dict[str, Any]:
    return {
        "id": pair.id,
        "people": [
            {"name": f"{newest.given_name} {newest.family_name}".strip(), "reference": newest.reference}
            for newest in (sent[pair.first_id][0], sent[pair.second_id][0])
        ],
        "likeness": pair.likeness,
        "reasons": ", ".join(REASONS[reason] for reason in pair.reasons),
        "found_at": pair.found_at,
    }


@blueprint.route("/duplicates/<int:pair_id>", methods=["GET", "POST"])
@requires(SETTLE, step_up=True)
def duplicate(pair_id: int) -> Response:
    """Side by side, with contact details: that they were compared is recorded. A join is looked at once more."""
    session, form = db.session(), JoinForm()
    pair = queries.visible_pair(session, current_user, pair_id)
    if pair.state is PairState.OPEN and form.validate_on_submit():
        if request.form.get("sure") != "yes":
            return _page(pair, form, sure=True)
        try:
            keys = outside_of(current_app).keys
            stored = joining.join(session, current_user, keys, pair_id, form.chosen)
            clear_away(outside_of(current_app), stored)
            return go(url_for("staff.duplicates", done="joined"))
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    return _page(pair, form, sure=False)


@blueprint.post("/duplicates/<int:pair_id>/apart")
@requires(SETTLE, step_up=True)
def keep_apart(pair_id: int) -> Response:
    """They are two people."""
    pair = queries.visible_pair(db.session(), current_user, pair_id)
    joining.keep_apart(db.session(), current_user, pair.id)
    return go(url_for("staff.duplicates", done="apart"))


def _page(pair: Pair, form: JoinForm, *, sure: bool) -> Response:
    shown = compared(db.session(), outside_of(current_app).keys, current_user, pair)
    return page_or_fragment(
        "staff/duplicates/pair.html", "main", status=422 if form.errors else 200, form=form, sure=sure, pair=pair,
        reasons=[REASONS[reason] for reason in pair.reasons], sides=list(Side), states=STATE_WORDS,
        open=pair.state is PairState.OPEN, **shown,
    )  # fmt: skip
