"""PostgreSQL goes away again and again while people book, move and give up their interview times."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import create_app
from portal.domain.interviews.models import Booking, BookingEnd
from portal.domain.interviews.rules import ChangeReason
from portal.domain.messages.models import OutboxMail
from portal.extensions import db
from portal.public.forms.interview import AGAIN
from tests.faults.test_bookings_at_once import Invited, invited, start_clock
from tests.support import settings as settings_of
from tests.support.crowd import Reply, eventually
from tests.support.interviews import an_interview_stage
from tests.support.live import LiveServer
from tests.support.postgres import OwnPostgres, own_postgres
from tests.support.programme import count

pytestmark = pytest.mark.faults
PEOPLE, SLOTS = 8, 10
WHY = next(iter(ChangeReason)).value
SERVED, PATIENCE = 4, 60.0  # acts done before the database goes again; seconds they may take on a busy machine
AWAY = 0.3  # seconds it is gone
HEARD = frozenset({200, 303, 404, 409, 422})  # an answer; whatever else comes leaves open whether it was done


@dataclass
class Busy:
    """Somebody who cannot make up their mind. `possible`: where they may be, by what they were told; none: nowhere."""

    who: Invited
    slots: list[int]
    chance: Random
    possible: set[int | None] = field(default_factory=lambda: {None})
    told: int = 0
    unsure: int = 0

    def go_on(self, over: threading.Event) -> None:
        while not over.is_set():
            act = self.chance.choice((self._book, self._move, self._move, self._cancel))
            wanted, reply = act()
            if reply.status == 303 and "done=" in reply.location:
                self.possible, self.told = {wanted}, self.told + 1
            elif reply.status not in HEARD:
                self.possible.add(wanted)
                self.unsure += 1

    def _book(self) -> tuple[int | None, Reply]:
        slot = self.chance.choice(self.slots)
        return slot, self.who.browser.post(self.who.page, slot=str(slot))

    def _move(self) -> tuple[int | None, Reply]:
        slot = self.chance.choice(self.slots)
        return slot, self.who.browser.post(f"{self.who.page}/move", slot=str(slot), reason=WHY)

    def _cancel(self) -> tuple[int | None, Reply]:
        return None, self.who.browser.post(f"{self.who.page}/cancel", then=AGAIN, reason=WHY)


def test_what_somebody_was_told_stands_however_often_the_database_goes(tmp_path: Path) -> None:
    with own_postgres(tmp_path) as postgres:
        settings = settings_of.testing_settings(tmp_path, postgres.url)
        app = create_app(settings)
        with app.app_context():
            session = db.session()
            stage = an_interview_stage(session, app, applicants=PEOPLE, slots=SLOTS)
            slots = [slot.id for slot in stage.slots]
            start_clock(settings)
            with LiveServer(settings) as server:
                people = invited(app, session, stage, server.url)
                busy = [Busy(who, slots, Random(number)) for number, who in enumerate(people)]
                db.session.remove()
                db.engine.dispose()  # this process holds nothing while the database goes
                _restart_under(busy, postgres, count(3, 20))
            _check(db.session(), busy)
            db.session.remove()
            db.engine.dispose()


def _restart_under(busy: list[Busy], postgres: OwnPostgres, times: int) -> None:
    over = threading.Event()
    threads = [threading.Thread(target=each.go_on, args=(over,)) for each in busy]
    for thread in threads:
        thread.start()
    try:
        for _ in range(times):
            assert _served(busy)
            postgres.stop()
            time.sleep(AWAY)
            postgres.start()
        assert _served(busy), "served again after the last time"
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _served(busy: list[Busy]) -> bool:
    """Waits until some more of their acts were done."""
    enough = sum(each.told for each in busy) + SERVED
    return eventually(lambda: sum(each.told for each in busy) >= enough, PATIENCE)


def _check(session: Session, busy: list[Busy]) -> None:
    assert sum(each.unsure for each in busy) > 0, "the database was away amid their acts"
    live = select(Booking.application_id, Booking.slot_id).where(Booking.ended_at.is_(None))
    held: dict[int, int] = {row.application_id: row.slot_id for row in session.execute(live)}
    where = [(each.who.reference, held.get(each.who.application_id), each.possible) for each in busy]
    wrong = [each for each in where if each[1] not in each[2]]
    assert wrong == [], "nothing acknowledged is lost, nothing else is stored"
    assert len(set(held.values())) == len(held)
    names = session.execute(select(OutboxMail.name, func.count().label("number")).group_by(OutboxMail.name))
    number = {row.name: row.number for row in names}
    made = session.scalar(select(func.count()).select_from(Booking))
    given_up = session.scalar(select(func.count()).where(Booking.ended_as == BookingEnd.CANCELLED))
    assert number.get("interview_booked", 0) + number.get("interview_moved", 0) == made, "a letter each, and no second"
    assert number.get("interview_cancelled", 0) == given_up
