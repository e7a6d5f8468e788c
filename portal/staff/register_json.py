"""The register for the device in a trainer's hand: how it stands, and marks made with or without a signal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response, current_app, jsonify, request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from portal import clock
from portal.domain.accounts.queries import staff_names
from portal.domain.attendance import marking, notes
from portal.domain.attendance.keeping import said_by
from portal.domain.attendance.marking import MarkWish
from portal.domain.attendance.models import Mark, MarkSource, Presence
from portal.domain.attendance.notes import NoteWish
from portal.domain.attendance.roster import NOT_YET, Entry
from portal.domain.attendance.settling import YOURSELF, Differing
from portal.domain.attendance.words import REASONS, WHYS, Said
from portal.domain.audit.actions import Actor, Known
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.register import DAY, KEEP, the_day, the_roster
from portal.web.guards import LARGEST, requires, unattended
from portal.web.setup import outside_of

MOST = 500  # marks, and as many notes, in one go
SOURCES = {MarkSource.REGISTER, MarkSource.SCAN, MarkSource.PAPER}


class Unreadable(Refusal):
    message = "This could not be read."


@blueprint.get(f"{DAY}/state")
@unattended
@requires(KEEP)
def register_state(cohort_id: int, session_id: int) -> Response:
    """The whole register as it stands, with the token that marks are sent with."""
    found = the_roster(cohort_id, session_id)
    walk_ins = notes.waiting_walk_ins(db.session(), [session_id])
    day = found.session
    return jsonify(
        token=generate_csrf(),
        who=current_user.id,
        now=clock.now().isoformat(),
        session={
            "id": day.id, "title": found.title, "subject": found.subject, "cohort": day.cohort.name,
            "starts_at": day.starts_at.isoformat(), "ends_at": day.ends_at.isoformat(),
        },
        reasons=REASONS,
        whys=WHYS,
        trainees=[_trainee(each) for each in found.entries],
        conflicts=[_conflict(each) for each in found.conflicts],
        waiting_walk_ins=walk_ins.get(session_id, 0),
    )  # fmt: skip


def _said(said: Said) -> dict[str, Any]:
    return {"presence": said.presence.value, "late": said.late, "left": said.left, "reason": said.reason}


def _trainee(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.trainee_id,
        "name": entry.name,
        "hint": " · ".join(filter(None, ("" if entry.may_take_part else NOT_YET, entry.hint))),
        "may_take_part": entry.may_take_part,
        "expected": entry.expected,  # "everyone else present" means them too
        "guest": bool(entry.guest),
        "code_hash": entry.code_hash,
        **_said(entry.said),
        "version": entry.version,
        "by": entry.by,
    }


def _conflict(found: Differing) -> dict[str, Any]:
    other = found.other
    made_at = other.at.isoformat()
    return {
        "step": found.step_id,
        "trainee": found.trainee_id,
        **_said(other.said),
        "by": other.by,
        "made_at": made_at,
        "stands": {**_said(found.stands.said), "by": found.stands.by, "made_at": found.stands.at.isoformat()},
    }


@blueprint.post(f"{DAY}/marks")
@requires(KEEP)
def register_marks(cohort_id: int, session_id: int) -> Response:
    """Takes marks and notes in their order, each by itself: a bad one never stops the rest, and sent again they are
    the same ones."""
    the_day(cohort_id, session_id)
    sent = request.get_json(silent=True)
    marks, words = _list(sent, "marks"), _list(sent, "notes")
    trainer = Known(current_user.actor_kind, current_user.actor_id)
    results = [*_marked(trainer, session_id, marks), *_noted(trainer, session_id, words)]
    standing = [result["mark"] for result in results if result["mark"] is not None]
    others = {mark.marked_by for mark in standing if mark.marked_by not in {None, current_user.id}}
    names = {current_user.id: current_user.display_name}
    if others:
        names |= staff_names(db.session(), [key for key in others if key is not None])
    return jsonify(results=[result | {"mark": _mark(result["mark"], names)} for result in results])


def _list(sent: Any, name: str) -> list[Any]:
    found = sent.get(name, []) if isinstance(sent, dict) else None
    if not isinstance(found, list) or len(found) > MOST:
        raise Unreadable()
    return found


def _marked(trainer: Actor, session_id: int, marks: list[Any]) -> Iterator[dict[str, Any]]:
    for each in marks:
        try:
            done = marking.mark(db.session(), trainer, session_id, read_mark(each))
            yield _result(each, done.outcome.value, mark=done.mark)
        except Refusal as refusal:
            yield _result(each, "refused", refusal.message)


def _noted(trainer: Actor, session_id: int, words: list[Any]) -> Iterator[dict[str, Any]]:
    keys = outside_of(current_app).keys
    for each in words:
        try:
            notes.write(db.session(), keys, trainer, session_id, read_note(each))
            yield _result(each, "kept")
        except Refusal as refusal:
            yield _result(each, "refused", refusal.message)


def _result(sent: Any, outcome: str, why: str | None = None, mark: Mark | None = None) -> dict[str, Any]:
    key = sent.get("key") if isinstance(sent, dict) else None
    return {"key": key, "outcome": outcome, "why": why, "mark": mark}


def _mark(mark: Mark | None, names: dict[int, str]) -> dict[str, Any] | None:
    if mark is None:
        return None
    by = names.get(mark.marked_by, "") if mark.marked_by is not None else YOURSELF
    return {"trainee": mark.trainee_id, **_said(said_by(mark)), "version": mark.version, "by": by}


def read_mark(sent: Any) -> MarkWish:
    """A mark as a device sends it. Raises Unreadable."""
    try:
        source = MarkSource(sent.get("source", MarkSource.REGISTER))
        if source not in SOURCES:
            raise ValueError
        return MarkWish(
            key=_text(sent["key"]),
            trainee_id=_whole(sent["trainee"]),
            presence=Presence(sent["presence"]),
            late=_whole(sent.get("late") or 0),
            left=_whole(sent.get("left") or 0),
            reason=None if sent.get("reason") is None else _text(sent["reason"]),
            source=source,
            why=None if sent.get("why") is None else _text(sent["why"]),
            seen=_whole(sent.get("seen") or 0),
            made_at=_instant(sent["made_at"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unreadable() from None


def read_note(sent: Any) -> NoteWish:
    """A note as a device sends it. Raises Unreadable."""
    try:
        trainee = sent.get("trainee")
        return NoteWish(
            key=_text(sent["key"]),
            trainee_id=None if trainee is None else _whole(trainee),
            walk_in=sent.get("walk_in") is True,
            text=_text(sent["text"]),
            made_at=_instant(sent["made_at"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unreadable() from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value.replace("\0", "")


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        raise ValueError
    return value


def _instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if not 2000 <= moment.year < 2200:
        raise ValueError
    return clock.from_london(moment)
