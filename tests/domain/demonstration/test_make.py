"""The demonstration's data: enough of everything, and nothing of what has not happened yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import DateTime, Table, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import Base, UtcDateTime
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, Channel, State
from portal.domain.attendance.models import CatchUp, Certificate, Mark, Presence
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.rules import Window, window
from portal.domain.demonstration.make import APPLICANT, APPLICATIONS, made_up_to, make_demonstration
from portal.domain.documents.models import Document, DocumentState
from portal.domain.messages.models import Delivery, OutboxMail
from portal.domain.training.models import Cohort, Trainee, TrainingSession
from portal.domain.volunteers.models import PowerGrant, Volunteer
from portal.domain.volunteers.queries import entry_of, register_query
from portal.extensions import db
from portal.web.setup import outside_of
from tests.support.standing import an_app

JANUARY = datetime(2018, 1, 15, 10, tzinfo=UTC)
TODAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOON = timedelta(minutes=10)  # the clock ticks while data are made
# Instants that are plans, promises or limits: they may lie ahead. Everything else tells of something that happened.
AHEAD = {
    "campaign.opens_at", "campaign.closes_at", "training_day.starts_at", "training_day.ends_at", "requirement.due_at",
    "interview_session.starts_at", "interview_session.ends_at", "slot.starts_at", "slot.ends_at",
    "invitation.answer_by", "referee.due_at", "offer.expires_at", "vetting_query.answer_by",
    "vetting_case.appeal_until", "training_session.starts_at", "training_session.ends_at", "trainee.confirm_by",
    "catch_up.starts_at",
}  # fmt: skip


def _made(folder: Path, moment: datetime, applications: int) -> Iterator[Session]:
    with an_app("sqlite", folder) as app:
        with clock.at(moment):
            make_demonstration(db.session(), outside_of(app), "a secret for tests only", applications=applications)
        yield db.session()


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """On 15 January 2018."""
    yield from _made(tmp_path_factory.mktemp("january"), JANUARY, 100)


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Years later, in full."""
    yield from _made(tmp_path_factory.mktemp("today"), TODAY, APPLICATIONS)


def _latest(session: Session, table: Table) -> dict[str, datetime]:
    """The latest instant in each of a table's columns of instants."""
    columns = [column for column in table.c if isinstance(column.type, UtcDateTime | DateTime)]
    if not columns:
        return {}
    row: Any = session.execute(select(*(func.max(column).label(column.name) for column in columns))).one()
    return {f"{table.name}.{name}": value for name, value in row._mapping.items() if value is not None}


def test_nothing_has_happened_after_now(january: Session) -> None:
    session = january
    instants = {key: at for table in Base.metadata.tables.values() for key, at in _latest(session, table).items()}
    assert len(instants) > 15
    assert {key: at for key, at in instants.items() if at > JANUARY + SOON and key not in AHEAD} == {}


def test_on_15_january_2018_the_pilot_is_open_and_nobody_is_appointed(january: Session) -> None:
    session = january
    windows = {row.slug: window(row, JANUARY) for row in session.scalars(select(Campaign))}
    assert windows["cpv-west-2018"] is Window.OPEN
    assert set(windows.values()) >= {Window.OPEN, Window.COMING, Window.CLOSED}
    states = Counter(session.scalars(select(Application.state)))
    assert states[State.APPOINTED] == 0 and states[State.SUBMITTED] > 40
    pilot = session.scalars(select(Campaign).filter_by(slug="cpv-west-2018")).one()
    of_pilot = set(session.scalars(select(Application.state).filter_by(campaign_id=pilot.id)))
    assert of_pilot <= {State.DRAFT, State.SUBMITTED, State.WITHDRAWN}


def test_years_later_the_pilot_is_history_and_its_pattern_is_open_again(today: Session) -> None:
    session = today
    assert session.scalar(select(func.count()).select_from(Application)) == APPLICATIONS
    campaigns = {row.slug: row for row in session.scalars(select(Campaign))}
    again = campaigns["cpv-west-spring-2026"]
    assert window(again, TODAY).receiving and len(again.training_days) == 10
    pilot = Counter(session.scalars(select(Application.state).filter_by(campaign_id=campaigns["cpv-west-2018"].id)))
    assert 3 <= pilot[State.APPOINTED] <= 5
    assert pilot[State.SUBMITTED] == pilot[State.INTERVIEW] == 0
    states = Counter(session.scalars(select(Application.state)))
    assert (
        states[State.SUBMITTED] > 75
        and states[State.ACCEPTED] > 3
        and states[State.OFFERED] > 0
        and states[State.TRAINING] > 3
        and states[State.DRAFT] > 20
    )
    assert set(session.scalars(select(Application.channel))) == set(Channel)
    assert set(session.scalars(select(Document.state))) >= {DocumentState.CLEAN, DocumentState.REFUSED}


def test_a_cohort_is_in_the_middle_of_its_days_and_others_have_led_to_volunteers(today: Session) -> None:
    session = today
    now = clock.start_of(TODAY.date())
    days = select(Cohort.id, func.min(TrainingSession.starts_at), func.max(TrainingSession.starts_at))
    runs = session.execute(days.join(TrainingSession).group_by(Cohort.id)).all()
    running = [key for key, first, last in runs if first < now < last]
    assert len(runs) >= 4 and len(running) == 1
    started = select(Trainee.id).where(Trainee.cohort_id == running[0], Trainee.started_at.is_not(None))
    assert len(session.scalars(started).all()) >= 8
    said = Counter(session.scalars(select(Mark.presence)))
    assert said[Presence.PRESENT] > 100 and said[Presence.ABSENT] and said[Presence.EXCUSED]
    assert session.scalars(select(CatchUp.id)).first() is not None
    certified, volunteers = set(session.scalars(select(Certificate.id))), session.scalars(select(Volunteer)).all()
    assert {each.certificate_id for each in volunteers if each.certificate_id} <= certified
    assert len(volunteers) > 5 and session.scalars(select(PowerGrant.id)).first() is not None


def test_all_its_mail_was_written_and_none_failed(today: Session) -> None:
    session = today
    mails = Counter(session.scalars(select(OutboxMail.state)))
    assert mails[Delivery.SENT] > 300
    assert mails[Delivery.FAILED] == 0


def test_the_register_of_powers_has_people_on_it_today(today: Session) -> None:
    """Appointed lately, each power dated and on the evidence of a certificate that stands, vetting in date."""
    entries = [entry_of(row, TODAY.date()) for row in today.execute(register_query(TODAY.date()))]
    assert entries and not any(each.in_doubt for each in entries)
    assert all(each.certificate and each.starts_on <= TODAY.date() for each in entries)
    assert len({each.number for each in entries}) >= 2 and len({each.power for each in entries}) >= 2


def test_every_role_can_sign_in_and_the_applicant_has_two_applications(today: Session) -> None:
    session = today
    for role in Role:
        member = session.scalars(select(StaffMember).filter_by(email=f"{role.value}@demo.example")).one()
        assert {held.role for held in member.roles} == {role}
        assert member.password_hash and member.totp_sealed and member.totp_confirmed_at
    own = select(Application.state).join(Application.applicant).filter_by(email=APPLICANT)
    assert sorted(session.scalars(own)) == [State.DRAFT, State.SUBMITTED]


@pytest.mark.parametrize("day", ["2018-01-05", "2018-01-29"])
def test_it_begins_on_any_day_whichever_campaigns_are_open(tmp_path: Path, day: str) -> None:
    moment = datetime.fromisoformat(day).replace(hour=10, tzinfo=UTC)
    for session in _made(tmp_path, moment, 30):
        own = select(Application.received_at).join(Application.applicant).filter_by(email=APPLICANT)
        sent = [at for at in session.scalars(own) if at is not None]
        assert len(sent) == (0 if day == "2018-01-05" else 1)


def test_each_application_s_trail_is_in_order_and_begins_with_its_beginning(today: Session) -> None:
    session = today
    trails: dict[int, list[tuple[datetime, str]]] = {}
    rows = session.execute(
        select(AuditEvent.application_id, AuditEvent.at, AuditEvent.action)
        .where(AuditEvent.application_id.is_not(None))
        .order_by(AuditEvent.id)
    )
    for application_id, at, action in rows:
        trails.setdefault(application_id, []).append((at, action))
    assert len(trails) == APPLICATIONS
    for trail in trails.values():
        assert trail[0][1] == "application.started"
        assert trail == sorted(trail, key=lambda event: event[0])


def test_people_are_many_and_it_says_up_to_when(today: Session) -> None:
    session = today
    names = {tuple(row) for row in session.execute(select(Application.given_name, Application.family_name))}
    assert len(names) > 250 and ("Robin", "Okafor-Hale") in names
    made = made_up_to(session)
    assert made is not None and TODAY <= made < TODAY + SOON
