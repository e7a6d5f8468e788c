"""What a setting is on a day: the newest row that has started, or what we ship."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.settings.catalogue import SHIPPED
from portal.domain.settings.models import Setting


def setting_values(session: Session, keys: Iterable[str], on: date) -> dict[str, int]:
    """Several settings as they are on a day, in one statement. Raises KeyError for one that is not known."""
    found = {key: SHIPPED[key].value for key in keys}
    started = (
        select(Setting.key, Setting.value)
        .where(Setting.key.in_(found), Setting.starts_on <= on)
        .order_by(Setting.starts_on)  # the newest comes last and stays
    )
    for key, value in session.execute(started):
        found[key] = int(str(value))
    return found


def setting_value(session: Session, key: str, on: date) -> int:
    """One setting as it is on a day."""
    return setting_values(session, [key], on)[key]
