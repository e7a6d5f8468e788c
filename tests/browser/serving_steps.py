"""From a certificate to powers: the agreement, the checklist, the appointment, and what everybody sees then."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.meeting import tap_button, tap_link
from tests.browser.road import Road, follow, from_menu, from_work, said
from tests.browser.steps import heading, press
from tests.browser.training_steps import COHORT, cohort_page
from tests.support.crowd import eventually

POWERS = ("Require a name and address for anti-social behaviour", "Direct traffic, within limits")
CARD = "KPV 00417"


def accept_agreement(road: Road) -> None:
    applicant = road.applicant
    applicant.go(road.page)
    tap_link(applicant, "Read and accept the volunteer agreement")
    tap_button(applicant, "I have read it and accept it")
    expect(applicant.page.get_by_role("main")).to_contain_text("You accepted this on")


def complete_checklist(road: Road) -> None:
    """What the recruiter does by hand; until the last of it there is no button to appoint them."""
    page = from_work(road.by("recruiter"), "People to appoint")
    button = page.get_by_role("link", name="Appoint them", exact=True)
    for line in ("Induction", "Identification", "Barred"):
        expect(button).to_have_count(0)
        page.locator(".v-checklist li").filter(has_text=line).get_by_role("link", name="Record it").click()
        if line == "Identification":
            page.locator("input[name=number]").fill(CARD)
        press(page, "Record it")
        said(page, "recorded.")
    expect(page.locator(".v-checklist .is-open")).to_have_count(0)


def appoint(road: Road) -> None:
    page = from_work(road.by("recruiter"), "People to appoint")
    follow(page, "Appoint them")
    press(page, "Appoint them")
    said(page, "Appointed. The welcome is on its way.")
    road.number = page.url.rpartition("/")[2]
    road.letter("Welcome: you are a volunteer")


def give_powers(road: Road) -> None:
    page = from_menu(road.by("recruiter"), "Volunteers", road.name)
    for power in POWERS:
        follow(page, "Give a power")
        page.get_by_label(power, exact=True).check()
        press(page, "Give the power")
        said(page, "The power is given.")
    expect(page.locator(".v-powers li")).to_have_count(len(POWERS))
    assert eventually(lambda: letters_of(road).count("You have been given a power") == len(POWERS))


# What is seen then


def volunteer_sees(road: Road) -> bytes:
    """Their number, powers and papers on their own page; returns the certificate they can send to others."""
    page = road.applicant.go(road.page)
    main = page.get_by_role("main")
    for words in (road.number, *POWERS):
        expect(main).to_contain_text(words)
    address = page.get_by_role("link", name="Your certificate (PDF)").get_attribute("href")
    paper = page.request.get(f"{road.portal.url}{address}")  # a browser without windows has no viewer to click into
    assert paper.ok and paper.body().startswith(b"%PDF")
    return paper.body()


def verifier_sees(road: Road) -> None:
    """A stranger with the paper: what it says, that the file is ours, and that an altered one is not."""
    paper = volunteer_sees(road)
    stranger = road.comes("verifier")
    page = stranger.go(road.certificate)
    expect(heading(page)).to_have_text("This certificate is genuine")
    for words in (road.name, "Foundation course", "Monday 2 July 2018"):
        expect(page.get_by_role("main")).to_contain_text(words)
    for content, words in ((paper, "The file is the one we issued"), (paper + b"\n", "The file was altered")):
        page.locator("input[type=file]").set_input_files(
            {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        press(page, "Compare the file")
        expect(page.locator(".verdict__title")).to_have_text(words)
    assert stranger.context.cookies() == [], "who asks is nobody's business"


def letters_of(road: Road) -> list[str]:
    """What each of their letters is about."""
    return [str(letter.message["Subject"]) for letter in road.portal.letters(road.person.email)]


def nothing_twice(road: Road) -> None:
    """Every letter of the road came once, and a letter for each power."""
    subjects = letters_of(road)
    twice = {subject for subject in subjects if subjects.count(subject) > 1}
    assert twice == {"You have been given a power"}, subjects


def staff_see(road: Road) -> None:
    """The recruiter finds them as appointed, in the register of powers too; the trainer sees the course completed."""
    page = from_menu(road.by("recruiter"), "Volunteers", "Register of powers")
    for power in POWERS:
        expect(page.get_by_role("main")).to_contain_text(power)
    expect(page.get_by_role("main")).to_contain_text(road.number)
    page = road.by("recruiter").go(f"/staff/applications/{road.reference}")
    expect(page.locator("#next")).to_contain_text("A volunteer since 3 July.")
    expect(page.locator("#appointment")).to_contain_text(road.number)
    page = cohort_page(road, "Completion")
    expect(page.get_by_role("row", name=road.name)).to_contain_text("Completed")
    page = from_menu(road.by("trainer"), "Cohorts", COHORT)
    expect(page.get_by_role("main")).to_contain_text(road.name)
