"""From agreed sheets to letters: a campaign's results, deciding, and the release, together or one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, State
from portal.domain.bulk.running import work_runs
from portal.domain.campaigns.models import Campaign
from portal.domain.casework.deciding import provisional
from portal.domain.casework.models import Verdict
from portal.domain.interviews.agreeing import complete_agreed, reopen, save_agreed, table
from portal.domain.interviews.attending import mark
from portal.domain.interviews.models import Attendance, Recommendation
from portal.domain.interviews.recommending import by_panels, results_of
from portal.domain.journeys.bulk_acts import ACTS
from portal.domain.messages.models import OutboxMail
from portal.domain.offers.models import Offer
from tests.support.boards import hidden
from tests.support.client import JudgingClient
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member, browser_of
from tests.support.sheets import Panel, a_panel, a_sheet, agree, complete_own, viewer

R, V = Recommendation, Verdict


@pytest.fixture
def panel(session: Session, app: Flask) -> Panel:
    return a_panel(session, app, applicants=4)


@pytest.fixture(autouse=True)
def afterwards(app: Flask, panel: Panel) -> Iterator[None]:
    with clock.at(panel.over):
        clock.store_offset(app.config["PORTAL"].clock_file, clock.offset())
        yield


@pytest.fixture
def recruiter(app: Flask, panel: Panel) -> JudgingClient:
    return browser_of(app, panel.recruiter)


@pytest.fixture
def agreed(session: Session, app: Flask, panel: Panel) -> Panel:
    """One to pass, one for the reserve list, one not this time, and one with a sheet missing."""
    for booking, points, recommendation in zip(panel.bookings, (5, 4, 2), R, strict=False):
        agree(session, app, panel, booking, points=points, recommendation=recommendation, words="What they said")
    complete_own(session, app, panel, panel.bookings[3], panel.members[0])
    return panel


def at(panel: Panel, part: str = "") -> str:
    return f"/staff/interviews/outcomes/{panel.campaign.slug}{part}"


def of(application: Application) -> str:
    return f"/staff/applications/{application.reference}/outcome"


def send(browser: JudgingClient, address: str, *, page: str = "", **fields: str) -> TestResponse:
    token = browser.tokens(browser.get(page or address).text)
    return browser.post(address, data=token | fields)


def decided(session: Session, panel: Panel) -> list[tuple[Verdict, int | None] | None]:
    session.rollback()
    found = provisional(session, [each.id for each in panel.stage.applications])
    rows = [found.get(each.id) for each in panel.stage.applications]
    return [(row.verdict, row.reserve_place) if row else None for row in rows]


def states(session: Session, panel: Panel) -> list[State]:
    session.rollback()
    session.expire_all()
    return [session.get_one(Application, each.id).state for each in panel.stage.applications]


def finish(session: Session) -> None:
    """Does what the worker would."""
    session.rollback()
    while work_runs(session, ACTS) is not None:
        pass
    session.rollback()


def release(browser: JudgingClient, panel: Panel, typed: str) -> TestResponse:
    page = browser.get(at(panel, "/release")).text
    data = {name: hidden(page, name) for name in ("token", "seal", "apart")}
    return browser.post(at(panel, "/release"), data=browser.tokens(page) | data | {"typed": typed})


def test_everybody_interviewed_with_what_was_agreed_and_what_is_missing(
    session: Session, agreed: Panel, recruiter: JudgingClient
) -> None:
    page = recruiter.get(at(agreed)).text
    assert "<b>3</b> agreed" in page and "with sheets missing" in page and "Decide 3 as the panels" in page
    assert page.index("30</b>") < page.index("24</b>") < page.index("12</b>"), "most points first"
    assert agreed.members[1].name in page and "What they said" not in page
    mark(session, agreed.recruiter, agreed.bookings[3].id, Attendance.NO_SHOW)
    assert "1 did not come" in recruiter.get(at(agreed)).text
    listed = recruiter.get("/staff/interviews/outcomes").text
    assert agreed.campaign.name in listed and "3 of 4" in listed


def test_following_the_panels_decides_provisionally_once(
    session: Session, agreed: Panel, recruiter: JudgingClient
) -> None:
    assert send(recruiter, at(agreed, "/follow"), page=at(agreed)).status_code == 303
    assert decided(session, agreed) == [(V.OFFER, None), (V.RESERVE, 1), (V.DECLINE, None), None]
    assert states(session, agreed) == [State.INTERVIEW] * 4
    assert "Decided, provisionally" in recruiter.get(at(agreed)).text
    send(recruiter, at(agreed, "/follow"), page="/staff/shortlisting/known")
    assert "Nothing was undecided" in recruiter.get(at(agreed)).text


def test_reserves_stand_in_the_order_of_their_points(session: Session, app: Flask, panel: Panel) -> None:
    for booking, points in zip(panel.bookings, (2, 4, 3), strict=False):
        agree(session, app, panel, booking, points=points, recommendation=R.RESERVE)
    results = results_of(session, viewer(session, panel.recruiter), panel.campaign.id)
    places = {key: wanted.reserve_place for key, wanted in by_panels(results, 7).items()}
    assert [places.get(each.id) for each in panel.stage.applications] == [9, 7, 8, None]


def test_a_sheet_the_panel_mended_meanwhile_is_looked_at_before_it_is_decided_from(
    session: Session, app: Flask, agreed: Panel, recruiter: JudgingClient
) -> None:
    page = recruiter.get(of(agreed.application)).text
    old, booking, keys = hidden(page, "agreed"), agreed.booking.id, keys_of(app)
    member = viewer(session, agreed.members[0])
    with clock.at(agreed.over + timedelta(minutes=10)):
        version = table(session, keys, member, booking).version
        reopen(session, keys, member, booking, "The points of two people were swapped", version)
        refused = send(recruiter, of(agreed.application), verdict="offer", seen="0", agreed=old)
        assert refused.status_code == 409
        save_agreed(session, keys, member, booking, a_sheet(session, agreed.campaign, 2), version + 1)
        complete_agreed(session, keys, member, booking)
    anew = send(recruiter, of(agreed.application), verdict="offer", seen="0", agreed=old)
    assert anew.status_code == 409 and "The panel agreed anew" in anew.text and "were swapped" in anew.text
    assert decided(session, agreed)[0] is None
    fresh = hidden(anew.text, "agreed")
    assert send(recruiter, of(agreed.application), verdict="offer", seen="0", agreed=fresh).status_code == 303


def test_one_is_read_and_decided_and_the_next_comes(session: Session, agreed: Panel, recruiter: JudgingClient) -> None:
    first, second, *_, last = agreed.stage.applications
    page = recruiter.get(of(first)).text
    assert page.count("What they said") > 10 and agreed.members[0].name in page
    assert 'value="offer"' in page and "checked" in page.split('value="offer"')[1][:40]
    waits = recruiter.get(of(last)).text
    assert "has not agreed yet" in waits and "What do you decide?" not in waits
    refused = send(recruiter, of(first), verdict="decline", reason="", seen="0")
    assert refused.status_code == 422 and "Choose a reason" in refused.text
    on = send(recruiter, of(first), verdict="offer", seen="0")
    assert on.status_code == 303 and on.location == of(second)
    stale = send(recruiter, of(first), verdict="reserve", reserve_place="3", seen="0")
    assert stale.status_code == 409 and "Hold" not in stale.text.split("Theirs")[0]
    advice = "Tell us what you did yourself."
    send(recruiter, of(second), verdict="decline", reason="interview", feedback=advice, seen="0")
    assert decided(session, agreed)[:2] == [(V.OFFER, None), (V.DECLINE, None)]


def test_all_are_told_together_and_a_pass_is_an_offer(
    session: Session, agreed: Panel, recruiter: JudgingClient
) -> None:
    send(recruiter, at(agreed, "/follow"), page=at(agreed))
    page = recruiter.get(at(agreed, "/release")).text
    assert "Tell 3 people" in page and "1 person not decided on" in page
    for words in ("We would like to offer you a place", "number 1 on the list", "Thank you for coming to meet us"):
        assert words in page.replace("&#39;", "'")
    assert agreed.application.reference not in page
    assert release(recruiter, agreed, "2").status_code == 422
    assert release(recruiter, agreed, "3").status_code == 303
    finish(session)
    assert states(session, agreed) == [State.OFFERED, State.RESERVE, State.UNSUCCESSFUL, State.INTERVIEW]
    assert session.scalars(select(Offer.application_id)).all() == [agreed.application.id]
    names = list(session.scalars(select(OutboxMail.name).order_by(OutboxMail.id)))[-3:]
    assert sorted(names) == ["offer_made", "outcome_reserve", "outcome_unsuccessful"]
    assert session.get_one(Application, agreed.stage.applications[1].id).reserve_place == 1
    told = recruiter.get(at(agreed)).text
    assert "told: offered" in told and "Release" not in told.split("<main")[1].split("</h1>")[1][:600]
    assert "Nothing is decided yet" in recruiter.get(at(agreed, "/release")).text


def test_one_alone_is_told_from_their_own_page(session: Session, agreed: Panel, recruiter: JudgingClient) -> None:
    send(recruiter, of(agreed.application), verdict="offer", seen="0")
    address = f"/staff/applications/{agreed.application.reference}/release"
    page = recruiter.get(address).text
    assert "We would like to offer you a place" in page
    send(recruiter, address, seen=hidden(page, "seen"))
    assert states(session, agreed)[0] is State.OFFERED
    assert "They have been told" in recruiter.get(of(agreed.application)).text


def test_more_passes_than_places_are_not_released(session: Session, agreed: Panel, recruiter: JudgingClient) -> None:
    for each in agreed.stage.applications[:2]:
        send(recruiter, of(each), verdict="offer", seen="0")
    with unit_of_work(session):
        session.get_one(Campaign, agreed.campaign.id).places = 1
    page = recruiter.get(at(agreed, "/release")).text
    assert "1 pass too many" in page and "Release to" not in page
    answer = recruiter.post(at(agreed, "/release"), data=recruiter.tokens(page) | {"typed": "2", "token": "t"})
    assert answer.status_code == 200
    assert states(session, agreed)[:2] == [State.INTERVIEW] * 2


def test_the_sift_and_the_interviews_are_released_apart(
    session: Session, agreed: Panel, recruiter: JudgingClient
) -> None:
    send(recruiter, at(agreed, "/follow"), page=at(agreed))
    page = recruiter.get(f"/staff/shortlisting/{agreed.campaign.slug}/release").text
    assert "Release to" not in page and "offer you a place" not in page


def test_somebody_who_knows_the_applicant_is_work_for_the_recruiters(
    session: Session, app: Flask, panel: Panel, recruiter: JudgingClient
) -> None:
    interviewer = browser_of(app, panel.members[0])
    assert "Panels that need somebody else" not in recruiter.get("/staff/").text
    assert "Interview sheets" in interviewer.get("/staff/").text
    send(interviewer, f"/staff/interviews/sheets/{panel.booking.id}/know", relation="work")
    assert "Panels that need somebody else" in recruiter.get("/staff/").text
    page = recruiter.get(at(panel)).text
    assert "Somebody else is needed" in page and "knows the applicant" in page


def test_who_may_see_outcomes(session: Session, app: Flask, agreed: Panel) -> None:
    for role in (Role.ASSESSOR, Role.LIAISON, Role.VETTING, Role.MEDICAL, Role.TRAINER, Role.AUDITOR):
        browser = browser_of(app, a_staff_member(session, role))
        for address in ("/staff/interviews/outcomes", at(agreed), at(agreed, "/release"), of(agreed.application)):
            assert browser.get(address).status_code == 403
    recruiter = browser_of(app, a_staff_member(session, Role.RECRUITER))
    assert recruiter.get("/staff/interviews/outcomes/no-such").status_code == 404
    assert recruiter.get("/staff/applications/CPV-2222-2222/outcome").status_code == 404
