"""A register of 24 in a few taps; two trainers at once; what a phone keeps, for how long, and who takes it along."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.domain.accounts.models import Role
from tests.browser.conftest import Visit
from tests.browser.looking import page_judged
from tests.browser.registering import THUMB, Classroom, Phone, a_class, about, opened, port_of, sign_in
from tests.browser.steps import press
from tests.support.browser import Portal
from tests.support.crowd import eventually
from tests.support.line import line_to

pytestmark = pytest.mark.browser
MOST_TAPS = 30
HOURS_72 = 72 * 3600
NOTHING_KEPT = """async () => {
  const done = (asked) => new Promise((say) => { asked.onsuccess = () => say(asked.result); });
  const db = await done(indexedDB.open('register'));
  const count = (name) => done(db.transaction(name).objectStore(name).count());
  const many = await Promise.all(['registers', 'waiting', 'keys'].map(count));
  db.close();
  return many.every((each) => each === 0);
}"""


def looked_at(phone: Phone, where: str) -> None:
    """Wide and narrow, then back to the thumb's own size."""
    assert page_judged(phone.page, where) == []
    phone.page.set_viewport_size({"width": THUMB.width, "height": THUMB.height})


def test_a_register_of_24_in_at_most_30_taps(visit: Visit, portal: Portal) -> None:
    room = a_class(portal)
    phone = opened(visit, room)
    phone.ready()
    phone.mark(0, "late")
    phone.mark(3, "absent")
    phone.tap(phone.more(7).get_by_role("button", name="Work or study"))
    phone.tap(phone.more(11).get_by_role("button", name="Leaves now, early"))
    phone.mark(23, "late")
    more = phone.more(23)
    for _ in range(4):
        phone.tap(more.get_by_role("button", name="5 more: minutes late"))
    phone.tap(more.get_by_role("button", name="Done"))
    phone.everyone_else()
    expect(phone.dev.locator("[data-part=everyone]")).to_be_disabled()
    expect(phone.foot).to_contain_text("All saved")
    assert phone.taps <= MOST_TAPS, phone.taps
    said = about(room.said())
    odd = {room.name(0): "present+4-0", room.name(3): "absent", room.name(7): "excused work",
           room.name(11): "present+0-476", room.name(23): "present+24-0"}  # fmt: skip
    assert said == dict.fromkeys(room.names.values(), "present") | odd
    looked_at(phone, "a register on a phone")
    tapped = phone.dev.locator(".v-dev-row button").all()
    sizes = [box for each in tapped if (box := each.bounding_box())]
    assert len(sizes) == 24 * 4 and min(box["height"] for box in sizes) >= 44
    assert min(box["width"] for box in sizes) >= 36


def test_undo_takes_back_what_was_tapped_last(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 4)
    phone = opened(visit, room)
    phone.ready()
    phone.mark(1, "absent")
    phone.everyone_else()
    phone.is_pressed(3, "here")
    undo = phone.dev.locator("[data-part=undo]")
    phone.tap(undo)
    expect(phone.dev.locator("[data-count=todo]")).to_have_text("3")
    phone.tap(undo)
    expect(phone.dev.locator("[data-count=todo]")).to_have_text("4")
    expect(undo).to_be_disabled()
    expect(phone.foot).to_contain_text("All saved")
    assert set(room.said().values()) == {"unmarked"}


def test_notes_and_somebody_who_is_not_listed(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 3)
    phone = opened(visit, room)
    phone.ready()
    more = phone.more(1)
    more.locator("textarea").fill("Asked for the slides in large print")
    phone.tap(more.get_by_role("button", name="Done"))
    phone.tap(phone.dev.get_by_role("button", name="Somebody not listed"))
    walk_in = phone.page.locator('dialog[data-dialog="note"]')
    walk_in.locator("textarea").fill("Robin Oakley, 07700 900 555")
    looked_at(phone, "somebody not listed")
    phone.tap(walk_in.get_by_role("button", name="Keep"))
    expect(walk_in).to_be_hidden()
    expect(phone.foot).to_contain_text("All saved")
    assert room.notes() == [(list(room.names)[1], False), (None, True)]


def test_two_trainers_at_once_see_both_marks_and_settle_them(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 6)
    first, second = opened(visit, room), opened(visit, room, trainer=1)
    first.ready()
    second.ready()
    first.mark(2, "here")
    first.is_pressed(2, "here")
    expect(first.foot).to_contain_text("All saved")
    second.mark(2, "absent")
    second.mark(4, "here")
    card = second.dev.locator(".v-dev-card")
    expect(card).to_contain_text(f"Two marks for {room.name(2)}")
    expect(card).to_contain_text("Here, Sam Carter")
    expect(card).to_contain_text("Absent, Noor Aziz")
    second.is_pressed(2, "here")
    assert room.said()[room.name(2)] == "present", "nothing is overwritten in silence"
    looked_at(second, "two marks for one person")
    first.signal_is_back()
    expect(first.dev.locator(".v-dev-card")).to_contain_text("Absent, Noor Aziz")
    first.is_pressed(4, "here")
    second.tap(card.get_by_role("button", name="Change to absent"))
    expect(second.dev.locator(".v-dev-card")).to_have_count(0)
    second.is_pressed(2, "absent")
    first.signal_is_back()
    expect(first.dev.locator(".v-dev-card")).to_have_count(0)
    first.is_pressed(2, "absent")
    assert room.said() == {room.name(2): "absent", room.name(4): "present"}
    assert sorted(room.steps()) == ["chosen", "kept", "kept"]


def test_an_expired_sign_in_loses_nothing(visit: Visit, portal: Portal) -> None:
    """They sign in by password and second step, and the marks go by themselves."""
    officer = portal.officer(Role.TRAINER)
    room = a_class(portal, 5, officer=officer)
    phone = opened(visit, room, fine={401})
    phone.ready()
    phone.page.context.clear_cookies()
    phone.mark(0, "absent")
    phone.everyone_else()
    expect(phone.banner).to_contain_text("You have been signed out. 5 marks kept on this phone. Sign in, then they go.")
    assert room.said() == {}
    looked_at(phone, "signed out with marks waiting")
    phone.tap(phone.dev.get_by_role("link", name="Sign in"))
    phone.page.locator("[name=email]").fill(officer.email)
    phone.page.locator("[name=password]").fill(officer.password)
    press(phone.page, "Sign in")
    phone.page.locator("[name=code]").fill(officer.totp.now())
    press(phone.page, "Go on")
    expect(phone.page).to_have_url(portal.url + room.page)
    expect(phone.foot).to_contain_text("All saved")
    assert room.said() == dict.fromkeys(room.names.values(), "present") | {room.name(0): "absent"}
    assert room.steps() == ["kept"] * 5


def test_somebody_elses_marks_never_go_under_another_name(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 4)
    with line_to(port_of(portal)) as line:
        phone = opened(visit, room, url=line.url)
        phone.ready()
        line.cut = True
        phone.mark(1, "absent")
        expect(phone.banner).to_contain_text("1 mark kept on this phone")
        sign_in(phone.page.context, room, 1)
        line.cut = False
        phone.page.reload()
        expect(phone.dev.locator(".v-dev-card")).to_contain_text("1 mark of somebody else waits on this phone")
        phone.mark(2, "here")
        expect(phone.foot).to_contain_text("All saved")
        assert room.said() == {room.name(2): "present"}
        sign_in(phone.page.context, room)
        phone.page.reload()
        expect(phone.dev.locator("[data-count=absent]")).to_have_text("1")
        expect(phone.foot).to_contain_text("All saved")
    assert room.said() == {room.name(1): "absent", room.name(2): "present"}
    assert room.markers() == {room.name(1): "Sam Carter", room.name(2): "Noor Aziz"}


def test_after_72_hours_nothing_is_left_and_it_says_so(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 4)
    with line_to(port_of(portal)) as line:
        phone = opened(visit, room, url=line.url)
        phone.ready()
        line.cut = True
        phone.mark(1, "absent")
        expect(phone.banner).to_contain_text("1 mark kept on this phone")
        kept = phone.kept()
        assert (len(kept["registers"]), len(kept["waiting"])) == (1, 1)
        phone.page.clock.set_system_time(time.time() + HOURS_72 - 60)
        phone.page.reload()
        expect(phone.banner).to_contain_text("1 mark kept on this phone")
        phone.page.clock.set_system_time(time.time() + HOURS_72 + 60)
        phone.page.reload()
        expect(phone.page.get_by_role("heading", level=1)).to_have_text("No signal")
        kept = phone.kept()
        assert (kept["registers"], kept["waiting"], kept["keys"]) == ([], [], [])
        line.cut = False
        phone.page.reload()
        expect(phone.dev.locator(".v-dev-card")).to_contain_text("1 mark made here had no signal for too long")
    assert room.said() == {}


def test_a_roster_goes_once_the_class_is_over_and_all_is_sent(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 4)
    phone = opened(visit, room)
    phone.ready()
    phone.everyone_else()
    expect(phone.dev.locator("[data-part=everyone]")).to_be_disabled()
    expect(phone.foot).to_contain_text("All saved")
    assert len(phone.kept()["registers"]) == 1
    phone.page.clock.set_system_time(time.time() + 9 * 3600)  # the class lasts eight
    phone.page.context.route("**/state", lambda route: route.abort("aborted"))  # its answer would be kept anew
    phone.signal_is_back()
    phone.page.wait_for_function(NOTHING_KEPT)
    assert room.said() == dict.fromkeys(room.names.values(), "present")


def unsent(visit: Visit, room: Classroom) -> Phone:
    """A phone with one mark that does not get through, on another page of the staff door."""
    phone = opened(visit, room)
    phone.ready()
    phone.page.context.route("**/marks", lambda route: route.abort("aborted"))
    phone.mark(1, "absent")
    expect(phone.banner).to_contain_text("1 mark kept on this phone")
    phone.page.goto(room.portal.url + "/staff/account")
    return phone


def sign_out(page: Page) -> Locator:
    page.get_by_role("button", name="Sign out", exact=True).tap()
    return page.locator("dialog[data-leaving]")


def test_signing_out_warns_while_marks_are_unsent(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 4)
    phone = unsent(visit, room)
    warning = sign_out(phone.page)
    expect(warning).to_contain_text("1 mark not sent yet")
    looked_at(phone, "signing out with a mark unsent")
    warning.get_by_role("button", name="Stay signed in").tap()
    phone.page.context.unroute("**/marks")
    sign_out(phone.page).get_by_role("link", name="Open the register to send them").tap()
    expect(phone.foot).to_contain_text("All saved")
    assert room.said() == {room.name(1): "absent"}
    phone.page.goto(portal.url + "/staff/account")
    sign_out(phone.page)
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert not any(phone.kept().values()), "all gone, the key with it"


def test_signing_out_all_the_same_wipes_everything(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 4)
    phone = unsent(visit, room)
    sign_out(phone.page).get_by_role("button", name="Sign out and lose them").tap()
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert not any(phone.kept().values())
    assert room.said() == {}


def test_signed_out_from_elsewhere_the_marks_are_told_of(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 4)
    phone = unsent(visit, room)
    phone.page.context.clear_cookies()
    phone.page.goto(portal.url + "/staff/sign-out")
    told = phone.page.locator("[data-left]")
    expect(told).to_contain_text("1 mark of a register not sent yet.")
    assert [len(rows) for rows in map(phone.kept().get, ("registers", "waiting"))] == [0, 1]  # type: ignore[arg-type]
    looked_at(phone, "signed out with a mark unsent")
    told.get_by_role("button", name="Wipe them from this phone").tap()
    expect(told).to_be_hidden()
    assert not any(phone.kept().values())


def test_a_browser_that_keeps_nothing_has_the_plain_page(visit: Visit, portal: Portal) -> None:
    """Each mark is a form's button there."""
    room = a_class(portal, 3)
    visitor = visit(THUMB)
    visitor.page.add_init_script(
        "delete window.indexedDB; Object.defineProperty(window, 'indexedDB', {value: undefined})"
    )
    sign_in(visitor.context, room)
    page = visitor.go(room.page)
    expect(page.locator("[data-register]")).to_be_hidden()
    absent = page.locator("[data-plain] [data-choice=absent]").nth(1)
    absent.tap()
    expect(absent).to_have_attribute("aria-pressed", "true")
    assert room.said() == {room.name(1): "absent"}


def test_marks_of_a_day_that_is_over_still_go(visit: Visit, portal: Portal) -> None:
    """Made on the day and kept over night: no reason is asked for them, and then the page is the one that asks."""
    room = a_class(portal, 3)
    with line_to(port_of(portal)) as line:
        phone = opened(visit, room, url=line.url)
        phone.ready()
        line.cut = True
        phone.mark(0, "absent")
        expect(phone.banner).to_contain_text("1 mark kept on this phone")
        room.at(24 * 60)
        line.cut = False
        phone.page.reload()
        expect(phone.page.get_by_label("This day is over. Why do you enter it now?")).to_be_visible()
        expect(phone.dev).to_be_hidden()
        assert eventually(lambda: room.said() == {room.name(0): "absent"})


def test_the_letters_of_a_paper_sheet_can_be_read_on_a_phone(visit: Visit, portal: Portal) -> None:
    room = a_class(portal, 2)
    visitor = visit(THUMB)
    sign_in(visitor.context, room)
    page = visitor.go(f"/staff/cohorts/{room.cohort_id}/register/{room.session_id}/entry")
    expect(page.locator("kbd", has_text="l 10").first).to_be_visible()
