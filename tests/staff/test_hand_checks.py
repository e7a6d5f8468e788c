"""The list of checks and the pages of those a person decides: references, identity, work, fitness tests."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application, RequirementState
from portal.domain.campaigns.models import Division, RequirementKind
from portal.domain.clearances import fitness, queries, referee_pages, references
from portal.domain.clearances.models import FitnessAttempt, FitnessStandard, IdentityEvidence, Referee
from portal.domain.clearances.references import Named, Relation
from portal.domain.messages.models import OutboxMail
from tests.support.checks import an_offered, answers, requirement
from tests.support.client import JudgingClient
from tests.support.make_applications import keys_of
from tests.support.make_documents import a_document
from tests.support.people import a_staff_member, browser_of
from tests.support.stage import put_clock, statements

K, R = RequirementKind, RequirementState
MOMENT = datetime(2018, 3, 5, 12)


@pytest.fixture
def offered(app: Flask, session: Session) -> Application:
    put_clock(app, MOMENT)
    fitness.ship_standards(session)
    return an_offered(session, app, employer_kind="security")


@pytest.fixture
def recruiter(app: Flask, session: Session, offered: Application) -> JudgingClient:
    return browser_of(app, a_staff_member(session, Role.RECRUITER))


def send(browser: JudgingClient, page: str, address: str = "", **data: str | list[str]) -> tuple[int, str]:
    tokens = browser.tokens(browser.get(page).text)
    answer = browser.post(address or page, data=tokens | data)
    return answer.status_code, answer.text


def a_referee(session: Session, app: Flask, offered: Application, place: int = 1, *, answered: bool = False) -> Referee:
    named = Named(f"Anna {place}", f"anna{place}@example.org", Relation.MANAGER, 4)
    row = references.name_referee(session, keys_of(app), offered.applicant, offered.id, place, named)
    if answered:
        referee_pages.answer(session, keys_of(app), references.token_of(keys_of(app), row), answers(concern="yes",
                             concern_words="Sometimes late"))  # fmt: skip
    return row


def test_the_list_has_every_kind_by_state_late_first(
    session: Session, app: Flask, offered: Application, recruiter: JudgingClient
) -> None:
    page = recruiter.get("/staff/checks?state=with_applicant").text
    assert all(words in page for words in ("References", "Identity", "Vetting", "Medical certificate"))
    assert "Occupation" in recruiter.get("/staff/checks").text
    only = recruiter.get("/staff/checks?state=with_applicant&kind=identity").text
    assert offered.reference in only and "References</td>" not in only
    assert offered.reference not in recruiter.get("/staff/checks?state=with_applicant&mine=yes").text
    assert recruiter.get("/staff/checks?state=cake&kind=cake&after=cake&mine=cake").status_code == 200
    put_clock(app, datetime(2018, 5, 5, 12))
    fresh = an_offered(session, app)
    late = recruiter.get("/staff/checks?state=with_applicant&kind=identity").text
    assert ", late" in late and late.index(offered.reference) < late.index(fresh.reference)


def test_it_pages_through_everything_once_and_costs_the_same(
    session: Session, app: Flask, offered: Application, recruiter: JudgingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/staff/checks?state=with_applicant"
    recruiter.get(address)
    with statements() as one:
        recruiter.get(address)
    others = [an_offered(session, app) for _ in range(3)]
    with statements() as many:
        recruiter.get(address)
    assert len(many) == len(one)
    monkeypatch.setattr(queries, "PAGE", 3)
    seen: list[str] = []
    while address:
        page = recruiter.get(address).text
        seen += [part.split('"')[0] for part in page.split('class="v-ref v-q" data-label="Reference">')[1:]]
        more = 'rel="next"' in page
        address = page.split('" rel="next"')[0].rsplit('href="', 1)[1].replace("&amp;", "&") if more else ""
    named = [text[:13] for text in seen]
    assert {each: named.count(each) for each in set(named)} == {each.reference: 4 for each in (offered, *others)}


def test_another_division_and_other_roles_see_none_of_it(session: Session, app: Flask, offered: Application) -> None:
    north = session.scalars(select(Division.id).filter_by(slug="north")).one()
    stranger = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=north))
    row = a_referee(session, app, offered, answered=True)
    there = f"/staff/checks/{offered.reference}"
    for page in ("references", f"references/{row.id}", "identity", "occupation", "fitness"):
        assert stranger.get(f"{there}/{page}").status_code == 404
    assert offered.reference not in stranger.get("/staff/checks?state=with_applicant").text
    for role in (Role.LIAISON, Role.VETTING, Role.MEDICAL, Role.AUDITOR, Role.ASSESSOR):
        other = browser_of(app, a_staff_member(session, role))
        assert other.get(f"{there}/references/{row.id}").status_code == 403
    medical = browser_of(app, a_staff_member(session, Role.MEDICAL))
    page = medical.get("/staff/checks?state=with_applicant").text
    assert "Medical certificate" in page and "References" not in page


def test_references_are_read_accepted_and_meet_the_check(
    session: Session, app: Flask, offered: Application, recruiter: JudgingClient
) -> None:
    rows = [a_referee(session, app, offered, place, answered=True) for place in (1, 2)]
    other = a_referee(session, app, an_offered(session, app), answered=True)
    here = f"/staff/checks/{offered.reference}/references"
    assert "Sometimes late" not in recruiter.get(here).text
    page = recruiter.get(f"{here}/{rows[0].id}").text
    assert "Sometimes late" in page and "read this with care" in page
    for wrong in (other.id, 999_999):
        assert recruiter.get(f"{here}/{wrong}").status_code == 404
        assert send(recruiter, here, f"{here}/{wrong}/accept")[0] == 404
    for row in rows:
        assert send(recruiter, here, f"{here}/{row.id}/accept")[0] == 303
    assert requirement(session, offered, K.REFERENCES).state is R.MET


def test_chasing_from_the_list(session: Session, app: Flask, offered: Application, recruiter: JudgingClient) -> None:
    row = a_referee(session, app, offered)
    put_clock(app, datetime(2018, 4, 5, 12))
    page = recruiter.get("/staff/checks/references").text
    assert "Anna 1" in page and ", late" in page
    here = f"/staff/checks/{offered.reference}/references/{row.id}"
    said = {"version": str(row.version), "from": "list"}
    assert [send(recruiter, "/staff/checks/references", f"{here}/resend", **said)[0] for _ in "12"] == [303, 303]
    asked = select(func.count()).select_from(OutboxMail).filter_by(name="reference_request")
    session.rollback()
    assert session.scalar(asked) == 2
    assert send(recruiter, "/staff/checks/references", f"{here}/replace", **{"from": "list"})[0] == 303
    assert "Nobody to chase" in recruiter.get("/staff/checks/references").text
    assert requirement(session, offered, K.REFERENCES).state is R.WITH_APPLICANT


def test_documents_are_seen_on_a_day(session: Session, offered: Application, recruiter: JudgingClient) -> None:
    here = f"/staff/checks/{offered.reference}/identity"
    day = {"day": ["5", "3", "2018"]}
    assert send(recruiter, here, **day)[0] == 422
    status, page = send(recruiter, here, kinds=["passport"], day=["6", "3", "2018"])
    assert status == 422 and "today or an earlier day" in page
    assert send(recruiter, here, kinds=["passport"], **day)[0] == 303
    assert send(recruiter, here, f"{here}/passport/remove")[0] == 303
    assert send(recruiter, here, f"{here}/cake/remove")[0] == 404
    assert send(recruiter, here, kinds=["passport", "council_tax"], **day)[0] == 303
    session.rollback()
    assert session.scalar(select(func.count()).select_from(IdentityEvidence)) == 2
    assert requirement(session, offered, K.IDENTITY).state is R.MET


def test_work_is_decided_with_a_reason_and_nothing_typed_is_lost(
    session: Session, offered: Application, recruiter: JudgingClient
) -> None:
    here, decision = (f"/staff/checks/{offered.reference}/occupation{end}" for end in ("", "/decision"))
    assert "Private security" in recruiter.get(here).text
    status, page = send(recruiter, here, decision, outcome="refused", why="")
    assert status == 422 and "Say why" in page
    status, page = send(recruiter, here, decision, outcome="cake", why="Kept words")
    assert status == 422 and "Kept words" in page
    assert send(recruiter, here, decision, outcome="refused", why="Runs the doors of the only club")[0] == 303
    assert "Runs the doors" in recruiter.get(here).text
    assert requirement(session, offered, K.OCCUPATION).state is R.NOT_MET
    assert send(recruiter, here, f"/staff/checks/{offered.reference}/medical/decision", outcome="fit")[0] == 404


def test_ordinary_work_is_cleared_by_one_click(
    session: Session, app: Flask, offered: Application, recruiter: JudgingClient
) -> None:
    gardener = an_offered(session, app)
    page = recruiter.get("/staff/checks?kind=occupation").text
    assert "1 person" in page
    assert send(recruiter, "/staff/checks?kind=occupation", "/staff/checks/occupation/clear")[0] == 303
    assert requirement(session, gardener, K.OCCUPATION).state is R.MET
    assert requirement(session, offered, K.OCCUPATION).state is R.WITH_US


def test_an_attempt_is_recorded_by_a_document(
    session: Session, app: Flask, offered: Application, recruiter: JudgingClient
) -> None:
    here = f"/staff/checks/{offered.reference}/fitness"
    assert "There is neither yet" in recruiter.get(here).text
    paper = a_document(session, app, offered, kind=K.FITNESS)
    standard = session.scalars(select(FitnessStandard).filter_by(test="multi_stage")).one()
    said = {"standard": str(standard.id), "behind": f"document-{paper.public_id}", "day": ["2", "3", "2018"]}
    for result in ("", "fast", "-1", "NaN"):
        assert send(recruiter, here, f"{here}/attempts", **said, result=result)[0] == 422
    status, page = send(recruiter, here, f"{here}/attempts", **(said | {"day": ["", "", ""]}), result="4.1")
    assert status == 422 and "Enter the day" in page and 'value="4.1"' in page
    assert send(recruiter, here, f"{here}/attempts", **said, result="4.1")[0] == 303
    page = recruiter.get(here).text
    assert "not reached" in page and "4.1" not in page, "the result itself is for reviewers"
    assert "4.1" in browser_of(app, a_staff_member(session, Role.MEDICAL)).get(here).text
    own = browser_of(app, offered.applicant).get(f"/applications/{offered.reference}/fitness").text
    assert "level 4.1" in own and "2 attempts" in own
    session.rollback()
    attempt = session.scalars(select(FitnessAttempt.id)).one()
    assert send(recruiter, here, f"{here}/{attempt}/remove")[0] == 303
    assert send(recruiter, here, f"{here}/{attempt}/remove")[0] == 404


def test_a_new_standard_ends_the_old_and_only_the_whole_forces_set_it(
    session: Session, app: Flask, offered: Application, recruiter: JudgingClient
) -> None:
    here = "/staff/checks/fitness-standards"
    said = {"test": "multi_stage", "name": "Multi-stage fitness test", "unit": "level", "level": "5.7"}
    assert "our assumption" in recruiter.get(here).text
    status, page = send(recruiter, here, **said, starts=["1", "1", "2018"])
    assert status == 422 and "starts after the one before it" in page
    assert send(recruiter, here, **said, starts=["1", "4", "2018"])[0] == 303
    page = recruiter.get(here).text
    assert "5.7" in page and "to come" in page
    west = session.scalars(select(Division.id).filter_by(slug="west")).one()
    divisional = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west))
    assert "A new standard" not in divisional.get(here).text
    token = divisional.tokens(divisional.get(f"/staff/checks/{offered.reference}/identity").text)
    assert divisional.post(here, data=token | said | {"starts": ["1", "5", "2018"]}).status_code == 403


def test_a_check_is_given_to_a_colleague(
    session: Session, app: Flask, offered: Application, recruiter: JudgingClient
) -> None:
    here = f"/staff/checks/{offered.reference}/references"
    colleague, doctor = a_staff_member(session, Role.RECRUITER), a_staff_member(session, Role.MEDICAL)
    assert send(recruiter, here, f"{here}/owner", seen="", owner=str(colleague.id))[0] == 303
    assert send(recruiter, here, f"{here}/owner", seen="", owner="")[0] == 409
    assert send(recruiter, here, f"{here}/owner", seen=str(colleague.id), owner=str(doctor.id))[0] == 422
    assert requirement(session, offered, K.REFERENCES).owner_id == colleague.id
    medical = f"/staff/checks/{offered.reference}/medical/owner"
    assert send(recruiter, here, medical, seen="", owner="")[0] == 404


def test_what_somebody_needs_is_read_by_recruiters_and_nothing_more_of_their_health(
    session: Session, app: Flask, offered: Application, recruiter: JudgingClient
) -> None:
    a_document(session, app, offered)
    reviewer = browser_of(app, a_staff_member(session, Role.MEDICAL))
    page = reviewer.get(f"/staff/checks/{offered.reference}").text
    shown = page.split('name="medical-shown"')[1].split('value="')[1].split('"')[0]
    token = page.split('name="medical-csrf_token"')[1].split('value="')[1].split('"')[0]
    data = {"medical-csrf_token": token, "medical-shown": shown, "medical-outcome": "fit_with_changes"}
    answer = reviewer.post(f"/staff/checks/{offered.reference}/medical", data=data)
    assert answer.status_code == 422 and "Say what they need" in answer.text
    data["medical-needs"] = "A step-free room"
    assert reviewer.post(f"/staff/checks/{offered.reference}/medical", data=data).status_code == 303
    sheet = recruiter.get(f"/staff/applications/{offered.reference}").text
    assert "fit, with changes" in sheet and "A step-free room" in sheet and "holds until 5 March 2019" in sheet
    liaison = (
        browser_of(app, a_staff_member(session, Role.LIAISON)).get(f"/staff/applications/{offered.reference}").text
    )
    assert "A step-free room" not in liaison and "fit, with changes" not in liaison
