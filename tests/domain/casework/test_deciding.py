"""Verdicts: provisional until released, released once, undone until then; and an ended application opened again."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.actions import start, withdraw
from portal.domain.applications.models import Application, Conflict, Relation, State
from portal.domain.applications.refusals import NotEditable
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.models import AuditEvent
from portal.domain.casework.deciding import (
    decide,
    decide_all,
    last_released,
    provisional,
    release,
    reopen,
    undo_decision,
)
from portal.domain.casework.models import Decision, Verdict
from portal.domain.casework.verdicts import (
    AlreadyReleased,
    DecisionChanged,
    LivesAgain,
    ReasonNeeded,
    Wanted,
)
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from portal.web.setup import outside_of
from tests.support.make_applications import a_draft, a_submitted, while_open
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member

OUTCOMES = {
    Verdict.SHORTLIST: (State.SHORTLISTED, "outcome_shortlisted", "meet you"),
    Verdict.RESERVE: (State.RESERVE, "outcome_reserve", "reserve list"),
    Verdict.DECLINE: (State.UNSUCCESSFUL, "outcome_unsuccessful", "Not this time"),
}


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


@pytest.fixture
def sent(session: Session, app: Flask) -> Application:
    return a_submitted(session, app, the_pilot(session))


def mails(session: Session, application: Application) -> list[str]:
    query = select(OutboxMail.name).filter_by(application_id=application.id).order_by(OutboxMail.id)
    return [name for name in session.scalars(query) if name != "application_received"]


def acts(session: Session, application: Application, beginning: str) -> list[str]:
    query = select(AuditEvent.action).filter_by(application_id=application.id).order_by(AuditEvent.id)
    return [action for action in session.scalars(query) if action.startswith(beginning)]


@pytest.mark.parametrize("verdict", list(OUTCOMES))
def test_nobody_outside_knows_until_release_and_release_happens_once(
    session: Session, sent: Application, recruiter: StaffMember, verdict: Verdict
) -> None:
    state, mail, _said = OUTCOMES[verdict]
    reason = "criteria" if verdict is Verdict.DECLINE else None
    place = 3 if verdict is Verdict.RESERVE else None
    decide(session, recruiter, sent.id, verdict, reason=reason, reserve_place=place)
    session.refresh(sent)
    assert sent.state is State.SUBMITTED and mails(session, sent) == []
    moved = release(session, recruiter, sent.id, score=3650)
    assert moved is not None and moved.state is state
    assert (moved.state_before, moved.score, moved.reserve_place) == (State.SUBMITTED, 3650, place)
    version = moved.version
    assert release(session, recruiter, sent.id) is None
    session.refresh(sent)
    assert mails(session, sent) == [mail] and sent.version == version
    assert acts(session, sent, "decision.") == ["decision.made", "decision.released"]
    told = last_released(session, sent.id)
    assert told is not None and told.released_by == recruiter.id and provisional(session, [sent.id]) == {}


def test_a_new_verdict_takes_the_place_of_the_old_and_the_same_again_changes_nothing(
    session: Session, sent: Application, recruiter: StaffMember
) -> None:
    first = decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    assert decide(session, recruiter, sent.id, Verdict.SHORTLIST).id == first.id
    second = decide(session, recruiter, sent.id, Verdict.DECLINE, reason="time", feedback=" Say more. ")
    assert second.id != first.id and second.feedback == "Say more."
    assert provisional(session, [sent.id])[sent.id].id == second.id
    session.refresh(first)
    assert first.undone_by == recruiter.id and first.undone_at is not None
    assert acts(session, sent, "decision.") == ["decision.made", "decision.made"]


def test_two_pages_deciding_at_once_lose_nothing_silently(
    session: Session, sent: Application, recruiter: StaffMember
) -> None:
    other = a_staff_member(session, Role.RECRUITER)
    theirs = decide(session, other, sent.id, Verdict.SHORTLIST, seen=0)
    with pytest.raises(DecisionChanged):
        decide(session, recruiter, sent.id, Verdict.RESERVE, seen=0)
    assert provisional(session, [sent.id])[sent.id].verdict is Verdict.SHORTLIST
    assert decide(session, recruiter, sent.id, Verdict.SHORTLIST, seen=0).id == theirs.id  # they agree: no quarrel
    decide(session, recruiter, sent.id, Verdict.RESERVE, seen=theirs.id)
    with pytest.raises(DecisionChanged):
        decide(session, other, sent.id, Verdict.DECLINE, reason="time", seen=theirs.id)


def test_undo_until_released(session: Session, sent: Application, recruiter: StaffMember) -> None:
    undo_decision(session, recruiter, sent.id)  # nothing to do
    decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    undo_decision(session, recruiter, sent.id)
    undo_decision(session, recruiter, sent.id)
    assert provisional(session, [sent.id]) == {} and release(session, recruiter, sent.id) is None
    assert acts(session, sent, "decision.") == ["decision.made", "decision.undone"]
    decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    release(session, recruiter, sent.id)
    with pytest.raises(AlreadyReleased):
        undo_decision(session, recruiter, sent.id)


def test_what_cannot_be_decided(session: Session, app: Flask, sent: Application, recruiter: StaffMember) -> None:
    draft = a_draft(session, app, the_pilot(session))
    with pytest.raises(NotFound):
        decide(session, recruiter, draft.id, Verdict.SHORTLIST)
    with pytest.raises(NotFound):
        decide(session, recruiter, 987654, Verdict.SHORTLIST)
    for reason in (None, "", "cake"):
        with pytest.raises(ReasonNeeded):
            decide(session, recruiter, sent.id, Verdict.DECLINE, reason=reason)
    decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    release(session, recruiter, sent.id)
    with pytest.raises(NotEditable):
        decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    decide(session, recruiter, sent.id, Verdict.DECLINE, reason="interview")  # at any gate
    moved = release(session, recruiter, sent.id)
    assert moved is not None and (moved.state, moved.state_before) == (State.UNSUCCESSFUL, State.SHORTLISTED)
    with pytest.raises(NotEditable):
        decide(session, recruiter, sent.id, Verdict.DECLINE, reason="interview")


def test_nobody_decides_on_somebody_they_know_or_on_themselves(
    session: Session, sent: Application, recruiter: StaffMember
) -> None:
    decide(session, a_staff_member(session, Role.RECRUITER), sent.id, Verdict.DECLINE, reason="criteria")
    with unit_of_work(session):
        session.add(
            Conflict(staff_id=recruiter.id, application_id=sent.id, relation=Relation.FRIEND, declared_at=clock.now())
        )
    for act in (
        lambda: decide(session, recruiter, sent.id, Verdict.SHORTLIST),
        lambda: undo_decision(session, recruiter, sent.id),
        lambda: release(session, recruiter, sent.id),
    ):
        with pytest.raises(NotFound):
            act()
    assert provisional(session, [sent.id])[sent.id].verdict is Verdict.DECLINE


def test_somebody_who_withdrew_meanwhile_is_not_released(
    session: Session, sent: Application, recruiter: StaffMember
) -> None:
    decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    withdraw(session, sent.applicant, sent.id, WithdrawReason.TIME)
    assert release(session, recruiter, sent.id) is None
    session.refresh(sent)
    assert sent.state is State.WITHDRAWN and mails(session, sent) == ["application_withdrawn"]


@pytest.mark.parametrize("how", ["declined", "withdrawn"])
def test_reopening_leads_back_to_where_it_was(
    session: Session, sent: Application, recruiter: StaffMember, how: str
) -> None:
    decide(session, recruiter, sent.id, Verdict.SHORTLIST)
    release(session, recruiter, sent.id)
    if how == "declined":
        decide(session, recruiter, sent.id, Verdict.DECLINE, reason="interview")
        release(session, recruiter, sent.id)
    else:
        withdraw(session, sent.applicant, sent.id, WithdrawReason.TIME)
    with pytest.raises(ReasonNeeded):
        reopen(session, recruiter, sent.id, "because")
    again = reopen(session, recruiter, sent.id, "mistake")
    assert again.state is State.SHORTLISTED and again.withdrawn_reason is None
    assert mails(session, sent)[-1] == "application_reopened"
    with pytest.raises(NotEditable):
        reopen(session, recruiter, sent.id, "mistake")
    assert acts(session, sent, "application.reopened") == ["application.reopened"]


def test_one_live_application_a_person_and_campaign(
    session: Session, sent: Application, recruiter: StaffMember
) -> None:
    withdraw(session, sent.applicant, sent.id, WithdrawReason.TIME)
    with clock.at(while_open(sent.campaign)):
        start(session, sent.applicant, sent.campaign)
    with pytest.raises(LivesAgain):
        reopen(session, recruiter, sent.id, "asked")


def test_many_at_once_all_or_none(session: Session, app: Flask, recruiter: StaffMember) -> None:
    campaign = the_pilot(session)
    ids = [a_submitted(session, app, campaign).id for _ in range(3)]
    wanted = {key: Wanted(Verdict.RESERVE, reserve_place=place) for place, key in enumerate(ids, 1)}
    made = decide_all(session, recruiter, wanted, run_id=7)
    assert [(each.application_id, each.reserve_place, each.run_id) for each in made] == [
        (key, place, 7) for place, key in enumerate(ids, 1)
    ]
    with pytest.raises(ReasonNeeded):
        decide_all(session, recruiter, {ids[0]: Wanted(Verdict.SHORTLIST), ids[1]: Wanted(Verdict.DECLINE)})
    assert {each.verdict for each in provisional(session, ids).values()} == {Verdict.RESERVE}
    decide_all(session, recruiter, wanted)
    assert session.scalar(select(func.count()).select_from(Decision)) == 3


@pytest.mark.parametrize("verdict", list(OUTCOMES))
def test_the_mail_says_what_came_of_it_and_what_next(
    session: Session, app: Flask, sent: Application, recruiter: StaffMember, verdict: Verdict
) -> None:
    feedback = "Give one example of your own.\nSay what you did."
    reason = "criteria" if verdict is Verdict.DECLINE else None
    decide(session, recruiter, sent.id, verdict, reason=reason, feedback=feedback, reserve_place=2)
    release(session, recruiter, sent.id)
    mail = session.scalars(select(OutboxMail).filter_by(name=OUTCOMES[verdict][1])).one()
    letters = outside_of(app).letters
    letter = letters.write(mail.name, mail.context, recipient=mail.recipient, message_id=mail.message_id)
    for text in (letter.text, letter.html):
        assert OUTCOMES[verdict][2].lower() in f"{letter.subject} {text}".lower()
        assert sent.reference in text and "Sam" not in text
        assert ("Give one example of your own." in text) == (verdict is Verdict.DECLINE)
        assert ("number 2" in text) == (verdict is Verdict.RESERVE)
        assert ("did not show enough" in text) == (verdict is Verdict.DECLINE)
        assert ("1 February 2018" in text) == (verdict is Verdict.SHORTLIST)
    assert sent.reference in letter.subject
