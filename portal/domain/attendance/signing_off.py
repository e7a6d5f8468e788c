"""A trainer says that a module was made good, or that it was not; each can be taken back with what it rests on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.attendance.booking_letters import tell
from portal.domain.attendance.catching_up import end, has_begun, held_live, must_be_seen, place_of_work
from portal.domain.attendance.coverage import Limits, Sat, followed
from portal.domain.attendance.elsewhere import codes_of
from portal.domain.attendance.ledger import NoSuchCatchUp, NotOnRegister, NotYetDone, WhenNeeded
from portal.domain.attendance.models import CatchUp, CatchUpEnd, CatchUpWay, Mark
from portal.domain.attendance.people import held_for_act
from portal.domain.attendance.standing import DAY_MINUTES, MODULE_PERCENT
from portal.domain.audit.actions import Actor, record
from portal.domain.settings.queries import setting_values
from portal.domain.training.models import Trainee
from portal.services.crypto import KeyRing

W = CatchUpWay


def sign_off(session: Session, actor: Actor, catch_up_id: int, *, seen: int | None = None) -> CatchUp:
    """The module counts as made good. Twice is once. A guest's place is signed off by what the register of that
    session says.

    Raises NoSuchCatchUp, Changed, NotYetDone, NotOnRegister.
    """
    with unit_of_work(session):
        row = _known(session, actor, catch_up_id)
        if row is not None and row.ended_as is CatchUpEnd.SIGNED_OFF:
            return row
        row, trainee = held_live(session, actor, catch_up_id)
        must_be_seen(row, seen)
        _refuse_undone(session, row)
        row.signed_off_by = actor.actor_id
        end(session, row, CatchUpEnd.SIGNED_OFF)
        _note(session, actor, "catch_up.signed_off", trainee, row)
        return row


def take_back(session: Session, actor: Actor, catch_up_id: int) -> CatchUp:
    """It was signed off by mistake: it is as it was before. Twice is once.

    Raises NoSuchCatchUp, CompletedAlready.
    """
    with unit_of_work(session):
        row = _known(session, actor, catch_up_id)
        if row is None or row.ended_as not in {CatchUpEnd.SIGNED_OFF, None}:
            raise NoSuchCatchUp()
        if row.ended_as is None:
            return row
        trainee = session.get_one(Trainee, row.trainee_id)
        row.ended_at = row.ended_as = row.signed_off_by = None
        row.version += 1
        _note(session, actor, "catch_up.taken_back", trainee, row)
        return row


def missed(session: Session, actor: Actor, catch_up_id: int, *, seen: int | None = None) -> CatchUp:
    """They did not come, or handed nothing in: the module is open again, and they can book another way.

    Raises NoSuchCatchUp, Changed, NotYetDone for what is still to come.
    """
    with unit_of_work(session):
        row = _known(session, actor, catch_up_id)
        if row is not None and row.ended_as is CatchUpEnd.MISSED:
            return row
        row, trainee = held_live(session, actor, catch_up_id)
        must_be_seen(row, seen)
        if row.way is not W.WRITTEN and not has_begun(session, row):
            raise NotYetDone()
        if row.way is W.WRITTEN and row.due_on is not None and row.due_on >= clock.today():
            raise NotYetDone()
        end(session, row, CatchUpEnd.MISSED)
        _note(session, actor, "catch_up.missed", trainee, row)
        return row


def hand_back(session: Session, actor: Actor, catch_up_id: int, due_on: date, *, seen: int | None = None) -> CatchUp:
    """Written work that needs more: theirs again until a new day. Raises NoSuchCatchUp, Changed, NotYetDone,
    WhenNeeded."""
    with unit_of_work(session):
        row, trainee = held_live(session, actor, catch_up_id)
        must_be_seen(row, seen)
        if row.handed_in_at is None:
            raise NotYetDone()
        if due_on < clock.today():
            raise WhenNeeded("Enter a day to come", field="due")
        row.handed_in_at, row.due_on = None, due_on
        row.version += 1
        _note(session, actor, "catch_up.handed_back", trainee, row)
        tell(session, trainee, "handed_back", due=f"{due_on:%A} {due_on.day} {due_on:%B}")
        return row


def work_of(keys: KeyRing, row: CatchUp) -> str:
    """What was written; empty for nothing yet. Who may read it, the caller has asked."""
    return keys.unseal(row.work, **place_of_work(row.id)) if row.work is not None else ""


def _known(session: Session, actor: Actor, catch_up_id: int) -> CatchUp | None:
    """The row, held, once it is known that this person may act on its trainee."""
    trainee_id = session.scalar(select(CatchUp.trainee_id).where(CatchUp.id == catch_up_id))
    if trainee_id is None:
        raise NoSuchCatchUp()
    held_for_act(session, actor, trainee_id)
    return locked(session, CatchUp, catch_up_id)


def _refuse_undone(session: Session, row: CatchUp) -> None:
    if row.way is W.WRITTEN and row.handed_in_at is None:
        raise NotYetDone()
    if row.way is W.ONE_TO_ONE and (row.staff_id is None or row.starts_at is None or row.starts_at > clock.now()):
        raise NotYetDone()
    if row.way is W.SESSION and row.module_code not in _followed(session, row):
        raise NotOnRegister()


def _followed(session: Session, row: CatchUp) -> set[str]:
    """Codes of what the register says they followed in the session it is in."""
    mark = session.get(Mark, (row.session_id, row.trainee_id), populate_existing=True)
    if mark is None or row.session_id is None:
        return set()
    values = setting_values(session, (DAY_MINUTES, MODULE_PERCENT), clock.today())
    taught = codes_of(session, [row.session_id])[row.session_id]
    sat = Sat(row.session_id, mark.presence, mark.late_minutes, mark.left_minutes, taught)
    return set(followed(sat, Limits(values[DAY_MINUTES], values[MODULE_PERCENT])))


def _note(session: Session, actor: Actor, action: str, trainee: Trainee, row: CatchUp) -> None:
    record(
        session, actor, action, subject=("catch_up", row.id), application_id=trainee.application_id,
        trainee=trainee.id, module=row.module_code, way=row.way.value,
    )  # fmt: skip
