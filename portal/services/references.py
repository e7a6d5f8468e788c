"""References people can read out: CPV-7K4F-92QX.

Nothing that is easily mistaken for another (no 0, O, 1, I, L), a random part nobody can guess, and a last character
that gives away one wrong character anywhere in the eight, or two neighbours swapped.
"""

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 characters: a prime, on which the check rests
_RANDOM = 7  # 31 ** 7 is 27 thousand million, of which a sixth are used
_PREFIX = re.compile(r"[A-Z]{2,4}")
_WORD = re.compile(r"[A-Z]{3}")
_SHAPE = re.compile(rf"([A-Z]{{2,4}})([{ALPHABET}]{{{_RANDOM + 1}}})")


def new_reference(prefix: str) -> str:
    """A fresh reference behind a prefix of two to four capital letters (the scheme's). Raises ValueError."""
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("a reference begins with two to four capital letters")
    while True:
        reference = with_check(prefix, "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM)))
        # Three letters together might spell something nobody wants to read out to a stranger.
        if not _WORD.search(reference.partition("-")[2].replace("-", "")):
            return reference


def with_check(prefix: str, body: str) -> str:
    """The full reference for seven given characters: for made-up data that must stay the same."""
    full = body + _check(prefix, body)
    return f"{prefix}-{full[:4]}-{full[4:]}"


def parse(text: str) -> str | None:
    """The reference in its one true form, however it was typed; None for what is none."""
    found = _SHAPE.fullmatch(re.sub(r"[\s\-\u2010-\u2014]+", "", text).upper()) if len(text) <= 40 else None
    if not found:
        return None
    prefix, full = found.groups()
    return with_check(prefix, full[:-1]) if _check(prefix, full[:-1]) == full[-1] else None


def _check(prefix: str, body: str) -> str:
    # Weighted sum modulo a prime, each weight different and none zero: one error or one swap always changes it,
    # the check character itself (of weight 1) included. The prefix shifts the sum, so that it is covered too.
    total = sum(ord(letter) * weight for letter, weight in zip(reversed(prefix), range(9, 13), strict=False))
    total += sum(ALPHABET.index(letter) * weight for letter, weight in zip(body, range(8, 1, -1), strict=True))
    return ALPHABET[-total % len(ALPHABET)]
