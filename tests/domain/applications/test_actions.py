"""Starting, answering, submitting and leaving, on both databases."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.actions import (
    correct_contact,
    discard_draft,
    enter_for,
    save_answers,
    start,
    submit,
    withdraw,
)
from portal.domain.applications.models import Answer, Application, Channel, RequirementState, State
from portal.domain.applications.queries import answered, answers
from portal.domain.applications.refusals import (
    CampaignClosed,
    CampaignNotOpen,
    NotComplete,
    NotEditable,
    NotEligible,
    OwnApplication,
)
from portal.domain.applications.rules import WithdrawReason
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import QuestionVersion
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from tests.support.make_applications import a_draft, a_submitted, keys_of, while_open
from tests.support.make_campaigns import a_july_campaign, the_pilot
from tests.support.people import a_staff_member, an_applicant

CANARY = "canary-wheelchair-4417"
SECOND = timedelta(seconds=1)


def _count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_start_makes_a_draft_with_its_requirements(session: Session, app: Flask) -> None:
    campaign = the_pilot(session)
    draft = a_draft(session, app, campaign, complete=False)
    assert draft.state is State.DRAFT
    assert draft.reference.startswith("CPV-")
    assert [row.kind for row in draft.requirements] == [row.kind for row in campaign.requirements]
    assert {row.state for row in draft.requirements} == {RequirementState.NOT_ASKED}


def test_a_second_start_resumes_the_first(session: Session, app: Flask) -> None:
    campaign, person = the_pilot(session), an_applicant(session)
    first = a_draft(session, app, campaign, applicant=person)
    with clock.at(while_open(campaign)):
        assert start(session, person, campaign).id == first.id
    assert _count(session, Application) == 1


def test_a_start_outside_the_window_is_refused(session: Session, app: Flask) -> None:
    campaign, person = the_pilot(session), an_applicant(session)
    with clock.at(campaign.opens_at - SECOND), pytest.raises(CampaignNotOpen):
        start(session, person, campaign)
    with clock.at(campaign.closes_at), pytest.raises(CampaignClosed, match="26 January 2018"):
        start(session, person, campaign)
    assert _count(session, Application) == 0


def test_answers_are_rows_with_the_wording_they_answered(session: Session, app: Flask) -> None:
    draft = a_draft(session, app, the_pilot(session), postcode="me141xx", given_name="  Sam ")
    assert answers(session, keys_of(app), draft)["postcode"] == "ME14 1XX"
    assert (draft.given_name, draft.postcode, draft.district and draft.district.slug) == (
        "Sam",
        "ME14 1XX",
        "maidstone",
    )
    said = {each.key: (each.label, each.shown) for each in answered(session, keys_of(app), draft)}
    assert said["hours"] == ("Can you give 16 hours a month?", "Yes")
    assert said["date_of_birth"][1] == "27 March 1985"
    assert said["weekends"][1].splitlines()[0] == "Saturday 28 April and Sunday 29 April"
    wording = session.scalars(select(QuestionVersion).join(Answer, Answer.question_version_id == QuestionVersion.id))
    assert {version.number for version in wording} == {1}


def test_emptied_answers_go_and_unchanged_ones_leave_no_trace(session: Session, app: Flask) -> None:
    draft = a_draft(session, app, the_pilot(session))
    keys, person = keys_of(app), draft.applicant
    before = _count(session, AuditEvent)
    assert save_answers(session, person, draft, {"given_name": "Sam"}, keys) == []
    assert _count(session, AuditEvent) == before
    assert save_answers(session, person, draft, {"given_name": ""}, keys) == ["given_name"]
    assert "given_name" not in answers(session, keys, draft)
    assert draft.given_name == ""


@pytest.mark.parametrize("typed", ["not a postcode", "ME14", "\x00ME14 1XX\x00x"])
def test_a_wrong_answer_is_kept_as_typed_and_keeps_the_draft_from_being_sent(
    session: Session, app: Flask, typed: str
) -> None:
    campaign = the_pilot(session)
    draft = a_draft(session, app, campaign, postcode=typed)
    assert answers(session, keys_of(app), draft)["postcode"] == typed.replace("\x00", "")
    assert draft.district_id is None
    with pytest.raises(NotComplete) as refused:
        submit(session, draft.applicant, draft.id, while_open(campaign), keys_of(app))
    assert [(state.section.key, list(state.problems)) for state in refused.value.sections] == [
        ("address", ["postcode"])
    ]
    assert draft.state is State.DRAFT


def test_nobody_answers_for_somebody_else(session: Session, app: Flask) -> None:
    draft, stranger = a_draft(session, app, the_pilot(session)), an_applicant(session)
    for act in (
        lambda: save_answers(session, stranger, draft, {"given_name": "Eve"}, keys_of(app)),
        lambda: submit(session, stranger, draft.id, while_open(draft.campaign), keys_of(app)),
        lambda: withdraw(session, stranger, draft.id, WithdrawReason.TIME),
        lambda: discard_draft(session, stranger, draft.id),
    ):
        with pytest.raises(NotFound):
            act()
    assert draft.given_name == "Sam"


@pytest.mark.parametrize("make", [the_pilot, a_july_campaign], ids=["pilot", "july"])
@pytest.mark.parametrize(("late", "taken"), [(-1, True), (0, False), (1, False)])
def test_the_closing_instant_decides(session: Session, app: Flask, make, late: int, taken: bool) -> None:
    campaign = make(session)
    draft = a_draft(session, app, campaign)
    moment = campaign.closes_at + late * SECOND
    with clock.at(moment + 5 * SECOND):  # handled later than it arrived: arrival decides
        if taken:
            sent = submit(session, draft.applicant, draft.id, moment, keys_of(app))
            assert (sent.state, sent.received_at) == (State.SUBMITTED, moment)
        else:
            with pytest.raises(CampaignClosed):
                submit(session, draft.applicant, draft.id, moment, keys_of(app))
            assert session.get_one(Application, draft.id).state is State.DRAFT
    mails = list(session.scalars(select(OutboxMail)))
    assert len(mails) == int(taken)
    if taken:
        expected = {"pilot": "Friday 26 January 2018 at 23:59:59", "july": "Tuesday 31 July 2018 at 23:59:59"}
        assert mails[0].context["received"] == expected["pilot" if campaign.closes_at.month == 1 else "july"]


def test_the_closing_instants_are_those_of_london(session: Session) -> None:
    assert the_pilot(session).closes_at.isoformat() == "2018-01-27T00:00:00+00:00"
    assert a_july_campaign(session).closes_at.isoformat() == "2018-07-31T23:00:00+00:00"


def test_submitting_again_changes_nothing(session: Session, app: Flask) -> None:
    campaign = the_pilot(session)
    sent = a_submitted(session, app, campaign)
    events, received = _count(session, AuditEvent), sent.received_at
    again = submit(session, sent.applicant, sent.id, campaign.closes_at + SECOND, keys_of(app))
    assert (again.id, again.received_at) == (sent.id, received)
    assert _count(session, AuditEvent) == events
    assert _count(session, OutboxMail) == 1


def test_the_rules_of_the_check_decide_again(session: Session, app: Flask) -> None:
    campaign = the_pilot(session)
    cases = {
        "too_young": {"date_of_birth": "2000-06-01"},
        "area": {"postcode": "CT1 2AA"},
        "hours": {"hours": False},
        "training": {"weekends": ["1", "2"]},
    }
    for code, change in cases.items():
        draft = a_draft(session, app, campaign, **change)
        with pytest.raises(NotEligible) as refused:
            submit(session, draft.applicant, draft.id, while_open(campaign), keys_of(app))
        assert [obstacle.code for obstacle in refused.value.obstacles] == [code]


def test_somebody_who_comes_of_age_before_the_end_applies_then(session: Session, app: Flask) -> None:
    campaign = the_pilot(session)
    draft = a_draft(session, app, campaign, date_of_birth=date(2000, 1, 20).isoformat())
    with pytest.raises(NotEligible):
        submit(session, draft.applicant, draft.id, clock.start_of(date(2018, 1, 20)) - SECOND, keys_of(app))
    moment = clock.start_of(date(2018, 1, 20))
    assert submit(session, draft.applicant, draft.id, moment, keys_of(app)).received_at == moment


def test_a_postcode_of_two_districts_asks_which(session: Session, app: Flask) -> None:
    campaign = the_pilot(session)
    draft = a_draft(session, app, campaign, postcode="ME16 8AA")
    assert draft.district is None
    save_answers(session, draft.applicant, draft, {"district": "maidstone"}, keys_of(app))
    assert draft.district and draft.district.slug == "maidstone"
    save_answers(session, draft.applicant, draft, {"district": "dover"}, keys_of(app))
    assert draft.district is None


def test_contact_can_be_corrected_after_sending_and_nothing_else(session: Session, app: Flask) -> None:
    sent = a_submitted(session, app, the_pilot(session))
    person, keys = sent.applicant, keys_of(app)
    changed = correct_contact(session, person, sent, {"phone": "01632 960 001", "why": "another reason"}, keys)
    assert changed == ["phone"]
    assert answers(session, keys, sent)["why"] != "another reason"
    with pytest.raises(NotComplete):
        correct_contact(session, person, sent, {"phone": "none"}, keys)
    with pytest.raises(NotEditable):
        save_answers(session, person, sent, {"why": "another reason"}, keys)
    event = session.scalars(select(AuditEvent).filter_by(action="contact.corrected")).one()
    assert event.detail == {"answers": ["phone"]}


def test_withdrawing_takes_a_coded_reason_and_frees_the_campaign(session: Session, app: Flask) -> None:
    campaign = the_pilot(session)
    sent = a_submitted(session, app, campaign)
    person = sent.applicant
    withdraw(session, person, sent.id, WithdrawReason.MOVED)
    assert (sent.state, sent.withdrawn_reason) == (State.WITHDRAWN, "moved")
    assert [mail.name for mail in session.scalars(select(OutboxMail).order_by(OutboxMail.id))] == [
        "application_received",
        "application_withdrawn",
    ]
    with pytest.raises(NotEditable):
        withdraw(session, person, sent.id, WithdrawReason.MOVED)
    with clock.at(while_open(campaign)):
        assert start(session, person, campaign).id != sent.id


def test_a_draft_is_deleted_and_a_sent_application_is_not(session: Session, app: Flask) -> None:
    campaign = the_pilot(session)
    draft = a_draft(session, app, campaign)
    assert discard_draft(session, draft.applicant, draft.id) == []
    assert (_count(session, Application), _count(session, Answer)) == (0, 0)
    assert session.scalars(select(AuditEvent).filter_by(action="application.discarded")).one().subject_id == draft.id
    sent = a_submitted(session, app, campaign)
    with pytest.raises(NotEditable):
        discard_draft(session, sent.applicant, sent.id)


def test_staff_enter_an_application_for_somebody(session: Session, app: Flask) -> None:
    campaign, officer = the_pilot(session), a_staff_member(session, Role.RECRUITER)
    a_draft(session, app, campaign)  # the questions are there
    with clock.at(while_open(campaign)):
        entered = enter_for(session, officer, " Caller@Example.org ", campaign, Channel.TELEPHONE)
        assert enter_for(session, officer, "caller@example.org", campaign, Channel.PAPER).id == entered.id
        save_answers(session, officer, entered, {"given_name": "Ada"}, keys_of(app))
        with pytest.raises(OwnApplication):
            enter_for(session, officer, officer.email, campaign, Channel.PAPER)
    assert (entered.channel, entered.entered_by, entered.applicant.email) == (
        Channel.TELEPHONE,
        officer.id,
        "caller@example.org",
    )
    online = a_draft(session, app, campaign)
    with pytest.raises(NotEditable):
        save_answers(session, officer, online, {"given_name": "Ada"}, keys_of(app))


def test_a_sealed_answer_is_nowhere_in_the_clear(
    session: Session, app: Flask, tmp_path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        sent = a_submitted(session, app, the_pilot(session), adjustments=CANARY)
    keys = keys_of(app)
    assert answers(session, keys, sent, sealed=True)["adjustments"] == CANARY
    assert "adjustments" not in answers(session, keys, sent)
    assert not [each for each in answered(session, keys, sent) if CANARY in each.shown]
    assert CANARY not in caplog.text
    everything = [event.detail for event in session.scalars(select(AuditEvent))]
    everything += [mail.context for mail in session.scalars(select(OutboxMail))]
    assert CANARY not in str(everything) and "adjustments" not in str(everything)
    saved = session.scalars(select(AuditEvent).filter_by(action="answers.saved")).one()
    assert saved.detail["sealed"] == 1 and "given_name" in saved.detail["answers"]
    if session.get_bind().dialect.name == "sqlite":
        _assert_not_in_files(tmp_path)


def _assert_not_in_files(folder) -> None:
    with sqlite3.connect(folder / "portal.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    files = [path.read_bytes() for path in folder.glob("portal.sqlite*")]
    assert any(b"Gardener" in data for data in files), "an ordinary answer is in the file"
    assert not any(CANARY.encode() in data for data in files)


def test_a_new_wording_leaves_old_answers_with_the_old_words(session: Session, app: Flask) -> None:
    draft = a_draft(session, app, the_pilot(session))
    version = session.scalars(select(QuestionVersion).filter_by(label="Phone number")).one()
    session.rollback()
    with clock.at(datetime(2018, 1, 12, 9)):
        _reword(session, version.question_id, "Your telephone number")
    labels = {each.key: each.label for each in answered(session, keys_of(app), draft)}
    assert labels["phone"] == "Phone number"
    save_answers(session, draft.applicant, draft, {"phone": "01632 960 002"}, keys_of(app))
    labels = {each.key: each.label for each in answered(session, keys_of(app), draft)}
    assert labels["phone"] == "Your telephone number"


def _reword(session: Session, question_id: int, label: str) -> None:
    from_row = session.scalars(select(QuestionVersion).filter_by(question_id=question_id)).one()
    copied = {name: getattr(from_row, name) for name in ("kind", "hint", "options", "required", "word_limit")}
    session.add(QuestionVersion(question_id=question_id, number=2, label=label, created_at=clock.now(), **copied))
    session.commit()
    session.expire_all()
