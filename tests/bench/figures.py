"""A figure of the benchmark: what was measured, against what, and the bound it must keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Bound:
    """What must hold of a figure's `value` or `ratio`."""

    of: str  # value | ratio
    most: float | None = None
    least: float | None = None

    def holds(self, measured: float) -> bool:
        return (self.most is None or measured <= self.most) and (self.least is None or measured >= self.least)

    def __str__(self) -> str:
        return f"{self.of} <= {self.most:g}" if self.most is not None else f"{self.of} >= {self.least:g}"


def at_most(most: float, of: str = "ratio") -> Bound:
    return Bound(of, most=most)


def at_least(least: float, of: str = "ratio") -> Bound:
    return Bound(of, least=least)


@dataclass(frozen=True)
class Figure:
    """`ratio` is the value divided by that of `against`, the median over rounds that alternated between the two."""

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    bound: Bound | None = None

    @property
    def kept(self) -> bool:
        if self.bound is None:
            return True
        measured = self.value if self.bound.of == "value" else self.ratio
        return measured is not None and self.bound.holds(measured)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": float(f"{self.value:.6g}"),
            "unit": self.unit,
            "against": self.against or None,
            "ratio": None if self.ratio is None else float(f"{self.ratio:.4g}"),
            "bound": None if self.bound is None else str(self.bound),
        }


def ratio_of(values: Sequence[float], against: Sequence[float]) -> float:
    """The median of each round's own ratio, so that what else the machine did hits both sides."""
    return median(value / other for value, other in zip(values, against, strict=True))


def seconds(act: Callable[[], object]) -> float:
    """How long it took."""
    began = perf_counter()
    act()
    return perf_counter() - began


def print_table(figures: Sequence[Figure]) -> None:
    rows = [("", "value", "unit", "ratio", "against", "bound", "")]
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        bound = "" if figure.bound is None else str(figure.bound)
        verdict = "" if figure.bound is None else ("kept" if figure.kept else "BROKEN")
        rows.append((figure.name, f"{figure.value:,.4g}", figure.unit, ratio, figure.against, bound, verdict))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def write_json(figures: Sequence[Figure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([figure.as_json() for figure in figures], indent=1) + "\n")
