"""Referees: named once, asked by a private link, sealed, chased, accepted; the applicant never reads a word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, RequirementState, State
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import referee_pages, references
from portal.domain.clearances.models import Referee
from portal.domain.clearances.references import Named, Relation
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.services.crypto import KeyRing
from tests.support.checks import MARCH, an_offered, answers, now_in, requirement
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member, an_applicant

K, R = RequirementKind, RequirementState
ANNA = Named("Anna Bright", "anna@example.org", Relation.MANAGER, 4)
BEN = Named("Ben Carter", "ben@example.org", Relation.NEIGHBOUR, 9)


@pytest.fixture
def offered(session: Session, app: Flask) -> Any:
    with clock.at(MARCH):
        yield an_offered(session, app)


def name(session: Session, app: Flask, application: Application, position: int, named: Named) -> Referee:
    return references.name_referee(session, keys_of(app), application.applicant, application.id, position, named)


def token(app: Flask, referee: Referee) -> str:
    return references.token_of(keys_of(app), referee)


def count(session: Session, mail: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(OutboxMail).filter_by(name=mail)) or 0


def test_naming_two_asks_both_at_once_and_hands_the_check_to_us(
    session: Session, app: Flask, offered: Application
) -> None:
    name(session, app, offered, 1, ANNA)
    assert requirement(session, offered, K.REFERENCES).state is R.WITH_APPLICANT
    name(session, app, offered, 2, BEN)
    name(session, app, offered, 2, BEN)
    assert requirement(session, offered, K.REFERENCES).state is R.WITH_US
    assert count(session, "reference_request") == 2
    mails = session.scalars(select(OutboxMail).filter_by(name="reference_request")).all()
    assert all(mail.secret for mail in mails) and {mail.recipient for mail in mails} == {ANNA.email, BEN.email}
    assert all(token(app, row) not in (row.token_hash or "") for row in session.scalars(select(Referee)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "own"}, "email"),
        ({"email": "ANNA@example.org"}, "email"),
        ({"email": "no address"}, "email"),
        ({"years": 1}, "years"),
    ],
)
def test_some_people_cannot_speak_for_somebody(
    session: Session, app: Flask, offered: Application, changes: dict[str, Any], field: str
) -> None:
    name(session, app, offered, 1, ANNA)
    own = {"email": offered.applicant.email} if changes.get("email") == "own" else changes
    with pytest.raises(Refusal) as refused:
        name(session, app, offered, 2, Named(**{"name": "X", "email": "x@example.org", "relation": Relation.FRIEND,
                                                 "years": 5, **own}))  # fmt: skip
    assert refused.value.field == field
    assert count(session, "reference_request") == 1


def test_nobody_names_for_somebody_else_or_before_being_asked(
    session: Session, app: Flask, offered: Application
) -> None:
    with pytest.raises(NotFound):
        references.name_referee(session, keys_of(app), an_applicant(session), offered.id, 1, ANNA)
    with pytest.raises(NotFound):
        references.name_referee(session, keys_of(app), a_staff_member(session, Role.RECRUITER), offered.id, 1, ANNA)
    early = an_offered(session, app, asked=False)
    with pytest.raises(references.NotAsked):
        name(session, app, early, 1, ANNA)
    with pytest.raises(NotFound):
        name(session, app, offered, 3, ANNA)


def test_answers_are_kept_once_sealed_and_read_on_the_record(
    session: Session, app: Flask, offered: Application
) -> None:
    anna = name(session, app, offered, 1, ANNA)
    link, keys = token(app, anna), keys_of(app)
    assert referee_pages.answer(session, keys, link, answers(knows="CANARY-anna"))
    assert not referee_pages.answer(session, keys, link, answers(knows="another story"))
    session.refresh(anna)
    assert anna.sealed and b"CANARY" not in anna.sealed
    recruiter = a_staff_member(session, Role.RECRUITER)
    read = referee_pages.read(session, keys, recruiter, offered.id, anna.id)
    assert read["knows"] == "CANARY-anna"
    event = session.scalars(select(AuditEvent).filter_by(action="reference.read")).one()
    assert (event.actor_id, event.application_id) == (recruiter.id, offered.id)
    with pytest.raises(NotFound):
        referee_pages.read(session, keys, recruiter, offered.id + 1, anna.id)
    assert count(session, "reference_thanks") == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"knows": "  "}, "knows"),
        ({"reliable": "maybe"}, "reliable"),
        ({"concern": "yes", "concern_words": ""}, "concern_words"),
        ({"recommend": ""}, "recommend"),
    ],
)
def test_a_missing_answer_is_named_and_nothing_is_kept(
    session: Session, app: Flask, offered: Application, given: dict[str, str], field: str
) -> None:
    anna = name(session, app, offered, 1, ANNA)
    with pytest.raises(referee_pages.Unanswered) as refused:
        referee_pages.answer(session, keys_of(app), token(app, anna), answers(**given))
    assert refused.value.field == field
    session.refresh(anna)
    assert anna.sealed is None and anna.answered_at is None


def test_a_wrong_link_is_nobodys_and_a_replaced_one_is_needed_no_more(
    session: Session, app: Flask, offered: Application
) -> None:
    anna = name(session, app, offered, 1, ANNA)
    old = token(app, anna)
    with pytest.raises(NotFound):
        referee_pages.behind(session, "0" * 64)
    new = name(session, app, offered, 1, BEN)
    assert token(app, new) != old
    with pytest.raises(referee_pages.NoLongerNeeded):
        referee_pages.answer(session, keys_of(app), old, answers())
    assert referee_pages.behind(session, token(app, new)).referee.id == new.id
    now_in(session, offered, State.DECLINED)
    with pytest.raises(referee_pages.NoLongerNeeded):
        referee_pages.behind(session, token(app, new))


def test_a_no_asks_the_applicant_for_somebody_else(session: Session, app: Flask, offered: Application) -> None:
    name(session, app, offered, 1, ANNA)
    ben = name(session, app, offered, 2, BEN)
    letters = count(session, "check_asked")
    assert referee_pages.decline(session, token(app, ben))
    assert not referee_pages.decline(session, token(app, ben))
    row = requirement(session, offered, K.REFERENCES)
    assert row.state is R.WITH_APPLICANT and row.due_at and row.due_at > clock.now() + timedelta(days=13)
    assert count(session, "check_asked") == letters + 1
    cat = Named("Cat Dale", "cat@example.org", Relation.TEACHER, 3)
    name(session, app, offered, 2, cat)
    assert requirement(session, offered, K.REFERENCES).state is R.WITH_US
    standing = references.referees_of(session, offered.id)
    assert [row.email for row in standing] == [ANNA.email, cat.email]


def test_met_once_all_that_are_wanted_are_accepted_by_somebody_who_may(
    session: Session, app: Flask, offered: Application
) -> None:
    recruiter = a_staff_member(session, Role.RECRUITER)
    rows = [name(session, app, offered, place, named) for place, named in ((1, ANNA), (2, BEN))]
    with pytest.raises(Conflict):
        references.accept(session, recruiter, rows[0].id)
    for row in rows:
        referee_pages.answer(session, keys_of(app), token(app, row), answers())
    with pytest.raises(references.AlreadyAnswered):
        references.ask_for_another(session, recruiter, rows[0].id)
    assert [references.accept(session, recruiter, rows[0].id) for _ in "12"] == [True, False]
    assert requirement(session, offered, K.REFERENCES).state is R.WITH_US
    references.accept(session, recruiter, rows[1].id)
    met = requirement(session, offered, K.REFERENCES)
    assert (met.state, met.decided_by) == (R.MET, recruiter.id)


def test_chasing_writes_the_same_link_again_once_a_click(session: Session, app: Flask, offered: Application) -> None:
    recruiter, keys = a_staff_member(session, Role.RECRUITER), keys_of(app)
    anna = name(session, app, offered, 1, ANNA)
    link, version = token(app, anna), anna.version
    with clock.at(MARCH + timedelta(days=20)):
        sent = [references.resend(session, keys, recruiter, anna.id, version=version) for _ in "12"]
        session.refresh(anna)
        assert sent == [True, False] and anna.due_at and anna.due_at > clock.now() + timedelta(days=13)
    assert (count(session, "reference_request"), token(app, anna)) == (2, link)
    assert references.ask_for_another(session, recruiter, anna.id)
    assert not references.ask_for_another(session, recruiter, anna.id)
    assert references.referees_of(session, offered.id) == []


def test_reminders_come_twice_with_the_same_link_and_stop_with_the_answer(
    session: Session, app: Flask, offered: Application
) -> None:
    anna, ben = (name(session, app, offered, place, named) for place, named in ((1, ANNA), (2, BEN)))
    referee_pages.answer(session, keys_of(app), token(app, ben), answers())
    due_at, told = anna.due_at, []
    assert due_at is not None
    for days in (8, 6, 6, 1, 1, -1):
        with clock.at(due_at - timedelta(days=days)):
            told.append(referee_pages.remind_referees_due(session, keys_of(app), most=9))
    assert told == [0, 1, 0, 1, 0, 0]
    mail = session.scalars(select(OutboxMail).filter_by(name="reference_reminder")).first()
    assert mail and mail.secret and mail.context["token"] == token(app, anna)


def test_after_a_new_master_key_the_old_link_still_leads_there(
    session: Session, app: Flask, offered: Application
) -> None:
    anna = name(session, app, offered, 1, ANNA)
    old = keys_of(app)
    both = KeyRing.from_settings({**old.masters, old.current + 1: b"9" * 32})
    assert references.token_of(both, anna) == references.token_of(old, anna)
