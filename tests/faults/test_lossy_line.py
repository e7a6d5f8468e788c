"""Two trainers save ten days of marks over a line that loses one in five requests or answers: each is there once."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.domain.accounts.models import StaffMember
from portal.domain.attendance.models import Mark, MarkOutcome, MarkStep, Presence
from portal.domain.audit.models import AuditEvent
from portal.domain.training.models import TrainingSession
from tests.support.crowd import together
from tests.support.line import Line, line_to
from tests.support.live import LiveServer, cookies_of, form_token
from tests.support.make_documents import set_clock
from tests.support.programme import count
from tests.support.submissions import check_file
from tests.support.trainees import trainees
from tests.support.training import a_cohort, a_trainer, sessions_of

pytestmark = pytest.mark.faults
TRAINEES = 24
SHARED = range(8, 16)  # both trainers mark these
DIFFERING = 15  # and this one differently
LOSES = 0.2
MOST = 6  # marks in one request, so that there are many to lose
PATIENCE = 60.0  # seconds


@dataclass
class Device:
    """A trainer's phone: it sends what waits in order, again and again until it hears what came of it."""

    line: Line
    cookies: dict[str, str]
    token: str
    chance: Random
    sent: dict[str, tuple[int, int, str]] = field(default_factory=dict)  # key → session, trainee, presence
    outcomes: Counter[str] = field(default_factory=Counter)
    tries: int = 0

    def send(self, day: TrainingSession, marks: list[dict[str, Any]]) -> None:
        waiting = iter(marks)
        while batch := list(islice(waiting, self.chance.randint(1, MOST))):
            results = self._until_heard(f"/staff/cohorts/{day.cohort_id}/register/{day.id}/marks", {"marks": batch})
            assert [each["key"] for each in results["results"]] == [each["key"] for each in batch]
            self.outcomes.update(each["outcome"] for each in results["results"])
            self.sent |= {each["key"]: (day.id, each["trainee"], each["presence"]) for each in batch}

    def settle(self, day: TrainingSession, step: int) -> None:
        path = f"/staff/cohorts/{day.cohort_id}/register/{day.id}/settle/{step}"
        self._until_heard(path, {"choose": "other", "csrf_token": self.token})

    def _until_heard(self, path: str, body: dict[str, Any]) -> Any:
        while True:
            self.tries += 1
            status, said = self._ask(path, body)
            if status:
                assert status in {200, 303}, said
                return json.loads(said) if status == 200 else None

    def _ask(self, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        """Status 0: nothing came back, and nobody knows whether it arrived."""
        is_form = "csrf_token" in body
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded" if is_form else "application/json",
            "X-CSRFToken": self.token,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.line.port, timeout=PATIENCE)
        try:
            connection.request("POST", path, urlencode(body) if is_form else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


def marks_of(
    day: TrainingSession, ids: list[int], which: range, chance: Random, other: bool
) -> Iterator[dict[str, Any]]:
    """What a trainer says of those in front of them: the same of whom both see, but for one."""
    for number in which:
        absent = number % 7 == 3 or (other and number == DIFFERING)
        yield {
            "key": str(UUID(int=chance.getrandbits(128))),
            "trainee": ids[number],
            "presence": "absent" if absent else "present",
            "late": 0 if absent or number % 5 else 12,
            "left": 0,
            "reason": None,
            "source": "register",
            "why": None,
            "seen": 0,
            "made_at": (day.starts_at + timedelta(minutes=20)).isoformat(),
        }


def test_every_mark_is_there_once_and_the_trail_is_whole(app: Flask, session: Session, settings: Settings) -> None:
    teaching = [a_trainer(session), a_trainer(session)]
    cohort = a_cohort(session, trainers=teaching)
    ids = [each.id for each in trainees(session, cohort, TRAINEES)]
    days = sessions_of(session, cohort)[: count(3, 10)]
    with LiveServer(settings) as server, line_to(server.port, LOSES) as line:
        devices = [_device(app, line, each, seed) for seed, each in enumerate(teaching, 1)]
        for day in days:
            set_clock(settings, clock.london(day.starts_at + timedelta(minutes=30)).replace(tzinfo=None))
            session.rollback()
            sides = [(range(16), False), (range(8, TRAINEES), True)]
            made = [
                list(marks_of(day, ids, which, device.chance, other))
                for device, (which, other) in zip(devices, sides, strict=True)
            ]
            together(2, lambda number, day=day, made=made: devices[number].send(day, made[number]))
        _check_marks(session, devices, [day.id for day in days], ids)
        session.rollback()
        for day, step in _waiting(session, days):
            devices[0].settle(day, step)
        _check_settled(session, days)
    assert min(line.lost.values()) > 0, "requests and answers were lost"
    check_file(session)


def _device(app: Flask, line: Line, person: StaffMember, seed: int) -> Device:
    return Device(line, cookies_of(app, person), form_token(app), Random(seed))


def _check_marks(session: Session, devices: list[Device], days: list[int], ids: list[int]) -> None:
    session.rollback()
    steps = session.scalars(select(MarkStep)).all()
    wanted = devices[0].sent | devices[1].sent
    assert len(steps) == len(wanted) == len(days) * (TRAINEES + len(SHARED))
    assert {step.key: (step.session_id, step.trainee_id, step.presence.value) for step in steps} == wanted
    marks = session.scalars(select(Mark)).all()
    assert {(mark.session_id, mark.trainee_id) for mark in marks} == {(day, one) for day in days for one in ids}
    assert len(marks) == len(days) * TRAINEES
    assert {mark.version for mark in marks} == {1}, "sent again or said by both, it is the same mark"
    for mark in marks:
        number = ids.index(mark.trainee_id)
        if number != DIFFERING:
            assert mark.presence is (Presence.ABSENT if number % 7 == 3 else Presence.PRESENT)
    conflicts = [step for step in steps if step.outcome is MarkOutcome.CONFLICT]
    assert sorted((step.session_id, step.trainee_id) for step in conflicts) == [(day, ids[DIFFERING]) for day in days]
    assert sum((device.outcomes for device in devices), Counter()).total() == len(wanted)
    told = _trail(session)
    assert told["mark.made"] == Counter({one: len(days) for one in ids}), "one line for each mark"
    assert told["mark.conflict"] == Counter({ids[DIFFERING]: len(days)})


def _trail(session: Session) -> dict[str, Counter[int]]:
    found: dict[str, Counter[int]] = {}
    query = select(AuditEvent.action, AuditEvent.subject_id).where(AuditEvent.action.startswith("mark."))
    for action, subject in session.execute(query):
        found.setdefault(action, Counter())[subject] += 1
    return found


def _waiting(session: Session, days: list[TrainingSession]) -> list[tuple[TrainingSession, int]]:
    by_id = {day.id: day for day in days}
    query = select(MarkStep.session_id, MarkStep.id).where(MarkStep.outcome == MarkOutcome.CONFLICT)
    return [(by_id[day], step) for day, step in session.execute(query)]


def _check_settled(session: Session, days: list[TrainingSession]) -> None:
    """Each was settled once, for what had come later, however often it was asked."""
    session.rollback()
    outcomes = Counter(session.scalars(select(MarkStep.outcome)))
    assert outcomes[MarkOutcome.CHOSEN] == len(days) and outcomes[MarkOutcome.CONFLICT] == 0
    assert {mark.version for mark in session.scalars(select(Mark))} == {1, 2}
    assert _trail(session)["mark.settled"].total() == len(days)
