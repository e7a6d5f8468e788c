"""Whole applications a second: signed in, each page opened and each form sent, as a person without script would."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import func, select

from portal import clock
from portal.domain.accounts.passwords import LANES, MEMORY_KIB, PASSES, hash_password, verify
from portal.domain.applications.models import Application
from portal.domain.campaigns.models import QuestionKind
from portal.domain.campaigns.questions import Asked, asked_of, seed_questions
from tests.bench.figures import Figure, seconds
from tests.bench.places import DATABASES, NAMES, Place, place
from tests.support.crowd import together
from tests.support.live import LiveServer, cookies_of, form_token
from tests.support.make_applications import full_answers, while_open
from tests.support.make_campaigns import the_pilot
from tests.support.people import an_applicant

AT_ONCE = 4
LONGEST_ROAD = 40  # requests; one that never ends is a mistake
Form = dict[str, Any]


@dataclass
class Person:
    """One signed-in browser that keeps its connection. `requests` counts what it asked."""

    port: int
    cookies: dict[str, str]
    token: str
    requests: int = 0
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, form: Form | None = None) -> tuple[int, str]:
        """The status and where it leads."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({"csrf_token": self.token, **form}, doseq=True) if form is not None else None
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        answer.read()
        self.requests += 1
        return answer.status, urlsplit(answer.headers.get("Location", "")).path

    def post(self, path: str, form: Form) -> str:
        status, leads_to = self.ask("POST", path, form)
        if status != 303:
            raise RuntimeError(f"{path}: {status}")
        return leads_to

    def open(self, path: str) -> None:
        status, _ = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path}: {status}")

    def apply(self, slug: str, forms: dict[str, Form]) -> None:
        """From the campaign's page to the receipt."""
        self.open(f"/campaigns/{slug}")
        self.open(f"/campaigns/{slug}/apply")
        at = self.post(f"/campaigns/{slug}/apply", {})
        self.open(at)
        task_list, at = at, f"{at}/name"
        while not at.endswith("/check-answers"):
            self.open(at)
            section = at.rsplit("/", 1)[1]
            # Documents can wait: whoever brings none goes on to the last page.
            at = f"{task_list}/declaration" if section == "documents" else self.post(at, forms.get(section, {}))
            if self.requests > LONGEST_ROAD:
                raise RuntimeError(f"{at}: no end in sight")
        self.open(at)
        self.open(self.post(f"{task_list}/submit", {}))


def measure(folder: Path, people: int) -> list[Figure]:
    figures = [_hashing()]
    for kind in DATABASES:
        with place(kind, folder / kind) as here:
            rate, requests = _rate(here, people)
        name = f"complete applications, signed in, {requests} requests each, {NAMES[kind]}"
        figures.append(Figure(name, rate, "applications/s"))
    return figures


def _hashing() -> Figure:
    """Applicants sign in by a mailed code, hashed once by HMAC; only staff have passwords."""
    stored = hash_password("correct horse battery staple")
    took = median(seconds(lambda: verify(stored, "correct horse battery staple")) for _ in range(9))
    return Figure(f"staff password, argon2id t={PASSES} m={MEMORY_KIB // 1024} MiB p={LANES}", took * 1000, "ms")


def _rate(here: Place, people: int) -> tuple[float, int]:
    session = here.session
    campaign = the_pilot(session)
    seed_questions(session)
    forms = forms_of(asked_of(session, campaign), full_answers(campaign))
    slug = campaign.slug
    clock.store_offset(here.settings.clock_file, while_open(campaign) - clock.wall())
    with LiveServer(here.settings) as server:
        waiting = [
            Person(server.port, cookies_of(here.app, an_applicant(session)), form_token(here.app))
            for _ in range(people + AT_ONCE)
        ]
        session.rollback()
        warm, measured = waiting[:AT_ONCE], waiting[AT_ONCE:]
        together(AT_ONCE, lambda number: warm[number].apply(slug, forms))
        began = perf_counter()
        together(AT_ONCE, lambda number: [each.apply(slug, forms) for each in measured[number::AT_ONCE]])
        rate = people / (perf_counter() - began)
    for person in waiting:
        person.connection.close()
    sent = session.scalar(select(func.count()).where(Application.received_at.is_not(None)))
    if sent != len(waiting):
        raise RuntimeError(f"{sent} of {len(waiting)} applications arrived")
    return rate, measured[0].requests


def forms_of(asked: list[Asked], answers: dict[str, Any]) -> dict[str, Form]:
    """Each section's form as a browser sends it."""
    forms: dict[str, Form] = {}
    for each in asked:
        value = answers.get(each.key)
        if value is not None:
            forms.setdefault(each.section, {})[each.key] = _typed(each, value)
    return forms


def _typed(each: Asked, value: Any) -> str | list[str]:
    if each.kind is QuestionKind.DATE:
        year, month, day = str(value).split("-")
        return [day, month, year]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return list(value) if isinstance(value, list) else str(value)
