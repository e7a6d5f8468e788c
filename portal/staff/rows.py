"""A page's rows as the list shows them, with what was typed made visible in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from portal import clock
from portal.domain.applications.models import Channel
from portal.domain.applications.search import plain, tokens
from portal.domain.applications.stages import STATE_WORDS
from portal.domain.campaigns.models import RequirementKind
from portal.domain.casework.columns import promised_on
from portal.staff.filters import MARKS

NO_NAME = "No name given"
_WORD = re.compile(r"[^\W_]+")
Tinted = list[tuple[str, bool]]


def marks_shown(rows: Sequence[Any]) -> list[RequirementKind]:
    """The requirements any row has, in the fixed order of their columns."""
    have = {pair.partition(":")[0] for row in rows for pair in (row.marks or "").split()}
    return [kind for kind in MARKS if kind.value in have]


def shown_row(row: Any, marks: Sequence[RequirementKind], text: str) -> dict[str, Any]:
    """One row, ready to be drawn."""
    typed = tokens(text)
    name = f"{row.given_name} {row.family_name}".strip()
    tinted, reference = tint(name, typed), tint(row.reference, typed)
    return {
        "reference": row.reference,
        "name": name or NO_NAME,
        "name_tinted": tinted or [(NO_NAME, False)],
        "reference_tinted": reference,
        "found_elsewhere": bool(typed) and not _all_seen(typed, f"{name} {row.reference}"),
        "state": STATE_WORDS[row.state],
        "decision": row.decision.value if row.decision else "",
        "campaign": row.campaign,
        "campaign_short": row.campaign.rpartition(", ")[2],
        "district": row.district or "Not known",
        "marks": _marks(row.marks, marks),
        "score": "" if row.score is None else f"{row.score / 100:.1f}",
        "still": max(0, (clock.today() - clock.london(row.state_since).date()).days),
        "owner": row.owner,
        "promised": _promise(promised_on(row.state, row.next_contact_on, row.answer_by)),
        "received_at": row.received_at,
        "entered": "" if row.channel is Channel.ONLINE else row.channel.value,
    }


def _promise(day: date | None) -> dict[str, str]:
    """A promised day as it is read at a glance, and whether it presses."""
    if day is None:
        return {"words": "–", "kind": ""}  # noqa: RUF001
    late = (clock.today() - day).days
    if late > 0:
        return {"words": f"{late} d late", "kind": "late"}
    return {"words": "today", "kind": "soon"} if late == 0 else {"words": f"{day.day} {day:%b}", "kind": ""}


def _marks(pairs: str | None, shown: Sequence[RequirementKind]) -> list[dict[str, str] | None]:
    states = dict(pair.split(":") for pair in (pairs or "").split())
    return [
        {"letters": MARKS[kind][0], "name": MARKS[kind][1], "state": states[kind.value]}
        if kind.value in states
        else None
        for kind in shown
    ]


def tint(text: str, typed: Sequence[str]) -> Tinted:
    """A text in pieces, those that begin with a typed word marked: "oneil" marks O'Neil, "zo" marks Zoë's Zo."""
    spots: list[tuple[int, str]] = []  # each letter and figure as it is compared, and where it stands
    for place, char in enumerate(text):
        spots += [(place, one) for one in plain(char)]
    letters = "".join(char for _, char in spots)
    begins = {match.start() for match in _WORD.finditer(text)}
    marked: set[int] = set()
    for first, (place, _) in enumerate(spots):
        if place not in begins:
            continue
        for word in typed:
            if letters.startswith(word, first):
                marked.update(range(place, spots[first + len(word) - 1][0] + 1))
    return _pieces(text, marked)


def _pieces(text: str, marked: set[int]) -> Tinted:
    pieces: Tinted = []
    for place, char in enumerate(text):
        if pieces and pieces[-1][1] == (place in marked):
            pieces[-1] = (pieces[-1][0] + char, pieces[-1][1])
        else:
            pieces.append((char, place in marked))
    return pieces


def _all_seen(typed: Sequence[str], text: str) -> bool:
    """Whether each typed word begins something in this text: otherwise it was an e-mail address or a postcode."""
    return all(any(marked for _, marked in tint(text, [word])) for word in typed)
