"""Trainers learn by mail what they teach: all of it on publishing, each change after; nobody writes to themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.attendance import substitutes
from portal.domain.journeys import training_days
from portal.domain.messages.models import OutboxMail
from portal.domain.training import cohorts, moving
from portal.domain.training.models import Module, TrainingSession
from portal.domain.training.moving import DayPlan, plan_of, trainers_of
from portal.web.setup import outside_of
from tests.support.people import a_staff_member
from tests.support.training import COHORT_AT, a_cohort, a_trainer, sessions_of

LATER = COHORT_AT + timedelta(hours=1)
NEW_DAY = date(2018, 5, 20)


def told(session: Session, name: str) -> list[tuple[str, list[str]]]:
    """To whom each letter of this name went, and the titles of the days it is about."""
    rows = session.scalars(select(OutboxMail).filter_by(name=name).order_by(OutboxMail.id))
    return [(row.recipient, [day["title"] for day in row.context["days"]]) for row in rows]


def standing(session: Session, day: TrainingSession) -> DayPlan:
    return plan_of(day, trainers_of(session, [day.id])[day.id])


def change(session: Session, actor: StaffMember, day: TrainingSession, plan: DayPlan) -> None:
    with clock.at(LATER):
        training_days.move_day(session, actor, day.id, plan, seen=day.version)


def test_publishing_tells_each_trainer_of_all_their_days_at_once(session: Session, app: Flask) -> None:
    one, other, away = a_trainer(session), a_trainer(session), a_trainer(session)
    away.disabled_at = COHORT_AT
    session.commit()
    cohort = a_cohort(session, days=2, trainers=[one, other], published=False)
    assert told(session, "teaching_given") == []
    first = sessions_of(session, cohort)[0]
    change(session, one, first, replace(standing(session, first), trainer_ids=(one.id,)))
    assert told(session, "teaching_off") == [], "nobody knew of it yet"
    with clock.at(LATER):
        cohorts.publish(session, a_staff_member(session, Role.RECRUITER), cohort.id)
    assert told(session, "teaching_given") == [(one.email, ["Day 1", "Day 2"]), (other.email, ["Day 2"])]
    mail = session.scalars(select(OutboxMail).filter_by(recipient=one.email)).one()
    letter = outside_of(app).letters.write(mail.name, mail.context, recipient=mail.recipient, message_id="<1@x>")
    assert letter.subject == f"You teach 2 days of {cohort.name}"
    assert "Saturday 28 April, 9am to 5pm" in letter.text and f"/staff/cohorts/{cohort.id}/register" in letter.text


def test_a_day_that_moves_is_told_to_whoever_stays_joins_and_leaves(session: Session) -> None:
    stays, leaves, joins, recruiter = (a_trainer(session) for _ in range(4))
    cohort = a_cohort(session, days=2, trainers=[stays, leaves])
    day = sessions_of(session, cohort)[1]
    given = told(session, "teaching_given")
    plan = replace(standing(session, day), day=NEW_DAY, starts=time(10), trainer_ids=(stays.id, joins.id))
    change(session, recruiter, day, plan)
    assert told(session, "teaching_moved") == [(stays.email, ["Day 2"])]
    assert told(session, "teaching_off") == [(leaves.email, ["Day 2"])]
    assert told(session, "teaching_given")[len(given) :] == [(joins.email, ["Day 2"])]
    moved = session.scalars(select(OutboxMail).filter_by(name="teaching_moved")).one().context
    assert moved["before"].startswith("Sunday 29 April, 9am to 5pm")
    assert moved["days"][0]["line"].startswith("Sunday 20 May, 10am to 5pm")


def test_who_does_it_themselves_and_what_is_past_is_not_written_about(session: Session) -> None:
    one, other = a_trainer(session), a_trainer(session)
    cohort = a_cohort(session, days=2, trainers=[one])
    first, second = sessions_of(session, cohort)
    before = len(session.scalars(select(OutboxMail)).all())
    change(session, one, second, replace(standing(session, second), starts=time(11)))
    with clock.at(first.ends_at + timedelta(hours=1)):  # afterwards: who was really there
        plan = replace(standing(session, first), trainer_ids=(other.id,))
        training_days.move_day(session, a_trainer(session), first.id, plan, seen=first.version)
    assert len(session.scalars(select(OutboxMail)).all()) == before


def test_days_called_off_are_told_once_a_trainer(session: Session) -> None:
    one, other, recruiter = a_trainer(session), a_trainer(session), a_trainer(session)
    cohort = a_cohort(session, days=4, trainers=[one, other])
    with clock.at(LATER):
        training_days.call_off(session, recruiter, sessions_of(session, cohort)[0].id, "weather")
        assert told(session, "teaching_off") == [(one.email, ["Day 1"]), (other.email, ["Day 1"])]
        for _ in range(2):
            training_days.cancel_cohort(session, recruiter, cohort.id, "numbers")
    rest = ["Day 2", "Day 3", "Day 4"]
    assert told(session, "teaching_off")[2:] == [(one.email, rest), (other.email, rest)]


def test_an_extra_day_and_standing_in_are_told(session: Session) -> None:
    one, stand_in, recruiter = a_trainer(session), a_trainer(session), a_trainer(session)
    cohort = a_cohort(session, days=2, trainers=[one])
    day = sessions_of(session, cohort)[0]
    module = session.scalars(select(Module).filter_by(version_id=cohort.version_id)).first()
    assert module is not None
    given = len(told(session, "teaching_given"))
    with clock.at(LATER):
        plan = replace(standing(session, day), day=NEW_DAY, title="Once more")
        moving.add_day(session, recruiter, cohort.id, plan, [module.id])
        substitutes.add(session, one, day.id, stand_in.id)
        substitutes.add(session, one, day.id, stand_in.id)
        substitutes.remove(session, one, day.id, stand_in.id)
        substitutes.remove(session, one, day.id, stand_in.id)
    assert told(session, "teaching_given")[given:] == [(one.email, ["Once more"]), (stand_in.email, ["Day 1"])]
    assert told(session, "teaching_off") == [(stand_in.email, ["Day 1"])]
