"""How a member of staff likes their pages: kept for them, wherever they sign in. Nobody else sees it."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.db import hold, unit_of_work
from portal.domain.accounts.models import SINGLE_KEYS, StaffMember, StaffPreference

COLUMNS = "columns"


def keep_preference(session: Session, member: StaffMember, key: str, value: object) -> None:
    """Remembers one preference in place of what was remembered; none forgets it."""
    member_id = member.id
    with unit_of_work(session):
        hold(session, f"preference {member_id}")  # two tabs at once keep one row
        here = (StaffPreference.staff_id == member_id, StaffPreference.key == key)
        session.execute(delete(StaffPreference).where(*here))
        if value is not None:
            session.add(StaffPreference(staff_id=member_id, key=key, value=value))


def turn_single_keys(session: Session, member: StaffMember, *, on: bool) -> None:
    """Single-key shortcuts off or on: people who speak to their computer cannot have them (WCAG 2.1.4)."""
    keep_preference(session, member, SINGLE_KEYS, None if on else "off")
