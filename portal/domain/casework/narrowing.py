"""What a list of applications is about: the filters somebody chose, within what they may see.

Within one filter any of what was chosen will do; of several filters each must hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from portal import clock
from portal.domain.applications.models import RequirementState
from portal.domain.applications.search import ANYTHING, Typed
from portal.domain.campaigns.models import RequirementKind

RequirementWanted = tuple[RequirementKind, RequirementState | Literal["late"]]


class Sort(StrEnum):
    """The orders of a list. Where there is no score or no promise, those rows come last, newest number first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    STILL = "still"  # longest without movement first
    SCORE = "score"  # highest first
    PROMISED = "promised"  # the next date promised to the applicant, soonest first


class Still(StrEnum):
    """For how many whole London days nothing has moved."""

    OVER_14 = "over_14"
    FROM_7_TO_14 = "7_to_14"
    UNDER_7 = "under_7"

    def instants(self, today: date) -> tuple[datetime | None, datetime | None]:
        """The last movement was at the first instant or later, and before the second."""
        fortnight, week = (clock.start_of(today - timedelta(days=days)) for days in (14, 6))
        match self:
            case Still.OVER_14:
                return None, fortnight
            case Still.FROM_7_TO_14:
                return fortnight, week
            case Still.UNDER_7:
                return week, None


class Flag(StrEnum):
    """Something about an application that wants to be seen."""

    ADJUSTMENT = "adjustment"  # something to be done differently was asked for; only for those who may read what
    DUPLICATE = "duplicate"  # perhaps the same person as another, not decided yet
    DECISION = "decision"  # a provisional decision, not released yet
    UNREAD = "unread"  # a message from the applicant that nobody has read
    NEEDS_DECISION = "needs_decision"  # an occupation that somebody must decide on
    LATE = "late"  # the promised day has passed


@dataclass(frozen=True)
class Option:
    """Something a list can be narrowed to; `slug` stands in addresses."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True)
class KeptFrom:
    """What the viewer must not see: these applications, and all of the campaigns they still read blind."""

    applications: tuple[int, ...] = ()
    campaigns: tuple[int, ...] = ()


NOTHING = KeptFrom()
NO_CAMPAIGN = 0  # the number of none


@dataclass(frozen=True)
class Choices:
    """What a list can be narrowed to within a scope. `whole` when the scope is the force."""

    campaigns: tuple[Option, ...]
    districts: tuple[Option, ...]
    whole: bool
    strands: tuple[Option, ...] = ()
    owners: tuple[Option, ...] = ()
    tags: tuple[Option, ...] = ()
    flags: tuple[Flag, ...] = tuple(Flag)
    kept: KeptFrom = NOTHING

    def pick(self, options: Sequence[Option], slugs: Sequence[str]) -> tuple[Option, ...]:
        return tuple(option for option in options if option.slug in slugs)


@dataclass(frozen=True)
class Narrowed:
    """Which applications a list is about. No districts named and `whole` means also those without one."""

    campaigns: tuple[int, ...] = ()
    districts: tuple[int, ...] = ()
    whole: bool = False
    typed: Typed = ANYTHING
    kept: KeptFrom = NOTHING
    requirements: tuple[RequirementWanted, ...] = ()
    strands: tuple[str, ...] = ()
    score_from: int | None = None  # hundredths of a point, both ends included
    score_to: int | None = None
    still: Still | None = None
    owners: tuple[int | None, ...] = ()  # None: nobody
    flags: tuple[Flag, ...] = ()
    tags: tuple[int, ...] = ()

    @property
    def anywhere(self) -> bool:
        return self.whole and not self.districts

    @property
    def plain(self) -> bool:
        """Narrowed by campaign, district and stage at most: what lists are indexed by."""
        fine = (self.requirements, self.strands, self.still, self.owners, self.flags, self.tags)
        return not (self.typed.given or any(fine)) and self.score_from is None and self.score_to is None


def narrow(
    found: Choices,
    campaigns: Sequence[Option] = (),
    districts: Sequence[Option] = (),
    typed: Typed = ANYTHING,
    *,
    requirements: Sequence[RequirementWanted] = (),
    strands: Sequence[Option] = (),
    score_from: int | None = None,
    score_to: int | None = None,
    still: Still | None = None,
    owners: Sequence[Option | None] = (),
    flags: Sequence[Flag] = (),
    tags: Sequence[Option] = (),
) -> Narrowed:
    """Chosen filters within what the viewer may see: outside the force scope some district is always named."""
    named = districts or (() if found.whole else found.districts)
    return Narrowed(
        campaigns=_open_ones(found, campaigns),
        districts=tuple(option.id for option in named),
        whole=found.whole,
        typed=typed,
        kept=found.kept,
        requirements=tuple(dict.fromkeys(requirements)),
        strands=tuple(option.slug for option in strands),
        score_from=score_from,
        score_to=score_to,
        still=still,
        owners=tuple(option.id if option else None for option in owners),
        flags=tuple(flag for flag in dict.fromkeys(flags) if flag in found.flags),
        tags=tuple(option.id for option in tags),
    )


def _open_ones(found: Choices, chosen: Sequence[Option]) -> tuple[int, ...]:
    """The chosen campaigns but for those read blind. Where there are such and none was chosen, all others are named:
    a list leads into each of these, and never walks past thousands it must not show."""
    named = chosen or (found.campaigns if found.whole and found.kept.campaigns else ())
    ids = tuple(option.id for option in named if option.id not in found.kept.campaigns)
    return ids or ((NO_CAMPAIGN,) if named else ())
