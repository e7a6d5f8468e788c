"""Who reads what, fairly, and what scores add up to. Pure: plain facts in, decisions out."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Holders = dict[int, set[int]]  # application → who has just been given it


@dataclass(frozen=True)
class Wanted:
    """An application with empty seats. `barred`: who must not take one (they know the person, or read it before)."""

    application_id: int
    seats: tuple[int, ...]
    barred: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Given:
    application_id: int
    seat: int
    staff_id: int


@dataclass(frozen=True)
class Proposal:
    """Who would read what. `unfilled`: seats for which nobody is left, as (application, seat)."""

    given: tuple[Given, ...] = ()
    unfilled: tuple[tuple[int, int], ...] = ()

    def count_of(self, staff_id: int) -> int:
        return sum(each.staff_id == staff_id for each in self.given)


def balance(wanted: Sequence[Wanted], loads: Mapping[int, int]) -> Proposal:
    """Fills every seat that can be filled, nobody twice on one application, and the loads as even as that allows.

    `loads`: who may read, and how many they have already. The seats are dealt out one by one to whoever has least,
    then moved along chains of readers for as long as a chain leads from somebody to somebody with two fewer: when
    there is none, no other deal is more even (Harvey, Ladner, Lovász and Tamir, "Semi-matchings", 2006).
    """
    allowed = {each.application_id: loads.keys() - each.barred for each in wanted}
    now, holders = dict(loads), Holders()
    for each in sorted(wanted, key=lambda one: (len(allowed[one.application_id]), one.application_id)):
        holders[each.application_id] = _dealt(each, allowed[each.application_id], now)
    while chain := _levelling_chain(holders, allowed, now):
        for giver, application_id, taker in chain:
            holders[application_id].remove(giver)
            holders[application_id].add(taker)
        now[chain[0][0]] -= 1
        now[chain[-1][2]] += 1
    return _proposal(wanted, holders)


def _dealt(wanted: Wanted, allowed: set[int], loads: dict[int, int]) -> set[int]:
    """The readers with least to do. Among equals the pairs are mixed, so that everybody meets everybody's standard."""
    order = sorted(allowed, key=lambda staff_id: (loads[staff_id], _mixed(wanted.application_id, staff_id)))
    chosen = set(order[: len(wanted.seats)])
    for staff_id in chosen:
        loads[staff_id] += 1
    return chosen


def _mixed(application_id: int, staff_id: int) -> bytes:
    """An order that is the same each time and follows neither number."""
    return hashlib.sha256(f"{application_id}:{staff_id}".encode()).digest()


def _levelling_chain(
    holders: Holders, allowed: Mapping[int, set[int]], loads: Mapping[int, int]
) -> list[tuple[int, int, int]]:
    """Steps (giver, application, taker) from somebody to somebody with two fewer or less; empty when there are none."""
    least = min(loads.values(), default=0)
    held: dict[int, list[int]] = {}
    for application_id, readers in holders.items():
        for staff_id in readers:
            held.setdefault(staff_id, []).append(application_id)
    for start in sorted(held, key=lambda staff_id: (-loads[staff_id], staff_id)):
        if loads[start] < least + 2:
            break
        came: dict[int, tuple[int, int]] = {}
        queue = deque([start])
        while queue:
            giver = queue.popleft()
            for application_id in held.get(giver, ()):
                for taker in sorted(allowed[application_id] - holders[application_id] - came.keys() - {start}):
                    came[taker] = (giver, application_id)
                    if loads[taker] <= loads[start] - 2:
                        return _chain(came, start, taker)
                    queue.append(taker)
    return []


def _chain(came: Mapping[int, tuple[int, int]], start: int, end: int) -> list[tuple[int, int, int]]:
    steps = []
    while end != start:
        giver, application_id = came[end]
        steps.append((giver, application_id, end))
        end = giver
    return steps[::-1]


def _proposal(wanted: Sequence[Wanted], holders: Holders) -> Proposal:
    given, unfilled = [], []
    for each in wanted:
        readers = sorted(holders[each.application_id], key=lambda one: _mixed(each.application_id, one))
        given += [Given(each.application_id, seat, one) for seat, one in zip(each.seats, readers, strict=False)]
        unfilled += [(each.application_id, seat) for seat in each.seats[len(readers) :]]
    return Proposal(tuple(given), tuple(unfilled))


def due_on(today: date, reading_days: int, answer_by: date) -> date:
    """Until when a reading is promised: so many days on, but not after the day applicants were promised an answer,
    unless that has passed."""
    usual = today + timedelta(days=reading_days)
    return min(usual, answer_by) if answer_by >= today else usual


def total(points: Mapping[int, int], weights: Mapping[int, int]) -> int:
    """Points times weight, summed, of the criteria that count."""
    return sum(given * weights[key] for key, given in points.items() if key in weights)
