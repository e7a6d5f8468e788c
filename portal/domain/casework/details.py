"""What a row of the list shows, read for the rows of one page only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, select

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.campaigns.models import Campaign, District
from portal.domain.casework.models import Decision

A = Application.__table__.c


def details(top: Subquery, order: Sequence[ColumnElement[Any]]) -> Select[*tuple[Any, ...]]:
    """The rows that `top` names, in this order."""
    owner = StaffMember.__table__.c
    return (
        select(
            A.id,
            A.reference,
            A.given_name,
            A.family_name,
            A.state,
            A.state_since,
            A.channel,
            A.received_at,
            A.score,
            A.next_contact_on,
            A.owner_id,
            owner.name.label("owner"),
            Campaign.name.label("campaign"),
            Campaign.answer_by,
            District.name.label("district"),
            _decision().label("decision"),
            _marks().label("marks"),
        )
        .select_from(Application)
        .join(Campaign, Campaign.id == A.campaign_id)
        .outerjoin(District, District.id == A.district_id)
        .outerjoin(StaffMember, owner.id == A.owner_id)
        .where(A.id.in_(select(top.c.id)))  # joined, SQLite may read the whole table for a filter over it
        .order_by(*order)
    )


def _decision() -> ColumnElement[Any]:
    """The verdict of a decision that is not released yet."""
    mine = [Decision.application_id == A.id, Decision.undone_at.is_(None), Decision.released_at.is_(None)]
    return select(Decision.verdict).where(*mine).correlate(Application.__table__).scalar_subquery()


def _marks() -> ColumnElement[str]:
    """A row's requirements as "medical:them fitness:none", so that a page needs no second statement."""
    waiting = Requirement.state.in_((RequirementState.WITH_APPLICANT, RequirementState.WITH_US))
    mark = case(
        (and_(waiting, Requirement.due_at < clock.now()), "late"),
        (Requirement.state == RequirementState.WITH_APPLICANT, "them"),
        (Requirement.state == RequirementState.WITH_US, "us"),
        (Requirement.state == RequirementState.MET, "done"),
        (Requirement.state == RequirementState.NOT_MET, "cross"),
        else_="none",
    )
    pair = Requirement.__table__.c.kind.concat(":").concat(mark)
    return (
        select(func.aggregate_strings(pair, " "))
        .where(Requirement.application_id == A.id)
        .correlate(Application.__table__)
        .scalar_subquery()
    )
