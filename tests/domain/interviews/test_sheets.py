"""Score sheets: who knows whom comes first, then one's own, then what the panel agrees on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.actions import withdraw
from portal.domain.applications.models import Conflict, Relation
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.models import AuditEvent
from portal.domain.interviews.agreeing import OthersMissing, OwnFirst, complete_agreed, save_agreed, table
from portal.domain.interviews.attending import mark
from portal.domain.interviews.models import Attendance, NoConflict, Recommendation, Sheet, SheetMark
from portal.domain.interviews.questions import InUse, LastQuestion, asked_in, replace, retire, reword
from portal.domain.interviews.sheets import (
    NoLongerNeeded,
    NotBegun,
    NotDeclared,
    complete_sheet,
    declare_unknown,
    own_sheet,
    save_sheet,
)
from portal.domain.interviews.sittings import my_sitting, my_sittings
from portal.domain.interviews.standard import STANDARD
from portal.domain.interviews.writing import Complete, Given, NotAllMarked, StaleSheet, TooManyWords, Written
from portal.domain.journeys.standing_aside import stand_aside
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member
from tests.support.sheets import Panel, a_panel, a_sheet, complete_own, declare, viewer

R = Recommendation


@pytest.fixture
def panel(session: Session, app: Flask) -> Panel:
    return a_panel(session, app, applicants=2)


@pytest.fixture
def keys(app: Flask) -> KeyRing:
    return keys_of(app)


@pytest.fixture(autouse=True)
def on_the_day(panel: Panel) -> Iterator[None]:
    with clock.at(panel.over):
        yield


def test_until_one_says_that_one_does_not_know_them_there_is_a_name_and_no_sheet(
    session: Session, keys: KeyRing, panel: Panel
) -> None:
    who = viewer(session, panel.members[0])
    first, second = my_sittings(session, who)
    assert (first.booking_id, first.name, first.declared) == (panel.booking.id, "Sam Okafor", False)
    assert first.starts_at < second.starts_at and first.room == "Room 1"
    for attempt in (
        lambda: own_sheet(session, keys, who, first.booking_id),
        lambda: save_sheet(session, keys, who, first.booking_id, Written(), 0),
        lambda: complete_sheet(session, keys, who, first.booking_id),
    ):
        with pytest.raises(NotDeclared):
            attempt()
    declare_unknown(session, who, first.booking_id)
    declare_unknown(session, who, first.booking_id)
    assert session.scalar(select(func.count()).select_from(NoConflict)) == 1
    sheet = own_sheet(session, keys, who, first.booking_id)
    assert [each.text for each in sheet.questions] == [text for text, _ in STANDARD] and sheet.version == 0
    assert not my_sittings(session, who)[1].declared


def test_who_is_not_on_the_panel_finds_nothing(session: Session, keys: KeyRing, panel: Panel) -> None:
    other = viewer(session, a_staff_member(session))
    assert my_sittings(session, other) == []
    with pytest.raises(NotFound):
        declare_unknown(session, other, panel.booking.id)
    with pytest.raises(NotFound):
        own_sheet(session, keys, viewer(session, panel.recruiter), panel.booking.id)
    with pytest.raises(NotFound):
        my_sitting(session, viewer(session, panel.members[0]), 999_999)


def test_a_sheet_is_kept_by_who_saw_the_last_and_its_words_are_sealed(
    session: Session, keys: KeyRing, panel: Panel
) -> None:
    who, booking = viewer(session, panel.members[0]), panel.booking.id
    declare_unknown(session, who, booking)
    question, other, *_ = (each.id for each in asked_in(session, panel.campaign.id))
    said = Written({question: Given(4, " Named three streets \r\nand the drain"), other: Given(None, "Quiet")})
    assert save_sheet(session, keys, who, booking, said, 0) == 1
    assert save_sheet(session, keys, who, booking, said, 0) == 1, "the same again changes nothing"
    kept = own_sheet(session, keys, who, booking)
    assert kept.written.marks[question] == Given(4, "Named three streets\nand the drain")
    with pytest.raises(StaleSheet) as stale:
        save_sheet(session, keys, who, booking, Written({question: Given(2)}), 0)
    assert stale.value.now == kept.written and stale.value.version == 1
    assert save_sheet(session, keys, who, booking, Written({question: Given(2)}, R.RESERVE, "In all"), 1) == 2
    now = own_sheet(session, keys, who, booking).written
    assert now == Written({question: Given(2)}, R.RESERVE, "In all"), "what was emptied is gone"
    rows = session.scalars(select(SheetMark.sealed)).all(), session.scalars(select(Sheet.sealed)).all()
    assert all(b"In all" not in each for sealed in rows for each in sealed if each)


def test_what_cannot_be_kept(session: Session, keys: KeyRing, panel: Panel) -> None:
    who, booking = viewer(session, panel.members[0]), panel.booking.id
    declare_unknown(session, who, booking)
    question = asked_in(session, panel.campaign.id)[0].id
    with pytest.raises(TooManyWords) as long:
        save_sheet(session, keys, who, booking, Written({question: Given(3, "x" * 2001)}), 0)
    assert long.value.field == f"w{question}"
    for wrong in (Written({question: Given(6)}), Written({999_999: Given(3)})):
        with pytest.raises(NotFound):
            save_sheet(session, keys, who, booking, wrong, 0)
    with pytest.raises(NotAllMarked) as missing:
        complete_sheet(session, keys, who, booking)
    assert missing.value.recommendation and len(missing.value.missing) == len(STANDARD)


def test_others_are_hidden_until_ones_own_is_complete_and_it_stands_then(
    session: Session, app: Flask, keys: KeyRing, panel: Panel
) -> None:
    one, two = panel.members
    booking = panel.booking.id
    complete_own(session, app, panel, panel.booking, one, points=5, words="Only one wrote this")
    with pytest.raises(OwnFirst):
        table(session, keys, viewer(session, two), booking)
    declare(session, panel, panel.booking, two)
    assert "Only one wrote this" not in repr(own_sheet(session, keys, viewer(session, two), booking))
    early = table(session, keys, viewer(session, one), booking)
    assert not early.ready and set(early.own) == {one.id}
    with pytest.raises(OthersMissing):
        save_agreed(session, keys, viewer(session, one), booking, a_sheet(session, panel.campaign), 0)
    with pytest.raises(Complete):
        save_sheet(session, keys, viewer(session, one), booking, Written(), 2)
    complete_sheet(session, keys, viewer(session, one), booking)
    completed = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "sheet.completed")
    assert session.scalar(completed) == 1
    complete_own(session, app, panel, panel.booking, two, points=5)
    seen = table(session, keys, viewer(session, two), booking)
    assert seen.ready and seen.own[one.id].words == "Only one wrote this"


def test_the_panel_agrees_once_and_begins_with_what_all_gave_alike(
    session: Session, app: Flask, keys: KeyRing, panel: Panel
) -> None:
    one, two = (viewer(session, member) for member in panel.members)
    booking = panel.booking.id
    complete_own(session, app, panel, panel.booking, panel.members[0], points=4, recommendation=R.OFFER)
    declare(session, panel, panel.booking, panel.members[1])
    first, *rest = (each.id for each in asked_in(session, panel.campaign.id))
    apart = Written({first: Given(2)} | {key: Given(4) for key in rest}, R.RESERVE)
    save_sheet(session, keys, two, booking, apart, 0)
    complete_sheet(session, keys, two, booking)
    begun = table(session, keys, one, booking).begun
    assert begun.marks == {key: Given(4) for key in rest} and begun.recommendation is None
    wanted = Written({key: Given(4) for key in (first, *rest)}, R.OFFER, "Agreed after talking")
    assert save_agreed(session, keys, one, booking, wanted, 0) == 1
    with pytest.raises(StaleSheet):
        save_agreed(session, keys, two, booking, apart, 0)
    complete_agreed(session, keys, two, booking)
    complete_agreed(session, keys, two, booking)
    assert my_sitting(session, one, booking).agreed
    with pytest.raises(Complete):
        save_agreed(session, keys, one, booking, apart, 2)
    agreed = session.scalars(select(Sheet).where(Sheet.staff_id.is_(None))).one()
    assert agreed.completed_by == panel.members[1].id


def test_who_knows_them_is_off_the_sheet_and_the_panel_agrees_without(
    session: Session, app: Flask, keys: KeyRing, panel: Panel
) -> None:
    one, two = panel.members
    complete_own(session, app, panel, panel.booking, one)
    stand_aside(session, viewer(session, one), panel.booking.id, Relation.FRIEND)
    assert session.scalars(select(Conflict.staff_id)).all() == [one.id]
    assert session.scalar(select(func.count()).select_from(Sheet)) == 0
    with pytest.raises(NotFound):
        stand_aside(session, viewer(session, one), panel.booking.id, Relation.FRIEND)
    mine = my_sittings(session, viewer(session, one))
    assert (mine[0].aside, mine[0].name) == (True, "") and not mine[1].aside
    complete_own(session, app, panel, panel.booking, two)
    assert table(session, keys, viewer(session, two), panel.booking.id).ready


def test_once_the_panel_has_agreed_nobody_steps_off(session: Session, app: Flask, keys: KeyRing, panel: Panel) -> None:
    for member in panel.members:
        complete_own(session, app, panel, panel.booking, member)
    who = viewer(session, panel.members[0])
    save_agreed(session, keys, who, panel.booking.id, a_sheet(session, panel.campaign), 0)
    complete_agreed(session, keys, who, panel.booking.id)
    with pytest.raises(Complete):
        stand_aside(session, who, panel.booking.id, Relation.WORK)
    assert session.scalar(select(func.count()).select_from(Conflict)) == 0


def test_a_sheet_can_be_begun_before_and_completed_once_the_interview_has_begun(
    session: Session, keys: KeyRing, panel: Panel
) -> None:
    who, booking = viewer(session, panel.members[0]), panel.booking.id
    with clock.at(panel.stage.day.starts_at - timedelta(hours=1)):
        declare_unknown(session, who, booking)
        save_sheet(session, keys, who, booking, a_sheet(session, panel.campaign), 0)
        with pytest.raises(NotBegun):
            complete_sheet(session, keys, who, booking)
        mark(session, panel.recruiter, booking, Attendance.ARRIVED)
        complete_sheet(session, keys, who, booking)
    assert my_sitting(session, who, booking).own_complete


def test_nobody_writes_on_what_is_no_longer_needed(session: Session, keys: KeyRing, panel: Panel) -> None:
    who = viewer(session, panel.members[0])
    for booking in panel.bookings:
        declare_unknown(session, who, booking.id)
    mark(session, panel.recruiter, panel.bookings[0].id, Attendance.NO_SHOW)
    gone = panel.stage.applications[1]
    withdraw(session, gone.applicant, gone.id, WithdrawReason.TIME)
    with pytest.raises((NoLongerNeeded, NotFound)):
        save_sheet(session, keys, who, panel.bookings[1].id, a_sheet(session, panel.campaign), 0)
    with pytest.raises(NoLongerNeeded):
        save_sheet(session, keys, who, panel.bookings[0].id, a_sheet(session, panel.campaign), 0)
    assert [each.booking_id for each in my_sittings(session, who)] == [panel.bookings[0].id]


def test_words_in_use_stay_and_a_replacement_is_asked_from_the_next_sheet_on(
    session: Session, app: Flask, keys: KeyRing, panel: Panel
) -> None:
    one, two = panel.members
    recruiter, campaign = panel.recruiter, panel.campaign.id
    complete_own(session, app, panel, panel.booking, one)
    asked = asked_in(session, campaign)[0]
    assert asked.used
    with pytest.raises(InUse):
        reword(session, recruiter, campaign, asked.id, "Other words", "", asked.mark)
    new = replace(session, recruiter, campaign, asked.id, "Other words", "Something")
    assert asked_in(session, campaign)[0].id == new
    declare(session, panel, panel.booking, two)
    same = own_sheet(session, keys, viewer(session, two), panel.booking.id)
    assert asked.id in same.wanted and new not in same.wanted, "one interview is scored by one set of questions"
    declare(session, panel, panel.bookings[1], one)
    later = own_sheet(session, keys, viewer(session, one), panel.bookings[1].id)
    assert new in later.wanted and asked.id not in later.wanted
    with unit_of_work(session):
        for each in asked_in(session, campaign)[1:]:
            retire(session, recruiter, campaign, each.id)
    with pytest.raises(LastQuestion):
        retire(session, recruiter, campaign, new)
    retire(session, recruiter, campaign, asked.id)  # asked no more already
    assert [each.id for each in asked_in(session, campaign)] == [new]
