"""The applications list as its page shows it: an address becomes filters, rows and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.domain.accounts.rules import Permission
from portal.domain.applications import search
from portal.domain.applications.queries import StaffViewer
from portal.domain.applications.stages import ListStage
from portal.domain.casework import listing as casework
from portal.domain.casework.columns import LABELS, USUAL, Column, chosen
from portal.domain.casework.listing import Choices, Counts, Narrowed, Page, Sort
from portal.domain.casework.views import Surroundings, View, surroundings
from portal.domain.paging import FEW
from portal.staff.filters import LETTERS, NEEDS, SORTS, STILL, Asked, Facet, facets
from portal.staff.rows import marks_shown, shown_row

TABS: dict[ListStage | None, str] = {
    None: "All stages",
    ListStage.SIFT: "Sift",
    ListStage.INTERVIEW: "Interview",
    ListStage.OFFER: "Offer",
    ListStage.TRAINING: "Training",
    ListStage.APPOINTED: "Appointed",
    ListStage.RESERVE: "Reserve",
    ListStage.ENDED: "Ended",
}
SORTED_BY: dict[Column, tuple[Sort, ...]] = {  # a second press turns round what can be turned
    Column.SCORE: (Sort.SCORE,),
    Column.STILL: (Sort.STILL,),
    Column.PROMISED: (Sort.PROMISED,),
    Column.RECEIVED: (Sort.NEWEST, Sort.OLDEST),
}
RISING = {Sort.OLDEST, Sort.PROMISED}


@dataclass(frozen=True)
class Reading:
    """An address, read for one viewer."""

    asked: Asked
    wanted: Narrowed
    offered: tuple[Facet, ...]
    around: Surroundings


def read(session: Session, viewer: StaffViewer, given: MultiDict[str, str]) -> Reading:
    """At most three statements: what is around the list, what can be chosen, what was typed."""
    around, found = surroundings(session, viewer), _found(session, viewer)
    offered = facets(found, viewer.id, around.team)
    asked = Asked.of(given, offered)
    wanted = casework.narrow(
        found,
        asked.pick("campaign", found.campaigns),
        asked.pick("district", found.districts),
        search.typed(session, asked.text),
        requirements=asked.requirements(),
        strands=asked.pick("strand", found.strands),
        score_from=asked.score_from,
        score_to=asked.score_to,
        still=next((still for still in STILL if still.value in asked.values("still")), None),
        owners=asked.owners(found, viewer.id, around.team),
        flags=[flag for flag in found.flags if flag.value in asked.values("flag")],
        tags=asked.pick("tag", found.tags),
    )
    return Reading(asked, wanted, offered, around)


def _found(session: Session, viewer: StaffViewer) -> Choices:
    return casework.choices(session, viewer, Permission.SEE_APPLICATIONS)


def wanted_of(session: Session, viewer: StaffViewer, given: MultiDict[str, str]) -> tuple[Narrowed, ListStage | None]:
    """What a list's address is about, for acts on all that match it: the same reading as its page's."""
    reading = read(session, viewer, given)
    return reading.wanted, reading.asked.stage


def given_of(query: str) -> MultiDict[str, str]:
    """A query string as Flask would have read it."""
    return MultiDict(parse_qsl(query))


def kept_query(session: Session, viewer: StaffViewer, given: MultiDict[str, str]) -> str:
    """The filters of an address as a view keeps them: nothing typed, no place, nothing unknown."""
    around, found = surroundings(session, viewer), _found(session, viewer)
    return Asked.of(given, facets(found, viewer.id, around.team)).written(q=None)


def told(session: Session, viewer: StaffViewer, queries: Sequence[str]) -> list[str]:
    """What each of these lists is narrowed to and how it is sorted, in words. Two statements."""
    around, found = surroundings(session, viewer), _found(session, viewer)
    offered = facets(found, viewer.id, around.team)
    return [_words(Asked.of(given_of(query), offered)) for query in queries]


def _words(asked: Asked) -> str:
    parts = [chip["label"] for chip in asked.chips()]
    if asked.text:
        parts.insert(0, f"“{asked.text}”")
    if asked.stage:
        parts.insert(0, TABS[asked.stage])
    return " · ".join([*(parts or ["Every application"]), SORTS[asked.sort]])


def listing(session: Session, viewer: StaffViewer, given: MultiDict[str, str]) -> dict[str, Any]:
    """Everything the list's page shows. `waiting` is where the missing counts are."""
    reading = read(session, viewer, given)
    asked, wanted = reading.asked, reading.wanted
    page = casework.page(session, wanted, asked.stage, asked.sort, following=asked.following, preceding=asked.preceding)
    every = "counts" in given
    counts = casework.every_count(session, wanted) if every else casework.counts(session, wanted, asked.stage, page)
    return _head(reading, counts) | _table(reading, page) | _rail(reading) | {"found": _how_many(asked, counts, page)}


def tab_counts(session: Session, viewer: StaffViewer, given: MultiDict[str, str]) -> dict[str, Any]:
    """The tabs' numbers alone, every one counted, and how many are found."""
    reading = read(session, viewer, given)
    counts = casework.every_count(session, reading.wanted)
    return {"tabs": _tabs(reading.asked, counts), "found": counted(counts.stages[reading.asked.stage])}


def _head(reading: Reading, counts: Counts) -> dict[str, Any]:
    asked = reading.asked
    return {
        "asked": asked,
        "tabs": _tabs(asked, counts),
        "waiting": None if counts.complete else asked.counting,
        "refresh": url_for("staff.application_counts", **asked.query()),
        "drafts": counted(counts.drafts or 0),
        "chips": asked.chips(),
        "sorted": SORTS[asked.sort],
        "views": [_view(view, asked) for view in reading.around.views],
        "written": asked.written(),
        "addresses": {
            "save": url_for("staff.save_view", **asked.query(q=None)),
            "export": url_for("staff.export", **asked.query()),
        },
    }


def _table(reading: Reading, page: Page) -> dict[str, Any]:
    asked = reading.asked
    marks = marks_shown(page.rows)
    shown = USUAL if reading.around.columns is None else chosen(reading.around.columns)
    columns = [column for column in shown if column is not Column.CAMPAIGN or len(asked.values("campaign")) != 1]
    return {
        "rows": [shown_row(row, marks, asked.text) for row in page.rows],
        "columns": [_column(column, asked) for column in columns],
        "every_column": [(column.value, label, column in shown) for column, label in LABELS.items()],
        "back": asked.address(before=str(page.previous)) if page.previous else None,
        "more": asked.address(after=str(page.next)) if page.next else None,
    }


def _rail(reading: Reading) -> dict[str, Any]:
    sorts = {sort.value: words for sort, words in SORTS.items()}
    return {"facets": reading.offered, "needs": list(NEEDS.items()), "letters": list(LETTERS.values()), "sorts": sorts}


def _how_many(asked: Asked, counts: Counts, page: Page) -> str:
    """How many match, or for the moment at least how many."""
    known = counts.stages.get(asked.stage)
    return counted(known) if known is not None else f"{len(page.rows):,}+"


def counted(number: int) -> str:
    """1,000, or "1,000+" for more."""
    return f"{number:,}" if number <= FEW else f"{FEW:,}+"


def _tabs(asked: Asked, counts: Counts) -> list[dict[str, Any]]:
    return [
        {
            "key": stage.value if stage else "all",
            "label": label,
            "count": counted(counts.stages[stage]) if stage in counts.stages else None,
            "href": asked.address(stage=stage.value if stage else None),
            "current": stage is asked.stage,
        }
        for stage, label in TABS.items()
    ]


def _view(view: View, asked: Asked) -> dict[str, Any]:
    return {
        "label": view.name if view.mine else f"Shared: {view.name}",
        "href": f"{url_for('staff.applications')}?{view.query}",
        "current": not asked.text and view.query == asked.written(),
    }


def _column(column: Column, asked: Asked) -> dict[str, Any]:
    """A heading; a link where the list can be sorted by it."""
    sorts = SORTED_BY.get(column, ())
    then = next((sort for sort in sorts if sort is not asked.sort), None)
    now = asked.sort in sorts
    return {
        "key": column.value,
        "label": LABELS[column],
        "href": asked.address(sort=then.value) if then else None,
        "sorted": ("ascending" if asked.sort in RISING else "descending") if now else None,
    }
