"""How alike two applicants are: pure, over what they said of themselves.

Two that share a key (a birth date, a telephone number, a postcode with a name's first letter) are compared; how
alike they are is a number out of 100, with the reasons as codes. A person decides what it means.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache

from nicknames import NickNamer
from rapidfuzz import fuzz

ALIKE_NAME = 85  # of 100, by rapidfuzz: Okafor and Okafour
POINTS = {
    "born": 35, "born_slip": 20, "name": 30, "family_name": 10, "given_name": 10, "postcode": 15, "outward": 5,
    "phone": 25, "address": 10, "email": 10,
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What somebody said of themselves. Empty where they did not."""

    given_name: str
    family_name: str
    born: date | None
    postcode: str
    phone: str
    address: str
    email: str


@dataclass(frozen=True)
class Likeness:
    """Out of 100, and what it comes from."""

    points: int
    reasons: tuple[str, ...]


def plain(text: str) -> str:
    """Letters and figures alone, without accents and capitals."""
    return "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if each.isalnum())


def digits(phone: str) -> str:
    """The last nine figures of a number: the same with 0 and with +44. Empty for too few."""
    found = "".join(each for each in phone if each.isdecimal())
    return found[-9:] if len(found) >= 9 else ""


def keys_of(facts: Facts) -> set[str]:
    """What to look for others by, hashed: nothing is read from them but that two are the same."""
    family, given = plain(facts.family_name), plain(facts.given_name)
    found = {
        f"born {facts.born.isoformat()}" if facts.born else "",
        f"phone {digits(facts.phone)}" if digits(facts.phone) else "",
        f"place {plain(facts.postcode)} {family[:1]}" if facts.postcode and family else "",
        f"name {family} {given[:1]}" if family and given else "",
    }
    return {hashlib.sha256(key.encode()).hexdigest()[:32] for key in found if key}


def likeness(one: Facts, other: Facts) -> Likeness:
    """How alike the two are, at most 100."""
    reasons = [*_names(one, other), *_born(one.born, other.born), *_places(one, other)]
    if digits(one.phone) and digits(one.phone) == digits(other.phone):
        reasons.append("phone")
    if _local(one.email) and _local(one.email) == _local(other.email):
        reasons.append("email")
    return Likeness(min(100, sum(POINTS[reason] for reason in reasons)), tuple(reasons))


def _names(one: Facts, other: Facts) -> list[str]:
    family = fuzz.ratio(plain(one.family_name), plain(other.family_name)) >= ALIKE_NAME
    given = _same_given(plain(one.given_name), plain(other.given_name))
    turned = plain(one.given_name) == plain(other.family_name) and plain(one.family_name) == plain(other.given_name)
    if (family and given) or (turned and one.given_name):
        return ["name"]
    return (["family_name"] if family and one.family_name else []) + (["given_name"] if given else [])


def _same_given(one: str, other: str) -> bool:
    """The same name, a slip of it, or a usual short form: William, Willaim, Bill."""
    if not one or not other:
        return False
    return fuzz.ratio(one, other) >= ALIKE_NAME or other in _short_forms(one) or one in _short_forms(other)


@cache
def _namer() -> NickNamer:
    return NickNamer()


def _short_forms(name: str) -> frozenset[str]:
    return frozenset(_namer().nicknames_of(name))


def _born(one: date | None, other: date | None) -> list[str]:
    if one is None or other is None:
        return []
    if one == other:
        return ["born"]
    turned = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    slip = sum(a != b for a, b in zip(one.isoformat(), other.isoformat(), strict=True)) == 1
    return ["born_slip"] if turned or slip else []


def _places(one: Facts, other: Facts) -> list[str]:
    found = []
    if one.postcode and plain(one.postcode) == plain(other.postcode):
        found.append("postcode")
    elif one.postcode and one.postcode.split()[0] == other.postcode.partition(" ")[0]:
        found.append("outward")
    if one.address and fuzz.token_sort_ratio(one.address.casefold(), other.address.casefold()) >= ALIKE_NAME:
        found.append("address")
    return found


def _local(email: str) -> str:
    """What stands before the @, without dots and what follows a plus sign."""
    return email.partition("@")[0].partition("+")[0].replace(".", "").casefold()
