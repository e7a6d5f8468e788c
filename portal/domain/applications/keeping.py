"""What was typed into a page whose session had expired: kept sealed, given back after signing in.

The browser that typed it holds a random token, of which the row has only the hash; whoever then
signs in must own the application as well. Times are the real clock's.
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.queries import hashed
from portal.domain.accounts.typed import KEPT_FOR, Fields, seal, unseal
from portal.domain.applications.models import Application, KeptForm
from portal.services import references
from portal.services.crypto import KeyRing


def place_of(application_id: int, section: str) -> dict[str, str]:
    """What the fields of a page are sealed for."""
    return {"table": "kept_form", "row": f"{application_id}:{section}", "column": "sealed"}


def keep_form(session: Session, reference: str, section: str, fields: Fields, token: str, keys: KeyRing) -> bool:
    """Keeps what this page sent; false when there is no such application to keep it for.

    One row a page, whatever is sent: a stranger who knows no reference can store nothing.
    """
    parsed = references.parse(reference)
    application_id = session.scalar(select(Application.id).where(Application.reference == (parsed or "")))
    if application_id is None:
        return False
    sealed = seal(keys, fields, place_of(application_id, section))
    with unit_of_work(session):
        locked(session, Application, application_id)  # a field left and a button pressed may arrive at once
        session.merge(
            KeptForm(
                application_id=application_id,
                section=section,
                token_hash=hashed(token),
                sealed=sealed,
                kept_at=clock.wall(),
            )
        )
    return True


def kept_fields(session: Session, application_id: int, section: str, token: str, keys: KeyRing) -> Fields | None:
    """What this browser typed on this page, if it was kept and is not too old."""
    row = session.scalars(
        select(KeptForm).where(
            KeptForm.application_id == application_id,
            KeptForm.section == section,
            KeptForm.token_hash == hashed(token),
            KeptForm.kept_at > clock.wall() - KEPT_FOR,
        )
    ).one_or_none()
    if row is None:
        return None
    return unseal(keys, row.sealed, place_of(application_id, section))


def forget_form(session: Session, application_id: int, section: str, token: str) -> None:
    """Once it has been saved, or is no longer wanted."""
    with unit_of_work(session):
        session.execute(
            delete(KeptForm).where(
                KeptForm.application_id == application_id,
                KeptForm.section == section,
                KeptForm.token_hash == hashed(token),
            )
        )


def forget_stale_forms(session: Session) -> int:
    """Forgets what nobody came back for; returns how many. Idempotent."""
    stale = KeptForm.kept_at <= clock.wall() - KEPT_FOR
    if session.scalar(select(KeptForm.section).where(stale).limit(1)) is None:
        return 0
    with unit_of_work(session):
        return len(session.execute(delete(KeptForm).where(stale).returning(KeptForm.section)).all())
