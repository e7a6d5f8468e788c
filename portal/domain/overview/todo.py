"""What an applicant can do now, from every feature that asks something of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.applications.models import Application
from portal.domain.applications.waiting import NOTHING, YOU, Promise, Todo
from portal.domain.attendance import own as own_training
from portal.domain.clearances import todos as checks
from portal.domain.clearances import vetting_answers as vetting
from portal.domain.interviews import standing as interviews
from portal.domain.offers import standing as offers
from portal.domain.overview import trainee_page
from portal.domain.volunteers import agreements

ASKERS: tuple[Callable[[Session, Application], list[Todo]], ...] = (
    checks.todos,
    vetting.todos,
    interviews.todos,
    offers.todos,
    trainee_page.todos,
    own_training.todos,
    agreements.todos,
)


def todo_of(session: Session, application: Application) -> list[Todo]:
    """Open things first, the soonest deadline first; a fixed number of statements a feature."""
    found = [todo for ask in ASKERS for todo in ask(session, application)]
    return sorted(found, key=lambda todo: (todo.done, todo.by is None, todo.by, todo.title))


def promised(promise: Promise, todos: Sequence[Todo], today: date) -> Promise:
    """Nobody who has something to do is told that there is nothing; and what waits for the applicant waits until the
    first day of what they have to do, where no other is said."""
    left = [todo for todo in todos if not todo.done]
    if left:
        words = (
            "There is one thing for you to do." if len(left) == 1 else f"There are {len(left)} things for you to do."
        )
        promise = replace(promise, lead=promise.lead.replace(NOTHING, words))
    by = next((todo.by for todo in left if todo.by is not None), None)
    if promise.from_whom != YOU or promise.by is not None or by is None:
        return promise
    return replace(promise, by=by, late=by < today)
