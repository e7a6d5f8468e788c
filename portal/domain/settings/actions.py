"""Changing a setting: a new row from a day on; what held before stays on record."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import PUBLIC, announce, unit_of_work
from portal.domain.audit.actions import Actor, record
from portal.domain.settings.catalogue import SHIPPED
from portal.domain.settings.models import Setting


def change_setting(session: Session, actor: Actor, key: str, value: int, *, starts_on: date) -> None:
    """Sets a value from a day on. Raises KeyError for a setting that is not known."""
    shipped = SHIPPED[key]
    with unit_of_work(session):
        row = session.scalars(select(Setting).filter_by(key=shipped.key, starts_on=starts_on)).one_or_none()
        if row is None:
            row = Setting(key=shipped.key, starts_on=starts_on, value=value, created_at=clock.now())
            session.add(row)
        row.value = value
        session.flush()
        record(session, actor, "setting.changed", subject=("setting", row.id), key=key, value=value)
        announce(session, PUBLIC)
