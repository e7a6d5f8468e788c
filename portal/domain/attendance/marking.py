"""One mark: known by the key its device made, so that sent again it is the same one; made without having seen what
stands now, it waits for a person. Every attempt stays as a step. Then everyone else at once, and taking back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.db import unit_of_work, write_at_once
from portal.domain.attendance.keeping import (
    Place,
    audit,
    columns,
    comes_late,
    held_place,
    held_places,
    on_register,
    put,
    said_by,
    staff_id,
    standing_marks,
)
from portal.domain.attendance.models import CannotCome, Mark, MarkOutcome, MarkSource, MarkStep, Presence
from portal.domain.attendance.words import (
    UNSAID,
    WHYS,
    BadMark,
    NotStarted,
    Said,
    TooEarly,
    WhyNeeded,
    day_ends,
    is_early,
    refuse_unsayable,
)
from portal.domain.audit.actions import Actor
from portal.domain.audit.models import AuditEvent
from portal.domain.refusals import Conflict
from portal.domain.training.models import Trainee, TrainingSession

KEY = re.compile(r"[A-Za-z0-9_-]{8,80}")  # what a device may call a mark; what we name ourselves has a colon
EVERYONE, UNDONE = "all:", "undo:"
UNDO_FOR = timedelta(hours=12)  # what is older is corrected, with a reason
EFFECTIVE = (MarkOutcome.KEPT, MarkOutcome.CHOSEN)


class Outcome(StrEnum):
    KEPT = "kept"
    AGAIN = "again"
    CONFLICT = "conflict"


class NothingToUndo(Conflict):
    title = "There is nothing to undo"
    message = "Nothing was changed: this was undone already, or somebody has marked them since."


@dataclass(frozen=True)
class MarkWish:
    """What somebody wants a mark to say. `seen`: the version of the mark they knew, 0 for none. `made_at`: when they
    tapped. `why`: a code of WHYS, needed after the day. Minutes in `late` and `left`."""

    key: str
    trainee_id: int
    presence: Presence
    late: int
    left: int
    reason: str | None
    source: MarkSource
    why: str | None
    seen: int
    made_at: datetime

    @property
    def said(self) -> Said:
        return Said(self.presence, self.late, self.left, self.reason)


@dataclass(frozen=True)
class Marked:
    """What came of it, and the mark that stands."""

    outcome: Outcome
    mark: Mark


@dataclass(frozen=True)
class Undone:
    """The marks that were put back, how many of them say something else than before, and whose were left: somebody has
    marked them since."""

    marks: list[Mark]
    changed: int
    left: list[int]


def mark(session: Session, actor: Actor, session_id: int, wish: MarkWish) -> Marked:
    """Keeps one mark. The same key again changes nothing. What stands and was not seen is not overwritten, unless it
    says the same or was the same person's earlier word: the step waits as a conflict. Whose register it is, the
    caller has asked.

    Raises NotOnRegister, NotStarted, TooEarly, WhyNeeded, BadMark and its kinds.
    """
    if not KEY.fullmatch(wish.key):
        raise BadMark()
    with unit_of_work(session):
        place = held_place(session, actor, session_id, wish.trainee_id)
        steps = _steps(session, wish, session_id)
        standing = standing_marks(session, session_id, [wish.trainee_id]).get(wish.trainee_id)
        if standing is not None and any(step.key == wish.key for step in steps):
            return Marked(Outcome.AGAIN, standing)
        return _keep(session, actor, place, standing, wish, steps)


def _steps(session: Session, wish: MarkWish, session_id: int) -> Sequence[MarkStep]:
    """The step of this key, if there is one, and what of this person waits to be settled. Raises BadMark for a key
    that was somebody else's."""
    here = and_(MarkStep.session_id == session_id, MarkStep.trainee_id == wish.trainee_id)
    waiting = and_(here, MarkStep.outcome == MarkOutcome.CONFLICT)
    query = select(MarkStep).where(or_(MarkStep.key == wish.key, waiting)).order_by(MarkStep.id)
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    if any((step.session_id, step.trainee_id) != (session_id, wish.trainee_id) for step in found):
        raise BadMark()
    return found


def _keep(
    session: Session, actor: Actor, place: Place, standing: Mark | None, wish: MarkWish, waiting: Sequence[MarkStep]
) -> Marked:
    trainee, day = place
    now = clock.now()
    wish = replace(wish, made_at=min(wish.made_at, now))  # no device's clock runs ahead of ours
    late = _refuse(session, trainee, day, wish, now)
    stands = said_by(standing)
    if late and stands != UNSAID and wish.source is MarkSource.REGISTER:
        wish = replace(wish, source=MarkSource.CORRECTION)
    clash = stands not in {wish.said, UNSAID} and not _knew(actor, standing, wish)
    step = _step(actor, day.id, wish, now, MarkOutcome.CONFLICT if clash else MarkOutcome.KEPT)
    session.add(step)
    _take_over(actor, step, waiting)
    if clash and standing is not None:
        audit(session, actor, "mark.conflict", step, trainee.application_id)
        return Marked(Outcome.CONFLICT, standing)
    return Marked(Outcome.KEPT, put(session, actor, step, standing, trainee.application_id))


def _step(actor: Actor, session_id: int, wish: MarkWish, now: datetime, outcome: MarkOutcome) -> MarkStep:
    return MarkStep(
        key=wish.key, session_id=session_id, trainee_id=wish.trainee_id, seen=wish.seen, source=wish.source,
        why=wish.why, made_at=wish.made_at, received_at=now, staff_id=staff_id(actor), outcome=outcome,
        **columns(wish.said),
    )  # fmt: skip


def _refuse(session: Session, trainee: Trainee, day: TrainingSession, wish: MarkWish, now: datetime) -> bool:
    """Whether it comes late; raises what may not be."""
    refuse_unsayable(wish.said, int((day.ends_at - day.starts_at).total_seconds()) // 60)
    if wish.presence is Presence.PRESENT and trainee.started_at is None:
        raise NotStarted()
    if wish.presence is Presence.PRESENT and is_early(day.starts_at, wish.made_at):
        raise TooEarly()
    return _refuse_late(session, day, wish.why, wish.made_at, now)


def _refuse_late(session: Session, day: TrainingSession, why: str | None, made_at: datetime, now: datetime) -> bool:
    late = comes_late(session, day, made_at, now)
    if (late and why is None) or (why is not None and why not in WHYS):
        raise WhyNeeded()
    return late


def _knew(actor: Actor, standing: Mark | None, wish: MarkWish) -> bool:
    """Whether what stands was seen, or was the same person's earlier word."""
    if standing is None or wish.seen == standing.version:
        return True
    own = standing.marked_by is not None and standing.marked_by == staff_id(actor)
    return own and standing.made_at <= wish.made_at


def _take_over(actor: Actor, step: MarkStep, waiting: Sequence[MarkStep]) -> None:
    """A newer word of the same person takes the place of their own that waits; one that says the same was chosen."""
    for other in waiting:
        if step.outcome is MarkOutcome.KEPT and said_by(other) == said_by(step):
            outcome = MarkOutcome.CHOSEN
        elif other.staff_id == step.staff_id and other.made_at <= step.made_at:
            outcome = MarkOutcome.SET_ASIDE
        else:
            continue
        other.outcome, other.settled_by, other.settled_at = outcome, staff_id(actor), step.received_at


def everyone_else(session: Session, actor: Actor, session_id: int, batch: str, why: str | None = None) -> list[Mark]:
    """Marks present whoever is expected and has no mark: not who said they cannot come, may not take part yet, got
    their place after the day, or gave it up before its end. One act for each `batch`, whatever the number of people.

    Raises TooEarly, WhyNeeded, BadMark.
    """
    if not KEY.fullmatch(batch):
        raise BadMark()
    with unit_of_work(session):
        places = held_places(session, actor, session_id, session.scalars(expected(session_id)).all())
        prefix = f"{EVERYONE}{batch}:"
        again = exists().where(MarkStep.session_id == session_id, MarkStep.key.startswith(prefix, autoescape=True))
        if not places or session.scalar(select(again)):
            return []
        day, now = places[0][1], clock.now()
        if is_early(day.starts_at, now):
            raise TooEarly()
        _refuse_late(session, day, why, now, now)
        standing = standing_marks(session, session_id, [trainee.id for trainee, _ in places])
        made = []
        for trainee, _ in places:
            before = standing.get(trainee.id)
            if said_by(before) != UNSAID:
                continue  # marked while we waited for the row
            wish = MarkWish(
                f"{prefix}{trainee.id}", trainee.id, Presence.PRESENT, 0, 0, None, MarkSource.REGISTER, why,
                before.version if before else 0, now,
            )  # fmt: skip
            step = _step(actor, session_id, wish, now, MarkOutcome.KEPT)
            session.add(step)
            made.append(put(session, actor, step, before, trainee.application_id))
        write_at_once(session, MarkStep, AuditEvent)
        return made


def expected(session_id: int) -> Select[int]:
    """The ids of whom "everyone else present" is about."""
    told = exists().where(
        CannotCome.trainee_id == Trainee.id, CannotCome.session_id == session_id, CannotCome.taken_back_at.is_(None)
    )
    marked = exists().where(
        Mark.trainee_id == Trainee.id, Mark.session_id == session_id, Mark.presence != Presence.UNMARKED
    )
    return (
        select(Trainee.id)
        .join(TrainingSession, TrainingSession.id == session_id)
        .where(
            Trainee.id.in_(on_register(session_id)),
            Trainee.started_at.is_not(None),
            Trainee.enrolled_at < TrainingSession.ends_at,
            or_(Trainee.ended_at.is_(None), Trainee.ended_at >= TrainingSession.ends_at),
            not_(told),
            not_(marked),
        )
    )


def last_act(session: Session, staff: int, session_id: int) -> list[MarkStep]:
    """What this member of staff did last at this session and may still undo: of each person it was about, and who was
    not marked since. After the day only what said why. Newest first; empty for nothing."""
    own = _own_steps(session, staff, session_id)
    history = _effective(session, session_id, sorted({step.trainee_id for step in own}))
    stands = [step for step in own if history[step.trainee_id] and history[step.trainee_id][-1].id == step.id]
    return [step for step in stands if _act_of(step) == _act_of(stands[0])]


def _own_steps(session: Session, staff: int, session_id: int) -> Sequence[MarkStep]:
    """Theirs that were kept, not undone, and are young enough, newest first."""
    undone = aliased(MarkStep)
    starts_at = session.scalar(select(TrainingSession.starts_at).where(TrainingSession.id == session_id))
    over = starts_at is not None and clock.now() >= day_ends(starts_at)
    query = (
        select(MarkStep)
        .where(
            MarkStep.session_id == session_id,
            MarkStep.staff_id == staff,
            MarkStep.outcome == MarkOutcome.KEPT,
            MarkStep.received_at > clock.now() - UNDO_FOR,
            MarkStep.why.is_not(None) if over else true(),
            not_(MarkStep.key.startswith(UNDONE)),
            not_(exists().where(undone.key == literal(UNDONE) + cast(MarkStep.id, String))),
        )
        .order_by(MarkStep.id.desc())
    )
    return session.scalars(query.execution_options(populate_existing=True)).all()


def undo(session: Session, actor: Actor, session_id: int, step_id: int) -> Undone:
    """Takes back one's own last act, of one person or of everyone else, by any step of it: what stood before stands
    again. Whoever was marked since stays as they are, and is named. Raises NothingToUndo."""
    number = staff_id(actor)
    with unit_of_work(session):
        steps = last_act(session, number, session_id) if number is not None else []
        asked = session.get(MarkStep, step_id)
        if not steps or asked is None or not _is_of(asked, steps[0]):
            raise NothingToUndo()
        ids = session.scalars(select(MarkStep.trainee_id).where(_same_act(asked)).order_by(MarkStep.trainee_id)).all()
        places = held_places(session, actor, session_id, ids)
        standing = standing_marks(session, session_id, ids)
        before = {key: (said_by(mark), mark.version) for key, mark in standing.items()}
        history = _effective(session, session_id, ids)
        ours = [
            trainee for trainee, _ in places
            if history[trainee.id] and _act_of(history[trainee.id][-1]) == _act_of(asked)
        ]  # fmt: skip
        back = [_put_back(session, actor, each, standing[each.id], history[each.id]) for each in ours]
        if not back:
            raise NothingToUndo()
        write_at_once(session, MarkStep, AuditEvent)
        changed = [mark for mark in back if (said_by(mark), mark.version) != before[mark.trainee_id]]
        done = {mark.trainee_id for mark in back}
        return Undone(back, len(changed), [each for each in ids if each not in done])


def _is_of(step: MarkStep, other: MarkStep) -> bool:
    """Whether both are of one act of one person."""
    same = (step.session_id, step.staff_id) == (other.session_id, other.staff_id)
    return same and _act_of(step) == _act_of(other)


def _act_of(step: MarkStep) -> str:
    """What was done in one go has one name: everyone else, or a single mark."""
    return step.key.rpartition(":")[0] + ":" if step.key.startswith(EVERYONE) else step.key


def _same_act(step: MarkStep) -> ColumnElement[bool]:
    act = _act_of(step)
    same = MarkStep.key.startswith(act, autoescape=True) if act.endswith(":") else MarkStep.key == act
    return and_(MarkStep.session_id == step.session_id, MarkStep.staff_id == step.staff_id, same)


def _effective(session: Session, session_id: int, ids: Sequence[int]) -> dict[int, list[MarkStep]]:
    """The steps that came to stand, of each of these people, in the order they did, without what was undone."""
    when = func.coalesce(MarkStep.settled_at, MarkStep.received_at)
    query = (
        select(MarkStep)
        .where(MarkStep.session_id == session_id, MarkStep.trainee_id.in_(ids), MarkStep.outcome.in_(EFFECTIVE))
        .order_by(when, MarkStep.id)
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[MarkStep]] = {each: [] for each in ids}
    for step in session.scalars(query):
        if step.key.startswith(UNDONE):
            found[step.trainee_id].pop()
        else:
            found[step.trainee_id].append(step)
    return found


def _put_back(session: Session, actor: Actor, trainee: Trainee, standing: Mark, history: list[MarkStep]) -> Mark:
    last, now = history[-1], clock.now()
    before = said_by(history[-2] if len(history) > 1 else None)
    wish = MarkWish(
        f"{UNDONE}{last.id}", trainee.id, before.presence, before.late, before.left, before.reason, last.source,
        last.why, standing.version, now,
    )  # fmt: skip
    step = _step(actor, last.session_id, wish, now, MarkOutcome.KEPT)
    session.add(step)
    return put(session, actor, step, standing, trainee.application_id)
