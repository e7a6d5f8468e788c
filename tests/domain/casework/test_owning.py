"""Who may answer for an application: those who can open it, and whose division it is."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role
from portal.domain.audit.actions import SYSTEM
from portal.domain.campaigns.models import Division
from portal.domain.casework.owning import NotAnOwner, colleagues, give_owner
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign
from tests.support.people import a_staff_member


def test_a_division_answers_for_its_own_whatever_other_applications_there_are(app: Flask, session: Session) -> None:
    everywhere = a_campaign(session, districts=("maidstone", "swale"))
    west = a_submitted(session, app, everywhere)
    north = a_submitted(session, app, everywhere, postcode="ME10 1AA")
    ids = {row.slug: row.id for row in session.scalars(select(Division))}
    theirs = {slug: a_staff_member(session, Role.RECRUITER, division_id=ids[slug]).id for slug in ("west", "north")}
    for application, slug, other in ((west, "west", "north"), (north, "north", "west")):
        assert [row[0] for row in colleagues(session, application.id)] == [theirs[slug]]
        assert give_owner(session, SYSTEM, application.id, theirs[slug])
        with pytest.raises(NotAnOwner):
            give_owner(session, SYSTEM, application.id, theirs[other])
