"""Naming referees, and the referee's own pages: whatever goes wrong, nothing typed is lost and nothing is shown."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, State
from portal.domain.clearances import references
from portal.domain.clearances.models import Referee
from portal.domain.clearances.references import Named, Relation
from portal.domain.messages.models import OutboxMail
from portal.web.setup import outside_of
from tests.support.checks import an_offered, answers, now_in
from tests.support.client import JudgingClient
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.stage import put_clock

MOMENT = datetime(2018, 3, 5, 12)
CANARY = "Heliotrope-canary"


@pytest.fixture
def offered(app: Flask, session: Session) -> Application:
    put_clock(app, MOMENT)
    return an_offered(session, app)


@pytest.fixture
def browser(app: Flask, offered: Application) -> JudgingClient:
    return browser_of(app, offered.applicant)


def given(page: str, browser: JudgingClient, **changes: str) -> dict[str, str]:
    """The form as the page has it, filled in."""
    position = re.search(r'name="position"[^>]*value="(\d+)"', page)
    form = {"position": position.group(1) if position else "", "name": "Anna Bright", "email": "anna@example.org",
            "relation": "manager", "years": "4", "consent": "y"}  # fmt: skip
    return {key: text for key, text in (browser.tokens(page) | form | changes).items() if text != "-"}


def a_link(session: Session, app: Flask, offered: Application, email: str = "anna@example.org", place: int = 1) -> str:
    named = Named("Anna Bright", email, Relation.MANAGER, 4)
    row = references.name_referee(session, keys_of(app), offered.applicant, offered.id, place, named)
    return f"/reference/{references.token_of(keys_of(app), row)}"


def test_two_are_named_one_after_the_other_and_changed_until_they_answer(
    session: Session, offered: Application, browser: JudgingClient
) -> None:
    here = f"/applications/{offered.reference}/references"
    page = browser.get(here).text
    assert "Your first referee" in page
    assert browser.post(here, data=given(page, browser)).status_code == 303
    page = browser.get(here).text
    assert "Your second referee" in page and "Anna Bright" in page
    assert browser.post(here, data=given(page, browser, email="ben@example.org")).status_code == 303
    page = browser.get(here).text
    assert "You have nothing to do" in page and page.count(">Asked<") == 2
    page = browser.get(f"{here}?change=1").text
    assert "Your first referee" in page
    assert browser.post(here, data=given(page, browser, email="cat@example.org")).status_code == 303
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Referee).where(Referee.replaced_at.is_(None))) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Enter their name"),
        ({"email": "anna"}, "Enter an e-mail address"),
        ({"relation": "mother"}, "Not a valid choice"),
        ({"years": "many"}, "Not a valid integer value"),
        ({"years": "1"}, "at least 2 years"),
        ({"consent": "-"}, "Ask them first"),
    ],
)
def test_a_slip_is_said_beside_its_field_and_nothing_is_lost(
    session: Session, offered: Application, browser: JudgingClient, changes: dict[str, str], words: str
) -> None:
    here = f"/applications/{offered.reference}/references"
    sent = given(browser.get(here).text, browser, **changes)
    answer = browser.post(here, data=sent)
    assert answer.status_code == 422 and words in answer.text
    for key in ("name", "email"):
        assert not sent.get(key) or f'value="{sent[key]}"' in answer.text
    assert session.scalar(select(func.count()).select_from(Referee)) == 0


def test_nobody_else_finds_the_page(app: Flask, session: Session, offered: Application) -> None:
    here = f"/applications/{offered.reference}/references"
    assert browser_of(app, an_applicant(session)).get(here).status_code == 404
    assert app.test_client().get(here).status_code == 303
    early = an_offered(session, app, asked=False)
    page = browser_of(app, early.applicant).get(f"/applications/{early.reference}/references").text
    assert "after your interview" in page and "<form" not in page.split("<main")[1].split("</main")[0]


def test_a_referee_answers_two_pages_without_an_account_and_is_thanked(
    session: Session, app: Flask, offered: Application, client: JudgingClient
) -> None:
    link = a_link(session, app, offered)
    start = client.get(link)
    assert "Would you speak for Sam Okafor?" in start.text and start.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in start.headers and "Okafor" not in start.text.split("</title>")[0]
    said = answers(knows=CANARY)
    first = {key: said[key] for key in ("knows", "since", "reliable", "example")}
    second = client.post(f"{link}/questions", data={"page": "1", "go": "next", **first})
    assert second.status_code == 200 and "Page 2 of 2" in second.text and CANARY in second.text
    back = client.post(f"{link}/questions", data={"page": "2", "go": "back", **said})
    assert "Page 1 of 2" in back.text and said["pressure"] in back.text, "what was written on page 2 comes along"
    done = client.post(f"{link}/questions", data={"page": "2", "go": "send", **said})
    assert done.status_code == 303
    thanks = client.get(link)
    assert "We have your answers" in thanks.text and CANARY not in thanks.text
    again = client.post(f"{link}/questions", data={"page": "2", "go": "send", **answers(knows="else")})
    assert again.status_code == 303
    assert client.get(f"{link}/questions").status_code == 303


def test_a_missing_answer_brings_its_page_back_with_everything_typed(
    session: Session, app: Flask, offered: Application, client: JudgingClient
) -> None:
    link = a_link(session, app, offered)
    answer = client.post(f"{link}/questions", data={"page": "1", "go": "next", **answers(since="")})
    assert answer.status_code == 422 and "Choose how long" in answer.text and "sandbags" in answer.text
    answer = client.post(f"{link}/questions", data={"page": "2", "go": "send", **answers(concern="yes")})
    assert answer.status_code == 422 and "Tell us what worries you" in answer.text and "Page 2" in answer.text
    answer = client.post(f"{link}/questions", data={"page": "2", "go": "send", **answers(example="")})
    assert answer.status_code == 422 and "Page 1" in answer.text
    answer = client.post(f"{link}/questions", data={"page": "1", "go": "next", **answers(knows="x" * 2001)})
    assert answer.status_code == 422
    session.rollback()
    assert session.scalars(select(Referee)).one().answered_at is None


def test_a_wrong_a_used_and_a_replaced_link(
    session: Session, app: Flask, offered: Application, client: JudgingClient
) -> None:
    old = a_link(session, app, offered)
    new = a_link(session, app, offered, "ben@example.org")
    for address in ("/reference/" + "0" * 64, "/reference/nothing"):
        for page in ("", "/questions", "/decline"):
            assert client.get(address + page).status_code == 404
            assert page == "" or client.post(address + page).status_code == 404
    for page in ("", "/questions", "/decline"):
        assert client.get(old + page).status_code == 410
    assert client.post(f"{old}/questions", data={"page": "2", "go": "send", **answers()}).status_code == 410
    assert client.get(f"{new}/decline").status_code == 200
    assert client.post(f"{new}/decline").status_code == 303
    assert "We will not ask you again" in client.get(new).text
    now_in(session, offered, State.DECLINED)
    other = an_offered(session, app)
    late = a_link(session, app, other)
    now_in(session, other, State.DECLINED)
    assert client.get(late).status_code == 410


def test_a_referees_words_appear_nowhere_else(
    session: Session, app: Flask, offered: Application, client: JudgingClient, browser: JudgingClient,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    link = a_link(session, app, offered)
    said = answers(knows=CANARY, example=CANARY, pressure=CANARY, concern="yes", concern_words=CANARY)
    assert client.post(f"{link}/questions", data={"page": "2", "go": "send", **said}).status_code == 303
    here = f"/applications/{offered.reference}"
    browser.canaries.add(CANARY)
    for page in ("", "/references", "/messages", "/documents", "/fitness"):
        assert browser.get(here + page).status_code == 200
    assert CANARY not in browser.get(f"{here}/download").data.decode("latin-1")
    for role in Role:
        officer = browser_of(app, a_staff_member(session, role))
        officer.canaries.add(CANARY)
        addresses = [
            "/staff/", f"/staff/applications/{offered.reference}", "/staff/checks", "/staff/checks/references",
            f"/staff/checks/{offered.reference}", f"/staff/checks/{offered.reference}/references", "/staff/audit",
        ]  # fmt: skip
        for address in addresses:
            assert officer.get(address).status_code in {200, 403, 404}
    session.rollback()
    mails = session.scalars(select(OutboxMail)).all()
    assert not any(CANARY in f"{mail.context} {mail.subject} {mail.text}" for mail in mails)
    assert CANARY not in caplog.text
    for file in outside_files(app):
        assert CANARY.encode() not in file


def outside_files(app: Flask) -> list[bytes]:
    """Every file the application has on this machine: database, its log, the store."""
    assert outside_of(app).keys.current
    settings = app.config["PORTAL"]
    places = [path for path in settings.data.rglob("*") if path.is_file()]
    assert places
    return [path.read_bytes() for path in places]
