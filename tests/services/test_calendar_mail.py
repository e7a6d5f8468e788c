"""Letters about a time, as a real mail server takes them: a calendar part that programs other than ours can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.message import Message
from io import StringIO

import pytest
from dateutil import tz
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.domain.applications.models import Application
from portal.domain.attendance import catching_up
from portal.domain.campaigns.models import Campaign
from portal.domain.interviews.booking import book, cancel, move
from portal.domain.interviews.feeds import renew
from portal.domain.interviews.inviting import invite
from portal.domain.interviews.models import SessionKind
from portal.domain.journeys.calendars import feed_of
from portal.domain.journeys.training_days import call_off, move_day
from portal.domain.messages.actions import deliver_due
from portal.domain.training.moving import DayPlan
from portal.extensions import mail
from portal.services.mail import MailmanPost
from portal.web.setup import outside_of
from tests.support.catch_ups import AFTER_TWO, another, first_weekend, on
from tests.support.interviews import PLANNED_AT, an_interview_stage
from tests.support.make_campaigns import a_campaign
from tests.support.smtp import SmtpSink

CHANGES = (date(2018, 3, 25), date(2018, 10, 28))  # the clocks change in these nights
AROUND = [night + timedelta(days=days) for night in CHANGES for days in (-1, 6)]  # the Saturdays before and after


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, sink: SmtpSink) -> Settings:
    return replace(settings, mail_host="127.0.0.1", mail_port=sink.port, mail_tls=False)


def lines(ics: bytes) -> list[str]:
    """Unfolded content lines (RFC 5545, 3.1)."""
    assert ics.endswith(b"\r\n")
    return re.sub(rb"\r\n[ \t]", b"", ics).decode().split("\r\n")


def value(ics: bytes, name: str) -> str:
    inside = lines(ics)
    event = inside[inside.index("BEGIN:VEVENT") : inside.index("END:VEVENT")]
    [found] = [line for line in event if re.match(rf"{name}[;:]", line)]
    return found


def moment(ics: bytes, name: str) -> datetime:
    """The instant a property says, by dateutil's own reading of the file's VTIMEZONE."""
    text = lines(ics)
    zone = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE") + 1]
    named, _, wall = value(ics, name).partition(":")
    found = tz.tzical(StringIO("\n".join(zone))).get(named.partition("TZID=")[2])
    assert found is not None
    return datetime.strptime(wall, "%Y%m%dT%H%M%S").replace(tzinfo=found).astimezone(UTC)


def entries(app: Flask, session: Session, sink: SmtpSink) -> list[Message]:
    """The letters with a calendar part that leave now, in order."""
    already = len(sink.taken)
    deliver_due(session, MailmanPost(mail), outside_of(app).letters)
    letters = [letter.message for letter in sink.taken[already:]]
    return [letter for letter in letters if "text/calendar" in {part.get_content_type() for part in letter.walk()}]


def part(letter: Message, kind: str) -> Message:
    [found] = [each for each in letter.walk() if each.get_content_type() == kind]
    return found


def ics(letter: Message) -> bytes:
    content = part(letter, "text/calendar").get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@pytest.mark.parametrize("by_us", [False, True])
def test_booked_moved_and_cancelled_are_one_entry_to_a_mail_program(
    app: Flask, session: Session, sink: SmtpSink, by_us: bool
) -> None:
    stage = an_interview_stage(session, app)
    with clock.at(PLANNED_AT):
        invitation = invite(session, stage.recruiter, stage.application.id, SessionKind.INTERVIEW)
        them, slots = stage.recruiter if by_us else stage.application.applicant, stage.slots
        assert entries(app, session, sink) == []  # an invitation has no time yet
        book(session, them, invitation.id, slots[0].id)
        [booked] = entries(app, session, sink)
        move(session, them, invitation.id, slots[2].id)
        [moved] = entries(app, session, sink)
        cancel(session, them, invitation.id)
        [cancelled] = entries(app, session, sink)
    files = [ics(letter) for letter in (booked, moved, cancelled)]
    assert [part(letter, "text/calendar").get_param("method") for letter in (booked, moved, cancelled)] == [
        "REQUEST", "REQUEST", "CANCEL",
    ]  # fmt: skip
    assert [lines(each)[3] for each in files] == ["METHOD:REQUEST", "METHOD:REQUEST", "METHOD:CANCEL"]
    assert {value(each, "UID") for each in files} == {f"UID:{invitation.uid}"}
    assert [value(each, "SEQUENCE") for each in files] == ["SEQUENCE:1", "SEQUENCE:2", "SEQUENCE:3"]
    assert [value(each, "STATUS") for each in files] == ["STATUS:CONFIRMED", "STATUS:CONFIRMED", "STATUS:CANCELLED"]
    assert moment(files[0], "DTSTART") == slots[0].starts_at
    assert moment(files[1], "DTSTART") == moment(files[2], "DTSTART") == slots[2].starts_at
    assert value(files[0], "ATTENDEE").endswith(f"mailto:{stage.application.applicant.email}")
    assert value(files[0], "ORGANIZER").endswith("@kent-police.example")


def test_the_part_lies_where_mail_programs_look_for_it(app: Flask, session: Session, sink: SmtpSink) -> None:
    stage = an_interview_stage(session, app)
    with clock.at(PLANNED_AT):
        invitation = invite(session, stage.recruiter, stage.application.id, SessionKind.INTERVIEW)
        book(session, stage.application.applicant, invitation.id, stage.slots[0].id)
        [letter] = entries(app, session, sink)
    assert letter.get_content_type() == "multipart/mixed"
    alternative, attached = letter.get_payload()
    assert [each.get_content_type() for each in alternative.get_payload()] == [
        "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "invitation.ics")
    assert str(part(letter, "text/calendar").get_content_charset()).lower() == "utf-8"
    plain = part(letter, "text/plain").get_payload(decode=True)
    assert b"Saturday 10 February at 9:30am" in plain


@pytest.mark.parametrize("saturday", AROUND, ids=str)
def test_the_saturdays_around_a_clock_change_are_at_the_right_hour(
    app: Flask, session: Session, sink: SmtpSink, saturday: date
) -> None:
    """Half past nine in London stays so, in the letter's words and in the entry, whatever the clocks do that night."""
    stage = an_interview_stage(session, app, campaign=around(session, saturday), day=saturday)
    with clock.at(clock.from_london(datetime.combine(saturday - timedelta(days=4), time(12)))):
        invitation = invite(session, stage.recruiter, stage.application.id, SessionKind.INTERVIEW)
        book(session, stage.application.applicant, invitation.id, stage.slots[0].id)
        [letter] = entries(app, session, sink)
    entry = ics(letter)
    summer = date(2018, 3, 25) <= saturday < date(2018, 10, 28)
    assert moment(entry, "DTSTART") == datetime.combine(saturday, time(8 if summer else 9, 30), UTC)
    assert value(entry, "DTSTART").endswith("T093000")
    assert "at 9:30am" in str(letter["Subject"])


def around(session: Session, day: date) -> Campaign:
    """A campaign whose interviews are in the weeks of this day."""
    return a_campaign(session, interviews_from=day - timedelta(days=7), interviews_to=day + timedelta(days=7))


def told(letters: list[Message]) -> list[tuple[str, str, str]]:
    """Method, uid and sequence of each entry."""
    return [
        (
            str(part(each, "text/calendar").get_param("method")),
            value(ics(each), "UID")[4:],
            value(ics(each), "SEQUENCE"),
        )
        for each in letters
    ]


def test_a_guest_s_day_is_one_entry_however_often_it_is_booked_moved_and_given_up(
    app: Flask, session: Session, sink: SmtpSink
) -> None:
    """What is sent later stands above what was sent before, and the private feed agrees with the last of it."""
    with clock.at(AFTER_TWO):
        group = first_weekend(session)
        other, missed = another(session, group), group.people[0]
        day, applicant = other.days[0], session.get_one(Application, missed.application_id).applicant
        uid, found = f"{day.uid}-{missed.id}", []
        for _ in range(2):
            [made] = catching_up.book_session(session, applicant, missed.id, day.id)
            found += told(entries(app, session, sink))
            if len(found) < 3:
                plan = DayPlan(
                    day.title, date(2018, 5, 5), time(10), time(17, 30), day.venue_id,
                    trainer_ids=(other.trainer.id,),
                )  # fmt: skip
                move_day(session, group.trainer, day.id, plan, seen=day.version)
                found += told(entries(app, session, sink))
                catching_up.cancel(session, group.trainer, made.id)
                found += told(entries(app, session, sink))
        assert [(method, name) for method, name, _ in found] == [
            ("REQUEST", uid), ("REQUEST", uid), ("CANCEL", uid), ("REQUEST", uid),
        ]  # fmt: skip
        numbers = [int(sequence[9:]) for _, _, sequence in found]
        assert numbers == sorted(set(numbers)), "each stands above the last"
        [event] = [event for event, _ in feed_of(session, renew(session, applicant)) if event.uid == uid]
        assert event.sequence == numbers[-1] and clock.london(event.starts).hour == 10
        call_off(session, group.trainer, day.id, "weather")
        [(method, name, sequence)] = told(entries(app, session, sink))
        assert (method, name) == ("CANCEL", uid) and int(sequence[9:]) > numbers[-1]


def test_a_time_alone_enters_the_calendar_when_a_trainer_takes_it_on_and_leaves_it(
    app: Flask, session: Session, sink: SmtpSink
) -> None:
    with clock.at(AFTER_TWO):
        group = first_weekend(session)
        missed, at = group.people[0], on(3, 5, 18)
        applicant = session.get_one(Application, missed.application_id).applicant
        asked = catching_up.ask_one_to_one(session, applicant, missed.id, "law-1", at)
        assert entries(app, session, sink) == [], "nobody has said yes"
        catching_up.set_one_to_one(session, group.trainer, missed.id, "law-1", at, "Room 3", group.trainer.id)
        [request] = told(entries(app, session, sink))
        catching_up.cancel(session, applicant, asked.id)
        [cancel_] = told(entries(app, session, sink))
    assert (request[0], cancel_[0]) == ("REQUEST", "CANCEL") and request[1] == cancel_[1]
    assert int(cancel_[2][9:]) > int(request[2][9:])
