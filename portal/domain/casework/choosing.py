"""What a list can be narrowed to by this viewer, and what they are kept from: one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Applicant, Role, StaffMember, StaffRole
from portal.domain.accounts.rules import Permission, Scope
from portal.domain.applications.models import Application, Conflict
from portal.domain.applications.queries import StaffViewer
from portal.domain.campaigns.models import Assessor, Campaign, CampaignDistrict, District, Strand
from portal.domain.casework.models import Tag
from portal.domain.casework.narrowing import Choices, Flag, KeptFrom, Option

AnySelect = Select[*tuple[Any, ...]]
OWNERS = (Role.RECRUITER, Role.LIAISON)  # who may answer for an application


def choices(session: Session, viewer: StaffViewer, permission: Permission) -> Choices:
    """What a list can be narrowed to where this permission reaches: newest campaign first. One statement."""
    scope = viewer.scope(permission)
    rows = session.execute(union_all(*_places(scope), *_words(), *_kept(viewer.id))).all()
    of: dict[str, list[Any]] = {}
    for row in rows:
        of.setdefault(row.kind, []).append(row)
    newest = sorted(of.get("campaign", ()), key=lambda row: (row.at, row.id), reverse=True)
    strands = {row.slug: row for row in sorted(of.get("strand", ()), key=lambda row: row.id, reverse=True)}
    see_adjustments = bool(viewer.scope(Permission.SEE_ADJUSTMENTS))
    return Choices(
        campaigns=_options(newest),
        districts=_named(of.get("district", ())),
        whole=scope.force,
        strands=_named(list(strands.values())),
        owners=_named(of.get("owner", ()), by_id=True),
        tags=_named(of.get("tag", ()), by_id=True),
        flags=tuple(flag for flag in Flag if see_adjustments or flag is not Flag.ADJUSTMENT),
        kept=KeptFrom(
            tuple(sorted({row.id for row in of.get("kept", ())})),
            tuple(sorted(row.id for row in of.get("blind", ()))),
        ),
    )


def _places(scope: Scope) -> list[AnySelect]:
    campaigns: AnySelect = select(
        literal("campaign").label("kind"), Campaign.id, Campaign.slug, Campaign.name, Campaign.opens_at.label("at")
    )
    districts: AnySelect = select(literal("district"), District.id, District.slug, District.name, null())
    if not scope.force:
        here = District.division_id.in_(scope.divisions)
        districts = districts.where(here)
        campaigns = campaigns.where(Campaign.id.in_(select(CampaignDistrict.campaign_id).join(District).where(here)))
    return [campaigns, districts]


def _words() -> list[AnySelect]:
    staff = StaffMember.__table__.c
    owns = select(StaffRole.staff_id).where(StaffRole.role.in_(OWNERS))
    return [
        select(literal("strand"), Strand.id, Strand.slug, Strand.name, null()),
        select(literal("tag"), Tag.id, null(), Tag.name, null()),
        select(literal("owner"), staff.id, null(), staff.name, null()).where(
            staff.disabled_at.is_(None), staff.id.in_(owns)
        ),
    ]


def _kept(viewer_id: int) -> list[AnySelect]:
    """The ids behind `kept_from` (portal/domain/applications/queries.py), so that the list need not ask row by row."""
    own = select(literal("kept"), Application.id, null(), null(), null())
    own = own.join(Applicant, func.coalesce(Applicant.merged_into_id, Applicant.id) == Application.applicant_id)
    own = own.join(StaffMember, StaffMember.email == Applicant.email).where(StaffMember.id == viewer_id)
    conflicts = select(literal("kept"), Conflict.application_id, null(), null(), null())
    blind = select(literal("blind"), Assessor.campaign_id, null(), null(), null())
    return [
        own,
        conflicts.where(Conflict.staff_id == viewer_id),
        blind.where(Assessor.staff_id == viewer_id, Assessor.finished_at.is_(None), Assessor.ended_at.is_(None)),
    ]


def _named(rows: Sequence[Any], *, by_id: bool = False) -> tuple[Option, ...]:
    return _options(sorted(rows, key=lambda row: (row.name.casefold(), row.id)), by_id=by_id)


def _options(rows: Sequence[Any], *, by_id: bool = False) -> tuple[Option, ...]:
    """With the number as the slug where a name has no place in an address."""
    return tuple(Option(row.id, str(row.id) if by_id else row.slug, row.name) for row in rows)
