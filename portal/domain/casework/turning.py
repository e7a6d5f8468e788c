"""Pages of the list, which cost the same at 1,000 and at 100,000.

What indexes hold is read in their order until the page is full. Where more is asked of each row, the first
hundred are tasted: where enough of them match, the list is walked in order until the page is full; where
hardly any do, all that match are gathered by the sets they are in, and sorted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    GenerativeSelect,
    Row,
    Subquery,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.db import unindexed
from portal.domain.applications.stages import STATES, ListStage
from portal.domain.casework.details import details
from portal.domain.casework.matching import A, Conditions, beside, looked_up, sent, tested, within
from portal.domain.casework.narrowing import Narrowed, Sort
from portal.domain.casework.places import ORDERS, Place, beyond, place_of
from portal.domain.paging import PAGE

TASTE = 100  # rows looked at to learn how common matches are
COMMON = 2  # of them, from which on walking is quicker than gathering: a page within some 2,500 rows
MOST_CAMPAIGNS = 12  # read each in its own order; more of them are left to a condition


@dataclass(frozen=True)
class Page:
    """Rows in the list's order; `previous` and `next` are the places this page's neighbours begin from, if any."""

    rows: list[Row[Any]]
    previous: Place | None = None
    next: Place | None = None

    @property
    def whole(self) -> bool:
        """Whether this is all there is."""
        return self.previous is None and self.next is None


@dataclass(frozen=True)
class _Asked:
    """One page of one list."""

    wanted: Narrowed
    stage: ListStage | None
    sort: Sort
    place: Place | None
    back: bool

    @property
    def pieces(self) -> tuple[bool, ...]:
        """Whether values are missing (`gap`): rows with one come first, then those without; going back, last."""
        return (self.back, not self.back) if ORDERS[self.sort].gaps else (False,)

    def turned(self, key: ColumnElement[Any], number: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        """By this key, then by number, the way they are read."""
        falling = ORDERS[self.sort].turned(self.back)
        return [key.desc(), number.desc()] if falling else [key.asc(), number.asc()]

    def ordered(self, key: ColumnElement[Any], number: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        """The same with the rows that have no value at their end."""
        gap = key.is_(None)
        return [gap.desc() if self.back else gap.asc(), *self.turned(key, number)]


def page(
    session: Session,
    wanted: Narrowed,
    stage: ListStage | None,
    sort: Sort = Sort.NEWEST,
    *,
    following: Place | None = None,
    preceding: Place | None = None,
) -> Page:
    """One page: the first, or what comes right after or right before a place. One statement, two if not `plain`."""
    back = preceding is not None
    asked = _Asked(wanted, stage, sort, preceding if back else following, back)
    top = _walked(asked) if wanted.plain else _found(session, asked)
    forwards = replace(asked, back=False).ordered(ORDERS[sort].column, A.id)
    return _turned(list(session.execute(details(top, forwards))), sort, following, back=back)


def _found(session: Session, asked: _Asked) -> Subquery:
    """The page's rows where more is asked of each: those tasted, if they will do."""
    first, *rest = session.execute(_tasted(asked)).all()
    ids = [row.id for row in rest]
    if len(ids) > PAGE or first.id < TASTE:
        return select(A.id).where(A.id.in_(ids)).subquery("top")
    return _walked(asked) if len(ids) >= COMMON else _gathered(asked)


def _tasted(asked: _Asked) -> CompoundSelect[Any]:
    """How many of the first rows there are; then the ids of those of them that match, at most a page."""
    first = select(_in_order(asked, TASTE, _outside(asked.wanted))).cte("first")
    chosen = select(A.id).where(A.id.in_(select(first.c.id)), *tested(asked.wanted))
    chosen = chosen.order_by(*asked.ordered(ORDERS[asked.sort].column, A.id)).limit(PAGE + 1)
    number = select(literal(0).label("place"), func.count().label("id")).select_from(first)
    return union_all(number, select(literal(1), chosen.subquery("chosen").c.id)).order_by("place")


def _walked(asked: _Asked) -> Subquery:
    return _in_order(asked, PAGE + 1, [*_outside(asked.wanted), *tested(asked.wanted)])


def _gathered(asked: _Asked) -> Subquery:
    """All that match, found with no thought of their order."""
    key = ORDERS[asked.sort].column
    sides = [and_(*beyond(asked.sort, asked.place, back=asked.back, gap=gap)) for gap in asked.pieces]
    conditions = [sent(asked.stage), *within(asked.wanted), *looked_up(asked.wanted), or_(*sides)]
    found = select(A.id, key.label("key")).where(*conditions).cte("found").prefix_with("MATERIALIZED")
    best = select(found.c.id).order_by(*asked.ordered(found.c.key, found.c.id)).limit(PAGE + 1)
    return best.subquery("top")


def _in_order(asked: _Asked, most: int, conditions: Conditions) -> Subquery:
    """The ids of the first rows, read in order; of a second piece only as many as the first leaves room for."""
    first, *rest = asked.pieces
    begun = _piece(asked, first, conditions, most).limit(most)
    if not rest:
        return begun.subquery("top")
    begun_with = begun.cte("begun")
    room = select(most - func.count()).select_from(begun_with).scalar_subquery()
    ended_with = _piece(asked, rest[0], conditions, most).limit(room).subquery("ended")
    both = union_all(select(begun_with.c.id), select(ended_with.c.id))
    return both.limit(most).subquery("top")  # never more; said for PostgreSQL, which cannot know how much room there is


def _piece(asked: _Asked, gap: bool, conditions: Conditions, most: int) -> GenerativeSelect:
    """The rows with a value, or those without one, in order: each way in by its own index, and these merged."""
    key, sided = ORDERS[asked.sort].column, beyond(asked.sort, asked.place, back=asked.back, gap=gap)
    arms = [
        select(A.id, key.label("key")).where(*way, *sided, *conditions).order_by(*asked.turned(key, A.id))
        for way in _ways(asked.wanted, asked.stage, asked.sort)
    ]
    if len(arms) == 1:
        return arms[0]
    merged = union_all(*(select(arm.limit(most).subquery()) for arm in arms))
    return merged.order_by(*asked.turned(merged.selected_columns.key, merged.selected_columns.id))


def _outside(wanted: Narrowed) -> Conditions:
    """What the ways in do not say themselves."""
    many = len(wanted.campaigns) > MOST_CAMPAIGNS
    return beside(wanted) + ([unindexed(A.campaign_id).in_(wanted.campaigns)] if many else [])


def _ways(wanted: Narrowed, stage: ListStage | None, sort: Sort) -> list[Conditions]:
    """Equalities that each lead into an index in the list's order; together they are the whole list."""
    campaigns: list[Conditions] = [[]]
    if 0 < len(wanted.campaigns) <= MOST_CAMPAIGNS:
        campaigns = [[A.campaign_id == key] for key in wanted.campaigns]
    if stage is not None:
        return [[*campaign, A.state == state] for campaign, state in product(campaigns, STATES[stage])]
    by_arrival = sort in (Sort.NEWEST, Sort.OLDEST)
    if by_arrival and not wanted.campaigns and wanted.districts:
        return [[A.district_id == key] for key in wanted.districts]
    return [[*campaign, A.received_at.is_not(None)] for campaign in campaigns]


def _turned(rows: list[Row[Any]], sort: Sort, following: Place | None, *, back: bool) -> Page:
    """Rows in order and the ways on; one row more than a page was read to know whether there is more."""
    more = len(rows) > PAGE
    shown = (rows[-PAGE:] if back else rows[:PAGE]) if more else rows
    if not shown:
        return Page([])
    has_previous = more if back else following is not None
    has_next = True if back else more
    return Page(
        shown,
        place_of(shown[0], sort) if has_previous else None,
        place_of(shown[-1], sort) if has_next else None,
    )
