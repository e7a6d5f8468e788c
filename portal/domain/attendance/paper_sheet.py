"""A marked paper sheet typed in: a letter or two a line, in the order it was printed.

`p` here, `l 10` ten minutes late, `e 30` left thirty minutes early (both together: `l 10 e 30`), `a` absent, `x w`
excused for work. Nothing typed: as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from portal.domain.attendance.models import Presence
from portal.domain.attendance.words import REASONS, Said
from portal.domain.refusals import Refusal

LETTERS: dict[str, str] = {code[0].upper(): code for code in REASONS}  # P personal, W work …
_MINUTES = re.compile(r"(?:l(\d{1,3}))?(?:e(\d{1,3}))?")
UNREADABLE = "Write p, l 10, e 30, a, or x and a letter"


class Unreadable(Refusal):
    message = UNREADABLE


def read_line(typed: str) -> Said | None:
    """What one box says; none for an empty one. Raises Unreadable."""
    plain = "".join(typed.lower().split())
    if not plain:
        return None
    if plain in {"p", "h", "/", "1"}:
        return Said(Presence.PRESENT)
    if plain in {"a", "o", "0"}:
        return Said(Presence.ABSENT)
    if plain[0] == "x" and plain[1:].upper() in LETTERS:
        return Said(Presence.EXCUSED, reason=LETTERS[plain[1:].upper()])
    found = _MINUTES.fullmatch(plain)
    if found is None:
        raise Unreadable()
    return Said(Presence.PRESENT, int(found[1] or 0), int(found[2] or 0))


def read_lines(typed: Mapping[int, str]) -> tuple[dict[int, Said], dict[int, str]]:
    """What the boxes say, by trainee, and what is wrong with those that cannot be read."""
    said: dict[int, Said] = {}
    problems: dict[int, str] = {}
    for trainee_id, text in typed.items():
        try:
            found = read_line(text)
        except Unreadable as refusal:
            problems[trainee_id] = refusal.message
            continue
        if found is not None:
            said[trainee_id] = found
    return said, problems
