"""Declarations: sealed from the first word, write-only once sent, added to but never changed."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from portal.domain.clearances import declarations
from portal.domain.clearances.declarations import AlreadySent, ChangedSince, NotAllAnswered
from portal.domain.clearances.declaring import MORE, Given, missing_in
from portal.domain.clearances.models import Declaration, DeclarationKind, VettingState
from portal.domain.clearances.reading import open_case
from portal.domain.clearances.sealing import NothingWritten, TooLong
from portal.domain.journeys.rotating import rotate_keys
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing, SealBroken
from tests.support.make_applications import keys_of
from tests.support.vetting import (
    all_given,
    an_accepted,
    begun,
    case_of,
    declare,
    officers,
    ready,
    refused,
    requirement_of,
    viewer_of,
)

CRIMINAL, FINANCE = DeclarationKind
CANARY = "canary-in-a-declaration"


def rows(session: Session) -> list[Declaration]:
    session.rollback()
    return list(session.scalars(select(Declaration).order_by(Declaration.id)))


def test_nothing_is_asked_before_vetting_begins(session: Session, app: Flask) -> None:
    application, keys = an_accepted(session, app), keys_of(app)
    with pytest.raises(NotFound):
        declarations.standings(session, keys, application.id)
    with pytest.raises(NotFound):
        declarations.keep(session, keys, application.id, CRIMINAL, all_given(CRIMINAL))
    assert rows(session) == []


def test_a_draft_is_sealed_and_its_writer_goes_on_with_it(session: Session, app: Flask) -> None:
    application, keys = begun(session, app), keys_of(app)
    half = Given.of(CRIMINAL, {"convicted": "yes", f"convicted{MORE}": CANARY, "open": "perhaps"})
    for given in (Given.of(CRIMINAL, {}), half):
        declarations.keep(session, keys, application.id, CRIMINAL, given)
    (row,) = rows(session)
    assert CANARY.encode() not in row.sealed and row.sent_at is None
    criminal, finance = declarations.standings(session, keys, application.id)
    assert criminal.given == half and half.answers == {"convicted": "yes"}
    assert finance.saved_at is None
    assert missing_in(CRIMINAL, half) == dict.fromkeys(("cautioned", "arrested", "open", "close"), "Choose yes or no")
    with pytest.raises(NotAllAnswered):
        declare(session, app, application, CRIMINAL, half)
    with pytest.raises(TooLong) as refusal:
        declarations.keep(session, keys, application.id, CRIMINAL, all_given(CRIMINAL, "yes", "x" * 4001))
    assert refusal.value.field == f"convicted{MORE}"


def test_a_yes_needs_its_words() -> None:
    given = Given.of(FINANCE, {"behind": "yes", "judgment": "no", "insolvent": "no", "pressure": "no"})
    assert missing_in(FINANCE, given) == {f"behind{MORE}": "Tell us a little about it"}
    assert missing_in(FINANCE, all_given(FINANCE)) == {}


def test_once_sent_it_cannot_be_read_back_or_changed(session: Session, app: Flask) -> None:
    application, keys = begun(session, app), keys_of(app)
    declare(session, app, application, CRIMINAL, all_given(CRIMINAL, "yes", CANARY))
    standing = declarations.standings(session, keys, application.id)[0]
    assert standing.given is None and standing.sent_at is not None and CANARY not in repr(standing)
    with pytest.raises(AlreadySent):
        declarations.keep(session, keys, application.id, CRIMINAL, all_given(CRIMINAL))
    declarations.send(session, keys, application.applicant, application.id, CRIMINAL, shown="whenever")
    assert len(rows(session)) == 1
    assert case_of(session, application).state is VettingState.WITH_APPLICANT
    declare(session, app, application, FINANCE, all_given(FINANCE))
    assert case_of(session, application).state is VettingState.READY
    assert requirement_of(session, application).state.value == "with_us"


def test_only_what_was_checked_is_sent(session: Session, app: Flask) -> None:
    application, keys = begun(session, app), keys_of(app)
    declarations.keep(session, keys, application.id, FINANCE, all_given(FINANCE))
    seen = declarations.standings(session, keys, application.id)[1].saved_at
    assert seen is not None
    declarations.keep(session, keys, application.id, FINANCE, all_given(FINANCE, "yes", "More"))
    with pytest.raises(ChangedSince):
        declarations.send(session, keys, application.applicant, application.id, FINANCE, shown=seen.isoformat())
    assert rows(session)[0].sent_at is None


def test_a_later_statement_adds_and_stands_beside_it(session: Session, app: Flask) -> None:
    application, keys = begun(session, app), keys_of(app)
    add = declarations.add_statement
    with pytest.raises(NotFound):
        add(session, keys, application.applicant, application.id, CRIMINAL, "Too early")
    declare(session, app, application, CRIMINAL, all_given(CRIMINAL, "yes", CANARY))
    with pytest.raises(NothingWritten):
        add(session, keys, application.applicant, application.id, CRIMINAL, " \n ")
    for _twice in range(2):
        add(session, keys, application.applicant, application.id, CRIMINAL, "It was in 2011, not 2010.")
    assert [row.number for row in rows(session)] == [1, 2]
    first, second = declarations.declared(session, keys, application.id)
    assert first.answers[0].more == CANARY and first.answers[0].question.startswith("Has a court")
    assert second.text == "It was in 2011, not 2010."


def test_each_reading_is_on_record_before_anything_is_shown(session: Session, app: Flask) -> None:
    application = ready(session, app, more=CANARY)
    officer = officers(session, 1)[0]
    viewer = viewer_of(officer)
    for _twice in range(2):
        case = open_case(session, keys_of(app), viewer, application.reference)
        assert CANARY in repr(case)
    reads = session.scalars(select(AuditEvent).filter_by(action="vetting.read")).all()
    assert [(event.actor_id, event.application_id, event.detail) for event in reads] == [
        (officer.id, application.id, {})
    ] * 2


def test_a_new_master_key_seals_all_of_it_again_and_reads(session: Session, app: Flask) -> None:
    one, two = officers(session, 2)
    case = refused(session, app, one, two, CANARY)
    old = keys_of(app)
    ring = KeyRing.from_settings({**old.masters, 9: b"n" * 32})
    changed = rotate_keys(session, SYSTEM, ring)
    assert changed["declaration.sealed"] == 2 and changed["vetting_case.sealed_reason"] == 1
    assert rotate_keys(session, SYSTEM, ring)["declaration.sealed"] == 0
    session.rollback()
    only_new = KeyRing.from_settings({9: b"n" * 32})
    assert len(declarations.declared(session, only_new, case.application_id)) == 2
    with pytest.raises(SealBroken):
        declarations.declared(session, old, case.application_id)
