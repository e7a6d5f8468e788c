"""What somebody takes away of their offers and checks."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.applications.models import State
from portal.domain.clearances.models import IdentityEvidence, Referee
from portal.domain.offers import answering
from portal.domain.offers.making import offer
from portal.domain.overview.held import held_since
from tests.support.make_applications import keys_of
from tests.support.offers import MET, a_course, someone_in
from tests.support.people import a_staff_member

SECRET = "A-referee's-confidential-words"


def test_what_was_said_to_them_and_by_them_and_no_referee_s_words(session: Session, app: Flask) -> None:
    course, recruiter = a_course(session), a_staff_member(session, Role.RECRUITER)
    sent = someone_in(session, app, course, State.INTERVIEW)
    assert held_since(session, keys_of(app), sent.id) == []
    with clock.at(MET):
        offer(session, recruiter, sent.id)
        answering.accept(session, sent.applicant, sent.id)
    with unit_of_work(session):
        session.add(
            IdentityEvidence(application_id=sent.id, kind="passport", seen_on=clock.today(), seen_by=recruiter.id)
        )
        session.add(
            Referee(
                application_id=sent.id, position=1, name="Olu Danso", email="olu@example.org", relation="manager",
                years_known=7, consent_at=clock.now(), created_at=clock.now(), answered_at=clock.now(),
                sealed=SECRET.encode(),
            )
        )  # fmt: skip
    said = [line["what"] for line in held_since(session, keys_of(app), sent.id)]
    assert said == [
        "Shown to us: passport",
        "Referee: Olu Danso, olu@example.org, known 7 years, answered",
        f"A place offered on {course.name}: accepted",
    ]
    assert SECRET not in " ".join(said)
