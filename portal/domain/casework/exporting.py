"""Lists as files: allow-listed columns, one sheet, nothing in a cell that a spreadsheet would run.

Rows go from the database to a temporary file one by one, so that a hundred thousand need no more memory than ten.
That a list left the service is recorded before anybody holds it: how many rows and which columns, never whose.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Requirement
from portal.domain.applications.queries import StaffViewer, in_scope
from portal.domain.applications.stages import STATE_WORDS
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import RequirementKind
from portal.domain.casework.columns import LABELS, REQUIREMENTS, Column, promised_on
from portal.domain.casework.details import details
from portal.domain.refusals import Refusal

AT_ONCE = 500  # rows fetched from the database together
MOST_ROWS = 1_048_575  # of one sheet, below its heading
K = RequirementKind
MARK_WORDS = {"them": "with the applicant", "us": "with us", "late": "late", "none": "not asked yet"}
OUTCOMES = {"done": "met", "cross": "not met"}
# Of health and of criminal records a list that leaves the service says only that they were decided.
UNTOLD = frozenset({K.MEDICAL, K.FITNESS, K.VETTING})
_SIGNS = frozenset("=+-@")
_CONTROLS = frozenset("\t\r\n")


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


class TooMany(Refusal):
    message = "That is more than one sheet holds. Narrow the list first."


class Exporter(StaffViewer, Actor, Protocol):
    """Somebody on the staff who looks at lists and takes them along."""


Cell = str | int | float | date | None


@dataclass(frozen=True)
class Field:
    """One column of the file."""

    heading: str
    of: Callable[[Any], Cell]


def safe(text: str) -> str:
    """A text no spreadsheet takes for a formula, however it is opened or saved again."""
    first = unicodedata.normalize("NFKC", text.lstrip())[:1]  # full-width signs are signs too
    return f"'{text}" if first in _SIGNS or text[:1] in _CONTROLS else text


def within_reach(ids: Select[int], viewer: StaffViewer) -> Select[int]:
    """Those of a list that the viewer may take along."""
    return in_scope(ids, viewer, Permission.EXPORT_LISTS)


def how_many(session: Session, viewer: StaffViewer, ids: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(within_reach(ids, viewer).subquery())) or 0


def export(
    session: Session, who: Exporter, ids: Select[int], columns: Sequence[Column], *, names: bool, form: Format
) -> IO[bytes]:
    """The list as an open temporary file, read from its beginning; newest first. Raises TooMany.

    `names`: with given and family names. The record is committed before this returns.
    """
    reach = within_reach(ids, who)
    if how_many(session, who, ids) > MOST_ROWS:
        raise TooMany()
    fields = _fields(columns, names=names, kinds=_kinds(session, reach))
    made = TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
    try:
        count = write_sheet(made, fields, _rows(session, reach), form, title="Applications")
        with unit_of_work(session):
            record(
                session, who, "list.exported", subject=("list", None),
                count=count, columns=["name"] * names + [column.value for column in columns], format=form.value,
            )  # fmt: skip
        made.seek(0)
    except BaseException:
        made.close()
        raise
    return made


def write_sheet(made: IO[bytes], fields: Sequence[Field], rows: Iterator[Any], form: Format, *, title: str) -> int:
    """Writes any rows as such a file; returns how many. `title` is the sheet's, at most 31 characters."""
    return _WRITERS[form](made, fields, rows, title)


def _rows(session: Session, reach: Select[int]) -> Iterator[Any]:
    top = reach.subquery("top")
    query = details(top, ())
    newest = query.order_by(query.selected_columns.received_at.desc(), query.selected_columns.id.desc())
    return iter(session.execute(newest.execution_options(yield_per=AT_ONCE)))


def _kinds(session: Session, reach: Select[int]) -> list[RequirementKind]:
    """The requirements any of them has, in the list's order."""
    have = select(Requirement.kind).where(Requirement.application_id.in_(reach)).distinct()
    found = set(session.scalars(have))
    return [kind for kind in REQUIREMENTS if kind in found]


def _fields(columns: Sequence[Column], *, names: bool, kinds: Sequence[RequirementKind]) -> list[Field]:
    fields = [Field("Given name", lambda row: row.given_name), Field("Family name", lambda row: row.family_name)]
    fields = fields if names else []
    for column in columns:
        if column is Column.REQUIREMENTS:
            fields += [Field(REQUIREMENTS[kind], _requirement(kind)) for kind in kinds]
        else:
            fields.append(Field(_HEADINGS.get(column, LABELS[column]), _CELLS[column]))
    return fields


def _requirement(kind: RequirementKind) -> Callable[[Any], Cell]:
    words = MARK_WORDS | (dict.fromkeys(OUTCOMES, "decided") if kind in UNTOLD else OUTCOMES)
    return lambda row: words.get(_marks(row.marks or "").get(kind.value, ""))


@lru_cache(maxsize=1_000)
def _marks(pairs: str) -> dict[str, str]:
    """Thousands of rows have the same ones."""
    return dict(pair.split(":") for pair in pairs.split())


_HEADINGS = {Column.STILL: "Days without movement"}
_CELLS: dict[Column, Callable[[Any], Cell]] = {
    Column.REFERENCE: lambda row: row.reference,
    Column.STAGE: lambda row: STATE_WORDS[row.state],
    Column.CAMPAIGN: lambda row: row.campaign,
    Column.DISTRICT: lambda row: row.district,
    Column.SCORE: lambda row: None if row.score is None else row.score / 100,
    Column.STILL: lambda row: max(0, (clock.today() - clock.london(row.state_since).date()).days),
    Column.OWNER: lambda row: row.owner,
    Column.PROMISED: lambda row: promised_on(row.state, row.next_contact_on, row.answer_by),
    Column.RECEIVED: lambda row: clock.london(row.received_at).date(),
}


def _csv(made: IO[bytes], fields: Sequence[Field], rows: Iterator[Any], _title: str) -> int:
    """UTF-8 with its mark, as spreadsheets need it to read accents."""
    text = TextIOWrapper(made, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([field.heading for field in fields])
    count = 0
    for row in rows:
        writer.writerow([_written(field.of(row)) for field in fields])
        count += 1
    text.detach()
    return count


def _written(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return safe(cell) if isinstance(cell, str) else "" if cell is None else str(cell)


def _xlsx(made: IO[bytes], fields: Sequence[Field], rows: Iterator[Any], title: str) -> int:
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(made, {"constant_memory": True, **plain})
    sheet, bold = book.add_worksheet(title), book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    for place, field in enumerate(fields):
        sheet.set_column(place, place, max(12, len(field.heading) + 2))
        sheet.write_string(0, place, field.heading, bold)
    count = 0
    for count, row in enumerate(rows, 1):
        for place, field in enumerate(fields):
            _write(sheet, count, place, field.of(row), day)
    book.close()
    return count


def _write(sheet: Any, line: int, place: int, cell: Cell, day: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(line, place, safe(cell))
    elif isinstance(cell, date):
        sheet.write_datetime(line, place, cell, day)
    elif cell is not None:
        sheet.write_number(line, place, cell)


_WRITERS: dict[Format, Callable[[IO[bytes], Sequence[Field], Iterator[Any], str], int]] = {
    Format.XLSX: _xlsx,
    Format.CSV: _csv,
}
