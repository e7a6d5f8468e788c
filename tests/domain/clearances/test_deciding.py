"""Work, identity and who sees to a check: a person's word, with its reason where it needs one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, RequirementState, State
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import deciding, identity, owning
from portal.domain.clearances.models import RequirementStep
from portal.domain.clearances.steps import words_of
from portal.domain.refusals import Conflict, NotFound
from portal.web.sessions import Viewer
from tests.support.checks import MARCH, an_offered, now_in, requirement
from tests.support.make_applications import a_submitted, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member

K, R = RequirementKind, RequirementState


@pytest.fixture
def offered(session: Session, app: Flask) -> Iterator[Application]:
    with clock.at(MARCH):
        yield an_offered(session, app, employer_kind="security")


def test_a_refusal_has_its_reason_in_words_sealed(session: Session, app: Flask, offered: Application) -> None:
    officer, keys = a_staff_member(session, Role.RECRUITER), keys_of(app)
    no = deciding.decision(K.OCCUPATION, "refused")
    for why in ("", "   "):
        with pytest.raises(deciding.ReasonMissing):
            deciding.decide(session, keys, officer, offered.id, K.OCCUPATION, no, why)
    with pytest.raises(deciding.ReasonTooLong):
        deciding.decide(session, keys, officer, offered.id, K.OCCUPATION, no, "x" * 2001)
    assert deciding.decide(session, keys, officer, offered.id, K.OCCUPATION, no, "CANARY runs the town's only club")
    row = requirement(session, offered, K.OCCUPATION)
    assert (row.state, row.reason, row.decided_by) == (R.NOT_MET, "refused", officer.id)
    sealed = session.scalars(select(RequirementStep).where(RequirementStep.sealed.is_not(None))).one()
    assert sealed.sealed and b"CANARY" not in sealed.sealed
    assert [said.text for said in words_of(session, keys, row.id)] == ["CANARY runs the town's only club"]
    clear = deciding.decision(K.OCCUPATION, "clear")
    assert deciding.decide(session, keys, officer, offered.id, K.OCCUPATION, clear, "")
    assert requirement(session, offered, K.OCCUPATION).state is R.MET


def test_work_that_needs_no_look_is_cleared_by_one_word(session: Session, app: Flask, offered: Application) -> None:
    gardener = an_offered(session, app)
    unread = a_submitted(session, app, the_pilot(session))
    ended = now_in(session, an_offered(session, app), State.DECLINED)
    officer = a_staff_member(session, Role.RECRUITER)
    viewer = Viewer("staff", officer, 0, True, None, "", roles=officer.roles)
    assert deciding.clear_by_the_list(session, viewer, most=9) == [(gardener.id, gardener.reference)]
    assert [deciding.clear_all(session, viewer, officer, most=9) for _ in "12"] == [1, 0]
    assert requirement(session, gardener, K.OCCUPATION).state is R.MET
    assert requirement(session, offered, K.OCCUPATION).state is R.WITH_US
    assert {requirement(session, each, K.OCCUPATION).state for each in (unread, ended)} == {R.NOT_ASKED}


def test_two_kinds_one_with_a_photo_prove_who_somebody_is(session: Session, offered: Application) -> None:
    officer, today = a_staff_member(session, Role.RECRUITER), date(2018, 3, 5)
    assert not identity.see(session, officer, offered.id, ["birth_certificate", "bank_statement"], today)
    assert requirement(session, offered, K.IDENTITY).state is R.WITH_APPLICANT
    identity.unsee(session, officer, offered.id, "bank_statement")
    with pytest.raises(NotFound):
        identity.unsee(session, officer, offered.id, "bank_statement")
    assert identity.see(session, officer, offered.id, ["passport", "birth_certificate"], today)
    row = requirement(session, offered, K.IDENTITY)
    assert (row.state, row.decided_by) == (R.MET, officer.id)
    assert {seen.kind for seen in identity.seen_of(session, offered.id)} == {"passport", "birth_certificate"}
    with pytest.raises(Conflict):
        identity.unsee(session, officer, offered.id, "passport")


@pytest.mark.parametrize(
    ("kinds", "day", "refusal"),
    [
        ([], date(2018, 3, 5), identity.NothingSeen),
        (["a cake"], date(2018, 3, 5), identity.NothingSeen),
        (["passport"], date(2018, 3, 6), identity.DayToCome),
    ],
)
def test_what_cannot_have_been_seen_is_refused(
    session: Session, offered: Application, kinds: list[str], day: date, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        identity.see(session, a_staff_member(session, Role.RECRUITER), offered.id, kinds, day)
    assert identity.seen_of(session, offered.id) == []


def test_a_check_is_given_to_those_who_see_to_its_kind_and_nobody_is_overrun(
    session: Session, offered: Application
) -> None:
    recruiter, medical = a_staff_member(session, Role.RECRUITER), a_staff_member(session, Role.MEDICAL)
    ended = a_staff_member(session, Role.RECRUITER, starts=date(2018, 3, 5) + timedelta(days=1))
    named = {key for key, _name in owning.colleagues(session, offered.id, K.REFERENCES)}
    assert recruiter.id in named and not {medical.id, ended.id} & named
    with pytest.raises(owning.NotTheirs):
        owning.give(session, recruiter, offered.id, K.REFERENCES, medical.id, seen=None)
    assert owning.give(session, recruiter, offered.id, K.REFERENCES, recruiter.id, seen=None)
    assert not owning.give(session, recruiter, offered.id, K.REFERENCES, recruiter.id, seen=None)
    with pytest.raises(owning.OwnerChanged):
        owning.give(session, medical, offered.id, K.REFERENCES, None, seen=None)
    assert requirement(session, offered, K.REFERENCES).owner_id == recruiter.id
