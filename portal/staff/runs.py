"""Runs: how far each act on many has come, what became of everybody, stopping it, and taking it back."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.bulk import queries, running
from portal.domain.bulk.acts import WHY
from portal.domain.bulk.models import ItemState, Run, RunState
from portal.domain.bulk.queries import Standing
from portal.domain.casework.verdicts import reason_sentence
from portal.domain.journeys.bulk_acts import ACTS
from portal.domain.journeys.bulk_messages import Draft
from portal.extensions import db
from portal.staff.bulk_words import WORDS
from portal.staff.door import blueprint
from portal.web.guards import requires, unattended
from portal.web.pages import page_or_fragment
from portal.web.wording import plural

caseworkers = requires(Permission.SEE_APPLICATIONS)
STATES = {
    RunState.RUNNING: ("Under way", "now"),
    RunState.FINISHED: ("Finished", "soft"),
    RunState.STOPPED: ("Stopped", "warn"),
    RunState.UNDOING: ("Being undone", "now"),
    RunState.UNDONE: ("Undone", "soft"),
}
GOING_ON = frozenset(running.GOING_ON)


@blueprint.get("/runs")
@caseworkers
def runs() -> Response:
    """What the viewer began, newest first."""
    asked = request.args.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    found, older = queries.own_runs(db.session(), current_user, before=before)
    body = render_template(
        "staff/bulk/runs.html",
        runs=[_line(run) for run in found],
        older=url_for("staff.runs", before=older) if older else None,
        newest=url_for("staff.runs") if before is not None else None,
    )
    return make_response(body)


def _line(run: Run) -> dict[str, Any]:
    label, look = STATES[run.state]
    return {
        "number": run.id,
        "title": WORDS[run.act].noun,
        "people": plural(run.total, "person", "people"),
        "at": run.created_at,
        "state": label,
        "look": look,
        "total": run.total,
        "done": run.done,
        "left_out": run.left_out,
        "turns": run.done + run.left_out,
        "going": run.state is RunState.RUNNING,
    }


@blueprint.get("/runs/<int:number>")
@unattended
@caseworkers
def run(number: int) -> Response:
    """One run; the fragment is its progress, asked for every two seconds until the end."""
    session = db.session()
    found = queries.own_run(session, current_user, number)
    stands = queries.standing(session, found)
    left_state = ItemState.LEFT_OUT
    left, left_on = queries.lines(session, current_user, found, left_state, why=True, after=_after("left"))
    done, done_on = queries.lines(session, current_user, found, ItemState.DONE, why=False, after=_after("done"))
    kept, _more = queries.lines(session, current_user, found, ItemState.DONE, why=True)
    ended = found.state not in GOING_ON
    can, _cannot = queries.undoable(session, current_user, ACTS, found) if ended and stands.done else (0, {})
    return page_or_fragment(
        "staff/bulk/run.html",
        "progress",
        run=_line(found),
        words=WORDS[found.act],
        about=_about(found),
        stands=stands,
        told=_told(found, stands),
        announced=_announced(found, stands),
        going=not ended,
        undoing=found.state in {RunState.UNDOING, RunState.UNDONE},
        permission_lost=found.why == "permission",
        can_undo=can,
        done=[_person(row) for row in done],
        left=[_person(row) | {"why": WHY[row.why]} for row in left],
        kept=[_person(row) | {"why": WHY[row.why]} for row in kept],
        left_on=url_for("staff.run", number=number, left=left_on, _anchor="left-out") if left_on else None,
        done_on=url_for("staff.run", number=number, done=done_on, _anchor="done") if done_on else None,
    )


def _after(name: str) -> int:
    asked = request.args.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0


def _told(found: Run, stands: Standing) -> str:
    """How far it has come, to be read out."""
    if found.state is RunState.UNDOING:
        return f"{stands.undone:,} of {stands.undone + stands.done + stands.kept:,} undone"
    if found.state is RunState.UNDONE:
        return f"Undone for {plural(stands.undone, 'person', 'people')}" + (
            f", not for {stands.kept:,}" if stands.kept else ""
        )
    turns = stands.done + stands.kept + stands.left_out
    return f"{turns:,} of {found.total:,}" + (f", {stands.left_out:,} of them left out" if stands.left_out else "")


def _announced(found: Run, stands: Standing) -> str:
    """What is read out, once each: every quarter of the way, and the end."""
    if found.state not in GOING_ON:
        return f"{STATES[found.state][0]}: {_told(found, stands)}"
    turns = stands.undone if found.state is RunState.UNDOING else stands.done + stands.left_out
    return f"{100 * turns // max(1, found.total) // 25 * 25}% done"


def _about(found: Run) -> list[tuple[str, str]]:
    """What the act was given, in words."""
    detail = found.detail
    match found.act:
        case "own":
            owner = detail["owner_id"]
            names = staff_names(db.session(), [owner]) if owner is not None else {}
            return [("New owner", names.get(owner, "Nobody"))]
        case "tag" | "untag":
            return [("Tag", detail["tag"])]
        case "decline":
            told = [("Reason", reason_sentence(detail.get("reason")))]
            return told + ([("Feedback", detail["feedback"])] if detail.get("feedback") else [])
        case "message":
            draft = Draft.of(detail)
            return [("Subject", draft.subject), ("Message", draft.body)]
    return []


def _person(row: Any) -> dict[str, str]:
    name = f"{row.given_name} {row.family_name}".strip() or "No name given"
    return {"reference": row.reference, "name": name}


@blueprint.route("/runs/<int:number>/stop", methods=["GET", "POST"])
@caseworkers
def stop_run(number: int) -> Response:
    """Asks first; nobody further has their turn."""
    session = db.session()
    found = queries.own_run(session, current_user, number)
    if request.method == "POST":
        running.stop(session, current_user, number)
        return _to(number)
    if found.state not in GOING_ON:
        return _to(number)
    stands = queries.standing(session, found)
    return _ask("stop", found, stands=stands, undoing=found.state is RunState.UNDOING)


@blueprint.route("/runs/<int:number>/undo", methods=["GET", "POST"])
@caseworkers
def undo_run(number: int) -> Response:
    """Says first what can be undone and what no longer can."""
    session = db.session()
    found = queries.own_run(session, current_user, number)
    if request.method == "POST":
        running.undo_run(session, current_user, ACTS, number)
        return _to(number)
    can, cannot = queries.undoable(session, current_user, ACTS, found)
    if found.state in GOING_ON or not can:
        flash("There is nothing in this run that can be undone now.")
        return _to(number)
    return _ask("undo", found, can=can, cannot=[(WHY[code], count) for code, count in cannot.items()])


def _ask(page: str, found: Run, **facts: Any) -> Response:
    return make_response(render_template(f"staff/bulk/{page}.html", run=_line(found), words=WORDS[found.act], **facts))


def _to(number: int) -> Response:
    return redirect(url_for("staff.run", number=number), 303)  # type: ignore[return-value]
