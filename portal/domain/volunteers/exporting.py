"""The powers register of a day as a file. That it left the service is recorded before anybody holds it."""

from __future__ import annotations

from datetime import date
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.audit.actions import record
from portal.domain.casework.exporting import Exporter, Field, Format, write_sheet
from portal.domain.volunteers.queries import Entry, register_on

FIELDS = (
    Field("Volunteer number", lambda entry: entry.number),
    Field("Name", lambda entry: entry.name),
    Field("District", lambda entry: entry.district),
    Field("Power", lambda entry: entry.power),
    Field("Law", lambda entry: entry.law),
    Field("Limits", lambda entry: entry.limits),
    Field("From", lambda entry: entry.starts_on),
    Field("Until", lambda entry: entry.ends_on),
    Field("Training certificate", lambda entry: entry.certificate),
    Field("Note", lambda entry: "Vetting no longer stands: not to be used" if entry.in_doubt else ""),
)


def export_register(session: Session, who: Exporter, day: date, form: Format) -> IO[bytes]:
    """Everything of that day that is in reach, as an open temporary file, read from its beginning."""
    rows: list[Entry] = register_on(session, who, day)
    made = TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
    try:
        write_sheet(made, FIELDS, iter(rows), form, title="Powers")
        with unit_of_work(session):
            record(
                session, who, "register.exported", subject=("power_grant", None), count=len(rows),
                day=day.isoformat(), format=form.value,
            )  # fmt: skip
        made.seek(0)
    except BaseException:
        made.close()
        raise
    return made
