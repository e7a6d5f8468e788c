"""Training begins for somebody: only with a confirmed place, and everything due by the first day met."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import State
from portal.domain.applications.rules import Act, By, may_move
from portal.domain.audit.actions import Actor, record
from portal.domain.offers.moving import move
from portal.domain.offers.requirements import outstanding
from portal.domain.training.enrolling import held_trainee
from portal.domain.training.letters import write
from portal.domain.training.models import Trainee
from portal.domain.training.rules import NotAccepted, NotConfirmed, NotReady


def start(session: Session, actor: Actor, trainee_id: int) -> Trainee:
    """From accepted to in training, and the trainee is told. Started twice is started once.

    Raises NotFound, NoSuchPlace, NotConfirmed, NotAccepted, or NotReady naming what is not met. Source: the
    application's lifecycle (docs/domain.md).
    """
    with unit_of_work(session):
        trainee, application = held_trainee(session, actor, trainee_id)
        if trainee.started_at is not None and application.state is not State.ACCEPTED:
            return trainee
        if trainee.confirmed_at is None:
            raise NotConfirmed()
        if not may_move(application.state, Act.TRAIN, By.RECRUITER):
            raise NotAccepted()
        if left := outstanding(session, application.id):
            raise NotReady(left)
        move(session, application, Act.TRAIN)
        trainee.started_at = clock.now()
        trainee.version += 1
        record(
            session, actor, "trainee.started", subject=("trainee", trainee.id), application_id=application.id,
            cohort=trainee.cohort_id,
        )  # fmt: skip
        write(session, "started", trainee, application)
        return trainee
