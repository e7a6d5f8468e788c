"""Somebody is away: their readings go to the others, and only what nobody can take stays with them."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role
from portal.domain.shortlisting.assigning import add_assessor, hand_over
from tests.support.make_sifts import one_reading, readings
from tests.support.people import a_staff_member


def test_one_colleague_for_two_empty_seats_takes_one(app: Flask, session: Session) -> None:
    """The other seat was empty before: it is empty still, or stays with whoever had it, and holds one reader."""
    recruiter, away = a_staff_member(session, Role.RECRUITER), a_staff_member(session, Role.ASSESSOR)
    campaign, reading = one_reading(session, app, away.id)
    colleague = a_staff_member(session, Role.ASSESSOR)
    add_assessor(session, recruiter, campaign.id, colleague.id)
    assert hand_over(session, recruiter, campaign.id, away.id) == 1
    held = readings(session, application_id=reading.application_id)
    assert colleague.id in {each.staff_id for each in held}
    assert len({each.seat for each in held}) == len(held)


def test_with_nobody_else_it_stays(app: Flask, session: Session) -> None:
    recruiter, away = a_staff_member(session, Role.RECRUITER), a_staff_member(session, Role.ASSESSOR)
    campaign, reading = one_reading(session, app, away.id)
    assert hand_over(session, recruiter, campaign.id, away.id) == 0
    assert [each.staff_id for each in readings(session, application_id=reading.application_id)] == [away.id]
