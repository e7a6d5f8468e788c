"""Vetting's own desk: its cases, and the opening of one, which is on record each time before anything is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Application, Requirement
from portal.domain.applications.queries import StaffViewer, in_scope, visible_application
from portal.domain.audit.actions import record
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.clearances.changes import AT, Desk, Officer, Told, told_of
from portal.domain.clearances.declarations import Declared, declared
from portal.domain.clearances.models import CircumstanceChange, RequirementStep, VettingCase, VettingQuery, VettingState
from portal.domain.clearances.sealing import unseal
from portal.domain.clearances.vetting_rules import Step, possible, told
from portal.domain.clearances.vetting_rules import Told as How
from portal.domain.paging import FEW, Cursor
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing

PAGE = 50
V = VettingState


class Tab(StrEnum):
    """The tabs of the list, what is vetting's to do first."""

    READY = "ready"
    SENT = "sent"
    SECOND = "second"
    APPEALS = "appeals"
    CHANGES = "changes"
    APPLICANT = "applicant"
    DONE = "done"


STATES: dict[Tab, tuple[VettingState, ...]] = {
    Tab.READY: (V.READY,),
    Tab.SENT: (V.SENT,),
    Tab.SECOND: (V.REFUSAL_PROPOSED,),
    Tab.APPEALS: (V.APPEALED,),
    Tab.CHANGES: tuple(V),
    Tab.APPLICANT: (V.WITH_APPLICANT, V.QUERY),
    Tab.DONE: (V.PASSED, V.REFUSED),
}


@dataclass(frozen=True)
class Line:
    """One case in the list. `due_at` is the first instant at which it is late."""

    reference: str
    name: str
    campaign: str
    state: VettingState
    level: str
    opened_at: datetime
    sent_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    after: Cursor | None


@dataclass(frozen=True)
class Exchange:
    """A question and its answer, empty while there is none."""

    question: str
    asked_at: datetime
    answer_by: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Case:
    """Everything vetting reads of one case. Finished values: the row itself stays behind."""

    id: int
    version: int
    state: VettingState
    level: str
    opened_at: datetime
    sent_at: datetime | None
    result_at: datetime | None
    expires_on: date | None
    appeal_until: datetime | None
    appealed_at: datetime | None
    proposed_by: str
    refused_by: str
    appeal_by: str
    reason: str
    appeal: str
    appeal_reason: str
    declared: Sequence[Declared]
    exchanges: Sequence[Exchange]
    changes: Sequence[Told]
    may: Sequence[Step]


def counts(session: Session, viewer: StaffViewer) -> dict[Tab, int]:
    """How many cases stand where, exact to FEW, in one statement."""
    parts = {tab: _listed(viewer, tab, VettingCase.id).limit(FEW + 1).subquery(tab.value) for tab in Tab}
    columns = [select(func.count()).select_from(part).scalar_subquery().label(tab.value) for tab, part in parts.items()]
    row = session.execute(select(*columns)).one()
    return {tab: getattr(row, tab.value) for tab in Tab}


def page(session: Session, viewer: StaffViewer, tab: Tab, after: Cursor | None) -> Page:
    """Cases, longest open first. One statement."""
    query = _listed(
        viewer, tab, VettingCase.id, VettingCase.state, VettingCase.level, VettingCase.opened_at, VettingCase.sent_at,
        Requirement.due_at, Application.reference, Application.given_name, Application.family_name,
        Campaign.name.label("campaign"),
    )  # fmt: skip
    query = query.join(Campaign, Campaign.id == Application.campaign_id)
    ours = (Requirement.application_id == Application.id) & (Requirement.kind == RequirementKind.VETTING)
    query = query.outerjoin(Requirement, ours)
    if after is not None:
        query = query.where(tuple_(VettingCase.opened_at, VettingCase.id) > (after.at, after.id))
    rows = list(session.execute(query.order_by(VettingCase.opened_at, VettingCase.id).limit(PAGE + 1)))
    lines = [
        Line(
            row.reference, f"{row.given_name} {row.family_name}".strip() or row.reference, row.campaign, row.state,
            row.level, row.opened_at, row.sent_at, row.due_at,
        )
        for row in rows[:PAGE]
    ]  # fmt: skip
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(lines, Cursor(last.opened_at, last.id) if last is not None else None)


def _listed(viewer: StaffViewer, tab: Tab, *columns: Any) -> Select[Any]:
    query = select(*columns).select_from(VettingCase).join(Application, Application.id == VettingCase.application_id)
    query = query.where(VettingCase.state.in_(STATES[tab]), Application.state.not_in(ENDED))
    if tab is Tab.CHANGES:
        unseen = exists().where(
            CircumstanceChange.application_id == VettingCase.application_id,
            CircumstanceChange.kind.in_(AT[Desk.VETTING]),
            CircumstanceChange.seen_at.is_(None),
        )
        query = query.where(unseen)
    return in_scope(query, viewer, Permission.RUN_VETTING)


def case_application(session: Session, viewer: StaffViewer, reference: str) -> tuple[Application, int]:
    """An application vetting has a case for, and the case's number; nothing sealed is opened. Raises NotFound."""
    application = visible_application(session, viewer, Permission.RUN_VETTING, reference)
    case_id = session.scalar(select(VettingCase.id).filter_by(application_id=application.id))
    if case_id is None:
        raise NotFound()
    return application, case_id


def open_case(session: Session, keys: KeyRing, viewer: Officer, reference: str) -> Case:
    """One case with everything sealed in it opened, for a vetting officer; each reading is on record first.

    Raises NotFound for what is not theirs to read, their own application among it.
    """
    application, case_id = case_application(session, viewer, reference)
    key = application.id
    with unit_of_work(session):
        record(session, viewer, "vetting.read", subject=("vetting_case", case_id), application_id=key)
    row = session.get_one(VettingCase, case_id)
    names = staff_names(session, [each or 0 for each in (row.proposed_by, row.refused_by, row.appeal_decided_by)])
    return Case(
        id=row.id, version=row.version, state=row.state, level=row.level, opened_at=row.opened_at,
        sent_at=row.sent_at, result_at=row.result_at, expires_on=row.expires_on, appeal_until=row.appeal_until,
        appealed_at=row.appealed_at,
        proposed_by=names.get(row.proposed_by or 0, ""),
        refused_by=names.get(row.refused_by or 0, ""),
        appeal_by=names.get(row.appeal_decided_by or 0, ""),
        reason=unseal(keys, row.sealed_reason, VettingCase, row.id, "sealed_reason"),
        appeal=unseal(keys, row.sealed_appeal, VettingCase, row.id, "sealed_appeal"),
        appeal_reason=_appeal_reason(session, keys, key) if row.appeal_decided_at else "",
        declared=declared(session, keys, key),
        exchanges=_exchanges(session, keys, row.id),
        changes=[each for each in told_of(session, keys, key, Desk.VETTING) if each.text is not None],
        may=possible(row.state, viewer.id, row.proposed_by, row.refused_by),
    )  # fmt: skip


def _exchanges(session: Session, keys: KeyRing, case_id: int) -> list[Exchange]:
    rows = session.scalars(select(VettingQuery).filter_by(case_id=case_id).order_by(VettingQuery.id))
    return [
        Exchange(
            unseal(keys, row.sealed_question, VettingQuery, row.id, "sealed_question"), row.asked_at, row.answer_by,
            unseal(keys, row.sealed_answer, VettingQuery, row.id, "sealed_answer"), row.answered_at,
        )
        for row in rows
    ]  # fmt: skip


def _appeal_reason(session: Session, keys: KeyRing, application_id: int) -> str:
    query = select(RequirementStep).join(Requirement).where(Requirement.application_id == application_id)
    last = query.where(RequirementStep.step == "appeal").order_by(RequirementStep.id.desc()).limit(1)
    row = session.scalars(last).one_or_none()
    return unseal(keys, row.sealed, RequirementStep, row.id) if row is not None else ""


def vetting_told(session: Session, application_id: int) -> tuple[How, date | None]:
    """How vetting stands for those who do not vet, and until when it holds. One statement."""
    query = select(VettingCase.state, VettingCase.expires_on).filter_by(application_id=application_id)
    found = session.execute(query).one_or_none()
    state, until = (found.state, found.expires_on) if found is not None else (None, None)
    return told(state, until, clock.today()), until
