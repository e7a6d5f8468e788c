"""The catch-up ledger: what is booked, asked for, handed in, to sign off, of whom and where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, not_, or_, select
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.queries import StaffViewer, kept_from
from portal.domain.attendance.ledger import Stand, stand_of
from portal.domain.attendance.models import CatchUp, CatchUpEnd, Mark, Presence
from portal.domain.interviews.models import Venue
from portal.domain.training.models import Cohort, Module, Trainee, TrainingSession
from portal.domain.training.seeing import in_reach

ORDER = (Stand.ASKED, Stand.NOT_THERE, Stand.LATE, Stand.TO_SIGN, Stand.BOOKED, Stand.SIGNED_OFF, Stand.ENDED)
FOR_TRAINERS = frozenset({Stand.ASKED, Stand.NOT_THERE, Stand.LATE, Stand.TO_SIGN})  # somebody has to do something


@dataclass(frozen=True)
class Entry:
    """One catch-up as people see it. `where`: the venue of the session, or the place said."""

    row: CatchUp
    stand: Stand
    module: str
    starts_at: datetime | None
    where: str
    host: str  # the cohort whose session it is
    trainer: str
    trainee_id: int
    cohort_id: int
    cohort: str
    name: str

    @property
    def on(self) -> date | datetime | None:
        """When it is, or by which day."""
        return self.starts_at or self.row.due_on


def _rows() -> Select[CatchUp, str, TrainingSession | None, str | None, str | None, str | None, Presence | None]:
    host, tutor = aliased(Cohort), aliased(StaffMember)
    marked = and_(Mark.session_id == CatchUp.session_id, Mark.trainee_id == CatchUp.trainee_id)
    return (
        select(CatchUp, Module.title, TrainingSession, Venue.name, host.name, tutor.name, Mark.presence)
        .add_columns(Trainee.cohort_id, Cohort.name, Application.given_name, Application.family_name)
        .join(Module, Module.id == CatchUp.module_id)
        .join(Trainee, Trainee.id == CatchUp.trainee_id)
        .join(Cohort, Cohort.id == Trainee.cohort_id)
        .join(Application, Application.id == Trainee.application_id)
        .outerjoin(TrainingSession, TrainingSession.id == CatchUp.session_id)
        .outerjoin(Venue, Venue.id == TrainingSession.venue_id)
        .outerjoin(host, host.id == TrainingSession.cohort_id)
        .outerjoin(tutor, tutor.id == CatchUp.staff_id)
        .outerjoin(Mark, marked)
        .order_by(CatchUp.id)
    )


def _read(session: Session, query: Select) -> list[Entry]:  # type: ignore[type-arg]
    now, found = clock.now(), []
    for row, module, day, venue, host, tutor, presence, cohort_id, cohort, given, family in session.execute(query):
        found.append(
            Entry(
                row=row,
                stand=stand_of(row, now, day.ends_at if day else None, presence),
                module=module,
                starts_at=day.starts_at if day else row.starts_at,
                where=(venue or "") if day else row.place,
                host=host or "",
                trainer=tutor or "",
                trainee_id=row.trainee_id,
                cohort_id=cohort_id,
                cohort=cohort,
                name=f"{given} {family}".strip(),
            )
        )
    return found


def entries_of(session: Session, trainee_ids: Collection[int], *, ended: bool = False) -> list[Entry]:
    """Catch-ups of these trainees in the order they were booked; `ended`: also what came to nothing. One statement."""
    query = _rows().where(CatchUp.trainee_id.in_(trainee_ids))
    if not ended:
        query = query.where(or_(CatchUp.ended_at.is_(None), CatchUp.ended_as == CatchUpEnd.SIGNED_OFF))
    return _read(session, query)


def entries_of_application(session: Session, application_id: int) -> list[Entry]:
    """Everything under any of its places, the ended too. One statement."""
    return _read(session, _rows().where(Trainee.application_id == application_id))


def ledger(session: Session, viewer: StaffViewer) -> list[Entry]:
    """What is live in the cohorts the viewer may open: what waits for a trainer first, then by when it is. One
    statement."""
    reached = in_reach(select(Cohort.id), viewer, Permission.SEE_COHORTS)
    query = _rows().where(
        Trainee.cohort_id.in_(reached),
        Trainee.ended_at.is_(None),
        CatchUp.ended_at.is_(None),
        not_(kept_from(viewer.id)),
    )
    return sorted(_read(session, query), key=_urgency)


def _urgency(entry: Entry) -> tuple[int, str, int]:
    return ORDER.index(entry.stand), entry.on.isoformat() if entry.on else "", entry.row.id
