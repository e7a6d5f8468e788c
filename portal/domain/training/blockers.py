"""What stands between a trainee and their first day: requirements due by then that are not met."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.applications.models import Requirement
from portal.domain.campaigns.models import RequirementKind
from portal.domain.offers.requirements import open_requirement


def blockers(session: Session, application_ids: Collection[int]) -> dict[int, list[RequirementKind]]:
    """By application, in the order they are asked for; who is ready has none. One statement.

    For recruiters by name; a trainer is told no more than "not yet". Source: the courses (docs/domain.md).
    """
    query = select(Requirement.application_id, Requirement.kind)
    query = query.where(Requirement.application_id.in_(application_ids), open_requirement())
    found: dict[int, list[RequirementKind]] = defaultdict(list)
    for application_id, kind in session.execute(query.order_by(Requirement.id)):
        found[application_id].append(kind)
    return dict(found)
