"""What the applications list can be narrowed by, as its page offers it, and what an address asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from portal.domain.applications.models import RequirementState
from portal.domain.applications.stages import ListStage
from portal.domain.campaigns.models import RequirementKind
from portal.domain.casework.columns import REQUIREMENTS
from portal.domain.casework.narrowing import Choices, Flag, Option, RequirementWanted, Sort, Still
from portal.domain.casework.places import Place

LONGEST_SEARCH = 120
MOST_POINTS = Decimal(10_000)
K, R = RequirementKind, RequirementState
LETTERS = {
    K.IDENTITY: "Id", K.OCCUPATION: "Oc", K.GUARDIAN: "Gc", K.MEDICAL: "Md", K.FITNESS: "Ft", K.REFERENCES: "Rf",
    K.VETTING: "Vt",
}  # fmt: skip
MARKS: dict[RequirementKind, tuple[str, str]] = {kind: (LETTERS[kind], name) for kind, name in REQUIREMENTS.items()}
NEEDS: dict[str, str] = {  # what a requirement can be narrowed to → the shape and the words of its mark
    R.WITH_APPLICANT.value: "them",
    R.WITH_US.value: "us",
    "late": "late",
    R.MET.value: "done",
    R.NOT_MET.value: "cross",
    R.NOT_ASKED.value: "none",
}
MARK_WORDS = {
    "done": "done", "us": "with us", "them": "with the applicant", "late": "late", "none": "not asked yet",
    "cross": "not met",
}  # fmt: skip
STILL = {Still.OVER_14: "Over 14 days", Still.FROM_7_TO_14: "7 to 14 days", Still.UNDER_7: "Under 7 days"}
FLAGS = {
    Flag.LATE: "Promise missed",
    Flag.NEEDS_DECISION: "Occupation to decide",
    Flag.UNREAD: "Unread message",
    Flag.DECISION: "Provisional decision",
    Flag.DUPLICATE: "Possible duplicate",
    Flag.ADJUSTMENT: "Adjustment asked",
}
SORTS = {
    Sort.NEWEST: "Newest first",
    Sort.OLDEST: "Oldest first",
    Sort.STILL: "Longest without movement first",
    Sort.SCORE: "Highest score first",
    Sort.PROMISED: "Soonest promise first",
}
ME, TEAM, NOBODY = "me", "team", "none"


@dataclass(frozen=True)
class Choice:
    """One filter: its value in an address, its words beside a box, and its words alone."""

    value: str
    label: str
    chip: str


@dataclass(frozen=True)
class Facet:
    """A group of filters; any of those chosen will do. `one`: at most one of them."""

    name: str
    legend: str
    choices: tuple[Choice, ...]
    one: bool = False


def facets(found: Choices, viewer_id: int, team: frozenset[int]) -> tuple[Facet, ...]:
    """Everything there is to choose for this viewer, in the rail's order; groups without a choice are left out."""
    needs = tuple(
        Choice(f"{kind.value}:{state}", name, f"{name}: {MARK_WORDS[mark]}")
        for kind, (_, name) in MARKS.items()
        for state, mark in NEEDS.items()
    )
    still = tuple(Choice(still.value, words, f"Still for {words.lower()}") for still, words in STILL.items())
    flags = tuple(Choice(flag.value, words, words) for flag, words in FLAGS.items() if flag in found.flags)
    every = (
        Facet("campaign", "Campaign", _named(found.campaigns)),
        Facet("district", "District", _named(found.districts)),
        Facet("need", "Requirements", needs),
        Facet("still", "Last movement", still, one=True),
        Facet("owner", "Owner", _owners(found, viewer_id, team)),
        Facet("flag", "Flags", flags),
        Facet("strand", "Strand", _named(found.strands)),
        Facet("tag", "Tags", _named(found.tags, "Tag: ")),
    )
    return tuple(facet for facet in every if facet.choices)


def _named(options: Sequence[Option], before: str = "") -> tuple[Choice, ...]:
    return tuple(Choice(option.slug, option.name, before + option.name) for option in options)


def _owners(found: Choices, viewer_id: int, team: frozenset[int]) -> tuple[Choice, ...]:
    """Oneself, one's team and nobody, then each colleague. A view shared as "me" is each reader's own."""
    ids = {option.id for option in found.owners}
    first = [Choice(ME, "Me", "Owner: me")] if viewer_id in ids else []
    first += [Choice(TEAM, "My team", "Owner: my team")] if len(ids & team) > 1 else []
    others = [option for option in found.owners if option.id != viewer_id]
    return (*first, Choice(NOBODY, "No one", "Owner: no one"), *_named(others, "Owner: "))


@dataclass(frozen=True)
class Asked:
    """What an address asks for; what it does not know it leaves out."""

    chosen: dict[str, tuple[Choice, ...]]
    stage: ListStage | None
    text: str
    score_from: int | None  # hundredths of a point
    score_to: int | None
    sort: Sort
    following: Place | None
    preceding: Place | None

    @classmethod
    def of(cls, given: MultiDict[str, str], offered: Sequence[Facet]) -> Asked:
        stage, sort = given.get("stage", ""), given.get("sort", "")
        return cls(
            chosen={facet.name: _picked(facet, given.getlist(facet.name)) for facet in offered},
            stage=ListStage(stage) if stage in set(ListStage) else None,
            text=readable(given.get("q", ""))[:LONGEST_SEARCH],
            score_from=_hundredths(given.get("score_from", "")),
            score_to=_hundredths(given.get("score_to", "")),
            sort=Sort(sort) if sort in set(Sort) else Sort.NEWEST,
            following=Place.parse(given.get("after")),
            preceding=Place.parse(given.get("before")),
        )

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(choice.value for choice in self.chosen.get(name, ()))

    def pick(self, name: str, options: Sequence[Option]) -> tuple[Option, ...]:
        return tuple(option for option in options if option.slug in self.values(name))

    def requirements(self) -> list[RequirementWanted]:
        pairs = [value.split(":") for value in self.values("need")]
        return [
            (RequirementKind(kind), "late" if state == "late" else RequirementState(state)) for kind, state in pairs
        ]

    def owners(self, found: Choices, viewer_id: int, team: frozenset[int]) -> list[Option | None]:
        """Whose applications; none in the list stands for nobody's."""
        values = self.values("owner")
        own = {viewer_id} if ME in values else set()
        own |= team if TEAM in values else set()
        nobody: list[Option | None] = [None] if NOBODY in values else []
        return nobody + [option for option in found.owners if option.slug in values or option.id in own]

    def query(self, **changes: Any) -> dict[str, Any]:
        """The filters by their names in an address, without a place in the list; the sort is always there."""
        values: dict[str, Any] = {
            "q": self.text or None,
            "stage": self.stage.value if self.stage else None,
            **{name: self.values(name) for name in self.chosen},
            "score_from": points(self.score_from),
            "score_to": points(self.score_to),
            "sort": self.sort.value,
        } | changes
        return {name: value for name, value in values.items() if value}

    def written(self, **changes: Any) -> str:
        """The query string that finds this list again, and never an empty one."""
        return urlencode(self.query(**changes), doseq=True)

    def address(self, **changes: Any) -> str:
        """The list's address with these filters and what is changed; paging starts again."""
        values = self.query(**changes)
        if values.get("sort") == Sort.NEWEST.value:
            del values["sort"]
        return url_for("staff.applications", **values)

    @property
    def counting(self) -> str:
        """This very place in the list, with every stage counted."""
        after, before = (str(spot) if spot else None for spot in (self.following, self.preceding))
        return self.address(after=after, before=before, counts="1")

    @property
    def narrowed(self) -> bool:
        """Whether anything but a stage or an order was chosen."""
        return bool(any(self.chosen.values()) or self.text or self.score_from is not None or self.score_to is not None)

    def chips(self) -> list[dict[str, str]]:
        """The filters in force but the stage, each with the address without it."""
        chips = [
            {"label": choice.chip, "href": self.address(**{name: [one.value for one in chosen if one != choice]})}
            for name, chosen in self.chosen.items()
            for choice in chosen
        ]
        for name, words in (("score_from", "Score from"), ("score_to", "Score to")):
            if (value := getattr(self, name)) is not None:
                chips.append({"label": f"{words} {points(value)}", "href": self.address(**{name: None})})
        return chips


def _picked(facet: Facet, values: Sequence[str]) -> tuple[Choice, ...]:
    found = tuple(choice for choice in facet.choices if choice.value in values)
    return found[:1] if facet.one else found


def readable(typed: str) -> str:
    """What was typed, without what cannot be shown."""
    return " ".join("".join(char if char.isprintable() else " " for char in typed).split())


def _hundredths(typed: str) -> int | None:
    """A score as people write it ("12.5"), in hundredths of a point; none for what is none."""
    try:
        number = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return int(number * 100) if number.is_finite() and 0 <= number <= MOST_POINTS else None


def points(hundredths: int | None) -> str | None:
    """A score as people read it: 12.5, 18, 0"""
    return None if hundredths is None else f"{Decimal(hundredths) / 100:f}"
