"""What staff and others add to applications, at random and straight into the tables: for lists at size."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.models import Answer, Application
from portal.domain.campaigns.models import Question, QuestionVersion
from portal.domain.casework.models import ApplicationTag, Decision, Tag, Verdict
from portal.domain.correspondence.models import Direction, Message
from portal.domain.duplicates.models import Pair, PairState

TAGS = ("ring back", "evening only", "speaks polish", "ask again")
Rows = list[dict[str, Any]]


def mark_applications(session: Session, staff_id: int, *, often: float = 0.1, seed: int = 7) -> None:
    """Tags, provisional and undone decisions, messages read and unread, pairs and sealed answers, each on about
    `often` of the applications there are."""
    random, now = Random(seed), clock.now()
    with unit_of_work(session):
        rows = session.execute(select(Application.id, Application.applicant_id).order_by(Application.id)).all()
        tags = [Tag(name=name, created_at=now) for name in TAGS]
        session.add_all(tags)
        session.flush()

        def some(share: float = 1.0) -> list[Any]:
            return [row for row in rows if random.random() < often * share]

        tagged = [{"application_id": row.id, "tag_id": tag.id} for tag in tags for row in some()]
        made: dict[Any, Rows] = {
            ApplicationTag: tagged,
            Decision: [
                {"application_id": row.id, "verdict": Verdict.SHORTLIST, "feedback": "", "decided_by": staff_id,
                 "decided_at": now, "undone_at": undone, "undone_by": staff_id if undone else None}
                for row in some() for undone in [random.choice([None, now])]
            ],
            Message: [
                {"application_id": row.id, "direction": Direction.IN, "subject": "", "body": "Hello", "created_at": now,
                 "read_at": random.choice([None, now])}
                for row in some()
            ],
            Pair: _pairs(some(0.3), random),
            Answer: _sealed(session, some()),
        }  # fmt: skip
        for model, wanted in made.items():
            if wanted:
                session.execute(insert(model), wanted)


def _pairs(rows: list[Any], random: Random) -> Rows:
    people = sorted({row.applicant_id for row in rows})
    now = clock.now()
    return [
        {"first_id": first, "second_id": second, "likeness": 80, "reasons": [], "state": state, "found_at": now}
        for first, second in zip(people[::2], people[1::2], strict=False)
        for state in [PairState.OPEN]
        if random.random() < 0.8
    ]


def _sealed(session: Session, rows: list[Any]) -> Rows:
    asked = select(Question.id, QuestionVersion.id.label("version")).join(QuestionVersion)
    question = session.execute(asked.where(Question.key == "adjustments", Question.campaign_id.is_(None))).first()
    assert question is not None
    at = clock.now() - timedelta(days=1)
    return [
        {"application_id": row.id, "question_id": question.id, "question_version_id": question.version,
         "sealed": b"sealed", "answered_at": at}
        for row in rows
    ]  # fmt: skip
