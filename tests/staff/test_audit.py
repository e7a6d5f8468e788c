"""The audit trail: filters, pages and who may read it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import ActorKind, AuditEvent
from portal.domain.audit.sentences import SENTENCES, particulars, sentence
from tests.support.casework import statements
from tests.support.client import JudgingClient
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.make_sifts import one_reading, score_all
from tests.support.people import a_staff_member, browser_of

TRAIL = "/staff/audit"
PORTAL = Path(__file__).parents[2] / "portal"


@pytest.fixture
def auditor(app: Flask, session: Session) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.AUDITOR))


def lines(session: Session, number: int, action: str = "setting.changed") -> None:
    """So many acts of the service's, a minute apart, each numbered."""
    start = clock.now() - timedelta(days=2)
    with unit_of_work(session):
        session.add_all(
            AuditEvent(
                at=start + timedelta(minutes=place), actor_kind=SYSTEM.actor_kind, actor_id=None, action=action,
                subject_kind="setting", subject_id=None, application_id=None, detail={"key": f"line_{place:03}"},
            )
            for place in range(number)
        )  # fmt: skip


def shown(page: str) -> list[str]:
    return re.findall(r"line (\d{3})", page)


def test_a_date_is_told_and_the_number_of_a_session_is_not() -> None:
    assert particulars("powers.exported", {"count": 1, "day": "2018-06-30"}, health=False) == "30 June 2018"
    assert particulars("mark.made", {"day": 10, "presence": "present"}, health=False) == ""


def test_an_auditor_who_reads_blind_is_not_told_whose_reading_it_is(app: Flask, session: Session) -> None:
    both = a_staff_member(session, Role.AUDITOR, Role.ASSESSOR)
    _campaign, reading = one_reading(session, app, both.id)
    score_all(session, reading, finish=False)
    reference = session.get_one(Application, reading.application_id).reference
    browser = browser_of(app, both)
    page, saved = browser.get(TRAIL).text, ">score.saved<"
    assert saved in page and reference not in page
    assert saved not in browser.get(f"{TRAIL}?reference={reference}").text
    assert reference in browser_of(app, a_staff_member(session, Role.AUDITOR)).get(TRAIL).text


def test_filters(app: Flask, session: Session, auditor: JudgingClient) -> None:
    sent = a_submitted(session, app, the_pilot(session))
    lines(session, 3)
    assert len(shown(auditor.get(f"{TRAIL}?action=setting.changed").text)) == 3
    assert shown(auditor.get(f"{TRAIL}?action=application.submitted").text) == []
    assert shown(auditor.get(f"{TRAIL}?who=applicant").text) == []
    assert len(shown(auditor.get(f"{TRAIL}?who=system").text)) == 3
    of_one = auditor.get(f"{TRAIL}?reference={sent.reference.lower()}").text
    assert "Application sent" in of_one
    assert shown(of_one) == []
    day = (clock.today() - timedelta(days=10)).isoformat()
    assert len(shown(auditor.get(f"{TRAIL}?since={day}&who=system").text)) == 3
    assert shown(auditor.get(f"{TRAIL}?until={day}&who=system").text) == []
    assert "Nothing matches" in auditor.get(f"{TRAIL}?reference=CPV-2222-2222").text


def test_pages_both_ways(app: Flask, session: Session, auditor: JudgingClient) -> None:
    lines(session, 120)
    first = auditor.get(f"{TRAIL}?who=system").text
    assert shown(first) == [f"{place:03}" for place in range(119, 69, -1)]
    assert 'rel="prev"' not in first
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    second = auditor.get(older[1].replace("&amp;", "&")).text
    assert shown(second) == [f"{place:03}" for place in range(69, 19, -1)]
    last = auditor.get(re.search(r'href="([^"]+)" rel="next"', second)[1].replace("&amp;", "&")).text  # type: ignore[index]
    assert shown(last) == [f"{place:03}" for place in range(19, -1, -1)]
    assert 'rel="next"' not in last
    back = auditor.get(re.search(r'href="([^"]+)" rel="prev"', last)[1].replace("&amp;", "&")).text  # type: ignore[index]
    assert shown(back) == shown(second)
    newest = auditor.get(re.search(r'href="([^"]+)" rel="prev"', second)[1].replace("&amp;", "&")).text  # type: ignore[index]
    assert shown(newest) == shown(first)


def test_the_same_statements_for_1_and_for_50(session: Session, auditor: JudgingClient) -> None:
    lines(session, 1)
    auditor.get(f"{TRAIL}?who=system")
    with statements() as few:
        auditor.get(f"{TRAIL}?who=system")
    lines(session, 49)
    with statements() as many:
        auditor.get(f"{TRAIL}?who=system")
    assert len(many) == len(few)


@pytest.mark.parametrize(
    "query", ["since=31-31-2018", "until=x", "who=martian", "action=nothing.known", f"reference={'x' * 50}"]
)
def test_a_filter_that_cannot_be_read_says_so(auditor: JudgingClient, query: str) -> None:
    page = auditor.get(f"{TRAIL}?{query}")
    assert page.status_code == 422
    assert "There is a problem" in page.text


def test_who_may_read_it(app: Flask, session: Session, client: JudgingClient, auditor: JudgingClient) -> None:
    assert client.get(TRAIL).status_code == 303
    assert auditor.post(TRAIL).status_code == 405
    for role in set(Role) - {Role.AUDITOR}:
        assert browser_of(app, a_staff_member(session, role)).get(TRAIL).status_code == 403


def test_every_act_the_service_records_has_its_sentence() -> None:
    said = re.compile(r'"([a-z_]+\.[a-z_]+)"')
    recorded = set()
    for path in PORTAL.rglob("*.py"):
        text = path.read_text()
        for call in re.findall(r"\brecord\((.*?)subject=", text, re.S):
            recorded |= set(said.findall(call))
    assert recorded, "no recorded act was found: the test reads nothing"
    assert recorded <= set(SENTENCES)
    assert sentence("thing.was_done") == "Thing: was done"
    assert {kind.value for kind in ActorKind} == {"applicant", "staff", "system", "stranger"}
