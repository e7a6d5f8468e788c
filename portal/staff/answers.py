"""What an applicant answered, as staff read it: under titles, contact details masked until they are revealed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from portal.domain.applications.queries import Answered
from portal.domain.campaigns.models import Care

TITLES = {  # of the sections, in the order in which staff read them
    "why": "Why they want to do this",
    "availability": "Time and training days",
    "strands": "Strands",
    "occupation": "Work",
    "adjustments": "Anything done differently",
    "name": "Name and date of birth",
    "contact": "Contact",
    "address": "Address",
    "declaration": "Declaration",
}
OWN_PLACE = 0  # a campaign's own questions come after the first
CONTACT = {"phone", "address_line1", "address_line2", "town", "postcode"}
HIDDEN = "•••••"


def groups(answered: Sequence[Answered], *, revealed: bool) -> list[dict[str, Any]]:
    """The answers under their sections' titles."""
    found = []
    for section, group in groupby(answered, key=lambda each: each.section):
        rows = list(group)
        title = rows[0].title if rows[0].own else TITLES.get(section, section.capitalize())
        lines = [
            {
                "label": each.label,
                "shown": shown(each, revealed=revealed),
                "sealed": each.care is Care.SEALED,
                "hidden": each.key in CONTACT and not revealed,
            }
            for each in rows
        ]
        place = OWN_PLACE if rows[0].own else list(TITLES).index(section)
        found.append({"section": section, "title": title, "rows": lines, "place": place})
    return sorted(found, key=lambda each: each["place"])


def shown(answer: Answered, *, revealed: bool) -> str:
    """An answer as it may be read: contact details masked until they are revealed."""
    if revealed or answer.key not in CONTACT:
        return answer.shown
    if answer.key == "postcode":
        return answer.shown.partition(" ")[0] + " •••"
    digits = answer.shown.replace(" ", "")
    return f"{digits[:2]}••• •••{digits[-3:]}" if answer.key == "phone" and len(digits) > 6 else HIDDEN
