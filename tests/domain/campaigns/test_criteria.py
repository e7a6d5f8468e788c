"""What a campaign is judged by and asks for itself, as its plan says."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.campaigns.criteria import MOST_POINTS, CriterionPlan, criteria_of, criterion_version, full_marks
from portal.domain.campaigns.models import Question
from portal.domain.campaigns.questions import seed_questions
from portal.domain.campaigns.standard import STANDARD_CRITERIA, STANDARD_QUESTIONS, TIED_CRITERIA
from tests.support.make_campaigns import a_campaign, the_pilot


def test_every_campaign_has_the_standard_criteria(session: Session) -> None:
    criteria = criteria_of(session, the_pilot(session).id)
    assert [(each.position, each.title, each.weight) for each in criteria] == [
        (1, "Working with people", 2),
        (2, "Knowing the community", 2),
        (3, "Staying calm", 2),
        (4, "Time and reliability", 2),
        (5, "Why this role", 1),
    ]
    assert full_marks(criteria) == 45
    assert all(len(each.anchors) == MOST_POINTS and each.number == 1 for each in criteria)
    assert {each.question_key for each in criteria} == {None}


def test_a_criterion_is_tied_to_the_answer_it_judges(session: Session) -> None:
    seed_questions(session)
    campaign = a_campaign(session, questions=STANDARD_QUESTIONS, criteria=TIED_CRITERIA)
    criteria = criteria_of(session, campaign.id)
    assert [each.question_key for each in criteria] == [
        "question-people", "question-community", "question-calm", "question-time", "why",
    ]  # fmt: skip
    asked = session.execute(select(Question.id, Question.campaign_id).where(Question.key == "why")).one()
    assert (criteria[4].question_id, asked.campaign_id) == (asked.id, None)


def test_a_criterion_has_five_anchors() -> None:
    with pytest.raises(ValueError):
        criterion_version(CriterionPlan("Short", 1, STANDARD_CRITERIA[0].anchors[:4], ""), 1)
