"""What sets somebody's start date: the rule over plain facts, and one application's own facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application, State
from portal.domain.clearances import vetting
from portal.domain.clearances.models import DeclarationKind
from portal.domain.overview.critical_path import Fact, Path, Standing, bar_words, critical_path, path, sentence, told
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.vetting import all_given, an_accepted, case_of, declare, in_state, officers, sent_on

TODAY = date(2018, 3, 6)
FIRST, DUTY = date(2018, 4, 28), date(2018, 6, 24)
S = Standing


def fact(name: str, standing: Standing, begins: date, usual: int, **more: date) -> Fact:
    return Fact(name, standing, more.pop("needed_by", FIRST), begins, usual, **more)


MEDICAL = fact("Medical certificate", S.THEM, date(2018, 2, 24), 28)
REFERENCES = fact("Two references", S.US, date(2018, 2, 26), 16)
FITNESS = fact("Fitness test", S.DONE, date(2018, 2, 24), 21, done_on=date(2018, 3, 2))
VETTING = fact("Vetting", S.US, date(2018, 3, 1), 42)


def found(*facts: Fact, today: date = TODAY) -> Path:
    result = path(facts, FIRST, DUTY, today)
    assert result is not None
    return result


def test_the_least_room_sets_the_date() -> None:
    result = found(MEDICAL, FITNESS, REFERENCES, VETTING)
    assert [(bar.name, bar.ends, bar.spare, bar.sets) for bar in result.bars] == [
        ("Medical certificate", date(2018, 3, 24), 35, False),
        ("Fitness test", date(2018, 3, 2), None, False),
        ("Two references", date(2018, 3, 14), 45, False),
        ("Vetting", date(2018, 4, 12), 16, True),
    ]
    assert sentence(result) == "Vetting. If it is done by 12 April, training starts on 28 April."
    assert told(result) == (
        "What takes longest is vetting. It is usually done by 12 April; your training starts on 28 April."
    )
    assert [bar_words(bar) for bar in result.bars] == [
        "24 Mar, 35 days spare",
        "done 2 Mar",
        "14 Mar, 45 days spare",
        "12 Apr, 16 days spare: sets the date",
    ]


def test_what_is_needed_only_for_the_first_duty_has_until_then() -> None:
    result = found(MEDICAL, fact("Vetting", S.US, date(2018, 3, 1), 90, needed_by=DUTY))
    assert result.setter is not None and (result.setter.name, result.setter.spare) == ("Vetting", 25)
    assert sentence(result) == "Vetting. If it is done by 30 May, the first duty is on 24 June."


def test_too_late_is_said_plainly() -> None:
    result = found(fact("Vetting", S.NONE, date(2018, 4, 1), 42))
    assert sentence(result) == "Vetting. It usually takes until 13 May: 15 days after 28 April."
    assert told(result) == (
        "What takes longest is vetting, usually until 13 May. We write to you if your start date moves."
    )
    assert bar_words(result.bars[0]) == "13 May, 15 days late: sets the date"


def test_what_is_not_met_comes_before_all_else_and_the_applicant_hears_it_from_a_person() -> None:
    refused = fact("Vetting", S.CROSS, date(2018, 3, 1), 42, done_on=date(2018, 3, 5))
    result = found(fact("Medical certificate", S.THEM, TODAY, 400), refused)
    assert sentence(result) == "Vetting: not met. Nothing starts unless that changes."
    assert told(result) == "" and bar_words(result.bars[1]) == "not met: sets the date"


def test_everything_met_and_nothing_asked() -> None:
    assert sentence(found(FITNESS)) == "Everything is met. Training starts on 28 April."
    assert told(found(FITNESS)) == "All your checks are done. Training starts on 28 April."
    assert path([], FIRST, DUTY, TODAY) is None


def test_an_overdue_thing_is_never_expected_in_the_past() -> None:
    assert found(fact("Vetting", S.US, date(2018, 1, 1), 10)).bars[0].ends == TODAY
    assert found(fact("Vetting", S.NONE, date(2018, 1, 1), 10)).bars[0].starts == TODAY
    known = fact("Vetting", S.US, date(2018, 1, 1), 10, expected_on=date(2018, 4, 1))
    assert found(known).bars[0].ends == date(2018, 4, 1)


DAYS = st.dates(date(2018, 1, 1), date(2018, 12, 31))
FACTS = st.builds(
    Fact,
    st.sampled_from(["Vetting", "Two references", "Fitness test"]),
    st.sampled_from(Standing),
    DAYS,
    DAYS,
    st.integers(0, 90),
    st.none() | DAYS,
    st.none() | DAYS,
)


@given(st.lists(FACTS, min_size=1, max_size=7), DAYS)
def test_at_most_one_sets_it_and_nothing_open_has_less_room(facts: list[Fact], today: date) -> None:
    result = found(*facts, today=today)
    still = [bar for bar in result.bars if bar.standing is not S.DONE]
    assert sum(bar.sets for bar in result.bars) == bool(still)
    assert all(bar.starts <= bar.ends for bar in result.bars)
    assert all(bar.ends >= today for bar in still if bar.standing is not S.CROSS)
    if result.setter is not None and not any(bar.standing is S.CROSS for bar in still):
        assert result.setter.spare == min(bar.spare for bar in still if bar.spare is not None)


def bars(session: Session, application: Application) -> dict[str, tuple[date, date]]:
    session.rollback()
    result = critical_path(session, session.get_one(Application, application.id))
    assert result is not None
    return {bar.name: (bar.starts, bar.ends) for bar in result.bars}


def test_one_applications_own_facts(session: Session, app: Flask) -> None:
    start = datetime(2018, 3, 1, 10)
    with clock.at(start):
        application = an_accepted(session, app)
        accepted = clock.today()
        vetting.begin(session, application.id)
        vetted = bars(session, application)["Vetting"]
        assert vetted == (accepted, accepted + timedelta(days=14 + 42)), "with them: their days first"
    with clock.at(start + timedelta(days=3)):
        for kind in DeclarationKind:
            declare(session, app, application, kind, all_given(kind))
        assert bars(session, application)["Vetting"] == (accepted, accepted + timedelta(days=3 + 42))
        officer = officers(session, 1)[0]
        case = sent_on(session, app, officer, application)
        vetting.pass_case(session, officer, case.id, None, version=case_of(session, application).version)
        assert bars(session, application)["Vetting"][1] == accepted + timedelta(days=3)


def test_before_an_interview_the_campaigns_dates_stand_for_what_is_to_come(session: Session, app: Flask) -> None:
    campaign = the_pilot(session)
    application = a_submitted(session, app, campaign)
    assert critical_path(session, application) is None
    with clock.at(datetime(2018, 2, 5, 10)):
        found_bars = bars(session, in_state(session, application, State.SHORTLISTED))
    offers = campaign.interviews_to + timedelta(days=14)
    assert found_bars["Vetting"] == (offers, offers + timedelta(days=56))
    assert found_bars["Two references"] == (campaign.interviews_to, campaign.interviews_to + timedelta(days=14))


@pytest.mark.parametrize("state", [State.RESERVE, State.DEFERRED, State.UNSUCCESSFUL, State.APPOINTED])
def test_nobody_elsewhere_has_one(session: Session, app: Flask, state: State) -> None:
    application = in_state(session, a_submitted(session, app, the_pilot(session)), state)
    assert critical_path(session, application) is None
