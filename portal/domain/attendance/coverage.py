"""What one trainee has of a course, and whether they can still finish it. Pure.

Source: the rules of training (docs/domain.md). A module is the same thing in every cohort and version of its course
when its code is the same; a day counts when it was attended, or when all that it teaches was made good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from itertools import pairwise

from portal import clock
from portal.domain.attendance.models import Presence, Result
from portal.domain.campaigns.dates import said


@dataclass(frozen=True)
class Limits:
    """From which part of a day, or of a module, it counts as missed."""

    day_minutes: int  # late and left together: up to these a day still counts as attended
    module_percent: int  # of a module's own minutes: more than this missed, and the module is


@dataclass(frozen=True)
class Taught:
    """One module of the trainee's own version of the course."""

    code: str
    title: str
    day: int
    minutes: int
    mandatory: bool
    assessed: bool
    written: bool = False
    one_to_one: bool = False
    module_id: int = 0


@dataclass(frozen=True)
class Held:
    """A live session of the trainee's own cohort. `day` is the template's number; none: an extra one."""

    session_id: int
    day: int | None
    starts_at: datetime
    ends_at: datetime
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Outline:
    """A course as one cohort runs it, at one moment. `elsewhere`: codes of modules that some other session, with a
    place left, still teaches in time."""

    days: tuple[tuple[int, int, str], ...]  # number, block, title
    modules: tuple[Taught, ...]  # in the order they are taught
    sessions: tuple[Held, ...]
    least_days: int
    limits: Limits
    now: datetime
    elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sat:
    """What the register says of one session, of whatever cohort, and what was taught there: code, minutes, in order."""

    session_id: int
    presence: Presence
    late: int = 0
    left: int = 0
    taught: tuple[tuple[str, int], ...] = ()


class Done(StrEnum):
    """How a module stands."""

    ATTENDED = "attended"
    SIGNED_OFF = "signed_off"  # made good one to one, by written work, or as a guest
    BOOKED = "booked"  # missed, and a time to make it good is set
    MISSED = "missed"
    UNMARKED = "unmarked"  # its day has passed and the register says nothing
    TO_COME = "to_come"


class DayState(StrEnum):
    ATTENDED = "attended"
    MADE_GOOD = "made_good"
    BOOKED = "booked"  # missed, and what it taught is booked
    MISSED = "missed"
    OPTIONAL = "optional"  # nothing mandatory of it is missing, and the days are enough without it: nothing to repair
    UNMARKED = "unmarked"
    TO_COME = "to_come"
    CANCELLED = "cancelled"  # no session of it is left


COVERED = frozenset({Done.ATTENDED, Done.SIGNED_OFF})
COUNTS = frozenset({DayState.ATTENDED, DayState.MADE_GOOD})
OPEN = frozenset({DayState.UNMARKED, DayState.TO_COME})


class Risk(IntEnum):
    """The gravest thing in the way of a certificate; the higher, the graver."""

    NONE = 0
    BOOKED = 1  # something was missed, and all that has to be is booked
    ASSESSMENT = 2  # an assessment is to be taken again
    DAYS = 3  # a day too few unless one is made good
    MODULE = 4  # a mandatory module missed, neither made good nor booked
    IN_A_ROW = 5  # two days missed in a row
    CANNOT = 6  # cannot now complete

    @property
    def is_at_risk(self) -> bool:
        return self >= Risk.DAYS


@dataclass(frozen=True)
class ModuleStanding:
    of: Taught
    done: Done
    way_left: bool  # it can still be attended or made good somehow
    result: Result | None = None  # the best attempt, where it is assessed

    @property
    def passed(self) -> bool:
        return not self.of.assessed or self.result is Result.PASSED

    @property
    def to_book(self) -> bool:
        """Missed, and somebody has to say how it is made good."""
        return self.done is Done.MISSED


@dataclass(frozen=True)
class DayStanding:
    number: int
    block: int
    title: str
    state: DayState
    session: Held | None
    sat: Sat | None  # what the register says of this very session
    makeable: bool  # missed, and every module of it that is open has a way left

    @property
    def counts(self) -> bool:
        return self.state in COUNTS

    def has_begun(self, now: datetime) -> bool:
        return self.session is not None and self.session.starts_at <= now

    def is_to_come(self, now: datetime) -> bool:
        """Still to be sat through to the end, or still to be marked."""
        if self.session is None or self.state is DayState.MADE_GOOD:
            return False
        return self.state in OPEN or self.session.ends_at > now


@dataclass(frozen=True)
class Standing:
    """Where one trainee stands on their course."""

    days: tuple[DayStanding, ...]
    modules: tuple[ModuleStanding, ...]
    least_days: int
    risk: Risk
    at: datetime

    @property
    def days_attended(self) -> int:
        """Days attended or made good."""
        return sum(day.counts for day in self.days)

    @property
    def days_begun(self) -> int:
        """Days whose session has begun, or that were made good before: "3 of 6"."""
        return sum(day.counts or day.has_begun(self.at) for day in self.days)

    @property
    def to_book(self) -> tuple[ModuleStanding, ...]:
        return tuple(module for module in self.modules if module.to_book)

    @property
    def to_repair(self) -> tuple[ModuleStanding, ...]:
        """Of these, what has to be: what is mandatory, and where days are short without it, what is optional too."""
        short = _sure(self.days) < self.least_days
        return tuple(module for module in self.to_book if short or module.of.mandatory)

    @property
    def missing(self) -> tuple[str, ...]:
        """What stands between them and a certificate, in words; empty: nothing does."""
        return tuple(_missing(self))

    @property
    def may_complete(self) -> bool:
        """Every mandatory module attended or signed off, every assessed one passed, days enough, none still to come."""
        return not self.missing


def of(
    course: Outline,
    marks: Iterable[Sat],
    made_good: Set[str],
    results: Mapping[str, Result],
    booked: Set[str] = frozenset(),
) -> Standing:
    """The standing of somebody with these marks (of every place they had on this course), modules signed off,
    best results by code, and modules for which a way to make them good is set."""
    sat = {each.session_id: each for each in marks}
    attended = {code for each in sat.values() for code in followed(each, course.limits)}
    modules = tuple(_modules(course, sat, attended, made_good, results, booked))
    whole = [frozenset(code for code, _ in each.taught) for each in sat.values() if _was_there(each, course.limits)]
    days = _enough(course, tuple(_days(course, sat, {module.of.code: module for module in modules}, whole)))
    return Standing(days, modules, course.least_days, _risk(course, days, modules), course.now)


def followed(sat: Sat, limits: Limits) -> Iterator[str]:
    """Codes of the modules somebody followed: coming late eats the first ones, leaving early the last."""
    if sat.presence is not Presence.PRESENT:
        return
    missed = [0] * len(sat.taught)
    for order, lost in ((range(len(missed)), sat.late), (range(len(missed) - 1, -1, -1), sat.left)):
        for place in order:
            eaten = min(lost, sat.taught[place][1])
            missed[place], lost = missed[place] + eaten, lost - eaten
    for (code, minutes), gone in zip(sat.taught, missed, strict=True):
        if gone * 100 <= minutes * limits.module_percent:
            yield code


def _was_there(sat: Sat, limits: Limits) -> bool:
    return sat.presence is Presence.PRESENT and sat.late + sat.left <= limits.day_minutes


def _modules(
    course: Outline,
    sat: Mapping[int, Sat],
    attended: Set[str],
    made_good: Set[str],
    results: Mapping[str, Result],
    booked: Set[str],
) -> Iterator[ModuleStanding]:
    marked = {key for key, each in sat.items() if each.presence is not Presence.UNMARKED}
    open_in = [held for held in course.sessions if held.day is not None and held.session_id not in marked]
    to_come = {code for held in open_in if held.ends_at > course.now for code in held.codes}
    unmarked = {code for held in open_in for code in held.codes}
    for module in course.modules:
        code = module.code
        done = (
            Done.ATTENDED if code in attended
            else Done.SIGNED_OFF if code in made_good
            else Done.BOOKED if code in booked
            else Done.TO_COME if code in to_come
            else Done.UNMARKED if code in unmarked
            else Done.MISSED
        )  # fmt: skip
        ways = module.written or module.one_to_one or code in course.elsewhere
        yield ModuleStanding(module, done, ways or done is not Done.MISSED, results.get(code))


def _days(
    course: Outline, sat: Mapping[int, Sat], modules: Mapping[str, ModuleStanding], whole: Sequence[Set[str]]
) -> Iterator[DayStanding]:
    template: dict[int, list[str]] = {}
    for module in course.modules:
        template.setdefault(module.day, []).append(module.code)
    for number, block, title in course.days:
        held = _session_of(course.sessions, number, sat)
        mark = sat.get(held.session_id) if held else None
        codes = [code for code in (held.codes if held else template.get(number, ())) if code in modules]
        open_ones = [modules[code] for code in codes if modules[code].done not in COVERED]
        state = _state(course, held, mark, codes, open_ones, whole)
        makeable = bool(open_ones) and all(module.way_left for module in open_ones)
        yield DayStanding(number, block, title, state, held, mark, makeable)


def _state(
    course: Outline,
    held: Held | None,
    mark: Sat | None,
    codes: Sequence[str],
    open_ones: Sequence[ModuleStanding],
    whole: Sequence[Set[str]],
) -> DayState:
    if mark is not None and _was_there(mark, course.limits):
        return DayState.ATTENDED
    if codes and (not open_ones or any(set(codes) <= taught for taught in whole)):
        return DayState.MADE_GOOD
    if mark is None or mark.presence is Presence.UNMARKED:
        if held is not None:
            return DayState.TO_COME if held.ends_at > course.now else DayState.UNMARKED
        missed = DayState.CANCELLED
    else:
        optional = open_ones and not any(module.of.mandatory for module in open_ones)
        missed = DayState.OPTIONAL if optional else DayState.MISSED
    booked = bool(open_ones) and all(module.done in {Done.BOOKED, Done.TO_COME} for module in open_ones)
    return DayState.BOOKED if booked else missed


def _enough(course: Outline, days: tuple[DayStanding, ...]) -> tuple[DayStanding, ...]:
    """Where days are short, a day of which only what is optional is missing is one to make good like any other."""
    if _sure(days) >= course.least_days:
        return days
    return tuple(replace(day, state=DayState.MISSED) if day.state is DayState.OPTIONAL else day for day in days)


def _sure(days: Iterable[DayStanding]) -> int:
    """Days that count, or will if all goes as it is set."""
    return sum(day.counts or day.state in OPEN or day.state is DayState.BOOKED for day in days)


def _session_of(sessions: Sequence[Held], number: int, sat: Mapping[int, Sat]) -> Held | None:
    """The session that teaches a day: one with a mark before one without."""
    found = [held for held in sessions if held.day == number]
    return min(found, key=lambda held: held.session_id not in sat, default=None)


def _risk(course: Outline, days: Sequence[DayStanding], modules: Sequence[ModuleStanding]) -> Risk:
    needed = [module for module in modules if module.of.mandatory]
    sure = _sure(days)
    gone = {DayState.MISSED, DayState.OPTIONAL, DayState.CANCELLED}
    possible = sure + sum(day.makeable for day in days if day.state in gone)
    if possible < course.least_days or any(not module.way_left for module in needed):
        return Risk.CANNOT
    in_order = [day.state for day in sorted((day for day in days if day.session), key=_when)]
    if any(pair == (DayState.MISSED, DayState.MISSED) for pair in pairwise(in_order)):
        return Risk.IN_A_ROW
    if any(module.to_book for module in needed):
        return Risk.MODULE
    if sure < course.least_days:
        return Risk.DAYS
    if any(module.result is Result.NOT_YET for module in modules if module.of.assessed):
        return Risk.ASSESSMENT
    return Risk.BOOKED if any(module.done is Done.BOOKED for module in modules) else Risk.NONE


def _when(day: DayStanding) -> datetime:
    assert day.session is not None
    return day.session.starts_at


def _missing(standing: Standing) -> Iterator[str]:
    for module in standing.modules:
        if module.of.mandatory and module.done not in COVERED:
            yield f"{module.of.title}: not attended and not signed off"
        if not module.passed:
            yield f"{module.of.title}: assessment not passed"
    if standing.days_attended < standing.least_days:
        yield f"{standing.days_attended} of at least {standing.least_days} days"
    for day in standing.days:
        if day.session is not None and day.is_to_come(standing.at):
            words = "not marked in the register" if day.state is DayState.UNMARKED else "still to come"
            yield f"{said(clock.london(day.session.starts_at).date())}: {words}"
