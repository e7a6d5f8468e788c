"""A campaign is changed in small pages: checked, on record, shown at once, never overwritten in silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import AgeDay, Campaign, CampaignDistrict, District, RequirementKind, Stage
from portal.domain.campaigns.parts import Part, mark_of, values_of
from tests.support.applying import DURING, set_clock
from tests.support.client import JudgingClient
from tests.support.filled import filled
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member, browser_of

PARTS = ("about", "dates", "places", "training", "requirements", "shortlisting")
OPENS, CLOSES = clock.start_of(date(2018, 2, 1)), clock.end_of(date(2018, 2, 20))


@pytest.fixture
def coming(app: Flask, session: Session) -> Iterator[Campaign]:
    """A published campaign that has not opened."""
    set_clock(app, DURING)
    yield a_campaign(
        session, opens_at=OPENS, closes_at=CLOSES, published_at=clock.start_of(date(2018, 1, 10)),
        answer_by=date(2018, 2, 27), interviews_from=date(2018, 3, 1), interviews_to=date(2018, 3, 20),
    )  # fmt: skip
    clock.use_offset(timedelta())


@pytest.fixture
def browser(app: Flask, session: Session, coming: Campaign) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


def page_of(campaign: Campaign, part: str) -> str:
    return f"/staff/campaigns/{campaign.slug}/{part}"


def save(browser: JudgingClient, address: str, **changes: Any) -> tuple[int, str]:
    """The page's form as it stands, but for these changes; none takes a field away."""
    given = {**filled(browser.get(address).text), "act": "save", **changes}
    answer = browser.post(address, data={key: value for key, value in given.items() if value is not None})
    return answer.status_code, answer.text


def fresh(session: Session, campaign: Campaign) -> Campaign:
    session.rollback()
    return session.get_one(Campaign, campaign.id, populate_existing=True)


def last_event(session: Session, campaign: Campaign) -> dict[str, Any]:
    session.rollback()
    about = AuditEvent.subject_kind == "campaign", AuditEvent.subject_id == campaign.id
    found = session.scalars(select(AuditEvent).where(*about).order_by(AuditEvent.id.desc()).limit(1)).one()
    return {"action": found.action, **found.detail}


@pytest.mark.parametrize("part", PARTS)
def test_a_page_sent_back_untouched_changes_nothing(
    session: Session, browser: JudgingClient, coming: Campaign, part: str
) -> None:
    before = values_of(session, fresh(session, coming), Part(part))
    assert save(browser, page_of(coming, part))[0] == 303
    assert values_of(session, fresh(session, coming), Part(part)) == before
    assert last_event(session, coming)["action"] == "campaign.created"
    assert browser.put(page_of(coming, part)).status_code == 405


def test_about_is_shown_at_once_and_on_record_by_name_alone(
    session: Session, browser: JudgingClient, coming: Campaign
) -> None:
    public = f"/campaigns/{coming.slug}"
    stranger = browser.application.test_client()
    assert coming.lead in stranger.get(public).text
    assert save(browser, page_of(coming, "about"), lead="A new sentence.", age_day="training_start")[0] == 303
    assert "A new sentence." in stranger.get(public).text
    assert fresh(session, coming).age_day is AgeDay.TRAINING_START
    event = last_event(session, coming)
    assert event["fields"] == ["age_day", "lead"] and event["changes"] == {"age_day": ["application", "training_start"]}
    assert "A new sentence" not in str(event)
    assert "Campaign changed: age day, lead" in browser.get(f"/staff/campaigns/{coming.slug}").text


def test_the_address_stays_once_it_is_published(session: Session, browser: JudgingClient, coming: Campaign) -> None:
    assert "slug" not in filled(browser.get(page_of(coming, "about")).text)
    assert save(browser, page_of(coming, "about"), slug="elsewhere")[0] == 303
    assert fresh(session, coming).slug == coming.slug
    draft = a_campaign(session, published_at=None)
    for slug, said in (
        (coming.slug, "That address is taken"), ("new", "That address is taken"), ("No Way", "Use small letters"),
    ):  # fmt: skip
        status, text = save(browser, page_of(draft, "about"), slug=slug)
        assert status == 422 and said in text and f'value="{slug}"' in text
    assert save(browser, page_of(draft, "about"), slug="mine-now")[0] == 303
    assert fresh(session, draft).slug == "mine-now"


def test_dates_are_londons_and_on_record_from_what_to_what(
    session: Session, browser: JudgingClient, coming: Campaign
) -> None:
    status, text = save(
        browser, page_of(coming, "dates"), opens_time="9am", closes_on="21 February 2018", closes_time="17:30"
    )
    assert status == 303, text
    made = fresh(session, coming)
    assert made.opens_at == clock.from_london(datetime(2018, 2, 1, 9))
    assert made.closes_at == clock.from_london(datetime(2018, 2, 21, 17, 30))
    assert last_event(session, coming)["changes"]["closes_at"] == [
        "2018-02-21T00:00:00+00:00", "2018-02-21T17:30:00+00:00",
    ]  # fmt: skip
    page = filled(browser.get(page_of(coming, "dates")).text)
    assert (page["closes_on"], page["closes_time"], page["opens_time"]) == ("Wed 21 February 2018", "5:30pm", "9am")


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"closes_on": "31 January 2018"}, "closes_on", "It must close after it opens"),
        ({"answer_by": "20 February 2018"}, "answer_by", "Answer after it has closed"),
        ({"interviews_from": "19/2/2018"}, "interviews_from", "Interviews come after it has closed"),
        ({"interviews_to": "28 February 2018"}, "interviews_to", "cannot be before the first"),
        ({"interviews_to": "30 April 2018"}, "interviews_to", "Training comes after the last interview"),
        ({"starts_on": "1 May 2018"}, "starts_on", "The first duty comes after training"),
        ({"answer_by": ""}, "answer_by", "Enter the day you answer by"),
        ({"answer_by": "Mon 27 February 2018"}, "answer_by", "27 February 2018 is a Tuesday"),
        ({"opens_on": "25 March 2018", "opens_time": "1:30"}, "opens_time", "There is no 01:30"),
        ({"opens_time": "soon"}, "opens_time", "Enter a time"),
        ({"announced_on": "2 February 2018"}, "announced_on", "Announce it on the day it opens"),
    ],
)
def test_dates_that_do_not_fit_are_said_beside_the_box(
    session: Session, browser: JudgingClient, coming: Campaign, changes: dict[str, str], field: str, said: str
) -> None:
    before = values_of(session, fresh(session, coming), Part.DATES)
    status, text = save(browser, page_of(coming, "dates"), **changes)
    assert status == 422 and said in text and f'id="{field}-error"' in text
    assert all(f'value="{typed}"' in text for typed in changes.values())  # nothing typed is lost
    assert values_of(session, fresh(session, coming), Part.DATES) == before


def test_a_drafts_dates_are_moved_page_by_page(session: Session, browser: JudgingClient, coming: Campaign) -> None:
    draft = a_campaign(session, published_at=None)
    later = {
        "opens_on": "1 October 2018", "announced_on": "1 October 2018", "closes_on": "20 October 2018",
        "answer_by": "27 October 2018", "interviews_from": "28 October 2018", "interviews_to": "10 November 2018",
        "starts_on": "1 March 2019",
    }  # fmt: skip
    assert save(browser, page_of(draft, "dates"), **later)[0] == 303
    assert "Training comes after the last interview" in browser.get(f"/staff/campaigns/{draft.slug}").text


def test_what_people_go_by_is_fixed_once_it_is_open(session: Session, browser: JudgingClient, coming: Campaign) -> None:
    pilot = the_pilot(session)
    page = browser.get(page_of(pilot, "dates")).text
    assert not {"opens_on", "closes_on", "announced_on"} & set(filled(page)) and "extend it" in page
    assert save(browser, page_of(pilot, "dates"), closes_on="30 January 2018", answer_by="3 February 2018")[0] == 303
    made = fresh(session, pilot)
    assert (made.closes_at, made.answer_by) == (clock.end_of(date(2018, 1, 26)), date(2018, 2, 3))


def test_an_opening_that_passes_while_the_page_is_open_is_not_moved(
    app: Flask, session: Session, browser: JudgingClient, coming: Campaign
) -> None:
    given = filled(browser.get(page_of(coming, "dates")).text)
    set_clock(app, datetime(2018, 2, 2, 10))
    answer = browser.post(page_of(coming, "dates"), data={**given, "act": "save", "opens_on": "3 February 2018"})
    assert answer.status_code == 303  # the form no longer has the field: what was sent for it says nothing
    assert fresh(session, coming).opens_at == OPENS


def test_places_and_where(session: Session, browser: JudgingClient, coming: Campaign) -> None:
    wanted = {"places": "30", "target": "90", "in-sevenoaks": None, "in-dover": "y", "of-dover": "12"}
    assert save(browser, page_of(coming, "places"), **wanted)[0] == 303
    made = fresh(session, coming)
    assert (made.places, made.target) == (30, 90)
    query = select(District.slug, CampaignDistrict.places).join(CampaignDistrict)
    rows = session.execute(query.where(CampaignDistrict.campaign_id == made.id))
    assert {row.slug: row.places for row in rows} == {
        "maidstone": None, "tonbridge": None, "tunbridge-wells": None, "dover": 12,
    }  # fmt: skip
    assert last_event(session, coming)["changes"] == {"places": [40, 30], "target": [80, 90]}
    assert "Dover" in browser.get(f"/campaigns/{coming.slug}").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"places": "0"}, "Enter a number from 1"),
        ({"places": "many"}, "Not a valid integer"),
        ({"target": "99999999999999999999"}, "Enter a number from 1"),
        ({"places": "5", "of-maidstone": "6"}, "have 6 places together"),
        ({"of-maidstone": "-1"}, "Enter a number, or nothing"),
        ({f"in-{slug}": None for slug in ("maidstone", "sevenoaks", "tonbridge", "tunbridge-wells")}, "Choose where"),
    ],
)
def test_places_that_do_not_fit(
    session: Session, browser: JudgingClient, coming: Campaign, changes: dict[str, Any], said: str
) -> None:
    status, text = save(browser, page_of(coming, "places"), **changes)
    assert status == 422 and said in text
    assert fresh(session, coming).places == 40


def test_what_is_asked_for_and_by_when(session: Session, browser: JudgingClient, coming: Campaign) -> None:
    wanted = {"references": "", "medical": "offer", "early-medical": None}
    assert save(browser, page_of(coming, "requirements"), **wanted)[0] == 303
    rows = {row.kind: row for row in fresh(session, coming).requirements}
    assert RequirementKind.REFERENCES not in rows
    assert (rows[RequirementKind.MEDICAL].due, rows[RequirementKind.MEDICAL].may_upload_early) == (Stage.OFFER, False)
    assert "Before we make an offer" in browser.get(f"/campaigns/{coming.slug}").text
    assert save(browser, page_of(coming, "requirements"), medical="never")[0] == 422


def test_shortlisting(session: Session, browser: JudgingClient, coming: Campaign) -> None:
    assert save(browser, page_of(coming, "shortlisting"), assessors_each="1", triage="y", gap="5")[0] == 303
    made = fresh(session, coming)
    assert (made.assessors_each, made.triage, made.gap) == (1, True, 5)
    for wrong in ({"assessors_each": "3"}, {"gap": "0"}, {"gap": "x"}):
        assert save(browser, page_of(coming, "shortlisting"), **wrong)[0] == 422


def test_training_by_a_pattern_is_looked_at_before_it_is_saved(
    session: Session, browser: JudgingClient, coming: Campaign
) -> None:
    page = page_of(coming, "training")
    before = values_of(session, fresh(session, coming), Part.TRAINING)
    asked = {"act": "pattern", "first": "5 May 2018", "weekends": "3", "apart": "1", "starts": "10am", "ends": "4pm"}
    status, text = save(browser, page, **asked)
    assert status == 200 and "Sat 5 May 2018" in text and "the early May bank holiday" in text
    assert values_of(session, fresh(session, coming), Part.TRAINING) == before
    again = filled(text)
    text = browser.post(page, data={**again, "act": "pattern", "skip": "y"}).text
    assert "Sat 12 May 2018" in text and "Sat 5 May 2018" not in text
    answer = browser.post(page, data={**filled(text), "act": "save"})
    assert answer.status_code == 303, answer.text
    days = [clock.london(day.starts_at) for day in fresh(session, coming).training_days]
    assert [(day.date(), day.hour) for day in days] == [
        (date(2018, 5, 12), 10), (date(2018, 5, 13), 10), (date(2018, 5, 19), 10), (date(2018, 5, 20), 10),
        (date(2018, 6, 2), 10), (date(2018, 6, 3), 10),
    ]  # fmt: skip
    assert [day.weekend for day in fresh(session, coming).training_days] == [1, 1, 2, 2, 3, 3]


def test_training_day_by_day(session: Session, browser: JudgingClient, coming: Campaign) -> None:
    page = page_of(coming, "training")
    status, text = save(browser, page, act="add")
    assert status == 200 and 'name="days-10-day"' in text
    typed = {**filled(text), "days-10-day": "1 July 2018", "days-10-starts": "9", "act": "drop-0"}
    text = browser.post(page, data=typed).text
    assert "Sat 28 April 2018" not in text and 'value="1 July 2018"' in text  # nothing typed is lost
    answer = browser.post(page, data={**filled(text), "days-10-starts": "9am", "act": "save"})
    assert answer.status_code == 422 and "The first duty comes after training" in answer.text
    answer = browser.post(page, data={**filled(text), "days-10-day": "30 June 2018", "act": "save"})
    assert answer.status_code == 303, answer.text
    assert len(fresh(session, coming).training_days) == 10
    assert save(browser, page, **{f"days-{number}-day": "" for number in range(10)})[0] == 303
    assert fresh(session, coming).training_days == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"days-0-day": "2 May 2018"}, "Wednesday 2 May 2018 is not at a weekend"),
        ({"days-0-day": "29 April 2018"}, "Sunday 29 April 2018 is there twice"),
        ({"days-0-ends": "8am"}, "must end after it starts"),
        ({"days-0-starts": ""}, "Enter when it starts"),
        ({"days-0-day": "30 February 2018"}, "Enter a real date"),
        ({"days-0-day": "25 March 2018", "days-0-starts": "1:30"}, "There is no 01:30"),
        ({"days-0-day": "17 March 2018"}, "Training comes after the last interview"),
        ({"act": "pattern", "first": "29 April 2018"}, "Sunday is not a Saturday"),
        ({"act": "pattern", "first": ""}, "Enter the first Saturday"),
        ({"act": "pattern", "first": "28 April 2018", "weekends": "99"}, "Enter a number from 1 to 26"),
    ],
)
def test_training_that_does_not_fit(
    session: Session, browser: JudgingClient, coming: Campaign, changes: dict[str, str], said: str
) -> None:
    status, text = save(browser, page_of(coming, "training"), **changes)
    assert status == 422 and said in text
    assert len(fresh(session, coming).training_days) == 10


@pytest.mark.parametrize(
    ("part", "mine", "theirs", "said"),
    [
        ("about", {"lead": "Mine"}, {"lead": "Theirs"}, ("Mine", "Theirs")),
        ("dates", {"answer_by": "26 February 2018"}, {"answer_by": "25 February 2018"}, ("Mon 26 Feb", "Sun 25 Feb")),
        ("places", {"places": "31"}, {"places": "32"}, ("31", "32")),
        ("requirements", {"references": "offer"}, {"references": ""}, ("By the offer", "")),
        ("shortlisting", {"gap": "5"}, {"gap": "6"}, ("5", "6")),
        ("training", {"days-9-day": ""}, {"days-0-day": ""}, ("Weekend 1: Sat 28 Apr", "Weekend 1: Sun 29 Apr")),
    ],
)
def test_two_tabs_never_overwrite_each_other_in_silence(
    app: Flask, session: Session, browser: JudgingClient, coming: Campaign, part: str, mine: dict[str, str],
    theirs: dict[str, str], said: tuple[str, str],
) -> None:  # fmt: skip
    page = page_of(coming, part)
    other = browser_of(app, a_staff_member(session, Role.RECRUITER))
    open_tab = {**filled(browser.get(page).text), "act": "save"}
    assert save(other, page, **theirs)[0] == 303
    kept = values_of(session, fresh(session, coming), Part(part))
    clash = browser.post(page, data={**open_tab, **mine})
    assert clash.status_code == 409 and "changed this while you had it open" in clash.text
    assert all(words in clash.text for words in said)
    assert values_of(session, fresh(session, coming), Part(part)) == kept  # nothing of theirs is overwritten yet
    again = browser.post(page, data={**filled(clash.text), "act": "save"})  # mine is still in the boxes
    assert again.status_code == 303, again.text
    assert values_of(session, fresh(session, coming), Part(part)) != kept


def test_tabs_on_different_parts_do_not_disturb_each_other(
    app: Flask, session: Session, browser: JudgingClient, coming: Campaign
) -> None:
    open_tab = {**filled(browser.get(page_of(coming, "about")).text), "lead": "Mine"}
    other = browser_of(app, a_staff_member(session, Role.RECRUITER))
    assert save(other, page_of(coming, "places"), places="33")[0] == 303
    assert browser.post(page_of(coming, "about"), data=open_tab).status_code == 303
    made = fresh(session, coming)
    assert (made.lead, made.places) == ("Mine", 33)


def test_the_mark_is_of_what_was_shown(session: Session, coming: Campaign) -> None:
    values = values_of(session, fresh(session, coming), Part.ABOUT)
    assert mark_of(values) == mark_of(dict(reversed(values.items()))) != mark_of({**values, "lead": "x"})


@pytest.mark.parametrize("part", PARTS)
def test_a_form_brings_only_its_own_fields(
    session: Session, browser: JudgingClient, coming: Campaign, part: str
) -> None:
    stray = {"version": "99", "published_at": "", "scheme_id": "2", "archived_at": "2018-01-01", "id": "7"}
    before = fresh(session, coming)
    kept = (before.version, before.published_at, before.scheme_id, before.archived_at)
    assert save(browser, page_of(coming, part), **stray)[0] == 303
    after = fresh(session, coming)
    assert (after.version, after.published_at, after.scheme_id, after.archived_at) == kept
