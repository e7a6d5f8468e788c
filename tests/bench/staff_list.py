"""The applications list at 100,000 against 1,000: statements, time in the database, and the whole page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, mode
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, Conflict, Relation, State
from portal.domain.campaigns.models import Assessor, Campaign
from portal.domain.campaigns.questions import seed_questions
from portal.domain.casework.narrowing import Sort
from portal.domain.casework.places import ORDERS, place_of
from portal.domain.casework.places import Place as Spot
from portal.extensions import db
from tests.bench import sql_clock
from tests.bench.figures import Figure, at_most, ratio_of
from tests.bench.places import DATABASES, NAMES, Place, place
from tests.support.bulk import load_applications, refresh_statistics
from tests.support.live import cookies_of
from tests.support.make_campaigns import a_campaign, a_july_campaign, the_pilot
from tests.support.marking import mark_applications
from tests.support.people import a_staff_member

FEW = 1_000
STATEMENTS = 8
SLOWER = 1.3
# What is only filled in afterwards reads up to 1,000 of each stage, or all that match what was typed, where a list
# of 1,000 has so few: it has nothing to be as fast as. Its page does not wait for it.
LATER = ("counts of every stage, afterwards", "counts of a search, afterwards")
# Fewer match than fill a page at the small size, so that the large one shows more: a page of three rows against a
# page of fifty is no comparison. Nor can anything promise the time of filters that nearly nothing passes together.
UNLIKE = ("two words, seldom together", "filters that hardly anything passes")
# By score a campaign's rows lie anywhere, and each word is looked up where it lies: on SQLite half as slow again, since
# all of the small database is in the processor's own memory. Two milliseconds.
SCATTERED = "search in a campaign by score"
UNBOUNDED = (*LATER, *UNLIKE, SCATTERED)
KEPT = ("first page, kept from the newest campaign and 20 people", "search, kept from them")
FRAGMENT = {"HX-Request": "true"}
PROOF = dict.fromkeys(LATER, b'id="count-ended"')


@dataclass
class Listing:
    """A list of so many applications, as one recruiter opens it."""

    here: Place
    client: FlaskClient
    reader: FlaskClient  # a recruiter who reads the newest campaign blind
    addresses: dict[str, str]

    def open(self, name: str) -> tuple[int, float, float]:
        """Statements, seconds in the database, seconds in all."""
        with self.here.app.app_context():
            sql_clock.CLOCK.reset()
            began = perf_counter()
            client = self.reader if name in KEPT else self.client
            answer = client.get(self.addresses[name], headers=FRAGMENT if name in LATER else None)
            took = perf_counter() - began
        if answer.status_code != 200 or PROOF.get(name, b"/staff/applications/") not in answer.data:
            raise RuntimeError(f"{self.addresses[name]}: {answer.status_code}")
        return sql_clock.CLOCK.statements, sql_clock.CLOCK.seconds, took


def measure(folder: Path, many: int, rounds: int) -> list[Figure]:
    figures = []
    for kind in DATABASES:
        with ExitStack() as stack:
            small = stack.enter_context(_listing(kind, folder / kind / "few", FEW))
            large = stack.enter_context(_listing(kind, folder / kind / "many", many))
            for name in small.addresses:
                figures += _compare(name, kind, many, small, large, rounds)
    return figures


def _compare(name: str, kind: str, many: int, small: Listing, large: Listing, rounds: int) -> list[Figure]:
    for listing in (small, large, small, large):
        listing.open(name)
    few, more = [], []
    for _ in range(rounds):
        few.append(small.open(name))
        more.append(large.open(name))
    title, against = f"list of {many:,}, {name}, {NAMES[kind]}", f"{FEW:,}"
    slower = None if name in UNBOUNDED else at_most(SLOWER)
    sql = [[each[1] for each in side] for side in (more, few)]
    page = [[each[2] for each in side] for side in (more, few)]
    return [
        # As nearly every opening takes: once a minute a sign-in's last use is written down beside.
        Figure(f"{title}: statements", mode(each[0] for each in more), "", bound=at_most(STATEMENTS, "value")),
        Figure(f"{title}: SQL", median(sql[0]) * 1000, "ms", against, ratio_of(*sql), slower),
        Figure(f"{title}: page", median(page[0]) * 1000, "ms", against, ratio_of(*page), slower),
    ]


@contextmanager
def _listing(kind: str, folder: Path, rows: int) -> Iterator[Listing]:
    with place(kind, folder) as here:
        session = here.session
        pilot = the_pilot(session)
        a_july_campaign(session)
        a_campaign(session)
        officer = a_staff_member(session, Role.RECRUITER)
        seed_questions(session)
        load_applications(session, rows, decider=officer.id)
        mark_applications(session, officer.id)
        refresh_statistics(session)
        sql_clock.watch(db.engine)
        reader = _reader(session)
        yield Listing(here, _client(here, officer), _client(here, reader), _addresses(session, pilot, rows))


def _client(here: Place, person: StaffMember) -> FlaskClient:
    client = here.app.test_client()
    for name, value in cookies_of(here.app, person).items():
        client.set_cookie(name, value)
    return client


def _reader(session: Session) -> StaffMember:
    """A recruiter with conflicts, who reads blind for the campaign the newest applications are to."""
    person, now = a_staff_member(session, Role.RECRUITER), clock.now()
    newest = session.scalars(select(Campaign.id).order_by(Campaign.opens_at.desc()).limit(1)).one()
    friends = list(session.scalars(select(Application.id).where(Application.campaign_id != newest).limit(20)))
    with unit_of_work(session):
        session.add(Assessor(campaign_id=newest, staff_id=person.id, added_at=now))
        for friend in friends:
            session.add(Conflict(staff_id=person.id, application_id=friend, relation=Relation.FRIEND, declared_at=now))
    return person


def _addresses(session: Session, pilot: Campaign, rows: int) -> dict[str, str]:
    """What recruiters open. Each but those of `UNLIKE` finds a full page, or one person, at either size."""
    spots = {sort: _middle(session, sort, rows) for sort in Sort}
    somebody = session.scalars(select(Application.reference).where(Application.id == spots[Sort.NEWEST].id)).one()
    mine = {"campaign": pilot.slug}
    two = {"campaign": list(session.scalars(select(Campaign.slug).order_by(Campaign.opens_at).limit(2)))}
    asked: dict[str, dict[str, Any]] = {
        "first page": {},
        "campaign": mine,
        "campaign and stage": {**mine, "stage": "sift"},
        "district": {"district": pilot.districts[0].slug},
        "requirement": {"need": "medical:with_us"},
        "several filters": {
            **two,
            "need": ["medical:with_us", "fitness:with_us", "vetting:with_us"],
            "owner": "none",
            "score_from": "5",
        },
        "strand and no owner": {"strand": "horseback-patrol", "owner": "none"},
        "tag and still for over 14 days": {"tag": "1", "still": "over_14"},
        "flags": {"flag": ["unread", "decision", "duplicate"]},
        "search, one person": {"q": somebody},
        "search, a reference half typed": {"q": somebody[4:-2]},
        "search, a common beginning": {"q": "a"},
        "search, a common name": {"q": "ash"},
        SCATTERED: {**mine, "q": "a", "sort": "score"},
        "two words, seldom together": {"q": "amy ashton"},
        "filters that hardly anything passes": {"need": "medical:met", "tag": "2", "owner": "none", "score_from": "44"},
        KEPT[0]: {},
        KEPT[1]: {"q": "a"},
        LATER[0]: mine,
        LATER[1]: {"q": "ash"},
    }
    return {
        name: f"/staff/applications{'/counts' if name in LATER else ''}?{urlencode(given, doseq=True)}"
        for name, given in (asked | _in_each_order(spots, mine)).items()
    }


def _in_each_order(spots: dict[Sort, Spot], mine: dict[str, str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for sort in Sort:
        found[f"{sort.value} first, deep"] = {"sort": sort.value, "after": str(spots[sort])}
        found[f"{sort.value} first, back"] = {**mine, "sort": sort.value, "before": str(spots[sort])}
        if sort is not Sort.NEWEST:
            found[f"{sort.value} first"] = {"sort": sort.value}
            found[f"{sort.value} first in a campaign's stage"] = {**mine, "stage": "sift", "sort": sort.value}
    return found


def _middle(session: Session, sort: Sort, rows: int) -> Spot:
    """The place of a row in the middle of those that have a value in this order."""
    column = ORDERS[sort].column
    some = select(Application.id, column).where(column.is_not(None), Application.state != State.DRAFT)
    number = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    row = session.execute(some.order_by(column, Application.id).offset(number // 2).limit(1)).one()
    return place_of(row, sort)
