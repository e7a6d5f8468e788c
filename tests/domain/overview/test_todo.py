"""What an applicant's page says of what they have to do."""

from __future__ import annotations

from datetime import date

import pytest

from portal.domain.applications.waiting import NOTHING, Promise, Todo
from portal.domain.overview.todo import promised

TODAY = date(2018, 2, 10)
A, B, DONE = Todo("A", "public.identity"), Todo("B", "public.fitness"), Todo("C", "public.offer", done=True)


@pytest.mark.parametrize(
    ("todos", "words"),
    [
        ([], NOTHING),
        ([DONE], NOTHING),
        ([A, DONE], "There is one thing for you to do."),
        ([A, B], "There are 2 things for you to do."),
    ],
)
def test_nobody_who_has_something_to_do_is_told_that_there_is_nothing(todos: list[Todo], words: str) -> None:
    promise = Promise("You have accepted a place", f"{NOTHING} Your checks go on.", "Your checks", "the team", None)
    assert promised(promise, todos, TODAY).lead == f"{words} Your checks go on."
