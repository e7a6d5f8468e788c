"""Runs: everybody has one turn, whatever happens; who is left out and why; stopped, undone, permission lost."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember, StaffRole
from portal.domain.applications.models import Application, Conflict, Relation, State
from portal.domain.audit.models import AuditEvent
from portal.domain.bulk import running
from portal.domain.bulk.models import ItemState, Run, RunItem, RunState
from portal.domain.bulk.running import Changed, Nobody, stop, undo_run, work_runs
from portal.domain.campaigns.models import Division
from portal.domain.casework.deciding import decide, provisional, release
from portal.domain.casework.models import ApplicationTag, Decision, Verdict
from portal.domain.casework.owning import give_owner
from portal.domain.casework.tagging import tag, tag_named
from portal.domain.correspondence.actions import release_due
from portal.domain.correspondence.models import Message
from portal.domain.journeys.bulk_acts import ACTS
from portal.domain.journeys.due import run_due
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from portal.web.setup import outside_of
from tests.support.bulk_runs import as_viewer, begun, many, reloaded, states, worked
from tests.support.casework import statements, west_division
from tests.support.people import a_staff_member

BATCH = ACTS["decline"].batch
DECLINE = {"reason": "time", "feedback": "Thank you for your time."}
LETTER = {"subject": "About {reference}", "body": "Dear {given_name},\n\nthank you.", "template_version_id": None,
          "send_at": None, "hold_minutes": 0}  # fmt: skip
DONE, LEFT_OUT, UNDONE, WAITING = ItemState.DONE, ItemState.LEFT_OUT, ItemState.UNDONE, ItemState.WAITING


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


def audited(session: Session, action: str) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)) or 0


def owner_of(session: Session, application_id: int) -> int | None:
    session.rollback()
    return session.scalar(select(Application.owner_id).where(Application.id == application_id))


def move(session: Session, application_id: int, state: State) -> None:
    with unit_of_work(session):
        session.execute(
            update(Application).where(Application.id == application_id).values(state=state, state_since=clock.now())
        )


def test_everybody_has_one_turn_in_batches(session: Session, recruiter: StaffMember) -> None:
    ids = many(session, BATCH + 3)
    run = begun(session, recruiter, "decline", ids, **DECLINE)
    assert (run.total, set(states(session, run).values())) == (len(ids), {(WAITING, None)})
    assert work_runs(session, ACTS) == BATCH
    half = reloaded(session, run)
    assert (half.state, half.done, half.ended_at) == (RunState.RUNNING, BATCH, None)
    assert worked(session) == 3 and work_runs(session, ACTS) is None
    whole = reloaded(session, run)
    assert (whole.state, whole.done, whole.left_out) == (RunState.FINISHED, len(ids), 0)
    made = provisional(session, ids)
    assert {(each.verdict, each.reason, each.run_id) for each in made.values()} == {(Verdict.DECLINE, "time", run.id)}
    assert sorted(made) == ids and audited(session, "decision.made") == len(ids)
    assert audited(session, "bulk.begun") == audited(session, "bulk.finished") == 1


def test_a_confirmation_sent_twice_is_one_run(session: Session, recruiter: StaffMember) -> None:
    ids = many(session, 4)
    first = begun(session, recruiter, "tag", ids, token="the same", tag="night shift")
    again = begun(session, recruiter, "tag", ids, token="the same", tag="night shift")
    assert again.id == first.id
    worked(session)
    assert begun(session, recruiter, "tag", ids, token="the same", tag="night shift").id == first.id
    assert session.scalar(select(func.count()).select_from(ApplicationTag)) == 4
    with pytest.raises(NotFound):
        begun(session, a_staff_member(session, Role.RECRUITER), "tag", ids, token="the same", tag="night shift")


def test_what_was_not_shown_is_not_done(session: Session, recruiter: StaffMember) -> None:
    """Between preview and confirmation one withdrew: the confirmation of five is not one of four."""
    ids, viewer = many(session, 5), as_viewer(session, recruiter)
    wanted = select(Application.id).where(Application.id.in_(ids))
    seen = running_seal(session, recruiter, ids)
    move(session, ids[2], State.SHORTLISTED)
    with pytest.raises(Changed):
        running.begin(session, viewer, "a token", ACTS["shortlist"], wanted, {}, seen=seen)
    assert session.scalar(select(func.count()).select_from(Run)) == 0
    with pytest.raises(Changed):
        running.begin(session, viewer, "a token", ACTS["shortlist"], wanted, {}, seen="made up")
    with pytest.raises(Nobody):
        begun(session, recruiter, "shortlist", [ids[2]])


def running_seal(session: Session, member: StaffMember, ids: list[int]) -> str:
    from_page = running.choosing.numbers(Application.__table__.c.id)
    numbers = session.execute(select(*from_page).where(Application.id.in_(ids))).one()
    return running.choosing.seal(ACTS["shortlist"], {}, *numbers)


def test_each_is_checked_again_when_its_turn_comes(session: Session, recruiter: StaffMember) -> None:
    ids = many(session, 5)
    run = begun(session, recruiter, "shortlist", ids)
    move(session, ids[0], State.INTERVIEW)
    decide(session, recruiter, ids[1], Verdict.SHORTLIST)
    with unit_of_work(session):
        session.add(
            Conflict(staff_id=recruiter.id, application_id=ids[2], relation=Relation.FRIEND, declared_at=clock.now())
        )
    worked(session)
    assert states(session, run) == {
        ids[0]: (LEFT_OUT, "state"), ids[1]: (LEFT_OUT, "already"), ids[2]: (LEFT_OUT, "gone"),
        ids[3]: (DONE, None), ids[4]: (DONE, None),
    }  # fmt: skip
    ended = reloaded(session, run)
    assert (ended.state, ended.done, ended.left_out) == (RunState.FINISHED, 2, 3)


def test_one_that_fails_undoes_no_other(session: Session, recruiter: StaffMember) -> None:
    """A body longer than a message may be once it is filled in: that one is left out, its neighbours are not."""
    ids = many(session, 3)
    with unit_of_work(session):
        session.execute(update(Application).where(Application.id == ids[1]).values(given_name="x" * 200))
    long = LETTER | {"body": "{given_name}" + "y" * 3_900}
    run = begun(session, recruiter, "message", ids, **long)
    worked(session)
    assert states(session, run) == {ids[0]: (DONE, None), ids[1]: (LEFT_OUT, "moved"), ids[2]: (DONE, None)}
    assert session.scalar(select(func.count()).select_from(Message)) == 2


def test_a_role_reaches_only_its_division(session: Session) -> None:
    west = a_staff_member(session, Role.RECRUITER, division_id=west_division_of(session))
    here, there = many(session, 2), many(session, 2, district="thanet")
    run = begun(session, west, "shortlist", here + there)
    assert sorted(states(session, run)) == here


def west_division_of(session: Session) -> int:
    many(session, 1)
    return west_division(session)


def test_stopping_keeps_what_is_done_and_leaves_the_rest(session: Session, recruiter: StaffMember) -> None:
    ids, viewer = many(session, BATCH + 5), as_viewer(session, recruiter)
    run = begun(session, recruiter, "own", ids, owner_id=recruiter.id)
    work_runs(session, ACTS)
    stop(session, viewer, run.id)
    stop(session, viewer, run.id)
    assert worked(session) == 0
    stopped = reloaded(session, run)
    assert (stopped.state, stopped.done) == (RunState.STOPPED, BATCH) and stopped.ended_at
    owned = session.scalar(select(func.count()).select_from(Application).where(Application.owner_id == recruiter.id))
    assert owned == BATCH and audited(session, "bulk.stopped") == 1
    undo_run(session, viewer, ACTS, run.id)
    assert worked(session) == BATCH
    assert reloaded(session, run).state is RunState.UNDONE and owner_of(session, ids[0]) is None


def test_undoing_gives_owners_back_and_leaves_what_changed_since(session: Session, recruiter: StaffMember) -> None:
    ids, other = many(session, 3), a_staff_member(session, Role.RECRUITER)
    give_owner(session, recruiter, ids[0], other.id)
    run = begun(session, recruiter, "own", ids, owner_id=recruiter.id)
    worked(session)
    give_owner(session, recruiter, ids[2], other.id)
    undo_run(session, as_viewer(session, recruiter), ACTS, run.id)
    undo_run(session, as_viewer(session, recruiter), ACTS, run.id)
    worked(session)
    assert [owner_of(session, key) for key in ids] == [other.id, None, other.id]
    assert states(session, run) == {ids[0]: (UNDONE, None), ids[1]: (UNDONE, None), ids[2]: (DONE, "changed")}
    assert audited(session, "bulk.undoing") == audited(session, "bulk.undone") == 1


def test_undoing_brings_the_earlier_verdict_back_until_it_is_released(session: Session, recruiter: StaffMember) -> None:
    ids = many(session, 3)
    decide(session, recruiter, ids[0], Verdict.RESERVE, feedback="Close.")
    run = begun(session, recruiter, "decline", ids, **DECLINE)
    worked(session)
    release(session, recruiter, ids[2])
    undo_run(session, as_viewer(session, recruiter), ACTS, run.id)
    worked(session)
    left = provisional(session, ids)
    assert list(left) == [ids[0]] and (left[ids[0]].verdict, left[ids[0]].feedback) == (Verdict.RESERVE, "Close.")
    assert states(session, run) == {ids[0]: (UNDONE, None), ids[1]: (UNDONE, None), ids[2]: (DONE, "released")}
    assert reloaded(session, run).done == 1


def test_tags_go_on_and_come_off_only_where_the_run_put_them(session: Session, recruiter: StaffMember) -> None:
    ids = many(session, 3)
    tag(session, recruiter, ids[0], tag_named(session, recruiter, "Night shift").id)
    run = begun(session, recruiter, "tag", ids, tag="night shift")
    assert sorted(states(session, run)) == ids[1:]
    worked(session)
    undo_run(session, as_viewer(session, recruiter), ACTS, run.id)
    worked(session)
    assert list(session.scalars(select(ApplicationTag.application_id))) == [ids[0]]
    off = begun(session, recruiter, "untag", ids, tag="night shift")
    worked(session)
    assert states(session, off) == {ids[0]: (DONE, None)}
    assert session.scalar(select(func.count()).select_from(ApplicationTag)) == 0


def test_messages_are_filled_for_each_and_taken_back_while_held(session: Session, recruiter: StaffMember) -> None:
    ids = many(session, 3)
    run = begun(session, recruiter, "message", ids, **(LETTER | {"hold_minutes": 60}))
    worked(session)
    rows = {row.application_id: row for row in session.scalars(select(Message))}
    assert all(f"Dear Given{key}," in rows[key].body and rows[key].mail_id is None for key in ids)
    with clock.at(clock.now() + running.timedelta(minutes=61)):
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == 0
        release_due(session)
    undo_run(session, as_viewer(session, recruiter), ACTS, run.id)
    worked(session)
    assert set(states(session, run).values()) == {(DONE, "sent")}
    held = begun(session, recruiter, "message", ids, **(LETTER | {"subject": "Again", "hold_minutes": 60}))
    worked(session)
    undo_run(session, as_viewer(session, recruiter), ACTS, held.id)
    worked(session)
    assert set(states(session, held).values()) == {(UNDONE, None)}


def test_nobody_gets_the_same_words_twice(session: Session, recruiter: StaffMember) -> None:
    ids = many(session, 2)
    begun(session, recruiter, "message", ids, **LETTER)
    worked(session)
    again = begun(session, a_staff_member(session, Role.RECRUITER), "message", ids, **LETTER)
    worked(session)
    assert set(states(session, again).values()) == {(LEFT_OUT, "written")}
    assert session.scalar(select(func.count()).select_from(OutboxMail)) == 2


@pytest.mark.parametrize("how", ["disabled", "role ended"])
def test_permission_lost_on_the_way_stops_the_run(session: Session, recruiter: StaffMember, how: str) -> None:
    ids = many(session, BATCH * 2)
    run = begun(session, recruiter, "shortlist", ids)
    work_runs(session, ACTS)
    with unit_of_work(session):
        if how == "disabled":
            session.execute(update(StaffMember).where(StaffMember.id == recruiter.id).values(disabled_at=clock.now()))
        else:
            ended = update(StaffRole).where(StaffRole.staff_id == recruiter.id)
            session.execute(ended.values(ends_on=clock.today() - running.timedelta(days=1)))
    assert worked(session) == 0
    stopped = reloaded(session, run)
    assert (stopped.state, stopped.why, stopped.done) == (RunState.STOPPED, "permission", BATCH)
    assert session.scalar(select(func.count()).select_from(Decision)) == BATCH


def test_a_small_run_does_not_wait_for_a_large_one(session: Session, recruiter: StaffMember) -> None:
    large, small = many(session, BATCH * 3), many(session, 2)
    first = begun(session, recruiter, "shortlist", large)
    work_runs(session, ACTS)
    second = begun(session, recruiter, "shortlist", small)
    work_runs(session, ACTS)
    assert reloaded(session, second).state is RunState.FINISHED
    assert reloaded(session, first).state is RunState.RUNNING


def test_mail_leaves_while_a_run_goes_on(app: Flask, session: Session, recruiter: StaffMember) -> None:
    """Between batches everything else that is due has its turn: the first letters leave before the last are written."""
    ids = many(session, BATCH * 2)
    begun(session, recruiter, "message", ids, **LETTER)
    run_due(session, outside_of(app))
    mails = session.execute(select(OutboxMail.created_at, OutboxMail.sent_at).order_by(OutboxMail.id)).all()
    assert len(mails) == len(ids)
    assert mails[0].sent_at < mails[-1].created_at


def test_a_batch_costs_the_same_few_statements_besides_the_acts(session: Session, recruiter: StaffMember) -> None:
    ids = many(session, 8)
    begun(session, recruiter, "tag", ids[:2], tag="a")
    with statements() as two:
        worked(session)
    begun(session, recruiter, "tag", ids[2:], tag="b")
    with statements() as six:
        worked(session)
    each = (len(six) - len(two)) / 4
    assert each <= 10, each
    assert session.scalar(select(func.count()).select_from(RunItem)) == 8


def test_what_one_may_no_longer_do_in_a_division_one_cannot_take_back_there(session: Session) -> None:
    """Decided as the whole force's recruiter; by now the west's liaison officer, and recruiter in the east."""
    west, east = many(session, 1)[0], many(session, 1, district="ashford")[0]
    member, today = a_staff_member(session, Role.RECRUITER), clock.today()
    run = begun(session, member, "decline", [west, east], **DECLINE)
    worked(session)
    there = session.scalars(select(Division.id).filter_by(slug="east")).one()
    held = {Role.RECRUITER: there, Role.LIAISON: west_division(session)}
    with unit_of_work(session):
        session.execute(delete(StaffRole).where(StaffRole.staff_id == member.id))
        session.add_all(
            StaffRole(staff_id=member.id, role=role, division_id=place, starts_on=today) for role, place in held.items()
        )
    session.expire_all()
    undo_run(session, as_viewer(session, member), ACTS, run.id)
    worked(session)
    assert set(provisional(session, [west, east])) == {west}
