"""Whose training somebody may see and act on: a trainer that of their own cohorts, a trainee their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import false, not_, select
from sqlalchemy.orm import Session

from portal.db import holding
from portal.domain.accounts.rules import Permission
from portal.domain.applications.actions import acting_as
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.audit.actions import Actor
from portal.domain.audit.models import ActorKind
from portal.domain.refusals import NotFound
from portal.domain.training.models import Cohort, Trainee
from portal.domain.training.rules import CompletedAlready
from portal.domain.training.seeing import in_reach


class Trainer(StaffViewer, Actor, Protocol):
    """A signed-in member of staff who keeps registers: looks and acts."""


@dataclass(frozen=True)
class Person:
    """A trainee by name."""

    trainee: Trainee
    application_id: int
    name: str
    by_name: tuple[str, str]  # what lists are sorted by

    @classmethod
    def of(cls, trainee: Trainee, given: str, family: str) -> Person:
        name = f"{given} {family}".strip()
        return cls(trainee, trainee.application_id, name, (family.casefold(), given.casefold()))


def people_of(session: Session, viewer: StaffViewer, cohort_id: int) -> list[Person]:
    """Who holds a confirmed place in a cohort that the viewer may open, by family name; none they are kept from.
    Whether they may open it the caller asks. One statement."""
    query = (
        select(Trainee, Application.given_name, Application.family_name)
        .join(Application, Application.id == Trainee.application_id)
        .where(Trainee.cohort_id == cohort_id, Trainee.ended_at.is_(None), Trainee.confirmed_at.is_not(None))
        .where(not_(kept_from(viewer.id)))
    )
    found = [Person.of(*row) for row in session.execute(query)]
    return sorted(found, key=lambda each: (each.by_name, each.trainee.id))


def person(
    session: Session,
    viewer: StaffViewer,
    cohort_id: int,
    trainee_id: int,
    permission: Permission = Permission.SEE_COHORTS,
) -> Person:
    """One trainee of a cohort that this permission of the viewer's reaches; raises NotFound for any other."""
    query = (
        select(Trainee, Application.given_name, Application.family_name)
        .join(Application, Application.id == Trainee.application_id)
        .where(Trainee.id == trainee_id, Trainee.cohort_id == cohort_id, Trainee.confirmed_at.is_not(None))
        .where(Trainee.cohort_id.in_(in_reach(select(Cohort.id), viewer, permission)), not_(kept_from(viewer.id)))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound()
    return Person.of(*row)


def own_place(session: Session, application_id: int) -> Trainee | None:
    """The confirmed place an application holds, for its own applicant's pages."""
    query = select(Trainee).where(
        Trainee.application_id == application_id, Trainee.ended_at.is_(None), Trainee.confirmed_at.is_not(None)
    )
    return session.scalars(query).one_or_none()


def held_for_act(session: Session, actor: Actor, trainee_id: int, *, finished_too: bool = False) -> Trainee:
    """A live trainee whose training goes on, held until commit: for themselves, or for staff who are not kept from
    them. Whose cohort it is, the caller has asked. `finished_too`: also who has completed the course.

    Raises NotFound, CompletedAlready.
    """
    withheld = false()
    if actor.actor_kind is ActorKind.STAFF and actor.actor_id is not None:
        withheld = kept_from(actor.actor_id)  # type: ignore[assignment]
    query = (
        select(Trainee, Application)
        .join(Application, Application.id == Trainee.application_id)
        .where(Trainee.id == trainee_id, Trainee.ended_at.is_(None), Trainee.confirmed_at.is_not(None))
        .where(not_(withheld))
    )
    row = session.execute(holding(query, of=Trainee)).one_or_none()
    if row is None:
        raise NotFound()
    trainee, application = row
    acting_as(actor, application)
    if trainee.completed_at is not None and not finished_too:
        raise CompletedAlready()
    return trainee
