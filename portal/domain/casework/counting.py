"""How many applications a list is about: exact to `FEW`, and never in the way of its page.

Narrowed by what the indexes hold, the chosen stage and all are counted at once, every stage where that
costs little. By anything else a page tells what it can, and the numbers are filled in afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from portal.domain.applications.models import Application, State
from portal.domain.applications.stages import STAGE_OF, STATES, ListStage
from portal.domain.casework.matching import A, looked_up, within
from portal.domain.casework.narrowing import Narrowed
from portal.domain.casework.turning import Page
from portal.domain.paging import FEW

AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Counts:
    """How many in each stage counted (none: in all of them), exact to `FEW`; one more means "more".

    What is not there is not counted yet."""

    stages: dict[ListStage | None, int]
    drafts: int | None

    @property
    def complete(self) -> bool:
        return len(self.stages) > len(ListStage)


def counts(session: Session, wanted: Narrowed, stage: ListStage | None, page: Page) -> Counts:
    """What can be said at once beside this page, in at most two statements; none where only the page can tell."""
    if not wanted.plain:
        return _told_by(page, stage)
    found = _each(session, wanted, dict.fromkeys((None, stage)))
    if found.stages[None] > FEW:
        return found
    return _grouped(session, wanted)


def every_count(session: Session, wanted: Narrowed) -> Counts:
    """Applications in each stage, and drafts, in one statement. Where more is asked than indexes hold, it reads all
    that match."""
    return _each(session, wanted, (None, *ListStage)) if wanted.plain else _grouped(session, wanted)


def _told_by(page: Page, stage: ListStage | None) -> Counts:
    """Everything, where the page holds all there is."""
    if not page.whole:
        return Counts({}, None)
    if stage is not None:
        return Counts({stage: len(page.rows)}, None)
    found = Counter(STAGE_OF[row.state] for row in page.rows)
    return Counts({None: len(page.rows)} | {each: found[each] for each in ListStage}, None)


def _each(session: Session, wanted: Narrowed, stages: Iterable[ListStage | None]) -> Counts:
    of_states = {stage.value if stage else "": STATES[stage] if stage else tuple(STAGE_OF) for stage in stages}
    of_states["draft"] = (State.DRAFT,)
    found = session.execute(union_all(*(_bounded(name, states, wanted) for name, states in of_states.items())))
    counted = {row.name: row.found for row in found}
    drafts = counted.pop("draft")
    return Counts({ListStage(name) if name else None: number for name, number in counted.items()}, drafts)


def _bounded(name: str, states: tuple[State, ...], wanted: Narrowed) -> AnySelect:
    """Skipping `FEW` rows costs half of counting them, so what has more is never counted."""
    conditions = [A.state.in_(states), *within(wanted)]
    more = select(literal(1)).select_from(Application).where(*conditions).limit(1).offset(FEW).exists()
    number = select(func.count()).select_from(Application).where(*conditions).scalar_subquery()
    counted: AnySelect = select(literal(name).label("name"), case((more, FEW + 1), else_=number).label("found"))
    return counted


def _grouped(session: Session, wanted: Narrowed) -> Counts:
    """All that match, counted in one go."""
    query = select(A.state, func.count().label("found")).where(*within(wanted), *looked_up(wanted))
    found: dict[ListStage | None, int] = dict.fromkeys(ListStage, 0)
    drafts = 0
    for row in session.execute(query.group_by(A.state)):
        if row.state is State.DRAFT:
            drafts = row.found
        else:
            found[STAGE_OF[row.state]] += row.found
    found[None] = sum(found.values())
    return Counts({stage: min(FEW + 1, number) for stage, number in found.items()}, min(FEW + 1, drafts))
