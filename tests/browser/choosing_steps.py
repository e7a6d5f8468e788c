"""From a campaign opened to a place offered: applied online, read blind by two, met by two, told."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import expect

from portal.domain.campaigns.standard import STANDARD_CRITERIA
from tests.browser import meeting, sifting, steps
from tests.browser.meeting import Hand, tap, tap_button, tap_link
from tests.browser.road import STAFF, VENUE, Road, follow, from_menu, said
from tests.browser.steps import heading, press
from tests.support.browser import Visitor

PILOT = "Community Policing Volunteer, West Division"
CAMPAIGN = f"{PILOT}, second course"
ANN, BERT = STAFF["ann"][1], STAFF["bert"][1]
SATURDAY = date(2018, 2, 10)


def open_campaign(road: Road) -> None:
    """Like the pilot, a week later; strangers see it at once."""
    page = from_menu(road.by("recruiter"), "Campaigns", "New campaign")
    page.get_by_label("Name", exact=True).fill(CAMPAIGN)
    page.get_by_label("Begin with").select_option(label=f"A copy of {PILOT}")
    page.get_by_label("Opens", exact=True).fill("15 January 2018")
    press(page, "Make the draft")
    said(page, "The draft is made")
    page.get_by_role("link", name="Publish", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("until the end of Fri 2 February")
    page.locator("input[name=when][value=now]").check()
    press(page, "Publish")
    said(page, "It is published.")
    road.portal.campaign = page.url.rpartition("/")[2]


def apply(road: Road) -> None:
    """Online, by themselves, with their papers."""
    road.reference, road.paper = steps.apply(road.applicant, road.person)


def read_blind(road: Road) -> None:
    """The recruiter deals it out to two, who read it one after the other, under an alias."""
    recruiter = road.by("recruiter")
    sifting.add_assessors(recruiter, road.portal.campaign, (ANN, BERT))
    sifting.deal_out(recruiter, 2)
    for name in ("ann", "bert"):
        page = from_menu(road.by(name), "Shortlisting")
        sifting.begin_by_mouse(page)
        sifting.score_one(page, sifting.give_by_mouse, lambda _reading: (4,) * len(STANDARD_CRITERIA))
        sifting.finish_by_mouse(page)
        expect(page.locator(".v-said").first).to_contain_text("is finished. You have nothing more to read.")


def shortlist(road: Road) -> None:
    """The line, and whoever is above it is told."""
    recruiter = road.by("recruiter")
    page = recruiter.go(f"/staff/shortlisting/{road.portal.campaign}")
    page.get_by_role("button", name=re.compile("^Apply the line")).click()
    said(page, "Nobody has been told.")
    follow(page, "Preview the release")
    tell_one(recruiter)
    road.letter("We would like to meet you")


def tell_one(recruiter: Visitor) -> None:
    page = recruiter.page
    expect(heading(page)).to_have_text("Tell 1 person")
    page.get_by_label("Type 1 to tell").fill("1")
    press(page, "Release to 1 person")
    sifting.watch_until_done(recruiter, 1)


def plan_interviews(road: Road) -> None:
    recruiter = road.by("recruiter")
    hand = Hand(from_menu(recruiter, "Interviews"))
    meeting.plan_days(hand, CAMPAIGN, [SATURDAY], VENUE, [("Room 1", ANN, BERT)])
    hand.press("Look at these days")
    hand.press("Make and publish")
    said(recruiter.page, "1 day made")
    meeting.invite_all(recruiter, road.portal.campaign, 1)


def book_interview(road: Road) -> None:
    """The applicant chooses a time on their phone."""
    applicant = road.applicant
    road.letter("Choose a time for your interview")
    meeting.open_times(applicant, road)
    tap(applicant, applicant.page.locator(".slot").first)
    tap_button(applicant, "Book this time")
    expect(heading(applicant.page)).to_contain_text("Saturday 10 February")
    road.letter("Your interview is on Saturday 10 February")


def attend(road: Road) -> None:
    """They come, go in and leave."""
    page = from_menu(road.by("recruiter"), "Interviews")
    page.locator(".v-daylist tbody tr").filter(has_text=CAMPAIGN).get_by_role("link").first.click()
    for act in ("Arrived", "Goes in", "Has left"):
        page.get_by_role("button", name=re.compile(f"^{act}.+{road.name}")).click()
    expect(page.get_by_role("main")).to_contain_text("2 sheets missing")


def score_interview(road: Road) -> None:
    """Both write their own sheet, then they agree on one."""
    for name in ("ann", "bert"):
        member = road.by(name)
        meeting.open_sheet(member, road.name)
        meeting.fill_sheet(member, 4, "Named three streets, and who lives in them", "Offer a place")
        tap_button(member, "Complete my sheet")
    bert = road.by("bert")
    bert.page.get_by_label("in the panel").last.fill("Calm, practical and kind")
    tap_button(bert, "This is agreed")
    said(bert.page, f"{road.name}: agreed.")


def offer_place(road: Road) -> None:
    """Decided as the panel recommends, and told."""
    page = road.by("recruiter").go(f"/staff/interviews/outcomes/{road.portal.campaign}")
    press(page, "Decide 1 as the panels recommend")
    page.get_by_role("link", name="Release 1 decision").click()
    tell_one(road.by("recruiter"))
    road.letter("We would like to offer you a place")


def accept(road: Road) -> None:
    applicant = road.applicant
    applicant.go(road.page)
    tap_link(applicant, "Answer our offer of a place")
    tap_button(applicant, "Accept the place")
    expect(heading(applicant.page)).to_have_text("Your place is kept for you")
    road.letter("You have accepted a place")
