"""Forms of staff that came after their sign-in had ended: whose they are, how many, sent once, forgotten in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts import unsent
from portal.domain.accounts.actions import begin_session, end_sessions
from portal.domain.accounts.models import Role, SignInSession, StaffMember, UnsentForm
from portal.domain.accounts.typed import KEPT_FOR
from portal.domain.accounts.unsent import BeingSent, Outcome, Sent, SentAlready
from portal.domain.audit.models import AuditEvent
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing
from portal.web.setup import outside_of
from tests.support.people import a_staff_member, an_applicant

NOTE, PAGE = "/staff/applications/CPV-1/note", "/staff/applications/CPV-1"
SECRET = "Rang her sister.\r\nShe is away."


@pytest.fixture
def keys(app: Flask) -> KeyRing:
    return outside_of(app).keys


@pytest.fixture
def writer(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


def kept(session: Session, writer: StaffMember, keys: KeyRing, text: str = SECRET, address: str = NOTE) -> str:
    """Keeps a note; its key."""
    unsent.keep(session, writer.id, Sent(address, PAGE, [("body", text), ("body", "again")]), keys)
    return session.scalars(select(UnsentForm.key).filter_by(staff_id=writer.id, address=address)).one()


def acts(session: Session) -> list[str]:
    query = select(AuditEvent).where(AuditEvent.action.like("unsent.%")).order_by(AuditEvent.id)
    found = list(session.scalars(query))
    assert all(event.detail == {} and event.subject_kind == "staff" for event in found)
    return [event.action.removeprefix("unsent.") for event in found]


def test_what_is_kept_is_sealed_and_is_its_writers_alone(session: Session, keys: KeyRing, writer: StaffMember) -> None:
    other = a_staff_member(session, Role.RECRUITER)
    kept(session, writer, keys)
    (found,) = unsent.unsent(session, writer.id, keys)
    assert found.sent == Sent(NOTE, PAGE, [("body", SECRET), ("body", "again")])
    assert (unsent.how_many(session, writer.id), unsent.how_many(session, other.id)) == (1, 0)
    row = session.scalars(select(UnsentForm)).one()
    assert b"sister" not in row.sealed and unsent.unsent(session, other.id, keys) == []


def test_the_same_page_sent_again_takes_its_place(session: Session, keys: KeyRing, writer: StaffMember) -> None:
    old = kept(session, writer, keys)
    new = kept(session, writer, keys, "Longer")
    assert old != new and unsent.how_many(session, writer.id) == 1
    with pytest.raises(SentAlready):
        unsent.begin(session, writer.id, old, NOTE)
    unsent.begin(session, writer.id, new, NOTE)


def test_so_many_and_no_more(session: Session, keys: KeyRing, writer: StaffMember) -> None:
    now = clock.wall()
    for number in range(unsent.MOST + 2):
        with time_machine.travel(now + timedelta(seconds=number), tick=False):
            kept(session, writer, keys, address=f"/staff/{number}")
    addresses = [each.sent.address for each in unsent.unsent(session, writer.id, keys)]
    assert addresses == [f"/staff/{number}" for number in reversed(range(2, unsent.MOST + 2))]


def test_whose_sign_in_a_cookie_names(session: Session, writer: StaffMember) -> None:
    token = begin_session(session, writer, second_factor=True)
    half = begin_session(session, writer, second_factor=False)
    applicants = begin_session(session, an_applicant(session), second_factor=False)
    assert unsent.whose(session, token) == writer.id
    with unit_of_work(session):  # run out: too old, and left alone
        long_ago = clock.wall() - timedelta(days=2)
        session.execute(update(SignInSession).values(created_at=long_ago, seen_at=long_ago))
    assert unsent.whose(session, token) == writer.id
    assert [unsent.whose(session, each) for each in (half, applicants, "nobody's", "")] == [None] * 4
    with unit_of_work(session):
        session.get_one(StaffMember, writer.id).disabled_at = clock.wall()
    assert unsent.whose(session, token) is None
    with unit_of_work(session):
        session.get_one(StaffMember, writer.id).disabled_at = None
    end_sessions(session, writer)
    assert unsent.whose(session, token) is None


def test_one_window_at_a_time_and_only_once(session: Session, keys: KeyRing, writer: StaffMember) -> None:
    key = kept(session, writer, keys)
    unsent.begin(session, writer.id, key, NOTE)
    with pytest.raises(BeingSent):
        unsent.begin(session, writer.id, key, NOTE)
    unsent.settle(session, writer.id, key, Outcome.ANSWERED)
    unsent.settle(session, writer.id, key, Outcome.ANSWERED)
    with pytest.raises(SentAlready):
        unsent.begin(session, writer.id, key, NOTE)
    assert acts(session) == ["kept", "sent"]


def test_a_claim_is_for_its_own_address_and_person(session: Session, keys: KeyRing, writer: StaffMember) -> None:
    key = kept(session, writer, keys)
    for staff_id, address in ((writer.id, "/staff/elsewhere"), (a_staff_member(session, Role.RECRUITER).id, NOTE)):
        with pytest.raises(SentAlready):
            unsent.begin(session, staff_id, key, address)
    assert unsent.how_many(session, writer.id) == 1


def test_refused_waits_failed_says_so_and_a_dead_sender_holds_nothing_for_ever(
    session: Session, keys: KeyRing, writer: StaffMember
) -> None:
    key = kept(session, writer, keys)

    def tried() -> bool:
        (found,) = unsent.unsent(session, writer.id, keys)
        return found.tried_at is not None

    unsent.begin(session, writer.id, key, NOTE)
    unsent.settle(session, writer.id, key, Outcome.REFUSED)
    assert not tried()
    unsent.begin(session, writer.id, key, NOTE)
    unsent.settle(session, writer.id, key, Outcome.UNKNOWN)
    assert tried()
    unsent.begin(session, writer.id, key, NOTE)  # whoever does it now never answers
    assert tried()
    with time_machine.travel(clock.wall() + unsent.CLAIM + timedelta(seconds=1), tick=False):
        unsent.begin(session, writer.id, key, NOTE)


def test_only_its_writer_forgets_it(session: Session, keys: KeyRing, writer: StaffMember) -> None:
    key = kept(session, writer, keys)
    with pytest.raises(NotFound):
        unsent.forget(session, a_staff_member(session, Role.RECRUITER), key)
    unsent.forget(session, writer, key)
    with pytest.raises(NotFound):
        unsent.forget(session, writer, key)
    assert unsent.how_many(session, writer.id) == 0 and acts(session) == ["kept", "forgotten"]


def test_what_nobody_came_back_for_is_forgotten_after_a_day(
    session: Session, keys: KeyRing, writer: StaffMember
) -> None:
    key = kept(session, writer, keys)
    with time_machine.travel(clock.wall() + KEPT_FOR - timedelta(minutes=1), tick=False):
        assert unsent.forget_stale(session) == 0 and unsent.how_many(session, writer.id) == 1
    with time_machine.travel(clock.wall() + KEPT_FOR + timedelta(minutes=1), tick=False):
        assert unsent.how_many(session, writer.id) == 0 and unsent.unsent(session, writer.id, keys) == []
        with pytest.raises(SentAlready):
            unsent.begin(session, writer.id, key, NOTE)
        assert (unsent.forget_stale(session), unsent.forget_stale(session)) == (1, 0)
    assert session.scalar(select(func.count()).select_from(UnsentForm)) == 0
    assert acts(session) == ["kept", "forgotten"]
