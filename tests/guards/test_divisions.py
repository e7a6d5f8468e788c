"""Every staff page that names a thing, asked for by everybody who is nearly the one it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.deputies import name_deputy
from portal.domain.accounts.models import Applicant, Role, StaffMember, StaffRole
from portal.domain.accounts.staff_accounts import disable, end_role
from portal.domain.applications.models import Application, Relation
from portal.domain.campaigns.models import Assessor, Campaign, Division
from portal.domain.shortlisting.conflicts import declare_conflict
from portal.domain.shortlisting.models import Assignment
from portal.extensions import db
from tests.guards.actors import ALL
from tests.guards.conftest import Standing
from tests.guards.divisions import GETS, OWN, Own
from tests.guards.matrix import ROWS, Row
from tests.guards.walk import World, fingerprint
from tests.guards.world import MOMENT
from tests.support.client import JudgingClient
from tests.support.live import form_token
from tests.support.people import a_staff_member, browser_of

ROLES = ("recruiter", "liaison", "medical", "vetting", "assessor", "administrator", "trainer")
YESTERDAY, TOMORROW = date(2018, 1, 14), date(2018, 1, 16)
PREPARED = "prepared"


def division_of(slug: str) -> int:
    return db.session.scalars(select(Division.id).filter_by(slug=slug)).one()


@pytest.fixture(scope="module", autouse=True)
def west(made: World, standing: Standing) -> None:
    """Recruiter, liaison officer and reviewer hold their roles for the one division where everything is."""
    with unit_of_work(db.session()) as session:
        theirs = StaffRole.staff_id.in_([made.ids[role] for role in ("recruiter", "liaison", "medical", "vetting")])
        session.execute(update(StaffRole).where(theirs).values(division_id=division_of("west")))
    standing.keep()


@pytest.fixture(autouse=True)
def today(standing: Standing) -> Iterator[None]:
    yield
    standing.at(MOMENT)


def _again(world: World, role: str, **held: date) -> JudgingClient:
    """The same browser, with its person's role changed under it."""
    with unit_of_work(db.session()) as session:
        session.execute(update(StaffRole).where(StaffRole.staff_id == world.ids[role]).values(**held))
    return world.as_(role)


def own(world: World, _standing: Standing, role: str) -> JudgingClient:
    return world.as_(role)


def other(world: World, _standing: Standing, role: str) -> JudgingClient:
    divisional = role in {"recruiter", "liaison", "medical", "vetting"}
    member = a_staff_member(db.session(), Role(role), division_id=division_of("north") if divisional else None)
    return browser_of(world.app, member)


def removed(world: World, _standing: Standing, role: str) -> JudgingClient:
    """Signed in and at work, when somebody takes the role away."""
    assert world.as_(role).get("/staff/").status_code == 200
    session = db.session()
    chief = a_staff_member(session, Role.ADMINISTRATOR)
    held = session.scalars(select(StaffRole).filter_by(staff_id=world.ids[role])).one()
    end_role(session, chief, world.ids[role], held.id, last_day=YESTERDAY)
    return world.as_(role)


def expired(world: World, _standing: Standing, role: str) -> JudgingClient:
    return _again(world, role, ends_on=YESTERDAY)


def early(world: World, _standing: Standing, role: str) -> JudgingClient:
    return _again(world, role, starts_on=TOMORROW)


def disabled(world: World, _standing: Standing, role: str) -> JudgingClient:
    assert world.as_(role).get("/staff/").status_code == 200
    disable(db.session(), a_staff_member(db.session(), Role.ADMINISTRATOR), world.ids[role], reason="left")
    return world.as_(role)


def deputy(world: World, _standing: Standing, role: str) -> JudgingClient:
    """Somebody who has no work here, but for standing in today and tomorrow."""
    session = db.session()
    chief, colleague = a_staff_member(session, Role.ADMINISTRATOR), a_staff_member(session, Role.TRAINER)
    name_deputy(session, chief, world.ids[role], colleague.id, starts_on=clock.today(), ends_on=TOMORROW)
    return browser_of(world.app, colleague)


def deputy_after(world: World, standing: Standing, role: str) -> JudgingClient:
    found = deputy(world, standing, role)
    standing.at(MOMENT + timedelta(days=2))
    return found


def conflict(world: World, _standing: Standing, role: str) -> JudgingClient:
    session = db.session()
    member = session.get_one(StaffMember, world.ids[role])
    named = [world.names[name] for name in ("sent", "entered", "offered", "placed", "met", "served", "ready")]
    ids = [*session.scalars(select(Application.id).where(Application.reference.in_(named)))]
    ids += session.scalars(select(Assignment.application_id).filter_by(id=int(world.names["number"])))
    for application_id in ids:
        declare_conflict(session, member, application_id, Relation.FRIEND)
    return world.as_(role)


def applicant(world: World, _standing: Standing, role: str) -> JudgingClient:
    """The owner of what was sent is this member of staff."""
    with unit_of_work(db.session()) as session:
        owner = session.get_one(Applicant, world.ids["owner"])
        session.get_one(StaffMember, world.ids[role]).email = owner.email
    return world.as_(role)


def joined(world: World, _standing: Standing, role: str) -> JudgingClient:
    """The owner of what was sent turned out to be somebody who signed in with this one's address before."""
    with unit_of_work(db.session()) as session:
        email = session.get_one(StaffMember, world.ids[role]).email
        session.add(Applicant(email=email, created_at=clock.wall(), merged_into_id=world.ids["owner"]))
    return world.as_(role)


def blind(world: World, _standing: Standing, role: str) -> JudgingClient:
    """They still read for every campaign there is."""
    with unit_of_work(db.session()) as session:
        for campaign_id in session.scalars(select(Campaign.id)).all():
            if session.get(Assessor, (campaign_id, world.ids[role])) is None:
                session.add(Assessor(campaign_id=campaign_id, staff_id=world.ids[role], added_at=clock.now()))
    return world.as_(role)


WAYS: dict[str, Callable[[World, Standing, str], JudgingClient]] = {
    way.__name__: way
    for way in (own, other, removed, expired, early, disabled, deputy, deputy_after, conflict, applicant, joined, blind)
}


def row_of(each: Own) -> Row:
    return next(row for row in ROWS if row.endpoint == each.endpoint and "{" in row.address)


def test_every_page_that_names_a_thing_is_here() -> None:
    named = {row.endpoint for row in ROWS if row.address.startswith("/staff") and "{" in row.address and row.who != ALL}
    assert named == {each.endpoint for each in OWN}
    for each in OWN:
        row = row_of(each)
        assert each.role in row.who and (row.post is None) == (each.post is None), each.endpoint
    assert set(WAYS) == set(GETS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("way", WAYS)
def test_only_those_who_may_reach_it(world: World, standing: Standing, way: str, role: str) -> None:
    """Denied, with a good token, they change nothing; the others get what they would get at their own desk."""
    rows = [each for each in OWN if each.role == role]
    browser = WAYS[way](world, standing, role)
    denied = [each for each in rows if each.thing in GETS[way]]
    before = fingerprint()
    wrong = [found for each in denied for found in _asked(world, browser, each, GETS[way][each.thing])]
    assert "\n".join(wrong) == ""
    assert fingerprint() == before
    standing.keep(PREPARED)
    for each in rows:
        if each not in denied:
            wrong += _asked(world, browser, each, None)
            standing.back(PREPARED)
    assert "\n".join(wrong) == ""


def _asked(world: World, browser: JudgingClient, each: Own, want: int | None) -> list[str]:
    """What came instead of what should have: by GET and by POST, where there is such a thing."""
    row, wrong = row_of(each), []
    address = row.address.format(**world.names)
    for method, usual in (("GET", row.get), ("POST", each.post)):
        if usual is None:
            continue
        data = {"csrf_token": form_token(world.app)} if method == "POST" else None
        got = browser.open(address, method=method, data=data)
        got.close()
        if got.status_code != (want or usual):
            wrong.append(f"{method} {row.address}: {got.status_code}, not {want or usual}")
    db.session.rollback()
    return wrong
