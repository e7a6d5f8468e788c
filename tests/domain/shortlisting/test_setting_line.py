"""The line makes provisional decisions for everybody, again and again, until they are released together."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.actions import withdraw
from portal.domain.applications.models import Application, Conflict, Relation, State
from portal.domain.applications.rules import WithdrawReason
from portal.domain.bulk.acting import Acting, acting
from portal.domain.casework.deciding import decide, provisional, reopen
from portal.domain.casework.models import Verdict
from portal.domain.journeys.releasing import ReleasedTogether, release_decided
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from portal.domain.shortlisting.board import Policy, board_of
from portal.domain.shortlisting.cutting import Cut
from portal.domain.shortlisting.models import CutOff
from portal.domain.shortlisting.setting_line import NoSuchLine, NotAll, StaleLine, set_line
from portal.domain.shortlisting.settling import settle
from portal.domain.shortlisting.sift import StillReading, sift_of
from tests.support.casework import statements
from tests.support.moderation import MadeSift, a_sift, sent_in
from tests.support.people import a_staff_member

POLICY = Policy(near=3, least_pairs=2, reserves=2)


@pytest.fixture
def sift(session: Session) -> MadeSift:
    return a_sift(session)


@pytest.fixture
def moderator(session: Session) -> Acting:
    return somebody(session, a_staff_member(session, Role.RECRUITER))


def somebody(session: Session, member: StaffMember) -> Acting:
    found = acting(session, member.id)
    assert found is not None
    return found


def five(session: Session, app: Flask, sift: MadeSift) -> list[Application]:
    """Totals 5, 4, 3, 2 and 1 times the full weight, in that order."""
    return [sent_in(session, app, sift, sift.points(value), sift.points(value)) for value in (5, 4, 3, 2, 1)]


def verdicts(session: Session, people: list[Application]) -> list[tuple[str, int | None] | None]:
    found = provisional(session, [each.id for each in people])
    return [
        (found[each.id].verdict.value, found[each.id].reserve_place) if each.id in found else None for each in people
    ]


def line_at(sift: MadeSift, value: int, reserves: int = 2) -> Cut:
    return Cut(100 * sift.total(sift.points(value)), reserves)


def test_everybody_is_decided_and_the_line_can_move(
    session: Session, app: Flask, sift: MadeSift, moderator: Acting
) -> None:
    people, slug = five(session, app, sift), sift.campaign.slug
    assert set_line(session, moderator, slug, line_at(sift, 4), 0) == 5
    assert verdicts(session, people) == [
        ("shortlist", None), ("shortlist", None), ("reserve", 1), ("reserve", 2), ("decline", None),
    ]  # fmt: skip
    declined = provisional(session, [people[4].id])[people[4].id]
    assert declined.reason == "line" and len(declined.feedback.splitlines()) == 2
    heavy = sorted(sift.criteria, key=lambda each: (-each.weight, each.position))[:2]
    assert set(declined.feedback.splitlines()) == {each.feedback for each in heavy}
    assert set_line(session, moderator, slug, line_at(sift, 4), 1) == 0  # the same again changes nothing
    assert set_line(session, moderator, slug, line_at(sift, 5, 1), 1) == 3
    assert verdicts(session, people)[:3] == [("shortlist", None), ("reserve", 1), ("decline", None)]
    assert all(each.state is State.SUBMITTED for each in people)
    assert session.get_one(CutOff, sift.campaign.id).version == 2
    assert not [name for name in session.scalars(select(OutboxMail.name)) if name.startswith("outcome")]


def test_two_tabs_moving_the_line_see_each_other(
    session: Session, app: Flask, sift: MadeSift, moderator: Acting
) -> None:
    people, slug = five(session, app, sift), sift.campaign.slug
    set_line(session, moderator, slug, line_at(sift, 4), 0)
    other = somebody(session, a_staff_member(session, Role.RECRUITER))
    with pytest.raises(StaleLine) as stale:
        set_line(session, other, slug, line_at(sift, 2), 0)
    assert (stale.value.now.score, stale.value.now.version) == (line_at(sift, 4).score, 1)
    assert verdicts(session, people)[3] == ("reserve", 2)
    set_line(session, other, slug, line_at(sift, 2), 1)
    assert verdicts(session, people)[3] == ("shortlist", None)


def test_by_hand_stays_by_hand_and_those_unsettled_have_no_decision(
    session: Session, app: Flask, sift: MadeSift, moderator: Acting
) -> None:
    people, slug = five(session, app, sift), sift.campaign.slug
    decide(session, moderator, people[0].id, Verdict.DECLINE, reason="occupation")
    differs = sent_in(session, app, sift, sift.points(5), sift.points(1))
    set_line(session, moderator, slug, line_at(sift, 4), 0)
    assert verdicts(session, [people[0], differs]) == [("decline", None), None]
    board = board_of(sift_of(session, moderator, slug), POLICY)
    assert (len(board.differing), board.waiting, board.pending, board.by_hand) == (1, 0, 0, 1)
    with pytest.raises(ReleasedTogether):
        release_decided(session, moderator, people[1].id)
    assert release_decided(session, moderator, people[0].id) is not None  # decided by hand: it waits for nobody
    line = next(each for each in board.sift.lines if each.application_id == differs.id)
    settle(session, moderator, differs.id, {each.id: 4 for each in sift.criteria}, "Strong", line.version)
    assert board_of(sift_of(session, moderator, slug), POLICY).pending == 2  # it, and whoever moves up in reserve
    set_line(session, moderator, slug, line_at(sift, 4), 1)
    assert verdicts(session, [differs]) == [("shortlist", None)]
    moved = release_decided(session, moderator, differs.id)
    assert moved is not None and (moved.state, moved.score) == (State.SHORTLISTED, 100 * sift.total(sift.points(4)))


def test_an_upheld_veto_declines_whatever_the_points(
    session: Session, app: Flask, sift: MadeSift, moderator: Acting
) -> None:
    best = sent_in(session, app, sift, sift.points(5), sift.points(5), veto="Threatens people")
    five(session, app, sift)
    slug = sift.campaign.slug
    line = next(each for each in sift_of(session, moderator, slug).lines if each.application_id == best.id)
    assert line.differs
    settle(
        session, moderator, best.id, {each.id: 5 for each in sift.criteria}, "It does", line.version, uphold_veto=True
    )
    set_line(session, moderator, slug, line_at(sift, 4), 0)
    decision = provisional(session, [best.id])[best.id]
    assert (decision.verdict, decision.reason) == (Verdict.DECLINE, "readers")
    board = board_of(sift_of(session, moderator, slug), POLICY)
    assert [each.application_id for each in board.outside] == [best.id] and board.counts[Verdict.DECLINE] == 2


def test_whoever_withdrew_is_left_out_and_whoever_is_reopened_comes_back(
    session: Session, app: Flask, sift: MadeSift, moderator: Acting
) -> None:
    people, slug = five(session, app, sift), sift.campaign.slug
    withdraw(session, people[0].applicant, people[0].id, WithdrawReason.TIME)
    set_line(session, moderator, slug, line_at(sift, 4), 0)
    assert verdicts(session, people)[0] is None and len(sift_of(session, moderator, slug).lines) == 4
    assert release_decided(session, moderator, people[0].id) is None
    release_decided(session, moderator, people[4].id)
    reopen(session, moderator, people[4].id, "mistake")
    set_line(session, moderator, slug, line_at(sift, 1), 1)
    assert verdicts(session, people)[4] == ("shortlist", None)


def test_the_line_is_about_everybody_or_somebody_else_sets_it(
    session: Session, app: Flask, sift: MadeSift, moderator: Acting
) -> None:
    people, slug = five(session, app, sift), sift.campaign.slug
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=moderator.id, application_id=people[2].id, relation=Relation.WORK, declared_at=clock.now()
            )
        )
    found = sift_of(session, moderator, slug)
    assert found.hidden == 1 and people[2].id not in {each.application_id for each in found.lines}
    with pytest.raises(NotAll):
        set_line(session, moderator, slug, line_at(sift, 4), 0)
    assert verdicts(session, people) == [None] * 5
    with pytest.raises(NotFound):
        sift_of(session, somebody(session, a_staff_member(session, Role.ASSESSOR)), slug)


def test_a_reader_who_also_moderates_waits_for_their_own_scores(session: Session, app: Flask, sift: MadeSift) -> None:
    both = somebody(session, a_staff_member(session, Role.RECRUITER, Role.ASSESSOR))
    made = a_sift(session, campaign=sift.campaign, reader_id=both.id)
    with pytest.raises(StillReading):
        sift_of(session, both, made.campaign.slug)


@pytest.mark.parametrize(("score", "reserves"), [(-1, 0), (99_999, 0), (3000, -1), (3000, 1000)])
def test_a_line_that_cannot_be(
    session: Session, app: Flask, sift: MadeSift, moderator: Acting, score: int, reserves: int
) -> None:
    five(session, app, sift)
    with pytest.raises(NoSuchLine):
        set_line(session, moderator, sift.campaign.slug, Cut(score, reserves), 0)


def test_the_board_costs_the_same_for_one_and_for_many(
    session: Session, app: Flask, sift: MadeSift, moderator: Acting
) -> None:
    def cost() -> int:
        session.rollback()
        with statements() as sent:
            board_of(sift_of(session, moderator, sift.campaign.slug), POLICY)
        return len(sent)

    sent_in(session, app, sift, sift.points(3), sift.points(3))
    one = cost()
    five(session, app, sift)
    assert cost() == one <= 16


def test_totals_by_district_never_name_anybody(session: Session, app: Flask, sift: MadeSift, moderator: Acting) -> None:
    five(session, app, sift)
    board = board_of(sift_of(session, moderator, sift.campaign.slug), POLICY, line_at(sift, 4))
    rows = {row.name: (row.above, row.reserve, row.all) for row in board.areas}
    assert rows["Maidstone"] == (2, 2, 5) and sum(all_ for _a, _r, all_ in rows.values()) == 5
    assert not board.as_set and session.get(CutOff, sift.campaign.id) is None  # a look at a line sets nothing
