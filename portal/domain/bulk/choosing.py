"""Which applications an act is about, and which of them it leaves out: one condition for every use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, String, and_, case, cast, func, null, or_, select
from sqlalchemy.orm import Session

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.bulk.acts import Act, Detail, Obstacles
from portal.domain.bulk.models import Run
from portal.domain.campaigns.models import District

A = Application.__table__.c
_SPREAD = 1_000_003  # a prime: squares of numbers differ by it where their sums agree


def chosen(session: Session, viewer: StaffViewer, references: Collection[str]) -> Select[int]:
    """The applications with these references that the viewer may see and that were sent; others are not there."""
    query = select(A.id).where(A.reference.in_(references), A.state != State.DRAFT)
    return in_scope(query, viewer, Permission.SEE_APPLICATIONS)


def among(ids: Select[int]) -> ColumnElement[bool]:
    """Applications in this set. A table of its own, so that nothing in it is taken for the outer query's."""
    return A.id.in_(select(ids.subquery().c[0]))


def why(obstacles: Obstacles) -> ColumnElement[Any]:
    """The code of the first obstacle that holds, or NULL."""
    return case(*((condition, code) for code, condition in obstacles), else_=null()) if obstacles else null()


def left_out(act: Act, viewer: StaffViewer, detail: Detail) -> ColumnElement[Any]:
    """Why the act leaves an application out, as a code, or NULL where it does not."""
    return cast(why((*_beyond(act, viewer), *act.obstacles(detail))), String)


def lasting(act: Act, viewer: StaffViewer, run: Run) -> ColumnElement[Any]:
    """Why the viewer can no longer undo what a run did to an application, as a code, or NULL where they can."""
    return cast(why((*_beyond(act, viewer), *act.lasting(run))), String)


def _beyond(act: Act, viewer: StaffViewer) -> Obstacles:
    """Where the permission for an act does not reach."""
    scope = viewer.scope(act.permission)
    if scope.force:
        return ()
    here = select(District.id).where(District.division_id.in_(scope.divisions))
    return (("beyond", or_(A.district_id.is_(None), A.district_id.not_in(here))),)


def affected(act: Act, viewer: StaffViewer, ids: Select[int], detail: Detail) -> ColumnElement[bool]:
    """The condition of those the act is done to."""
    return and_(among(ids), left_out(act, viewer, detail).is_(None))


def numbers(key: ColumnElement[int]) -> tuple[ColumnElement[Any], ...]:
    """What tells one set of applications from another: how many, the sum of their numbers, and of their squares."""
    wide = cast(key, BigInteger)
    return func.count(), func.coalesce(func.sum(wide), 0), func.coalesce(func.sum(wide * wide % _SPREAD), 0)


def seal(act: Act, detail: Detail, count: int, total: int, squares: int) -> str:
    """A digest of exactly what somebody was shown: the act, what it needs, and whom it is done to."""
    shown = json.dumps([act.key, dict(detail), int(count), int(total), int(squares)], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()
