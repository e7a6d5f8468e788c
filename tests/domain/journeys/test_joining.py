"""Two who are one: whoever they were before leads to who they are, for signing in, for entering, for what is kept."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.codes import applicant_with
from portal.domain.accounts.models import Role
from portal.domain.accounts.rules import Permission
from portal.domain.applications.actions import enter_for
from portal.domain.applications.models import Application, Channel
from portal.domain.applications.queries import visible_application
from portal.domain.bulk.acting import acting
from portal.domain.casework.listing import choices, matching, narrow
from portal.domain.duplicates.models import Pair
from portal.domain.journeys.joining import FIELDS, Choice, Side, join
from portal.domain.refusals import NotFound
from tests.support.make_applications import a_submitted, keys_of, while_open
from tests.support.make_campaigns import a_campaign, the_pilot
from tests.support.people import a_staff_member, an_applicant

SEE = Permission.SEE_APPLICATIONS


def joined(session: Session, app: Flask, stays: Application, goes: Application) -> None:
    """The two applicants are one from now on, whose address is that of `stays`."""
    first, second = sorted((stays.applicant_id, goes.applicant_id))
    with unit_of_work(session):
        pair = Pair(first_id=first, second_id=second, likeness=90, reasons=["born"], found_at=clock.now())
        session.add(pair)
    side = Side.FIRST if stays.applicant_id == first else Side.SECOND
    choice = Choice(side, side, dict.fromkeys(FIELDS, side))
    join(session, a_staff_member(session, Role.RECRUITER), keys_of(app), pair.id, choice)


def test_every_address_somebody_ever_had_lets_them_in(session: Session, app: Flask) -> None:
    one, two, three = (a_submitted(session, app, a_campaign(session)) for _ in range(3))
    emails = [each.applicant.email for each in (one, two, three)]
    joined(session, app, two, one)
    joined(session, app, three, two)
    with unit_of_work(session):
        found = {applicant_with(session, email).id for email in emails}
    assert found == {three.applicant_id}


def test_entering_for_an_address_somebody_had_enters_for_who_they_are(session: Session, app: Flask) -> None:
    one, two = (a_submitted(session, app, a_campaign(session)) for _ in range(2))
    before, campaign = one.applicant.email, the_pilot(session)
    joined(session, app, two, one)
    with clock.at(while_open(campaign)):
        begun = enter_for(session, a_staff_member(session, Role.RECRUITER), before, campaign, Channel.PAPER)
    assert begun.applicant_id == two.applicant_id


@pytest.mark.parametrize("kept_under", ["stays", "goes"])
def test_an_officer_s_own_stays_kept_from_them(session: Session, app: Flask, kept_under: str) -> None:
    officer = a_staff_member(session, Role.RECRUITER)
    own = a_submitted(session, app, the_pilot(session), applicant=an_applicant(session, officer.email))
    other = a_submitted(session, app, a_campaign(session))
    stays, goes = (own, other) if kept_under == "stays" else (other, own)
    joined(session, app, stays, goes)
    viewer = acting(session, officer.id)
    assert viewer is not None
    for each in (own, other):
        with pytest.raises(NotFound):
            visible_application(session, viewer, SEE, each.reference)
    assert session.scalars(matching(narrow(choices(session, viewer, SEE)), None)).all() == []
    assert len(session.scalars(select(Application.id)).all()) == 2
