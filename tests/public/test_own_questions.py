"""A campaign's own questions as applicants answer them: asked where they apply, kept, checked, and sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.actions import submit
from portal.domain.applications.models import State
from portal.domain.applications.queries import answers
from portal.domain.applications.refusals import NotComplete
from portal.domain.applications.standing import standing_of
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign, Question
from portal.domain.campaigns.own_questions import planned_questions
from portal.extensions import db
from tests.support.applying import DURING, Applying, set_clock, somebody
from tests.support.make_applications import keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.make_questions import OWN, OWN_ANSWERS


@pytest.fixture
def campaign(app: Flask) -> Campaign:
    set_clock(app, DURING)
    return a_campaign(db.session(), questions=OWN)


def applying_to(app: Flask, campaign: Campaign, **answers: Any) -> Applying:
    return somebody(app, campaign, **(OWN_ANSWERS | answers))


def kept(app: Flask, person: Applying) -> dict[str, Any]:
    db.session.rollback()
    return answers(db.session(), keys_of(app), person.application, sealed=True)


def test_each_is_a_page_of_its_own_in_the_task_list(app: Flask, campaign: Campaign) -> None:
    mine = somebody(app, campaign, strands=["horseback-patrol"])
    page = mine.browser.get(mine.address()).text
    order = [page.index(f">{title}</a>") for title in (
        "Why you want to do this", "Staying calm", "Driving", "Your evenings", "Your work", "A strand you would enjoy",
    )]  # fmt: skip
    assert order[:5] == sorted(order[:5])
    assert page.count("2 minutes") >= 1 and ">Horses</a>" in page and ">First day</a>" in page
    assert "Your car" not in page and "Getting about" not in page


def test_a_page_saves_and_leads_to_the_next(app: Flask, campaign: Campaign) -> None:
    mine = somebody(app, campaign)
    answer = mine.post("question-calm", **{"question-calm": "I waited."})
    assert (answer.status_code, answer.location) == (303, mine.address("question-drive"))
    assert kept(app, mine)["question-calm"] == "I waited."
    assert "I waited." in mine.browser.get(mine.address("question-calm")).text


def test_strangers_and_neighbours_get_nothing(app: Flask, campaign: Campaign) -> None:
    mine, other = somebody(app, campaign), somebody(app, a_campaign(db.session()))
    assert other.browser.get(mine.address("question-calm")).status_code == 404
    assert other.browser.get(other.address("question-calm")).status_code == 404
    assert mine.browser.get(mine.address("question-none")).status_code == 404
    assert mine.browser.get(mine.address("question-horse")).status_code == 404  # that strand was not chosen
    assert mine.browser.put(mine.address("question-calm")).status_code == 405


@pytest.mark.parametrize(
    ("key", "given", "said"),
    [
        ("question-calm", "word " * 151, "Use 150 words or fewer: this is 151"),
        ("question-calm", "", "Answer “Staying calm”"),
        ("question-days", ["friday"], "Answer “Your evenings”"),
        ("question-first", ["31", "2", "2018"], "Enter a real date"),
        ("question-drive", "perhaps", "Answer “Driving”"),
    ],
)
def test_the_same_rules_on_the_page_and_at_submission(
    app: Flask, campaign: Campaign, key: str, given: Any, said: str
) -> None:
    mine = applying_to(app, campaign)
    answer = mine.post(key, **{key: given})
    assert answer.status_code == 422 and said in answer.text
    db.session.rollback()
    with pytest.raises(NotComplete):
        submit(db.session(), mine.application.applicant, mine.application.id, clock.now(), keys_of(app))
    assert said in mine.post("submit").text


def test_an_answer_leads_to_another_question_without_a_script(app: Flask, campaign: Campaign) -> None:
    mine = somebody(app, campaign)
    assert "Which vehicles" not in mine.browser.get(mine.address("question-drive")).text
    answer = mine.post("question-drive", **{"question-drive": "yes"})
    assert (answer.status_code, answer.location) == (303, mine.address("question-drive") + "#question-car")
    page = mine.browser.get(mine.address("question-drive")).text
    assert "Which vehicles" in page and "How would you come" not in page and "There is a problem" not in page
    empty = mine.post("question-drive", **{"question-drive": "yes", "shown": "question-car", "question-car": ""})
    assert empty.status_code == 422 and "Answer “Your car”" in empty.text
    other = mine.post("question-drive", **{"question-drive": "no", "shown": "question-car", "question-car": "A van"})
    assert other.location == mine.address("question-drive") + "#question-bus"
    assert kept(app, mine)["question-car"] == "A van"  # nothing typed is lost: yes again brings it back
    assert "How would you come" in mine.browser.get(mine.address("question-drive")).text
    done = mine.post("question-drive", **{"question-drive": "no", "shown": "question-bus"})
    assert done.location == mine.address("question-days")


def test_a_fragment_brings_the_question_and_takes_it_away(app: Flask, campaign: Campaign) -> None:
    mine = somebody(app, campaign)
    came = mine.left("question-drive", **{"question-drive": "yes"}).text
    assert 'id="hanging" hx-swap-oob="true"' in came and "Which vehicles" in came and "<html" not in came
    same = mine.left("question-drive", **{"question-drive": "yes", "shown": "question-car", "question-car": "A v"}).text
    assert "hanging" not in same and kept(app, mine)["question-car"] == "A v"
    went = mine.left("question-drive", **{"question-drive": "", "shown": "question-car", "question-car": "A v"}).text
    assert 'id="hanging" hx-swap-oob="true"' in went and "Which vehicles" not in went


def test_what_is_no_longer_asked_is_not_sent(app: Flask, campaign: Campaign) -> None:
    mine = applying_to(app, campaign, **{"question-horse": "Ten years", "strands": ["horseback-patrol"]})
    mine.post("question-drive", **{"question-drive": "no", "shown": "question-bus", "question-bus": "bus"})
    mine.post("strands", strands="none")
    page = mine.browser.get(mine.address("check-answers")).text
    assert "By bus" in page and "A van" not in page and "Ten years" not in page
    assert mine.post("submit").status_code == 303
    said = kept(app, mine)
    assert said["question-bus"] == "bus" and not {"question-car", "question-horse"} & set(said)
    event = db.session().scalars(select(AuditEvent).filter_by(action="application.submitted")).one()
    assert event.detail["left_out"] == ["question-car", "question-horse"]


def test_they_are_on_the_check_page_the_copy_and_the_staff_sheet(app: Flask, campaign: Campaign) -> None:
    mine = applying_to(app, campaign)
    checked = mine.browser.get(mine.address("check-answers")).text
    assert checked.index(">Why you want to do this<") < checked.index(">Staying calm<") < checked.index(">Your work<")
    assert mine.post("submit").status_code == 303
    sent = mine.browser.get(mine.address("check-answers")).text
    assert "Somebody shouted at the gate" in sent and ">Driving<" in sent and "Monday" in sent
    assert mine.browser.get(mine.address("download")).status_code == 200


def test_a_question_added_after_sending_troubles_nobody(app: Flask, campaign: Campaign) -> None:
    done, drafting = applying_to(app, campaign), applying_to(app, campaign)
    assert done.post("submit").status_code == 303
    new = replace(OWN[0], key="question-late", title="Too late", label="Asked later?")
    with unit_of_work(db.session()):
        db.session().add_all(planned_questions(campaign.id, [new], {}))
    assert "Asked later?" not in done.browser.get(done.address("check-answers")).text
    assert done.post("contact", phone="01632 960 001").status_code == 303
    db.session.rollback()
    standing = standing_of(db.session(), keys_of(app), drafting.application, clock.now())
    assert not standing.complete and drafting.application.state is State.DRAFT
    assert "Asked later?" in drafting.browser.get(drafting.address("check-answers")).text


def test_a_retired_question_is_asked_no_more_and_what_was_sent_stays(app: Flask, campaign: Campaign) -> None:
    done, drafting = applying_to(app, campaign), applying_to(app, campaign)
    assert done.post("submit").status_code == 303
    with unit_of_work(db.session()):
        calm = db.session().scalars(select(Question).filter_by(key="question-calm")).one()
        calm.retired_at = clock.now()
    assert "Somebody shouted" in done.browser.get(done.address("check-answers")).text
    assert "Somebody shouted" not in drafting.browser.get(drafting.address("check-answers")).text
    assert drafting.browser.get(drafting.address("question-calm")).status_code == 404
    assert drafting.post("submit").status_code == 303
    assert "question-calm" not in kept(app, drafting) and "question-calm" in kept(app, done)
