"""Acts on many, from the list to the end: who may, who is shown, what is asked, and what the run's page says."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.applications.models import Application, Conflict, Relation, State
from portal.domain.bulk.models import Run, RunItem, RunState
from portal.domain.casework.deciding import decide
from portal.domain.casework.models import ApplicationTag, Decision, Verdict
from portal.domain.casework.owning import give_owner
from portal.domain.casework.tagging import tag, tag_named
from portal.domain.correspondence.models import Message
from portal.domain.messages.models import OutboxMail
from tests.support.bulk_runs import confirmed, fields_of, many, previewed, reloaded, sent, worked
from tests.support.casework import statements, west_division
from tests.support.client import JudgingClient
from tests.support.people import a_staff_member, browser_of

ACT = "/staff/applications/act"
RUNS = "/staff/runs"
HTMX = {"HX-Request": "true"}
LETTER = {"subject": "About {reference}", "body": "Dear {given_name}, thank you.", "when": "now"}


@pytest.fixture
def member(session: Session) -> StaffMember:
    return a_staff_member(session, Role.RECRUITER)


@pytest.fixture
def recruiter(app: Flask, member: StaffMember) -> JudgingClient:
    return browser_of(app, member)


def references(session: Session, ids: list[int]) -> list[str]:
    found = {row.id: row.reference for row in session.execute(select(Application.id, Application.reference))}
    return [found[key] for key in ids]


def count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_preview_says_whom_it_affects_and_who_is_left_out_and_why(
    session: Session, member: StaffMember, recruiter: JudgingClient
) -> None:
    ids = many(session, 3)
    gone, known = many(session, 1, state=State.RESERVE)[0], many(session, 1)[0]
    decide(session, member, ids[2], Verdict.SHORTLIST)
    with unit_of_work(session):
        session.add(
            Conflict(staff_id=member.id, application_id=known, relation=Relation.FAMILY, declared_at=clock.now())
        )
    refs = references(session, [*ids, gone, known])
    page = previewed(recruiter, "shortlist", [*refs, "CPV-2222-2222", "nonsense"])
    assert page.status_code == 200
    assert "Shortlist 2 people" in page.text and "Sift 2" in page.text
    assert all(f"Given{key} " in page.text for key in [*ids, gone])
    assert f"Given{known} " not in page.text and refs[4] not in page.text.replace(f'value="{refs[4]}"', "")
    assert page.text.count("this cannot be done where they are on the road") == 2
    assert page.text.count("already so") == 2
    assert count(session, Run) == 0 and count(session, Decision) == 1


def test_confirmed_it_runs_and_its_page_says_how_far_it_is(
    session: Session, member: StaffMember, recruiter: JudgingClient
) -> None:
    ids = many(session, 28)
    number = confirmed(recruiter, "decline", references(session, ids), reason="time", feedback="Do try again.")
    page = recruiter.get(f"{RUNS}/{number}")
    assert "0 of 28" in page.text and "Do try again." in page.text and "every 2s" in page.text
    worked(session)
    part = recruiter.get(f"{RUNS}/{number}", headers=HTMX)
    assert "28 of 28" in part.text and "every 2s" not in part.text and "<html" not in part.text
    assert 'max="28" value="28"' in part.text and "Next 20" in part.text
    assert f"Given{ids[27]} " in recruiter.get(f"{RUNS}/{number}?done={ids[19]}").text
    assert "Decline" in recruiter.get(RUNS).text
    said = {(row.verdict, row.reason, row.feedback) for row in session.scalars(select(Decision))}
    assert said == {(Verdict.DECLINE, "time", "Do try again.")}


def test_a_double_click_makes_one_run(session: Session, recruiter: JudgingClient) -> None:
    page = previewed(recruiter, "shortlist", references(session, many(session, 2)))
    fields = fields_of(page.text)
    first, second = sent(recruiter, RUNS, fields), sent(recruiter, RUNS, fields)
    assert first.location == second.location and count(session, Run) == 1 and count(session, RunItem) == 2


def test_what_changed_since_the_preview_is_shown_again_and_not_done(session: Session, recruiter: JudgingClient) -> None:
    ids = many(session, 3)
    fields = fields_of(previewed(recruiter, "shortlist", references(session, ids)).text)
    with unit_of_work(session):
        moved = update(Application).where(Application.id == ids[0])
        session.execute(moved.values(state=State.INTERVIEW, state_since=clock.now()))
    again = sent(recruiter, RUNS, fields)
    assert again.status_code == 409 and "Look once more" in again.text and "Shortlist 2 people" in again.text
    assert count(session, Run) == 0
    assert sent(recruiter, RUNS, fields_of(again.text)).status_code == 303
    changed = sent(recruiter, RUNS, fields_of(again.text) | {"token": "another", "seal": ""})
    assert changed.status_code == 409


def test_a_message_confirmed_must_be_the_one_that_was_shown(session: Session, recruiter: JudgingClient) -> None:
    refs = references(session, many(session, 2))
    fields = fields_of(previewed(recruiter, "message", refs, **LETTER).text)
    other = sent(recruiter, RUNS, fields | LETTER | {"body": "Dear {given_name}, something else."})
    assert other.status_code == 409 and "something else" in other.text and count(session, Run) == 0


def test_the_message_is_shown_as_each_reads_it(session: Session, recruiter: JudgingClient) -> None:
    ids = many(session, 5)
    refs = references(session, ids)
    page = previewed(recruiter, "message", refs, **LETTER)
    assert page.text.count("thank you.") == 1 + 3  # in its box, and for the first three
    assert all(
        f"About {ref}" in page.text and f"Dear Given{key}, " in page.text
        for ref, key in zip(refs[:3], ids[:3], strict=True)
    )
    confirmed(recruiter, "message", refs, **LETTER)
    worked(session)
    written = {row.subject: row.body for row in session.scalars(select(Message))}
    assert written == {f"About {ref}": f"Dear Given{key}, thank you." for ref, key in zip(refs, ids, strict=True)}
    assert count(session, OutboxMail) == 5


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [
        ("decline", {"reason": "", "feedback": "Kept <b>words</b>"}, "Choose a reason"),
        ("decline", {"reason": "cake", "feedback": "Kept <b>words</b>"}, "Not a valid choice"),
        ("message", {"subject": "", "body": "Kept <b>words</b>", "when": "now"}, "Enter a subject"),
        ("message", {"subject": "x" * 151, "body": "Kept <b>words</b>", "when": "now"}, "150 characters or fewer"),
        ("message", {"subject": "Hello {cake}", "body": "Kept <b>words</b>", "when": "now"}, "There is no {cake}"),
        ("message", {"subject": "Hello", "body": "Kept <b>words</b>", "when": "later"}, "Enter the day and time"),
        ("message", {"subject": "Hello", "body": "Kept <b>words</b>", "when": "later", "send_at": "2001-01-01T09:00"},
         "Choose a time to come"),
        ("tag", {"tag": "Kept <b>words</b>"}, "Use letters, numbers, spaces and hyphens"),
        ("own", {"owner": ""}, "Choose an owner"),
        ("own", {"owner": "999999"}, "Not a valid choice"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(
    session: Session, recruiter: JudgingClient, act: str, fields: dict[str, str], said: str
) -> None:
    refs = references(session, many(session, 2))
    hidden = fields_of(previewed(recruiter, act, refs).text)
    for address in (ACT, RUNS):
        page = sent(recruiter, address, hidden | fields)
        assert page.status_code == 422 and said in page.text and "There is a problem" in page.text
        assert all(f'value="{reference}"' in page.text for reference in refs)
        if "Kept <b>words</b>" in fields.values():
            assert "Kept &lt;b&gt;words&lt;/b&gt;" in page.text
    assert count(session, Run) == 0


def test_somebody_who_is_still_typing_is_not_told_off(session: Session, recruiter: JudgingClient) -> None:
    refs = references(session, many(session, 2))
    hidden = fields_of(previewed(recruiter, "decline", refs).text)
    with recruiter.application.app_context():
        part = recruiter.post(ACT, data=hidden | sent_token(recruiter), headers=HTMX)
    assert part.status_code == 200 and "<html" not in part.text
    assert "2 people so far" in part.text and "problem" not in part.text and 'govuk-button" type' not in part.text


def sent_token(browser: JudgingClient) -> dict[str, str]:
    return browser.tokens(browser.get("/staff/account").text)


def test_a_wording_fills_the_message_and_what_was_typed_can_be_changed(
    session: Session, recruiter: JudgingClient
) -> None:
    refs = references(session, many(session, 1))
    page = previewed(recruiter, "message", refs)
    slugs = [each.partition('"')[0] for each in page.text.split('<option value="')[1:]]
    assert slugs[0] == ""
    if len(slugs) > 1:
        filled = sent(recruiter, ACT, fields_of(page.text) | {"template": slugs[1], "use": "1", "when": "now"})
        assert filled.status_code == 200 and f"Given{many(session, 1)[0] - 1}" in filled.text
    none = sent(recruiter, ACT, fields_of(page.text) | {"template": "no-such", "use": "1"})
    assert none.status_code == 404


def test_all_that_match_are_affected_and_never_more_than_the_viewer_sees(
    app: Flask, session: Session, recruiter: JudgingClient
) -> None:
    here, there = many(session, 30), many(session, 3, district="thanet")
    page = sent(recruiter, ACT, {"act": "shortlist", "matching": "stage=sift"})
    assert "Shortlist 33 people" in page.text and "1 to 20 of 33" in page.text
    on = sent(recruiter, ACT, fields_of(page.text) | {"first": "20"})
    assert "21 to 33 of 33" in on.text and f"Given{there[2]} " in on.text
    west = browser_of(app, a_staff_member(session, Role.RECRUITER, division_id=west_division(session)))
    mine = sent(west, ACT, {"act": "shortlist", "matching": "stage=sift"})
    assert "Shortlist 30 people" in mine.text and "Thanet" not in mine.text
    answer = sent(west, RUNS, fields_of(mine.text))
    assert answer.status_code == 303
    assert sorted(session.scalars(select(RunItem.application_id))) == here
    assert "Nobody" in sent(recruiter, ACT, {"act": "shortlist", "matching": "q=nobody-has-this"}).text


def test_only_whoever_began_a_run_sees_it(app: Flask, session: Session, recruiter: JudgingClient) -> None:
    number = confirmed(recruiter, "shortlist", references(session, many(session, 1)))
    other = browser_of(app, a_staff_member(session, Role.RECRUITER))
    for address in (f"{RUNS}/{number}", f"{RUNS}/{number}/stop", f"{RUNS}/{number}/undo", f"{RUNS}/999999"):
        assert other.get(address).status_code == 404
    assert sent(other, f"{RUNS}/{number}/stop", {}).status_code == 404
    assert sent(other, f"{RUNS}/{number}/undo", {}).status_code == 404
    assert f"{RUNS}/{number}" not in other.get(RUNS).text
    assert session.scalars(select(Run.state)).one() is RunState.RUNNING


def test_acts_beyond_a_role_are_refused(app: Flask, session: Session) -> None:
    refs = references(session, many(session, 1))
    liaison = browser_of(app, a_staff_member(session, Role.LIAISON))
    assert previewed(liaison, "decline", refs).status_code == 403
    assert sent(liaison, RUNS, {"act": "decline", "chosen": refs}).status_code == 403
    assert previewed(liaison, "tag", refs).status_code == 200
    recruiter = browser_of(app, a_staff_member(session, Role.RECRUITER))
    assert [previewed(recruiter, act, refs).status_code for act in ("", "cake", "release")] == [404, 404, 404]
    assert recruiter.get(ACT).status_code == previewed(recruiter, "shortlist", []).status_code == 303
    back = sent(recruiter, ACT, {"act": "shortlist", "list": "stage=sift&q=a\r\nX-Set: b"})
    assert (back.status_code, back.location) == (303, "/staff/applications?stage=sift&q=a%0D%0AX-Set%3A+b")


def test_stopped_and_undone_from_the_page(session: Session, member: StaffMember, recruiter: JudgingClient) -> None:
    ids = many(session, 3)
    number = confirmed(recruiter, "tag", references(session, ids), tag="Night  Shift")
    assert "Stop this now?" in recruiter.get(f"{RUNS}/{number}/stop").text
    assert sent(recruiter, f"{RUNS}/{number}/stop", {}).status_code == 303
    assert "Stopped" in recruiter.get(f"{RUNS}/{number}").text
    assert recruiter.get(f"{RUNS}/{number}/stop").status_code == 303
    assert recruiter.get(f"{RUNS}/{number}/undo").status_code == 303  # nothing was done
    assert sent(recruiter, f"{RUNS}/{number}/undo", {}).status_code == 409
    again = confirmed(recruiter, "tag", references(session, ids), tag="night shift")
    worked(session)
    assert count(session, ApplicationTag) == 3
    assert "night shift" in recruiter.get(f"/staff/applications/{references(session, ids)[0]}").text
    assert "Undo for 3 people" in recruiter.get(f"{RUNS}/{again}/undo").text
    assert sent(recruiter, f"{RUNS}/{again}/undo", {}).status_code == 303
    assert "0 of 3 undone" in recruiter.get(f"{RUNS}/{again}").text
    worked(session)
    page = recruiter.get(f"{RUNS}/{again}").text
    assert "Undone for 3 people" in page and count(session, ApplicationTag) == 0


def test_what_can_no_longer_be_undone_is_said_first(
    session: Session, member: StaffMember, recruiter: JudgingClient
) -> None:
    ids = many(session, 3)
    number = confirmed(recruiter, "shortlist", references(session, ids))
    worked(session)
    decide(session, member, ids[0], Verdict.RESERVE)
    page = recruiter.get(f"{RUNS}/{number}/undo").text
    assert "Undo this for 2 people?" in page and "somebody changed it since" in page
    sent(recruiter, f"{RUNS}/{number}/undo", {})
    worked(session)
    after = recruiter.get(f"{RUNS}/{number}").text
    assert "Could not be undone" in after and f"Given{ids[0]} " in after
    run = session.scalars(select(Run)).one()
    assert reloaded(session, run).state is RunState.UNDONE


def test_a_preview_and_a_runs_page_cost_the_same_for_few_and_for_many(
    session: Session, recruiter: JudgingClient
) -> None:
    few, lots = references(session, many(session, 2)), references(session, many(session, 60))
    with statements() as two:
        previewed(recruiter, "shortlist", few)
    with statements() as sixty:
        previewed(recruiter, "shortlist", lots)
    assert len(two) == len(sixty)
    first, second = confirmed(recruiter, "shortlist", few), confirmed(recruiter, "shortlist", lots)
    worked(session)
    with statements() as small:
        recruiter.get(f"{RUNS}/{first}")
    with statements() as large:
        recruiter.get(f"{RUNS}/{second}")
    assert len(small) == len(large) <= 12


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("own", {"owner": "nobody"}), ("assessors", {}), ("message", LETTER), ("shortlist", {}), ("reserve", {}),
        ("decline", {"reason": "time", "feedback": ""}), ("tag", {"tag": "late"}), ("untag", {"tag": "early"}),
    ],
)  # fmt: skip
def test_every_act_of_the_list_runs_to_its_end(
    session: Session, member: StaffMember, recruiter: JudgingClient, act: str, fields: dict[str, str]
) -> None:
    ids = many(session, 2)
    for key in ids:
        give_owner(session, member, key, member.id)
        tag(session, member, key, tag_named(session, member, "early").id)
    number = confirmed(recruiter, act, references(session, ids), **fields)
    worked(session)
    page = recruiter.get(f"{RUNS}/{number}").text
    assert "2 of 2" in page and "Finished" in page
    run = session.scalars(select(Run)).one()
    expected = (0, 2) if act == "assessors" else (2, 0)  # nobody reads for this campaign yet
    assert (run.done, run.left_out) == expected
    assert ("no reader is free for them" in page) is (act == "assessors")
