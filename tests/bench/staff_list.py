"""The applications list at 100,000 against 1,000: statements, time in the database, and the whole page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application
from portal.domain.campaigns.models import Campaign
from portal.domain.paging import Cursor
from portal.extensions import db
from tests.bench import sql_clock
from tests.bench.figures import Figure, at_most, ratio_of
from tests.bench.places import DATABASES, NAMES, Place, place
from tests.support.bulk import load_applications
from tests.support.live import cookies_of
from tests.support.make_campaigns import a_campaign, a_july_campaign, the_pilot
from tests.support.people import a_staff_member

FEW = 1_000
STATEMENTS = 8
SLOWER = 1.3
# A name that thousands have must be counted among all of them: 60 at the small size, 6,000 at the large.
COMMON = "search, a common name"
# Asked for only where there are many: beside the few it has nothing to be as fast as.
LATER = "counts filled in afterwards"
UNBOUNDED = (COMMON, LATER)
FRAGMENT = {"HX-Request": "true"}
PROOF = {LATER: b'id="count-ended"'}


@dataclass
class Listing:
    """A list of so many applications, as one recruiter opens it."""

    here: Place
    client: FlaskClient
    addresses: dict[str, str]

    def open(self, name: str) -> tuple[int, float, float]:
        """Statements, seconds in the database, seconds in all."""
        with self.here.app.app_context():
            sql_clock.CLOCK.reset()
            began = perf_counter()
            answer = self.client.get(self.addresses[name], headers=FRAGMENT if name == LATER else None)
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
        Figure(f"{title}: statements", max(each[0] for each in more), "", bound=at_most(STATEMENTS, "value")),
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
        a_campaign(session)
        officer = a_staff_member(session, Role.RECRUITER)
        load_applications(session, rows, decider=officer.id)
        sql_clock.watch(db.engine)
        client = here.app.test_client()
        for name, value in cookies_of(here.app, officer).items():
            client.set_cookie(name, value)
        yield Listing(here, client, _addresses(session, pilot, rows))


def _addresses(session: Session, pilot: Campaign, rows: int) -> dict[str, str]:
    """What recruiters open. Each finds as many rows for its page at either size."""
    middle = session.execute(
        select(Application.received_at, Application.id)
        .where(Application.received_at.is_not(None))
        .order_by(Application.received_at.desc(), Application.id.desc())
        .offset(rows // 2)
        .limit(1)
    ).one()
    somebody = session.scalars(select(Application.reference).where(Application.id == middle[1])).one()
    asked: dict[str, dict[str, str]] = {
        "first page": {},
        "campaign": {"campaign": pilot.slug},
        "campaign and stage": {"campaign": pilot.slug, "stage": "sift"},
        "district": {"district": pilot.districts[0].slug},
        "search, one person": {"q": somebody},
        COMMON: {"q": "ash"},
        LATER: {"campaign": pilot.slug, "counts": "1"},
        "deep page": {"before": str(Cursor(middle[0], middle[1]))},
    }
    return {name: f"/staff/applications?{urlencode(given)}" for name, given in asked.items()}
