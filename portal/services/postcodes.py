"""UK postcodes: their shape, and the outward code that tells the district. Whether one exists is not known here.

The shape is that of BS 7666 as the Royal Mail uses it: the letters of the last two places are never C, I, K, M, O or V;
the first letter is never Q, V or X, the second never I, J or Z.
"""

import re

_SHAPE = re.compile(
    r"(GIR|[A-PR-UWYZ](?:[A-HK-Y][0-9](?:[0-9]|[ABEHMNPRVWXY])?|[0-9](?:[0-9]|[ABCDEFGHJKPSTUW])?))"
    r"([0-9][ABD-HJLNP-UW-Z]{2})"
)
_LONGEST = 20


def normalise(text: str) -> str | None:
    """ "me141xq" becomes "ME14 1XQ"; None for what cannot be a postcode."""
    compact = re.sub(r"[\s.\-]+", "", text).upper() if len(text) <= _LONGEST else ""
    found = _SHAPE.fullmatch(compact)
    if not found or (found[1] == "GIR" and found[2] != "0AA"):
        return None
    return f"{found[1]} {found[2]}"


def outward(text: str) -> str | None:
    """The part before the space of a whole postcode, "ME14"; None for what cannot be a postcode."""
    postcode = normalise(text)
    return postcode.partition(" ")[0] if postcode else None
