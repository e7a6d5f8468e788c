"""Somebody's whole road and everybody they meet on it; one clock, moved for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from playwright.sync_api import Page, expect

from portal.db import unit_of_work
from portal.domain.accounts.models import Role
from portal.domain.accounts.queries import staff_by_email
from portal.domain.interviews.models import Venue
from portal.domain.training.standard import seed_courses
from portal.domain.volunteers.standard import seed_volunteers
from tests.browser.conftest import Visit
from tests.browser.registering import THUMB
from tests.browser.steps import Person, sign_in_staff
from tests.support.browser import DESKTOP, PHONE, Device, Officer, Portal, Visitor
from tests.support.make_documents import set_clock

STAFF = {
    "recruiter": (Role.RECRUITER, "Priya Nandakumar"),
    "ann": (Role.ASSESSOR, "Ann Mouse"),
    "bert": (Role.ASSESSOR, "Bert Keys"),
    "medical": (Role.MEDICAL, "Mina Frost"),
    "vetting": (Role.VETTING, "Vera Stone"),
    "trainer": (Role.TRAINER, "Sam Carter"),
}
VENUE = "Maidstone training centre"


@dataclass
class Road:
    """Where somebody is on their road, and the browsers of those who have come into it so far."""

    portal: Portal
    visit: Visit
    person: Person
    officers: dict[str, Officer]
    entered: dict[str, Visitor] = field(default_factory=dict)
    reference: str = ""
    paper: str = ""  # the medical certificate, by its public id
    certificate: str = ""  # the address at which the certificate of training is verified
    number: str = ""  # as a volunteer

    @property
    def name(self) -> str:
        return f"{self.person.given} {self.person.family}"

    @property
    def page(self) -> str:
        return f"/applications/{self.reference}"

    @property
    def applicant(self) -> Visitor:
        return self.entered["applicant"]

    def now(self, *moment: int) -> None:
        """Year, month, day, hour and minute in London: the service's clock stands there."""
        set_clock(self.portal.settings, datetime(*moment))  # type: ignore[arg-type]

    def comes(self, name: str, device: Device = DESKTOP) -> Visitor:
        """Somebody new with a browser of their own. 422: what is not right is refused on the way."""
        self.entered[name] = self.visit(device, fine={422})
        return self.entered[name]

    def by(self, name: str) -> Visitor:
        """A member of staff; signed in by password and second step when they first come."""
        if name not in self.entered:
            sign_in_staff(self.comes(name, THUMB if name == "trainer" else DESKTOP), self.officers[name])
        return self.entered[name]

    def letter(self, subject: str) -> str:
        return self.portal.letter(self.person.email, subject)


def set_out(visit: Visit, portal: Portal, person: Person) -> Road:
    """What an installation ships with, a place to meet, and people with their roles and nothing to do yet."""
    officers = {name: portal.officer(role) for name, (role, _name) in STAFF.items()}
    with portal.inside() as session:
        seed_courses(session)
        seed_volunteers(session)
        with unit_of_work(session):
            session.add(Venue(name=VENUE, address="1 Example Road", step_free=True))
            for name, officer in officers.items():
                member = staff_by_email(session, officer.email)
                assert member is not None
                member.name = STAFF[name][1]
    road = Road(portal, visit, person, officers)
    road.comes("applicant", PHONE)
    return road


# What everybody on the staff does on any page


def from_work(visitor: Visitor, words: str) -> Page:
    """The line of one's own work that says so: with one thing waiting it leads to the very page."""
    page = visitor.go("/staff/")
    page.locator(".v-work a").filter(has_text=words).first.click()
    return page


def from_menu(visitor: Visitor, *places: str) -> Page:
    """From the front page by the menu, then by links of these names."""
    page = visitor.go("/staff/")
    first, *others = places
    page.get_by_role("navigation", name="Staff").get_by_role("link", name=first).click()
    for name in others:
        follow(page, name)
    return page


def follow(page: Page, name: str) -> None:
    page.locator("main").get_by_role("link", name=name).first.click()


def said(page: Page, words: str) -> None:
    """What the page says was done."""
    expect(page.locator(".v-said[role=status]").first).to_contain_text(words)


def tick(page: Page, name: str, values: Sequence[str]) -> None:
    for value in values:
        page.locator(f"input[name={name}][value={value}]").check()
