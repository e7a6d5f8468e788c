"""Staff at work on the same things at one moment: nobody waits in a ring, and nothing is silently lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, locked, unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.actions import start, withdraw
from portal.domain.applications.models import Application, Conflict, Relation
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.actions import SYSTEM
from portal.domain.bulk.acting import acting
from portal.domain.campaigns.copying import begin_blank
from portal.domain.campaigns.criteria import CriterionPlan, criteria_of
from portal.domain.campaigns.criteria_editing import plan_mark
from portal.domain.campaigns.models import Campaign, CriterionVersion
from portal.domain.campaigns.questions import seed_questions
from portal.domain.casework.deciding import decide, provisional, reopen
from portal.domain.casework.models import Verdict
from portal.domain.casework.verdicts import BY_LINE, LivesAgain
from portal.domain.journeys.changing_campaigns import edit_criterion
from portal.domain.shortlisting.assigning import add_assessor, assign
from portal.domain.shortlisting.conflicts import declare_known
from portal.domain.shortlisting.cutting import Cut
from portal.domain.shortlisting.models import Assignment, Score
from portal.domain.shortlisting.scoring import save_score
from portal.domain.shortlisting.setting_line import set_line
from portal.extensions import db
from tests.support import make_sifts
from tests.support.make_applications import a_submitted, keys_of, while_open
from tests.support.make_campaigns import the_pilot
from tests.support.moderation import a_sift, sent_in
from tests.support.people import a_staff_member

Do = Callable[[Session], object]


# On SQLite one writer holds everything, so nobody can wait for a row of another's.
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Beside:
    """An act done in a session of its own while the test's holds what it holds."""

    def __init__(self, app: Flask, act: Do, *, seconds: float = 3) -> None:
        self._app, self._act = app, act
        self._raised: Exception | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._thread.join(seconds)
        self.waits = self._thread.is_alive()

    def _run(self) -> None:
        with self._app.app_context():
            try:
                self._act(db.session())
            except Exception as error:
                self._raised = error
            finally:
                db.session.remove()

    def raised(self) -> Exception | None:
        """What came of it in the end."""
        self._thread.join()
        return self._raised


def test_who_only_names_a_held_application_does_not_wait_for_it(app: Flask, session: Session) -> None:
    """Else a run that holds applications and wants the seats, and a recruiter who has the seats and names the
    applications in new rows, would wait for each other."""
    campaign, recruiter = the_pilot(session), a_staff_member(session, Role.RECRUITER)
    application, reader = a_submitted(session, app, campaign), a_staff_member(session, Role.ASSESSOR)
    add_assessor(session, recruiter, campaign.id, reader.id)
    key, campaign_id = application.id, campaign.id

    def deal(own: Session) -> None:
        assert assign(own, SYSTEM, campaign_id) == 1

    with unit_of_work(session):
        locked(session, Application, key)
        beside = Beside(app, deal, seconds=30)
    assert (beside.waits, beside.raised()) == (False, None)


def test_a_line_never_overwrites_what_somebody_decides_by_hand_at_that_moment(app: Flask, session: Session) -> None:
    sift, moderator = a_sift(session), a_staff_member(session, Role.RECRUITER)
    people = [sent_in(session, app, sift, sift.points(value), sift.points(value)) for value in (5, 4)]
    slug, moderator_id = sift.campaign.slug, moderator.id

    def set_it(own: Session) -> None:
        who = acting(own, moderator_id)
        assert who is not None
        set_line(own, who, slug, Cut(100, 0), 0)

    with unit_of_work(session):
        decide(session, moderator, people[0].id, Verdict.DECLINE, reason="conditions")
        beside = Beside(app, set_it)
    assert (beside.waits, beside.raised()) == (True, None)
    found = provisional(session, [each.id for each in people])
    assert [found[each.id].reason for each in people] == ["conditions", BY_LINE]


def test_the_first_score_is_given_by_the_criteria_as_they_are_from_then_on(app: Flask, session: Session) -> None:
    """Else some would be judged by the words of before and some by those of after."""
    campaign, recruiter = the_pilot(session), a_staff_member(session, Role.RECRUITER)
    make_sifts.a_sift(session, app, campaign)
    reading = make_sifts.readings(session)[0]
    one, staff_id, public_id = criteria_of(session, campaign.id)[0], reading.staff_id, reading.public_id
    before = CriterionPlan(one.title, one.weight, one.anchors, one.feedback, one.question_key)

    def score(own: Session) -> None:
        save_score(own, own.get_one(StaffMember, staff_id), public_id, one.id, 4, "", 0)

    with unit_of_work(session):
        after = replace(before, title="Said more plainly")
        edit_criterion(session, recruiter, campaign.id, one.id, after, plan_mark(before))
        beside = Beside(app, score)
    assert (beside.waits, beside.raised()) == (True, None)
    session.rollback()
    judged_by = select(CriterionVersion.title).join(Score, Score.criterion_version_id == CriterionVersion.id)
    assert session.scalars(judged_by).all() == ["Said more plainly"]


def test_two_campaigns_of_one_name_at_once_have_two_addresses(app: Flask, session: Session) -> None:
    the_pilot(session)
    seed_questions(session)
    recruiter_id = a_staff_member(session, Role.RECRUITER).id

    def begin(own: Session) -> None:
        begin_blank(
            own, own.get_one(StaffMember, recruiter_id), name="Patrol", scheme="community-policing-volunteer",
            districts=["maidstone"], opens_on=date(2018, 6, 1), closes_on=date(2018, 6, 30),
        )  # fmt: skip

    with unit_of_work(session):
        begin(session)
        beside = Beside(app, begin)
    assert (beside.waits, beside.raised()) == (True, None)
    slugs = session.scalars(select(Campaign.slug).where(Campaign.name == "Patrol")).all()
    assert sorted(slugs) == ["patrol", "patrol-2"]


def test_stepping_down_while_a_declared_name_is_kept_apart(app: Flask, session: Session) -> None:
    """Both want the same reading and the same conflict, and take them in the same order: neither waits for ever."""
    campaign = the_pilot(session)
    make_sifts.a_sift(session, app, campaign, given_name="Ada", family_name="Lovelace")
    reading = make_sifts.readings(session)[0]
    key, staff_id, keys = reading.id, reading.staff_id, keys_of(app)
    conflict = f"conflict {staff_id} {reading.application_id}"

    def declare(own: Session) -> None:
        declare_known(own, own.get_one(StaffMember, staff_id), keys, "Ada Lovelace", Relation.FRIEND)

    with unit_of_work(session):
        locked(session, Assignment, key)
        beside = Beside(app, declare)
        hold(session, conflict)  # at once: whoever waits for the reading has not taken this
    assert (beside.waits, beside.raised()) == (True, None)
    assert session.scalars(select(Conflict.staff_id)).all() == [staff_id]


def test_reopening_while_the_same_person_begins_again(app: Flask, session: Session) -> None:
    recruiter, campaign = a_staff_member(session, Role.RECRUITER), the_pilot(session)
    ended = a_submitted(session, app, campaign)
    person = ended.applicant
    withdraw(session, person, ended.id, WithdrawReason.TIME)
    key, actor_id = ended.id, recruiter.id

    def reopen_it(own: Session) -> None:
        reopen(own, own.get_one(StaffMember, actor_id), key, "mistake")

    with clock.at(while_open(campaign)), unit_of_work(session):
        start(session, person, campaign)
        beside = Beside(app, reopen_it)
    assert isinstance(beside.raised(), LivesAgain)
