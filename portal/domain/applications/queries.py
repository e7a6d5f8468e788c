"""Reads of applications. To load one is to be allowed to see it; anything else is not there."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, exists, false, func, not_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from portal import clock
from portal.domain.accounts.models import Applicant, StaffMember
from portal.domain.accounts.rules import Permission, Scope
from portal.domain.applications.models import Answer, Application, Conflict, State
from portal.domain.applications.sections import Value, date_boxes, is_empty, read_date
from portal.domain.applications.waiting import Dates, Promise, waiting_on
from portal.domain.campaigns.models import Assessor, Campaign, Care, District, Question, QuestionKind, QuestionVersion
from portal.domain.campaigns.questions import choices_of, filled
from portal.domain.refusals import NotFound
from portal.services import references
from portal.services.crypto import KeyRing

Reading = TypeVar("Reading", bound=Select[Any])


class ApplicantViewer(Protocol):
    """A signed-in applicant."""

    @property
    def kind(self) -> str: ...

    @property
    def id(self) -> int: ...


class StaffViewer(ApplicantViewer, Protocol):
    """A signed-in member of staff."""

    def scope(self, permission: Permission) -> Scope: ...


def _whole() -> Select[Application]:
    """An application with what every page of it shows."""
    return select(Application).options(
        joinedload(Application.campaign).joinedload(Campaign.scheme),
        joinedload(Application.district),
        joinedload(Application.owner).lazyload(StaffMember.roles),
        selectinload(Application.requirements),
    )


def own_application(session: Session, viewer: ApplicantViewer, reference: str) -> Application:
    """The viewer's own application, however the reference was typed; raises NotFound for any other."""
    parsed = references.parse(reference)
    if parsed is None or viewer.kind != "applicant":
        raise NotFound()
    query = _whole().where(Application.reference == parsed, Application.applicant_id == viewer.id)
    found = session.scalars(query).unique().one_or_none()
    if found is None:
        raise NotFound()
    return found


def own_applications(session: Session, viewer: ApplicantViewer) -> list[Application]:
    """Everything the viewer has begun or sent, newest first."""
    query = _whole().where(Application.applicant_id == viewer.id).order_by(Application.id.desc())
    return list(session.scalars(query).unique())


def own_live_application(session: Session, applicant_id: int, campaign_id: int) -> Application | None:
    """The one that counts, if there is one: a person has one live application to a campaign."""
    query = select(Application).where(
        Application.applicant_id == applicant_id,
        Application.campaign_id == campaign_id,
        Application.state.not_in([State.UNSUCCESSFUL, State.LAPSED, State.DECLINED, State.WITHDRAWN]),
    )
    return session.scalars(query).one_or_none()


def kept_from(viewer_id: int) -> ColumnElement[bool]:
    """Applications a member of staff must not act on: their own, a declared conflict's, and those of a campaign
    they read for blind, until they have finished. Source: the role table (docs/roles.md)."""
    conflicts = exists().where(Conflict.staff_id == viewer_id, Conflict.application_id == Application.id)
    reads = exists().where(
        Assessor.staff_id == viewer_id,
        Assessor.campaign_id == Application.campaign_id,
        Assessor.finished_at.is_(None),
        Assessor.ended_at.is_(None),
    )
    officer, person = aliased(StaffMember), aliased(Applicant)  # a query that joins either means somebody else by it
    own = exists().where(
        officer.id == viewer_id,
        person.email == officer.email,
        func.coalesce(person.merged_into_id, person.id) == Application.applicant_id,  # who they turned out to be
    )
    return or_(conflicts, reads, own)


def in_scope(query: Reading, viewer: StaffViewer, permission: Permission) -> Reading:
    """Only applications this member of staff's permission reaches, and none they are kept from.

    A divisional role reaches the districts of its divisions; without a district only the whole
    force does. Who enters an application for somebody reaches it while entering it.
    """
    scope = viewer.scope(permission)
    query = query.where(not_(kept_from(viewer.id)))
    if scope.force:
        return query
    districts = select(District.id).where(District.division_id.in_(scope.divisions))
    reached: ColumnElement[bool] = Application.district_id.in_(districts) if scope.divisions else false()
    if permission is Permission.ENTER_APPLICATIONS and scope:
        reached = or_(reached, Application.entered_by == viewer.id)
    return query.where(reached)


def visible_application(session: Session, viewer: StaffViewer, permission: Permission, reference: str) -> Application:
    """An application this member of staff may see; raises NotFound for any other."""
    parsed = references.parse(reference)
    if parsed is None or viewer.kind != "staff":
        raise NotFound()
    query = in_scope(_whole().where(Application.reference == parsed), viewer, permission)
    found = session.scalars(query).unique().one_or_none()
    if found is None:
        raise NotFound()
    return found


def place_of(application_id: int, question_id: int) -> dict[str, str]:
    """Where a sealed answer belongs: it opens nowhere else."""
    return {"table": "answer", "row": f"{application_id}:{question_id}", "column": "value"}


def _value(answer: Answer, keys: KeyRing) -> Value:
    text = answer.value
    if answer.sealed is not None:
        text = keys.unseal(answer.sealed, **place_of(answer.application_id, answer.question_id))
    value: Value = json.loads(text or "null")
    return value


def answers(session: Session, keys: KeyRing, application: Application, *, sealed: bool = False) -> dict[str, Value]:
    """Each answer by its question's key. Sealed ones are opened only where asked for."""
    query = select(Answer, Question.key).join(Question).where(Answer.application_id == application.id)
    if not sealed:
        query = query.where(Answer.sealed.is_(None))
    return {key: _value(answer, keys) for answer, key in session.execute(query)}


@dataclass(frozen=True)
class Answered:
    """One answer beside the words it answered. `shown` is how people read it."""

    key: str
    section: str
    care: Care
    kind: QuestionKind
    label: str
    value: Value
    shown: str
    own: bool = False  # its campaign's, and no other's
    title: str = ""  # the short name of an own question's page
    strand: str | None = None


def answered(session: Session, keys: KeyRing, application: Application, *, sealed: bool = False) -> list[Answered]:
    """The answers in the order they were asked, each with the wording it answered, as a reader wants them."""
    query = (
        select(Answer, Question, QuestionVersion)
        .join(Question, Question.id == Answer.question_id)
        .join(QuestionVersion, QuestionVersion.id == Answer.question_version_id)
        .where(Answer.application_id == application.id)
        .order_by(Question.position, Question.id)
    )
    if not sealed:
        query = query.where(Answer.sealed.is_(None))
    rows = session.execute(query).all()
    return [_answered(_value(answer, keys), question, version, application) for answer, question, version in rows]


def _answered(value: Value, question: Question, version: QuestionVersion, application: Application) -> Answered:
    campaign, own = application.campaign, question.campaign_id is not None
    names = {choice.value: choice.label for choice in choices_of(version.options, campaign)}
    if version.kind is QuestionKind.DISTRICT and application.district is not None:
        names[application.district.slug] = application.district.name
    return Answered(
        key=question.key,
        section=question.section,
        care=question.care,
        kind=version.kind,
        label=version.label if own else filled(version.label, {"{hours}": str(campaign.scheme.hours_a_month or "")}),
        value=value,
        shown=shown(version.kind, value, names),
        own=own,
        title=version.options.get("title", ""),
        strand=str(question.strand_id) if question.strand_id else None,
    )


def shown(kind: QuestionKind, value: Value | None, names: dict[str, str]) -> str:
    """A value as people read it; empty for none."""
    if is_empty(value):
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return "\n".join(names.get(each, each) for each in value)
    if kind is QuestionKind.DATE:
        day = read_date(value)
        return f"{day.day} {day:%B %Y}" if day else " ".join(date_boxes(value))
    return names.get(str(value), str(value))


def dates_of(campaign: Campaign) -> Dates:
    """The campaign's promises as London dates."""
    days = [clock.london(day.starts_at).date() for day in campaign.training_days] or [campaign.starts_on]
    return Dates(
        answer_by=campaign.answer_by,
        interviews_from=campaign.interviews_from,
        interviews_to=campaign.interviews_to,
        training_from=days[0],
        training_to=days[-1],
        starts_on=campaign.starts_on,
        training_days=len(campaign.training_days),
    )


def promise_of(application: Application) -> Promise:
    """What a sent application waits for today, as its applicant and the staff both read it."""
    return waiting_on(
        application.state,
        dates_of(application.campaign),
        clock.today(),
        paused_until=application.paused_until,
        contact_on=application.next_contact_on,
        team=application.owner.team if application.owner else None,
    )


def is_lapsed(application: Application, now: datetime) -> bool:
    """A draft whose campaign has closed; an extension revives it, so nothing is stored."""
    return application.state is State.DRAFT and now >= application.campaign.closes_at


def saved_at(session: Session, application: Application) -> datetime | None:
    """When an answer was last kept."""
    return session.scalar(select(func.max(Answer.answered_at)).where(Answer.application_id == application.id))


def sent_on(application: Application) -> date:
    """The London day an application was received; raises ValueError for a draft."""
    if application.received_at is None:
        raise ValueError("not sent")
    return clock.london(application.received_at).date()


def id_of_reference(session: Session, viewer_id: int, text: str) -> int | None:
    """The application with this reference, however it was typed; none for what is none, or is kept from the viewer."""
    query = select(Application.id).where(Application.reference == references.parse(text), not_(kept_from(viewer_id)))
    return session.scalar(query)


def references_of(session: Session, viewer_id: int, ids: Collection[int]) -> dict[int, str]:
    """The references of those of these applications that are not kept from the viewer: a reader of a campaign must not
    learn them from anywhere. One statement, whatever the number."""
    query = select(Application.id, Application.reference).where(Application.id.in_(ids), not_(kept_from(viewer_id)))
    rows = session.execute(query)
    return {row.id: row.reference for row in rows}
