"""Playing many lives at once, in the order of their moments, up to now and no further.

A life is a generator: it yields the moment of its next act and, when resumed with the clock at
that moment, does it. So whatever happened after now has simply not happened yet.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.messages.actions import deliver_due
from portal.services.mail import Letter
from portal.services.outside import Outside

TOGETHER = 40  # acts committed at once
BEFORE_ALL = date(2000, 1, 1)
A_SECOND = timedelta(seconds=1)
A_LITTLE = timedelta(seconds=20)  # until a letter has left


@dataclass(frozen=True, order=True)
class At:
    """The moment of a life's next act; `alone` where it must not be inside a unit of work."""

    moment: datetime
    alone: bool = False


Life = Iterator[At]


@dataclass(frozen=True)
class Stage:
    """What every life needs: the database, the outside world, the staff, and how far time goes."""

    session: Session
    outside: Outside
    staff: dict[str, StaffMember]
    now: datetime


class _Nowhere:
    """Letters to made-up people are written and kept, and never leave."""

    def send(self, letter: Letter) -> None:
        """Nothing to do."""


def together(lives: Iterable[Life]) -> Life:
    """Several lives of one person at once, as one."""
    waiting: list[tuple[At, int, Life]] = []
    for number, life in enumerate(lives):
        if (first := next(life, None)) is not None:
            heapq.heappush(waiting, (first, number, life))
    while waiting:
        at, number, life = heapq.heappop(waiting)
        yield at
        if (following := next(life, None)) is not None:
            heapq.heappush(waiting, (following, number, life))


def play(stage: Stage, lives: Iterable[Life]) -> None:
    """Runs every life until its end or until now."""
    waiting: list[tuple[At, int, Life]] = []
    for number, life in enumerate(lives):
        _go_on(waiting, stage.now, number, life, clock.start_of(BEFORE_ALL))
    last = clock.start_of(BEFORE_ALL)
    while waiting:
        with ExitStack() as together:
            last = _act(stage, waiting, together, last)
            with clock.at(min(last + A_LITTLE, stage.now)):
                deliver_due(stage.session, _Nowhere(), stage.outside.letters, keep_secrets=True)


def _act(stage: Stage, waiting: list[tuple[At, int, Life]], together: ExitStack, last: datetime) -> datetime:
    """Some acts in one unit of work, or one alone, none before the end of the one before it; returns when the last
    ended."""
    alone = waiting[0][0].alone
    if not alone:
        together.enter_context(unit_of_work(stage.session))
    for _ in range(1 if alone else TOGETHER):
        if not waiting or waiting[0][0].alone != alone:
            break
        at, number, life = heapq.heappop(waiting)
        with clock.at(max(at.moment, last)):
            _go_on(waiting, stage.now, number, life, at.moment)
            last = clock.now()
    return last


def _go_on(waiting: list[tuple[At, int, Life]], now: datetime, number: int, life: Life, since: datetime) -> None:
    """Does a life's next act; what would come after now is left undone. No life goes back in time."""
    following = next(life, None)
    if following is None:
        return
    moment = max(following.moment, since + A_SECOND)
    if moment <= now:
        heapq.heappush(waiting, (At(moment, following.alone), number, life))
