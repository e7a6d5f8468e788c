"""A trainee's own training, for their own pages: days, what is left, how to make it good, what they may still say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.applications.waiting import Todo
from portal.domain.attendance.catching_up import Ways, ways_of
from portal.domain.attendance.coverage import Standing
from portal.domain.attendance.entries import Entry, entries_of_application
from portal.domain.attendance.feedback import to_answer
from portal.domain.attendance.ledger import Stand
from portal.domain.attendance.models import CatchUpWay
from portal.domain.attendance.people import own_place
from portal.domain.attendance.standing import look
from portal.domain.training.models import Trainee


@dataclass(frozen=True)
class Own:
    """`blocks`: weekends to say something about, the last first."""

    trainee: Trainee
    standing: Standing
    ways: Ways
    entries: Sequence[Entry]
    blocks: Sequence[int]

    @property
    def begun(self) -> bool:
        return self.standing.days_begun > 0

    @property
    def going_on(self) -> bool:
        """Whether anything can still be booked or given up."""
        return self.trainee.completed_at is None

    @property
    def live(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.row.ended_at is None]

    @property
    def can_book(self) -> bool:
        return self.going_on and bool(self.ways.sessions or self.ways.written or self.ways.one_to_one)

    @property
    def stuck(self) -> bool:
        """Something mandatory is missed, and no way is open by themselves."""
        return self.going_on and any(each.of.mandatory for each in self.standing.to_book) and not self.can_book

    def entry(self, catch_up_id: int) -> Entry | None:
        return next((entry for entry in self.live if entry.row.id == catch_up_id), None)


def own(session: Session, application_id: int) -> Own | None:
    """None without a confirmed place. Whose application it is, the caller has asked. A fixed number of statements."""
    trainee = own_place(session, application_id)
    if trainee is None:
        return None
    looked = look(session, [trainee.id])
    standing = looked.standings[trainee.id]
    return Own(
        trainee,
        standing,
        ways_of(standing, looked.courses[trainee.cohort_id], looked.sittings),
        [entry for entry in entries_of_application(session, application_id) if entry.stand is not Stand.ENDED],
        to_answer(session, trainee),
    )


def todos(session: Session, application: Application) -> list[Todo]:
    """What their course asks of a trainee now: to make good what they missed, to hand work in, to say how it was."""
    if application.state is not State.TRAINING:
        return []
    mine = own(session, application.id)
    if mine is None or not mine.going_on:
        return []
    return [*_to_book(mine), *_to_hand_in(mine)]


def _to_book(mine: Own) -> list[Todo]:
    missed = [each for each in mine.standing.to_book if each.of.mandatory]
    if not missed or not mine.can_book:
        return []
    title = "Choose how to catch up on what you missed"
    return [Todo(title, "public.catch_up", mine.ways.until)]


def _to_hand_in(mine: Own) -> list[Todo]:
    return [
        Todo(f"Hand in your written work: {entry.module}", "public.catch_up", entry.row.due_on)
        for entry in mine.live
        if entry.row.way is CatchUpWay.WRITTEN and entry.row.handed_in_at is None
    ]


def is_late(entry: Entry) -> bool:
    """Whether written work's day has passed."""
    due = entry.row.due_on
    return due is not None and entry.row.handed_in_at is None and due < clock.today()
