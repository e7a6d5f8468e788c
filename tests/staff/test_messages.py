"""The staff's message pages: works, stranger, wrong role, wrong division, bad id, wrong method, bad input."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, Conflict, Relation
from portal.domain.campaigns.models import Division
from portal.domain.correspondence import actions
from portal.domain.correspondence.models import Message, MessageTemplate
from portal.domain.correspondence.shipped import seed_templates
from portal.domain.messages.models import Delivery, OutboxMail
from portal.extensions import db
from tests.support.casework import statements
from tests.support.client import JudgingClient
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.stage import put_clock

NOON = datetime(2018, 1, 15, 12)
WORDS = {"subject": "A question", "body": "Can you come on Sundays?", "act": "send"}


@pytest.fixture
def sent(app: Flask, session: Session) -> Application:
    put_clock(app, NOON)
    seed_templates(session)
    return a_submitted(session, app, the_pilot(session), applicant=an_applicant(session, "sam@example.org"))


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


@pytest.fixture
def staff(app: Flask, sent: Application, recruiter: StaffMember) -> JudgingClient:
    return browser_of(app, recruiter)


def division(session: Session, slug: str) -> int:
    return session.scalars(select(Division.id).filter_by(slug=slug)).one()


def post(client: JudgingClient, path: str, **data: str) -> tuple[int, str]:
    page = client.get("/staff/messages").text
    answer = client.post(path, data=client.tokens(page) | data)
    return answer.status_code, answer.text if answer.status_code != 303 else answer.location


def written(session: Session) -> list[Message]:
    session.rollback()  # what this session read before is another time's
    return list(session.scalars(select(Message).order_by(Message.id).execution_options(populate_existing=True)))


def test_writing_sends_and_shows_it(staff: JudgingClient, session: Session, sent: Application) -> None:
    path = f"/staff/applications/{sent.reference}/message"
    assert post(staff, path, **WORDS) == (303, f"{path}#thread")
    page = staff.get(path).text
    assert "Your message is on its way." in page and "Can you come on Sundays?" in page and "On its way" in page
    assert "sam@example.org" not in page and "s•••@e•••.org" in page
    assert session.scalars(select(OutboxMail).filter_by(name="staff_message")).one().recipient == "sam@example.org"


def test_a_wording_fills_the_form_and_is_previewed(staff: JudgingClient, session: Session, sent: Application) -> None:
    path = f"/staff/applications/{sent.reference}/message"
    page = staff.get(f"{path}?wording=interview-soon").text
    assert "Hello {given_name}" in page, "the box holds the wording"
    assert "Hello Sam" in page and "What Sam will read" in page and "1 to 28 February" in page
    version = re.search(r'name="template"[^>]*value="(\d+)"', page)
    assert version
    status, _ = post(staff, path, subject="For {given_name}", body="Dear {given_name}", act="send", template=version[1])
    assert status == 303
    [message] = written(session)
    assert (message.subject, message.body, str(message.template_version_id)) == ("For Sam", "Dear Sam", version[1])


def test_a_preview_sends_nothing(staff: JudgingClient, session: Session, sent: Application) -> None:
    words = {"subject": "<i>Hi</i>", "body": "See https://example.org/x <script>alert(1)</script>", "act": "preview"}
    status, page = post(staff, f"/staff/applications/{sent.reference}/message", **words)
    assert status == 200 and written(session) == []
    assert "&lt;i&gt;Hi&lt;/i&gt;" in page and "<script>alert" not in page
    assert '<a href="https://example.org/x" rel="nofollow noopener noreferrer">' in page


def test_a_message_may_be_held_and_cancelled(staff: JudgingClient, session: Session, sent: Application) -> None:
    path = f"/staff/applications/{sent.reference}/message"
    status, _ = post(staff, path, **(WORDS | {"send_at": "2018-01-16T09:30"}))
    [held] = written(session)
    assert status == 303 and held.send_at == clock.from_london(datetime(2018, 1, 16, 9, 30)) and held.mail_id is None
    page = staff.get("/staff/messages?show=held").text
    assert "Sam Okafor" in page and "16 Jan 2018, 09:30" in page
    assert post(staff, f"/staff/messages/{held.id}/cancel", **{"from": "desk"}) == (303, "/staff/messages?show=held")
    assert written(session)[0].cancelled_at is not None
    assert "Nothing is held" in staff.get("/staff/messages?show=held").text
    post(staff, f"/staff/messages/{held.id}/cancel")
    assert session.scalar(select(func.count()).select_from(OutboxMail).filter_by(name="staff_message")) == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subject": ""}, "Enter a subject"),
        ({"body": ""}, "Enter your message"),
        ({"body": "x" * 4001}, "Use 4,000 characters or fewer: this is 4,001"),
        ({"body": "Dear {nobody}"}, "There is no {nobody}. Use one of {given_name}"),
        ({"send_at": "2018-01-15T09:30"}, "Choose a time to come"),
        ({"send_at": "tomorrow"}, "Not a valid datetime"),
        ({"send_at": "2019-01-15T09:30"}, "within the next 60 days"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    staff: JudgingClient, session: Session, sent: Application, changes: dict[str, str], said: str
) -> None:
    status, page = post(staff, f"/staff/applications/{sent.reference}/message", **(WORDS | changes))
    assert status == 422 and said in page and written(session) == []
    assert ("A question" in page) is ("subject" not in changes) and (changes.get("body", WORDS["body"]) in page)


def test_the_same_words_twice_are_refused_with_their_day(
    app: Flask, staff: JudgingClient, session: Session, sent: Application
) -> None:
    path = f"/staff/applications/{sent.reference}/message"
    assert [post(staff, path, **WORDS)[0] for _ in range(2)] == [303, 303]
    other = browser_of(app, a_staff_member(session, Role.RECRUITER))
    status, page = post(other, path, **WORDS)
    assert status == 422 and "15 January" in page and len(written(session)) == 1


def test_reading_marks_read_and_the_answer_follows(staff: JudgingClient, session: Session, sent: Application) -> None:
    actions.write_to_us(session, sent.applicant, sent.id, "Where do I park? <b>https://evil.example</b>")
    assert "Where do I park?" in staff.get("/staff/messages").text
    page = staff.get(f"/staff/applications/{sent.reference}/message").text
    assert "Where do I park? &lt;b&gt;" in page and 'href="https://evil' not in page, "a stranger's link is only text"
    assert "Nothing to read" in staff.get("/staff/messages").text


def test_what_came_back_is_listed_and_sent_again(
    staff: JudgingClient, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    message = actions.write(session, recruiter, sent.id, subject="One", body="Two")
    with unit_of_work(session):
        mail = session.get_one(OutboxMail, message.mail_id)
        mail.state, mail.sent_at, mail.bounced_at, mail.bounce = Delivery.SENT, clock.now(), clock.now(), "5.2.2"
    assert "the mailbox is full" in staff.get("/staff/messages?show=failed").text
    for _ in range(2):
        assert post(staff, f"/staff/messages/{message.id}/resend", **{"from": "desk"})[0] == 303
    assert "Nothing came back" in staff.get("/staff/messages?show=failed").text
    assert session.scalar(select(func.count()).select_from(OutboxMail).filter_by(name="staff_message")) == 2


def test_another_divisions_and_ones_own_are_not_there(app: Flask, session: Session, sent: Application) -> None:
    actions.write_to_us(session, sent.applicant, sent.id, "Where do I park?")
    [message] = written(session)
    north = a_staff_member(session, Role.RECRUITER, division_id=division(session, "north"))
    west = a_staff_member(session, Role.RECRUITER, division_id=division(session, "west"))
    kept = a_staff_member(session, Role.RECRUITER)
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=kept.id, application_id=sent.id, relation=Relation.FRIEND, declared_at=clock.now()
            )
        )  # fmt: skip
    for member, there in ((north, False), (west, True), (kept, False)):
        browser = browser_of(app, member)
        assert ("Where do I park?" in browser.get("/staff/messages").text) is there
        assert browser.get(f"/staff/applications/{sent.reference}/message").status_code == (200 if there else 404)
        if not there:
            assert post(browser, f"/staff/messages/{message.id}/cancel")[0] == 404
            assert post(browser, f"/staff/messages/{message.id}/resend")[0] == 404
            assert post(browser, f"/staff/applications/{sent.reference}/message", **WORDS)[0] == 404


@pytest.mark.parametrize("role", [Role.LIAISON, Role.ASSESSOR, Role.MEDICAL, Role.AUDITOR, Role.ADMINISTRATOR])
def test_other_roles_are_refused(app: Flask, session: Session, sent: Application, role: Role) -> None:
    browser = browser_of(app, a_staff_member(session, role))
    for path in ("/staff/messages", f"/staff/applications/{sent.reference}/message", "/staff/messages/wordings"):
        assert browser.get(path).status_code == 403


def test_a_draft_is_not_there(app: Flask, staff: JudgingClient, session: Session) -> None:
    draft = a_draft(session, app, the_pilot(session))
    assert staff.get(f"/staff/applications/{draft.reference}/message").status_code == 404


def test_the_desk_is_paged_and_costs_the_same(
    app: Flask, staff: JudgingClient, session: Session, sent: Application
) -> None:
    def ask() -> int:
        with statements() as found:
            assert staff.get("/staff/messages").status_code == 200
        return len(found)

    actions.write_to_us(session, sent.applicant, sent.id, "No 0")
    few = ask()
    with unit_of_work(session):
        for number in range(1, 60):
            at = clock.now() + timedelta(seconds=number)
            session.add(Message(
                application_id=sent.id, direction="in", subject="", body=f"Number {number}.", created_at=at
            ))  # fmt: skip
    assert ask() == few
    first = staff.get("/staff/messages").text
    assert "Number 49." in first and "Number 50." not in first
    link = re.search(r'href="([^"]+after=[^"]+)"', first)
    assert link
    second = staff.get(link[1].replace("&amp;", "&")).text
    assert "Number 50." in second and "Number 59." in second and "Number 49." not in second
    assert staff.get("/staff/messages?show=odd&after=nonsense").status_code == 200


def test_a_wording_is_made_tried_tested_changed_and_put_away(
    staff: JudgingClient, session: Session, sent: Application, recruiter: StaffMember
) -> None:
    words = {"name": "Parking", "subject": "Parking at {team}", "body": "Dear {given_name}\n\nBehind the station."}
    status, where = post(staff, "/staff/messages/wordings/new", act="save", seen="0", **words)
    assert (status, where) == (303, "/staff/messages/wordings/parking")
    assert "{given_name}" in staff.get(where).text
    status, page = post(staff, where, act="try", seen="1", reference=sent.reference.lower(), **words)
    assert status == 200 and "Dear Sam" in page and "sam@example.org" not in page
    status, page = post(staff, where, act="try", seen="1", reference="CPV-2222-2222", **words)
    assert status == 422 and "Enter the reference of an application you may open" in page
    status, page = post(staff, where, act="test", seen="1", **words)
    assert status == 200 and "on its way to your own address" in page
    test = session.scalars(select(OutboxMail).filter_by(recipient=recruiter.email)).one()
    assert "Sam" not in str(test.context)
    assert post(staff, where, act="save", seen="1", **(words | {"body": "Here."}))[0] == 303
    status, page = post(staff, where, act="save", seen="1", **(words | {"body": "There."}))
    assert status == 409 and "Here." in page and "There." in page
    assert post(staff, where, act="save", seen="2", **(words | {"body": "There."}))[0] == 303
    assert post(staff, f"{where}/put-away", away="yes")[0] == 303
    staff.get("/staff/messages/wordings")  # it says so there
    assert "Parking" not in staff.get(f"/staff/applications/{sent.reference}/message").text
    assert post(staff, f"{where}/put-away", away="no")[0] == 303
    assert ">Parking</a>" in staff.get(f"/staff/applications/{sent.reference}/message").text


def test_a_wrong_wording_comes_back_whole(staff: JudgingClient, session: Session) -> None:
    before = session.scalar(select(func.count()).select_from(MessageTemplate))
    db.session.rollback()
    status, page = post(
        staff, "/staff/messages/wordings/new", act="save", name="General", subject="Hi {who}", body="Long words"
    )
    assert status == 422 and "Another wording has this name" in page and "Long words" in page
    assert session.scalar(select(func.count()).select_from(MessageTemplate)) == before


def test_a_division_uses_wordings_and_changes_none(app: Flask, session: Session, sent: Application) -> None:
    west = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=division(session, "west")))
    page = west.get("/staff/messages/wordings/general").text
    assert 'value="save"' not in page and 'value="test"' not in page
    words = {"name": "General", "subject": "x", "body": "y", "seen": "1"}
    assert post(west, "/staff/messages/wordings/general", act="save", **words)[0] == 403
    assert post(west, "/staff/messages/wordings/general", act="test", **words)[0] == 403
    assert post(west, "/staff/messages/wordings/general/put-away", away="yes")[0] == 403
    assert west.get("/staff/messages/wordings/new").status_code == 403
    assert post(west, "/staff/messages/wordings/general", act="try", reference=sent.reference, **words)[0] == 200
