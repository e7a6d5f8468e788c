"""Staff passwords: argon2id, and a floor under what may be chosen.

Slow on purpose: never call `hash_password` or `verify` inside a unit of work.
"""

from __future__ import annotations

from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from portal.domain.refusals import Refusal

# Source: the OWASP Password Storage Cheat Sheet's first choice for argon2id.
PASSES = 2
MEMORY_KIB = 19 * 1024
LANES = 1
SHORTEST = 12  # characters; NCSC and NIST both prefer length to rules about kinds of character
LONGEST = 200

_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
_NOBODYS = _hasher.hash("the password of an account that is not there")

# What people choose first when twelve characters are asked for; repeats and runs are found by rule below.
COMMON = frozenset(
    """
    password1234 passwordpassword password12345 passw0rd1234 letmeinletmein welcome12345 welcomewelcome
    qwertyuiop12 qwertyuiopas qwerty123456 iloveyou1234 administrator administrator1 changemechangeme
    changeme1234 policepolice police123456 kentpolice123 kentpolice1234 volunteer123 volunteer1234
    volunteering trustno1trustno1 correcthorsebatterystaple football1234 liverpool123 arsenal12345
    sunshine1234 princess1234 dragondragon monkeymonkey abcdefghijkl 1q2w3e4r5t6y zaq12wsxcde3
    """.split()  # noqa: SIM905  thirty-odd words read better so
)


class WeakPassword(Refusal):
    def __init__(self, message: str) -> None:
        super().__init__(message, field="password")


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Whether it is the password. Without a stored one it takes as long and is never right."""
    try:
        return _hasher.verify(stored or _NOBODYS, password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def check_choice(password: str, *, name: str, email: str) -> None:
    """Raises `WeakPassword` for what would be guessed first."""
    lower = password.lower()
    if len(password) < SHORTEST:
        raise WeakPassword(f"Your password must be {SHORTEST} characters or more. Three or four words do well.")
    if lower in COMMON or len(set(lower)) < 5 or _runs(lower):
        raise WeakPassword("That password is easy to guess. Choose another: three or four words do well.")
    own = [part for part in (*name.lower().split(), email.lower().partition("@")[0]) if len(part) > 3]
    if any(part in lower for part in own):
        raise WeakPassword("Your password must not have your name or address in it.")


def _runs(text: str) -> bool:
    """123456789012 and the like: each character one after the one before."""
    return all((ord(later) - ord(earlier)) in {1, -9, -25} for earlier, later in pairwise(text))
