"""Somebody made up, with everything an application asks of them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from portal.domain.applications.sections import Value
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.questions import NONE
from portal.domain.campaigns.rules import age_on
from portal.domain.demonstration.names import (
    ADJUSTMENTS,
    FAMILY,
    GIVEN,
    INWARD,
    NEEDS_A_LOOK,
    OCCUPATIONS,
    RETIRED,
    STREETS,
    TOWNS,
)
from portal.domain.demonstration.stories import asks_for_stories, stories
from portal.domain.demonstration.words import why

YOUNGEST, OLDEST = 18, 74  # years, of those who apply
MOST_STRANDS = 3
PENSION = 61
RELATIONS = ("Partner", "Mother", "Father", "Sister", "Brother", "Friend", "Neighbour")


@dataclass(frozen=True)
class Person:
    email: str
    answers: dict[str, Value]


def somebody(chance: Random, number: int, campaign: Campaign, on: date) -> Person:
    """A person old enough for this campaign on that day, living in its area. `number` makes the mail address theirs."""
    born = _born(chance, on)
    age = age_on(born, on)
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    town, outward = chance.choice(TOWNS[chance.choice([district.slug for district in campaign.districts])])
    answers: dict[str, Value] = {
        "given_name": given,
        "family_name": family,
        "date_of_birth": born.isoformat(),
        "phone": _phone(chance),
        "address_line1": f"{chance.randint(1, 140)} {chance.choice(STREETS)}",
        "town": town,
        "postcode": f"{outward} {chance.randint(1, 9)}{chance.choice(INWARD)}",
        "hours": True,
        "why": why(chance, town, age),
        "declaration_true": True,
        "declaration_contact": True,
    }
    if asks_for_stories(row.kind for row in campaign.requirements):
        answers |= stories(chance, town, given)
    answers |= _work(chance, age) | _choices(chance, campaign)
    if chance.random() < 0.07:
        answers["adjustments"] = chance.choice(ADJUSTMENTS)
    return Person(f"{plain(given)}.{plain(family)}{number}@example.org", answers)


def _born(chance: Random, on: date) -> date:
    years = min(OLDEST, YOUNGEST + int(chance.expovariate(1 / 19)))
    return on - timedelta(days=int((years + 0.02) * 365.25) + chance.randint(5, 350))


def _phone(chance: Random) -> str:
    """A mobile number of the range kept free for drama: it rings nowhere."""
    return f"07700 900 {chance.randint(0, 999):03}"


def relative(chance: Random) -> tuple[str, str, str]:
    """Whom to ring for somebody: name, telephone, relation."""
    return f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}", _phone(chance), chance.choice(RELATIONS)


def _work(chance: Random, age: int) -> dict[str, Value]:
    if chance.random() < 0.08:
        occupation, employer = chance.choice(NEEDS_A_LOOK)
        return {"occupation": occupation, "employer_kind": employer}
    likely = RETIRED if age >= PENSION and chance.random() < 0.7 else OCCUPATIONS
    return {"occupation": chance.choice(likely), "employer_kind": NONE}


def _choices(chance: Random, campaign: Campaign) -> dict[str, Value]:
    """Training weekends (most can come to all, some miss one) and strands, where there are any."""
    chosen: dict[str, Value] = {}
    weekends = sorted({str(day.weekend) for day in campaign.training_days})
    if weekends:
        missed = chance.choice(weekends) if chance.random() < 0.3 else ""
        chosen["weekends"] = [weekend for weekend in weekends if weekend != missed]
    strands = [strand.slug for strand in campaign.scheme.strands]
    if strands:
        count = chance.choice((0, 1, 1, 2, 3))
        chosen["strands"] = chance.sample(strands, min(count, len(strands), MOST_STRANDS)) or [NONE]
    return chosen


def plain(name: str) -> str:
    """A name as it stands in an address."""
    decomposed = unicodedata.normalize("NFKD", name.lower())
    return "".join(char for char in decomposed if char.isascii() and char.isalpha())
