"""Short secrets: made here, stored only under a keyed hash."""

from __future__ import annotations

import hmac
import secrets

CODE_DIGITS = 6


def six_digits() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def keyed_hash(pepper: bytes, purpose: str, *parts: str) -> str:
    """Hex HMAC-SHA-256. Somebody with the table but not the pepper cannot try all the short secrets."""
    text = "\0".join((purpose, *parts))
    return hmac.new(pepper, text.encode(), "sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(one, other)
