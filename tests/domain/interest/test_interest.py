"""Interest in a scheme: confirmed by mail before anything else is sent, told of each opening once, stopped for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.addresses import NotAnAddress
from portal.domain.campaigns.models import Campaign, District
from portal.domain.interest import actions
from portal.domain.interest.models import Interest
from portal.domain.journeys.telling import OPEN, tell_due, unsubscribe
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from portal.extensions import db
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import an_applicant

DAY = timedelta(days=1)
BEFORE = datetime(2018, 1, 2, 12)  # the pilot opens on the 9th
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def before() -> Iterator[None]:
    with clock.at(BEFORE):
        yield


@pytest.fixture
def pilot(session: Session) -> Campaign:
    return the_pilot(session)


def letters(session: Session, name: str, to: str = ADA) -> list[OutboxMail]:
    return list(session.scalars(select(OutboxMail).filter_by(name=name, recipient=to).order_by(OutboxMail.id)))


def interested(session: Session, campaign: Campaign, email: str = ADA, district_id: int | None = None) -> Interest:
    actions.register(session, email, campaign.scheme_id, district_id)
    return actions.confirm(session, letters(session, "interest_confirm", email)[-1].context["token"])


def tell(session: Session, moment: datetime, most: int = 50) -> int:
    with clock.at(moment):
        return tell_due(session, most=most)


def test_nothing_but_the_confirmation_before_it_is_confirmed(session: Session, pilot: Campaign) -> None:
    actions.register(session, " Ada@Example.ORG ", pilot.scheme_id)
    [mail] = letters(session, "interest_confirm")
    assert mail.secret and tell(session, pilot.opens_at) == 0
    assert actions.interest_of(session, mail.context["token"]).confirmed_at is None, "looking confirms nothing"
    for _ in range(2):
        assert actions.confirm(session, mail.context["token"]).email == ADA
    with pytest.raises(actions.LinkOld):
        actions.confirm(session, "made-up")
    with pytest.raises(NotAnAddress):
        actions.register(session, "nobody", pilot.scheme_id)


def test_asking_again_at_once_mails_once_and_later_anew(session: Session, pilot: Campaign) -> None:
    for _ in range(3):
        actions.register(session, ADA, pilot.scheme_id)
    assert len(letters(session, "interest_confirm")) == 1
    with clock.at(BEFORE + timedelta(hours=1)):
        actions.register(session, ADA, pilot.scheme_id)
    first, second = letters(session, "interest_confirm")
    with pytest.raises(actions.LinkOld):
        actions.interest_of(session, first.context["token"])
    assert actions.interest_of(session, second.context["token"]).email == ADA


def test_somebody_known_is_told_so_once_a_day(session: Session, pilot: Campaign) -> None:
    interested(session, pilot)
    for _ in range(2):
        actions.register(session, ADA, pilot.scheme_id)
    with clock.at(BEFORE + DAY):
        actions.register(session, ADA, pilot.scheme_id)
    assert (len(letters(session, "interest_confirm")), len(letters(session, "interest_known"))) == (1, 2)


def test_two_at_once_make_one_row(app: Flask, session: Session, pilot: Campaign) -> None:
    scheme_id = pilot.scheme_id
    db.session.rollback()

    def ask() -> None:
        with app.app_context(), clock.at(BEFORE):
            actions.register(db.session(), ADA, scheme_id)
            db.session.remove()

    asking = [Thread(target=ask) for _ in range(3)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert session.scalar(select(func.count()).select_from(Interest)) == 1
    assert len(letters(session, "interest_confirm")) == 1


def test_each_opening_is_told_once(session: Session, pilot: Campaign) -> None:
    interested(session, pilot)
    moments = (-DAY, timedelta(), DAY, 30 * DAY)
    assert [tell(session, pilot.opens_at + after) for after in moments] == [0, 1, 0, 0]
    next_one = a_campaign(
        session, opens_at=pilot.closes_at + 20 * DAY, closes_at=pilot.closes_at + 40 * DAY, training=()
    )
    assert tell(session, next_one.opens_at + DAY) == 1
    assert [mail.context["slug"] for mail in letters(session, OPEN)] == [pilot.slug, next_one.slug]


def test_who_asks_while_one_is_open_hears_of_the_next(session: Session, pilot: Campaign) -> None:
    with clock.at(pilot.opens_at + DAY):
        interested(session, pilot)
    assert tell(session, pilot.opens_at + 2 * DAY) == 0


def test_a_late_publication_is_what_counts(session: Session, pilot: Campaign) -> None:
    late = a_campaign(session, published_at=pilot.opens_at + 3 * DAY)
    with clock.at(pilot.opens_at + DAY):
        interested(session, late)
    assert tell(session, pilot.opens_at + 2 * DAY) == 0
    assert tell(session, pilot.opens_at + 4 * DAY) == 1
    assert letters(session, OPEN)[0].context["slug"] == late.slug


@pytest.mark.parametrize(("slug", "told"), [("maidstone", 1), ("thanet", 0)])
def test_only_campaigns_they_could_join(session: Session, pilot: Campaign, slug: str, told: int) -> None:
    district = session.scalars(select(District.id).filter_by(slug=slug)).one()
    interested(session, pilot, district_id=district)
    assert tell(session, pilot.opens_at) == told


def test_who_has_applied_already_is_not_told(session: Session, app: Flask, pilot: Campaign) -> None:
    person = an_applicant(session, ADA)
    interested(session, pilot)
    a_submitted(session, app, pilot, applicant=person)
    assert tell(session, pilot.opens_at + 2 * DAY) == 0


def test_one_click_ends_it_until_they_ask_again(session: Session, pilot: Campaign) -> None:
    interested(session, pilot)
    tell(session, pilot.opens_at)
    token = letters(session, OPEN)[0].context["stop_token"]
    for _ in range(2):
        unsubscribe(session, token)
    with pytest.raises(NotFound):
        unsubscribe(session, token + "x")
    later = a_campaign(session, opens_at=pilot.closes_at + 20 * DAY, closes_at=pilot.closes_at + 40 * DAY, training=())
    assert tell(session, later.opens_at) == 0
    with clock.at(later.opens_at - DAY):
        interested(session, pilot)
    assert tell(session, later.opens_at) == 1


def test_two_workers_tell_each_once(app: Flask, session: Session, pilot: Campaign) -> None:
    people = [f"person{number}@example.net" for number in range(8)]
    for email in people:
        interested(session, pilot, email)
    opens, told = pilot.opens_at, list[int]()
    db.session.rollback()

    def work() -> None:
        with app.app_context():
            told.append(tell(db.session(), opens))
            db.session.remove()

    workers = [Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sum(told) == 8 and all(len(letters(session, OPEN, email)) == 1 for email in people)


def test_few_at_a_time(session: Session, pilot: Campaign) -> None:
    for number in range(5):
        interested(session, pilot, f"person{number}@example.net")
    assert [tell(session, pilot.opens_at, most=2) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize(
    ("confirmed", "ended", "days", "left"),
    [(False, False, 29, 1), (False, False, 31, 0), (True, False, 31, 1), (True, False, 731, 0), (True, True, 31, 0)],
)
def test_what_is_not_needed_is_forgotten(
    session: Session, pilot: Campaign, confirmed: bool, ended: bool, days: int, left: int
) -> None:
    actions.register(session, ADA, pilot.scheme_id)
    if confirmed:
        actions.confirm(session, letters(session, "interest_confirm")[-1].context["token"])
        actions.register(session, ADA, pilot.scheme_id)
    if ended:
        unsubscribe(session, _stop(session))
    with clock.at(BEFORE + days * DAY):
        actions.forget_stale(session)
    assert session.scalar(select(func.count()).select_from(Interest)) == left


def _stop(session: Session) -> Any:
    return letters(session, "interest_known")[-1].context["stop_token"]
