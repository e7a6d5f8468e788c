"""Pages of the list: read in the order of an index made for it until the page is full."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, literal, select, union_all
from sqlalchemy.orm import Session

from portal.domain.applications.stages import ListStage
from portal.domain.casework.details import details
from portal.domain.casework.matching import A, Conditions, beside, states_of, tests
from portal.domain.casework.narrowing import Narrowed, Sort
from portal.domain.casework.places import ORDERS, Place, beyond, place_of
from portal.domain.paging import PAGE


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


def page(
    session: Session,
    wanted: Narrowed,
    stage: ListStage | None,
    sort: Sort = Sort.NEWEST,
    *,
    following: Place | None = None,
    preceding: Place | None = None,
) -> Page:
    """One page: the first, or what comes right after or right before a place. One statement."""
    back = preceding is not None
    top = _walk(wanted, stage, sort, preceding if back else following, back=back)
    rows = list(session.execute(details(top, _ranked(top.c, ORDERS[sort].falling, back=False))))
    return _turned(rows, sort, following, back=back)


def _walk(wanted: Narrowed, stage: ListStage | None, sort: Sort, place: Place | None, *, back: bool) -> Subquery:
    """The first rows of each way in, and of those the first of all. `rank` puts rows without a value last."""
    order, falling = ORDERS[sort], ORDERS[sort].turned(back)
    rest = [*beside(wanted), *tests(wanted)]
    walks = []
    for way, gap in product(_ways(wanted, stage, sort), (False, True) if order.gaps else (False,)):
        columns = (A.id, order.column.label("key"), literal(int(gap)).label("rank"))
        conditions = [*way, *beyond(sort, place, back=back, gap=gap), *rest]
        walk: Select[Any] = select(*columns).where(*conditions)
        walks.append(walk.order_by(*_turn((order.column, A.id), falling)).limit(PAGE + 1))
    found = union_all(*(select(walk.subquery()) for walk in walks)).subquery("found")
    return select(found).order_by(*_ranked(found.c, falling, back=back)).limit(PAGE + 1).subquery("top")


def _ranked(columns: Any, falling: bool, *, back: bool) -> list[ColumnElement[Any]]:
    return _turn((columns.rank,), back) + _turn((columns.key, columns.id), falling)


def _turn(columns: tuple[ColumnElement[Any], ...], falling: bool) -> list[ColumnElement[Any]]:
    return [column.desc() if falling else column.asc() for column in columns]


def _ways(wanted: Narrowed, stage: ListStage | None, sort: Sort) -> list[Conditions]:
    """Equalities that each lead into an index in the list's order; together they are the whole list."""
    by_arrival = sort in (Sort.NEWEST, Sort.OLDEST)
    states = states_of(stage) if stage or not by_arrival else ()
    if wanted.campaigns and states:
        return [[A.campaign_id == key, A.state == state] for key, state in product(wanted.campaigns, states)]
    if wanted.campaigns:
        return [[A.campaign_id == key] for key in wanted.campaigns]
    if states:
        return [[A.state == state] for state in states]
    return [[A.district_id == key] for key in wanted.districts] or [[]]


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
