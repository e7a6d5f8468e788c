"""How far two readers of the same application agree: Krippendorff's alpha over ordered values.

1 is perfect agreement, 0 what chance would give. Ordered values, since 4 against 5 is nearer than 1 against 5.
Bounds: Krippendorff's own customary ones, 0.80 to rely on, 0.667 for tentative conclusions.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import krippendorff
import numpy as np

CLOSE, FAIR = 0.8, 0.667
Pair = tuple[int, int]


class Agreement(StrEnum):
    TOO_FEW = "too few"
    CLOSE = "close"
    FAIR = "fair"
    WEAK = "weak"


WORDS: dict[Agreement, str] = {
    Agreement.TOO_FEW: "Too few have been read twice to say.",
    Agreement.CLOSE: "Close: the order can be relied on.",
    Agreement.FAIR: "Fair: do not make much of small differences in score.",
    Agreement.WEAK: "Weak: talk the anchors over before you rely on the order.",
}


def alpha(pairs: Sequence[Pair], *, least: int) -> float | None:
    """Alpha of these pairs of values, one pair an application. None for fewer than `least` pairs.

    Where everybody gave the same value there is nothing to tell apart: that is agreement, 1.
    """
    if len(pairs) < max(least, 1):
        return None
    values = {value for pair in pairs for value in pair}
    if len(values) == 1:
        return 1.0
    table = np.array(pairs, dtype=float).T
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement="ordinal"))


def judged(value: float | None) -> Agreement:
    """What a value of alpha says."""
    if value is None:
        return Agreement.TOO_FEW
    if value >= CLOSE:
        return Agreement.CLOSE
    return Agreement.FAIR if value >= FAIR else Agreement.WEAK
