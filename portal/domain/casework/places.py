"""The orders of a list as columns, and a place in one, so that a deep page costs what the first one does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, tuple_

from portal.domain.applications.models import Application
from portal.domain.casework.narrowing import Sort
from portal.domain.paging import EPOCH

A = Application.__table__.c
Conditions = list[ColumnElement[bool]]
_WRITTEN = re.compile(r"(\d{0,17})-(\d{1,9})", re.ASCII)
_LAST_DAY = date.max.toordinal()


@dataclass(frozen=True)
class Order:
    """A list's order: by this column, then by number, both falling or both rising; rows without a value come last."""

    column: ColumnElement[Any]
    falling: bool
    gaps: bool = False

    def turned(self, back: bool) -> bool:
        """Whether it is read falling: going back it is read the other way round."""
        return self.falling != back


ORDERS: dict[Sort, Order] = {
    Sort.NEWEST: Order(A.received_at, falling=True),
    Sort.OLDEST: Order(A.received_at, falling=False),
    Sort.STILL: Order(A.state_since, falling=False),
    Sort.SCORE: Order(A.score, falling=True, gaps=True),
    Sort.PROMISED: Order(A.next_contact_on, falling=False, gaps=True),
}


@dataclass(frozen=True)
class Place:
    """A row's place in an order: its value there as a whole number (none for none), then the row's own number."""

    value: int | None
    id: int

    def __str__(self) -> str:
        return f"{'' if self.value is None else self.value}-{self.id}"

    @classmethod
    def parse(cls, text: str | None) -> Place | None:
        """The place in an address; none for what is none."""
        found = _WRITTEN.fullmatch(text or "")
        return cls(int(found[1]) if found[1] else None, int(found[2])) if found else None


def place_of(row: Any, sort: Sort) -> Place:
    """The place of a page's row."""
    value = getattr(row, ORDERS[sort].column.key or "")
    if isinstance(value, datetime):
        return Place((value - EPOCH) // timedelta(microseconds=1), row.id)
    return Place(value.toordinal() if isinstance(value, date) else value, row.id)


def _value(sort: Sort, number: int) -> datetime | date | int:
    if sort is Sort.SCORE:
        return min(number, 2**31 - 1)
    if sort is Sort.PROMISED:
        return date.fromordinal(min(max(number, 1), _LAST_DAY))
    return EPOCH + timedelta(microseconds=number)


def beyond(sort: Sort, place: Place | None, *, back: bool, gap: bool) -> Conditions:
    """Rows on one side of a place, among those with a value or (`gap`) among those without one."""
    order = ORDERS[sort]
    sided: Conditions = [order.column.is_(None) if gap else order.column.is_not(None)]
    if place is None:
        return sided
    if gap != (place.value is None):
        return sided if gap != back else [false()]
    falling = order.turned(back)
    if place.value is None:
        return [*sided, A.id < place.id if falling else A.id > place.id]
    here, there = tuple_(order.column, A.id), tuple_(_value(sort, place.value), place.id)
    return [*sided, here < there if falling else here > there]
