"""What the page of two who may be one person shows, field beside field."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal.domain.applications.models import Application
from portal.domain.applications.queries import answered
from portal.domain.applications.viewing import note_compared
from portal.domain.duplicates import queries
from portal.domain.duplicates.matching import plain
from portal.domain.duplicates.models import Pair
from portal.domain.journeys.joining import FIELDS, Side
from portal.services.crypto import KeyRing
from portal.web.sessions import Viewer

LABELS = {"name": "Name", "date_of_birth": "Date of birth", "phone": "Telephone", "address": "Address"}


def compared(session: Session, keys: KeyRing, viewer: Viewer, pair: Pair) -> dict[str, Any]:
    """Both people's newest application, and each field twice. That it was looked at is recorded before it is shown."""
    ids = {Side.FIRST: pair.first_id, Side.SECOND: pair.second_id}
    sent = queries.sent_by(session, list(ids.values()))
    emails = queries.addresses(session, list(ids.values()))
    note_compared(session, viewer, pair.id, [line.id for lines in sent.values() for line in lines])
    said = {side: _said(session, keys, sent[key]) for side, key in ids.items()}
    both = {line.campaign_id for line in sent[pair.first_id]} & {line.campaign_id for line in sent[pair.second_id]}
    return {
        "sent": {side: sent[key] for side, key in ids.items()},
        "emails": {side: emails[key] for side, key in ids.items()},
        "same_campaign": bool(both),
        "rows": [_field(name, said) for name in FIELDS],
    }


def _said(session: Session, keys: KeyRing, lines: list[queries.Sent]) -> dict[str, str]:
    application = session.get(Application, lines[0].id) if lines else None
    rows = answered(session, keys, application) if application is not None else []
    return {row.key: row.shown for row in rows}


def _field(name: str, said: dict[Side, dict[str, str]]) -> dict[str, Any]:
    values = {
        side: ", ".join(part for part in (said[side].get(key, "") for key in FIELDS[name]) if part) for side in Side
    }
    same = plain(values[Side.FIRST]) == plain(values[Side.SECOND])
    return {"name": name, "label": LABELS[name], "values": values, "same": same}
