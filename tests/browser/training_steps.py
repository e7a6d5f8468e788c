"""From a place in a cohort to a certificate: planned, enrolled, begun, ten days on the register, assessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from portal.domain.training.shipped import FOUNDATION
from tests.browser.choosing_steps import CAMPAIGN
from tests.browser.meeting import tap, tap_button, tap_link
from tests.browser.road import STAFF, VENUE, Road, follow, from_menu, from_work, said
from tests.browser.steps import heading, press
from tests.support.browser import Visitor

COHORT = "West cohort 2"
MISSED = 9  # the day they cannot come, whose mandatory modules may be made good in writing
TRAINER = STAFF["trainer"][1]
DAYS = tuple((2018, month, day) for month, day in (
    (5, 5), (5, 6), (5, 19), (5, 20), (6, 2), (6, 3), (6, 16), (6, 17), (6, 30), (7, 1)
))  # fmt: skip
MORNINGS = tuple((*day, 9, 4) for day in DAYS)
ASSESSED = {
    number: module.title
    for number, day in enumerate(FOUNDATION.days, 1)
    for module in day.modules
    if module.assessed
}  # fmt: skip
TO_WRITE = [module.title for module in FOUNDATION.days[MISSED - 1].modules if module.mandatory and module.written]
assert len(DAYS) == len(FOUNDATION.days)


def cohort_page(road: Road, tab: str) -> Page:
    """The recruiter's way to a page of the cohort from the menu."""
    page = from_menu(road.by("recruiter"), "Cohorts", COHORT)
    page.get_by_role("link", name=tab, exact=True).click()
    return page


# Places


def plan_cohort(road: Road) -> None:
    """A course and its first day; the others come out by themselves, and are those the campaign promised."""
    page = from_menu(road.by("recruiter"), "Cohorts", "Plan a cohort")
    page.get_by_label("Course").select_option(label=f"{FOUNDATION.name}, version 1")
    page.get_by_label("For the people of").select_option(label=CAMPAIGN)
    page.locator("input[name=name]").fill(COHORT)
    page.locator("input[name=capacity]").fill("24")
    page.locator("input[name=first]").fill("5 May 2018")
    page.get_by_label("Venue").select_option(label=VENUE)
    page.locator("input[name=room]").fill("Hall")
    page.locator("input[name=room_places]").fill("24")
    page.get_by_label(TRAINER).check()
    page.locator(".v-acts button[value=look]").click()
    expect(page.locator(".v-planner__list > li")).to_have_count(len(DAYS))
    expect(page.locator("#looked-title")).to_contain_text("10 days")
    expect(page.get_by_role("main")).to_contain_text("The days the campaign told its people")
    press(page, "Make and publish")
    said(page, f"{COHORT} is made. Its trainers see it now.")


def say_which_days(road: Road) -> None:
    applicant = road.applicant
    applicant.go(road.page)
    tap_link(applicant, "Say which training days you can come to")
    tap_link(applicant, "Say which days you can come to")
    tap(applicant, applicant.page.locator("input[name=suits][value=all]"))
    tap_button(applicant, "Save")
    expect(applicant.page.get_by_role("main")).to_contain_text("You can come to every day")


def enrol(road: Road) -> None:
    page = from_work(road.by("recruiter"), "People to enrol")
    follow(page, "Enrol the 1 suggested")
    press(page, "Enrol this person")
    said(page, "1 person has a place.")
    road.letter("Your training begins on")


def give_contact(road: Road) -> None:
    """Whom to ring, told by the trainee on their own page."""
    applicant = road.applicant
    applicant.go(road.page)
    tap_link(applicant, "Tell us whom to ring in an emergency")
    for name, words in (("name", "Chidi Okonkwo"), ("phone", "07700 900 123"), ("relation", "Brother")):
        applicant.page.locator(f"input[name={name}]").fill(words)
    tap_button(applicant, "Save")
    applicant.go(f"{road.page}/training")
    expect(applicant.page.get_by_role("main")).to_contain_text("Saturday 5 May")


def begin_training(road: Road) -> None:
    """Every check that is due is done, so they may."""
    page = from_work(road.by("recruiter"), "Training to begin")
    press(page, "Begin training for those ticked")
    said(page, "Training has begun for 1 person.")
    road.letter("You are ready to begin")


# The ten days


def open_register(road: Road) -> Visitor:
    """The trainer's phone, from what waits for them, once the register would open again without a signal."""
    trainer = road.by("trainer")
    page = from_work(trainer, "Registers of today")
    expect(page.locator("[data-register] .v-dev-row")).to_have_count(1)
    return trainer


def teach(number: int) -> Callable[[Road], None]:
    """One day of the course: on the register, and assessed where its modules are."""

    def day(road: Road) -> None:
        trainer, choice = open_register(road), "absent" if number == MISSED else "here"
        register = trainer.page.locator("[data-register]")
        tap(trainer, register.locator(".v-dev-row").filter(has_text=road.name).locator(f"[data-choice={choice}]"))
        expect(register.locator("[data-part=foot]")).to_contain_text("All saved")
        if number in ASSESSED:
            assess(road, ASSESSED[number])

    day.__name__ = f"day {number}"
    return day


def teaches(number: int) -> tuple[Callable[[Road], None], ...]:
    """What happens on a day of the course: on the one before the missed they say so, on that itself they catch up."""
    return (teach(number), *{MISSED - 1: (cannot_come,), MISSED: (catch_up,)}.get(number, ()))


def assess(road: Road, module: str) -> None:
    page = trainee_page(road)
    page.get_by_text("Record an assessment", exact=True).click()
    page.locator("select[name=assessment-module]").select_option(label=module)
    page.locator("select[name=assessment-result]").select_option(label="Passed")
    press(page, "Record it")
    said(page, "Recorded.")


def trainee_page(road: Road) -> Page:
    page = from_menu(road.by("trainer"), "Cohorts", COHORT)
    follow(page, road.name)
    expect(heading(page)).to_have_text(road.name)
    return page


# A day missed


def cannot_come(road: Road) -> None:
    """Said beforehand, so that nobody waits."""
    applicant, (_year, month, day) = road.applicant, DAYS[MISSED - 1]
    page = applicant.go(f"{road.page}/training")
    tap(applicant, page.get_by_role("link", name=re.compile(f"^I can't make it.* {date(2018, month, day):%-d %B}")))
    tap(applicant, page.get_by_label("Something at home"))
    tap_button(applicant, "Tell my trainer")
    expect(page.get_by_role("main")).to_contain_text("You cannot come")


def catch_up(road: Road) -> None:
    """What can be made good in writing is written on the phone that evening."""
    applicant = road.applicant
    for title in TO_WRITE:
        page = applicant.go(road.page)
        tap_link(applicant, "Choose how to catch up")
        tap_button(applicant, f"Write about {title}")
        page.locator("textarea[name=work]").fill("I would listen first, then say what we can do, and write it down.")
        tap_button(applicant, "Hand it in")
        expect(page.get_by_role("main")).to_contain_text(title)


def sign_off(road: Road) -> None:
    """The trainer reads it and says that it will do."""
    page = from_work(road.by("trainer"), "Catch-ups to see to")
    for _title in TO_WRITE:
        page.get_by_text("Read what they wrote", exact=True).first.click()
        page.get_by_role("button", name=re.compile("^Sign off")).first.click()
        said(page, "Signed off: it counts as made good.")


# Its end


def issue_certificate(road: Road) -> None:
    page = from_work(road.by("recruiter"), "Training to complete")
    press(page, "Issue the certificate")
    said(page, "1 certificate issued.")
    road.certificate = page.get_by_role("link", name="Its address").get_attribute("href") or ""
    road.letter("Your training is complete")
