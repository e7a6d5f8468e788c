"""A certificate comes out only when the rules of the course are met; its paper is kept as it was issued."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, Conflict, Relation, State
from portal.domain.attendance import catching_up, certificates, completing, signing_off
from portal.domain.attendance.assessing import record_result
from portal.domain.attendance.completing import NotComplete, complete, live_certificate
from portal.domain.attendance.graduates import graduates
from portal.domain.attendance.models import Certificate, Result
from portal.domain.attendance.verifying import LARGEST, FileTooLarge, Likeness, NoFile, Word, compare, parse, verify
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import NotFound
from portal.domain.training.models import Trainee, TraineeEnd
from portal.services.crypto import SealBroken
from portal.web.setup import outside_of
from tests.support.catch_ups import AFTER_TWO, came, first_weekend, on
from tests.support.make_applications import keys_of
from tests.support.people import a_staff_member
from tests.support.registers import as_viewer
from tests.support.trainees import a_trainee
from tests.support.volunteers import DONE_AT, a_graduate, a_small_cohort, application_of, attended

BEFORE = clock.from_london(datetime(2018, 4, 27, 10))


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


@pytest.fixture
def trainee(session: Session) -> Trainee:
    with clock.at(BEFORE):
        return a_trainee(session, a_small_cohort(session))


def none_issued(session: Session, trainee: Trainee) -> bool:
    session.rollback()
    count = session.scalar(select(func.count()).select_from(Certificate))
    return count == 0 and session.get_one(Trainee, trainee.id, populate_existing=True).completed_at is None


def test_every_rule_met_is_a_certificate_and_a_letter_once(
    session: Session, recruiter: StaffMember, trainee: Trainee
) -> None:
    with clock.at(DONE_AT):
        first = certified(session, recruiter, trainee)
        assert complete(session, recruiter, trainee.id).id == first.id
    assert [module["code"] for module in first.facts["modules"]] == ["powers-address", "powers-traffic"]
    assert (first.facts["days"], first.facts["first_day"], first.facts["last_day"]) == (2, "2018-04-28", "2018-04-29")
    assert first.completed_on == date(2018, 4, 29) and parse(first.code) == first.code
    assert clock.london(first.issued_at).date() == date(2018, 6, 25)
    assert session.get_one(Trainee, trainee.id, populate_existing=True).completed_at is not None
    assert session.scalar(select(func.count()).where(OutboxMail.name == "training_completed")) == 1


def test_it_was_completed_on_the_day_of_the_last_thing_it_took(
    app: Flask, session: Session, recruiter: StaffMember
) -> None:
    """The last day of the course; or something signed off, or an assessment passed, after it; never the issue."""

    def passed(trainee: Trainee, on_day: date) -> None:
        record_result(session, keys, group.trainer, trainee.id, "aid-2", Result.PASSED, assessed_on=on_day, seen=0)

    keys = keys_of(app)
    with clock.at(AFTER_TWO):
        group = first_weekend(session)
    late, prompt, again = group.people
    with clock.at(on(13, 5, 18)):
        for each in group.people:
            came(session, each, group.days[2:])
        work = catching_up.set_written(session, group.trainer, late.id, "law-1")
        for each in (late, prompt):
            passed(each, date(2018, 5, 13))
    with clock.at(on(20, 5, 18)):
        passed(again, date(2018, 5, 19))
        person = session.get_one(Application, late.application_id).applicant
        catching_up.hand_in(session, keys, person, work.id, "What I read, in my own words.")
        signing_off.sign_off(session, group.trainer, work.id)
    with clock.at(DONE_AT):
        days = [complete(session, recruiter, each.id).completed_on for each in (late, prompt, again)]
    assert days == [date(2018, 5, 20), date(2018, 5, 13), date(2018, 5, 19)]


@pytest.mark.parametrize("but", [1, 2])
def test_nobody_completes_with_a_day_missing(
    session: Session, recruiter: StaffMember, trainee: Trainee, but: int
) -> None:
    with clock.at(DONE_AT):
        attended(session, trainee, but=but)
        with pytest.raises(NotComplete) as caught:
            complete(session, recruiter, trainee.id)
    assert any("days" in words for words in caught.value.missing) and none_issued(session, trainee)


def test_nobody_completes_while_a_day_is_to_come(session: Session, recruiter: StaffMember, trainee: Trainee) -> None:
    with clock.at(datetime(2018, 4, 28, 20)):
        attended(session, trainee)
        with pytest.raises(NotComplete):
            complete(session, recruiter, trainee.id)
    assert none_issued(session, trainee)


def test_nobody_completes_who_is_not_in_training(session: Session, recruiter: StaffMember) -> None:
    with clock.at(BEFORE):
        waiting = a_trainee(session, a_small_cohort(session), started=False)
    with clock.at(DONE_AT):
        attended(session, waiting)
        with pytest.raises(NotComplete):
            complete(session, recruiter, waiting.id)
    assert none_issued(session, waiting)


def certified(session: Session, recruiter: StaffMember, trainee: Trainee) -> Certificate:
    attended(session, trainee)
    return complete(session, recruiter, trainee.id)


def test_nobody_certifies_somebody_they_are_kept_from(
    session: Session, recruiter: StaffMember, trainee: Trainee
) -> None:
    with unit_of_work(session):
        known = {"application_id": trainee.application_id, "relation": Relation.FAMILY, "declared_at": clock.now()}
        session.add(Conflict(staff_id=recruiter.id, **known))
    with clock.at(DONE_AT):
        attended(session, trainee)
        with pytest.raises(NotFound):
            complete(session, recruiter, trainee.id)
    assert none_issued(session, trainee)


def test_a_withdrawn_one_says_so_and_another_may_be_issued(
    session: Session, recruiter: StaffMember, trainee: Trainee
) -> None:
    with clock.at(DONE_AT):
        first = certified(session, recruiter, trainee)
        with pytest.raises(completing.ReasonNeeded):
            completing.withdraw(session, recruiter, first.id, "whim")
        completing.withdraw(session, recruiter, first.id, "name")
        completing.withdraw(session, recruiter, first.id, "mistake")
        assert live_certificate(session, trainee.id) is None
        second = complete(session, recruiter, trainee.id)
    assert second.id != first.id and second.code != first.code
    said = verify(session, first.code)
    assert (said.word, said.name) == (Word.WITHDRAWN, "") and said.withdrawn_on == date(2018, 6, 25)
    assert verify(session, second.code).word is Word.VALID
    row = session.get_one(Certificate, first.id, populate_existing=True)
    assert row.withdrawn_reason == "name"


def test_an_appointed_volunteers_certificate_is_issued_again_with_the_right_name(
    session: Session, recruiter: StaffMember, trainee: Trainee
) -> None:
    with clock.at(DONE_AT):
        first = certified(session, recruiter, trainee)
        with unit_of_work(session):
            session.get_one(Application, trainee.application_id).state = State.APPOINTED
        completing.withdraw(session, recruiter, first.id, "name")
        assert complete(session, recruiter, trainee.id).id != first.id


def test_one_who_has_left_since_is_still_listed_and_their_certificate_can_be_withdrawn(
    session: Session, recruiter: StaffMember, trainee: Trainee
) -> None:
    with clock.at(DONE_AT):
        issued = certified(session, recruiter, trainee)
        with unit_of_work(session):
            held = session.get_one(Trainee, trainee.id)
            held.ended_at, held.ended_as = clock.now(), TraineeEnd.GONE
        viewer = as_viewer(recruiter)
        assert [each.certificate_id for each in graduates(session, viewer, trainee.cohort_id)] == [issued.id]
        completing.withdraw(session, recruiter, issued.id, "conduct")
    assert verify(session, issued.code).word is Word.WITHDRAWN
    assert graduates(session, viewer, trainee.cohort_id) == []


def test_a_code_is_found_however_it_is_typed_and_nothing_else_is_ours(session: Session) -> None:
    found = a_graduate(session)
    name = application_of(session, found)
    bare = found.code.replace("-", "")
    for typed in (found.code, bare, bare.lower(), f" {found.code[:9]} {found.code[9:]} ", found.code.replace("-", " ")):
        said = verify(session, typed)
        assert (said.word, said.name, said.code) == (
            Word.VALID, f"{name.given_name} {name.family_name}", found.code,
        )  # fmt: skip
    swapped = found.code[:-1] + ("2" if found.code[-1] != "2" else "3")
    for typed in ("", "nonsense", swapped, found.code[:-1], found.code + "2", "x" * 5000, "\N{KELVIN SIGN}" * 20):
        assert verify(session, typed).word is Word.UNKNOWN
        assert compare(session, typed, b"%PDF-") is None


def test_its_paper_is_printed_once_kept_sealed_and_is_tagged_with_its_address(app: Flask, session: Session) -> None:
    outside, found = outside_of(app), a_graduate(session)
    assert certificates.print_due(session, outside, most=5) == 1
    assert certificates.print_due(session, outside, most=5) == 0
    paper = certificates.paper_of(session, outside, found.id)
    assert paper == certificates.paper_of(session, outside, found.id)
    row = session.get_one(Certificate, found.id, populate_existing=True)
    assert row.stored_as is not None and row.wrapped_key is not None
    stored = b"".join(outside.storage.read(row.stored_as))
    assert b"%PDF-" not in stored
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        root: Any = pdf.Root
        assert len(pdf.pages) == 1 and root.MarkInfo.Marked and b"pdfuaid" in root.Metadata.read_bytes()
        assert found.name not in str(pdf.docinfo["/Title"])
        alternatives = [
            str(each.Alt) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Alt" in each
        ]
        assert any("QR code" in words for words in alternatives)
        noted: Any = pdf.pages[0].Annots
        links = [str(each.A.URI) for each in noted.as_list()]
        assert f"http://localhost/certificates/{found.code}" in links
    with pytest.raises(SealBroken):
        outside.keys.unwrap(row.wrapped_key, "certificate of another")


def test_asked_for_before_it_is_printed_it_is_printed_at_once_and_two_at_once_keep_one(
    app: Flask, session: Session
) -> None:
    outside, found = outside_of(app), a_graduate(session)
    paper = certificates.paper_of(session, outside, found.id)
    assert not certificates.keep_paper(session, outside, found.id, b"%PDF-another")
    assert certificates.paper_of(session, outside, found.id) == paper
    assert len(list(outside.storage.keys(certificates.PREFIX))) == 1


def test_the_very_file_is_known_and_one_changed_byte_is_an_altered_one(app: Flask, session: Session) -> None:
    outside, found = outside_of(app), a_graduate(session)
    assert compare(session, found.code, b"%PDF-") is Likeness.NOT_PRINTED
    paper = certificates.paper_of(session, outside, found.id)
    other = a_graduate(session)
    others = certificates.paper_of(session, outside, other.id)
    assert compare(session, found.code, paper) is Likeness.SAME
    for place in (0, 10, len(paper) // 2, len(paper) - 1):
        altered = bytearray(paper)
        altered[place] ^= 1
        assert compare(session, found.code, bytes(altered)) is Likeness.ALTERED
    assert compare(session, found.code, paper + b"\n") is Likeness.ALTERED
    assert compare(session, found.code, others) is Likeness.ALTERED
    assert compare(session, other.code, others) is Likeness.SAME
    with pytest.raises(NoFile):
        compare(session, found.code, b"")
    with pytest.raises(FileTooLarge):
        compare(session, found.code, b"x" * (LARGEST + 1))


def test_papers_nobody_refers_to_are_swept_and_others_stay(app: Flask, session: Session) -> None:
    outside, found = outside_of(app), a_graduate(session)
    paper = certificates.paper_of(session, outside, found.id)
    with outside.storage.write(f"{certificates.PREFIX}/{'0' * 32}") as writer:
        writer.write(b"left behind")
    now = clock.wall()
    assert certificates.sweep_papers(session, outside.storage, now) == 0
    assert certificates.sweep_papers(session, outside.storage, now + timedelta(hours=2)) == 1
    assert certificates.paper_of(session, outside, found.id) == paper
