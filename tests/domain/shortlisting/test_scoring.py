"""Scores: kept with the versions they saw, finished once, and what two readers come to."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.actions import withdraw
from portal.domain.applications.models import Application
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.criteria import criteria_of
from portal.domain.campaigns.models import Campaign
from portal.domain.refusals import NotFound
from portal.domain.shortlisting.assigning import remove_assessor
from portal.domain.shortlisting.models import Assignment, Entry, Score, Settling, Triage
from portal.domain.shortlisting.queries import my_readings
from portal.domain.shortlisting.refusals import (
    AlreadyFinished,
    NoLongerRead,
    NotAllScored,
    PointsNeeded,
    StaleScore,
    TooManyWords,
)
from portal.domain.shortlisting.reporting import PieceNeeded, report_piece
from portal.domain.shortlisting.scoring import ReasonNeeded, Wishes, complete, look, save_score
from portal.extensions import db
from tests.support.make_campaigns import a_campaign
from tests.support.make_sifts import a_sift, readings, score_all
from tests.support.people import a_staff_member


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return a_campaign(session)


@pytest.fixture
def reading(session: Session, app: Flask, campaign: Campaign) -> Assignment:
    a_sift(session, app, campaign)
    return readings(session)[0]


@pytest.fixture
def reader(session: Session, reading: Assignment) -> StaffMember:
    return session.get_one(StaffMember, reading.staff_id)


@pytest.fixture
def criterion(session: Session, campaign: Campaign, reading: Assignment) -> int:
    return criteria_of(session, campaign.id)[0].id


def kept(session: Session) -> list[tuple[int, str, int]]:
    session.rollback()
    return [(row.points, row.words, row.version) for row in session.scalars(select(Score).order_by(Score.id))]


def test_a_score_is_kept_and_changed_by_who_saw_the_last(
    session: Session, reading: Assignment, reader: StaffMember, criterion: int
) -> None:
    save_score(session, reader, reading.public_id, criterion, 4, " 31 doors ", 0)
    save_score(session, reader, reading.public_id, criterion, 4, "31 doors", 0)
    assert kept(session) == [(4, "31 doors", 1)], "the same again changes nothing"
    save_score(session, reader, reading.public_id, criterion, 5, "31 doors", 1)
    assert kept(session) == [(5, "31 doors", 2)]
    saved = session.scalar(select(func.count()).select_from(AuditEvent).filter_by(action="score.saved"))
    assert saved == 2


def test_a_stale_edit_is_shown_both_values_and_overwrites_nothing(
    session: Session, reading: Assignment, reader: StaffMember, criterion: int
) -> None:
    save_score(session, reader, reading.public_id, criterion, 4, "the first tab", 0)
    with pytest.raises(StaleScore) as stale:
        save_score(session, reader, reading.public_id, criterion, 2, "the second tab", 0)
    assert (stale.value.kept.points, stale.value.kept.words, stale.value.kept.version) == (4, "the first tab", 1)
    assert kept(session) == [(4, "the first tab", 1)]
    wish = Wishes(True, "", reading.version)
    save_score(session, reader, reading.public_id, criterion, 4, "the first tab", 1, wish)
    with pytest.raises(StaleScore):
        save_score(session, reader, reading.public_id, criterion, 4, "the first tab", 1, Wishes(False, "No", 1))
    assert session.get_one(Assignment, reading.id).asks_moderation


@pytest.mark.parametrize(
    ("points", "words", "refusal"),
    [(None, "words alone", PointsNeeded), (0, "", PointsNeeded), (6, "", PointsNeeded), (3, "w" * 2001, TooManyWords)],
)
def test_what_is_no_score(
    session: Session,
    reading: Assignment,
    reader: StaffMember,
    criterion: int,
    points: int | None,
    words: str,
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        save_score(session, reader, reading.public_id, criterion, points, words, 0)
    assert kept(session) == []


def test_a_wish_alone_is_kept(session: Session, reading: Assignment, reader: StaffMember, criterion: int) -> None:
    save_score(session, reader, reading.public_id, criterion, None, "", 0, Wishes(True, " Threatens somebody ", 1))
    row = session.get_one(Assignment, reading.id, populate_existing=True)
    assert (row.asks_moderation, row.veto, row.version) == (True, "Threatens somebody", 2) and kept(session) == []
    with pytest.raises(TooManyWords):
        save_score(session, reader, reading.public_id, criterion, None, "", 0, Wishes(True, "w" * 1001, 2))


def test_only_the_reader_scores_only_criteria_of_the_campaign(
    session: Session, reading: Assignment, reader: StaffMember, criterion: int
) -> None:
    other = session.get_one(StaffMember, readings(session)[1].staff_id)
    foreign = criteria_of(session, a_campaign(session).id)[0].id
    for who, number, key in (
        (other, reading.public_id, criterion),
        (a_staff_member(session, Role.ASSESSOR), reading.public_id, criterion),
        (reader, "nothing", criterion),
        (reader, reading.public_id, foreign),
        (reader, reading.public_id, 999_999),
    ):
        with pytest.raises(NotFound):
            save_score(session, who, number, key, 3, "", 0)
    assert kept(session) == []


def test_somebody_taken_off_scores_no_more(
    session: Session, campaign: Campaign, reading: Assignment, reader: StaffMember, criterion: int
) -> None:
    remove_assessor(session, a_staff_member(session, Role.RECRUITER), campaign.id, reader.id)
    for act in (
        lambda: save_score(session, reader, reading.public_id, criterion, 3, "", 0),
        lambda: complete(session, reader, reading.public_id),
        lambda: report_piece(session, reader, reading.public_id, "the bowls club"),
    ):
        with pytest.raises(NotFound):
            act()


def test_what_was_withdrawn_needs_no_score(
    session: Session, reading: Assignment, reader: StaffMember, criterion: int
) -> None:
    score_all(session, reading, finish=False)
    application = session.get_one(Application, reading.application_id)
    withdraw(session, application.applicant, application.id, next(iter(WithdrawReason)))
    with pytest.raises(NoLongerRead):
        save_score(session, reader, reading.public_id, criterion, 1, "", 1)
    with pytest.raises(NoLongerRead):
        complete(session, reader, reading.public_id)


def test_finishing_needs_every_criterion_happens_once_and_is_final(
    session: Session, reading: Assignment, reader: StaffMember, criterion: int
) -> None:
    save_score(session, reader, reading.public_id, criterion, 3, "", 0)
    with pytest.raises(NotAllScored):
        complete(session, reader, reading.public_id)
    for place, each in enumerate(criteria_of(session, session.get_one(Entry, reading.application_id).campaign_id)):
        if place:
            save_score(session, reader, reading.public_id, each.id, 3, "", 0)
    for _twice in range(2):
        complete(session, reader, reading.public_id)
    with pytest.raises(AlreadyFinished):
        save_score(session, reader, reading.public_id, criterion, 5, "", 1)
    finished = session.scalar(select(func.count()).select_from(AuditEvent).filter_by(action="reading.finished"))
    assert finished == 1


@pytest.mark.parametrize(
    ("points", "asks", "veto", "state", "score"),
    [
        ([3] * 5, False, "", Settling.AGREED, 2700),
        ([4, 4, 3, 3, 3], False, "", Settling.AGREED, 2900),
        ([5] * 5, False, "", Settling.DIFFERS, None),
        ([3] * 5, True, "", Settling.DIFFERS, None),
        ([3] * 5, False, "Threatens somebody", Settling.DIFFERS, None),
    ],
)
def test_two_readings_agree_or_go_to_moderation(
    session: Session,
    reading: Assignment,
    reader: StaffMember,
    criterion: int,
    points: list[int],
    asks: bool,
    veto: str,
    state: Settling,
    score: int | None,
) -> None:
    first, second = readings(session)
    score_all(session, second)
    assert session.get_one(Entry, reading.application_id, populate_existing=True).state is Settling.READING
    score_all(session, first, points, finish=False)
    if asks or veto:
        save_score(session, reader, reading.public_id, criterion, 3, "Said January", 1, Wishes(asks, veto, 1))
    complete(session, reader, reading.public_id)
    entry = session.get_one(Entry, reading.application_id, populate_existing=True)
    assert (entry.state, entry.score) == (state, score)


def test_the_other_total_shows_only_once_both_have_finished(
    session: Session, reading: Assignment, reader: StaffMember
) -> None:
    class Viewer:
        kind, id = "staff", reader.id

    def line() -> tuple[int, int | None]:
        session.rollback()
        mine = my_readings(session, Viewer())  # type: ignore[arg-type]
        found = [*mine.to_do, *mine.done][0]
        return found.total, found.other

    first, second = readings(session)
    score_all(session, second, [5] * 5)
    assert line() == (0, None)
    score_all(session, first, finish=False)
    assert line() == (27, None)
    complete(session, reader, reading.public_id)
    assert line() == (27, 45)


def test_a_quick_look_needs_a_reason_to_decline_and_happens_once(session: Session, app: Flask) -> None:
    campaign = a_campaign(session)
    with unit_of_work(session):
        campaign.triage = True
    a_sift(session, app, campaign)
    reading = readings(session)[0]
    reader = session.get_one(StaffMember, reading.staff_id)
    with pytest.raises(ReasonNeeded):
        look(session, reader, reading.public_id, Triage.DECLINE, "  ")
    with pytest.raises(NotFound):
        complete(session, reader, reading.public_id)
    for verdict in (Triage.DECLINE, Triage.READ_ON):
        look(session, reader, reading.public_id, verdict, "Wants paid work only")
    assert session.get_one(Entry, reading.application_id).triage is Triage.DECLINE
    assert session.get_one(Assignment, reading.id).veto == "Wants paid work only"


@pytest.mark.parametrize("piece", ["", " ", "x", "w" * 201])
def test_a_report_says_which_words(session: Session, reading: Assignment, reader: StaffMember, piece: str) -> None:
    with pytest.raises(PieceNeeded):
        report_piece(session, reader, reading.public_id, piece)


def together(app: Flask, *acts: Callable[[Session], object]) -> list[BaseException | None]:
    """Does these at once, each in its own thread and session; what each raised."""
    outcomes: list[BaseException | None] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(place: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                acts[place](db.session())
            except Exception as error:
                outcomes[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_tabs_at_once_keep_one_and_tell_the_other(
    session: Session, app: Flask, reading: Assignment, reader: StaffMember, criterion: int
) -> None:
    public_id, reader_id = reading.public_id, reader.id
    session.rollback()

    def save(points: int) -> Callable[[Session], None]:
        def act(own: Session) -> None:
            save_score(own, own.get_one(StaffMember, reader_id), public_id, criterion, points, "", 0)

        return act

    outcomes = together(app, save(2), save(5))
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "StaleScore"]
    assert len(kept(session)) == 1


def test_both_readers_finishing_at_once_come_to_one_result(
    session: Session, app: Flask, reading: Assignment, reader: StaffMember
) -> None:
    pairs = [(each.staff_id, each.public_id) for each in readings(session)]
    for each in readings(session):
        score_all(session, each, finish=False)
    session.rollback()

    def finish(staff_id: int, public_id: str) -> Callable[[Session], None]:
        return lambda own: complete(own, own.get_one(StaffMember, staff_id), public_id)

    assert together(app, *(finish(*pair) for pair in pairs)) == [None, None]
    session.rollback()
    entry = session.get_one(Entry, reading.application_id)
    assert (entry.state, entry.score) == (Settling.AGREED, 2700)
