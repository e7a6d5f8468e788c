"""The question pages: kept on leaving a field, saved by the button, nothing typed ever lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from portal.domain.accounts.actions import end_sessions
from portal.domain.applications.keeping import forget_stale_forms
from portal.domain.applications.models import KeptForm
from portal.domain.applications.queries import answers
from portal.domain.applications.sections import QUESTIONS
from portal.extensions import db
from tests.support import databases
from tests.support.applying import DURING, set_clock, somebody
from tests.support.make_applications import keys_of
from tests.support.people import browser_of

ATTACK = "<script>alert(1)</script><img src=x hx-get=/account hx-trigger=load onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _during(app: Flask) -> None:
    set_clock(app, DURING)


@pytest.fixture
def database_url(tmp_path):
    """Pages are tried on SQLite; what they do is tried on both."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


def _kept_forms() -> list[KeptForm]:
    db.session.rollback()
    return list(db.session().scalars(db.select(KeptForm)))


def _kept(app: Flask, person) -> dict:
    db.session.rollback()
    return answers(db.session(), keys_of(app), person.application, sealed=True)


@pytest.mark.parametrize("section", QUESTIONS)
def test_every_section_opens_for_its_owner_alone(app: Flask, section: str) -> None:
    mine, other = somebody(app, complete=False), somebody(app, complete=False)
    assert mine.browser.get(mine.address(section)).status_code == 200
    assert other.browser.get(mine.address(section)).status_code == 404
    assert other.browser.post(mine.address(section)).status_code == 404
    stranger = app.test_client().get(mine.address(section))
    assert (stranger.status_code, stranger.location.split("?")[0]) == (303, "/sign-in")
    assert mine.browser.put(mine.address(section)).status_code == 405


def test_references_nobody_has_are_not_found(app: Flask) -> None:
    mine = somebody(app, complete=False)
    reference = mine.application.reference
    swapped = reference[:-1] + ("2" if reference[-1] != "2" else "3")
    for wrong in (swapped, "CPV-2222-2222", "nonsense", "x" * 500):
        assert mine.browser.get(f"/applications/{wrong}/name").status_code == 404
    assert mine.browser.get(mine.address("shoe-size")).status_code == 404
    assert mine.browser.get(f"/applications/{reference.lower()}/name").status_code == 200


def test_the_button_saves_and_goes_on(app: Flask) -> None:
    mine = somebody(app, complete=False)
    answer = mine.post("name", given_name="Sam", family_name="Okafor", date_of_birth=["27", "3", "1985"])
    assert (answer.status_code, answer.location) == (303, mine.address("contact"))
    assert _kept(app, mine) == {"given_name": "Sam", "family_name": "Okafor", "date_of_birth": "1985-03-27"}


def test_a_change_from_the_check_page_goes_back_there(app: Flask) -> None:
    mine = somebody(app)
    page = mine.browser.get(mine.address("contact") + "?then=check")
    data = {**mine.browser.tokens(page.text), "phone": "01632 960 001"}
    answer = mine.browser.post(mine.address("contact") + "?then=check", data=data)
    assert answer.location == mine.address("check-answers")


def test_what_is_wrong_is_said_beside_the_field_and_kept(app: Flask) -> None:
    mine = somebody(app, complete=False)
    answer = mine.post("name", given_name="Sam", family_name="", date_of_birth=["31", "2", "1985"])
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    for said in ("Enter your last name", "Enter a real date", 'href="#date_of_birth-day"', 'href="#family_name"'):
        assert said in answer.text
    for typed in ('value="Sam"', 'value="31"', 'value="1985"'):
        assert typed in answer.text
    assert _kept(app, mine) == {"given_name": "Sam", "date_of_birth": "31/2/1985"}
    assert 'value="31"' in mine.browser.get(mine.address("name")).text


def test_a_field_that_is_left_is_kept_whatever_it_holds(app: Flask) -> None:
    mine = somebody(app, complete=False)
    answer = mine.left("address", address_line1="12 Mill Lane", town="", postcode="not yet")
    assert answer.status_code == 200
    assert "<html" not in answer.text and "Saved at 10am" in answer.text
    assert "error" not in answer.text
    assert _kept(app, mine) == {"address_line1": "12 Mill Lane", "postcode": "not yet"}


def test_the_postcode_says_the_district_or_asks_which(app: Flask) -> None:
    mine = somebody(app, complete=False)
    assert "Your district is <b>Maidstone</b>" in mine.left("address", postcode="me14 1xx").text
    both = mine.left("address", postcode="ME16 8AA").text
    assert 'hx-swap-oob="true"' in both and "Tonbridge" in both and "Which district" in both
    asked = mine.post("address", address_line1="1 High Street", town="Aylesford", postcode="ME16 8AA")
    assert asked.status_code == 422 and "Choose the district you live in" in asked.text
    done = mine.post("address", address_line1="1 High Street", town="X", postcode="ME16 8AA", district="tonbridge")
    assert done.status_code == 303
    assert _kept(app, mine)["district"] == "tonbridge"
    wrong = mine.post("address", address_line1="1 High Street", town="X", postcode="ME99 999")
    assert wrong.status_code == 422 and "Enter a full UK postcode" in wrong.text


def test_too_many_words_are_kept_and_said(app: Flask) -> None:
    mine = somebody(app, complete=False)
    answer = mine.post("why", why="word " * 301)
    assert answer.status_code == 422
    assert "Use 300 words or fewer: this is 301" in answer.text
    assert len(str(_kept(app, mine)["why"]).split()) == 301
    assert mine.post("why", why="word " * 300).status_code == 303


def test_more_than_anybody_writes_is_refused_and_stays_in_the_box(app: Flask) -> None:
    mine = somebody(app, complete=False)
    answer = mine.post("why", why="x" * 20_001)
    assert answer.status_code == 422
    assert "Use 10,000 characters or fewer" in answer.text and "x" * 20_001 in answer.text
    assert _kept(app, mine) == {}


def test_coming_back_later_saves_what_there_is(app: Flask) -> None:
    mine = somebody(app, complete=False)
    answer = mine.post("name", given_name="Sam", family_name="", date_of_birth=["", "", ""], later="yes")
    assert (answer.status_code, answer.location) == (303, mine.address())
    assert _kept(app, mine) == {"given_name": "Sam"}


@pytest.mark.parametrize(
    ("section", "field"),
    [
        ("name", "given_name"),
        ("name", "family_name"),
        ("name", "date_of_birth"),
        ("contact", "phone"),
        ("address", "address_line1"),
        ("address", "address_line2"),
        ("address", "town"),
        ("address", "postcode"),
        ("why", "why"),
        ("occupation", "occupation"),
        ("adjustments", "adjustments"),
    ],
)
def test_script_and_htmx_in_a_field_are_only_text(app: Flask, section: str, field: str) -> None:
    mine = somebody(app, complete=False)
    mine.post(section, **{field: ATTACK})
    for page in (section, "check-answers", ""):
        text = mine.browser.get(mine.address(page)).text
        assert "<script>alert" not in text and "<img src=x" not in text
    assert "&lt;script&gt;" in mine.browser.get(mine.address(section)).text


def test_choices_nobody_offered_are_not_kept(app: Flask) -> None:
    mine = somebody(app, complete=False)
    assert mine.post("availability", hours="perhaps", weekends=["1", "99"]).status_code == 422
    assert _kept(app, mine) == {"weekends": ["1"]}
    mine.post("strands", strands=["no-such-strand"])
    assert "strands" not in _kept(app, mine)


def test_unticking_everything_takes_the_answer_away(app: Flask) -> None:
    mine = somebody(app)
    assert mine.left("availability", hours="yes").status_code == 200
    assert "weekends" not in _kept(app, mine)


def test_a_page_without_its_token_comes_back_with_everything_typed(app: Flask) -> None:
    mine = somebody(app, complete=False)
    answer = mine.browser.post(mine.address("why"), data={"why": "typed slowly", "csrf_token": "old"})
    assert answer.status_code == 400
    assert "typed slowly" in answer.text
    assert _kept(app, mine) == {}


def test_a_form_of_another_site_is_refused(app: Flask) -> None:
    mine = somebody(app, complete=False)
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert mine.browser.post(mine.address("why"), data={"why": "x"}, headers=headers).status_code == 403


@pytest.mark.parametrize("fragment", [False, True], ids=["button", "field"])
@pytest.mark.parametrize("words", [40, 1100], ids=["short", "long"])
def test_what_was_typed_when_the_session_ended_is_given_back(app: Flask, fragment: bool, words: int) -> None:
    mine = somebody(app, complete=False)
    typed = " ".join(f"word{number}" for number in range(words))
    token = mine.browser.tokens(mine.browser.get(mine.address("adjustments")).text)
    end_sessions(db.session(), mine.application.applicant)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{mine.address('adjustments')}"}
    answer = mine.browser.post(
        mine.address("adjustments"), data={**token, "adjustments": typed}, headers=headers if fragment else {}
    )
    assert answer.status_code == (401 if fragment else 303)
    to = answer.headers["HX-Redirect"] if fragment else answer.location
    assert to == "/sign-in?next=" + mine.address("adjustments").replace("/", "%2F")
    (row,) = _kept_forms()
    assert typed[:20].encode() not in row.sealed
    db.session.rollback()

    _sign_in_again(app, mine)
    page = mine.browser.get(mine.address("adjustments"))
    assert typed in page.text and "we kept what you typed" in page.text
    assert _kept(app, mine) == {}, "looking at a page changes nothing"
    data = {**mine.browser.tokens(page.text), "adjustments": typed}
    assert mine.browser.post(mine.address("adjustments"), data=data).status_code == 303
    assert _kept(app, mine)["adjustments"] == typed
    assert _kept_forms() == []


def _sign_in_again(app: Flask, mine) -> None:
    fresh = browser_of(app, mine.application.applicant).get_cookie("applicant_session")
    mine.browser.set_cookie("applicant_session", fresh.value)


def test_what_was_kept_is_for_that_browser_that_page_and_that_person(app: Flask) -> None:
    mine, other = somebody(app, complete=False), somebody(app, complete=False)
    end_sessions(db.session(), mine.application.applicant)
    mine.browser.post(mine.address("why"), data={"why": "typed by me"})
    elsewhere = browser_of(app, mine.application.applicant)
    assert "typed by me" not in elsewhere.get(mine.address("why")).text
    _sign_in_again(app, mine)
    assert "typed by me" not in mine.browser.get(mine.address("adjustments")).text
    assert "typed by me" in mine.browser.get(mine.address("why")).text
    mine.browser.set_cookie("applicant_session", other.browser.get_cookie("applicant_session").value)
    assert mine.browser.get(mine.address("why")).status_code == 404


def test_a_stranger_who_knows_no_reference_stores_nothing(app: Flask) -> None:
    somebody(app, complete=False)
    app.test_client().post("/applications/CPV-2222-2222/why", data={"why": "x" * 1000})
    assert _kept_forms() == []


def test_what_nobody_came_back_for_is_forgotten(app: Flask) -> None:
    mine = somebody(app, complete=False)
    app.test_client().post(mine.address("why"), data={"why": "never mind"})
    session = db.session()
    assert forget_stale_forms(session) == 0
    (row,) = _kept_forms()
    row.kept_at -= timedelta(days=1)
    session.commit()
    assert forget_stale_forms(session) == 1
    assert forget_stale_forms(session) == 0
