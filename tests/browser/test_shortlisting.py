"""Forty applications on Monday: read blind by two, settled, ranked, seen before they leave, and released together."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.accounts.queries import staff_by_email
from portal.domain.campaigns.standard import STANDARD_CRITERIA, STANDARD_QUESTIONS, TIED_CRITERIA
from portal.domain.casework.verdicts import MADE_BY_RULE
from portal.domain.messages.models import OutboxMail
from portal.domain.shortlisting.folding import squeezed
from portal.domain.shortlisting.models import Entry
from portal.domain.shortlisting.sift import in_address
from tests.browser import sifting
from tests.browser.conftest import Visit
from tests.browser.looking import judged
from tests.browser.sifting import Points
from tests.browser.steps import heading, press, sign_in_staff
from tests.support.browser import DESKTOP, PHONE, Officer, Portal, Visitor, text_of
from tests.support.crowd import Caller, eventually
from tests.support.live import cookies_of
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign
from tests.support.make_documents import set_clock
from tests.support.make_sifts import readings, score_all
from tests.support.people import a_staff_member, an_applicant
from tests.support.planted import Planted, planted_people

pytestmark = pytest.mark.browser
MONDAY = datetime(2018, 1, 29, 9)  # London; the campaign has closed
NAMES = ("Ann Mouse", "Bert Keys")
PEOPLE = planted_people()
BY_PAGE = 4  # readings each assessor scores on the page itself; the rest go through the same acts without it
PLACES, SHORTLISTED, RESERVES = 12, 13, 6
WEIGHTS = [each.weight for each in STANDARD_CRITERIA]
SUBJECTS = ("We would like to meet you", "You are on our reserve list", "not this time")
FAR_APART = {5: (45, 9, 40), 11: (45, 9, 12)}  # by person: both readers' totals, and what a moderator settles on


def worth(total: int) -> Points:
    """Points for the criteria that come to this total."""
    points, left = [1] * len(WEIGHTS), total - sum(WEIGHTS)
    for place in sorted(range(len(WEIGHTS)), key=lambda each: -WEIGHTS[each]):
        more = min(4, left // WEIGHTS[place])
        points[place], left = points[place] + more, left - more * WEIGHTS[place]
    assert sum(weight * each for weight, each in zip(WEIGHTS, points, strict=True)) == total
    return points


def totals(number: int) -> tuple[int, int]:
    """What both readers give this person: nobody's score is anybody else's, and none follows the order of sending."""
    both = 34 + number * 17 % len(PEOPLE)
    return FAR_APART[number][:2] if number in FAR_APART else (both // 2, both - both // 2)


def score_of(number: int) -> float:
    return float(FAR_APART[number][2]) if number in FAR_APART else sum(totals(number)) / 2


RANKED = sorted(range(len(PEOPLE)), key=lambda number: -score_of(number))


@dataclass
class Monday:
    """A campaign with its forty applications, by person, and those who work on them."""

    portal: Portal
    slug: str
    campaign: int
    applications: list[tuple[int, str]]  # number, reference
    cookies: list[dict[str, str]]
    officers: list[Officer]  # the recruiter, then both assessors

    def trackers(self) -> list[str]:
        """What each applicant reads on their own page."""
        return [self.tracker(number) for number in range(len(PEOPLE))]

    def tracker(self, number: int) -> str:
        reply = Caller(self.portal.url, self.cookies[number]).get(f"/applications/{self.applications[number][1]}")
        main = re.search(r"<main.*</main>", reply.body, re.DOTALL)
        assert reply.status == 200 and main is not None
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", main[0])).split())

    def number_of(self, application_id: int) -> int:
        return [number for number, _ in self.applications].index(application_id)

    def member(self, session: Session, seat: int) -> StaffMember:
        found = staff_by_email(session, self.officers[seat].email)
        assert found is not None
        return found

    def mails(self, session: Session) -> dict[str, int]:
        """How many mails were ever written to each applicant, sent or not."""
        query = select(OutboxMail.recipient, func.count()).group_by(OutboxMail.recipient)
        found = {row[0]: row[1] for row in session.execute(query)}
        return {person.email: found.get(person.email, 0) for person in PEOPLE}


def answers_of(person: Planted) -> dict[str, object]:
    """Everything that gives them away, spread over what is scored."""
    boxes, sentences = ["why", *(question.key for question in STANDARD_QUESTIONS)], person.sentences()
    return person.answers | {key: " ".join(sentences[place :: len(boxes)]) for place, key in enumerate(boxes)}


@pytest.fixture(scope="module")
def monday(portal: Portal) -> Monday:
    with portal.inside() as session:
        campaign = a_campaign(session, questions=STANDARD_QUESTIONS, criteria=TIED_CRITERIA, places=PLACES)
        sent, cookies = [], []
        for person in PEOPLE:
            applicant = an_applicant(session, person.email)
            sent.append(a_submitted(session, portal.app, campaign, applicant=applicant, **answers_of(person)))
            cookies.append(cookies_of(portal.app, applicant))
        made = Monday(portal, campaign.slug, campaign.id, [(each.id, each.reference) for each in sent], cookies, [])
    made.officers = [portal.officer(role) for role in (Role.RECRUITER, Role.ASSESSOR, Role.ASSESSOR)]
    with portal.inside() as session, unit_of_work(session):
        for seat, name in enumerate(("Priya Nandakumar", *NAMES)):
            made.member(session, seat).name = name
    assert eventually(lambda: all(portal.letters(person.email) for person in PEOPLE)), "forty receipts"
    set_clock(portal.settings, MONDAY)
    return made


def test_from_forty_applications_to_forty_answers(visit: Visit, monday: Monday, tmp_path: Path) -> None:
    portal = monday.portal
    waiting = monday.trackers()
    assert all("We are reading your application" in page for page in waiting)

    recruiter = visit(fine={422})
    sign_in_staff(recruiter, monday.officers[0])
    sifting.add_assessors(recruiter, monday.slug, NAMES)
    sifting.deal_out(recruiter, 2 * len(PEOPLE))
    sifting.not_ready(recruiter, monday.slug)

    kept = [tmp_path / "mouse.har", tmp_path / "keys.har"]
    readers = [visit(fetched=path) for path in kept]
    for seat, reader in enumerate(readers, 1):
        score_on_the_page(monday, reader, seat)
    score_the_rest(monday, readers)
    outsiders_see_nothing(visit, monday)

    settle_and_set_the_line(monday, recruiter)
    now = monday.trackers()
    assert [each for each in zip(waiting, now, strict=True) if each[0] != each[1]] == [], (
        "until the release nobody is told anything"
    )
    with portal.inside() as session:
        assert set(monday.mails(session).values()) == {1}, "but that their application came in"
    release(recruiter)

    for number in range(len(PEOPLE)):
        check_told(monday, number)
    look_at_trackers(visit, monday)
    for reader, path, officer in zip(readers, kept, monday.officers[1:], strict=True):
        reader.go("/staff/shortlisting")
        reader.context.close()
        assert leaks(monday, path, [text_of(letter) for letter in portal.letters(officer.email)]) == {}


# Scoring


def score_on_the_page(monday: Monday, reader: Visitor, seat: int) -> None:
    """The first by mouse, the second by keys alone; nobody sees what the other gave before both are in."""
    page, by_mouse = reader.page, seat == 1
    sign_in_staff(reader, monday.officers[seat])
    reader.go("/staff/shortlisting")
    (sifting.begin_by_mouse if by_mouse else sifting.begin_by_key)(page)
    for place in range(BY_PAGE):
        sifting.score_one(
            page, sifting.give_by_mouse if by_mouse else sifting.give_by_keys, lambda key: points_for(monday, key, seat)
        )
        if by_mouse and not place:
            assert judged(reader, "a look over all the scores") == []
            page.set_viewport_size({"width": DESKTOP.width, "height": DESKTOP.height})
        (sifting.finish_by_mouse if by_mouse else sifting.finish_by_key)(page)
        expect(page.locator(".v-said")).to_contain_text("is finished. Here is the next.")
    if by_mouse:
        reader.go("/staff/shortlisting")
        expect(page.locator("td[data-label='The other gave']")).to_have_text(["not yet"] * BY_PAGE)


def points_for(monday: Monday, public_id: str, seat: int) -> Points:
    with monday.portal.inside() as session:
        mine = readings(session, monday.member(session, seat).id)
        reading = next(each for each in mine if each.public_id == public_id)
        return worth(totals(monday.number_of(reading.application_id))[seat - 1])


def score_the_rest(monday: Monday, readers: list[Visitor]) -> None:
    """What was not scored on the page, while the readers' browsers stay open."""
    with monday.portal.inside() as session:
        for seat in (1, 2):
            left = [each for each in readings(session, monday.member(session, seat).id) if each.completed_at is None]
            assert len(left) == len(PEOPLE) - BY_PAGE
            for reading in left:
                score_all(session, reading, worth(totals(monday.number_of(reading.application_id))[seat - 1]))
    for reader in readers:
        reader.go("/staff/shortlisting")
        expect(reader.page.locator("main h1 + p")).to_contain_text(f"0 to read · {len(PEOPLE)} done")
        expect(reader.page.get_by_text("not yet")).to_have_count(0)


# Settling, the line, the release


def settle_and_set_the_line(monday: Monday, recruiter: Visitor) -> None:
    page = recruiter.go(f"/staff/shortlisting/{monday.slug}")
    page.get_by_role("link", name="Settle 2 that differ").click()
    settled = [settle_next(monday, recruiter) for _ in FAR_APART]
    assert len(set(settled)) == len(FAR_APART)
    expect(page.locator(".v-said").first).to_contain_text("Apply the line to decide with the new scores")
    assert judged(recruiter) == []
    page.set_viewport_size({"width": DESKTOP.width, "height": DESKTOP.height})
    move_and_apply_the_line(page)


def settle_next(monday: Monday, recruiter: Visitor) -> str:
    alias = heading(recruiter.page).inner_text()
    expect(recruiter.page.locator("main h1 + p")).to_contain_text("36 points apart")
    with monday.portal.inside() as session:
        found = session.scalars(select(Entry).filter_by(campaign_id=monday.campaign, alias=alias)).one()
        number = monday.number_of(found.application_id)
    return sifting.settle(recruiter, worth(FAR_APART[number][2]))


def move_and_apply_the_line(page: Page) -> None:
    first, second = (f"{score_of(RANKED[place - 1]):g}" for place in (PLACES, SHORTLISTED))
    rest = len(PEOPLE) - SHORTLISTED - RESERVES
    sifting.line_at(page, first, PLACES)
    press(page, "Lower")
    sifting.line_at(page, second, SHORTLISTED)
    press(page, "Raise")
    sifting.line_at(page, first, PLACES)
    page.keyboard.press("l")
    sifting.line_at(page, second, SHORTLISTED)
    sifting.look_at_reserves(page, RESERVES)
    expect(page.locator(".v-said--look")).to_contain_text(
        f"{SHORTLISTED} people shortlisted, {RESERVES} in reserve, {rest} not this time."
    )
    press(page, f"Apply the line at {second}")
    expect(page.locator(".v-said").first).to_contain_text(
        "40 provisional decisions made or changed. Nobody has been told."
    )


def release(recruiter: Visitor) -> None:
    page = recruiter.page
    page.get_by_role("link", name="Preview the release").click()
    expect(heading(page)).to_have_text(f"Tell {len(PEOPLE)} people")
    counts = page.locator(".v-sum dd")
    expect(counts).to_have_text([str(SHORTLISTED), str(RESERVES), str(len(PEOPLE) - SHORTLISTED - RESERVES)])
    expect(page.locator(".v-letter h3")).to_have_text([re.compile(words) for words in SUBJECTS])
    assert judged(recruiter) == []
    page.set_viewport_size({"width": DESKTOP.width, "height": DESKTOP.height})
    sifting.release(recruiter, len(PEOPLE))
    sifting.watch_until_done(recruiter, len(PEOPLE))
    assert judged(recruiter, "a run that is done") == []


# What it came to


def advice(number: int) -> list[str]:
    """What would have helped most: the two criteria that cost most marks."""
    ways = [FAR_APART[number][2]] if number in FAR_APART else totals(number)
    lost = [weight * (5 - sum(worth(each)[place] for each in ways) / len(ways)) for place, weight in enumerate(WEIGHTS)]
    worst = sorted(range(len(WEIGHTS)), key=lambda place: -lost[place])
    return [STANDARD_CRITERIA[place].feedback for place in worst[:2] if lost[place]]


def check_told(monday: Monday, number: int) -> None:
    """One letter more, no other, and it and the tracker both say what the scores came to."""
    email, place = PEOPLE[number].email, RANKED.index(number) + 1
    assert eventually(lambda: len(monday.portal.letters(email)) > 1), f"no answer to {number}"
    received, answer = monday.portal.letters(email)
    assert "We have your application" in str(received.message["Subject"])
    letter, tracker, subject = " ".join(text_of(answer).split()), monday.tracker(number), str(answer.message["Subject"])
    if place <= SHORTLISTED:
        words, which = ["We would like to meet you"], 0
    elif place <= SHORTLISTED + RESERVES:
        words, which = ["reserve list", f"number {place - SHORTLISTED} on the list"], 1
    else:
        words, which = [MADE_BY_RULE["line"], *advice(number)], 2
    assert SUBJECTS[which] in subject
    for said in words:
        assert said in letter and said in tracker, (number, said)
    if which == 2:
        others = {each.feedback for each in STANDARD_CRITERIA} - set(words)
        assert not any(each in letter or each in tracker for each in others), "advice on what cost most, no more"
        assert "Your application was not successful" in tracker


def look_at_trackers(visit: Visit, monday: Monday) -> None:
    """One of each answer as its applicant sees it, and nobody was written to twice."""
    with monday.portal.inside() as session:
        assert set(monday.mails(session).values()) == {2}
    applicant = visit(PHONE)
    for place, words in ((1, SUBJECTS[0]), (SHORTLISTED + 1, SUBJECTS[1]), (len(PEOPLE), "not successful")):
        number = RANKED[place - 1]
        applicant.context.clear_cookies()
        for name, value in monday.cookies[number].items():
            applicant.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
        applicant.go(f"/applications/{monday.applications[number][1]}")
        expect(heading(applicant.page)).to_contain_text(words)
        assert judged(applicant) == []


# Who must see nothing, and what readers must not


def told(monday: Monday) -> re.Pattern[str]:
    """Whatever tells whose an application is, as it stands in folded text."""
    known = {each for person in PEOPLE for each in person.unmistakable()}
    known |= {squeezed(reference)[3:] for _, reference in monday.applications}
    return re.compile("|".join(sorted(map(re.escape, known))))


def outsiders_see_nothing(visit: Visit, monday: Monday) -> None:
    """A member of staff without a role is refused every page of it; somebody not signed in is sent to sign in."""
    nobody, stranger = visit(fine={403}), visit()
    with monday.portal.inside() as session:
        cookies = cookies_of(monday.portal.app, a_staff_member(session))
        reader = monday.member(session, 1).id
        reading = readings(session, reader)[0].public_id
        alias = in_address(session.scalars(select(Entry.alias).filter_by(campaign_id=monday.campaign)).first() or "")
    for name, value in cookies.items():
        nobody.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/staff"}])
    board, read = f"/staff/shortlisting/{monday.slug}", f"/staff/shortlisting/read/{reading}"
    pages = ["/staff/shortlisting", "/staff/shortlisting/known", board]
    pages += [f"{board}/{page}" for page in ("assessors", f"assessors/{reader}", f"settle/{alias}", "release")]
    pages += [read, *(f"{read}/{page}" for page in ("1", "know", "shows-who"))]
    pages += ["/staff/applications", f"/staff/applications/{monday.applications[0][1]}", "/staff/runs"]
    for path in pages:
        answer = nobody.page.goto(monday.portal.url + path)
        assert answer is not None and answer.status == 403, path
        assert not told(monday).findall(squeezed(nobody.page.content())), path
        stranger.go(path)
        assert stranger.path().startswith("/staff/sign-in"), path


def fetched(path: Path) -> Iterator[tuple[str, str]]:
    """Every address a browser asked for, with headers and body of the answer."""
    for entry in json.loads(path.read_text())["log"]["entries"]:
        content, url = entry["response"]["content"], entry["request"]["url"]
        body = content.get("text", "")
        if content.get("encoding") == "base64":
            body = base64.b64decode(body).decode(errors="replace")
        yield url, f"{url}\n{entry['response']['headers']}\n{body}"


def leaks(monday: Monday, path: Path, mails: list[str]) -> dict[str, list[str]]:
    """What of any applicant's a reader's browser ever fetched, or their mail held, by address."""
    answers = [(url, text) for url, text in fetched(path) if "/static/" not in url]
    assert sum("Words you relied on" in text for _, text in answers) >= BY_PAGE * len(WEIGHTS), "bodies were kept"
    assert any("hidden" in text for _, text in answers) and mails
    known = told(monday)
    assert all(known.search(squeezed(" ".join(person.sentences()))) for person in PEOPLE), "what was planted is known"
    found = [*answers, *(("mail", mail) for mail in mails)]
    return {url: hits for url, text in found if (hits := sorted(set(known.findall(squeezed(text)))))}
