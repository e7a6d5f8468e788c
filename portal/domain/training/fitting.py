"""Who fits which cohort, and how its places are best filled. Pure.

The order is fair: when somebody accepted their offer, then when it was made. The fill is the best that keeps to it:
nobody further up is left without a place for somebody further down, and as many as possible have one, because who
could also come to another cohort with room leaves this one to those who could not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Fit(IntEnum):
    """How a cohort's days suit somebody; the lower, the better."""

    ALL = 0  # they can come to every day
    SOME = 1  # they miss some, and can make them up
    UNSAID = 2
    NOT = 3  # they said that it does not suit them, or would miss too much


def fit_of(suits: bool | None, missed_blocks: Collection[int], may_miss: int) -> Fit:
    """`suits`: none where nothing was said. `missed_blocks`: the weekends (or weeks) with a day they cannot come to;
    at most `may_miss` of them can be made up. Source: one training weekend (docs/domain.md), a setting."""
    if suits is None:
        return Fit.UNSAID
    weekends = len(set(missed_blocks))
    if not suits or weekends > may_miss:
        return Fit.NOT
    return Fit.SOME if weekends else Fit.ALL


@dataclass(frozen=True)
class Wanting:
    """Somebody who may be given a place, and the cohorts they fit, the one it is about first."""

    id: int
    cohorts: tuple[int, ...]


def best_fill(people: Sequence[Wanting], room: Mapping[int, int]) -> dict[int, int]:
    """Who gets a place where: people by id → cohort. `people` in the order in which they are to be served.

    Everybody is placed who can be without leaving anybody before them without a place (augmenting paths, taken in
    order: those who have a place keep one).
    """
    by_id = {each.id: each for each in people}
    seated: dict[int, set[int]] = {cohort: set() for cohort in room}

    def find(person: Wanting, seen: set[int]) -> bool:
        for cohort in person.cohorts:
            if cohort in seen or room.get(cohort, 0) <= 0:
                continue
            seen.add(cohort)
            if len(seated[cohort]) < room[cohort]:
                seated[cohort].add(person.id)
                return True
            for other in sorted(seated[cohort]):
                if find(by_id[other], seen):
                    seated[cohort] ^= {other, person.id}
                    return True
        return False

    for each in people:
        find(each, set())
    return {person: cohort for cohort, here in seated.items() for person in here}
