"""Administrators keep staff accounts: each act works, is on record, and nobody can be left without an administrator."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts import actions, staff_accounts
from portal.domain.accounts.models import Applicant, Passkey, RecoveryCode, Role, StaffMember, StaffRole
from portal.domain.accounts.rules import GRANTS, Permission
from portal.domain.accounts.staff_accounts import AddressTaken, NewRole, Reset
from portal.domain.accounts.staff_sign_in import renew_recovery_codes
from portal.domain.audit.actions import SYSTEM
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Division
from portal.domain.messages.models import OutboxMail
from portal.domain.refusals import Forbidden, Refusal
from portal.extensions import db
from portal.web.keys import pepper
from portal.web.setup import outside_of
from tests.support.client import JudgingClient
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.staff_sign_in import an_enrolled_member, give_code, give_password, send

REASON = "lost phone, checked in person"


@pytest.fixture
def boss(app: Flask, session: Session) -> StaffMember:
    return a_staff_member(session, Role.ADMINISTRATOR)


@pytest.fixture
def browser(app: Flask, boss: StaffMember) -> JudgingClient:
    return browser_of(app, boss)


def person(member: StaffMember) -> str:
    return f"/staff/admin/people/{member.id}"


def fresh(session: Session, member: StaffMember) -> StaffMember:
    session.rollback()
    return session.get_one(StaffMember, member.id, populate_existing=True)


def events(session: Session) -> list[tuple[str, int | None, dict[str, object]]]:
    session.rollback()
    rows = session.scalars(select(AuditEvent).where(AuditEvent.action.like("staff.%")).order_by(AuditEvent.id))
    return [(row.action, row.actor_id, row.detail) for row in rows]


def a_division(session: Session) -> Division:
    with unit_of_work(session):
        division = Division(slug="west", name="West")
        session.add(division)
    return division


def test_somebody_is_added_and_mailed_a_link(browser: JudgingClient, boss: StaffMember, session: Session) -> None:
    division = a_division(session)
    answer = send(
        browser, "/staff/admin/add", name="Ada Clerk", email="Ada.Clerk@Force.example", team="Recruitment team",
        role="recruiter", division=str(division.id),
    )  # fmt: skip
    assert answer.status_code == 303 and "mailed a set-up link" in browser.get(answer.location).text
    session.rollback()
    ada = session.scalars(select(StaffMember).filter_by(email="ada.clerk@force.example")).one()
    assert [(role.role, role.division_id, role.starts_on) for role in ada.roles] == [
        (Role.RECRUITER, division.id, clock.today())
    ]
    assert session.scalars(select(OutboxMail)).one().recipient == ada.email and ada.password_hash is None
    assert [(action, actor) for action, actor, _ in events(session)] == [
        ("staff.added", boss.id), ("staff.role_given", boss.id)
    ]  # fmt: skip
    assert "Ada Clerk" in browser.get("/staff/admin").text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name-error"),
        ({"email": "nonsense"}, "email-error"),
        ({"email": "taken@force.example"}, "email-error"),
        ({"role": "king"}, "role-error"),
        ({"division": "999"}, "division-error"),
        ({"role": "trainer", "division": "own"}, "division-error"),
        ({"starts_on": ["31", "2", "2018"]}, "starts_on-error"),
        ({"starts_on": ["2", "3", "2018"], "ends_on": ["1", "3", "2018"]}, "ends_on-error"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    browser: JudgingClient, session: Session, change: dict[str, object], field: str
) -> None:
    with unit_of_work(session):
        session.add(StaffMember(email="taken@force.example", name="Taken", created_at=clock.wall()))
    division = a_division(session)
    given = {"name": "Ada Clerk", "email": "ada@force.example", "team": "Team", "role": "recruiter", "division": ""}
    given |= change
    if given["division"] == "own":
        given["division"] = str(division.id)
    answer = send(browser, "/staff/admin/add", **given)
    assert answer.status_code == 422 and f'id="{field}"' in answer.text
    session.rollback()
    assert session.scalar(select(func.count()).select_from(StaffMember)) == 2


def test_a_second_factors_reset_takes_everything_and_is_on_record(
    app: Flask, browser: JudgingClient, boss: StaffMember, session: Session
) -> None:
    officer = an_enrolled_member(app, session, Role.RECRUITER)
    renew_recovery_codes(session, officer.member, pepper())
    with unit_of_work(session):
        session.add(
            Passkey(staff_id=officer.member.id, credential_id=b"1", public_key=b"1", sign_count=0, name="Laptop",
                    created_at=clock.wall())
        )  # fmt: skip
    theirs = browser_of(app, officer.member)
    answer = send(browser, person(officer.member) + "/reset", person(officer.member),
                  **{"reset-what": "second_factor", "reset-reason": REASON})  # fmt: skip
    assert answer.status_code == 303
    assert theirs.get("/staff/account").location.startswith("/staff/sign-in")
    member = fresh(session, officer.member)
    assert member.totp_sealed is None and member.totp_confirmed_at is None and member.password_hash is not None
    assert not session.scalars(select(Passkey)).all() and not session.scalars(select(RecoveryCode)).all()
    assert events(session)[-1] == ("staff.reset", boss.id, {"what": "second_factor", "reason": REASON})
    mail = session.scalars(select(OutboxMail)).one()
    letter = outside_of(app).letters.write(mail.name, mail.context, recipient=mail.recipient, message_id="<1@x>")
    assert mail.recipient == member.email and "reset the second step" in letter.text
    again = app.test_client()
    page = again.get(give_password(again, member.email).location)
    assert page.location == "/staff/second-factor/set-up" and "v-secret" in again.get(page.location).text


def test_a_passwords_reset_mails_a_link_and_keeps_the_app(app: Flask, browser: JudgingClient, session: Session) -> None:
    officer = an_enrolled_member(app, session, Role.RECRUITER)
    send(browser, person(officer.member) + "/reset", person(officer.member),
         **{"reset-what": "password", "reset-reason": REASON})  # fmt: skip
    theirs = app.test_client()
    assert give_password(theirs, officer.member.email).status_code == 422
    session.rollback()
    link = f"/staff/set-up/{session.scalars(select(OutboxMail)).one().context['link']}"
    assert theirs.post(link, data={"password": "five wet bicycles", "again": "five wet bicycles"}).status_code == 303
    assert give_code(theirs, officer.code()).status_code == 303 and theirs.get("/staff/account").status_code == 200


@pytest.mark.parametrize(
    "given", [{}, {"reset-what": "password"}, {"reset-reason": REASON}, {"reset-what": "x", "reset-reason": REASON}]
)
def test_a_reset_needs_to_be_told_what_and_why(
    app: Flask, browser: JudgingClient, session: Session, given: dict[str, str]
) -> None:
    officer = an_enrolled_member(app, session, Role.RECRUITER)
    answer = send(browser, person(officer.member) + "/reset", person(officer.member), **given)
    assert answer.status_code == 422 and "There is a problem" in answer.text
    member = fresh(session, officer.member)
    assert member.password_hash and member.totp_sealed and not events(session)


def test_disabled_at_once_and_enabled_again(
    app: Flask, browser: JudgingClient, boss: StaffMember, session: Session
) -> None:
    officer = an_enrolled_member(app, session, Role.RECRUITER)
    theirs = browser_of(app, officer.member)
    send(browser, person(officer.member) + "/disable", person(officer.member), **{"switch-reason": "left the force"})
    assert theirs.get("/staff/account").status_code == 303
    assert "Disabled since" in browser.get(person(officer.member)).text
    send(browser, person(officer.member) + "/enable", person(officer.member), **{"switch-reason": "came back"})
    assert theirs.get("/staff/account").status_code == 303
    assert give_password(theirs, officer.member.email).status_code == 303
    assert [action for action, _, _ in events(session)] == ["staff.disabled", "staff.enabled"]


def test_a_role_is_given_and_ended_for_the_next_request(app: Flask, browser: JudgingClient, session: Session) -> None:
    member = a_staff_member(session, Role.RECRUITER)
    theirs = browser_of(app, member)
    assert theirs.get("/staff/admin").status_code == 403
    given = send(
        browser, person(member) + "/roles", person(member), **{"role-role": "administrator", "role-division": ""}
    )
    assert given.status_code == 303 and theirs.get("/staff/admin").status_code == 200
    twice = send(
        browser, person(member) + "/roles", person(member), **{"role-role": "administrator", "role-division": ""}
    )
    assert twice.status_code == 409
    role = next(role for role in fresh(session, member).roles if role.role is Role.ADMINISTRATOR)
    assert send(browser, f"{person(member)}/roles/{role.id}/end", person(member)).status_code == 303
    assert theirs.get("/staff/admin").status_code == 403
    assert send(browser, f"{person(member)}/roles/999999/end", person(member)).status_code == 404


def test_a_role_holds_from_its_first_day_to_its_last(app: Flask, session: Session) -> None:
    member = a_staff_member(session)
    first, last = date(2018, 3, 1), date(2018, 3, 2)
    staff_accounts.give_role(session, SYSTEM, member.id, NewRole(Role.AUDITOR, None, first, last))
    for day, opens in (
        (first - timedelta(days=1), False),
        (first, True),
        (last, True),
        (last + timedelta(days=1), False),
    ):
        with time_machine.travel(clock.start_of(day) + timedelta(hours=12)):
            browser = browser_of(app, fresh(session, member))
            assert (browser.get("/staff/account").status_code == 200) is opens


@pytest.mark.parametrize("act", ["disable", "reset", "roles", "link"])
def test_nobody_acts_on_their_own_account(
    browser: JudgingClient, boss: StaffMember, session: Session, act: str
) -> None:
    form = {
        "switch-reason": "just trying", "reset-reason": REASON, "reset-what": "password", "role-role": "auditor",
        "role-division": "",
    }  # fmt: skip
    answer = send(browser, f"{person(boss)}/{act}", "/staff/admin/add", **form)
    assert answer.status_code == 422 and "your own account" in answer.text
    own = fresh(session, boss)
    assert own.disabled_at is None and len(own.roles) == 1 and not events(session)
    role = own.roles[0].id
    assert send(browser, f"{person(boss)}/roles/{role}/end", "/staff/admin/add").status_code == 422


@pytest.mark.parametrize("act", ["disable", "end"])
def test_two_administrators_at_once_never_leave_none(app: Flask, session: Session, act: str) -> None:
    pair = [a_staff_member(session, Role.ADMINISTRATOR) for _ in range(2)]
    roles = [member.roles[0].id for member in pair]
    together, refused = Barrier(2), []

    def remove(own: int, other: int) -> None:
        with app.app_context():
            fresh_session = db.session()
            actor = fresh_session.get_one(StaffMember, pair[own].id)
            together.wait()
            try:
                if act == "disable":
                    staff_accounts.disable(fresh_session, actor, pair[other].id, reason="a quarrel")
                else:
                    yesterday = clock.today() - timedelta(days=1)
                    staff_accounts.end_role(fresh_session, actor, pair[other].id, roles[other], last_day=yesterday)
            except Forbidden:
                refused.append(own)
            finally:
                db.session.remove()

    threads = [Thread(target=remove, args=each) for each in ((0, 1), (1, 0))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_no_other_role_opens_the_accounts(app: Flask, session: Session, role: Role) -> None:
    member = a_staff_member(session, role)
    browser = browser_of(app, member)
    for address in ("/staff/admin", "/staff/admin/add", "/staff/admin/permissions", person(member)):
        assert browser.get(address).status_code == 403


def test_an_unknown_person_is_not_found(browser: JudgingClient) -> None:
    assert browser.get("/staff/admin/people/999999").status_code == 404
    answer = send(browser, "/staff/admin/people/999999/disable", "/staff/admin/add", **{"switch-reason": "left us"})
    assert answer.status_code == 404


def test_the_permissions_page_is_the_table(browser: JudgingClient) -> None:
    page = browser.get("/staff/admin/permissions").text
    assert page.count(">yes<") == sum(len(granted) for granted in GRANTS.values())
    assert all(permission.value.capitalize() in page for permission in Permission)


def test_the_first_administrator_comes_from_the_command_line(client: JudgingClient, session: Session) -> None:
    link = staff_accounts.create_administrator(session, "Chief@force.example", "The Chief")
    assert client.get(link).status_code == 200
    session.rollback()
    assert not session.scalars(select(OutboxMail)).all()
    with pytest.raises(AddressTaken):
        staff_accounts.create_administrator(session, "chief@FORCE.example", "Another")


def test_an_actor_who_may_not_is_refused_by_the_action_itself(session: Session) -> None:
    clerk, other = a_staff_member(session, Role.RECRUITER), a_staff_member(session, Role.AUDITOR)
    acts = (
        lambda: staff_accounts.disable(session, clerk, other.id, reason="no reason"),
        lambda: staff_accounts.reset(session, clerk, other.id, Reset.PASSWORD, reason="no reason"),
        lambda: staff_accounts.give_role(session, clerk, other.id, NewRole(Role.ADMINISTRATOR)),
        lambda: staff_accounts.create_staff(session, clerk, email="x@force.example", name="X", roles=[]),
    )
    for act in acts:
        with pytest.raises(Forbidden):
            act()
    assert not events(session)
    assert session.scalar(select(func.count()).select_from(StaffRole)) == 2


def test_an_applicants_address_is_corrected_and_both_are_told(app: Flask, session: Session, boss: StaffMember) -> None:
    applicant = an_applicant(session, "old@example.org")
    browser = browser_of(app, applicant)
    actions.correct_email(session, boss, applicant.id, " New@Example.org ")
    assert "Sign out?" not in browser.get("/sign-out").text
    session.rollback()
    assert session.get_one(Applicant, applicant.id, populate_existing=True).email == "new@example.org"
    mails = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    assert [(mail.recipient, mail.context["kept"]) for mail in mails] == [
        ("old@example.org", False), ("new@example.org", True)
    ]  # fmt: skip
    for mail in mails:
        letter = outside_of(app).letters.write(mail.name, mail.context, recipient=mail.recipient, message_id="<1@x>")
        assert "new@example.org" not in letter.text + letter.html
    event = session.scalars(select(AuditEvent).filter_by(action="applicant.address_corrected")).one()
    assert (event.actor_id, event.detail) == (boss.id, {})


def test_an_address_somebody_else_uses_is_refused(session: Session, boss: StaffMember) -> None:
    one, two = an_applicant(session, "one@example.org"), an_applicant(session, "two@example.org")
    for wrong in ("two@example.org", "TWO@example.org", "nonsense"):
        with pytest.raises(Refusal) as refusal:
            actions.correct_email(session, boss, one.id, wrong)
        assert refusal.value.field == "email"
    session.rollback()
    assert {one.email, two.email} == {"one@example.org", "two@example.org"}
