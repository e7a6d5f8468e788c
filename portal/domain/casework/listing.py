"""The list staff work from: filters, counts and pages that cost the same at 1,000 and at 100,000.

Two ways to a page, chosen by the counts: few matches are gathered and sorted; many are walked in
the order of an index, newest first, until the page is full. Counts never read past `FEW`, and where
there are more than that in all, the stages nobody has chosen are counted only when asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from portal.domain.accounts.rules import Scope
from portal.domain.applications.models import Application, Channel, Requirement, RequirementState, State
from portal.domain.applications.search import ANYTHING, Typed
from portal.domain.applications.stages import STAGE_OF, STATES, ListStage
from portal.domain.campaigns.models import Campaign, CampaignDistrict, District
from portal.domain.paging import FEW, PAGE, Cursor

A = Application.__table__.c
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Option:
    """Something a list can be narrowed to."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True)
class Choices:
    """The campaigns and districts within a scope. `whole` when the scope is the force."""

    campaigns: tuple[Option, ...]
    districts: tuple[Option, ...]
    whole: bool

    def pick(self, options: Sequence[Option], slugs: Sequence[str]) -> tuple[Option, ...]:
        return tuple(option for option in options if option.slug in slugs)


@dataclass(frozen=True)
class Narrowed:
    """Which applications a list is about. No districts named and `whole` means also those without one."""

    campaigns: tuple[int, ...] = ()
    districts: tuple[int, ...] = ()
    whole: bool = False
    typed: Typed = ANYTHING

    @property
    def anywhere(self) -> bool:
        return self.whole and not self.districts


@dataclass(frozen=True)
class Counts:
    """How many in each stage counted (none: in all of them), exact to `FEW`; one more means "more"."""

    stages: dict[ListStage | None, int]
    drafts: int

    @property
    def complete(self) -> bool:
        return len(self.stages) > len(ListStage)


@dataclass(frozen=True)
class Page:
    """Rows newest first, and whether there are more either way."""

    rows: list[Row[Any]]
    newer: Cursor | None = None
    older: Cursor | None = None


def choices(session: Session, scope: Scope) -> Choices:
    """What a list can be narrowed to within this scope: newest campaign first. One statement."""
    campaigns: AnySelect = select(
        literal("campaign").label("kind"), Campaign.id, Campaign.slug, Campaign.name, Campaign.opens_at
    )
    districts: AnySelect = select(literal("district"), District.id, District.slug, District.name, null())
    if not scope.force:
        here = District.division_id.in_(scope.divisions)
        districts = districts.where(here)
        campaigns = campaigns.where(Campaign.id.in_(select(CampaignDistrict.campaign_id).join(District).where(here)))
    rows = session.execute(union_all(campaigns, districts)).all()
    newest = sorted(
        (row for row in rows if row.kind == "campaign"), key=lambda row: (row.opens_at, row.id), reverse=True
    )
    named = sorted((row for row in rows if row.kind == "district"), key=lambda row: row.name)
    return Choices(_options(newest), _options(named), scope.force)


def _options(rows: Sequence[Any]) -> tuple[Option, ...]:
    return tuple(Option(row.id, row.slug, row.name) for row in rows)


def narrow(found: Choices, campaigns: Sequence[Option], districts: Sequence[Option], typed: Typed) -> Narrowed:
    """Chosen filters within what the viewer may see: outside the force scope some district is always named."""
    named = districts or (() if found.whole else found.districts)
    return Narrowed(tuple(option.id for option in campaigns), tuple(option.id for option in named), found.whole, typed)


def counts(session: Session, wanted: Narrowed, stage: ListStage | None) -> Counts:
    """Applications in this stage and in all, and drafts people have not sent; every stage where that costs little.

    At most two statements; one when something was typed, so that a search costs no more statements than the rest.
    """
    if wanted.typed.rare is not None or wanted.typed.nothing:
        return _grouped(session, wanted)
    found = _each(session, wanted, dict.fromkeys((None, stage)))
    if wanted.typed.words or found.stages[None] > FEW:
        return found
    every = _grouped(session, wanted)
    return Counts(every.stages, found.drafts)


def every_count(session: Session, wanted: Narrowed) -> Counts:
    """Applications in each stage, and drafts, in one statement."""
    if wanted.typed.rare is not None or wanted.typed.nothing:
        return _grouped(session, wanted)
    return _each(session, wanted, (None, *ListStage))


def _each(session: Session, wanted: Narrowed, stages: Iterable[ListStage | None]) -> Counts:
    of_states = {stage.value if stage else "": STATES[stage] if stage else tuple(STAGE_OF) for stage in stages}
    of_states["draft"] = (State.DRAFT,)
    found = session.execute(union_all(*(_bounded(name, states, wanted) for name, states in of_states.items())))
    counted = {row.name: row.found for row in found}
    drafts = counted.pop("draft")
    return Counts({ListStage(name) if name else None: number for name, number in counted.items()}, drafts)


def _bounded(name: str, states: tuple[State, ...], wanted: Narrowed) -> AnySelect:
    """Skipping `FEW` rows costs half of counting them, so what has more is never counted."""
    conditions = [A.state.in_(states), *_within(wanted)]
    more = select(literal(1)).select_from(Application).where(*conditions).limit(1).offset(FEW).exists()
    number = select(func.count()).select_from(Application).where(*conditions).scalar_subquery()
    counted: AnySelect = select(literal(name).label("name"), case((more, FEW + 1), else_=number).label("found"))
    return counted


def _grouped(session: Session, wanted: Narrowed) -> Counts:
    """Where matches are few all are counted in one go: by a rare word with drafts, by the sent ones' number without."""
    sent = [A.state.in_(tuple(STAGE_OF)), *_within(wanted)]
    conditions = sent if wanted.typed.rare is None else _unindexed(wanted)
    query = select(A.state, func.count().label("found")).where(*conditions).group_by(A.state)
    found: dict[ListStage | None, int] = dict.fromkeys(ListStage, 0)
    drafts = 0
    for row in session.execute(query):
        if row.state is State.DRAFT:
            drafts = row.found
        else:
            found[STAGE_OF[row.state]] += row.found
    found[None] = sum(found.values())
    return Counts({stage: min(FEW + 1, number) for stage, number in found.items()}, min(FEW + 1, drafts))


def _within(wanted: Narrowed) -> list[ColumnElement[bool]]:
    conditions = wanted.typed.narrow(A.id)
    if wanted.campaigns:
        conditions.append(A.campaign_id.in_(wanted.campaigns))
    if not wanted.anywhere:
        conditions.append(A.district_id.in_(wanted.districts))
    return conditions


def _unindexed(
    wanted: Narrowed, *, ids: bool = False, campaigns: bool = True, districts: bool = True
) -> list[ColumnElement[bool]]:
    """The same, said (+ 0) so that no index is chosen for it: the way in is decided already."""
    conditions = wanted.typed.narrow(A.id + 0 if ids else A.id)
    if campaigns and wanted.campaigns:
        conditions.append((A.campaign_id + 0).in_(wanted.campaigns))
    if districts and not wanted.anywhere:
        conditions.append((A.district_id + 0).in_(wanted.districts))
    return conditions


def page(
    session: Session,
    wanted: Narrowed,
    stage: ListStage | None,
    found: Counts,
    now: datetime,
    *,
    before: Cursor | None = None,
    after: Cursor | None = None,
) -> Page:
    """One page, newest first: the newest, or what lies before or after a cursor. One statement."""
    few, rising = found.stages[stage] <= FEW, after is not None
    matches = _few(wanted, stage) if few else _many(wanted, stage, before, after)
    query = select(matches.c.id).order_by(*_order(matches.c, rising)).limit(PAGE + 1)
    top = query.where(*_place(matches.c, before, after)).subquery("top") if few else query.subquery("top")
    rows = list(session.execute(_details(top, now)))
    return _turned(rows, before, after)


def _place(columns: Any, before: Cursor | None, after: Cursor | None) -> list[ColumnElement[bool]]:
    spot = tuple_(columns.received_at, columns.id)
    if after is not None:
        return [spot > tuple_(after.at, after.id)]
    if before is not None:
        return [spot < tuple_(before.at, before.id)]
    return [columns.received_at.is_not(None)]


def _order(columns: Any, rising: bool) -> tuple[ColumnElement[Any], ...]:
    both = (columns.received_at, columns.id)
    return tuple(column.asc() if rising else column.desc() for column in both)


def _few(wanted: Narrowed, stage: ListStage | None) -> Subquery:
    """Every match, found by whichever index fits the filters; with a rare word typed, by that word."""
    states = STATES[stage] if stage else tuple(STAGE_OF)
    if wanted.typed.rare is None:
        conditions = [A.state.in_(states), *_within(wanted)]
    else:
        words = [state.value for state in states]
        conditions = [cast(A.state, String).concat("").in_(words), *_unindexed(wanted)]
    return select(A.id, A.received_at).where(*conditions).limit(FEW + 1).subquery("matches")


def _many(wanted: Narrowed, stage: ListStage | None, before: Cursor | None, after: Cursor | None) -> Subquery:
    """The first rows of each way in, each read in order from an index made for it."""
    ways = _ways(wanted, STATES[stage] if stage else ())
    by_district = bool(wanted.districts) and not wanted.campaigns and stage is None
    rest = _unindexed(wanted, ids=True, campaigns=False, districts=not by_district) + _place(A, before, after)
    order = _order(A, after is not None)
    walks = [select(A.id, A.received_at).where(*way, *rest).order_by(*order).limit(PAGE + 1) for way in ways]
    return union_all(*(select(walk.subquery()) for walk in walks)).subquery("matches")


def _ways(wanted: Narrowed, states: tuple[State, ...]) -> list[list[ColumnElement[bool]]]:
    if wanted.campaigns and states:
        return [[A.campaign_id == key, A.state == state] for key, state in product(wanted.campaigns, states)]
    if wanted.campaigns:
        return [[A.campaign_id == key] for key in wanted.campaigns]
    if states:
        return [[A.state == state] for state in states]
    return [[A.district_id == key] for key in wanted.districts] or [[]]


def _details(top: Subquery, now: datetime) -> AnySelect:
    """What a row of the list shows, requirement marks included, for the rows of one page."""
    return (
        select(
            A.id,
            A.reference,
            A.given_name,
            A.family_name,
            A.state,
            A.state_since,
            A.channel,
            A.received_at,
            Campaign.name.label("campaign"),
            District.name.label("district"),
            _marks(now).label("marks"),
        )
        .select_from(top)
        .join(Application, A.id == top.c.id)
        .join(Campaign, Campaign.id == A.campaign_id)
        .outerjoin(District, District.id == A.district_id)
        .order_by(A.received_at.desc(), A.id.desc())
    )


def _marks(now: datetime) -> ColumnElement[str]:
    """A row's requirements as "medical:them fitness:none", so that a page needs no second statement."""
    waiting = Requirement.state.in_((RequirementState.WITH_APPLICANT, RequirementState.WITH_US))
    mark = case(
        (and_(waiting, Requirement.due_at < now), "late"),
        (Requirement.state == RequirementState.WITH_APPLICANT, "them"),
        (Requirement.state == RequirementState.WITH_US, "us"),
        (Requirement.state == RequirementState.MET, "done"),
        (Requirement.state == RequirementState.NOT_MET, "cross"),
        else_="none",
    )
    pair = Requirement.__table__.c.kind.concat(":").concat(mark)
    return (
        select(func.aggregate_strings(pair, " "))
        .where(Requirement.application_id == A.id)
        .correlate(Application.__table__)
        .scalar_subquery()
    )


def _turned(rows: list[Row[Any]], before: Cursor | None, after: Cursor | None) -> Page:
    """Rows newest first and the way on; one row more than a page was read to know whether there is more."""
    more = len(rows) > PAGE
    shown = (rows[-PAGE:] if after is not None else rows[:PAGE]) if more else rows
    if not shown:
        return Page([])
    first, last = (Cursor(row.received_at, row.id) for row in (shown[0], shown[-1]))
    has_newer = more if after is not None else before is not None
    has_older = True if after is not None else more
    return Page(shown, first if has_newer else None, last if has_older else None)


def being_entered(session: Session, wanted: Narrowed, staff_id: int) -> list[Row[Any]]:
    """Telephone and paper applications begun here or by this person and not sent yet, newest first, at most a page."""
    query = (
        select(A.reference, A.given_name, A.family_name, A.channel, A.created_at, Campaign.name.label("campaign"))
        .join(Campaign, Campaign.id == A.campaign_id)
        .where(A.state == State.DRAFT, A.channel != Channel.ONLINE)
        .where(or_(A.entered_by == staff_id, and_(true(), *_within(wanted))))
        .order_by(A.created_at.desc(), A.id.desc())
        .limit(PAGE)
    )
    return list(session.execute(query))
