"""Recruiters make campaigns, publish, extend, close and archive them; a division's recruiters their division's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.models import State
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.criteria import criteria_of
from portal.domain.campaigns.dates import problems, road_of
from portal.domain.campaigns.managing import Phase, phase_of
from portal.domain.campaigns.models import Campaign, Division
from portal.domain.campaigns.own_questions import own_questions
from portal.domain.campaigns.questions import seed_questions
from portal.domain.journeys.nudging import nudge_due
from portal.domain.messages.models import OutboxMail
from portal.web.setup import outside_of
from tests.support.applying import DURING, set_clock
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.filled import filled
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.make_questions import OWN
from tests.support.people import a_staff_member, browser_of

LIST, NEW = "/staff/campaigns", "/staff/campaigns/new"


@pytest.fixture
def pilot(app: Flask, session: Session) -> Iterator[Campaign]:
    set_clock(app, DURING)
    seed_questions(session)
    yield the_pilot(session)
    clock.use_offset(timedelta())


@pytest.fixture
def browser(app: Flask, session: Session, pilot: Campaign) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


def post(browser: JudgingClient, address: str, page: str = "", **fields: object) -> tuple[int, str, str]:
    """Sends a page's form as it stands but for these fields: status, text, where it leads."""
    given = filled(browser.get(page or address).text) if not page else browser.tokens(browser.get(page).text)
    answer = browser.post(address, data={**given, **fields})
    return answer.status_code, answer.text, answer.location or ""


def fresh(session: Session, slug: str) -> Campaign:
    session.rollback()
    return session.scalars(select(Campaign).filter_by(slug=slug).execution_options(populate_existing=True)).one()


def actions(session: Session, campaign: Campaign) -> list[tuple[str, dict[str, object]]]:
    session.rollback()
    about = AuditEvent.subject_kind == "campaign", AuditEvent.subject_id == campaign.id
    return [
        (row.action, row.detail) for row in session.scalars(select(AuditEvent).where(*about).order_by(AuditEvent.id))
    ]


def letters(session: Session, name: str) -> list[str]:
    session.rollback()
    return list(session.scalars(select(OutboxMail.recipient).filter_by(name=name).order_by(OutboxMail.id)))


def test_the_list_says_where_each_stands(app: Flask, session: Session, browser: JudgingClient, pilot: Campaign) -> None:
    a_submitted(session, app, pilot)
    opens, closes = clock.start_of(date(2018, 2, 1)), clock.end_of(date(2018, 2, 20))
    a_campaign(session, name="Coming one", opens_at=opens, closes_at=closes, published_at=clock.now())
    a_campaign(session, name="Scheduled one", opens_at=opens, closes_at=closes, published_at=opens)
    a_campaign(session, name="Drafted one", published_at=None)
    a_campaign(session, name="Closed one", opens_at=clock.start_of(date(2018, 1, 9)),
               closes_at=clock.end_of(date(2018, 1, 12)))  # fmt: skip
    with statements() as made:
        page = browser.get(LIST).text
    few = len(made)
    order = [page.index(words) for words in (
        ">Open <", "West Division", ">Coming <", "Coming one", ">Scheduled <", "Scheduled one", ">Drafts <",
        "Drafted one", ">Closed <", "Closed one",
    )]  # fmt: skip
    assert order == sorted(order)
    assert "<b>1</b> of 80 hoped for" in page and "Closes Friday 26 January 2018" in page
    for number in range(5):
        a_campaign(session, name=f"More {number}")
    with statements() as made:
        browser.get(LIST)
    assert len(made) == few


def test_nothing_yet_says_how_to_start(app: Flask, session: Session) -> None:
    page = browser_of(app, a_staff_member(session, Role.RECRUITER)).get(LIST).text
    assert "No campaigns yet" in page


def test_an_empty_one_has_everything_proposed(session: Session, browser: JudgingClient) -> None:
    status, _text, led = post(
        browser, NEW, name="Specials, North", scheme="special-constable", opens_on="1 March 2018", closes_on="30/3/2018"
    )
    assert (status, led) == (303, "/staff/campaigns/specials-north")
    made = fresh(session, "specials-north")
    assert made.published_at is None and phase_of(made, clock.now()) is Phase.DRAFT
    assert (made.opens_at, made.closes_at) == (clock.start_of(date(2018, 3, 1)), clock.end_of(date(2018, 3, 30)))
    assert problems(road_of(made)) == []
    assert len(own_questions(session, made)) == 4 and len(criteria_of(session, made.id)) == 5
    page = browser.get(led).text
    assert "2 things to do before it can be published" in page
    assert "Write the sentence under its name" in page and "Choose where people must live" in page
    assert browser.get("/campaigns/specials-north").status_code == 404
    assert [action for action, _ in actions(session, made)] == ["campaign.created"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "x" * 101}, "cannot be longer"),
        ({"opens_on": "soon"}, "Enter a real date"),
        ({"opens_on": "Mon 1 March 2018"}, "1 March 2018 is a Thursday"),
        ({"closes_on": ""}, "Enter the last day to apply"),
        ({"closes_on": "28 February 2018"}, "It must close after it opens"),
        ({"source": "nothing"}, "Not a valid choice"),
        ({"scheme": "custody-visitor"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_with_a_new_one_is_said(
    session: Session, browser: JudgingClient, change: dict[str, str], said: str
) -> None:
    given = {"name": "A name", "scheme": "special-constable", "opens_on": "1 March 2018", "closes_on": "30 March 2018"}
    status, text, _ = post(browser, NEW, **(given | change))
    assert status == 422 and said in text
    assert (given | change)["opens_on"] in text  # nothing typed is lost
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Campaign)) == 1


def test_a_copy_keeps_weekdays_and_london_hours(session: Session, browser: JudgingClient, pilot: Campaign) -> None:
    from_winter = {"source": pilot.slug, "name": "Autumn", "opens_on": "Tue 4 September 2018", "closes_on": ""}
    status, _text, led = post(browser, NEW, **from_winter)
    assert (status, led) == (303, "/staff/campaigns/autumn")
    made, pilot = fresh(session, "autumn"), fresh(session, pilot.slug)
    assert made.opens_at == clock.start_of(date(2018, 9, 4)) and made.closes_at == clock.end_of(date(2018, 9, 21))
    assert (made.answer_by, made.interviews_from) == (date(2018, 9, 28), date(2018, 9, 27))
    weeks = timedelta(weeks=34)
    assert [clock.london(day.starts_at).replace(tzinfo=None) for day in made.training_days] == [
        clock.london(day.starts_at).replace(tzinfo=None) + weeks for day in pilot.training_days
    ]
    assert {clock.london(day.starts_at).time() for day in made.training_days} == {time(9)}
    assert problems(road_of(made)) == []
    assert [each.slug for each in made.districts] == [each.slug for each in pilot.districts]
    assert {(row.kind, row.due) for row in made.requirements} == {(row.kind, row.due) for row in pilot.requirements}
    assert [each.title for each in criteria_of(session, made.id)] == [
        each.title for each in criteria_of(session, pilot.id)
    ]


def test_a_copy_takes_its_questions_and_what_judges_them(session: Session, browser: JudgingClient) -> None:
    source = a_campaign(session, name="Source", questions=OWN)
    post(browser, NEW, source=source.slug, name="Source", opens_on="5 June 2018", closes_on="")
    made = fresh(session, "source")
    assert [each.plan for each in own_questions(session, made)] == [
        each.plan for each in own_questions(session, source)
    ]
    post(browser, NEW, source=source.slug, name="Source", opens_on="5 June 2018", closes_on="")
    assert fresh(session, "source-2").name == "Source"


def test_it_is_looked_at_published_and_hidden_again(session: Session, browser: JudgingClient) -> None:
    opens = clock.start_of(date(2018, 2, 1))
    made = a_campaign(session, opens_at=opens, closes_at=clock.end_of(date(2018, 2, 20)), published_at=None,
                      answer_by=date(2018, 2, 27), interviews_from=date(2018, 3, 1),
                      interviews_to=date(2018, 3, 20))  # fmt: skip
    address = f"{LIST}/{made.slug}"
    preview = browser.get(f"{address}/preview")
    assert preview.status_code == 200 and "A preview." in preview.text and "Training weekends" in preview.text
    assert browser.get(f"/campaigns/{made.slug}").status_code == 404
    assert post(browser, f"{address}/publish", when="now")[0] == 303
    assert browser.get(f"/campaigns/{made.slug}").status_code == 200
    assert post(browser, f"{address}/publish", address, when="now")[0] == 303  # a second click changes nothing
    assert post(browser, f"{address}/hide", address)[0] == 303
    assert browser.get(f"/campaigns/{made.slug}").status_code == 404
    assert [action for action, _ in actions(session, made)][1:] == ["campaign.published", "campaign.hidden"]


def test_it_can_appear_by_itself(app: Flask, session: Session, browser: JudgingClient) -> None:
    opens = clock.start_of(date(2018, 2, 1))
    made = a_campaign(session, opens_at=opens, closes_at=clock.end_of(date(2018, 2, 20)), published_at=None,
                      answer_by=date(2018, 2, 27), interviews_from=date(2018, 3, 1),
                      interviews_to=date(2018, 3, 20))  # fmt: skip
    page = f"{LIST}/{made.slug}/publish"
    for day, at, said in (
        ("", "", "Enter the day"),
        ("14 January 2018", "", "Choose a moment from now on"),
        ("2 February 2018", "", "before it opens"),
        ("20 January 2018", "25:00", "Enter a time"),
    ):
        status, text, _ = post(browser, page, when="later", day=day, at=at)
        assert status == 422 and said in text
    assert post(browser, page, when="later", day="20 January 2018", at="9am")[0] == 303
    assert fresh(session, made.slug).published_at == clock.from_london(datetime(2018, 1, 20, 9))
    assert "Scheduled" in browser.get(f"{LIST}/{made.slug}").text
    assert browser.get(f"/campaigns/{made.slug}").status_code == 404
    set_clock(app, datetime(2018, 1, 20, 9))
    assert browser.get(f"/campaigns/{made.slug}").status_code == 200


def test_what_is_missing_keeps_it_from_being_published(session: Session, browser: JudgingClient) -> None:
    made = a_campaign(session, published_at=None, lead="", criteria=(), requirements=())
    page = browser.get(f"{LIST}/{made.slug}/publish").text
    for said in ("Write the sentence", "Say what applications are judged by", "Ask for vetting"):
        assert said in page
    status, text, _ = post(browser, f"{LIST}/{made.slug}/publish", f"{LIST}/{made.slug}", when="now")
    assert status == 422 and "Write the sentence under its name." in text
    assert fresh(session, made.slug).published_at is None


def test_extending_tells_everyone_with_a_draft(
    app: Flask, session: Session, browser: JudgingClient, pilot: Campaign
) -> None:
    draft, _sent = a_draft(session, app, pilot), a_submitted(session, app, pilot)
    email, page = draft.applicant.email, f"{LIST}/{pilot.slug}/extend"
    assert "1 person with a draft will be told" in browser.get(page).text
    for given, said in (
        ({"reason": ""}, "Say why"),
        ({"closes_on": "26 January 2018", "reason": "Snow closed roads"}, "must be later than the old one"),
        ({"closes_on": "25 March 2018", "closes_time": "1:30", "reason": "Snow closed roads"}, "There is no 01:30"),
    ):
        status, text, _ = post(browser, page, **given)
        assert status == 422 and said in text
    assert post(browser, page, closes_on="2 February 2018", reason="Snow closed roads")[0] == 422  # answers come first
    assert post(browser, page, closes_on="30 January 2018", reason="Snow closed roads")[0] == 303
    assert letters(session, "campaign_extended") == [email]
    assert "Tuesday 30 January 2018" in browser.get(f"/campaigns/{pilot.slug}").text
    assert actions(session, pilot)[-1][1]["reason"] == "Snow closed roads"


def test_closing_early_tells_those_with_drafts_kindly_and_once(
    app: Flask, session: Session, browser: JudgingClient, pilot: Campaign
) -> None:
    draft, sent = a_draft(session, app, pilot), a_submitted(session, app, pilot)
    email, slug, page = draft.applicant.email, pilot.slug, f"{LIST}/{pilot.slug}/close"
    assert "1 person has begun and not sent." in browser.get(page).text
    assert post(browser, page, reason="no")[0] == 422
    assert post(browser, page, reason="Every place is taken")[0] == 303
    assert letters(session, "campaign_closed_early") == [email]
    mail = session.scalars(select(OutboxMail).filter_by(name="campaign_closed_early")).one()
    letter = outside_of(app).letters.write(mail.name, mail.context, recipient=email, message_id="<1@x>")
    assert "earlier than we said" in letter.text and "/interest/" in letter.text and "Every place" not in letter.text
    closed = fresh(session, slug)
    assert phase_of(closed, clock.now()) is Phase.CLOSED
    assert "Closed on Monday 15 January 2018" in browser.get(f"/campaigns/{slug}").text
    assert post(browser, page, reason="Every place is taken")[0] == 422  # it is closed already
    assert letters(session, "campaign_closed_early") == [email]
    set_clock(app, DURING + timedelta(days=2))
    nudge_due(session, outside_of(app).keys, most=50)
    assert letters(session, "draft_lapsed") == []  # they have had their letter
    session.rollback()
    assert session.get_one(type(sent), sent.id).state is State.SUBMITTED


def test_archiving_waits_until_everybody_has_an_answer(
    app: Flask, session: Session, browser: JudgingClient, pilot: Campaign
) -> None:
    a_submitted(session, app, pilot)
    page, address = f"{LIST}/{pilot.slug}/archive", f"{LIST}/{pilot.slug}"
    status, text, _ = post(browser, page)
    assert status == 422 and "1 application is still under way" in text
    old = a_campaign(session, name="Old one", opens_at=clock.start_of(date(2018, 1, 9)),
                     closes_at=clock.end_of(date(2018, 1, 12)))  # fmt: skip
    assert "Old one" in browser.get("/campaigns").text
    assert post(browser, f"{LIST}/{old.slug}/archive")[0] == 303
    assert "Old one" not in browser.get("/campaigns").text
    assert ">Archived <" in browser.get(LIST).text
    assert "Change" not in browser.get(f"{LIST}/{old.slug}").text.split("<main")[1]
    frozen = browser.post(f"{LIST}/{old.slug}/about", data=filled(browser.get(f"{LIST}/{old.slug}/about").text))
    assert frozen.status_code == 422 and "Take it out of the archive" in frozen.text
    assert post(browser, f"{LIST}/{old.slug}/unarchive", address)[0] == 303
    assert "Old one" in browser.get("/campaigns").text
    assert [action for action, _ in actions(session, old)][1:] == ["campaign.archived", "campaign.unarchived"]


def test_an_open_one_is_neither_hidden_nor_archived(session: Session, browser: JudgingClient, pilot: Campaign) -> None:
    address = f"{LIST}/{pilot.slug}"
    assert post(browser, f"{address}/hide", address)[0] == 409
    status, text, _ = post(browser, f"{address}/archive")
    assert status == 422 and "Only a draft or a closed campaign" in text
    assert phase_of(fresh(session, pilot.slug), clock.now()) is Phase.OPEN


def test_a_divisions_recruiter_keeps_their_divisions(app: Flask, session: Session, pilot: Campaign) -> None:
    west = west_division(session)
    east = session.scalars(select(Division.id).where(Division.slug == "east")).one()
    ours, theirs = (browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=each)) for each in (west, east))
    both = a_campaign(session, districts=("maidstone", "dover"))
    nowhere = a_campaign(session, districts=(), published_at=None)
    address = f"{LIST}/{pilot.slug}"
    assert ours.get(address).status_code == 200 and theirs.get(address).status_code == 404
    for page in ("dates", "training", "questions", "criteria", "publish", "extend", "close", "archive", "preview"):
        assert theirs.get(f"{address}/{page}").status_code == 404, page
    token = theirs.tokens(theirs.get(NEW).text)
    for page in ("dates", "hide", "close", "archive", "questions/new"):
        assert theirs.post(f"{address}/{page}", data=token).status_code == 404, page
    for other in (both, nowhere):
        assert ours.get(f"{LIST}/{other.slug}").status_code == 404
        assert theirs.get(f"{LIST}/{other.slug}").status_code == 404
    assert pilot.name in ours.get(LIST).text and pilot.name not in theirs.get(LIST).text
    assert "A copy of" not in theirs.get(NEW).text
    status, _, led = post(theirs, NEW, name="East one", scheme="special-constable", opens_on="1 March 2018",
                          closes_on="30 March 2018")  # fmt: skip
    assert status == 303 and theirs.get(led).status_code == 200 and ours.get(led).status_code == 404
    places = theirs.get(f"{led}/places").text
    assert "Dover" in places and "Maidstone" not in places


def test_addresses_nobody_has(browser: JudgingClient, pilot: Campaign) -> None:
    for address in (f"{LIST}/none", f"{LIST}/{pilot.slug}/nothing", f"{LIST}/{'x' * 300}", f"{LIST}/%00"):
        assert browser.get(address).status_code == 404
