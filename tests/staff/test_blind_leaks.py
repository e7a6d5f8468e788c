"""The blind-leak sweep: forty people give themselves away in every way there is, and whatever their readers can fetch
(pages, fragments, headers, file names, documents, exports, mails, history) gives none of them away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

import html5lib
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portal import clock
from portal.config import Settings
from portal.domain.accounts.models import Role, StaffMember, StaffRole
from portal.domain.applications.models import Application
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.questions import seed_questions
from portal.domain.campaigns.standard import STANDARD_QUESTIONS, TIED_CRITERIA
from portal.domain.documents.models import Document
from portal.domain.messages.models import OutboxMail
from portal.domain.shortlisting.assigning import add_assessor, assign
from portal.domain.shortlisting.folding import squeezed
from portal.domain.shortlisting.ordinary import ORDINARY
from portal.web.setup import outside_of
from tests.support.client import XHTML, JudgingClient
from tests.support.make_applications import a_submitted
from tests.support.make_campaigns import a_campaign
from tests.support.make_documents import a_document, set_clock
from tests.support.make_sifts import readings, score_all
from tests.support.people import a_staff_member, an_applicant, browser_of
from tests.support.planted import ORDINARY_PEOPLE, READABLE, Planted, giveaways, planted_people

BEFORE_CLOSE = datetime(2018, 1, 20, 10)
AFTER_CLOSE = datetime(2018, 1, 29, 10)
PEOPLE = planted_people()
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FRAGMENT = {"HX-Request": "true"}


@dataclass
class Sweep:
    """A campaign all of whose applications tell whose they are, and two people who read them."""

    app: Flask
    session: Session
    campaign: Campaign
    applications: list[Application]
    readers: list[StaffMember]
    told: re.Pattern[str]

    def leaks(self, text: str) -> list[str]:
        """What of anybody's is in this text, however it is written."""
        return sorted(set(self.told.findall(squeezed(text))))


def answers_of(person: Planted) -> dict[str, str]:
    """Everything that gives them away, spread over the questions that are scored."""
    sentences = person.sentences()
    if person.number == 0:
        sentences.insert(0, READABLE + ".")
    boxes = ["why", *(question.key for question in STANDARD_QUESTIONS)]
    share = -(-len(sentences) // len(boxes))
    return {key: " ".join(sentences[place * share : (place + 1) * share]) for place, key in enumerate(boxes)}


@pytest.fixture
def sweep(app: Flask, session: Session, settings: Settings) -> Iterator[Sweep]:
    seed_questions(session)
    campaign = a_campaign(session, questions=STANDARD_QUESTIONS, criteria=TIED_CRITERIA)
    sent = []
    for person in PEOPLE:
        applicant = an_applicant(session, person.email)
        texts = answers_of(person) | {"occupation": f"{person.family} and Sons"}
        sent.append(a_submitted(session, app, campaign, applicant=applicant, **{**person.answers, **texts}))
        with clock.at(BEFORE_CLOSE):
            a_document(session, app, sent[-1], name=f"{person.given} {person.family} fitness.pdf")
    set_clock(settings, AFTER_CLOSE)
    recruiter = a_staff_member(session, Role.RECRUITER)
    readers = [a_staff_member(session, Role.ASSESSOR), a_staff_member(session, Role.ASSESSOR, Role.RECRUITER)]
    with clock.at(AFTER_CLOSE):
        for reader in readers:
            add_assessor(session, recruiter, campaign.id, reader.id)
        assert assign(session, recruiter, campaign.id) == 80
        for reading in readings(session, readers[0].id)[:3]:
            score_all(session, reading, finish=False)
    told = {each for person in PEOPLE for each in person.unmistakable()}
    told |= {squeezed(application.reference)[3:] for application in sent}
    yield Sweep(app, session, campaign, sent, readers, re.compile("|".join(sorted(map(re.escape, told)))))
    clock.use_offset(timedelta())


def everything(sweep: Sweep) -> dict[str, list[str]]:
    """What an argument of an address may be: the names of all there is, as somebody who knew them would ask."""
    session = sweep.session
    session.rollback()
    mine = [reading.public_id for reader in sweep.readers for reading in readings(session, reader.id)[:8]]
    references = [application.reference for application in sweep.applications]
    ids = [str(application.id) for application in sweep.applications]
    return {
        "reference": references[:4],
        "public_id": [*mine, *session.scalars(select(Document.public_id).limit(3))],
        "position": ["1", "2", "5", "6"],
        "slug": [sweep.campaign.slug],
        "subject_id": ids[:4],
        "member_id": [str(reader.id) for reader in sweep.readers],
        "alias": ["heron-27"],
        "section": ["name", "contact", "why"],
        "kind": ["application", "medical", "campaign"],
    }


def addresses(rule: Rule, known: dict[str, list[str]]) -> Iterable[str]:
    """This route with everything its arguments may be; others are the first of their kind."""
    names = sorted(rule.arguments)
    for values in product(*(known.get(name, ["1"]) for name in names)):
        address = rule.rule
        for name, value in zip(names, values, strict=True):
            address = re.sub(rf"<(?:[^<>]*:)?{name}>", value, address)
        yield address


def asked(sweep: Sweep, browser: JudgingClient) -> dict[str, list[str]]:
    """Every route by GET, whole and as a fragment: the addresses that answered with something of somebody's."""
    known, wrong = everything(sweep), {}
    for rule in sweep.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint.startswith(("static", "demo")):
            continue
        for address in addresses(rule, known):
            for headers in ({}, FRAGMENT):
                response = browser.get(address, headers=headers)
                text = response.get_data().decode("utf-8", "replace") + str(response.headers)
                response.close()
                typed = squeezed(address)  # what was asked for may be said back
                if found := [each for each in sweep.leaks(text) if each not in typed]:
                    wrong[f"{address} {response.status_code}"] = found
                if response.status_code == 403:
                    break  # refused before any view could tell a part from a page
    return wrong


def test_nothing_an_assessor_can_fetch_tells_whose_an_application_is(sweep: Sweep) -> None:
    assert asked(sweep, browser_of(sweep.app, sweep.readers[0])) == {}


def test_nor_anything_a_recruiter_can_fetch_who_reads_the_campaign(sweep: Sweep) -> None:
    assert asked(sweep, browser_of(sweep.app, sweep.readers[1])) == {}


def test_no_mail_to_a_reader_does(sweep: Sweep) -> None:
    emails = [reader.email for reader in sweep.readers]
    mails = sweep.session.scalars(select(OutboxMail).where(OutboxMail.recipient.in_(emails))).all()
    assert {mail.name for mail in mails} == {"readings_given"} and len(mails) == 2
    letters = outside_of(sweep.app).letters
    for mail in mails:
        letter = letters.write(mail.name, mail.context, recipient=mail.recipient, message_id=mail.message_id)
        assert mail.application_id is None
        assert sweep.leaks(f"{letter.subject} {letter.text} {letter} {mail.context}") == []


def test_the_history_of_readings_names_nobody(sweep: Sweep) -> None:
    events = sweep.session.scalars(select(AuditEvent).where(AuditEvent.actor_kind == "staff")).all()
    assert {event.action for event in events} >= {"assessor.added", "readings.given", "score.saved"}
    assert sweep.leaks(" ".join(str(event.detail) for event in events)) == []


def words_on(page: str) -> tuple[str, set[str]]:
    """What a reader reads on a page, as text and as its words, plain."""
    tree = html5lib.parse(page)
    main = next(node for node in tree.iter(XHTML + "main"))
    text = " ".join(piece for node in main.iter() for piece in (node.text or "", node.tail or "")).replace("-", " ")
    return " ".join(text.split()), {squeezed(word) for word in text.replace("_", " ").split()}


def test_no_word_that_tells_stands_on_a_readers_page_and_ordinary_ones_do(sweep: Sweep) -> None:
    """Word by word, on each criterion's page of all forty."""
    browser, wrong, read = browser_of(sweep.app, sweep.readers[0]), [], 0
    order = {application.id: person for application, person in zip(sweep.applications, PEOPLE, strict=True)}
    for reading in readings(sweep.session, sweep.readers[0].id):
        person = order[reading.application_id]
        telling = {word for _sentence, words in giveaways(person) for word in words if len(word) > 2} - ORDINARY
        for position in range(1, 6):
            page = browser.get(f"/staff/shortlisting/read/{reading.public_id}/{position}")
            assert page.status_code == 200
            text, words = words_on(page.text)
            read += 1
            assert reading.alias in text and "hidden" in text
            if person.number >= len(ORDINARY_PEOPLE) and words & telling:
                wrong.append(f"{person.family}, {position}: {sorted(words & telling)}")
            if person.number == 0 and position == 5:
                assert READABLE + "." in text
            assert "maidstone" not in words, "the district of them all"
    assert read == 200 and "\n".join(wrong) == ""


def test_addresses_titles_and_orders_follow_nothing(sweep: Sweep) -> None:
    """Aliases, addresses and their order tell neither reference, name nor when it was sent."""
    browser = browser_of(sweep.app, sweep.readers[0])
    page = browser.get("/staff/shortlisting").text
    mine = {reading.alias: reading.application_id for reading in readings(sweep.session, sweep.readers[0].id)}
    shown = [alias for alias in re.findall(r">([A-Z][a-z]+ \d\d)</a>", page) if alias in mine]
    assert len(shown) == 40 and shown == sorted(shown)
    assert [mine[alias] for alias in shown] != sorted(mine.values())
    other = {reading.alias: reading.application_id for reading in readings(sweep.session, sweep.readers[1].id)}
    same = [alias for alias in mine if other.get(alias) == mine[alias]]
    assert len(same) < 5, "two readers know the same application by different aliases"
    for reading in readings(sweep.session, sweep.readers[0].id):
        response = browser.get(f"/staff/shortlisting/read/{reading.public_id}/1")
        title = re.search(r"<title>(.*?)</title>", response.text)
        assert title is not None and title[1].startswith(f"Score {reading.alias}, criterion 1 ")
        assert not {"ETag", "Last-Modified", "Content-Disposition"} & set(response.headers.keys())


def test_somebody_who_has_lost_the_role_can_fetch_nothing(sweep: Sweep) -> None:
    reader = sweep.readers[0]
    browser = browser_of(sweep.app, reader)
    address = f"/staff/shortlisting/read/{readings(sweep.session, reader.id)[0].public_id}/1"
    assert browser.get(address).status_code == 200
    sweep.session.rollback()
    role = sweep.session.scalars(select(StaffRole).filter_by(staff_id=reader.id)).one()
    role.ends_on = AFTER_CLOSE.date() - timedelta(days=1)
    sweep.session.commit()
    assert browser.get(address).status_code == 403
