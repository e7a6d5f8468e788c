"""The register on paper: a sheet to print, and a page on which a marked one is typed in quickly."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, flash, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.attendance import marking
from portal.domain.attendance.marking import MarkWish, Outcome
from portal.domain.attendance.models import MarkSource, Presence
from portal.domain.attendance.paper_sheet import LETTERS, read_lines
from portal.domain.attendance.roster import Entry, Roster
from portal.domain.attendance.words import REASONS, WHYS, Said
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.register import DAY, KEEP, new_key, the_roster, to_register
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.wording import plural


@blueprint.get(f"{DAY}/sheet")
@requires(KEEP)
def register_sheet(cohort_id: int, session_id: int) -> Response:
    """A sheet to print, with room for marks."""
    found = the_roster(cohort_id, session_id)
    return page_or_fragment(
        "staff/register/sheet.html", "main", roster=found, day=found.session, letters=LETTERS, reasons=REASONS,
        now=clock.now(),
    )  # fmt: skip


@blueprint.route(f"{DAY}/entry", methods=["GET", "POST"])
@requires(KEEP)
def register_entry(cohort_id: int, session_id: int) -> AnyResponse:
    """One box a line, in the sheet's order. Nothing is kept unless all of it can be read; nothing typed is lost."""
    found = the_roster(cohort_id, session_id)
    if request.method == "GET":
        return _page(found, {}, {})
    boxes = {each.trainee_id: request.form.get(f"t{each.trainee_id}", "") for each in found.entries}
    said, unread = read_lines(boxes)
    problems = {f"t{key}": words for key, words in unread.items()}
    if "rest" in request.form:
        said |= {each.trainee_id: Said(Presence.PRESENT) for each in found.entries if _is_rest(each, boxes)}
    why = request.form.get("why") or None
    if found.is_over and said and why not in WHYS:
        problems["why"] = "Choose why this is entered after the day"
    if not problems:
        problems = _kept(found, said, why)
    if problems:
        return _page(found, request.form, problems)
    return to_register(cohort_id, session_id)


def _is_rest(each: Entry, boxes: Mapping[int, str]) -> bool:
    return each.expected and not boxes[each.trainee_id].strip()


def _kept(found: Roster, said: Mapping[int, Said], why: str | None) -> dict[str, str]:
    """Each line by itself, under the page's key: sent again, what was kept is kept already. What is refused is told
    beside its box."""
    key, problems, differing = request.form.get("key", ""), {}, 0
    for trainee_id, words in said.items():
        seen = request.form.get(f"seen{trainee_id}", 0, type=int)
        wish = MarkWish(
            f"{key}-{trainee_id}-{words.choice}-{words.late}-{words.left}", trainee_id, words.presence, words.late,
            words.left, words.reason, MarkSource.PAPER, why, seen, clock.now(),
        )  # fmt: skip
        try:
            done = marking.mark(db.session(), current_user, found.session.id, wish)
            differing += done.outcome is Outcome.CONFLICT
        except Refusal as refusal:
            problems[f"t{trainee_id}"] = refusal.message
    if not problems:
        _tell(len(said) - differing, differing)
    return problems


def _tell(kept: int, differing: int) -> None:
    if kept:
        flash(f"{plural(kept, 'mark')} kept.")
    if differing:
        flash(
            f"{plural(differing, 'person was', 'people were')} marked otherwise by a colleague. Choose which is right."
        )


def _page(found: Roster, typed: Mapping[str, str], problems: Mapping[str, str]) -> Response:
    return page_or_fragment(
        "staff/register/entry.html", "page", status=422 if problems else 200, roster=found, day=found.session,
        letters=LETTERS, reasons=REASONS, whys=WHYS, why=typed.get("why", "paper"), typed=typed, problems=problems,
        key=typed.get("key") or new_key(), errors=problems,
    )  # fmt: skip
