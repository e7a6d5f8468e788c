"""Vetting's desk, the criteria check and changes: who reads what, each step by its page, nothing for anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application
from portal.domain.audit.models import AuditEvent
from portal.domain.clearances import changes, vetting, vetting_answers
from portal.domain.clearances.models import CircumstanceChange, CriteriaCheck, VettingState
from portal.extensions import db
from tests.support.client import JudgingClient
from tests.support.make_applications import keys_of
from tests.support.make_documents import set_clock
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.vetting import begun, case_of, officers, ready, refused, sent_on

MARCH = datetime(2018, 3, 1, 10)
CANARY = "canary: fined at Dover"
V = VettingState


@pytest.fixture(autouse=True)
def in_march(settings: Settings) -> Iterator[None]:
    set_clock(settings, MARCH)
    with clock.at(MARCH):
        yield


def liaison(session: Session, application: Application) -> StaffMember:
    assert application.district is not None
    return a_staff_member(session, Role.LIAISON, division_id=application.district.division_id)


def act(browser: JudgingClient, reference: str, name: str, **fields: Any) -> tuple[int, str]:
    """Sends one step as the case's page offers it."""
    page = browser.get(f"/staff/vetting/{reference}").text
    form = page.split(f'action="/staff/vetting/{reference}/{name}"')[1]
    token = form.split(f'name="{name}-csrf_token"')[1].split('value="')[1].split('"')[0]
    version = form.split(f'name="{name}-version"')[1].split('value="')[1].split('"')[0]
    data = {f"{name}-csrf_token": token, f"{name}-version": version} | {f"{name}-{k}": v for k, v in fields.items()}
    answer = browser.post(f"/staff/vetting/{reference}/{name}", data=data)
    return answer.status_code, answer.text


def acts(session: Session, action: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)) or 0


def test_a_case_from_ready_to_passed(app: Flask, session: Session) -> None:
    application = ready(session, app, more=CANARY)
    browser = browser_of(app, officers(session, 1)[0])
    listed = browser.get("/staff/vetting").text
    assert application.reference in listed and "ready to send on" in listed and CANARY not in listed
    page = browser.get(f"/staff/vetting/{application.reference}")
    assert (
        page.text.count(CANARY) == 9
        and "Police and courts" in page.text
        and "no-store" in page.headers["Cache-Control"]
    )
    assert application.given_name not in page.text.split("<title>")[1].split("</title>")[0]
    assert act(browser, application.reference, "send", level="nothing")[0] == 422
    assert act(browser, application.reference, "send", level="level_3")[0] == 303
    status, wrong = act(browser, application.reference, "ask", question=" ")
    assert status == 422 and "Write the question" in wrong
    assert act(browser, application.reference, "ask", question="Which year?")[0] == 303
    assert "a question is with the applicant" in browser.get("/staff/vetting?show=applicant").text
    query = case_query(session, application)
    vetting_answers.answer(session, keys_of(app), application.applicant, application.id, query, "In 2011")
    assert "In 2011" in browser.get(f"/staff/vetting/{application.reference}").text
    past = {"expires_on": ["1", "2", "2018"]}
    status, wrong = act(browser, application.reference, "clear", **past)
    assert status == 422 and "a day after today" in wrong
    assert act(browser, application.reference, "clear", expires_on=["1", "3", "2020"])[0] == 303
    case = case_of(session, application)
    assert case.state is V.PASSED and str(case.expires_on) == "2020-03-01" and case.level == "level_3"
    assert "Holds until" in browser.get(f"/staff/vetting/{application.reference}").text
    assert application.reference in browser.get("/staff/vetting?show=done").text


def case_query(session: Session, application: Application) -> int:
    (query,) = vetting.open_queries(session, case_of(session, application).id)
    return query.id


def test_a_refusal_needs_two_on_the_page_as_well(app: Flask, session: Session) -> None:
    one, two, three = officers(session)
    case = sent_on(session, app, one)
    application = session.get_one(Application, case.application_id)
    reference, applicant = application.reference, application.applicant
    first, second, third = (browser_of(app, each) for each in (one, two, three))
    assert act(first, reference, "propose", why="")[0] == 422
    assert act(first, reference, "propose", why=CANARY)[0] == 303
    own = first.get(f"/staff/vetting/{reference}").text
    assert f"/{reference}/confirm" not in own and f"/{reference}/take_back" in own
    token = own.split('name="take_back-csrf_token"')[1].split('value="')[1].split('"')[0]
    version = str(case_of(session, application).version)
    forged = {"confirm-csrf_token": token, "confirm-version": version}
    assert first.post(f"/staff/vetting/{reference}/confirm", data=forged).status_code == 403
    assert case_of(session, application).state is V.REFUSAL_PROPOSED
    assert CANARY in second.get(f"/staff/vetting/{reference}").text
    assert act(second, reference, "confirm")[0] == 303
    vetting_answers.appeal(session, keys_of(app), applicant, application.id, "It was my cousin")
    for taker in (first, second):
        page = taker.get(f"/staff/vetting/{reference}").text
        assert f"/{reference}/appeal" not in page and "You took part in the refusal" in page
    assert act(third, reference, "appeal", why="Right")[0] == 422
    assert act(third, reference, "appeal", decision="uphold", why="Right")[0] == 303
    assert case_of(session, application).state is V.PASSED


def test_a_step_that_comes_too_late_keeps_what_was_typed(app: Flask, session: Session) -> None:
    one, two = officers(session, 2)
    case = sent_on(session, app, one)
    reference = session.get_one(Application, case.application_id).reference
    browser = browser_of(app, one)
    page = browser.get(f"/staff/vetting/{reference}").text
    token = page.split('name="propose-csrf_token"')[1].split('value="')[1].split('"')[0]
    old = str(case_of(session, session.get_one(Application, case.application_id)).version)
    assert act(browser_of(app, two), reference, "ask", question="When?")[0] == 303
    data = {"propose-csrf_token": token, "propose-version": old, "propose-why": "Typed with care"}
    answer = browser.post(f"/staff/vetting/{reference}/propose", data=data)
    assert answer.status_code == 409 and "Typed with care" in answer.text and "moved this case on" in answer.text
    assert browser.post(f"/staff/vetting/{reference}/shred", data=data).status_code == 404


def test_each_reading_is_on_record_and_not_on_the_recruiters_page(app: Flask, session: Session) -> None:
    one, two = officers(session, 2)
    case = sent_on(session, app, one)
    application = session.get_one(Application, case.application_id)
    reference = application.reference
    vetting.propose_refusal(session, keys_of(app), one, case.id, CANARY, version=case.version)
    for _twice in range(2):
        browser_of(app, two).get(f"/staff/vetting/{reference}")
    assert acts(session, "vetting.read") == 2
    recruiter = browser_of(app, a_staff_member(session, Role.RECRUITER))
    recruiter.canaries.add(CANARY)
    page = recruiter.get(f"/staff/applications/{reference}").text
    assert "proposed" not in page and "Declarations read" not in page and "Sent to be vetted" in page


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.VETTING])
def test_nobody_but_vetting_comes_near(app: Flask, session: Session, role: Role) -> None:
    one, two = officers(session, 2)
    case = refused(session, app, one, two, CANARY)
    reference = session.get_one(Application, case.application_id).reference
    browser = browser_of(app, a_staff_member(session, role))
    for path in ("", f"/{reference}", f"/{reference}/clear"):
        method = browser.post if path.endswith("clear") else browser.get
        assert method(f"/staff/vetting{path}").status_code in {400, 403}
    assert browser.get(f"/staff/criteria/{reference}").status_code == (200 if role is Role.LIAISON else 403)


def test_their_own_and_a_strangers_are_not_there(app: Flask, session: Session) -> None:
    officer = officers(session, 1)[0]
    own = ready(session, app, an_applicant(session, officer.email))
    browser = browser_of(app, officer)
    assert own.reference not in browser.get("/staff/vetting").text
    for reference in (own.reference, "CPV-2222-2222", "nonsense"):
        assert browser.get(f"/staff/vetting/{reference}").status_code == 404
    assert acts(session, "vetting.read") == 0


def test_the_criteria_check_of_a_division(app: Flask, session: Session) -> None:
    application = ready(session, app, more=CANARY)
    address = f"/staff/criteria/{application.reference}"
    browser = browser_of(app, liaison(session, application))
    listed = browser.get("/staff/criteria").text
    assert application.reference in listed and "With vetting" in listed
    page = browser.get(address).text
    assert CANARY not in page and "With vetting" in page
    fields = {"csrf_token": token_of(page), "version": "0"}
    assert browser.post(address, data=fields).status_code == 422
    wrong = browser.post(address, data=fields | {"answer": "concern"})
    assert wrong.status_code == 422 and "Write what concerns you" in wrong.text
    assert browser.post(address, data=fields | {"answer": "concern", "text": "Two jobs"}).status_code == 303
    stale = browser.post(address, data=fields | {"answer": "meets"})
    assert stale.status_code == 409 and "Two jobs" in stale.text and "keep theirs" in stale.text
    session.rollback()
    assert session.get_one(CriteriaCheck, application.id).version == 1
    recruiter = browser_of(app, a_staff_member(session, Role.RECRUITER))
    recruiter.canaries.add("Two jobs")
    assert recruiter.get(f"/staff/applications/{application.reference}").status_code == 200
    elsewhere = a_staff_member(session, Role.LIAISON, division_id=other_division(application))
    assert browser_of(app, elsewhere).get(address).status_code == 404


def token_of(page: str) -> str:
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


def other_division(application: Application) -> int:
    assert application.district is not None
    return 1 if application.district.division_id != 1 else 2


def test_changes_are_read_at_their_desk(app: Flask, session: Session) -> None:
    application, keys = begun(session, app), keys_of(app)
    for kind, words in (("vetting", CANARY), ("work", "A new job")):
        changes.tell(session, keys, application.applicant, application.id, kind, words)
    told = {row.kind: row.id for row in session.scalars(select(CircumstanceChange))}
    officer = browser_of(app, liaison(session, application))
    officer.canaries.add(CANARY)
    listed = officer.get("/staff/changes").text
    assert "Something for vetting" in listed and "A new job" not in listed
    address = f"/staff/changes/{application.reference}"
    page = officer.get(address).text
    assert "A new job" in page and "Vetting alone reads it" in page
    fields = {"csrf_token": token_of(page)}
    assert officer.post(f"/staff/changes/{told['vetting']}/seen", data=fields).status_code == 404
    assert officer.post(f"/staff/changes/{told['work']}/seen", data=fields).status_code == 303
    assert officer.get("/staff/changes?show=seen").text.count(f">{application.reference}<") == 1
    wrong = officer.post(address, data=fields | {"text": "keep me"})
    assert wrong.status_code == 422 and "keep me" in wrong.text
    assert officer.post(address, data=fields | {"kind": "household", "text": "A lodger"}).status_code == 303
    assert "A lodger" not in officer.get(address).text
    vetter = browser_of(app, officers(session, 1)[0])
    case = vetter.get(f"/staff/vetting/{application.reference}").text
    assert CANARY in case and "A lodger" in case and "A new job" not in case
    assert application.reference in vetter.get("/staff/vetting?show=changes").text
    form = case.split('name="seen-csrf_token"')[1].split('value="')[1].split('"')[0]
    seen = {"seen-csrf_token": form, "seen-version": str(told["vetting"])}
    assert vetter.post(f"/staff/vetting/{application.reference}/seen", data=seen).status_code == 303
    elsewhere = browser_of(app, a_staff_member(session, Role.LIAISON, division_id=other_division(application)))
    assert elsewhere.get(address).status_code == 404
    assert elsewhere.post(f"/staff/changes/{told['work']}/seen", data=fields).status_code == 404


def test_lists_cost_the_same_for_one_and_for_many(app: Flask, session: Session) -> None:
    first = ready(session, app)
    changes.tell(session, keys_of(app), first.applicant, first.id, "work", "One")
    vetter, officer = browser_of(app, officers(session, 1)[0]), browser_of(app, liaison(session, first))
    lists = ((vetter, "/staff/vetting"), (officer, "/staff/criteria"), (officer, "/staff/changes"))
    before = [statements(browser, path) for browser, path in lists]
    for _more in range(3):
        more = ready(session, app, an_applicant(session))
        changes.tell(session, keys_of(app), more.applicant, more.id, "work", "Two")
    assert [statements(browser, path) for browser, path in lists] == before


def statements(browser: JudgingClient, path: str) -> int:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    browser.get(path)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_the_path_stands_on_the_application(app: Flask, session: Session) -> None:
    application = begun(session, app)
    page = browser_of(app, a_staff_member(session, Role.RECRUITER)).get(f"/staff/applications/{application.reference}")
    assert "What sets the start date" in page.text and "sets the date" in page.text
    tracker = browser_of(app, application.applicant).get(f"/applications/{application.reference}").text
    assert "What takes longest is" in tracker


def test_my_work_says_what_waits_and_not_what_one_may_not_decide(app: Flask, session: Session) -> None:
    one, two = officers(session, 2)
    case = sent_on(session, app, one)
    vetting.propose_refusal(session, keys_of(app), one, case.id, "Why", version=case.version)
    waiting = ready(session, app, an_applicant(session))
    changes.tell(session, keys_of(app), waiting.applicant, waiting.id, "vetting", CANARY)
    changes.tell(session, keys_of(app), waiting.applicant, waiting.id, "work", "A job")
    mine, theirs = (browser_of(app, each).get("/staff/").text for each in (one, two))
    assert "Cases to send on" in mine and "Changes told to vetting" in mine
    assert "Refusals for a second person" in theirs and "Refusals for a second person" not in mine
    page = browser_of(app, liaison(session, waiting)).get("/staff/").text
    assert "Changes of circumstances" in page and "Criteria to check" in page and "Cases to send on" not in page
