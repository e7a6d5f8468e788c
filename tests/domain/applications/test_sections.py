"""What counts as an answer: shapes, limits, and what is kept as it was typed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.applications.sections import (
    date_boxes,
    date_typed,
    eligibility_facts,
    is_complete,
    is_phone,
    problem_with,
    section_states,
)
from portal.domain.campaigns.models import Care, QuestionKind
from portal.domain.campaigns.questions import Asked, Choice
from portal.domain.campaigns.rules import Terms

TODAY = date(2018, 1, 15)
TERMS = Terms(
    scheme="Community Policing Volunteer", min_age=18, max_age=None, age_counted_on=None, district_ids=frozenset({1}),
    district_names=("Maidstone",), hours_a_month=16, weekends=5, training_days=10, may_miss_weekends=1,
    last_day=date(2018, 1, 26),
)  # fmt: skip


def asked(kind: QuestionKind, *, key: str = "it", section: str = "name", required: bool = True, **more) -> Asked:
    return Asked(1, 1, key, section, kind, Care.ORDINARY, "It", "", required, missing="Say it", **more)


@pytest.mark.parametrize(
    ("kind", "value", "fine"),
    [
        (QuestionKind.SHORT_TEXT, "x" * 200, True),
        (QuestionKind.SHORT_TEXT, "x" * 201, False),
        (QuestionKind.LONG_TEXT, "x" * 10_000, True),
        (QuestionKind.LONG_TEXT, "x" * 10_001, False),
        (QuestionKind.DATE, "1985-03-27", True),
        (QuestionKind.DATE, "31/2/1985", False),
        (QuestionKind.POSTCODE, "ME14 1XX", True),
        (QuestionKind.POSTCODE, "ME14", False),
        (QuestionKind.PHONE, "+44 (0)7700 900982", True),
        (QuestionKind.PHONE, "ring my mum", False),
        (QuestionKind.PHONE, "999", False),
        (QuestionKind.YES_NO, False, True),
        (QuestionKind.YES_NO, "yes", False),
    ],
)
def test_shapes(kind: QuestionKind, value: str | bool, fine: bool) -> None:
    assert (problem_with(asked(kind), value, TODAY) is None) == fine


@pytest.mark.parametrize("value", ["2018-01-15", "1901-01-01"])
def test_a_birth_lies_in_the_past_and_another_date_anywhere(value: str) -> None:
    assert problem_with(asked(QuestionKind.DATE, key="date_of_birth"), value, TODAY) is not None
    assert problem_with(asked(QuestionKind.DATE), value, TODAY) is None


def test_nothing_is_missing_only_where_it_is_needed() -> None:
    for empty in (None, "", []):
        assert problem_with(asked(QuestionKind.SHORT_TEXT), empty, TODAY) == "Say it"
        assert problem_with(asked(QuestionKind.SHORT_TEXT, required=False), empty, TODAY) is None


def test_word_limit_counts_words_and_says_how_many() -> None:
    question = asked(QuestionKind.LONG_TEXT, word_limit=3)
    assert problem_with(question, "one two\nthree", TODAY) is None
    assert problem_with(question, "one two three four", TODAY) == "Use 3 words or fewer: this is 4"


def test_a_confirmation_must_be_given() -> None:
    question = asked(QuestionKind.YES_NO, confirm=True)
    assert problem_with(question, True, TODAY) is None
    assert problem_with(question, False, TODAY) == "Say it"


def test_choices_are_those_offered_and_not_too_many() -> None:
    choices = tuple(Choice(each, each) for each in ("a", "b", "c", "none"))
    question = asked(QuestionKind.CHOICES, choices=choices, most=2)
    assert problem_with(question, ["a", "b"], TODAY) is None
    assert problem_with(question, ["none"], TODAY) is None
    assert problem_with(question, ["a", "b", "c"], TODAY) == "Choose no more than 2"
    assert "on its own" in str(problem_with(question, ["a", "none"], TODAY))
    assert problem_with(question, ["z"], TODAY) == "Say it"


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_whatever_is_typed_as_a_date_is_kept_or_is_one(day: str, month: str, year: str) -> None:
    typed = date_typed(day, month, year)
    problem_with(asked(QuestionKind.DATE), typed, TODAY)  # never an error of ours
    date_boxes(typed)
    if any(part.strip() for part in (day, month, year)):
        assert typed


def test_a_date_comes_back_as_it_was_typed() -> None:
    assert date_typed("27", " 3 ", "1985") == "1985-03-27"
    assert date_boxes("1985-03-27") == ("27", "3", "1985")
    assert date_boxes(date_typed("31", "2", "1985")) == ("31", "2", "1985")
    assert date_boxes(date_typed("", "March", "")) == ("", "March", "")
    assert date_typed("", " ", "") == ""


def test_a_section_is_done_when_nothing_is_wrong_and_an_optional_one_when_something_was_said() -> None:
    name = asked(QuestionKind.SHORT_TEXT, key="given_name", section="name")
    extra = asked(QuestionKind.LONG_TEXT, key="adjustments", section="adjustments", required=False)
    empty = section_states([name, extra], {}, TODAY)
    assert [(state.section.key, state.done, state.blocks) for state in empty] == [
        ("name", False, True),
        ("adjustments", False, False),
    ]
    full = section_states([name, extra], {"given_name": "Sam", "adjustments": "None"}, TODAY)
    assert [state.done for state in full] == [True, True]
    assert is_complete(full) and not is_complete(empty)


def test_what_is_not_answered_yet_is_no_obstacle() -> None:
    assert eligibility_facts({}, None, TERMS) is None
    facts = eligibility_facts({"date_of_birth": "1985-03-27"}, None, TERMS)
    assert facts is not None
    assert (facts.district_ids, facts.can_give_hours, facts.can_train) == (frozenset({1}), True, True)
    outside = eligibility_facts({"date_of_birth": "1985-03-27", "postcode": "M1 1AA"}, None, TERMS)
    assert outside is not None and outside.district_ids == frozenset()
    few = eligibility_facts({"date_of_birth": "1985-03-27", "weekends": ["1"], "hours": False}, None, TERMS)
    assert few is not None and (few.can_train, few.can_give_hours) == (False, False)


def test_numbers_that_could_be_rung() -> None:
    assert is_phone("01632 960 001") and not is_phone("0" * 16) and not is_phone("07700 900 982 ext 3")
