"""Making, publishing and extending: checked, on record, and told to the public's cache."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns import actions, plans, queries
from portal.domain.campaigns.alternatives import other_campaigns, other_schemes
from portal.domain.campaigns.publishing import publish
from portal.domain.campaigns.rules import EligibilityFacts, obstacles, receives, terms_of
from portal.domain.refusals import NotFound
from tests.support.make_campaigns import a_campaign, a_july_campaign, the_pilot
from tests.support.stage import put_clock

JANUARY = datetime(2018, 1, 15, 10, tzinfo=UTC)


def _trail(session: Session, action: str) -> list[AuditEvent]:
    return list(session.scalars(select(AuditEvent).filter_by(action=action)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closes_at": plans.the_pilot().opens_at}, "closes_at"),
        ({"interviews_to": date(2018, 1, 31)}, "interviews_to"),
        ({"closes_at": clock.end_of(date(2018, 4, 28))}, "training"),
    ],
)
def test_dates_out_of_order_are_refused_and_nothing_is_made(
    session: Session, changes: dict[str, object], field: str
) -> None:
    actions.seed_catalogue(session)
    with pytest.raises(actions.DatesOutOfOrder) as refused:
        actions.create_campaign(session, SYSTEM, replace(plans.the_pilot(), **changes))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert queries.published_campaigns(session, JANUARY) == []


def test_an_address_is_taken_once(session: Session) -> None:
    the_pilot(session)
    with pytest.raises(actions.AddressTaken):
        actions.create_pilot(session)
    with pytest.raises(NotFound):
        actions.create_campaign(session, SYSTEM, replace(plans.the_pilot(), slug="other", districts=("atlantis",)))


def test_what_is_not_published_does_not_exist(app: Flask, session: Session) -> None:
    put_clock(app, JANUARY)
    hidden = a_campaign(session, published_at=None, slug="hidden", announced_on=date(2018, 1, 1))
    with pytest.raises(NotFound):
        queries.campaign_by_slug(session, "hidden")
    before = app.extensions["generation"].current()
    publish(session, SYSTEM, hidden.id)
    assert queries.campaign_by_slug(session, "hidden").id == hidden.id
    assert app.extensions["generation"].current() != before
    published_at = hidden.published_at
    publish(session, SYSTEM, hidden.id)
    assert hidden.published_at == published_at
    assert len(_trail(session, "campaign.published")) == 1


def test_a_later_publication_is_known_beforehand(session: Session) -> None:
    later = JANUARY + timedelta(hours=3)
    a_campaign(session, published_at=later)
    assert queries.published_campaigns(session, JANUARY) == []
    assert queries.next_publication(session, JANUARY) == later
    assert len(queries.published_campaigns(session, later)) == 1


def test_extending_moves_the_end_with_a_reason_on_record(session: Session) -> None:
    pilot = the_pilot(session)
    old, new = pilot.closes_at, clock.end_of(date(2018, 2, 2))
    with pytest.raises(actions.ReasonNeeded):
        actions.extend_campaign(session, SYSTEM, pilot.id, new, "  ")
    with pytest.raises(actions.DatesOutOfOrder):
        actions.extend_campaign(session, SYSTEM, pilot.id, old, "Snow")
    extended = actions.extend_campaign(session, SYSTEM, pilot.id, new, "Snow closed the roads")
    assert receives(extended, old) and extended.version == 2
    [event] = _trail(session, "campaign.extended")
    assert event.detail == {"before": old.isoformat(), "after": new.isoformat(), "reason": "Snow closed the roads"}
    with pytest.raises(NotFound):
        actions.extend_campaign(session, SYSTEM, 999, new, "Nothing there")


def test_a_failed_act_leaves_no_trace(session: Session) -> None:
    the_pilot(session)
    session.rollback()
    with pytest.raises(RuntimeError), unit_of_work(session):
        actions.create_campaign(session, SYSTEM, replace(plans.the_pilot(), slug="second"))
        raise RuntimeError
    assert len(queries.published_campaigns(session, JANUARY)) == 1


def test_current_and_past_campaigns_in_order(session: Session) -> None:
    july, pilot = a_july_campaign(session, published_at=JANUARY), the_pilot(session)
    assert [item.id for item in queries.current_campaigns(session, JANUARY)] == [pilot.id, july.id]
    assert queries.past_campaigns(session, JANUARY, 5) == []
    august = datetime(2018, 8, 1, tzinfo=UTC)
    assert queries.current_campaigns(session, august) == []
    assert [item.id for item in queries.past_campaigns(session, august, 5)] == [july.id, pilot.id]
    assert [item.id for item in queries.past_campaigns(session, august, 1)] == [july.id]


def test_somebody_unsuitable_is_shown_what_fits(session: Session) -> None:
    pilot = the_pilot(session)
    cadets = a_campaign(session, scheme="volunteer-police-cadet", training=(), requirements=plans.YOUNG)
    east = a_campaign(session, districts=("dover",))
    everybody, kinds = [pilot, cadets, east], queries.schemes(session)
    home = pilot.districts[0].id
    young = EligibilityFacts(date(2003, 9, 3), frozenset({home}), True, True)
    found = obstacles(young, terms_of(pilot), date(2018, 1, 15))
    assert other_campaigns(young, everybody, but=pilot, now=JANUARY) == [cadets]
    possible = other_schemes(young, found, kinds, but=pilot.scheme, today=date(2018, 1, 15))
    assert [scheme.slug for scheme in possible] == ["volunteer-police-cadet"]
    busy = EligibilityFacts(date(1981, 9, 3), frozenset({east.districts[0].id}), False, False)
    found = obstacles(busy, terms_of(pilot), date(2018, 1, 15))
    assert other_campaigns(busy, everybody, but=pilot, now=JANUARY) == [], "the same hours are asked in Dover"
    possible = other_schemes(busy, found, kinds, but=pilot.scheme, today=date(2018, 1, 15))
    assert "special-constable" in [scheme.slug for scheme in possible]
    assert not any(scheme.hours_a_month for scheme in possible)
