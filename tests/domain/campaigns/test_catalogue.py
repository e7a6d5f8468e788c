"""The shipped catalogue and the pilot, as the sources have them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.campaigns.actions import create_pilot, seed_catalogue
from portal.domain.campaigns.models import District, Division, OutwardCode, Scheme, Strand
from portal.domain.campaigns.queries import districts_of_postcode
from portal.domain.campaigns.rules import last_day


def _counts(session: Session) -> list[int | None]:
    return [session.scalar(select(func.count()).select_from(kind)) for kind in (Division, District, Scheme, Strand)]


def test_seeding_twice_adds_nothing_and_keeps_what_was_edited(session: Session) -> None:
    seed_catalogue(session)
    session.rollback()
    before = _counts(session)
    scheme = session.scalars(select(Scheme).filter_by(slug="citizens-academy")).one()
    scheme.summary = "Edited"
    session.commit()
    seed_catalogue(session)
    assert _counts(session) == before == [3, 13, 11, 5]
    assert session.scalars(select(Scheme.summary).filter_by(slug="citizens-academy")).one() == "Edited"


@pytest.mark.parametrize(
    ("postcode", "names"),
    [
        ("ME14 1XQ", ["Maidstone"]),
        ("tn119aa", ["Sevenoaks", "Tonbridge"]),
        ("BR8 7AA", ["Sevenoaks"]),
        ("CT21 4AB", ["Folkestone and Hythe"]),
        ("SW1A 1AA", []),
        ("not one", []),
    ],
)
def test_a_postcode_tells_its_districts(session: Session, postcode: str, names: list[str]) -> None:
    seed_catalogue(session)
    assert [district.name for district in districts_of_postcode(session, postcode)] == names


def test_every_kent_code_of_the_four_areas_is_known(session: Session) -> None:
    seed_catalogue(session)
    known = set(session.scalars(select(OutwardCode.outward)))
    assert {f"ME{number}" for number in range(1, 21)} <= known
    assert {f"CT{number}" for number in range(1, 22)} <= known


def test_the_pilot_is_as_it_was(session: Session) -> None:
    seed_catalogue(session)
    pilot = create_pilot(session)
    assert pilot.closes_at.isoformat() == "2018-01-27T00:00:00+00:00"
    assert last_day(pilot) == date(2018, 1, 26)
    assert [district.name for district in pilot.districts] == ["Maidstone", "Sevenoaks", "Tonbridge", "Tunbridge Wells"]
    days = [(clock.london(day.starts_at), clock.london(day.ends_at)) for day in pilot.training_days]
    assert [start.date() for start, _ in days] == [
        date(2018, 4, 28), date(2018, 4, 29), date(2018, 5, 12), date(2018, 5, 13), date(2018, 5, 26),
        date(2018, 5, 27), date(2018, 6, 9), date(2018, 6, 10), date(2018, 6, 23), date(2018, 6, 24),
    ]  # fmt: skip
    assert {(start.hour, end.hour) for start, end in days} == {(9, 17)}
    assert [day.weekend for day in pilot.training_days] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
