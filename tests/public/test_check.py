"""The eligibility check: right for every kind of answer, kind to those it is not for, and keeping nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.audit.models import AuditEvent
from tests.support.client import JudgingClient
from tests.support.make_campaigns import a_campaign, a_july_campaign, the_pilot
from tests.support.stage import put_clock

JANUARY = datetime(2018, 1, 15, 10)
PILOT = "/campaigns/cpv-west-2018/check"
FINE = {"date_of_birth": ["3", "9", "1981"], "postcode": "ME14 1XQ", "hours": "yes", "weekends": "all"}


@pytest.fixture(autouse=True)
def january(app: Flask, session: Session) -> None:
    the_pilot(session)
    put_clock(app, JANUARY)


def test_somebody_suitable_is_told_so(client: JudgingClient) -> None:
    answer = client.post(PILOT, data=FINE)
    assert answer.status_code == 200 and "Yes, this could be you" in answer.text
    assert "3 September 1981" in answer.text and "ME14 1XQ, Maidstone" in answer.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"date_of_birth": ["3", "9", "2001"]}, "3 September 2019 and can apply from that day"),
        ({"date_of_birth": ["29", "2", "2004"]}, "1 March 2022 and can apply"),
        ({"date_of_birth": ["26", "1", "2000"]}, "This campaign is still open then"),
        ({"postcode": "CT1 1AA"}, "people who live in Maidstone, Sevenoaks, Tonbridge or Tunbridge Wells"),
        ({"postcode": "SW1A 1AA"}, "Other campaigns cover other parts"),
        ({"hours": "no"}, "takes 16 hours a month"),
        ({"weekends": "none"}, "at least 4 of the 5 training weekends"),
    ],
)
def test_somebody_it_does_not_suit_hears_what_is_possible(
    client: JudgingClient, changes: dict[str, object], said: str
) -> None:
    answer = client.post(PILOT, data=FINE | changes)
    assert answer.status_code == 200 and said in answer.text
    assert "What you could do now" in answer.text and "/campaigns" in answer.text
    assert "govuk-error" not in answer.text, "nobody did anything wrong"


def test_a_cadet_is_shown_the_cadets(client: JudgingClient) -> None:
    page = client.post(PILOT, data=FINE | {"date_of_birth": ["3", "9", "2003"]}).text
    assert "/roles/volunteer-police-cadet" in page and "you can start with us now" in page
    assert "/roles/special-constable" not in page


def test_another_areas_campaign_is_offered(session: Session, client: JudgingClient) -> None:
    a_campaign(session, slug="east", name="East intake", districts=("canterbury",))
    page = client.post(PILOT, data=FINE | {"postcode": "CT1 1AA"}).text
    assert "/campaigns/east" in page and "East intake" in page


@pytest.mark.parametrize("born", [["26", "1", "2000"], ["25", "1", "2000"]])
def test_a_birthday_counts_from_midnight_in_london(app: Flask, client: JudgingClient, born: list[str]) -> None:
    put_clock(app, datetime(2018, 1, 25, 23, 59, 50))
    page = client.post(PILOT, data=FINE | {"date_of_birth": born}).text
    assert ("Yes, this could be you" in page) is (born[0] == "25")
    put_clock(app, datetime(2018, 1, 26, 0, 0, 1))
    assert "Yes, this could be you" in client.post(PILOT, data=FINE | {"date_of_birth": born}).text


def test_summers_midnight_is_an_hour_before_utcs(app: Flask, session: Session, client: JudgingClient) -> None:
    july = a_july_campaign(session)
    born = {"date_of_birth": ["31", "7", "2000"]}
    for moment, fine in (
        (datetime(2018, 7, 30, 22, 59, 50, tzinfo=UTC), False),
        (datetime(2018, 7, 30, 23, 0, 1, tzinfo=UTC), True),
    ):
        put_clock(app, moment)
        page = client.post(f"/campaigns/{july.slug}/check", data=FINE | born).text
        assert ("Yes, this could be you" in page) is fine


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"date_of_birth": ["31", "2", "1981"]}, "date_of_birth-day", "Enter a real date"),
        ({"date_of_birth": ["", "", ""]}, "date_of_birth-day", "Enter your date of birth"),
        ({"date_of_birth": ["3"]}, "date_of_birth-day", "Enter a real date"),
        ({"date_of_birth": ["1", "2", "1981", "4", "5"]}, "", ""),
        ({"date_of_birth": ["3", "9", "81"]}, "date_of_birth-day", "all four figures"),
        ({"date_of_birth": ["3", "9", "2021"]}, "date_of_birth-day", "in the past"),
        ({"date_of_birth": ["٣", "9", "99999999999999999999"]}, "date_of_birth-day", "Enter a real date"),
        ({"postcode": ""}, "postcode", "Enter your postcode"),
        ({"postcode": "nope"}, "postcode", "Enter a whole postcode"),
        ({"postcode": "ME14"}, "postcode", "Enter a whole postcode"),
        ({"postcode": "<script>alert(1)</script>"}, "postcode", "Enter a whole postcode"),
        ({"hours": "perhaps"}, "hours", "Say whether you can give the hours"),
        ({"weekends": ""}, "weekends", "Say whether you can come"),
    ],
)
def test_bad_input_is_answered_beside_its_field_and_kept(
    client: JudgingClient, changes: dict[str, object], field: str, message: str
) -> None:
    answer = client.post(PILOT, data=FINE | changes)
    assert answer.status_code == (422 if field else 200)
    if field:
        assert message in answer.text and f'href="#{field}"' in answer.text and f'id="{field}"' in answer.text
        assert "<title>Error: " in answer.text and "<script>alert" not in answer.text
        assert 'value="ME14 1XQ"' in answer.text or "postcode" in changes
    else:
        assert "Yes, this could be you" in answer.text


def test_months_may_be_words(client: JudgingClient) -> None:
    answer = client.post(PILOT, data=FINE | {"date_of_birth": ["3", "September", "1981"]})
    assert answer.status_code == 200 and "3 September 1981" in answer.text


def test_a_postcode_on_the_edge_asks_for_the_district(client: JudgingClient) -> None:
    edge = FINE | {"postcode": "ME7 3AA"}  # Maidstone and Medway: one inside, one not
    asked = client.post(PILOT, data=edge)
    assert asked.status_code == 422 and "Which district do you live in?" in asked.text
    districts = dict(zip(["Maidstone", "Medway"], _radio_values(asked.text, "district"), strict=True))
    assert "Yes, this could be you" in client.post(PILOT, data=edge | {"district": districts["Maidstone"]}).text
    assert "people who live in" in client.post(PILOT, data=edge | {"district": districts["Medway"]}).text
    foreign = client.post(PILOT, data=edge | {"district": "9999"})
    assert foreign.status_code == 422 and "Choose the district" in foreign.text
    both_inside = client.post(PILOT, data=FINE | {"postcode": "TN11 9AA"})
    assert "Yes, this could be you" in both_inside.text, "no question where it changes nothing"


def _radio_values(page: str, name: str) -> list[str]:
    marks = [part.split(">")[0] for part in page.split("<input")[1:]]
    return [mark.split('value="')[1].split('"')[0] for mark in marks if f'name="{name}"' in mark]


def test_an_answer_can_be_changed_without_typing_the_rest_again(client: JudgingClient) -> None:
    page = client.post(PILOT, data=FINE | {"again": "yes"})
    assert page.status_code == 200 and "govuk-error" not in page.text
    for kept in ('value="3"', 'value="1981"', 'value="ME14 1XQ"', "checked"):
        assert kept in page.text


def test_nothing_is_kept(session: Session, client: JudgingClient) -> None:
    before = session.scalar(select(func.count()).select_from(AuditEvent))
    session.rollback()
    answers = [client.get(PILOT), client.post(PILOT, data=FINE), client.post(PILOT, data={})]
    assert not any("Set-Cookie" in answer.headers for answer in answers)
    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-cache", "no-store", "no-store"]
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == before


def test_a_form_from_elsewhere_is_refused(client: JudgingClient) -> None:
    assert client.post(PILOT, data=FINE, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_closed_campaign_says_so_from_its_instant_on(app: Flask, client: JudgingClient, step: int) -> None:
    put_clock(app, datetime.fromtimestamp(clock.end_of(date(2018, 1, 26)).timestamp() + step, UTC))
    page = client.post(PILOT, data=FINE).text
    assert ("This campaign has closed" in page) is (step >= 0)


def test_a_coming_campaign_counts_age_on_its_opening_day(app: Flask, session: Session, client: JudgingClient) -> None:
    july = a_july_campaign(session, published_at=clock.start_of(date(2018, 1, 2)))
    page = client.post(f"/campaigns/{july.slug}/check", data=FINE | {"date_of_birth": ["3", "7", "2000"]}).text
    assert "Yes, this could be you" in page and "Opens on Tuesday 3 July 2018" in page
    page = client.post(f"/campaigns/{july.slug}/check", data=FINE | {"date_of_birth": ["4", "7", "2000"]}).text
    assert "4 July 2018 and can apply" in page
