"""What a panel agreed is opened again with a reason, until somebody has decided from it; what stood is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Relation
from portal.domain.audit.models import AuditEvent
from portal.domain.casework.deciding import decide, release, undo_decision
from portal.domain.casework.models import Verdict
from portal.domain.casework.verdicts import AFTER_INTERVIEW
from portal.domain.interviews.agreeing import (
    CameOfIt,
    OwnFirst,
    complete_agreed,
    reopen,
    save_agreed,
    table,
)
from portal.domain.interviews.models import SheetReopening
from portal.domain.interviews.recommending import results_of
from portal.domain.interviews.reopenings import SayWhy
from portal.domain.interviews.sheets import save_sheet
from portal.domain.interviews.sittings import my_sitting
from portal.domain.interviews.writing import Complete, StaleSheet, TooManyWords
from portal.domain.journeys.standing_aside import stand_aside
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing
from tests.support.casework import statements
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member
from tests.support.sheets import Panel, a_panel, a_sheet, agree, complete_own, viewer

WHY = "Question 2 has the points of question 3"


@pytest.fixture
def panel(session: Session, app: Flask) -> Iterator[Panel]:
    made = a_panel(session, app)
    with clock.at(made.over):
        agree(session, app, made)
        yield made


@pytest.fixture
def keys(app: Flask) -> KeyRing:
    return keys_of(app)


def version(session: Session, keys: KeyRing, panel: Panel) -> int:
    return table(session, keys, viewer(session, panel.members[0]), panel.booking.id).version


def opened(session: Session, keys: KeyRing, panel: Panel, member: int = 0, why: str = WHY) -> None:
    who = viewer(session, panel.members[member])
    reopen(session, keys, who, panel.booking.id, why, version(session, keys, panel))


def test_either_member_opens_it_with_a_reason_and_it_is_agreed_as_before(
    session: Session, keys: KeyRing, panel: Panel
) -> None:
    booking, (one, two) = panel.booking.id, (viewer(session, each) for each in panel.members)
    before = table(session, keys, one, booking)
    opened(session, keys, panel, 1, f"  {WHY}\n")
    opened(session, keys, panel, 1)  # pressed twice
    now = table(session, keys, one, booking)
    assert (now.agreed_at, now.begun, now.version) == (None, before.agreed, before.version + 1)
    assert not my_sitting(session, two, booking).agreed
    mended = a_sheet(session, panel.campaign, 3)
    save_agreed(session, keys, one, booking, mended, now.version)
    complete_agreed(session, keys, one, booking)
    after = table(session, keys, two, booking)
    assert after.agreed_at is not None and after.agreed == mended
    [kept] = after.reopened
    assert (kept.why, kept.staff_id, kept.before) == (WHY, two.id, before.agreed)
    assert (kept.agreed_at, kept.agreed_by) == (before.agreed_at, one.id)
    [event] = session.scalars(select(AuditEvent).filter_by(action="sheet.reopened"))
    assert (event.actor_id, event.application_id) == (two.id, panel.application.id)
    assert WHY not in repr(event.detail)
    assert all(b"Question" not in sealed for sealed in session.scalars(select(SheetReopening.sealed)))


def test_it_is_opened_as_often_as_it_must_be_for_as_many_statements(
    session: Session, keys: KeyRing, panel: Panel
) -> None:
    one = viewer(session, panel.members[0])
    counts = []
    for _ in range(3):
        opened(session, keys, panel)
        complete_agreed(session, keys, one, panel.booking.id)
        session.expire_all()
        with statements() as found:
            shown = table(session, keys, one, panel.booking.id)
        counts.append(len(found))
    assert len(shown.reopened) == 3 and counts[1] == counts[2]


def test_without_a_reason_or_from_an_older_page_it_stays(session: Session, keys: KeyRing, panel: Panel) -> None:
    for why, refused in ((" \n", SayWhy), ("x" * 501, TooManyWords)):
        with pytest.raises(refused):
            opened(session, keys, panel, why=why)
    one, old = viewer(session, panel.members[0]), version(session, keys, panel)
    opened(session, keys, panel)
    complete_agreed(session, keys, one, panel.booking.id)
    with pytest.raises(StaleSheet):
        reopen(session, keys, one, panel.booking.id, WHY, old)


def test_once_a_recruiter_decided_from_it_it_stays_until_that_is_undone(
    session: Session, keys: KeyRing, panel: Panel
) -> None:
    decide(session, panel.recruiter, panel.application.id, Verdict.OFFER)
    assert not table(session, keys, viewer(session, panel.members[0]), panel.booking.id).mendable
    with pytest.raises(CameOfIt):
        opened(session, keys, panel)
    undo_decision(session, panel.recruiter, panel.application.id)
    opened(session, keys, panel)
    [result] = results_of(session, viewer(session, panel.recruiter), panel.campaign.id)
    assert not result.agreed and not result.undecided


def test_once_they_were_told_it_stays(session: Session, keys: KeyRing, panel: Panel) -> None:
    decide(session, panel.recruiter, panel.application.id, Verdict.DECLINE, reason=AFTER_INTERVIEW)
    release(session, panel.recruiter, panel.application.id)
    with pytest.raises(CameOfIt):
        opened(session, keys, panel)


def test_others_do_not_open_it(session: Session, app: Flask, keys: KeyRing, panel: Panel) -> None:
    for member in (panel.recruiter, a_staff_member(session, Role.ASSESSOR)):
        with pytest.raises(NotFound):
            reopen(session, keys, viewer(session, member), panel.booking.id, WHY, 2)
    fresh = a_panel(session, app)
    with clock.at(fresh.over):
        complete_own(session, app, fresh, fresh.booking, fresh.members[0])
        with pytest.raises(OwnFirst):
            reopen(session, keys, viewer(session, fresh.members[1]), fresh.booking.id, WHY, 0)


def test_while_it_is_open_somebody_may_step_aside_and_nobody_rewrites_their_own(
    session: Session, keys: KeyRing, panel: Panel
) -> None:
    one, two = (viewer(session, each) for each in panel.members)
    opened(session, keys, panel)
    with pytest.raises(Complete):
        save_sheet(session, keys, one, panel.booking.id, a_sheet(session, panel.campaign, 1), 2)
    stand_aside(session, two, panel.booking.id, Relation.FRIEND)
    complete_agreed(session, keys, one, panel.booking.id)
    assert set(table(session, keys, one, panel.booking.id).own) == {one.id}
