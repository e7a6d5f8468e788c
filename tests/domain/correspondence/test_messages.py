"""Messages both ways: each leaves once, is cancelled while held, sent again when it came back, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.actions import correct_email
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.actions import withdraw
from portal.domain.applications.models import Application
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from portal.domain.correspondence import actions
from portal.domain.correspondence.models import Message
from portal.domain.correspondence.queries import DeliveryState, bounced, delivery_of, new_for, thread, why_bounced
from portal.domain.messages.actions import deliver_due
from portal.domain.messages.bounces import note_bounce
from portal.domain.messages.models import Delivery, OutboxMail
from portal.domain.refusals import NotFound
from portal.extensions import db
from portal.services.bounces import Undelivered
from portal.web.setup import outside_of
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member, an_applicant

NOON, HOUR, DAY = datetime(2018, 1, 15, 12), timedelta(hours=1), timedelta(days=1)
WORDS = {"subject": "A question", "body": "Can you come on Sundays?"}


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def sent(session: Session, app: Flask) -> Application:
    return a_submitted(session, app, the_pilot(session))


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


def mails(session: Session) -> list[OutboxMail]:
    query = select(OutboxMail).filter_by(name="staff_message").order_by(OutboxMail.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def state(session: Session, message: Message) -> DeliveryState | None:
    session.refresh(message)
    mail = session.get(OutboxMail, message.mail_id, populate_existing=True) if message.mail_id else None
    return delivery_of(message, mail)


def deliver(app: Flask, session: Session) -> int:
    outside = outside_of(app)
    with clock.at(clock.now() + timedelta(seconds=5)):
        return deliver_due(session, outside.post, outside.letters)


def come_back(session: Session, mail: OutboxMail, status: str = "5.1.1") -> None:
    with clock.at(clock.now() + HOUR):
        assert note_bounce(session, Undelivered(mail.message_id, status))


def test_a_message_leaves_as_mail_with_its_words(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    body = "Hello <b>Sam</b>\r\n\r\nSee https://example.org/a?b=1&c=2 and javascript:alert(1)"
    message = actions.write(session, recruiter, sent.id, subject=" A\nquestion ", body=body)
    assert state(session, message) is DeliveryState.QUEUED
    letter = outside_of(app).letters.write(
        "staff_message", mails(session)[0].context, recipient="x@example.org", message_id="<1>"
    )
    assert letter.subject == "A question" and "Hello <b>Sam</b>\n\nSee https://example.org/a?b=1&c=2" in letter.text
    assert "&lt;b&gt;Sam&lt;/b&gt;" in letter.html and "<b>Sam" not in letter.html
    assert 'href="https://example.org/a?b=1&amp;c=2"' in letter.html and 'href="javascript' not in letter.html
    deliver(app, session)
    assert state(session, message) is DeliveryState.SENT


def test_a_double_click_writes_once(session: Session, sent: Application, recruiter: StaffMember) -> None:
    first = actions.write(session, recruiter, sent.id, **WORDS)
    again = actions.write(session, recruiter, sent.id, subject="A question", body=WORDS["body"] + "\r\n")
    assert first.id == again.id and len(mails(session)) == 1


def test_two_clicks_at_once_write_once(app: Flask, session: Session, sent: Application, recruiter: StaffMember) -> None:
    db.session.rollback()
    staff_id, ids = recruiter.id, list[int]()
    db.session.rollback()

    def click() -> None:
        with app.app_context(), clock.at(NOON):
            member = db.session().get_one(StaffMember, staff_id)
            ids.append(actions.write(db.session(), member, sent_id, **WORDS).id)
            db.session.remove()

    sent_id = sent.id
    db.session.rollback()
    clicks = [Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert len(ids) == 2 and len(set(ids)) == 1 and len(mails(session)) == 1


def test_the_same_notice_is_not_written_twice(session: Session, sent: Application, recruiter: StaffMember) -> None:
    colleague = a_staff_member(session, Role.RECRUITER)
    actions.write(session, recruiter, sent.id, **WORDS)
    with pytest.raises(actions.AlreadyWritten, match="15 January"):
        actions.write(session, colleague, sent.id, **WORDS)
    with clock.at(NOON + HOUR), pytest.raises(actions.AlreadyWritten):
        actions.write(session, recruiter, sent.id, **WORDS)
    with clock.at(NOON + 15 * DAY):
        actions.write(session, recruiter, sent.id, **WORDS)
    assert len(mails(session)) == 2


def test_a_run_writes_to_each_person_once(session: Session, sent: Application, recruiter: StaffMember) -> None:
    first = actions.write(session, recruiter, sent.id, run_id=7, **WORDS)
    again = actions.write(session, recruiter, sent.id, run_id=7, subject="Other", body="Other words")
    assert again.id == first.id and len(mails(session)) == 1


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"subject": "  "}, actions.WordsMissing, "subject"),
        ({"body": " \n "}, actions.WordsMissing, "body"),
        ({"subject": "x" * 151}, actions.TooLong, "subject"),
        ({"body": "x" * 4001}, actions.TooLong, "body"),
        ({"send_at": clock.from_london(NOON) + 61 * DAY}, actions.HeldTooLong, "send_at"),
    ],
)
def test_what_cannot_be_written(
    session: Session,
    sent: Application,
    recruiter: StaffMember,
    changes: dict[str, object],
    refusal: type[Exception],
    field: str,
) -> None:
    with pytest.raises(refusal) as caught:
        actions.write(session, recruiter, sent.id, **(WORDS | changes))  # type: ignore[arg-type]
    assert caught.value.field == field and not mails(session)  # type: ignore[attr-defined]


def test_nobody_writes_about_a_draft(session: Session, app: Flask, recruiter: StaffMember) -> None:
    draft = a_draft(session, app, the_pilot(session))
    with pytest.raises(NotFound):
        actions.write(session, recruiter, draft.id, **WORDS)
    with pytest.raises(NotFound):
        actions.write_to_us(session, draft.applicant, draft.id, "Hello")


def test_a_held_message_leaves_at_its_time_and_once(
    session: Session, sent: Application, recruiter: StaffMember
) -> None:
    held = actions.write(session, recruiter, sent.id, send_at=clock.now() + HOUR, **WORDS)
    assert state(session, held) is DeliveryState.HELD and not mails(session)
    with clock.at(NOON + HOUR - timedelta(minutes=1)):
        assert actions.release_due(session) == 0
    with clock.at(NOON + 3 * DAY):
        assert (actions.release_due(session), actions.release_due(session)) == (1, 0)
    assert state(session, held) is DeliveryState.QUEUED and len(mails(session)) == 1


def test_a_cancelled_message_never_leaves(session: Session, sent: Application, recruiter: StaffMember) -> None:
    held = actions.write(session, recruiter, sent.id, send_at=clock.now() + HOUR, **WORDS)
    for _ in range(2):
        actions.cancel(session, recruiter, held.id)
    with clock.at(NOON + DAY):
        assert actions.release_due(session) == 0
    assert state(session, held) is DeliveryState.CANCELLED
    acts = session.scalar(select(func.count()).select_from(AuditEvent).filter_by(action="message.cancelled"))
    assert acts == 1
    gone = actions.write(session, recruiter, sent.id, **WORDS)
    with pytest.raises(actions.NotHeld):
        actions.cancel(session, recruiter, gone.id)


def test_cancelling_and_leaving_at_once_is_one_or_the_other(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    held = [
        actions.write(session, recruiter, sent.id, subject=f"No {number}", body="x", send_at=clock.now() + HOUR).id
        for number in range(6)
    ]
    staff_id = recruiter.id
    db.session.rollback()

    def cancel_all() -> None:
        with app.app_context(), clock.at(NOON + HOUR):
            member = db.session().get_one(StaffMember, staff_id)
            for message_id in held:
                try:
                    actions.cancel(db.session(), member, message_id)
                except actions.NotHeld:
                    db.session.rollback()
            db.session.remove()

    def release() -> None:
        with app.app_context(), clock.at(NOON + HOUR):
            actions.release_due(db.session())
            db.session.remove()

    work = [Thread(target=act) for act in (cancel_all, release, release)]
    for each in work:
        each.start()
    for each in work:
        each.join()
    rows = session.scalars(select(Message).where(Message.id.in_(held)).execution_options(populate_existing=True)).all()
    assert all((row.mail_id is None) != (row.cancelled_at is None) for row in rows)
    assert len(mails(session)) == sum(row.mail_id is not None for row in rows)


def test_what_is_held_for_somebody_who_has_withdrawn_does_not_leave(
    session: Session, sent: Application, recruiter: StaffMember
) -> None:
    held = actions.write(session, recruiter, sent.id, send_at=clock.now() + DAY, **WORDS)
    with clock.at(NOON + HOUR):
        withdraw(session, sent.applicant, sent.id, WithdrawReason.TIME)
        late = actions.write(session, recruiter, sent.id, subject="Thanks", body="Goodbye", send_at=clock.now() + DAY)
    with clock.at(NOON + 3 * DAY):
        assert actions.release_due(session) == 1
    assert state(session, held) is DeliveryState.CANCELLED
    assert state(session, late) is DeliveryState.QUEUED, "it was written knowing that"


def test_what_came_back_is_sent_again_once_to_the_address_of_now(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    message = actions.write(session, recruiter, sent.id, **WORDS)
    actions.resend(session, recruiter, message.id)
    assert len(mails(session)) == 1, "it is on its way"
    deliver(app, session)
    come_back(session, mails(session)[0])
    assert state(session, message) is DeliveryState.BOUNCED
    with unit_of_work(session):
        correct_email(session, SYSTEM, sent.applicant_id, "right@example.org")
    for _ in range(2):
        actions.resend(session, recruiter, message.id)
    assert [mail.recipient for mail in mails(session)][1:] == ["right@example.org"]
    assert state(session, message) is DeliveryState.QUEUED
    assert mails(session)[0].message_id != mails(session)[1].message_id


def test_a_bounced_address_is_known_until_it_is_mended(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    assert bounced(session, sent.id) is None
    actions.write(session, recruiter, sent.id, **WORDS)
    deliver(app, session)
    mail = mails(session)[0]
    for status in ("5.1.1", "5.2.2"):
        come_back(session, mail, status)
    found = bounced(session, sent.id)
    assert found is not None and found.code == "5.1.1" and why_bounced(found.code) == "there is no such mailbox"
    with unit_of_work(session):
        correct_email(session, SYSTEM, sent.applicant_id, "right@example.org")
    assert bounced(session, sent.id) is None
    assert not note_bounce(session, Undelivered("<nobody@knows>", "5.1.1"))


def test_the_thread_shows_each_reader_their_own(
    app: Flask, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    actions.write(session, recruiter, sent.id, **WORDS)
    actions.write(session, recruiter, sent.id, subject="Later", body="Held", send_at=clock.now() + DAY)
    actions.cancel(session, recruiter, actions.write(
        session, recruiter, sent.id, subject="Never", body="Cancelled", send_at=clock.now() + DAY
    ).id)  # fmt: skip
    actions.write_to_us(session, sent.applicant, sent.id, "I can.")
    viewer = Applicantly("applicant", sent.applicant_id)
    lines = thread(session, viewer, sent.id)
    assert [(line.by, line.body) for line in lines] == [
        ("You", "I can."), ("Recruitment team", "Can you come on Sundays?"),
    ]  # fmt: skip
    assert {line.state for line in lines} == {None}, "how it was delivered is ours to know"
    assert thread(session, Applicantly("applicant", an_applicant(session).id), sent.id) == []


class Applicantly:
    """An applicant as queries see one."""

    def __init__(self, kind: str, key: int) -> None:
        self.kind, self.id = kind, key


def test_an_applicant_writes_once_a_click_and_so_often_a_day(session: Session, sent: Application) -> None:
    person = sent.applicant
    first = actions.write_to_us(session, person, sent.id, "Hello\r\nthere ")
    assert actions.write_to_us(session, person, sent.id, "Hello\nthere").id == first.id
    for number in range(9):
        actions.write_to_us(session, person, sent.id, f"Hello {number}")
    with pytest.raises(actions.TooManyMessages):
        actions.write_to_us(session, person, sent.id, "One more")
    with clock.at(NOON + DAY + HOUR):
        actions.write_to_us(session, person, sent.id, "Good morning")
    with pytest.raises(NotFound):
        actions.write_to_us(session, an_applicant(session), sent.id, "Not mine")


def test_reading_marks_read(session: Session, sent: Application, recruiter: StaffMember) -> None:
    actions.write_to_us(session, sent.applicant, sent.id, "Hello")
    assert (actions.mark_read(session, recruiter, sent.id), actions.mark_read(session, recruiter, sent.id)) == (1, 0)
    actions.write(session, recruiter, sent.id, **WORDS)
    assert new_for(session, sent.applicant_id, sent.id) == 1
    actions.mark_seen(session, an_applicant(session).id, sent.id)
    assert new_for(session, sent.applicant_id, sent.id) == 1, "somebody else's opening counts for nothing"
    actions.mark_seen(session, sent.applicant_id, sent.id)
    assert new_for(session, sent.applicant_id, sent.id) == 0


def test_a_letter_refused_at_the_door_is_failed(session: Session, sent: Application, recruiter: StaffMember) -> None:
    message = actions.write(session, recruiter, sent.id, **WORDS)
    with unit_of_work(session):
        mails(session)[0].state = Delivery.FAILED
    assert state(session, message) is DeliveryState.FAILED
    actions.resend(session, recruiter, message.id)
    assert state(session, message) is DeliveryState.QUEUED
