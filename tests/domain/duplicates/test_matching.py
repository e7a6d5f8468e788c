"""How alike two people are, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from portal.domain.duplicates.matching import Facts, digits, keys_of, likeness
from portal.domain.settings.catalogue import shipped

ONE = Facts("William", "Okafor", date(1985, 3, 27), "ME14 1XX", "07700 900 982", "12 Mill Lane", "will@example.org")
SHOWN = shipped("duplicate_likeness")

SAME = {
    "another address alone": {"email": "bill.o@elsewhere.example"},
    "a short form and a slip": {"given_name": "Bill", "family_name": "Okafour", "email": "x@example.org"},
    "names the wrong way round": {"given_name": "Okafor", "family_name": "William", "phone": "01632 960 001"},
    "moved house": {"postcode": "CT1 2AB", "address": "3 High Street"},
    "day and month turned": {"born": date(1985, 3, 7)},
    "accents and capitals": {"given_name": "WILLIAM", "family_name": "Ókafor", "phone": ""},
    "a number from abroad": {"phone": "+44 7700 900982", "born": None},
}
OTHERS = {
    "a twin": {"given_name": "Grace", "email": "grace@example.org", "phone": "01632 960 001", "address": "1 Hill Rd"},
    "a namesake": {"born": date(1990, 1, 1), "postcode": "CT1 2AB", "phone": "", "address": "", "email": "w@e.example"},
    "a neighbour born that day": {"given_name": "Ann", "family_name": "Lee", "phone": "", "address": "", "email": ""},
    "nothing said": {"given_name": "", "family_name": "", "born": None, "postcode": "", "phone": "", "address": "",
                     "email": "will@example.org"},
}  # fmt: skip


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_the_same_person_is_shown(change: dict[str, object]) -> None:
    other = replace(ONE, **change)
    assert keys_of(ONE) & keys_of(other)
    assert likeness(ONE, other).points >= SHOWN
    assert likeness(ONE, other) == likeness(other, ONE)


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_others_are_not(change: dict[str, object]) -> None:
    assert likeness(ONE, replace(ONE, **change)).points < SHOWN


def test_keys_say_nothing_and_leave_out_what_was_not_given() -> None:
    assert all("1985" not in key and "okafor" not in key for key in keys_of(ONE))
    assert keys_of(Facts("", "", None, "", "", "", "")) == set()
    assert digits("123") == "" and digits("+44 7700 900982") == digits("07700 900 982")
