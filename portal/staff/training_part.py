"""The place in a cohort as a part of an application's page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.applications.models import Application
from portal.domain.training.models import Cohort, Trainee, TraineeEnd

ENDED = {
    TraineeEnd.TRANSFERRED: "transferred",
    TraineeEnd.DECLINED: "given up",
    TraineeEnd.LAPSED: "not confirmed in time",
    TraineeEnd.REMOVED: "taken back",
    TraineeEnd.GONE: "given up",
}


def training_part(session: Session, application: Application) -> dict[str, Any] | None:
    """The newest place; none for somebody who never had one. One statement."""
    query = select(Trainee, Cohort).join(Cohort, Cohort.id == Trainee.cohort_id)
    query = query.where(Trainee.application_id == application.id).order_by(Trainee.id.desc()).limit(1)
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    trainee, cohort = row
    return {"trainee": trainee, "cohort": cohort, "live": trainee.ended_at is None} | _words(trainee)


def _words(trainee: Trainee) -> dict[str, str]:
    if trainee.ended_as is not None:
        return {"words": ENDED[trainee.ended_as], "kind": ""}
    if trainee.completed_at is not None:
        return {"words": "completed", "kind": "soft"}
    if trainee.started_at is not None:
        return {"words": "in training", "kind": "soft"}
    return {"words": "has a place", "kind": ""} if trainee.confirmed_at else {"words": "to confirm", "kind": "now"}
