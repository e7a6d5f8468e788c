"""The register's pages without a script: every mark a button, and all that stands beside the rows."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application
from portal.domain.attendance import codes, marking
from portal.domain.attendance.models import Mark, MarkOutcome, MarkSource, MarkStep, Presence, RegisterNote
from portal.domain.training.models import SessionTrainer, Trainee
from tests.support.client import JudgingClient
from tests.support.live import form_token
from tests.support.people import a_staff_member, browser_of
from tests.support.registers import A_MORNING, Day, a_day, wish
from tests.support.stage import put_clock, statements
from tests.support.trainees import a_trainee
from tests.support.training import a_cohort, a_trainer

P = Presence


@pytest.fixture
def day(app: Flask, session: Session) -> Day:
    return a_day(session, app)


@pytest.fixture
def phone(app: Flask, day: Day) -> JudgingClient:
    return browser_of(app, day.trainer)


def signed(browser: JudgingClient, data: dict[str, str]) -> dict[str, str]:
    """With the token of whoever is signed in there."""
    return data | {"csrf_token": form_token(browser.application)}


def register(day: Day, query: str = "") -> str:
    return f"/staff/cohorts/{day.cohort.id}/register{query}"


def part(day: Day, name: str) -> str:
    return f"{register(day)}/{day.session_id}/{name}"


def page(phone: JudgingClient, address: str, status: int = 200) -> str:
    answer = phone.get(address)
    assert answer.status_code == status
    return unescape(answer.text)


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', text)
    assert found is not None, name
    return found[1]


def press(phone: JudgingClient, day: Day, trainee: Trainee, choice: str, **more: str) -> int:
    """A button of a row as the page shows it now."""
    text = page(phone, register(day, f"?session={day.session_id}"))
    button = re.search(rf'name="mark" value="({trainee.id}\.\d+\.{choice})"', text)
    assert button is not None
    data = {"mark": button[1], "key": hidden(text, "key"), **more}
    return phone.post(part(day, "mark"), data=signed(phone, data)).status_code


def standing(session: Session, day: Day, trainee: Trainee) -> tuple[Presence, int, int, str | None] | None:
    session.rollback()
    mark = session.get(Mark, (day.session_id, trainee.id), populate_existing=True)
    return (mark.presence, mark.late_minutes, mark.left_minutes, mark.reason) if mark else None


def test_a_row_a_person_and_a_press_a_mark(phone: JudgingClient, session: Session, day: Day) -> None:
    here, late, away, *_ = day.people
    assert [press(phone, day, here, "here"), press(phone, day, late, "late"), press(phone, day, away, "absent")] == [
        303, 303, 303,
    ]  # fmt: skip
    assert standing(session, day, here) == (P.PRESENT, 0, 0, None)
    assert standing(session, day, late) == (P.PRESENT, 10, 0, None)  # ten past nine
    assert standing(session, day, away) == (P.ABSENT, 0, 0, None)
    text = page(phone, register(day))
    assert "<b>1</b> here" in text and "<b>1</b> late" in text and "<b>2</b> to do" in text
    assert "Late 10 min" in text and "Everyone else present (2)" in text and "All saved" in text


def test_a_button_pressed_twice_marks_once(phone: JudgingClient, session: Session, day: Day) -> None:
    text = page(phone, register(day))
    data = signed(phone, {"mark": f"{day.people[0].id}.0.here", "key": hidden(text, "key")})
    for _ in range(2):
        assert phone.post(part(day, "mark"), data=data).status_code == 303
    session.rollback()
    assert len(session.scalars(select(MarkStep)).all()) == 1


def test_everyone_else_then_undo(phone: JudgingClient, session: Session, day: Day) -> None:
    press(phone, day, day.people[0], "absent")
    data = signed(phone, {"key": hidden(page(phone, register(day)), "key")})
    assert phone.post(part(day, "everyone-else"), data=data).status_code == 303
    assert all(standing(session, day, each) == (P.PRESENT, 0, 0, None) for each in day.people[1:])
    text = page(phone, register(day))
    assert f"Last: {len(day.people) - 1} people here" in text
    data = signed(phone, {"step": hidden(text, "step")})
    assert phone.post(part(day, "undo"), data=data).status_code == 303
    both = [standing(session, day, each) for each in day.people[:2]]
    assert both == [(P.ABSENT, 0, 0, None), (P.UNMARKED, 0, 0, None)]
    again = phone.post(part(day, "undo"), data=data)
    assert again.status_code == 409 and "Nothing was changed" in again.text and 'class="v-reg-foot"' in again.text


def test_an_undo_names_who_was_marked_since(app: Flask, phone: JudgingClient, session: Session, day: Day) -> None:
    phone.post(part(day, "everyone-else"), data=signed(phone, {"key": hidden(page(phone, register(day)), "key")}))
    data = signed(phone, {"step": hidden(page(phone, register(day)), "step")})
    press(browser_of(app, day.other), day, day.people[0], "absent")
    answer = phone.post(part(day, "undo"), data=data, follow_redirects=True)
    found = session.get_one(Application, day.people[0].application_id)
    said = f"Left as they are, marked since: {found.given_name} {found.family_name}."
    assert f"Undone for {len(day.people) - 1} people. {said}" in answer.text
    assert 'name="step" value="0"' in answer.text, "nothing of it is left to undo"


def test_two_trainers_see_both_marks_and_choose(app: Flask, phone: JudgingClient, session: Session, day: Day) -> None:
    person, other = day.people[0], browser_of(app, day.other)
    stale = signed(phone, {"mark": f"{person.id}.0.here", "key": hidden(page(phone, register(day)), "key")})
    press(other, day, person, "absent")
    answer = phone.post(part(day, "mark"), data=stale, follow_redirects=True)
    text = unescape(answer.text)
    assert "Marked differently" in text and "Keep absent" in text and "Change to here" in text
    session.rollback()
    step = session.scalars(select(MarkStep).where(MarkStep.outcome == MarkOutcome.CONFLICT)).one().id
    assert phone.post(part(day, f"settle/{step}"), data=signed(phone, {"choose": "both"})).status_code == 404
    assert phone.post(part(day, f"settle/{step}"), data=signed(phone, {"choose": "other"})).status_code == 303
    assert standing(session, day, person) == (P.PRESENT, 0, 0, None)
    assert phone.post(part(day, f"settle/{step}"), data=signed(phone, {"choose": "stands"})).status_code == 409


@pytest.mark.parametrize("mark", ["", "x", "1", "1.0", "1.0.excused", "1.0.here.x", "-1.0.here", "1.x.here", "9" * 12])
def test_a_press_no_page_sends_is_not_found(phone: JudgingClient, day: Day, mark: str) -> None:
    data = signed(phone, {"mark": mark, "key": "key-000001"})
    assert phone.post(part(day, "mark"), data=data).status_code == 404


def test_only_what_is_to_do_is_shown_where_asked(phone: JudgingClient, day: Day) -> None:
    press(phone, day, day.people[0], "here")
    text = page(phone, register(day, f"?session={day.session_id}&show=to-do"))
    assert f'id="t{day.people[0].id}"' not in text and f'id="t{day.people[1].id}"' in text


def test_who_may_not_take_part_cannot_be_pressed_present(phone: JudgingClient, session: Session, day: Day) -> None:
    waiting = a_trainee(session, day.cohort, started=False)
    text = page(phone, register(day))
    assert "Not yet: ask the recruiters" in text
    assert re.search(rf'value="{waiting.id}\.0\.here"[^>]*disabled', text)
    data = signed(phone, {"mark": f"{waiting.id}.0.here", "key": "key-000001"})
    assert phone.post(part(day, "mark"), data=data).status_code == 422
    assert standing(session, day, waiting) is None


def test_before_the_day_only_absences(app: Flask, phone: JudgingClient, session: Session, day: Day) -> None:
    put_clock(app, A_MORNING - timedelta(days=2))
    text = page(phone, register(day))
    assert "This day has not come" in text
    assert press(phone, day, day.people[0], "absent") == 303
    data = signed(phone, {"mark": f"{day.people[1].id}.0.here", "key": "key-000001"})
    assert phone.post(part(day, "mark"), data=data).status_code == 422


def test_after_the_day_a_reason_is_asked_beside_the_field(
    app: Flask, phone: JudgingClient, session: Session, day: Day
) -> None:
    put_clock(app, A_MORNING + timedelta(days=1))
    person = day.people[0]
    assert press(phone, day, person, "here") == 422
    answer = phone.post(part(day, "everyone-else"), data=signed(phone, {"key": "key-000001"}))
    assert answer.status_code == 422 and "Choose why this is entered after the day" in answer.text
    assert standing(session, day, person) is None
    assert press(phone, day, person, "here", why="forgotten") == 303
    assert standing(session, day, person) == (P.PRESENT, 0, 0, None)
    kept = page(phone, register(day, f"?session={day.session_id}&why=forgotten"))
    assert '<option value="forgotten" selected>' in kept
    assert "Not marked on the day" in page(phone, part(day, f"trainees/{person.id}"))


def one(phone: JudgingClient, day: Day, trainee: Trainee, press: str, **more: str) -> int:
    address = part(day, f"trainees/{trainee.id}")
    text = page(phone, address)
    data = {"press": press, "seen": hidden(text, "seen"), "key": hidden(text, "key"), **more}
    return phone.post(address, data=signed(phone, data)).status_code


def test_minutes_reasons_and_taking_back(phone: JudgingClient, session: Session, day: Day) -> None:
    person = day.people[0]
    assert one(phone, day, person, "minutes", late="12", left="30") == 303
    assert standing(session, day, person) == (P.PRESENT, 12, 30, None)
    assert one(phone, day, person, "late.20") == 303
    assert standing(session, day, person) == (P.PRESENT, 20, 0, None)
    assert one(phone, day, person, "excused.work") == 303
    assert standing(session, day, person) == (P.EXCUSED, 0, 0, "work")
    assert one(phone, day, person, "unmarked") == 303
    assert standing(session, day, person) == (P.UNMARKED, 0, 0, None)
    text = page(phone, part(day, f"trainees/{person.id}"))
    assert text.count("<li") >= 4 and "Excused: work or study" in text


@pytest.mark.parametrize(
    ("pressed", "more", "status"),
    [
        ("minutes", {"late": "soon"}, 422), ("minutes", {"late": "700"}, 422), ("minutes", {"late": "480"}, 422),
        ("excused.because", {}, 404), ("here", {}, 404), ("late.x", {}, 404), ("", {}, 404),
    ],
)  # fmt: skip
def test_bad_minutes_stand_beside_their_box(
    phone: JudgingClient, session: Session, day: Day, pressed: str, more: dict[str, str], status: int
) -> None:
    assert one(phone, day, day.people[0], pressed, **more) == status
    assert standing(session, day, day.people[0]) is None


def test_one_person_of_another_register_is_not_found(
    app: Flask, phone: JudgingClient, session: Session, day: Day
) -> None:
    elsewhere = a_day(session, app, people=1)
    page(phone, part(day, f"trainees/{elsewhere.people[0].id}"), 404)
    page(phone, f"{register(elsewhere)}/{elsewhere.session_id}/notes", 404)
    page(phone, f"{register(day)}/{elsewhere.session_id}/notes", 404)
    page(phone, register(day, f"?session={elsewhere.session_id}"), 404)


def test_notes_and_walk_ins(phone: JudgingClient, session: Session, day: Day) -> None:
    text = page(phone, part(day, "notes"))
    key = hidden(text, "key")
    for _ in range(2):
        answer = phone.post(part(day, "notes"), data=signed(phone, {"text": "Fire drill at 11", "key": key}))
        assert answer.status_code == 303
    walk_in = signed(phone, {"walk_in_name": "Alex Marsh", "key": "walk-in-01"})
    assert phone.post(part(day, "notes"), data=walk_in).status_code == 303
    text = page(phone, part(day, "notes"))
    assert text.count("Fire drill at 11") == 1 and "Alex Marsh" in text
    assert "1 waiting" in page(phone, register(day))
    session.rollback()
    number = session.scalars(select(RegisterNote.id).where(RegisterNote.walk_in)).one()
    assert phone.post(part(day, f"notes/{number}/dealt-with"), data=signed(phone, {})).status_code == 303
    assert "waiting" not in page(phone, register(day)).split("Notes and people not listed")[1][:80]
    assert phone.post(part(day, f"notes/{number}/take-back"), data=signed(phone, {})).status_code == 303
    assert "Alex Marsh" not in page(phone, part(day, "notes"))


def test_an_empty_note_is_a_mistake_beside_its_box(phone: JudgingClient, day: Day) -> None:
    for data, words in (
        ({"text": " ", "key": "note-00001"}, "Write it first"),
        ({"walk_in_name": "", "key": "note-00001"}, "Write their name"),
        ({"text": "x" * 2001, "key": "note-00001"}, "Use 2,000 characters or fewer"),
    ):
        answer = phone.post(part(day, "notes"), data=signed(phone, data))
        assert answer.status_code == 422 and words in unescape(answer.text)


def test_a_note_about_one_person(phone: JudgingClient, day: Day) -> None:
    data = signed(phone, {"text": "Lost their kit", "key": "note-00001"})
    address = part(day, f"trainees/{day.people[0].id}")
    assert phone.post(f"{address}/note", data=data).status_code == 303
    assert "Lost their kit" in page(phone, address)
    assert phone.post(f"{part(day, 'trainees/999999')}/note", data=data).status_code == 404
    long = phone.post(f"{address}/note", data=signed(phone, {"text": "y" * 2001, "key": "note-00002"}))
    assert long.status_code == 422 and "Use 2,000 characters" in long.text and "y" * 2001 in long.text


def test_somebody_stands_in(app: Flask, phone: JudgingClient, session: Session, day: Day) -> None:
    stands_in = a_trainer(session)
    theirs = browser_of(app, stands_in)
    page(theirs, register(day), 404)
    data = signed(phone, {"staff_id": str(stands_in.id)})
    assert phone.post(part(day, "trainers"), data=data).status_code == 303
    assert "stands in" in page(phone, part(day, "trainers"))
    text = page(theirs, register(day))
    assert f"{day.people[0].id}.0.here" in text and f'href="/staff/cohorts/{day.cohort.id}"' not in text
    assert phone.post(part(day, "trainers"), data=signed(phone, {"staff_id": "0"})).status_code == 422
    assert phone.post(part(day, "trainers"), data=signed(phone, {"staff_id": "999999"})).status_code == 422
    assert phone.post(part(day, f"trainers/{stands_in.id}/remove"), data=signed(phone, {})).status_code == 303
    page(theirs, register(day), 404)
    session.rollback()
    assert session.get(SessionTrainer, (day.session_id, stands_in.id)) is None


def test_a_clash_is_told_beside_the_list(phone: JudgingClient, session: Session, day: Day) -> None:
    busy = a_trainer(session)
    a_cohort(session, trainers=[busy], days=2)
    answer = phone.post(part(day, "trainers"), data=signed(phone, {"staff_id": str(busy.id)}))
    assert answer.status_code == 422 and f"{busy.name} is at" in unescape(answer.text)


def test_a_sheet_to_print_has_everybody_in_order(phone: JudgingClient, session: Session, day: Day) -> None:
    text = page(phone, part(day, "sheet"))
    rows = re.findall(r'<td>(\d+)</td><th scope="row">([^<]+)', text)
    assert [number for number, _ in rows] == [str(number + 1) for number in range(len(day.people))]
    assert text.count("Not listed:") == 3


def test_a_marked_sheet_is_typed_in(phone: JudgingClient, session: Session, day: Day) -> None:
    one_, two, three, four, five = day.people
    text = page(phone, part(day, "entry"))
    data = {f"t{one_.id}": "p", f"t{two.id}": "l 10 e 5", f"t{three.id}": "a", f"t{four.id}": "x w", "rest": "p"}
    sent = signed(phone, data | {"key": hidden(text, "key")})
    for _ in range(2):
        assert phone.post(part(day, "entry"), data=sent).status_code == 303
    assert [standing(session, day, each) for each in day.people] == [
        (P.PRESENT, 0, 0, None), (P.PRESENT, 10, 5, None), (P.ABSENT, 0, 0, None), (P.EXCUSED, 0, 0, "work"),
        (P.PRESENT, 0, 0, None),
    ]  # fmt: skip
    steps = session.scalars(select(MarkStep)).all()
    assert len(steps) == 5 and {step.source for step in steps} == {MarkSource.PAPER} and five.id


def test_a_sheet_that_cannot_be_read_keeps_nothing_and_loses_nothing(
    phone: JudgingClient, session: Session, day: Day
) -> None:
    data = {f"t{day.people[0].id}": "p", f"t{day.people[1].id}": "late", "key": "key-000001"}
    answer = phone.post(part(day, "entry"), data=signed(phone, data))
    text = unescape(answer.text)
    assert answer.status_code == 422 and "Write p, l 10" in text
    assert 'value="late"' in text and 'value="p"' in text
    assert standing(session, day, day.people[0]) is None


def test_a_sheet_entered_later_says_why(app: Flask, phone: JudgingClient, session: Session, day: Day) -> None:
    put_clock(app, A_MORNING + timedelta(days=2))
    data = {f"t{day.people[0].id}": "p", "key": "key-000001"}
    assert phone.post(part(day, "entry"), data=signed(phone, data)).status_code == 422
    answer = phone.post(part(day, "entry"), data=signed(phone, data | {"why": "paper"}))
    assert answer.status_code == 303 and standing(session, day, day.people[0]) == (P.PRESENT, 0, 0, None)


def test_a_line_that_is_refused_is_told_and_the_others_are_kept(
    phone: JudgingClient, session: Session, day: Day
) -> None:
    waiting = a_trainee(session, day.cohort, started=False)
    data = {f"t{day.people[0].id}": "p", f"t{waiting.id}": "p", "key": "key-000001"}
    answer = phone.post(part(day, "entry"), data=signed(phone, data))
    assert answer.status_code == 422 and "They may not take part yet" in answer.text
    assert standing(session, day, day.people[0]) == (P.PRESENT, 0, 0, None)
    assert standing(session, day, waiting) is None


def test_a_trainees_code_is_typed(phone: JudgingClient, session: Session, day: Day) -> None:
    person = day.people[0]
    short = codes.short_code(person.check_in)
    assert "autofocus" not in page(phone, part(day, "scan"))
    for typed in (short, person.check_in):
        assert phone.post(part(day, "scan"), data=signed(phone, {"code": typed})).status_code == 303
    assert standing(session, day, person) == (P.PRESENT, 10, 0, None)
    assert session.scalars(select(MarkStep)).one().source is MarkSource.SCAN
    assert " autofocus" in page(phone, part(day, "scan")), "the next code can be typed at once"
    for wrong in ("", "ZZZ-ZZZ", "x" * 61):
        assert phone.post(part(day, "scan"), data=signed(phone, {"code": wrong})).status_code == 422


def test_others_roles_and_strangers_are_kept_out(app: Flask, session: Session, client: JudgingClient, day: Day) -> None:
    assert client.get(register(day)).status_code == 303
    for role, status in ((Role.RECRUITER, 403), (Role.ASSESSOR, 403), (Role.TRAINER, 404)):
        theirs = browser_of(app, a_staff_member(session, role))
        assert theirs.get(register(day)).status_code == status
        assert theirs.get(part(day, "entry")).status_code == status
        sent = signed(theirs, {"mark": f"{day.people[0].id}.0.here", "key": "key-000001"})
        assert theirs.post(part(day, "mark"), data=sent).status_code == status
    session.rollback()
    assert session.get(Mark, (day.session_id, day.people[0].id)) is None


def test_pages_cost_the_same_for_few_and_many(app: Flask, session: Session) -> None:
    names = ("", "entry", "sheet", "notes", "state")
    counts: dict[str, list[int]] = {name: [] for name in names}
    for people in (3, 60):
        day = a_day(session, app, people=people)
        for trainee in day.people[:2]:
            marking.mark(session, day.trainer, day.session_id, wish(trainee))
        phone = browser_of(app, day.trainer)
        for name in names:
            address = part(day, name) if name else register(day)
            phone.get(address)
            with statements() as sent:
                assert phone.get(address).status_code == 200
            counts[name].append(len(sent))
    assert all(few == many for few, many in counts.values()), counts
    assert max(few for few, _ in counts.values()) <= 20, counts


def test_nothing_but_what_a_trainer_may_know_is_on_the_pages(phone: JudgingClient, session: Session, day: Day) -> None:
    texts = [page(phone, register(day))] + [
        page(phone, part(day, name)) for name in ("entry", "sheet", "notes", "state", f"trainees/{day.people[0].id}")
    ]
    for word in ("medical", "vetting", "score", "example.org", "ME14", "CPV-"):
        assert not any(word in text for text in texts), word
    assert clock.now() > A_MORNING
