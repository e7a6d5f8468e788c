"""The list's queries against a plain reading of the same rows, with few matches and with many."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.accounts.rules import Scope
from portal.domain.applications import search
from portal.domain.applications.models import Application, ApplicationWord, State
from portal.domain.applications.search import plain, words_of
from portal.domain.applications.stages import STAGE_OF, STATES, ListStage
from portal.domain.casework import listing as casework
from portal.domain.casework.listing import Narrowed
from portal.domain.paging import FEW, Cursor
from tests.support.bulk import load_applications
from tests.support.casework import statements, west_division
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member

MANY = 1_400  # so that some filters leave more than FEW, and some fewer


@pytest.fixture
def loaded(session: Session) -> Session:
    the_pilot(session)
    a_campaign(session)
    load_applications(session, MANY, decider=a_staff_member(session, Role.RECRUITER).id)
    return session


def by_hand(session: Session, wanted: Narrowed, stage: ListStage | None, words: tuple[str, ...]) -> list[int]:
    """The same rows read in the plainest way."""
    kept: dict[int, set[str]] = {}
    if words:
        for row in session.execute(select(ApplicationWord.application_id, ApplicationWord.word)):
            kept.setdefault(row.application_id, set()).add(row.word)
    rows = session.execute(
        select(
            Application.id, Application.state, Application.campaign_id, Application.district_id, Application.received_at
        )
    ).all()
    found = [
        row
        for row in rows
        if row.state is not State.DRAFT
        and (stage is None or STAGE_OF[row.state] is stage)
        and (not wanted.campaigns or row.campaign_id in wanted.campaigns)
        and (wanted.anywhere or row.district_id in wanted.districts)
        and all(any(word.startswith(typed) for word in kept[row.id]) for typed in words)
    ]
    return [row.id for row in sorted(found, key=lambda row: (row.received_at, row.id), reverse=True)]


def walked(session: Session, wanted: Narrowed, stage: ListStage | None) -> tuple[int, list[int]]:
    """How many are counted, and every row by paging to the end."""
    counts = casework.counts(session, wanted, stage)
    found: list[int] = []
    before: Cursor | None = None
    while True:
        page = casework.page(session, wanted, stage, counts, clock.now(), before=before)
        found += [row.id for row in page.rows]
        if page.older is None:
            return counts.stages[stage], found
        before = page.older


def test_every_filter_finds_what_a_plain_reading_finds(loaded: Session) -> None:
    west = west_division(loaded)
    scopes = (Scope(force=True), Scope(divisions=frozenset({west})))
    for scope, campaigns, stage, text in product(
        scopes, (0, 1, 2), (None, ListStage.SIFT, ListStage.OFFER, ListStage.ENDED), ("", "amy ash")
    ):
        choices = casework.choices(loaded, scope)
        typed = search.typed(loaded, text)
        wanted = casework.narrow(choices, choices.campaigns[:campaigns], (), typed)
        expected = by_hand(loaded, wanted, stage, search.tokens(text))
        counted, found = walked(loaded, wanted, stage)
        assert found == expected, (scope, campaigns, stage, text)
        assert counted == min(len(expected), FEW + 1), (scope, campaigns, stage, text)


def test_other_ways_in(loaded: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """One district alone; no scope at all; words so common that rows are asked one by one; two statements each."""
    choices = casework.choices(loaded, Scope(force=True))
    for stage in (None, ListStage.SIFT, ListStage.ENDED):
        one = casework.narrow(choices, (), choices.districts[:1], search.ANYTHING)
        assert walked(loaded, one, stage)[1] == by_hand(loaded, one, stage, ())
    nowhere = casework.choices(loaded, Scope())
    assert (nowhere.campaigns, nowhere.districts) == ((), ())
    assert walked(loaded, casework.narrow(nowhere, (), (), search.ANYTHING), None) == (0, [])
    monkeypatch.setattr(search, "RARE", 10)
    typed = search.typed(loaded, "amy ash")
    assert typed.rare is None
    common = casework.narrow(choices, (), (), typed)
    assert walked(loaded, common, None)[1] == by_hand(loaded, common, None, ("amy", "ash"))
    with statements() as sent:
        casework.page(loaded, common, None, casework.counts(loaded, common, None), clock.now())
    assert len(sent) == 2


def test_stages_nobody_chose_are_counted_where_that_costs_little(loaded: Session) -> None:
    """At once when all are few, later when they are many; the same numbers either way as reading every row."""
    choices = casework.choices(loaded, Scope(force=True))
    for districts, text, complete in (
        ((), "", False), (choices.districts[:1], "", True), ((), "amy", True), ((), "%", True)
    ):  # fmt: skip
        wanted = casework.narrow(choices, (), districts, search.typed(loaded, text))
        by_reading = {
            stage: min(len(by_hand(loaded, wanted, stage, search.tokens(text))), FEW + 1)
            for stage in (None, *ListStage)
        }
        if text == "%":
            by_reading = dict.fromkeys(by_reading, 0)
        for stage in (None, ListStage.OFFER):
            found = casework.counts(loaded, wanted, stage)
            assert found.complete is complete
            assert found.stages == {key: by_reading[key] for key in (by_reading if complete else {None, stage})}
        every = casework.every_count(loaded, wanted)
        assert every.complete
        assert every.stages == by_reading
        assert every.drafts == found.drafts


@pytest.mark.parametrize(
    ("text", "expected"), [("O'Néil-Fay", "oneilfay"), ("  ", ""), ("100%", "100"), ("Ægir", "ægir"), ("李", "李")]
)
def test_plain_words(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_the_words_of_an_application() -> None:
    words = words_of("Anne Marie", "O'Neil-Fay", "CPV-7K4F-92QX", "a.fay@x.example", "ME14 1XQ")
    assert {"anne", "marie", "oneilfay", "neil", "fay", "cpv7k4f92qx", "7k4f92qx", "me14", "1xq", "me141xq"} <= words
    assert "afayxexample" in words
    assert "" not in words


@pytest.mark.parametrize("text", ["", "x", "1", "1-", "-1", "1-x", "1-2-3", "9" * 30 + "-1", "²-1", "1-" + "9" * 12])
def test_a_cursor_that_is_none(text: str) -> None:
    assert Cursor.parse(text) is None


def test_a_cursor_comes_back_as_it_was() -> None:
    spot = Cursor(clock.now(), 42)
    assert Cursor.parse(str(spot)) == spot


def test_every_state_but_draft_has_one_stage() -> None:
    assert set(STAGE_OF) == set(State) - {State.DRAFT}
    assert sum(len(states) for states in STATES.values()) == len(STAGE_OF)
