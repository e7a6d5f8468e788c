"""The moderation board in words: its rows, what stands in the way of a release, and what moving the line changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.domain.applications.models import State
from portal.domain.casework.models import Verdict
from portal.domain.casework.verdicts import VERDICT_WORDS
from portal.domain.shortlisting import agreement
from portal.domain.shortlisting.board import Board
from portal.domain.shortlisting.cutting import Falls, Step, becomes
from portal.domain.shortlisting.ranking import Line, Ranked, Tie, by_weight
from portal.domain.shortlisting.settling import HUNDREDTHS
from portal.domain.shortlisting.sift import in_address
from portal.staff.board_shapes import Marks, Scale, histogram_of, marks_of, scale_of

ABOVE, BELOW = 14, 20  # rows shown above and below the line, unless all are asked for
ALL, TO_SETTLE, AROUND = "all", "settle", "line"


def points(hundredths: int) -> str:
    """3250 hundredths are 32.5 points."""
    return f"{hundredths / HUNDREDTHS:.1f}".rstrip("0").rstrip(".") if hundredths % 10 == 0 else f"{hundredths / 100}"


@dataclass(frozen=True)
class BoardRow:
    """One application under its alias. `flag` says why a moderator is needed; `settle` that one is."""

    rank: str
    alias: str
    href: str
    first: str
    second: str
    marks: Marks
    score: str
    gap: int
    flag: str
    settle: bool
    verdict: str
    note: str
    tie: str
    cut_below: bool = False


def rows_of(board: Board, show: str) -> tuple[list[BoardRow], list[BoardRow], int]:
    """The ordered rows to show, those without a place in the order, and how many ordered ones are left out.

    The last row above the line is marked, so that the line is drawn under it.
    """
    scale, above = scale_of(board), _above(board)
    shown = _shown(board, above, show)
    edge = max((each.rank for each in shown if each.rank <= above), default=0)
    ordered = [_row(board, each.line, scale, each, last_above=each.rank == edge) for each in shown]
    others = [_row(board, line, scale, None) for line in board.outside] if show == ALL or not board.order else []
    return ordered, others, len(board.order) - len(shown)


def _above(board: Board) -> int:
    """How many places of the order lie above the line."""
    return sum(board.cut is not None and each.score >= board.cut.score for each in board.order)


def _shown(board: Board, above: int, show: str) -> Sequence[Ranked]:
    if show == TO_SETTLE:
        return board.differing
    if show == ALL or len(board.order) <= ABOVE + BELOW:
        return board.order
    first = max(0, min(above - ABOVE, len(board.order) - ABOVE - BELOW))
    return board.order[first : first + ABOVE + BELOW]


def _row(board: Board, line: Line, scale: Scale, place: Ranked | None, *, last_above: bool = False) -> BoardRow:
    totals = {mark.seat: str(mark.total) for mark in line.done}
    sift = board.sift
    return BoardRow(
        rank=str(place.rank) if place else "",
        alias=line.alias,
        href=url_for("staff.settle", slug=sift.campaign.slug, alias=in_address(line.alias)),
        first=totals.get(1, ""),
        second=totals.get(2, ""),
        marks=marks_of(line, scale, sift.campaign.gap),
        score=f"{place.score / HUNDREDTHS:.1f}" if place else "",
        gap=line.gap,
        flag=_flag(line, sift.campaign.gap) if line.differs else "",
        settle=line.differs,
        verdict=_verdict(line, becomes(line, board.made)),
        note=_note(line),
        tie=_tie(place.tie) if place and place.tie else "",
        cut_below=last_above,
    )


def _flag(line: Line, gap: int) -> str:
    if any(mark.veto for mark in line.done):
        return "Veto"
    return f"Gap {line.gap}" if line.gap >= gap else "Asked for"


def _verdict(line: Line, fell: Falls | None) -> str:
    if line.differs:
        return "Settle"
    if line.waits:
        return "Being read"
    if fell is None:
        return ""
    if fell.verdict is Verdict.RESERVE and fell.place:
        return f"Reserve {fell.place}"
    return (
        "Shortlisted"
        if line.said and line.said.released and fell.verdict is Verdict.SHORTLIST
        else (VERDICT_WORDS[fell.verdict])
    )


def _note(line: Line) -> str:
    """What else is to be known of a row, in a word or two."""
    if line.road is not State.SUBMITTED:
        return "told"
    if line.said is not None and line.said.by_hand:
        return "by hand"
    if line.veto_upheld:
        return "veto upheld"
    return "quick look" if line.stopped else ""


def _tie(tie: Tie) -> str:
    """Why it stands below the one above it."""
    if tie.criterion is None:
        return "received later"
    return f"criterion {tie.criterion.position}: {tie.own:g} < {tie.theirs:g}"


@dataclass(frozen=True)
class Before:
    """One line of what must be so before a release: a number, what it counts, and more about it."""

    count: int
    words: str
    more: str
    good: bool


def before_release(board: Board) -> list[Before]:
    """What stands in the way, and what is ready."""
    sift = board.sift
    heavy = by_weight(sift.criteria)
    order = ", then ".join([f"“{heavy[0].title}”", "the next by weight", "time received"]) if heavy else "time received"
    declined = board.counts.get(Verdict.DECLINE, 0)
    found = [
        Before(
            len(board.differing), f"differ by {sift.campaign.gap} or more, or were asked for",
            f"{board.near} of them near the line" if board.near else "", not board.differing,
        ),
        Before(board.waiting, "wait for a score", _unassigned(sift.unassigned), not board.waiting),
        Before(board.tied, "tie with the one above", f"ordered by {order}; none parted by the line", True),
        Before(
            board.pending, "have no decision from this line" if not board.as_set else "decisions are out of date",
            "apply the line" if board.pending else "", not board.pending,
        ),
        Before(declined, "reasons ready for “not this time”", "with advice from the criteria that cost most", True),
    ]  # fmt: skip
    if board.by_hand:
        found.append(Before(board.by_hand, "decided by hand", "the line leaves them as they are", True))
    if sift.hidden:
        found.append(Before(sift.hidden, "kept from you", "somebody else sets the line and releases", False))
    return found


def _unassigned(count: int) -> str:
    return f"{count} of them have no reader yet" if count else ""


def step_words(step: Step | None, down: bool) -> str:
    """What one step of the line does, and that people with the same score move together."""
    if step is None:
        return "Nobody is left below" if down else "Nobody is left above"
    who = step.moved[0].line.alias if len(step.moved) == 1 else f"{len(step.moved)} who tie"
    return f"Lower adds {who}, at {points(step.score)}" if down else f"Raise takes off {who}"


def agreement_words(board: Board) -> dict[str, Any]:
    """The figure, what it means, and each criterion's own."""
    found = agreement.judged(board.agreement)
    return {
        "figure": f"{board.agreement:.2f}" if board.agreement is not None else "",
        "words": agreement.WORDS[found],
        "weak": found is agreement.Agreement.WEAK,
        "rows": [
            (
                f"{each.position}. {each.title}",
                f"{value:.2f}" if value is not None else "",
                value is not None and value < agreement.FAIR,
            )
            for each, value in board.by_criterion
        ],
    }


def page_of(board: Board, show: str) -> dict[str, Any]:
    """Everything the page shows."""
    rows, others, left_out = rows_of(board, show)
    sift, slug, cut = board.sift, board.sift.campaign.slug, board.cut
    asked: dict[str, Any] = (
        {"line": points(cut.score), "reserves": cut.reserves} if cut is not None and not board.as_set else {}
    )
    views = [
        (AROUND, f"Around the line, {len(rows) if show == AROUND else ABOVE + BELOW}"),
        (ALL, f"All {len(sift.lines):,}"),
        (TO_SETTLE, f"To settle, {len(board.differing)}"),
    ]
    return {
        "board": board,
        "campaign": sift.campaign,
        "rows": rows,
        "others": others,
        "left_out": left_out,
        "scale": scale_of(board),
        "histogram": histogram_of(board),
        "line": points(cut.score) if cut else "",
        "above": board.counts.get(Verdict.SHORTLIST, 0),
        "reserve": board.counts.get(Verdict.RESERVE, 0),
        "declined": board.counts.get(Verdict.DECLINE, 0),
        "up": points(board.up.score) if board.up else "",
        "down": points(board.down.score) if board.down else "",
        "up_words": step_words(board.up, down=False),
        "down_words": step_words(board.down, down=True),
        "before": before_release(board),
        "ready": ready(board),
        "agreement": agreement_words(board),
        "show": show,
        "views": [
            {"label": label, "href": url_for("staff.moderation", slug=slug, show=key, **asked), "current": key == show}
            for key, label in views
        ],
        "first_to_settle": url_for("staff.settle", slug=slug, alias=in_address(board.differing[0].line.alias))
        if board.differing
        else "",
    }


def ready(board: Board, *, apart: bool = False) -> bool:
    """Whether everything can be released together now; `apart`: without those that still wait for a score."""
    waits = bool(board.differing or board.waiting) and not apart
    decided = any(line.said is not None and not line.said.released for line in board.sift.lines)
    return board.as_set and decided and not (waits or board.pending or board.sift.hidden)
