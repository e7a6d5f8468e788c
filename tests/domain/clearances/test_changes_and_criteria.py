"""Changes of circumstances go to the desk that reads them; the criteria check is a division's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from portal.domain.clearances import changes, criteria
from portal.domain.clearances.changes import Desk, NoSuchKind
from portal.domain.clearances.criteria import CheckedMeanwhile, Tab
from portal.domain.clearances.models import CircumstanceChange, CriteriaAnswer, CriteriaCheck
from portal.domain.clearances.reading import open_case
from portal.domain.clearances.rules import OwnClearance
from portal.domain.clearances.sealing import NothingWritten
from portal.domain.clearances.vetting_rules import Told
from portal.domain.journeys.rotating import rotate_keys
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing
from tests.support.make_applications import a_draft, a_submitted, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member, an_applicant
from tests.support.vetting import begun, officers, viewer_of

CANARY = "canary: my brother moved in"
MEETS, CONCERN = CriteriaAnswer


def liaison(session: Session, application: Application) -> StaffMember:
    assert application.district is not None
    return a_staff_member(session, Role.LIAISON, division_id=application.district.division_id)


def test_a_change_is_sealed_confirmed_without_its_words_and_told_once(session: Session, app: Flask) -> None:
    application, keys = begun(session, app), keys_of(app)
    for _twice in range(2):
        changes.tell(session, keys, application.applicant, application.id, "household", CANARY)
    (row,) = session.scalars(select(CircumstanceChange)).all()
    assert CANARY.encode() not in row.sealed and row.told_by is None
    (mail,) = session.scalars(select(OutboxMail).filter_by(name="change_received")).all()
    assert mail.context == {"reference": application.reference}
    (event,) = session.scalars(select(AuditEvent).filter_by(action="change.told")).all()
    assert event.detail == {}
    with clock.at(clock.now() + timedelta(minutes=3)):
        changes.tell(session, keys, application.applicant, application.id, "household", CANARY)
    assert len(session.scalars(select(CircumstanceChange)).all()) == 2


def test_what_is_for_vetting_is_read_by_vetting_alone(session: Session, app: Flask) -> None:
    application, keys = begun(session, app), keys_of(app)
    changes.tell(session, keys, application.applicant, application.id, "vetting", CANARY)
    changes.tell(session, keys, application.applicant, application.id, "work", "New job")
    officer, vetter = liaison(session, application), officers(session, 1)[0]
    _application, found = changes.open_changes(session, keys, viewer_of(officer), application.reference)
    assert [(each.kind.code, each.text) for each in found] == [("work", "New job"), ("vetting", None)]
    assert session.scalars(select(AuditEvent).filter_by(action="changes.read")).one().actor_id == officer.id
    case = open_case(session, keys, viewer_of(vetter), application.reference)
    assert [(each.kind.code, each.text) for each in case.changes] == [("vetting", CANARY)]
    told = {each.kind.code: each.id for each in found}
    for desk, viewer, other in ((Desk.LIAISON, officer, "vetting"), (Desk.VETTING, vetter, "work")):
        with pytest.raises(NotFound):
            changes.mark_seen(session, viewer_of(viewer), told[other], desk)
    for _twice in range(2):
        assert changes.mark_seen(session, viewer_of(vetter), told["vetting"], Desk.VETTING) == application.reference
    assert len(session.scalars(select(AuditEvent).filter_by(action="change.seen")).all()) == 1
    assert changes.waiting(session, viewer_of(officer), seen=False) == 1
    assert [line.kind.code for line in changes.page(session, viewer_of(officer), None, seen=True).lines] == ["vetting"]


def test_nothing_is_asked_for_vetting_before_it_begins_and_drafts_tell_nothing(session: Session, app: Flask) -> None:
    sent, keys = a_submitted(session, app, the_pilot(session)), keys_of(app)
    assert [kind.code for kind in changes.kinds_for(session, sent.id)] == ["where", "work", "other"]
    with pytest.raises(NoSuchKind):
        changes.tell(session, keys, sent.applicant, sent.id, "vetting", CANARY)
    with pytest.raises(NothingWritten):
        changes.tell(session, keys, sent.applicant, sent.id, "work", " ")
    draft = a_draft(session, app, the_pilot(session))
    with pytest.raises(NotFound):
        changes.tell(session, keys, draft.applicant, draft.id, "work", "New job")


def test_an_officer_takes_a_change_of_their_division_and_of_no_other(session: Session, app: Flask) -> None:
    application, keys = begun(session, app), keys_of(app)
    officer = liaison(session, application)
    changes.tell(session, keys, officer, application.id, "where", "Rang: moved to Deal")
    assert session.scalars(select(CircumstanceChange)).one().told_by == officer.id
    elsewhere = a_staff_member(session, Role.LIAISON, division_id=1 + max(1, officer.roles[0].division_id or 0))
    with pytest.raises(NotFound):
        changes.open_changes(session, keys, viewer_of(elsewhere), application.reference)
    assert changes.page(session, viewer_of(elsewhere), None, seen=False).lines == []
    own = begun(session, app, an_applicant(session, officer.email))
    with pytest.raises(OwnClearance):
        changes.tell(session, keys, officer, own.id, "work", "Mine")


def test_a_concern_needs_words_which_are_sealed(session: Session, app: Flask) -> None:
    application, keys = begun(session, app), keys_of(app)
    officer = liaison(session, application)
    with pytest.raises(NothingWritten):
        criteria.check_criteria(session, keys, officer, application.id, CONCERN, " ", version=0)
    for _twice in range(2):
        criteria.check_criteria(session, keys, officer, application.id, CONCERN, CANARY, version=0)
    row = session.get_one(CriteriaCheck, application.id)
    assert row.version == 1 and row.sealed is not None and CANARY.encode() not in row.sealed
    assert criteria.checked(session, keys, application.id).text == CANARY
    with pytest.raises(CheckedMeanwhile):
        criteria.check_criteria(session, keys, officer, application.id, MEETS, "", version=0)
    criteria.check_criteria(session, keys, officer, application.id, MEETS, "left over", version=1)
    assert criteria.checked(session, keys, application.id).text == ""
    session.rollback()
    assert session.get_one(CriteriaCheck, application.id).sealed is None


def test_the_list_is_the_divisions_with_vetting_in_a_word(session: Session, app: Flask) -> None:
    application, keys = begun(session, app), keys_of(app)
    officer = liaison(session, application)
    viewer = viewer_of(officer)
    (line,) = criteria.page(session, viewer, Tab.TO_CHECK, None).lines
    assert (line.reference, line.vetting) == (application.reference, Told.WITH_APPLICANT)
    criteria.check_criteria(session, keys, officer, application.id, CONCERN, CANARY, version=0)
    assert criteria.counts(session, viewer) == {Tab.TO_CHECK: 0, Tab.CONCERN: 1, Tab.MEETS: 0}
    elsewhere = viewer_of(a_staff_member(session, Role.LIAISON, division_id=(officer.roles[0].division_id or 0) + 1))
    assert set(criteria.counts(session, elsewhere).values()) == {0}
    with pytest.raises(NotFound):
        criteria.checkable(session, elsewhere, application.reference)


def test_nobody_checks_their_own(session: Session, app: Flask) -> None:
    application = begun(session, app)
    officer = liaison(session, application)
    with unit_of_work(session):
        session.get_one(StaffMember, officer.id).email = application.applicant.email
    with pytest.raises(OwnClearance):
        criteria.check_criteria(session, keys_of(app), officer, application.id, MEETS, "", version=0)


def test_a_new_master_key_opens_them(session: Session, app: Flask) -> None:
    application, keys = begun(session, app), keys_of(app)
    changes.tell(session, keys, application.applicant, application.id, "vetting", CANARY)
    criteria.check_criteria(session, keys, liaison(session, application), application.id, CONCERN, CANARY, version=0)
    ring = KeyRing.from_settings({**keys.masters, 9: b"n" * 32})
    changed = rotate_keys(session, SYSTEM, ring)
    assert changed["circumstance_change.sealed"] == changed["criteria_check.sealed"] == 1
    session.rollback()
    new = KeyRing.from_settings({9: b"n" * 32})
    assert changes.told_of(session, new, application.id, Desk.VETTING)[0].text == CANARY
    assert criteria.checked(session, new, application.id).text == CANARY
