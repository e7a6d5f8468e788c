"""People in a cohort for tests: rows as enrolling and starting leave them, made quickly."""

from __future__ import annotations

import secrets
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Application, Channel, Requirement, RequirementState, State
from portal.domain.campaigns.models import Campaign, RequirementKind, Stage
from portal.domain.offers.models import Offer, OfferAnswer
from portal.domain.training.models import Cohort, Trainee
from portal.services import references
from tests.support.make_campaigns import the_pilot

_numbers = count(1)
GIVEN = ("Amara", "Ben", "Chloe", "Dev", "Ella", "Femi", "Grace", "Harun", "Isla", "Jakub", "Keira", "Liam")
FAMILY = ("Adeyemi", "Barker", "Castle", "Doyle", "Evans", "Fraser", "Gupta", "Hughes", "Iqbal", "Jones", "Khan")


def somebody_accepted(
    session: Session,
    campaign: Campaign | None = None,
    *,
    state: State = State.ACCEPTED,
    applicant: Applicant | None = None,
) -> int:
    """An application whose applicant took a place on the campaign's course; its number. No requirement is open."""
    course, number, now = campaign or the_pilot(session), next(_numbers), clock.now()
    with unit_of_work(session):
        person = applicant or Applicant(email=f"trainee{number}@example.org", created_at=clock.wall())
        session.add(person)
        session.flush()
        application = Application(
            reference=references.new_reference(course.scheme.code),
            applicant_id=person.id,
            campaign_id=course.id,
            state=state,
            channel=Channel.ONLINE,
            created_at=now,
            received_at=now,
            state_since=now,
            given_name=GIVEN[number % len(GIVEN)],
            family_name=FAMILY[number % len(FAMILY)],
            postcode="ME14 1XX",
            district_id=course.districts[0].id,
        )
        session.add(application)
        session.flush()
        _accepted(session, application)
        return application.id


def _accepted(session: Session, application: Application) -> None:
    """The next place of their campaign's course, offered and taken at once."""
    course, now = application.campaign_id, clock.now()
    highest = session.scalar(select(func.max(Offer.place)).where(Offer.campaign_id == course)) or 0
    session.add(
        Offer(
            application_id=application.id,
            campaign_id=course,
            place=highest + 1,
            made_at=now,
            expires_at=now,
            answer=OfferAnswer.ACCEPTED,
            answered_at=now,
        )
    )


def a_trainee(session: Session, cohort: Cohort, *, started: bool = True, seat: int | None = None) -> Trainee:
    """Somebody with a confirmed place of the cohort, in training or not yet."""
    campaign = session.get(Campaign, cohort.campaign_id) if cohort.campaign_id else None
    application_id = somebody_accepted(session, campaign, state=State.TRAINING if started else State.ACCEPTED)
    now = clock.now()
    with unit_of_work(session):
        held = select(func.max(Trainee.seat)).where(Trainee.cohort_id == cohort.id, Trainee.ended_at.is_(None))
        made = Trainee(
            application_id=application_id,
            cohort_id=cohort.id,
            seat=seat or (session.scalar(held) or 0) + 1,
            enrolled_at=now,
            confirmed_at=now,
            started_at=now if started else None,
            check_in=secrets.token_urlsafe(16),
        )
        session.add(made)
    return made


def trainees(session: Session, cohort: Cohort, n: int, started: bool = True) -> list[Trainee]:
    """So many people in a cohort, in the order of their places."""
    return [a_trainee(session, cohort, started=started) for _ in range(n)]


def still_asked(session: Session, application_id: int, *kinds: RequirementKind) -> None:
    """These are due by the first training day, and not met."""
    with unit_of_work(session):
        for kind in kinds:
            session.add(
                Requirement(
                    application_id=application_id,
                    kind=kind,
                    due=Stage.TRAINING,
                    state=RequirementState.WITH_APPLICANT,
                )
            )
