"""Every route, method and kind of person, by real requests, against the hand-written matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.domain.accounts.models import Role, StaffRole
from portal.domain.applications.actions import enter_for
from portal.domain.applications.models import Channel
from portal.domain.campaigns.criteria import criteria_of
from portal.domain.campaigns.models import Division
from portal.domain.casework.models import SavedView
from portal.domain.correspondence.actions import write_to_us
from portal.domain.correspondence.shipped import seed_templates
from portal.extensions import db
from tests.guards.matrix import ALL, ELSEWHERE, ROWS, SENT_ON, TOKEN_MISSING, Row, denied
from tests.guards.walk import World, fingerprint, people
from tests.support import databases
from tests.support.bulk_runs import confirmed
from tests.support.live import form_token
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.make_documents import a_document, set_clock
from tests.support.make_questions import OWN
from tests.support.make_sifts import one_reading
from tests.support.moderation import a_sift, read_as
from tests.support.people import a_staff_member, an_applicant, browser_of

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
ROOT = Path(__file__).parents[2]


MOMENT = datetime(2018, 1, 15, 10, 0)  # the pilot is open


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """Who may reach a route does not depend on the database: one is enough here."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


@pytest.fixture
def world(app: Flask, settings: Settings) -> Iterator[World]:
    set_clock(settings, MOMENT)
    clock.use_offset(clock.read_offset(settings.clock_file))
    yield made_world(app)
    clock.use_offset(timedelta())


def a_campaign_kept(session: Session) -> dict[str, str]:
    """A draft of a campaign with a question of its own."""
    kept = a_campaign(session, questions=OWN[:1], published_at=None)
    criterion = criteria_of(session, kept.id)[0]
    return {"kept": kept.slug, "question": OWN[0].key, "criterion": str(criterion.id)}


def made_world(app: Flask) -> World:
    session = db.session()
    made = World(app)
    people(app, made)
    campaign, another = the_pilot(session), a_campaign(session)
    owner = an_applicant(session, "owner@example.org")
    made.browsers["owner"] = browser_of(app, owner)
    draft = a_draft(session, app, campaign, applicant=owner)
    sent = a_submitted(session, app, another, applicant=owner)
    member = a_staff_member(session, Role.TRAINER)
    entered = enter_for(session, a_staff_member(session, Role.RECRUITER), "r@example.org", campaign, Channel.PAPER)
    seed_templates(session)
    message = write_to_us(session, owner, sent.id, "When will you write?")
    sift = a_sift(session, campaign=another)
    read_as(session, sift, sent, sift.points(5), sift.points(1), alias="Heron 63")
    assessors = select(StaffRole.staff_id).where(StaffRole.role == Role.ASSESSOR).order_by(StaffRole.id)
    reader = session.scalars(assessors).all()[0]  # the one whose browser this is was made first
    read, reading = one_reading(session, app, reader)
    made.names = {
        **a_campaign_kept(session),
        "read": read.slug,
        "reading": reading.public_id,
        "number": str(reading.id),
        "reader": str(reader),
        "sift": another.slug,
        "message": str(message.id),
        "wording": "general",
        "campaign": campaign.slug,
        "draft": draft.reference,
        "sent": sent.reference,
        "sent_id": str(sent.id),
        "entered": entered.reference,
        "document": a_document(session, app, draft).public_id,
        "sent_document": a_document(session, app, sent).public_id,
        "member": str(member.id),
        "role": str(member.roles[0].id),
        "view": str(a_view(made)),
        "run": str(confirmed(made.as_("recruiter"), "shortlist", [sent.reference])),
    }
    return made


def a_view(made: World) -> int:
    """The recruiter's own, saved as they save it."""
    saved = made.as_("recruiter").post(
        "/staff/applications/views/new", data={"csrf_token": form_token(made.app), "name": "Mine"}
    )
    assert saved.status_code == 303
    db.session.rollback()  # reads what the request committed
    return db.session.scalars(select(SavedView.id)).one()


def test_every_route_is_in_the_matrix(app: Flask) -> None:
    listed = {row.endpoint for row in ROWS} | set(ELSEWHERE)
    assert listed == set(app.view_functions)
    assert all((ROOT / where).is_file() for where in ELSEWHERE.values())


def test_every_method_of_every_route_is_in_the_matrix(app: Flask) -> None:
    said = {
        (row.endpoint, method) for row in ROWS for method, status in (("GET", row.get), ("POST", row.post)) if status
    }
    built = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint not in ELSEWHERE
    }
    assert said == built


def taken_by(row: Row) -> set[str]:
    return {method for method, status in (("GET", row.get), ("POST", row.post)) if status}


def expected(row: Row, method: str, actor: str) -> int | None:
    status = {"GET": row.get, "POST": row.post}.get(method)
    if status is None:
        return None
    if actor not in row.who:
        return denied(row, actor)
    return SENT_ON.get((row.endpoint, method), {}).get(actor, status)


def asked_of(actor: str, *, harmless: bool) -> list[tuple[Row, str, int]]:
    """What to ask as this person: what must change nothing (denied, or lacking its token), or the rest."""
    asked = []
    for row in ROWS:
        for method in ("GET", "POST"):
            want = expected(row, method, actor)
            if want is not None and (actor not in row.who or want == TOKEN_MISSING) == harmless:
                asked.append((row, method, want))
    return asked


def ask(world: World, actor: str, asked: list[tuple[Row, str, int]]) -> list[str]:
    """Asks each; where the person may not, with a good token, so that it is not the token that stops them."""
    wrong = []
    for row, method, want in asked:
        data = {"csrf_token": form_token(world.app)} if method == "POST" and actor not in row.who else None
        response = world.as_(actor).open(row.address.format(**world.names), method=method, data=data)
        response.close()
        if response.status_code != want:
            wrong.append(f"{method} {row.address}: {response.status_code}, not {want}")
    db.session.rollback()
    return wrong


@pytest.mark.parametrize("actor", ALL)
def test_each_person_gets_what_the_matrix_says(world: World, actor: str) -> None:
    """Denied requests, and allowed ones that lack their token, change nothing but the trail."""
    before = fingerprint()
    wrong = ask(world, actor, asked_of(actor, harmless=True))
    assert fingerprint() == before
    wrong += ask(world, actor, asked_of(actor, harmless=False))
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("actor", ["stranger", "owner", "recruiter"])
def test_other_methods_are_refused(world: World, actor: str) -> None:
    wrong = []
    for row in ROWS:
        both = {other.endpoint for other in ROWS if other.address == row.address}
        takes = {
            m for other in ROWS if other.endpoint in both for m, s in (("GET", other.get), ("POST", other.post)) if s
        }
        for method in set(METHODS) - takes:
            got = world.as_(actor).open(row.address.format(**world.names), method=method).status_code
            if got != 405:
                wrong.append(f"{method} {row.address}: {got}, not 405")
    assert "\n".join(wrong) == ""


NOBODYS = {"draft": "CPV-2222-2222", "sent": "CPV-2222-2222", "sent_id": "999999", "entered": "CPV-2222-2222",
           "campaign": "no-such", "document": "nothing", "sent_document": "nothing",
           "member": "999999", "role": "999999", "view": "999999", "run": "999999", "message": "999999",
           "wording": "no-such", "read": "no-such", "reading": "nothing", "number": "999999",
           "reader": "999999", "sift": "no-such"}  # fmt: skip


def test_what_does_not_exist_is_not_found(world: World) -> None:
    wrong = []
    for row in (row for row in ROWS if re.search(r"{\w+}", row.address) and row.get):
        for actor in row.who:
            got = world.as_(actor).get(row.address.format(**NOBODYS)).status_code
            if got != 404:
                wrong.append(f"{actor} {row.address}: {got}, not 404")
    assert "\n".join(wrong) == ""


def division_of(slug: str) -> int:
    return db.session.scalars(select(Division.id).filter_by(slug=slug)).one()


def test_another_divisions_application_is_not_found(world: World, app: Flask) -> None:
    """A recruiter or liaison officer of one division meets 404 for another's, at every address of it."""
    session = db.session()
    north = a_staff_member(session, Role.RECRUITER, Role.LIAISON, division_id=division_of("north"))
    west = a_staff_member(session, Role.RECRUITER, Role.LIAISON, division_id=division_of("west"))
    db.session.rollback()
    for row in (row for row in ROWS if row.address.startswith("/staff/applications/{sent}") and row.get):
        address = row.address.format(**world.names)
        assert browser_of(app, north).get(address).status_code == 404, address
        assert browser_of(app, west).get(address).status_code == row.get, address
