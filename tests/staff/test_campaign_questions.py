"""A campaign's own questions and criteria: made, changed in versions, ordered, taken away, never silently lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.queries import answered
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.criteria import criteria_of
from portal.domain.campaigns.models import Campaign, Question, QuestionKind
from portal.domain.campaigns.own_questions import OwnQuestion, choices_from, own_questions
from portal.domain.campaigns.questions import When, seed_questions
from portal.domain.campaigns.standard import STANDARD_QUESTIONS, TIED_CRITERIA
from tests.support.applying import DURING, set_clock
from tests.support.client import JudgingClient
from tests.support.filled import filled
from tests.support.make_applications import a_draft, a_submitted, keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.make_questions import OWN, OWN_ANSWERS
from tests.support.make_sifts import one_reading, score_all
from tests.support.people import a_staff_member, browser_of

NEW_QUESTION = {
    "label": "What would you change here?", "title": "One change", "hint": "", "kind": "short_text", "word_limit": "",
    "choices": "", "required": "y", "when": "", "strand": "",
}  # fmt: skip
NEW_CRITERION = {
    "title": "Kindness", "weight": "3", "question": "", "feedback": "Tell us about somebody else.",
    **{f"anchor_{points}": f"What {points} looks like" for points in range(1, 6)},
}  # fmt: skip


@pytest.fixture
def campaign(app: Flask, session: Session) -> Iterator[Campaign]:
    """Open now, with a question of each kind."""
    set_clock(app, DURING)
    seed_questions(session)
    yield a_campaign(session, questions=OWN)
    clock.use_offset(timedelta())


@pytest.fixture
def draft(session: Session, campaign: Campaign) -> Campaign:
    """Not published: nobody can have answered."""
    return a_campaign(session, questions=OWN, published_at=None)


@pytest.fixture
def browser(app: Flask, session: Session, campaign: Campaign) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


def page(campaign: Campaign, rest: str = "questions") -> str:
    return f"/staff/campaigns/{campaign.slug}/{rest}"


def send(browser: JudgingClient, address: str, shown: str = "", **fields: Any) -> tuple[int, str]:
    """The form of a page (its own unless said) as it stands but for these fields; none takes one away."""
    text = browser.get(shown or address).text
    given = {**(browser.tokens(text) if shown else filled(text)), **fields}
    answer = browser.post(address, data={key: value for key, value in given.items() if value is not None})
    return answer.status_code, answer.text


def anew(session: Session) -> None:
    """What other requests wrote is read, and nothing remembered."""
    session.rollback()
    session.expire_all()


def now(session: Session, campaign: Campaign) -> dict[str, OwnQuestion]:
    anew(session)
    found = session.get_one(Campaign, campaign.id, populate_existing=True)
    return {each.key: each for each in own_questions(session, found)}


def events(session: Session, campaign: Campaign) -> list[tuple[str, dict[str, Any]]]:
    session.rollback()
    about = AuditEvent.subject_kind == "campaign", AuditEvent.subject_id == campaign.id
    rows = session.scalars(select(AuditEvent).where(*about).order_by(AuditEvent.id)).all()
    return [(row.action, row.detail) for row in rows if row.action != "campaign.created"]


def test_a_question_is_added_and_asked(
    app: Flask, session: Session, browser: JudgingClient, campaign: Campaign
) -> None:
    assert send(browser, page(campaign, "questions/new"), **NEW_QUESTION)[0] == 303
    made = now(session, campaign)["question-8"]
    assert (made.plan.kind, made.plan.label, made.number) == (QuestionKind.SHORT_TEXT, NEW_QUESTION["label"], 1)
    assert "One change" in browser.get(page(campaign)).text
    assert events(session, campaign) == [("question.added", {"key": "question-8"})]
    applying = a_draft(session, app, campaign)
    theirs = browser_of(app, applying.applicant)
    assert NEW_QUESTION["label"] in theirs.get(f"/applications/{applying.reference}/question-8").text


def test_a_page_sent_back_untouched_changes_nothing(
    session: Session, browser: JudgingClient, campaign: Campaign
) -> None:
    before = now(session, campaign)
    for key in before:
        assert send(browser, page(campaign, f"questions/{key}"))[0] == 303, key
    assert now(session, campaign) == before and events(session, campaign) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": ""}, "Write the question"),
        ({"title": " "}, "Give it a short name"),
        ({"kind": "riddle"}, "Not a valid choice"),
        ({"kind": "long_text", "word_limit": "5"}, "Enter a number from 10"),
        ({"kind": "choice", "choices": "Only one"}, "Give at least two choices"),
        ({"kind": "choices", "choices": "Yes\nyes"}, "Two choices read the same"),
        ({"when": "question-drive perhaps"}, "Not a valid choice"),
        ({"strand": "nothing"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(
    session: Session, browser: JudgingClient, campaign: Campaign, change: dict[str, str], said: str
) -> None:
    status, text = send(browser, page(campaign, "questions/new"), **(NEW_QUESTION | change))
    assert status == 422 and said in text
    assert len(now(session, campaign)) == len(OWN)


def test_a_follow_up_stands_below_its_question(session: Session, browser: JudgingClient, campaign: Campaign) -> None:
    asked = filled(browser.get(page(campaign, "questions/new?after=question-drive")).text)
    assert asked["when"] == "question-drive yes"
    wanted = NEW_QUESTION | {"when": "question-drive yes", "kind": "yes_no"}
    assert send(browser, page(campaign, "questions/new"), **wanted)[0] == 303
    below = NEW_QUESTION | {"when": "question-8 no", "title": "Deeper", "required": None}
    assert send(browser, page(campaign, "questions/new"), **below)[0] == 303
    found = now(session, campaign)
    assert list(found)[1:6] == ["question-drive", "question-car", "question-bus", "question-8", "question-9"]
    assert {found[key].page for key in list(found)[1:6]} == {"question-drive"}
    assert found["question-9"].plan.when == When("question-8", "no")
    circle = {"when": "question-9 yes"}
    assert send(browser, page(campaign, "questions/question-8"), **circle)[0] == 422


def test_before_it_opens_a_change_is_the_same_wording(
    session: Session, browser: JudgingClient, draft: Campaign
) -> None:
    assert send(browser, page(draft, "questions/question-calm"), label="Asked otherwise?", kind="short_text")[0] == 303
    changed = now(session, draft)["question-calm"]
    assert (changed.number, changed.plan.label, changed.plan.word_limit) == (1, "Asked otherwise?", None)
    assert events(session, draft) == [
        ("question.changed", {"key": "question-calm", "fields": ["kind", "label", "word_limit"]})
    ]


def test_once_open_old_answers_keep_the_words_they_answered(
    app: Flask, session: Session, browser: JudgingClient, campaign: Campaign
) -> None:
    sent = a_submitted(session, app, campaign, **OWN_ANSWERS)
    assert send(browser, page(campaign, "questions/question-calm"), label="Asked otherwise?")[0] == 303
    assert send(browser, page(campaign, "questions/question-days"), choices="Tuesday\nFriday")[0] == 303
    assert {key: each.number for key, each in now(session, campaign).items() if each.number > 1} == {
        "question-calm": 2, "question-days": 2,
    }  # fmt: skip
    said = {each.key: each for each in answered(session, keys_of(app), session.get_one(type(sent), sent.id))}
    assert said["question-calm"].label == "Tell us about a tense moment." and said["question-days"].shown == "Monday"
    later = a_draft(session, app, campaign)
    theirs = browser_of(app, later.applicant)
    assert "Asked otherwise?" in theirs.get(f"/applications/{later.reference}/question-calm").text
    assert send(browser, page(campaign, "questions/question-calm"), kind="short_text")[0] == 422


def test_an_answer_that_others_hang_on_stays(session: Session, browser: JudgingClient, campaign: Campaign) -> None:
    follow = NEW_QUESTION | {"when": "question-days tuesday", "title": "On Tuesday"}
    assert send(browser, page(campaign, "questions/new"), **follow)[0] == 303
    status, text = send(browser, page(campaign, "questions/question-days"), choices="Monday\nFriday")
    assert status == 422 and "“On Tuesday” is asked after an answer that would be gone" in text
    assert send(browser, page(campaign, "questions/question-days"), choices="Friday\nTuesday\nMonday")[0] == 303


def test_order_moves_pages_and_follow_ups(session: Session, browser: JudgingClient, draft: Campaign) -> None:
    keys = list(now(session, draft))
    assert send(browser, page(draft, "questions/question-drive/move"), page(draft), way="up")[0] == 303
    assert list(now(session, draft)) == ["question-drive", "question-car", "question-bus", keys[0], *keys[4:]]
    assert send(browser, page(draft, "questions/question-bus/move"), page(draft), way="up")[0] == 303
    assert list(now(session, draft))[:3] == ["question-drive", "question-bus", "question-car"]
    assert send(browser, page(draft, "questions/question-horse/move"), page(draft), way="down")[0] == 303
    assert list(now(session, draft))[-1] == "question-horse"


def test_it_is_deleted_while_nobody_answered_and_retired_afterwards(
    app: Flask, session: Session, browser: JudgingClient, campaign: Campaign
) -> None:
    a_draft(session, app, campaign, **OWN_ANSWERS)
    shown = page(campaign)
    assert send(browser, page(campaign, "questions/question-first/remove"), shown)[0] == 303
    assert send(browser, page(campaign, "questions/question-calm/remove"), shown)[0] == 303
    anew(session)
    rows = {row.key: row.retired_at for row in session.scalars(select(Question).filter_by(campaign_id=campaign.id))}
    assert "question-first" not in rows and rows["question-calm"] is not None
    assert [name for name, _ in events(session, campaign)] == ["question.removed", "question.retired"]
    status, text = send(browser, page(campaign, "questions/question-drive/remove"), shown)
    assert status == 422 and "Another question hangs on this one" in text
    assert send(browser, page(campaign, "questions/question-calm/remove"), shown)[0] == 404
    assert send(browser, page(campaign, "questions/new"), **NEW_QUESTION)[0] == 303
    assert list(now(session, campaign))[-1] == "question-7"  # a retired question keeps its key


def test_what_a_criterion_judges_is_not_taken_away(session: Session, browser: JudgingClient) -> None:
    judged = a_campaign(session, questions=STANDARD_QUESTIONS, criteria=TIED_CRITERIA)
    status, text = send(browser, page(judged, "questions/question-calm/remove"), page(judged))
    assert status == 422 and "A criterion judges this answer" in text
    criterion = criteria_of(session, judged.id)[2]
    assert send(browser, page(judged, f"criteria/{criterion.id}"), question="")[0] == 303
    assert send(browser, page(judged, "questions/question-calm/remove"), page(judged))[0] == 303


def test_two_tabs_on_one_question(app: Flask, session: Session, browser: JudgingClient, campaign: Campaign) -> None:
    address = page(campaign, "questions/question-calm")
    open_tab = filled(browser.get(address).text)
    other = browser_of(app, a_staff_member(session, Role.RECRUITER))
    assert send(other, address, label="Theirs?")[0] == 303
    clash = browser.post(address, data={**open_tab, "label": "Mine?"})
    assert clash.status_code == 409 and "Theirs?" in clash.text and "Mine?" in clash.text
    assert now(session, campaign)["question-calm"].plan.label == "Theirs?"
    assert browser.post(address, data=filled(clash.text)).status_code == 303
    assert now(session, campaign)["question-calm"].plan.label == "Mine?"


def test_questions_of_another_campaign_are_not_there(
    session: Session, browser: JudgingClient, campaign: Campaign, draft: Campaign
) -> None:
    plain, criterion = a_campaign(session), criteria_of(session, campaign.id)[0]
    for rest in ("questions/question-calm", f"criteria/{criterion.id}", "criteria/999999", "questions/question-none"):
        assert browser.get(page(plain, rest)).status_code == 404, rest
        assert send(browser, page(plain, rest), page(plain))[0] == 404, rest
    assert send(browser, page(plain, f"criteria/{criterion.id}/move"), page(plain), way="up")[0] == 404
    assert send(browser, page(plain, f"criteria/{criterion.id}/remove"), page(plain))[0] == 404


def test_a_choices_value_comes_from_its_words() -> None:
    first = choices_from(["Every week", "Now and then"])
    assert [choice.value for choice in first] == ["every-week", "now-and-then"]
    assert {choice.value: choice.label for choice in choices_from(["Now and then", "Every week"])} == {
        choice.value: choice.label for choice in first
    }
    assert [choice.value for choice in choices_from(["½", "⅓"])] == ["choice", "choice-2"]


def test_a_criterion_is_added_changed_in_versions_and_moved(
    session: Session, browser: JudgingClient, campaign: Campaign
) -> None:
    assert send(browser, page(campaign, "criteria/new"), **NEW_CRITERION)[0] == 303
    made = criteria_of(session, campaign.id)[5]
    assert (made.title, made.weight, made.anchors[4], made.number) == ("Kindness", 3, "What 5 looks like", 1)
    change = {"weight": "4", "anchor_1": "Nothing of it", "question": "question-calm"}
    assert send(browser, page(campaign, f"criteria/{made.id}"), **change)[0] == 303
    anew(session)
    changed = criteria_of(session, campaign.id)[5]
    assert (changed.number, changed.weight, changed.question_key) == (2, 4, "question-calm")
    assert events(session, campaign)[-1] == (
        "criterion.changed",
        {"criterion": made.id, "fields": ["anchors", "question_key", "weight"], "changes": {"weight": [3, 4]}},
    )
    assert send(browser, page(campaign, f"criteria/{made.id}/move"), page(campaign, "criteria"), way="up")[0] == 303
    anew(session)
    assert [each.title for each in criteria_of(session, campaign.id)][4:] == ["Kindness", "Why this role"]
    assert send(browser, page(campaign, f"criteria/{made.id}/remove"), page(campaign, "criteria"))[0] == 303
    anew(session)
    assert len(criteria_of(session, campaign.id)) == 5
    assert "45 points are full marks" in browser.get(page(campaign, "criteria")).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "Give it a name"),
        ({"weight": "6"}, "Not a valid choice"),
        ({"anchor_3": ""}, "Say what 3 points look like"),
        ({"question": "question-none"}, "Not a valid choice"),
        ({"feedback": "x" * 301}, "cannot be longer"),
    ],
)
def test_what_is_wrong_with_a_criterion_is_said(
    session: Session, browser: JudgingClient, campaign: Campaign, change: dict[str, str], said: str
) -> None:
    status, text = send(browser, page(campaign, "criteria/new"), **(NEW_CRITERION | change))
    assert status == 422 and said in text and "What 5 looks like" in text
    assert len(criteria_of(session, campaign.id)) == 5


def test_two_tabs_on_one_criterion(app: Flask, session: Session, browser: JudgingClient, campaign: Campaign) -> None:
    criterion = criteria_of(session, campaign.id)[0]
    address = page(campaign, f"criteria/{criterion.id}")
    open_tab = filled(browser.get(address).text)
    other = browser_of(app, a_staff_member(session, Role.RECRUITER))
    assert send(other, address, title="Theirs")[0] == 303
    clash = browser.post(address, data={**open_tab, "title": "Mine"})
    assert clash.status_code == 409 and "Theirs" in clash.text and "Mine" in clash.text
    assert browser.post(address, data=filled(clash.text)).status_code == 303
    anew(session)
    first = criteria_of(session, campaign.id)[0]
    assert (first.title, first.number) == ("Mine", 3)


def test_criteria_are_fixed_once_a_score_is_in(
    app: Flask, session: Session, browser: JudgingClient, campaign: Campaign
) -> None:
    scored, reading = one_reading(session, app, a_staff_member(session, Role.ASSESSOR).id)
    assert "Add a criterion" in browser.get(page(scored, "criteria")).text
    score_all(session, reading, finish=False)
    before = criteria_of(session, scored.id)
    listed = browser.get(page(scored, "criteria")).text
    assert "Scoring has begun" in listed and "Add a criterion" not in listed
    assert "Scoring has begun" in browser.get(page(scored, f"criteria/{before[0].id}")).text
    status, text = send(browser, page(scored, "criteria/new"), page(campaign), **NEW_CRITERION)
    assert status == 422 and "A score is in, so the criteria stay" in text
    for rest in ("move", "remove"):
        assert send(browser, page(scored, f"criteria/{before[0].id}/{rest}"), page(campaign), way="up")[0] == 409
    anew(session)
    assert criteria_of(session, scored.id) == before
