"""One plausible row in every table, straight from the metadata: migrations are tested with data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Enum, Integer, LargeBinary, insert

from portal import clock
from portal.db import Base, UtcDateTime

# Rows that break a CHECK when filled blindly: what to leave empty or say instead.
SPECIAL: dict[str, dict[str, Any]] = {
    "answer": {"sealed": None},
    "sign_in_session": {"staff_id": None},
    "application": {"state": "submitted", "withdrawn_reason": None, "channel": "telephone"},
    "requirement": {"state": "met"},
    "document": {"state": "clean", "refusal": None, "removed_at": None},
    "outbox_mail": {"state": "sent"},
    "campaign": {},
    "decision": {"undone_at": None, "undone_by": None},
    "shortlist_entry": {"state": "settled"},
    "assignment": {"seat": 1, "stepped_down_at": None, "stepped_down_reason": None},
    "score": {"points": 3},
    "settled_score": {"points": 3},
    "criterion_version": {"weight": 2},
    "bulk_run": {"state": "finished"},
    "message": {"cancelled_at": None},
    "deputy": {"deputy_id": 2},
    "booking": {"ended_at": None, "ended_as": None, "slot_id": 1, "seat": 1},
    "calendar_feed": {"staff_id": None},
    "interview_session": {},
    "seat": {"number": 1},
    "sheet_mark": {"points": 3},
    "referee": {"declined_at": None},
    "vetting_case": {"refused_by": 2, "appeal_decided_by": None, "appeal_decided_at": None},
    "offer": {"answer": "accepted", "freed_at": None},
    "course_day": {"starts_minute": 570, "ends_minute": 990},
    "module_need": {"needs_id": 2},
    "trainee": {"ended_at": None, "ended_as": None},
    "mark": {"presence": "present", "reason": None},
    "mark_step": {"outcome": "chosen"},
    "register_note": {"trainee_id": None},
    "catch_up": {"ended_as": "signed_off"},
    "feedback": {"clear": 3, "pace": 3, "useful": 3},
    "duplicate_pair": {"second_id": 2, "state": "same"},
}
SECOND: dict[str, dict[str, Any]] = {  # tables that two different rows of are referred to from one
    "staff_member": {"id": 2, "email": "second", "sso_subject": "second"},
    "applicant": {"id": 2, "email": "second"},
    "module": {"id": 2, "code": "second"},
}


def fill_every_table(connection: Connection) -> dict[str, int]:
    """Inserts a row into each table in dependency order; returns the counts, all 1 or more."""
    counts = {}
    for table in Base.metadata.sorted_tables:
        values = {column.name: _value(column, number) for number, column in enumerate(table.columns)}
        connection.execute(insert(table).values(values | SPECIAL.get(table.name, {})))
        if table.name in SECOND:
            connection.execute(insert(table).values(values | SPECIAL.get(table.name, {}) | SECOND[table.name]))
        counts[table.name] = 1
    return counts


def _value(column: Column[Any], number: int) -> Any:
    kind = column.type
    if column.foreign_keys:
        return _referred(column)
    if isinstance(kind, UtcDateTime):
        return clock.now() + timedelta(days=number)
    if isinstance(kind, Date):
        return date(2018, 1, 1) + timedelta(days=number)
    if isinstance(kind, Enum):
        return kind.enums[0]
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer):
        return 1 if column.primary_key else number + 18
    if isinstance(kind, LargeBinary):
        return b"sealed"
    return {} if isinstance(kind, JSON) else "word"


def _referred(column: Column[Any]) -> Any:
    target = next(iter(column.foreign_keys)).column
    return 1 if isinstance(target.type, Integer) else "word"
