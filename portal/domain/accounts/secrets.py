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


RECOVERY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is misread when written down
RECOVERY_LENGTH = 10  # 31^10, almost 50 bits: with the lockout, beyond guessing
RECOVERY_CODES = 10


def new_recovery_codes() -> list[str]:
    """Ten codes as people write them down: `k7m2f-x9q4r`."""
    half = RECOVERY_LENGTH // 2
    made = ("".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES))
    return [f"{code[:half]}-{code[half:]}" for code in made]


def bare(code: str) -> str:
    """A recovery code without what people put between or around its letters."""
    return "".join(char for char in code.lower() if char in RECOVERY_ALPHABET)
