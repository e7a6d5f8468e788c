"""The words applications are found by, and their strands, survive the move to full-text search and back."""

from __future__ import annotations

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from portal.domain.applications.models import Application, ApplicationStrand
from portal.domain.applications.search import typed
from portal.extensions import db
from tests.support.databases import MIGRATIONS
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import the_pilot

OLD = text("SELECT word FROM application_word WHERE application_id = :id ORDER BY word")


def test_words_and_strands_there_and_back(app: Flask) -> None:
    session = db.session()
    pilot = the_pilot(session)
    chosen = [strand.slug for strand in pilot.scheme.strands[:2]]
    one = a_submitted(session, app, pilot, given_name="Zoë", family_name="O'Neil", strands=chosen)
    other = a_submitted(session, app, pilot, given_name="Amy", family_name="Ash", strands=["none"])
    keys = (one.id, other.id)
    db.session.remove()
    downgrade(MIGRATIONS, revision="0001")
    with db.engine.connect() as connection:
        before = [connection.scalars(OLD, {"id": key}).all() for key in keys]
    assert {"zoe", "oneil", "neil"} <= set(before[0])
    assert "ash" in before[1]
    upgrade(MIGRATIONS)
    session = db.session()
    for what, expected in (("oneil zo", keys[0]), ("ash", keys[1])):
        asked = typed(session, what)
        for conditions in (asked.looked_up(Application.__table__.c.id), asked.tested(Application.__table__.c.id)):
            assert session.scalars(select(Application.id).where(*conditions)).all() == [expected]
    strands = select(ApplicationStrand.strand).where(ApplicationStrand.application_id == keys[0])
    assert set(session.scalars(strands)) == set(chosen)
    db.session.remove()
    downgrade(MIGRATIONS, revision="0001")
    with db.engine.connect() as connection:
        assert [connection.scalars(OLD, {"id": key}).all() for key in keys] == before
    upgrade(MIGRATIONS)
