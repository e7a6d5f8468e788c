"""The register: its page for 24 and for 240, one mark, a whole day; a mark against a bare committed write."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median, mode
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from portal import clock
from portal.db import unit_of_work
from portal.domain.attendance.models import Mark, MarkStep
from portal.domain.training.models import Cohort, TrainingSession
from portal.extensions import db
from tests.bench import sql_clock
from tests.bench.bare_table import ROWS
from tests.bench.figures import Figure, at_most, ratio_of, seconds
from tests.bench.places import DATABASES, NAMES, Place, place
from tests.support.live import LiveServer, cookies_of, form_token
from tests.support.trainees import trainees
from tests.support.training import COHORT_AT, a_cohort, a_trainer, sessions_of

FEW, MANY = 24, 240
PAGE, STATE, MARK, DAY = 14, 12, 16, 14  # statements, at most
EACH = "a whole day saved mark by mark, for each"
DEARER = 3.0
WRITES = 20  # in one round, of each
_keys = count(1)


@dataclass
class Class:
    """A day of so many people, as their trainer keeps its register."""

    here: Place
    cohort: Cohort
    day: TrainingSession
    ids: list[int]
    client: FlaskClient
    cookies: dict[str, str]
    versions: dict[int, int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"/staff/cohorts/{self.cohort.id}/register"

    def marks(self, ids: list[int]) -> dict[str, Any]:
        """What a phone sends: of each the other of absent and present, knowing the mark that stands."""
        made_at = (self.day.starts_at + timedelta(minutes=5)).isoformat()
        seen = {number: self.versions.get(number, 0) for number in ids}
        return {
            "marks": [
                {
                    "key": f"measured-{next(_keys)}", "trainee": number, "late": 0, "left": 0, "reason": None,
                    "presence": "present" if version % 2 else "absent", "source": "register", "why": None,
                    "seen": version, "made_at": made_at,
                }
                for number, version in seen.items()
            ]
        }  # fmt: skip

    def heard(self, said: Any) -> None:
        for result in said["results"]:
            if result["outcome"] != "kept":
                raise RuntimeError(f"a mark was {result['outcome']}: {result['why']}")
            self.versions[result["mark"]["trainee"]] = result["mark"]["version"]


def measure(folder: Path, rounds: int) -> list[Figure]:
    figures = []
    for kind in DATABASES:
        with place(kind, folder / kind) as here:
            few, many = _class(here, FEW), _class(here, MANY)
            moment = few.day.starts_at + timedelta(minutes=10)
            clock.store_offset(here.settings.clock_file, moment - clock.wall())
            sql_clock.watch(db.engine)
            figures += _statements(NAMES[kind], few, many, rounds)
            figures += _against_bare(NAMES[kind], few, rounds)
    return figures


def _class(here: Place, people: int) -> Class:
    session = here.session
    trainer = a_trainer(session)
    cohort = a_cohort(session, trainers=[trainer], days=2, capacity=people)
    with clock.at(COHORT_AT):
        ids = [each.id for each in trainees(session, cohort, people)]
    client, cookies = here.app.test_client(), cookies_of(here.app, trainer)
    for name, value in cookies.items():
        client.set_cookie(name, value, path="/staff")
    day = sessions_of(session, cohort)[0]
    session.expunge_all()
    return Class(here, cohort, day, ids, client, cookies)


def _statements(name: str, few: Class, many: Class, rounds: int) -> Iterator[Figure]:
    """The same for ten times as many people; a day is saved by one press, or mark by mark in one request."""
    acts: dict[str, tuple[int, Callable[[Class], object]]] = {
        "register page": (PAGE, lambda it: _get(it, f"?session={it.day.id}")),
        "register for a phone": (STATE, lambda it: _get(it, f"/{it.day.id}/state")),
        "one mark saved": (MARK, lambda it: _mark(it, it.ids[:1])),
        "a whole day saved by one press": (DAY, _everyone),
        EACH: (MARK, lambda it: _mark(it, it.ids)),
    }
    for what, (most, act) in acts.items():
        taken: dict[int, list[tuple[int, float]]] = {FEW: [], MANY: []}
        for _ in range(rounds):
            for it in (few, many):
                taken[len(it.ids)].append(_counted(it, act, len(it.ids) if what == EACH else 1))
                if _marked(it) != (len(it.ids) if "day" in what else "mark" in what):
                    raise RuntimeError(f"{what}: {_marked(it)} marks")
        number = {people: mode(statements for statements, _ in found) for people, found in taken.items()}
        took = [[each[1] for each in taken[people]] for people in (MANY, FEW)]
        title, against = f"{what}, {MANY} people, {name}", f"{FEW} people"
        ratio = number[MANY] / number[FEW]
        yield Figure(f"{what}, {FEW} people, {name}: statements", number[FEW], "", bound=at_most(most, "value"))
        yield Figure(f"{title}: statements", number[MANY], "", against, ratio, at_most(1.0))
        yield Figure(title, median(took[0]) * 1000, "ms", against, ratio_of(*took))


def _marked(it: Class) -> int:
    return it.here.session.scalar(select(func.count()).where(Mark.session_id == it.day.id)) or 0


def _counted(it: Class, act: Callable[[Class], object], among: int) -> tuple[int, float]:
    """Statements, for each of so many, and seconds; with a register nobody is marked on."""
    _take_back(it)
    with it.here.app.app_context():
        sql_clock.CLOCK.reset()
        took = seconds(lambda: act(it))
        return round(sql_clock.CLOCK.statements / among), took


def _take_back(it: Class) -> None:
    with unit_of_work(it.here.session) as session:
        for table in (MarkStep, Mark):
            session.execute(delete(table).where(table.session_id == it.day.id))
    it.versions.clear()


def _get(it: Class, rest: str) -> None:
    answer = it.client.get(
        it.address + rest, headers={"Accept": "application/json" if "state" in rest else "text/html"}
    )
    if answer.status_code != 200:
        raise RuntimeError(f"{it.address}{rest}: {answer.status_code}")


def _mark(it: Class, ids: list[int]) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "X-CSRFToken": form_token(it.here.app), "Accept": "application/json"}
    answer = it.client.post(f"{it.address}/{it.day.id}/marks", json=it.marks(ids), headers=headers)
    if answer.status_code != 200:
        raise RuntimeError(f"marks: {answer.status_code}")
    it.heard(answer.get_json())


def _everyone(it: Class) -> None:
    form = {"csrf_token": form_token(it.here.app), "key": f"everyone-{next(_keys)}"}
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = it.client.post(f"{it.address}/{it.day.id}/everyone-else", data=form, headers=headers)
    if answer.status_code != 303:
        raise RuntimeError(f"everyone else: {answer.status_code}")


def _against_bare(name: str, it: Class, rounds: int) -> Iterator[Figure]:
    """One mark with all it needs (whose it is, two rows, the trail) against the barest acts of the same server."""
    _take_back(it)
    ROWS.metadata.create_all(db.engine)
    db.session.remove()
    with LiveServer(it.here.settings, application="tests.bench.bare_write:app") as server:
        browser = Browser(server, it)
        acts = {"mark": browser.mark, "write": browser.write, "bare": browser.bare}
        took: dict[str, list[float]] = {each: [] for each in acts}
        for number in range(rounds + 1):
            # In turn, one by one, and the middle of each: what else the machine does hits all of them.
            turns = [{each: seconds(act) for each, act in acts.items()} for _ in range(WRITES)]
            for each in acts if number else ():  # the first round warms
                took[each].append(median(turn[each] for turn in turns))
        browser.connection.close()
    ms = {each: median(found) * 1000 for each, found in took.items()}
    signed_in, mark = f"one row committed, signed in, {name}", f"one mark, {name}"
    yield Figure(f"one row committed, nobody asked, {name}", ms["bare"], "ms")
    yield Figure(signed_in, ms["write"], "ms", "nobody asked", ratio_of(took["write"], took["bare"]))
    yield Figure(mark, ms["mark"], "ms", "one row, signed in", ratio_of(took["mark"], took["write"]), at_most(DEARER))


class Browser:
    """Talks to the live server over one open connection."""

    def __init__(self, server: LiveServer, it: Class) -> None:
        self.it, self.turn = it, count()
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in it.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-CSRFToken": form_token(it.here.app),
        }

    def mark(self) -> None:
        it = self.it
        body = it.marks([it.ids[next(self.turn) % len(it.ids)]])
        it.heard(json.loads(self._sent(f"{it.address}/{it.day.id}/marks", json.dumps(body))))

    def write(self) -> None:
        self._sent("/staff/bare-write", "one row")

    def bare(self) -> None:
        self._sent("/bare/", "one row")

    def _sent(self, path: str, body: str) -> bytes:
        self.connection.request("POST", path, body, self.headers)
        answer = self.connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return said
