"""Reminders of drafts: one a window whatever the clock does, none after submission, one kind letter after closing."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.applications.actions import discard_draft, enter_for, save_answers, start, submit
from portal.domain.applications.models import Application, Channel
from portal.domain.audit.actions import SYSTEM
from portal.domain.campaigns.models import Campaign
from portal.domain.interest.actions import confirm, interest_of
from portal.domain.interest.models import Interest
from portal.domain.journeys.extending import extend
from portal.domain.journeys.nudging import LAPSED, REMINDER, drop_late, nudge_due, window_at, windows_of
from portal.domain.journeys.telling import unsubscribe
from portal.domain.messages.actions import deliver_due
from portal.domain.messages.models import Delivery, OutboxMail
from portal.domain.settings.catalogue import SHIPPED
from portal.extensions import db
from portal.web.setup import outside_of
from tests.support.make_applications import a_draft, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member, an_applicant
from tests.support.stage import statements

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NUMBERS = {key: row.value for key, row in SHIPPED.items()}


def nudge(session: Session, app: Flask, moment: datetime) -> int:
    with clock.at(moment):
        return nudge_due(session, keys_of(app), most=100)


def letters(session: Session, name: str = REMINDER) -> list[OutboxMail]:
    query = select(OutboxMail).filter_by(name=name).order_by(OutboxMail.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


@pytest.fixture
def pilot(session: Session) -> Campaign:
    return the_pilot(session)


@pytest.fixture
def draft(session: Session, app: Flask, pilot: Campaign) -> Application:
    return a_draft(session, app, pilot, complete=False, given_name="Zoltan", family_name="Quibble")


@pytest.mark.parametrize(
    ("before", "key"),
    [
        (8 * DAY, None), (7 * DAY + timedelta(seconds=1), None), (7 * DAY, "first"), (3 * DAY, "first"),
        (2 * DAY, "second"), (7 * HOUR, "second"), (6 * HOUR, "last"), (timedelta(seconds=1), "last"),
        (timedelta(), None), (-DAY, None),
    ],
)  # fmt: skip
def test_the_window_an_instant_lies_in(before: timedelta, key: str | None) -> None:
    closes = clock.from_london(datetime(2018, 1, 27))
    window = window_at(closes, closes - before, windows_of(NUMBERS))
    assert (window.key if window else None) == key


def test_each_window_reminds_once(session: Session, app: Flask, pilot: Campaign, draft: Application) -> None:
    sent = [nudge(session, app, pilot.closes_at - before) for before in (
        8 * DAY, 7 * DAY, 7 * DAY - HOUR, 2 * DAY, 2 * DAY - HOUR, 6 * HOUR, 5 * HOUR, timedelta(minutes=1),
    )]  # fmt: skip
    assert sent == [0, 1, 0, 1, 0, 1, 0, 0]
    assert {mail.recipient for mail in letters(session)} == {draft.applicant.email}


def test_a_jump_over_several_windows_reminds_once(
    session: Session, app: Flask, pilot: Campaign, draft: Application
) -> None:
    assert nudge(session, app, pilot.closes_at - 5 * HOUR) == 1
    assert nudge(session, app, pilot.closes_at - 4 * HOUR) == 0


def test_the_letter_says_what_is_missing_and_nothing_of_the_person(
    session: Session, app: Flask, pilot: Campaign, draft: Application
) -> None:
    nudge(session, app, pilot.closes_at - 7 * DAY)
    outside = outside_of(app)
    with clock.at(pilot.closes_at - 7 * DAY + HOUR):
        deliver_due(session, outside.post, outside.letters)
    [mail] = letters(session)
    text = mail.text or ""
    assert "Where you live" in text and "Declaration" in text and "about 11 minutes" in text
    assert "midnight at the end of Friday 26 January 2018" in text and draft.reference in text
    assert "Zoltan" not in text and "Quibble" not in text and "Zoltan" not in (mail.subject or "")
    assert "/unsubscribe/" in text


def test_a_complete_draft_is_told_that_only_sending_is_left(session: Session, app: Flask, pilot: Campaign) -> None:
    a_draft(session, app, pilot)
    nudge(session, app, pilot.closes_at - 2 * DAY)
    [mail] = letters(session)
    assert (mail.context["missing"], mail.context["papers"], mail.context["minutes"]) == ([], [], 0)


@pytest.mark.parametrize(("before", "quiet"), [(6 * DAY, 24), (40 * HOUR, 12), (5 * HOUR, 2)])
def test_nobody_is_reminded_of_what_they_have_just_done(
    session: Session, app: Flask, pilot: Campaign, draft: Application, before: timedelta, quiet: int
) -> None:
    moment = pilot.closes_at - before
    with clock.at(moment):
        save_answers(session, draft.applicant, draft, {"town": "Hythe"}, keys_of(app))
        late = start(session, an_applicant(session), pilot)
    assert nudge(session, app, moment + HOUR * quiet - timedelta(minutes=1)) == 0
    assert nudge(session, app, moment + HOUR * quiet + timedelta(minutes=1)) == 2
    assert {mail.context["reference"] for mail in letters(session)} == {draft.reference, late.reference}


def test_never_after_submission(session: Session, app: Flask, pilot: Campaign) -> None:
    draft = a_draft(session, app, pilot)
    moment = pilot.closes_at - 7 * DAY
    assert nudge(session, app, moment) == 1
    with clock.at(moment + HOUR):
        submit(session, draft.applicant, draft.id, clock.now(), keys_of(app))
        outside = outside_of(app)
        deliver_due(session, outside.post, outside.letters)
    assert [mail.state for mail in letters(session)] == [Delivery.FAILED], "what still waited was taken back"
    assert [mail.state for mail in letters(session, "application_received")] == [Delivery.SENT]
    assert nudge(session, app, pilot.closes_at - 2 * DAY) == 0
    assert nudge(session, app, pilot.closes_at + DAY) == 0 and not letters(session, LAPSED)


def test_a_reminder_that_waited_past_closing_does_not_leave(
    session: Session, app: Flask, pilot: Campaign, draft: Application
) -> None:
    nudge(session, app, pilot.closes_at - HOUR)
    with clock.at(pilot.closes_at - timedelta(minutes=1)):
        assert drop_late(session) == 0
    with clock.at(pilot.closes_at):
        assert drop_late(session) == 1 and drop_late(session) == 0
    assert letters(session)[0].state is Delivery.FAILED


def test_a_deleted_draft_is_not_written_to(session: Session, app: Flask, pilot: Campaign, draft: Application) -> None:
    nudge(session, app, pilot.closes_at - 7 * DAY)
    with clock.at(pilot.closes_at - 7 * DAY + HOUR):
        discard_draft(session, draft.applicant, draft.id)
    assert letters(session)[0].state is Delivery.FAILED
    assert nudge(session, app, pilot.closes_at - 2 * DAY) == nudge(session, app, pilot.closes_at + DAY) == 0


def test_a_draft_that_staff_began_reminds_nobody(session: Session, app: Flask, pilot: Campaign) -> None:
    with clock.at(pilot.opens_at + DAY):
        enter_for(session, a_staff_member(session), "paper@example.org", pilot, Channel.PAPER)
    assert nudge(session, app, pilot.closes_at - DAY) == nudge(session, app, pilot.closes_at + DAY) == 0


def test_stopping_reminders_stops_them_all(session: Session, app: Flask, pilot: Campaign, draft: Application) -> None:
    nudge(session, app, pilot.closes_at - 7 * DAY)
    for _ in range(2):
        unsubscribe(session, letters(session)[0].context["stop_token"])
    assert nudge(session, app, pilot.closes_at - 2 * DAY) == nudge(session, app, pilot.closes_at + DAY) == 0


def test_after_closing_one_kind_letter_with_an_offer(
    session: Session, app: Flask, pilot: Campaign, draft: Application
) -> None:
    late = [nudge(session, app, pilot.closes_at + after) for after in (timedelta(), 9 * HOUR, 10 * HOUR, DAY, 20 * DAY)]
    assert late == [0, 0, 1, 0, 0]
    [mail] = letters(session, LAPSED)
    outside = outside_of(app)
    with clock.at(pilot.closes_at + 11 * HOUR):
        deliver_due(session, outside.post, outside.letters)
        assert interest_of(session, mail.context["interest_token"]).confirmed_at is None
        assert confirm(session, mail.context["interest_token"]).confirmed_at is not None
    [interest] = session.scalars(select(Interest)).all()
    assert (interest.email, interest.scheme_id) == (draft.applicant.email, pilot.scheme_id)
    assert interest.confirmed_at is not None and "tell you when we next look" in (
        letters(session, LAPSED)[0].text or ""
    )


def test_a_draft_found_weeks_after_closing_is_let_be(
    session: Session, app: Flask, pilot: Campaign, draft: Application
) -> None:
    assert nudge(session, app, pilot.closes_at + 15 * DAY) == 0


def test_an_extension_revives_the_draft_and_the_windows(
    session: Session, app: Flask, pilot: Campaign, draft: Application
) -> None:
    assert nudge(session, app, pilot.closes_at - 5 * HOUR) == 1
    assert nudge(session, app, pilot.closes_at + DAY) == 1
    moment = pilot.closes_at + 2 * DAY
    with clock.at(moment):
        later = extend(session, SYSTEM, pilot.id, moment + 3 * DAY, "Snow").closes_at
    assert nudge(session, app, moment + HOUR) == 0, "the letter about the extension has just told them"
    assert nudge(session, app, later - 47 * HOUR) == 1
    assert nudge(session, app, later - 5 * HOUR) == 1
    assert nudge(session, app, later + DAY) == 1
    assert (len(letters(session)), len(letters(session, LAPSED))) == (3, 2)


def test_two_workers_remind_once(session: Session, app: Flask, pilot: Campaign) -> None:
    for _ in range(6):
        a_draft(session, app, pilot, complete=False, given_name="Ada")
    db.session.rollback()
    counts: list[int] = []

    def work() -> None:
        with app.app_context():
            counts.append(nudge(db.session(), app, pilot.closes_at - 7 * DAY))
            db.session.remove()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 6
    assert Counter(mail.recipient for mail in letters(session)).most_common(1)[0][1] == 1


def test_a_minute_in_which_nothing_is_due_costs_the_same_however_many_drafts(
    session: Session, app: Flask, pilot: Campaign
) -> None:
    costs = []
    for _ in range(2):
        for _ in range(4):
            a_draft(session, app, pilot, complete=False, given_name="Ada")
        nudge(session, app, pilot.closes_at - 7 * DAY)
        with statements() as sent:
            assert nudge(session, app, pilot.closes_at - 7 * DAY + HOUR) == 0
        costs.append(len([each for each in sent if each.startswith("SELECT")]))
    assert costs[0] == costs[1] <= 3


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_clock_does_nobody_is_written_to_twice(
    session: Session, app: Flask, pilot: Campaign, seed: int
) -> None:
    """Random jumps of the clock, changes, submissions and an extension: at most one letter a window and draft, none
    to who has sent theirs, none within the quiet time, none outside a window."""
    chance = Random(seed)
    drafts = [a_draft(session, app, pilot) for _ in range(3)]
    moment, sent_at, touched = pilot.closes_at - 9 * DAY, dict[int, datetime](), dict[int, datetime]()
    windows = windows_of(NUMBERS)
    seen: Counter[tuple[str, str]] = Counter()
    for _ in range(25):
        moment += chance.choice((timedelta(minutes=1), HOUR, 7 * HOUR, DAY, 4 * DAY)) * chance.random()
        closes, draft = session.get_one(Campaign, pilot.id, populate_existing=True).closes_at, chance.choice(drafts)
        act = chance.random()
        with clock.at(moment):
            if act < 0.15 and moment < closes and draft.id not in sent_at:
                save_answers(session, draft.applicant, draft, {"town": f"Town {chance.random()}"}, keys_of(app))
                touched[draft.id] = moment
            elif act < 0.25 and moment < closes and draft.id not in sent_at:
                submit(session, draft.applicant, draft.id, moment, keys_of(app))
                sent_at[draft.id] = moment
            elif act < 0.3 and moment > closes - DAY:
                with unit_of_work(session):
                    closes = extend(session, SYSTEM, pilot.id, max(moment, closes) + 3 * DAY, "Snow").closes_at
        before = len(letters(session))
        nudge(session, app, moment)
        for mail in letters(session)[before:]:
            window = window_at(closes, moment, windows)
            assert window is not None and mail.application_id not in sent_at
            assert moment - touched.get(mail.application_id or 0, pilot.opens_at) >= window.quiet
            seen[mail.recipient, f"{closes} {window.key}"] += 1
    assert max(seen.values(), default=0) <= 1
