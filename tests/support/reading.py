"""Lists read in the plainest way: every row, one condition after another. What the list's queries are held against."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.rules import Permission, Scope
from portal.domain.applications.models import (
    ENDED,
    Answer,
    Application,
    ApplicationSearch,
    ApplicationStrand,
    Requirement,
    RequirementState,
    State,
)
from portal.domain.applications.stages import STAGE_OF, ListStage
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.casework.models import ApplicationTag, Decision
from portal.domain.casework.narrowing import Flag, Narrowed, Sort, Still
from portal.domain.correspondence.models import Message
from portal.domain.duplicates.models import Pair, PairState

FORCE = Scope(force=True)
WAITING = {RequirementState.WITH_APPLICANT, RequirementState.WITH_US}


@dataclass(frozen=True)
class Looker:
    """A member of staff as the queries know them."""

    id: int
    reach: Scope = FORCE
    blind_to: frozenset[Permission] = frozenset()
    kind: str = "staff"

    def scope(self, permission: Permission) -> Scope:
        return Scope() if permission in self.blind_to else self.reach


@dataclass
class Known:
    """One application with everything a list asks about it."""

    row: Application
    words: list[str] = field(default_factory=list)
    strands: set[str] = field(default_factory=set)
    tags: set[int] = field(default_factory=set)
    requirements: set[tuple[RequirementKind, str]] = field(default_factory=set)
    flags: set[Flag] = field(default_factory=set)


def read_all(session: Session) -> list[Known]:
    """Every application, however it is kept from whom."""
    session.expire_all()
    known = {row.id: Known(row) for row in session.scalars(select(Application))}
    for kept in session.scalars(select(ApplicationSearch)):
        known[kept.application_id].words = kept.words.split()
    for chosen in session.scalars(select(ApplicationStrand)):
        known[chosen.application_id].strands.add(chosen.strand)
    for tagged in session.scalars(select(ApplicationTag)):
        known[tagged.application_id].tags.add(tagged.tag_id)
    for requirement in session.scalars(select(Requirement)):
        one = known[requirement.application_id]
        one.requirements.add((requirement.kind, requirement.state.value))
        if requirement.state in WAITING and requirement.due_at is not None and requirement.due_at < clock.now():
            one.requirements.add((requirement.kind, "late"))
    _flag(session, known)
    return list(known.values())


def _flag(session: Session, known: dict[int, Known]) -> None:
    ids: dict[Flag, set[int]] = defaultdict(set)
    ids[Flag.ADJUSTMENT] = {row.application_id for row in session.scalars(select(Answer)) if row.sealed}
    decisions = session.scalars(select(Decision))
    ids[Flag.DECISION] = {row.application_id for row in decisions if not row.undone_at and not row.released_at}
    messages = session.scalars(select(Message))
    ids[Flag.UNREAD] = {row.application_id for row in messages if row.direction.value == "in" and not row.read_at}
    pairs = [row for row in session.scalars(select(Pair)) if row.state is PairState.OPEN]
    people = {row.first_id for row in pairs} | {row.second_id for row in pairs}
    answer_by = {row.id: row.answer_by for row in session.execute(select(Campaign.id, Campaign.answer_by))}
    for one in known.values():
        if one.row.applicant_id in people:
            one.flags.add(Flag.DUPLICATE)
        if (RequirementKind.OCCUPATION, "with_us") in one.requirements:
            one.flags.add(Flag.NEEDS_DECISION)
        if _late(one.row, answer_by[one.row.campaign_id]):
            one.flags.add(Flag.LATE)
        one.flags |= {flag for flag, found in ids.items() if one.row.id in found}


def _late(row: Application, answer_by: date) -> bool:
    if row.next_contact_on is not None:
        return row.next_contact_on < clock.today() and row.state not in (*ENDED, State.APPOINTED)
    return row.state is State.SUBMITTED and answer_by < clock.today()


def _days_still(since: datetime) -> int:
    return (clock.today() - clock.london(since).date()).days


STILL = {
    Still.OVER_14: lambda days: days > 14,
    Still.FROM_7_TO_14: lambda days: 7 <= days <= 14,
    Still.UNDER_7: lambda days: days < 7,
}


def matches(one: Known, wanted: Narrowed, stage: ListStage | None) -> bool:
    row = one.row
    return (
        row.state is not State.DRAFT
        and (stage is None or STAGE_OF[row.state] is stage)
        and (not wanted.campaigns or row.campaign_id in wanted.campaigns)
        and (wanted.anywhere or row.district_id in wanted.districts)
        and row.id not in wanted.kept.applications
        and row.campaign_id not in wanted.kept.campaigns
        and not wanted.typed.nothing
        and all(any(word.startswith(typed) for word in one.words) for typed in wanted.typed.words)
        and (not wanted.requirements or bool(one.requirements & set(wanted.requirements)))
        and (not wanted.strands or bool(one.strands & set(wanted.strands)))
        and (wanted.score_from is None or (row.score is not None and row.score >= wanted.score_from))
        and (wanted.score_to is None or (row.score is not None and row.score <= wanted.score_to))
        and (wanted.still is None or STILL[wanted.still](_days_still(row.state_since)))
        and (not wanted.owners or row.owner_id in wanted.owners)
        and (not wanted.tags or bool(one.tags & set(wanted.tags)))
        and (not wanted.flags or bool(one.flags & set(wanted.flags)))
    )


def in_order(found: list[Known], sort: Sort) -> list[int]:
    """Their numbers as the list should show them."""
    key: Any = {
        Sort.NEWEST: lambda row: row.received_at,
        Sort.OLDEST: lambda row: row.received_at,
        Sort.STILL: lambda row: row.state_since,
        Sort.SCORE: lambda row: row.score,
        Sort.PROMISED: lambda row: row.next_contact_on,
    }[sort]
    falling = sort in (Sort.NEWEST, Sort.SCORE)
    rows = [one.row for one in found]
    valued = sorted((row for row in rows if key(row) is not None), key=lambda row: (key(row), row.id), reverse=falling)
    rest = sorted((row for row in rows if key(row) is None), key=lambda row: row.id, reverse=falling)
    return [row.id for row in valued + rest]
