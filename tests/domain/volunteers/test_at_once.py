"""Two people at one moment: one certificate, one volunteer, one power; and no appointment while vetting is undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, RequirementState, State
from portal.domain.attendance.completing import complete
from portal.domain.attendance.models import Certificate
from portal.domain.audit.models import ActorKind
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.steps import settle
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import Conflict
from portal.domain.volunteers.appointing import appoint
from portal.domain.volunteers.models import PowerGrant, Volunteer
from portal.domain.volunteers.powers import grant
from portal.extensions import db
from tests.support.people import a_staff_member
from tests.support.trainees import a_trainee
from tests.support.volunteers import DONE_AT, a_small_cohort, a_volunteer, a_wish, attended, somebody_ready

TOGETHER = 4


def at_once(app: Flask, *acts: Callable[[Session], object]) -> list[str]:
    """Runs each in a thread and a session of its own, at one moment; what each came to, a refusal by its name."""
    ready, said = Barrier(len(acts)), list[str]()

    def run(act: Callable[[Session], object]) -> None:
        with app.app_context(), clock.at(DONE_AT):
            ready.wait()
            try:
                act(db.session())
                said.append("done")
            except Conflict as refusal:
                said.append(type(refusal).__name__)
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def count(session: Session, what: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(what)) or 0


def mails(session: Session, name: str) -> int:
    return session.scalar(select(func.count()).where(OutboxMail.name == name)) or 0


@dataclass(frozen=True)
class Officer:
    """Who acts, by number alone: a row belongs to one session, and so to one thread."""

    actor_id: int
    actor_kind: ActorKind = ActorKind.STAFF


def recruiters(session: Session, number: int = TOGETHER, role: Role = Role.RECRUITER) -> list[Officer]:
    return [Officer(a_staff_member(session, role).id) for _ in range(number)]


def test_one_certificate_and_one_volunteer_however_many_press(app: Flask, session: Session) -> None:
    with clock.at(datetime(2018, 4, 27, 10)):
        trainee = a_trainee(session, a_small_cohort(session))
    with clock.at(DONE_AT):
        attended(session, trainee)
    people, key = recruiters(session), trainee.id
    assert at_once(app, *(lambda own, by=by: complete(own, by, key) for by in people)) == ["done"] * TOGETHER
    assert (count(session, Certificate), mails(session, "training_completed")) == (1, 1)
    ready = somebody_ready(session, app).id
    assert at_once(app, *(lambda own, by=by: appoint(own, by, ready) for by in people)) == ["done"] * TOGETHER
    assert (count(session, Volunteer), mails(session, "volunteer_welcome")) == (1, 1)


def test_one_power_however_many_give_it(app: Flask, session: Session) -> None:
    volunteer = a_volunteer(session, app)
    with clock.at(DONE_AT):
        wish = a_wish(session)
    people, key = recruiters(session), volunteer.id
    said = at_once(app, *(lambda own, by=by: grant(own, by, key, wish) for by in people))
    assert said == ["done"] * TOGETHER
    assert (count(session, PowerGrant), mails(session, "power_granted")) == (1, 1)


def test_whoever_is_appointed_while_vetting_is_undone_was_vetted_at_that_moment(app: Flask, session: Session) -> None:
    """Whichever comes first decides; never both an appointment and a gap it should have seen."""
    [officer], [recruiter] = recruiters(session, 1, Role.VETTING), recruiters(session, 1)
    for _ in range(3):
        key, before = somebody_ready(session, app).id, count(session, Volunteer)

        def undo(own: Session, key: int = key) -> None:
            settle(own, officer, key, RequirementKind.VETTING, RequirementState.WITH_US, "again")

        said = at_once(app, lambda own, key=key: appoint(own, recruiter, key), undo)
        appointed = count(session, Volunteer) - before
        state = session.get_one(Application, key, populate_existing=True).state
        assert (appointed, state) == ((1, State.APPOINTED) if "NotReady" not in said else (0, State.TRAINING))
