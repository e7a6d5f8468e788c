"""Volunteers, the register of their powers on any day, and who may be appointed: for those whose reach they are in.

A division's people see those who serve there: placed in one of its districts, or without a placement living in one.
Nobody sees a person they are kept from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row, Select, and_, exists, false, func, not_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, Requirement, RequirementState, State
from portal.domain.applications.queries import StaffViewer, in_scope, kept_from
from portal.domain.attendance.models import Certificate
from portal.domain.campaigns.models import Campaign, District, RequirementKind, Scheme, Strand
from portal.domain.paging import PAGE, Cursor
from portal.domain.refusals import NotFound
from portal.domain.settings.queries import setting_value
from portal.domain.volunteers.checklist import Line, checklists, missing
from portal.domain.volunteers.models import Agreement, Power, PowerGrant, Volunteer
from portal.domain.volunteers.powers import in_force_on, vetting_until
from portal.services import references

SEE = Permission.SEE_VOLUNTEERS
ENDING_DAYS = "power_ending_days"
MOST_READY = 500  # of those in training looked at together
Reading = TypeVar("Reading", bound=Select[Any])


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to: slugs, and whether a power of theirs ends soon."""

    district: str = ""
    strand: str = ""
    power: str = ""
    ending: bool = False


@dataclass(frozen=True)
class Person:
    """One volunteer in a list. `powers`: title and last day of each in force today."""

    number: str
    name: str
    scheme: str
    district: str
    strand: str
    supervisor: str
    appointed_on: date
    powers: Sequence[tuple[str, date | None]]
    place: Cursor

    @property
    def first_end(self) -> date | None:
        return min((day for _, day in self.powers if day is not None), default=None)


@dataclass(frozen=True)
class People:
    """A page of them, newest first; `more`: where the next one begins."""

    rows: list[Person]
    count: int
    more: Cursor | None


@dataclass(frozen=True)
class Choices:
    """What a list may be narrowed to: (slug, name)."""

    districts: list[tuple[str, str]]
    strands: list[tuple[str, str]]
    powers: list[tuple[str, str]]


@dataclass(frozen=True)
class Entry:
    """One line of the powers register. `in_doubt`: vetting no longer stands, so it may not be used."""

    number: str
    name: str
    district: str
    power: str
    law: str
    limits: str
    certificate: str
    starts_on: date
    ends_on: date | None
    in_doubt: bool


@dataclass(frozen=True)
class Grant:
    """One power of one volunteer, past ones too. `state`: now, later, over, withdrawn."""

    id: int
    title: str
    law: str
    limits: str
    starts_on: date
    ends_on: date | None
    granted_by: str
    withdrawn_on: date | None
    withdrawn_by: str
    withdrawn_reason: str
    certificate: str
    state: str


@dataclass(frozen=True)
class Whole:
    """One volunteer as their page shows them."""

    volunteer: Volunteer
    application: Application
    person: Person
    appointed_by: str
    agreement_number: int
    vetted_until: date | None
    grants: list[Grant] = field(default_factory=list)


def in_reach(query: Reading, viewer: StaffViewer, permission: Permission) -> Reading:
    """Of a query on volunteers joined to applications, those this permission reaches."""
    scope = viewer.scope(permission)
    query = query.where(not_(kept_from(viewer.id)))
    if scope.force:
        return query
    districts = select(District.id).where(District.division_id.in_(scope.divisions))
    served = func.coalesce(Volunteer.district_id, Application.district_id)
    return query.where(served.in_(districts) if scope.divisions else false())


def volunteers(session: Session, viewer: StaffViewer, wanted: Wanted, after: Cursor | None = None) -> People:
    """The volunteers in reach that match, newest first. Four statements."""
    query = _narrowed(session, in_reach(_people(), viewer, SEE).where(Volunteer.ended_on.is_(None)), wanted)
    counted = query.with_only_columns(func.count(), maintain_column_froms=True)
    count = session.scalar(counted) or 0
    if after is not None:
        earlier = and_(Volunteer.appointed_at == after.at, Volunteer.id < after.id)
        query = query.where(or_(Volunteer.appointed_at < after.at, earlier))
    found = session.execute(query.order_by(Volunteer.appointed_at.desc(), Volunteer.id.desc()).limit(PAGE + 1)).all()
    powers = _held_today(session, [row.Volunteer.id for row in found[:PAGE]])
    rows = [_person(row, powers[row.Volunteer.id]) for row in found[:PAGE]]
    return People(rows, count, rows[-1].place if len(found) > PAGE else None)


def choices(session: Session, viewer: StaffViewer) -> Choices:
    """What the viewer's volunteers can be narrowed to. Three statements."""
    served = func.coalesce(Volunteer.district_id, Application.district_id)
    here = in_reach(select(served).select_from(Volunteer).join(Application), viewer, SEE)
    districts = select(District.slug, District.name).where(District.id.in_(here)).order_by(District.name)
    strands = (
        select(Strand.slug, func.min(Strand.name))
        .where(Strand.slug.in_(select(Volunteer.strand)))
        .group_by(Strand.slug)
        .order_by(func.min(Strand.name))
    )
    powers = select(Power.slug, Power.title).order_by(Power.id)
    return Choices(*([(slug, name) for slug, name in session.execute(each)] for each in (districts, strands, powers)))


def volunteer(session: Session, viewer: StaffViewer, number: str, permission: Permission = SEE) -> Whole:
    """One, however the number was typed. Raises NotFound for none, and for one out of reach. Fixed statements."""
    parsed = references.parse(number)
    query = in_reach(_people(), viewer, permission).where(Volunteer.number == (parsed or ""))
    row = session.execute(query).one_or_none()
    if parsed is None or row is None:
        raise NotFound()
    found: Volunteer = row.Volunteer
    application = session.scalars(
        select(Application)
        .options(joinedload(Application.campaign).joinedload(Campaign.scheme), joinedload(Application.district))
        .where(Application.id == found.application_id)
    ).one()
    return Whole(
        volunteer=found,
        application=application,
        person=_person(row, _held_today(session, [found.id])[found.id]),
        appointed_by=session.scalar(select(StaffMember.name).where(StaffMember.id == found.appointed_by)) or "",
        agreement_number=session.get_one(Agreement, found.agreement_id).number,
        vetted_until=vetting_until(session, application.id, clock.today()),
        grants=_grants(session, found.id),
    )


def grant_of(session: Session, viewer: StaffViewer, number: str, grant_id: int) -> tuple[Whole, Grant]:
    """One grant of a volunteer the viewer may designate powers to. Raises NotFound."""
    whole = volunteer(session, viewer, number, Permission.GRANT_POWERS)
    found = next((each for each in whole.grants if each.id == grant_id), None)
    if found is None:
        raise NotFound()
    return whole, found


def register_on(session: Session, viewer: StaffViewer, day: date) -> list[Entry]:
    """Who held which power on a day, by power and name. Whether vetting still stands is known of today and later
    only. One statement."""
    query = in_reach(register_query(day), viewer, SEE)
    return [entry_of(row, day) for row in session.execute(query)]


def register_query(day: date) -> Select[*tuple[Any, ...]]:
    """The register's rows on a day, whoever may see them."""
    served = func.coalesce(Volunteer.district_id, Application.district_id)
    still = or_(Volunteer.ended_on.is_(None), Volunteer.ended_on > day)
    vetting = and_(Requirement.application_id == Application.id, Requirement.kind == RequirementKind.VETTING)
    return (
        select(
            PowerGrant, Volunteer.number, Application.given_name, Application.family_name,
            District.name.label("district"), Power.title, Power.law, Certificate.code.label("certificate"),
            Requirement.state.label("vetting"), Requirement.expires_on.label("vetted_until"),
        )
        .join(Volunteer, Volunteer.id == PowerGrant.volunteer_id)
        .join(Application, Application.id == Volunteer.application_id)
        .join(Power, Power.id == PowerGrant.power_id)
        .join(Certificate, Certificate.id == PowerGrant.certificate_id)
        .outerjoin(District, District.id == served)
        .outerjoin(Requirement, vetting)
        .where(in_force_on(day), still)
        .order_by(Power.id, func.lower(Application.family_name), func.lower(Application.given_name), PowerGrant.id)
    )  # fmt: skip


def entry_of(row: Row[Any], day: date) -> Entry:
    given: PowerGrant = row.PowerGrant
    stands = row.vetting is RequirementState.MET and (row.vetted_until is None or row.vetted_until >= day)
    return Entry(
        number=row.number,
        name=f"{row.given_name} {row.family_name}".strip(),
        district=row.district or "",
        power=row.title,
        law=row.law,
        limits=given.limits,
        certificate=row.certificate,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        in_doubt=day >= clock.today() and not stands,
    )


@dataclass(frozen=True)
class Candidate:
    """Somebody in training, and what their appointment still lacks."""

    reference: str
    name: str
    district: str
    lines: list[Line]

    @property
    def gaps(self) -> list[Line]:
        return missing(self.lines)


def may_be_appointed(session: Session, viewer: StaffViewer) -> list[Candidate]:
    """Everybody in training in reach, those who lack nothing first, then by how little. Fixed statements."""
    query = (
        select(Application)
        .options(joinedload(Application.district))
        .where(Application.state == State.TRAINING)
        .order_by(func.lower(Application.family_name), func.lower(Application.given_name), Application.id)
        .limit(MOST_READY)
    )
    found = session.scalars(in_scope(query, viewer, Permission.APPOINT)).unique().all()
    lines = checklists(session, [row.id for row in found])
    rows = [
        Candidate(
            row.reference, f"{row.given_name} {row.family_name}".strip(), row.district.name if row.district else "",
            lines[row.id],
        )
        for row in found
    ]  # fmt: skip
    return sorted(rows, key=lambda each: len(each.gaps))


# How they are read


def _people() -> Select[*tuple[Any, ...]]:
    served = func.coalesce(Volunteer.district_id, Application.district_id)
    supervisor = aliased(StaffMember)  # by another name: who the viewer is kept from is asked of the members of staff
    return (
        select(
            Volunteer, Application.given_name, Application.family_name, Scheme.name.label("scheme"),
            District.name.label("district"), Strand.name.label("strand"), supervisor.name.label("supervisor"),
        )
        .join(Application, Application.id == Volunteer.application_id)
        .join(Campaign, Campaign.id == Application.campaign_id)
        .join(Scheme, Scheme.id == Campaign.scheme_id)
        .outerjoin(District, District.id == served)
        .outerjoin(Strand, (Strand.slug == Volunteer.strand) & (Strand.scheme_id == Scheme.id))
        .outerjoin(supervisor, supervisor.id == Volunteer.supervisor_id)
    )  # fmt: skip


def _narrowed(session: Session, query: Reading, wanted: Wanted) -> Reading:
    today = clock.today()
    holds = PowerGrant.volunteer_id == Volunteer.id, in_force_on(today)
    if wanted.district:
        query = query.where(District.slug == wanted.district)
    if wanted.strand:
        query = query.where(Volunteer.strand == wanted.strand)
    if wanted.power:
        query = query.where(exists().where(*holds, PowerGrant.power_id == Power.id, Power.slug == wanted.power))
    if wanted.ending:
        until = today + timedelta(days=setting_value(session, ENDING_DAYS, today))
        query = query.where(exists().where(*holds, PowerGrant.ends_on <= until))
    return query


def _held_today(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, date | None]]]:
    query = (
        select(PowerGrant.volunteer_id, Power.title, PowerGrant.ends_on)
        .join(Power, Power.id == PowerGrant.power_id)
        .where(PowerGrant.volunteer_id.in_(ids), in_force_on(clock.today()))
        .order_by(Power.id)
    )
    found: dict[int, list[tuple[str, date | None]]] = defaultdict(list)
    for key, title, ends_on in session.execute(query):
        found[key].append((title, ends_on))
    return found


def _person(row: Row[Any], powers: Sequence[tuple[str, date | None]]) -> Person:
    found: Volunteer = row.Volunteer
    return Person(
        number=found.number,
        name=f"{row.given_name} {row.family_name}".strip(),
        scheme=row.scheme,
        district=row.district or "",
        strand=row.strand or "",
        supervisor=row.supervisor or "",
        appointed_on=found.appointed_on,
        powers=powers,
        place=Cursor(found.appointed_at, found.id),
    )


def _grants(session: Session, volunteer_id: int) -> list[Grant]:
    by, ended = aliased(StaffMember), aliased(StaffMember)
    query = (
        select(PowerGrant, Power.title, Power.law, Certificate.code, by.name, ended.name)
        .join(Power, Power.id == PowerGrant.power_id)
        .join(Certificate, Certificate.id == PowerGrant.certificate_id)
        .join(by, by.id == PowerGrant.granted_by)
        .outerjoin(ended, ended.id == PowerGrant.withdrawn_by)
        .where(PowerGrant.volunteer_id == volunteer_id)
        .order_by(PowerGrant.withdrawn_on.is_not(None), Power.id, PowerGrant.id)
    )
    today = clock.today()
    return [
        Grant(
            given.id, title, law, given.limits, given.starts_on, given.ends_on, granted_by, given.withdrawn_on,
            withdrawn_by or "", given.withdrawn_reason or "", code, _state(given, today),
        )
        for given, title, law, code, granted_by, withdrawn_by in session.execute(query)
    ]  # fmt: skip


def _state(given: PowerGrant, today: date) -> str:
    if given.withdrawn_on is not None and given.withdrawn_on <= today:
        return "withdrawn"
    if given.ends_on is not None and given.ends_on < today:
        return "over"
    return "later" if given.starts_on > today else "now"
