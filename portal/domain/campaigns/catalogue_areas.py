"""The county's divisions and districts, and which outward postcodes lie in which district.

West Division's districts are from the January 2018 notice [000]; the other two divisions are our
arrangement. A code that spans districts names each, and the applicant chooses. Codes of the same
letters that lie outside the county are left out. Everything here is a start: the tables are editable.
"""

from __future__ import annotations

# division slug → name, districts (slug → name)
DIVISIONS: dict[str, tuple[str, dict[str, str]]] = {
    "west": (
        "West Division",
        {
            "maidstone": "Maidstone",
            "sevenoaks": "Sevenoaks",
            "tonbridge": "Tonbridge",
            "tunbridge-wells": "Tunbridge Wells",
        },
    ),
    "north": (
        "North Division",
        {"dartford": "Dartford", "gravesham": "Gravesham", "medway": "Medway", "swale": "Swale"},
    ),
    "east": (
        "East Division",
        {
            "ashford": "Ashford",
            "canterbury": "Canterbury",
            "dover": "Dover",
            "folkestone-and-hythe": "Folkestone and Hythe",
            "thanet": "Thanet",
        },
    ),
}

# districts (one, or all that a code touches) → outward codes
_CODES: dict[str, str] = {
    "medway": "ME2 ME4 ME8",
    "medway tonbridge": "ME1 ME5",
    "medway gravesham": "ME3",
    "medway maidstone": "ME7",
    "swale": "ME9 ME10 ME11 ME12 ME13",
    "maidstone": "ME14 ME15 ME17",
    "maidstone tonbridge": "ME16 ME18",
    "tonbridge": "ME6 ME19 ME20 TN9 TN10",
    "tonbridge sevenoaks": "TN11 TN15",
    "sevenoaks": "TN8 TN13 TN14 TN16 BR8",
    "sevenoaks dartford": "DA3 DA4",
    "tunbridge-wells": "TN1 TN2 TN3 TN4 TN17 TN18",
    "tunbridge-wells maidstone tonbridge": "TN12",
    "ashford": "TN23 TN24 TN26 TN30",
    "ashford folkestone-and-hythe": "TN25",
    "ashford maidstone": "TN27",
    "folkestone-and-hythe": "TN28 TN29 CT19 CT20 CT21",
    "folkestone-and-hythe dover": "CT18",
    "dover": "CT13 CT14 CT15 CT16 CT17",
    "canterbury": "CT1 CT2 CT5 CT6",
    "canterbury dover": "CT3",
    "canterbury ashford": "CT4",
    "thanet": "CT7 CT8 CT9 CT10 CT11 CT12",
    "dartford": "DA1 DA2 DA5 DA9 DA10",
    "gravesham": "DA11 DA12",
    "gravesham dartford": "DA13",
}

# outward code → slugs of its districts, the larger part first
OUTWARD_CODES: dict[str, tuple[str, ...]] = {
    code: tuple(districts.split()) for districts, codes in _CODES.items() for code in codes.split()
}
