"""The criteria check: a liaison officer says whether an applicant meets the criteria for volunteering there.

Recruiters see the answer; the words behind a concern are for the division's liaison officers alone, sealed.
Source: [004 4.6, 4.10].
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import ENDED, Application, State
from portal.domain.applications.queries import StaffViewer, in_scope, visible_application
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import Campaign, District
from portal.domain.clearances.models import CriteriaAnswer, CriteriaCheck, VettingCase
from portal.domain.clearances.sealing import seal, tidy, unseal
from portal.domain.clearances.steps import may_decide
from portal.domain.clearances.vetting_rules import Told, told
from portal.domain.paging import FEW, Cursor
from portal.domain.refusals import Conflict, NotFound
from portal.services.crypto import KeyRing

PAGE = 50
P = Permission
SETTLED = (*ENDED, State.DRAFT, State.APPOINTED)
ANSWER_WORDS = {CriteriaAnswer.MEETS: "Meets the criteria", CriteriaAnswer.CONCERN: "There is a concern"}


class CheckedMeanwhile(Conflict):
    """Somebody else answered while the page was open: it shows both."""

    title = "This was checked while you had it open"


class Tab(StrEnum):
    TO_CHECK = "to_check"
    CONCERN = "concern"
    MEETS = "meets"


@dataclass(frozen=True)
class Line:
    reference: str
    name: str
    campaign: str
    district: str
    state: State
    received_at: datetime
    vetting: Told


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    after: Cursor | None


@dataclass(frozen=True)
class Checked:
    """What stands: `version` 0 for nothing yet."""

    answer: CriteriaAnswer | None
    text: str
    by: str
    at: datetime | None
    version: int


def counts(session: Session, viewer: StaffViewer) -> dict[Tab, int]:
    """How many stand where, exact to FEW, in one statement."""
    parts = {tab: listed(viewer, tab, Application.id).limit(FEW + 1).subquery(tab.value) for tab in Tab}
    columns = [select(func.count()).select_from(part).scalar_subquery().label(tab.value) for tab, part in parts.items()]
    row = session.execute(select(*columns)).one()
    return {tab: getattr(row, tab.value) for tab in Tab}


def page(session: Session, viewer: StaffViewer, tab: Tab, after: Cursor | None) -> Page:
    """Applications of the viewer's divisions, longest waiting first, with how vetting stands. One statement."""
    query = listed(
        viewer, tab, Application.id, Application.reference, Application.given_name, Application.family_name,
        Application.state, Application.received_at, Campaign.name.label("campaign"),
        func.coalesce(District.name, "").label("district"), VettingCase.state.label("vetting"), VettingCase.expires_on,
    )  # fmt: skip
    query = query.join(Campaign, Campaign.id == Application.campaign_id)
    query = query.outerjoin(District, District.id == Application.district_id)
    query = query.outerjoin(VettingCase, VettingCase.application_id == Application.id)
    if after is not None:
        query = query.where(tuple_(Application.received_at, Application.id) > (after.at, after.id))
    rows = list(session.execute(query.order_by(Application.received_at, Application.id).limit(PAGE + 1)))
    shown, today = rows[:PAGE], clock.today()
    last = Cursor(shown[-1].received_at, shown[-1].id) if len(rows) > PAGE else None
    return Page([_line(row, today) for row in shown], last)


def _line(row: Any, today: date) -> Line:
    return Line(
        reference=row.reference,
        name=f"{row.given_name} {row.family_name}".strip() or row.reference,
        campaign=row.campaign,
        district=row.district,
        state=row.state,
        received_at=row.received_at,
        vetting=told(row.vetting, row.expires_on, today),
    )


def listed(viewer: StaffViewer, tab: Tab, *columns: Any) -> Select[Any]:
    """These columns of the viewer's divisions' applications that stand so."""
    query = select(*columns).select_from(Application)
    query = query.outerjoin(CriteriaCheck, CriteriaCheck.application_id == Application.id)
    query = query.where(Application.received_at.is_not(None), Application.state.not_in(SETTLED))
    answer = CriteriaCheck.answer
    query = query.where(answer.is_(None) if tab is Tab.TO_CHECK else answer == CriteriaAnswer(tab.value))
    return in_scope(query, viewer, P.CHECK_CRITERIA)


def checkable(session: Session, viewer: StaffViewer, reference: str) -> Application:
    """A sent application of the viewer's divisions; raises NotFound for any other."""
    found = visible_application(session, viewer, P.CHECK_CRITERIA, reference)
    if found.state is State.DRAFT:
        raise NotFound()
    return found


def checked(session: Session, keys: KeyRing, application_id: int) -> Checked:
    """What was said of an application, with its words; whose it is, the caller has asked. One statement."""
    query = select(CriteriaCheck, StaffMember.name).join(StaffMember, StaffMember.id == CriteriaCheck.checked_by)
    found = session.execute(query.where(CriteriaCheck.application_id == application_id)).one_or_none()
    if found is None:
        return Checked(None, "", "", None, 0)
    row, by = found
    text = unseal(keys, row.sealed, CriteriaCheck, row.application_id)
    return Checked(row.answer, text, by, row.checked_at, row.version)


def check_criteria(
    session: Session,
    keys: KeyRing,
    actor: Actor,
    application_id: int,
    answer: CriteriaAnswer,
    text: str,
    *,
    version: int,
) -> None:
    """Says whether somebody meets the criteria; a concern needs its words. The same again is said once.

    Raises NothingWritten, TooLong, NotFound, OwnClearance, CheckedMeanwhile.
    """
    concern = answer is CriteriaAnswer.CONCERN
    words = tidy(text, "text", missing="Write what concerns you") if concern else ""
    with unit_of_work(session):
        application = locked(session, Application, application_id)
        if application is None or application.state is State.DRAFT:
            raise NotFound()
        may_decide(session, actor, application)
        now = checked(session, keys, application_id)
        if (now.answer, now.text) == (answer, words):
            return
        if now.version != version:
            raise CheckedMeanwhile()
        row = session.get(CriteriaCheck, application_id) or CriteriaCheck(application_id=application_id, version=0)
        row.answer, row.checked_by, row.checked_at = answer, actor.actor_id or 0, clock.now()
        row.sealed = seal(keys, words, CriteriaCheck, application_id) if concern else None
        row.version += 1
        session.add(row)
        subject = ("application", application_id)
        record(session, actor, "criteria.checked", subject=subject, application_id=application_id)
