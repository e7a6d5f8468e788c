"""The courses an installation starts with, as data. Editable once seeded: each edit is a new version.

Marks such as [000] name the public source of a fact, as in the catalogue of schemes. What is taught when, and every
word of it, is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from portal.domain.training.models import Pattern


@dataclass(frozen=True)
class ModuleRow:
    """`needs`: codes of what must have been done before. `materials`: title and address of each."""

    code: str
    title: str
    minutes: int
    mandatory: bool = True
    assessed: bool = False
    written: bool = False
    one_to_one: bool = True
    needs: tuple[str, ...] = ()
    materials: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DayRow:
    """Minutes after midnight, in London."""

    block: int
    title: str
    starts: int
    ends: int
    modules: tuple[ModuleRow, ...]


@dataclass(frozen=True)
class CourseRow:
    slug: str
    name: str
    summary: str
    pattern: Pattern
    least_days: int
    days: tuple[DayRow, ...]
    scheme: str | None = None
    bring: str = ""


M = ModuleRow
NINE, FIVE = 9 * 60, 17 * 60

_FOUNDATION_DAYS: tuple[tuple[str, tuple[ModuleRow, ...]], ...] = (
    ("The role", (
        M("role", "What you are, and what you are not", 120),
        M("standards", "Honesty, standards and social media", 150, written=True),
        M("fairness", "Treating people fairly", 150, written=True),
    )),
    ("Stopping and asking", (
        M("powers-address", "Asking for a name and address", 240, assessed=True, needs=("role",)),
        M("notebook", "Your notebook and a first statement", 180, written=True),
    )),
    ("First aid 1", (
        M("first-aid-1", "First aid 1: saving a life", 300),
        M("alone", "Out and about: looking after each other", 120, written=True),
    )),
    ("First aid 2", (
        M("first-aid-2", "First aid 2: wounds, burns and shock", 300, assessed=True, needs=("first-aid-1",)),
        M("wellbeing", "What it does to you, and who listens", 120, mandatory=False),
    )),
    ("Personal safety 1", (
        M("safety-1", "Personal safety 1: distance, stance and talk", 420),
    )),
    ("Personal safety 2", (
        M("safety-2", "Personal safety 2: getting away", 300, assessed=True, needs=("safety-1",)),
        M("radio", "The radio and calling for help", 120),
    )),
    ("On the road", (
        M("powers-traffic", "Directing traffic, within your limits", 240, assessed=True, needs=("role",)),
        M("signs", "Placing signs and cones", 180),
    )),
    ("At the door", (
        M("powers-entry", "Going in to save a life", 150, assessed=True, needs=("role",)),
        M("risk", "Seeing who is at risk", 150),
        M("mental-health", "When somebody is unwell in mind", 120, written=True),
    )),
    ("Among people", (
        M("neighbours", "Anti-social behaviour and neighbours", 150, written=True),
        M("meetings", "Shops, schools and meetings", 150, mandatory=False),
        M("information", "What you may look up, and what you may say", 120, written=True),
    )),
    ("Putting it together", (
        M("patrol", "A patrol from start to finish", 300, assessed=True, needs=("powers-address", "safety-2")),
        M("first-duty", "Your first duty", 120),
    )),
)  # fmt: skip

FOUNDATION = CourseRow(
    slug="cpv-foundation",
    name="Foundation course",
    summary="Five weekends that make a Community Policing Volunteer.",  # over ten weeks [000]: ten days
    scheme="community-policing-volunteer",
    pattern=Pattern.WEEKENDS,
    least_days=9,
    bring="Something to write with\nLunch, or money for it\nFlat shoes you can move in",
    days=tuple(
        DayRow((number + 1) // 2, title, NINE, FIVE, modules)
        for number, (title, modules) in zip(count(1), _FOUNDATION_DAYS, strict=False)
    ),
)

_EVENINGS = (  # fifteen, three of them on policing in the county [002]
    ("welcome", "Who we are", True),
    ("law-1", "Right, wrong and the law", True),
    ("county-1", "Policing in the county 1: who does what", True),
    ("drill", "Standing, marching, uniform", False),
    ("first-aid", "First aid", True),
    ("county-2", "Policing in the county 2: a neighbourhood team", True),
    ("online", "Safe online", True),
    ("map", "Maps and finding your way", False),
    ("county-3", "Policing in the county 3: from a call to court", True),
    ("talking", "Talking to people you do not know", False),
    ("drugs", "Drugs, drink and friends", True),
    ("weapons", "Knives, and walking away", True),
    ("road", "Roads and bicycles", False),
    ("project", "Something for your town", False),
    ("ready", "Ready for uniform", True),
)

CADETS = CourseRow(
    slug="cadet-start",
    name="Cadets: the first fifteen weeks",
    summary="Fifteen evenings before uniform, three of them on policing in the county.",
    scheme="volunteer-police-cadet",
    pattern=Pattern.WEEKLY,
    least_days=12,
    bring="A drink\nClothes you can run in",
    days=tuple(
        DayRow(week, title, 19 * 60, 21 * 60, (M(code, title, 120, mandatory=mandatory),))
        for week, (code, title, mandatory) in enumerate(_EVENINGS, 1)
    ),
)

_ACADEMY = (  # nine modules [002]
    ("county", "The county and its police"),
    ("control", "A call comes in"),
    ("neighbourhood", "Your neighbourhood team"),
    ("crime", "How a crime is looked into"),
    ("roads", "Roads policing"),
    ("vulnerable", "Protecting people at risk"),
    ("cyber", "Crime on a screen"),
    ("custody", "Custody and fairness"),
    ("part", "What you can do"),
)

ACADEMY = CourseRow(
    slug="citizens-academy",
    name="Citizens Academy",
    summary="Nine evenings on how the county is policed, for anybody who wants to know.",
    scheme="citizens-academy",
    pattern=Pattern.WEEKLY,
    least_days=6,
    days=tuple(
        DayRow(week, title, 18 * 60 + 30, 20 * 60 + 30, (M(code, title, 120, mandatory=False, one_to_one=False),))
        for week, (code, title) in enumerate(_ACADEMY, 1)
    ),
)

INDUCTION = CourseRow(  # before a volunteer starts [004 4.14]
    slug="induction",
    name="Induction",
    summary="One day before the first duty: the building, the people, staying safe.",
    pattern=Pattern.DAYS,
    least_days=1,
    bring="Something that shows who you are",
    days=(
        DayRow(1, "Induction", 9 * 60 + 30, 15 * 60 + 30, (
            M("place", "The building, the people, your contact", 90),
            M("safe-work", "Health, safety and fire", 90, written=True),
            M("agreement", "What we promise each other", 60),
            M("claims", "Hours, expenses and kit", 60, written=True),
        )),
    ),
)  # fmt: skip

DATA_SAFE = CourseRow(  # for volunteers in offices [004 4.21]
    slug="data-safe",
    name="Data Safe",
    summary="Half a day on keeping what you see to yourself, for volunteers who use our systems.",
    pattern=Pattern.DAYS,
    least_days=1,
    days=(
        DayRow(1, "Data Safe", 9 * 60 + 30, 13 * 60, (
            M("data-law", "Whose data it is", 60, written=True),
            M("data-use", "Looking up, sharing, leaving a screen", 90, assessed=True),
            M("data-loss", "When something is lost", 30, written=True),
        )),
    ),
)  # fmt: skip

COURSES: tuple[CourseRow, ...] = (FOUNDATION, CADETS, ACADEMY, INDUCTION, DATA_SAFE)
