"""Assigning: every seat that can be filled, once; nobody who knows the person; handing on; and who has finished."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.actions import withdraw
from portal.domain.applications.models import Application, Conflict, Relation
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Assessor, Campaign
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from portal.domain.shortlisting.assigning import (
    add_assessor,
    assign,
    finish_closed,
    hand_over,
    propose,
    reassign,
    remove_assessor,
    set_due,
    step_down,
)
from portal.domain.shortlisting.conflicts import (
    FullNameNeeded,
    declare_known,
    forget_known,
    keep_known_apart,
    known_people,
    same_name,
)
from portal.domain.shortlisting.models import Assignment, Entry, Round, Triage
from portal.domain.shortlisting.refusals import AlreadyFinished, CannotTakeIt, NotAnAssessor
from portal.domain.shortlisting.scoring import look
from tests.support.make_applications import a_draft, a_submitted, keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.make_sifts import a_sift, readings, score_all, some_assessors
from tests.support.people import a_staff_member, an_applicant, browser_of

CLOSED = datetime(2018, 1, 29, 10)


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


def loads(session: Session) -> list[int]:
    return sorted(Counter(reading.staff_id for reading in readings(session)).values())


def assessor(session: Session, campaign: Campaign, member: StaffMember) -> Assessor:
    session.rollback()
    return session.get_one(Assessor, (campaign.id, member.id))


def test_everything_sent_is_read_by_two_evenly_and_assigning_again_changes_nothing(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign = a_campaign(session)
    a_draft(session, app, campaign)
    readers, sent = a_sift(session, app, campaign, readers=3, applications=4)
    assert loads(session) == [2, 3, 3]
    for application in sent:
        pair = readings(session, application_id=application.id)
        assert [reading.seat for reading in pair] == [1, 2] and pair[0].staff_id != pair[1].staff_id
        assert pair[0].alias != pair[1].alias
    assert assign(session, recruiter, campaign.id) == 0 and len(readings(session)) == 8
    aliases = set(session.scalars(select(Entry.alias)))
    assert len(aliases) == 4 and not aliases & {reading.alias for reading in readings(session)}
    mails = session.scalars(select(OutboxMail.recipient).filter_by(name="readings_given")).all()
    assert sorted(mails) == sorted(reader.email for reader in readers), "one mail each, however much they are given"


def test_those_who_come_later_fill_up_and_other_campaigns_stay_as_they_are(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign, other = a_campaign(session), a_campaign(session)
    a_sift(session, app, campaign, applications=1)
    late, elsewhere = a_submitted(session, app, campaign), a_submitted(session, app, other)
    assert len(propose(session, campaign.id).given) == 2
    assert assign(session, recruiter, campaign.id, [elsewhere.id]) == 0
    assert assign(session, recruiter, campaign.id, [late.id]) == 2
    assert not readings(session, application_id=elsewhere.id)
    with pytest.raises(NotFound):
        assign(session, recruiter, 999_999)


def test_one_reader_where_the_campaign_says_so(session: Session, app: Flask) -> None:
    campaign = a_campaign(session)
    with unit_of_work(session):
        campaign.assessors_each = 1
    a_sift(session, app, campaign, readers=2, applications=4)
    assert loads(session) == [2, 2]


def test_a_quick_look_comes_first_where_the_campaign_says_so(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign = a_campaign(session)
    with unit_of_work(session):
        campaign.triage = True
    _readers, sent = a_sift(session, app, campaign, readers=3, applications=2)
    looks = readings(session)
    assert [reading.round for reading in looks] == [Round.TRIAGE] * 2
    by = {reading.application_id: session.get_one(StaffMember, reading.staff_id) for reading in looks}
    ids = {reading.application_id: reading.public_id for reading in looks}
    on, out = (application.id for application in sent)
    look(session, by[on], ids[on], Triage.READ_ON, "")
    rounds = Counter(reading.round for reading in readings(session, application_id=on))
    assert rounds == {Round.TRIAGE: 1, Round.SCORE: 2}
    look(session, by[out], ids[out], Triage.DECLINE, "Wants paid work only")
    assert len(readings(session, application_id=out)) == 1 and assign(session, recruiter, campaign.id) == 0
    assert session.get_one(Entry, out).triage is Triage.DECLINE


def test_nobody_reads_for_their_own_application_their_name_or_somebody_they_know(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign = a_campaign(session)
    own, same, knows, free = some_assessors(session, campaign, 4)
    with unit_of_work(session):
        own.email, same.name = "mine@example.org", "Bill Adeyemi-Voss"
    application = a_submitted(
        session, app, campaign, applicant=an_applicant(session, "mine@example.org"), given_name="William",
        family_name="Adeyemi-Voss",
    )  # fmt: skip
    with unit_of_work(session):
        session.add(
            Conflict(
                staff_id=knows.id, application_id=application.id, relation=Relation.FRIEND, declared_at=clock.now()
            )
        )
    assert assign(session, recruiter, campaign.id) == 1
    assert [reading.staff_id for reading in readings(session)] == [free.id]
    assert propose(session, campaign.id).unfilled == ((application.id, 2),)


def test_nobody_reads_blind_what_they_have_opened_under_its_name(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign, both = a_campaign(session), a_staff_member(session, Role.RECRUITER, Role.ASSESSOR)
    seen, unseen = a_submitted(session, app, campaign), a_submitted(session, app, campaign)
    browser_of(app, both).get(f"/staff/applications/{seen.reference}")
    add_assessor(session, recruiter, campaign.id, both.id)
    assign(session, recruiter, campaign.id)
    assert [reading.application_id for reading in readings(session)] == [unseen.id]
    remove_assessor(session, recruiter, campaign.id, both.id)
    browser_of(app, both).get(f"/staff/applications/{unseen.reference}")
    add_assessor(session, recruiter, campaign.id, both.id)
    assert assign(session, recruiter, campaign.id) == 0, "they came off it, looked, and came back"


@pytest.mark.parametrize(
    ("declared", "given", "family", "same"),
    [
        ("Bill May", "William Mark", "May", True),
        ("william may", "Will", "May", True),
        ("Zoe Okafor", "Zoë", "Okafor-Hale", True),
        ("Jo O'Neil", "Josephine", "O'neil", True),
        ("Will May", "Margaret", "May", False),
        ("Will May", "William", "Maybury", False),
    ],
)
def test_a_declared_name_is_met_in_the_forms_it_has(declared: str, given: str, family: str, same: bool) -> None:
    assert same_name(declared, given, family) is same


def test_a_name_declared_beforehand_keeps_the_application_away(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign, keys = a_campaign(session), keys_of(app)
    knows, free = some_assessors(session, campaign)
    with pytest.raises(FullNameNeeded):
        declare_known(session, knows, keys, "Bill", Relation.FRIEND)
    for _twice in range(2):
        declare_known(session, knows, keys, "  Bill   Featherstone ", Relation.FRIEND)
    assert [known.name for known in known_people(session, keys, knows.id)] == ["Bill Featherstone"]
    assert known_people(session, keys, free.id) == []
    a_submitted(session, app, campaign, given_name="Zed", family_name="Featherstone")
    application = a_submitted(session, app, campaign, given_name="William", family_name="Featherstone")
    assert keep_known_apart(session, keys) == 1 and keep_known_apart(session, keys) == 0
    assign(session, recruiter, campaign.id)
    assert [reading.staff_id for reading in readings(session, application_id=application.id)] == [free.id]
    known = known_people(session, keys, knows.id)[0]
    with pytest.raises(NotFound):
        forget_known(session, free, known.id)
    forget_known(session, knows, known.id)
    assert known_people(session, keys, knows.id) == []
    assert session.scalar(select(func.count()).select_from(Conflict)) == 1, "what was kept apart stays so"


def test_a_name_declared_late_takes_the_reading_away_and_its_seat_can_be_filled(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign = a_campaign(session)
    readers, sent = a_sift(session, app, campaign, readers=3, given_name="Ottoline", family_name="Quibell")
    first = readings(session, application_id=sent[0].id)[0]
    declare_known(
        session, session.get_one(StaffMember, first.staff_id), keys_of(app), "Ottoline Quibell", Relation.WORK
    )
    assert len(readings(session, application_id=sent[0].id)) == 1
    assert assign(session, recruiter, campaign.id) == 1
    pair = {reading.staff_id for reading in readings(session, application_id=sent[0].id)}
    assert pair == {reader.id for reader in readers} - {first.staff_id}


def test_stepping_down_declares_a_conflict_and_the_seat_goes_to_another(session: Session, app: Flask) -> None:
    campaign = a_campaign(session)
    readers, sent = a_sift(session, app, campaign, readers=3)
    reading = readings(session)[0]
    reader = session.get_one(StaffMember, reading.staff_id)
    other = next(each for each in readers if each.id not in {one.staff_id for one in readings(session)})
    with pytest.raises(NotFound):
        step_down(session, other, reading.id, Relation.FAMILY)
    assert step_down(session, reader, reading.id, Relation.FAMILY)
    now = readings(session)
    assert {one.staff_id for one in now} == {each.id for each in readers} - {reader.id}
    assert {one.seat for one in now} == {1, 2}
    conflict = session.scalars(select(Conflict)).one()
    assert (conflict.staff_id, conflict.application_id, conflict.relation) == (reader.id, sent[0].id, Relation.FAMILY)
    with pytest.raises(NotFound):
        step_down(session, reader, reading.id, Relation.FAMILY)
    left = readings(session)[0]
    assert not step_down(session, session.get_one(StaffMember, left.staff_id), left.id, Relation.OTHER)
    assert len(readings(session)) == 1, "nobody is left for it"


def test_what_is_finished_cannot_be_stepped_down_from_or_given_away(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign = a_campaign(session)
    readers, _sent = a_sift(session, app, campaign, readers=3)
    reading = readings(session)[0]
    score_all(session, reading)
    with pytest.raises(AlreadyFinished):
        step_down(session, session.get_one(StaffMember, reading.staff_id), reading.id, Relation.FAMILY)
    with pytest.raises(AlreadyFinished):
        reassign(session, recruiter, reading.id, readers[-1].id)


def test_a_reading_is_given_to_somebody_else_who_may_have_it(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign = a_campaign(session)
    readers, _sent = a_sift(session, app, campaign, readers=3)
    first, second = readings(session)
    free = next(each for each in readers if each.id not in {first.staff_id, second.staff_id})
    for nobody in (first.staff_id, second.staff_id, recruiter.id, 999_999):
        with pytest.raises(CannotTakeIt):
            reassign(session, recruiter, first.id, nobody)
    assert [reading.id for reading in readings(session)] == [first.id, second.id], "a refusal changes nothing"
    reassign(session, recruiter, first.id, free.id)
    assert {reading.staff_id for reading in readings(session)} == {free.id, second.staff_id}
    with pytest.raises(NotFound):
        reassign(session, recruiter, first.id, free.id)
    again = next(reading for reading in readings(session) if reading.staff_id == free.id)
    reassign(session, recruiter, again.id, first.staff_id)
    assert first.id in {reading.id for reading in readings(session)}, "given back, it is the same reading"


def test_somebody_away_hands_over_what_is_not_finished(session: Session, app: Flask, recruiter: StaffMember) -> None:
    campaign = a_campaign(session)
    away, *_others = a_sift(session, app, campaign, readers=3, applications=6)[0]
    score_all(session, readings(session, away.id)[0])
    assert hand_over(session, recruiter, campaign.id, away.id) == 3
    assert len(readings(session, away.id)) == 1 and loads(session) == [1, 5, 6]
    assert assessor(session, campaign, away).ended_at is None
    with pytest.raises(NotFound):
        hand_over(session, recruiter, campaign.id, recruiter.id)


def test_where_nobody_else_can_take_it_it_stays(session: Session, app: Flask, recruiter: StaffMember) -> None:
    campaign = a_campaign(session)
    (away, _other), _sent = a_sift(session, app, campaign, readers=2, applications=2)
    assert hand_over(session, recruiter, campaign.id, away.id) == 0
    assert len(readings(session, away.id)) == 2


def test_taken_off_and_put_back(session: Session, app: Flask, recruiter: StaffMember) -> None:
    campaign = a_campaign(session)
    readers, _sent = a_sift(session, app, campaign, readers=2, applications=2)
    score_all(session, readings(session, readers[0].id)[0], finish=False)
    kept = {reading.id for reading in readings(session, readers[0].id)}
    assert remove_assessor(session, recruiter, campaign.id, readers[0].id) == 0
    assert readings(session, readers[0].id) == []
    with pytest.raises(NotFound):
        remove_assessor(session, recruiter, campaign.id, readers[0].id)
    for _twice in range(2):
        add_assessor(session, recruiter, campaign.id, readers[0].id)
    assert assign(session, recruiter, campaign.id) == 2
    assert {reading.id for reading in readings(session, readers[0].id)} == kept, "what they had scored is there"
    events = session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("assessor."))).all()
    assert Counter(events) == {"assessor.added": 3, "assessor.removed": 1}


@pytest.mark.parametrize("why", ["role", "ended", "disabled", "nobody"])
def test_only_somebody_with_the_role_today_reads(session: Session, recruiter: StaffMember, why: str) -> None:
    campaign = a_campaign(session)
    member = a_staff_member(session, Role.LIAISON if why == "role" else Role.ASSESSOR)
    with unit_of_work(session):
        if why == "ended":
            member.roles[0].ends_on = clock.today() - timedelta(days=1)
        member.disabled_at = clock.wall() if why == "disabled" else None
    with pytest.raises(NotAnAssessor):
        add_assessor(session, recruiter, campaign.id, 999_999 if why == "nobody" else member.id)


def test_a_reader_who_loses_the_role_is_given_nothing_more(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign = a_campaign(session)
    gone, *_others = some_assessors(session, campaign, 3)
    with unit_of_work(session):
        gone.disabled_at = clock.wall()
    a_submitted(session, app, campaign)
    assign(session, recruiter, campaign.id)
    assert gone.id not in {reading.staff_id for reading in readings(session)}


def test_another_day_for_what_is_not_finished(session: Session, app: Flask, recruiter: StaffMember) -> None:
    campaign = a_campaign(session)
    a_sift(session, app, campaign, applications=2)
    score_all(session, readings(session)[0])
    day = date(2018, 2, 14)
    assert set_due(session, recruiter, campaign.id, day) == 3 and set_due(session, recruiter, campaign.id, day) == 0
    assert sum(reading.due_on == day for reading in readings(session)) == 3


def test_readers_have_finished_once_all_is_in_and_the_campaign_is_closed(
    session: Session, app: Flask, recruiter: StaffMember
) -> None:
    campaign = a_campaign(session)
    readers, sent = a_sift(session, app, campaign, readers=2, applications=2)
    with clock.at(datetime(2018, 1, 20, 10)):
        for reading in readings(session, readers[0].id):
            score_all(session, reading)
        assert finish_closed(session) == 0 and assessor(session, campaign, readers[0]).finished_at is None
    with clock.at(CLOSED):
        assert finish_closed(session) == 1 and finish_closed(session) == 0
        assert assessor(session, campaign, readers[0]).finished_at is not None
        score_all(session, readings(session, readers[1].id)[0])
        assert assessor(session, campaign, readers[1]).finished_at is None
        withdraw(session, sent[1].applicant, sent[1].id, next(iter(WithdrawReason)))
        left = next(reading for reading in readings(session, readers[1].id) if reading.application_id == sent[0].id)
        if left.completed_at is None:
            score_all(session, left)
        finish_closed(session)
        assert assessor(session, campaign, readers[1]).finished_at is not None, "what was withdrawn needs nobody"


def test_nobody_has_finished_while_a_seat_is_empty(session: Session, app: Flask, recruiter: StaffMember) -> None:
    campaign = a_campaign(session)
    readers, _sent = a_sift(session, app, campaign, readers=1)
    with clock.at(CLOSED):
        score_all(session, readings(session)[0])
        assert assessor(session, campaign, readers[0]).finished_at is None
        more = some_assessors(session, campaign, 1)
        assign(session, recruiter, campaign.id)
        score_all(session, readings(session, more[0].id)[0])
        assert assessor(session, campaign, readers[0]).finished_at is not None
        assert session.scalar(select(func.count()).select_from(Application)) == 1


def test_no_alias_is_used_twice_for_one_reader(session: Session, app: Flask) -> None:
    campaign = a_campaign(session)
    readers, _sent = a_sift(session, app, campaign, readers=2, applications=30)
    for reader in readers:
        aliases = [reading.alias for reading in readings(session, reader.id)]
        assert len(set(aliases)) == 30
    numbers = session.scalars(select(Assignment.public_id)).all()
    assert len(set(numbers)) == 60 and all(len(number) >= 16 for number in numbers)
