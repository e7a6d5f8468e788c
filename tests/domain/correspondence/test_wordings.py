"""Wordings: placeholders are filled once and named when unknown; each change is a version, a stale one a conflict."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, RequirementState
from portal.domain.correspondence import editing
from portal.domain.correspondence.models import TemplateVersion
from portal.domain.correspondence.shipped import SHIPPED, seed_templates
from portal.domain.correspondence.templates import (
    KNOWN,
    MADE_UP,
    UnknownPlaceholder,
    check_placeholders,
    composed,
    facts_for,
    fill,
    filled,
    template_by_slug,
    templates,
)
from portal.domain.messages.models import OutboxMail
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member
from tests.support.stage import statements


@pytest.fixture
def sent(session: Session, app: Flask) -> Application:
    return a_submitted(session, app, the_pilot(session))


@pytest.fixture
def recruiter(session: Session) -> StaffMember:
    seed_templates(session)
    return a_staff_member(session, Role.RECRUITER)


def test_every_placeholder_has_a_fact(session: Session, sent: Application) -> None:
    [facts] = facts_for(session, [sent.id]).values()
    assert set(facts) == set(KNOWN) == set(MADE_UP)
    assert (facts["given_name"], facts["closes"], facts["answer_by"]) == ("Sam", "26 January", "2 February")
    assert (facts["interviews"], facts["training_from"]) == ("1 to 28 February", "28 April")


def test_what_is_asked_for_is_named(session: Session, sent: Application) -> None:
    with unit_of_work(session):
        sent.requirements[0].state = RequirementState.WITH_APPLICANT
        sent.requirements[0].asked_at = clock.now()
    assert facts_for(session, [sent.id])[sent.id]["asked_for"] == "Your work"


def test_facts_for_many_are_two_statements(session: Session, app: Flask, sent: Application) -> None:
    ids = [sent.id, *(a_submitted(session, app, the_pilot(session)).id for _ in range(4))]
    with statements() as found:
        assert len(facts_for(session, ids)) == 5
    assert len([each for each in found if each.startswith("SELECT")]) == 2


@pytest.mark.parametrize("name", ["given name", "", "first_name", "reference.x", "0"])
def test_an_unknown_placeholder_names_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownPlaceholder) as caught:
        check_placeholders(subject="Fine {reference}", body=f"Dear {{{name}}}")
    assert (
        caught.value.field == "body"
        and "{given_name}" in caught.value.message
        and f"{{{name}}}" in caught.value.message
    )


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    facts = {"given_name": "{reference}", "reference": "CPV-1"}
    assert fill("{given_name} and { reference } and {", facts) == "{reference} and CPV-1 and {"


def test_a_name_is_only_text(session: Session, app: Flask) -> None:
    odd = a_submitted(session, app, the_pilot(session), given_name="{team} <script>")
    subject, body = composed(session, odd.id, "For {given_name}", "Dear {given_name}")
    assert (subject, body) == ("For {team} <script>", "Dear {team} <script>")


def test_the_shipped_wordings_are_fit_to_send(session: Session, recruiter: StaffMember, sent: Application) -> None:
    seed_templates(session)
    found = templates(session)
    assert {each.slug for each in found} == {each.slug for each in SHIPPED}
    for each in found:
        subject, body = filled(each.versions[-1], facts_for(session, [sent.id])[sent.id])
        assert subject and body and "{" not in subject + body


def test_each_change_is_a_version(session: Session, recruiter: StaffMember) -> None:
    made = editing.add_template(session, recruiter, name="Parking", subject="Parking", body="Behind {team}.")
    same = editing.edit_template(
        session, recruiter, made.id, name="Parking", subject="Parking", body="Behind {team}.", seen=1
    )
    assert [each.number for each in same.versions] == [1]
    editing.edit_template(session, recruiter, made.id, name="Parking", subject="Where to park", body="Here.", seen=1)
    rows = session.scalars(
        select(TemplateVersion).filter_by(template_id=made.id).order_by(TemplateVersion.number)
    ).all()
    assert [(row.number, row.subject, row.by_id) for row in rows] == [
        (1, "Parking", recruiter.id), (2, "Where to park", recruiter.id),
    ]  # fmt: skip


def test_a_stale_change_is_a_conflict(session: Session, recruiter: StaffMember) -> None:
    general = template_by_slug(session, "general")
    words = {"name": "General", "subject": "One", "body": "One"}
    editing.edit_template(session, recruiter, general.id, seen=1, **words)
    with pytest.raises(editing.WordingChanged) as caught:
        editing.edit_template(session, recruiter, general.id, seen=1, name="General", subject="Two", body="Two")
    assert caught.value.now.subject == "One"
    twice = editing.edit_template(session, recruiter, general.id, seen=1, **words)
    assert twice.versions[-1].number == 2, "the same words again change nothing"


def test_names_are_needed_and_their_own(session: Session, recruiter: StaffMember) -> None:
    words = {"subject": "x", "body": "y"}
    with pytest.raises(editing.NameTaken):
        editing.add_template(session, recruiter, name=" GENERAL ", **words)
    for name in (" ", "x" * 81):
        with pytest.raises(editing.NameNeeded):
            editing.add_template(session, recruiter, name=name, **words)
    slugs = [
        editing.add_template(session, recruiter, name=name, **words).slug for name in ("New", "new!", "…", "Ça va?")
    ]
    assert slugs == ["wording", "new-2", "wording-2", "ca-va"] or len(set(slugs)) == 4
    assert "new" not in slugs, "that is an address of its own"


def test_put_away_and_back(session: Session, recruiter: StaffMember) -> None:
    general = template_by_slug(session, "general")
    for away in (True, True, False):
        editing.put_away(session, recruiter, general.id, away=away)
        assert ("general" in {each.slug for each in templates(session)}) is not away
    assert "general" in {each.slug for each in templates(session, archived=True)}


def test_a_test_goes_to_the_writer_and_names_nobody(
    session: Session, recruiter: StaffMember, sent: Application
) -> None:
    editing.send_test(session, recruiter, subject="For {given_name}", body="Dear {given_name}, {reference}")
    mail = session.scalars(select(OutboxMail).filter_by(recipient=recruiter.email)).one()
    assert (mail.context["message_subject"], mail.context["body"]) == ("Test: For Jo", "Dear Jo, CPV-0000-0000")
    assert mail.application_id is None
    with pytest.raises(UnknownPlaceholder):
        editing.send_test(session, recruiter, subject="For {nobody}", body="x")
