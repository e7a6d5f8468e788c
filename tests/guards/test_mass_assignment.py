"""Every form of every page, sent as it is, and again with every column of every table beside its own fields: the
database says the same. A column is only ever set by a field that is on the form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from werkzeug.test import TestResponse

from portal.domain.attendance.models import Certificate
from portal.domain.documents.models import Document
from tests.guards.conftest import Standing
from tests.guards.crawling import endpoint_of, pages
from tests.guards.dumping import Rows, difference, dump, hostile_columns
from tests.guards.filling import BARE, MORE_PAGES, NOT_SENT, READ_ELSEWHERE, SAID, prepared
from tests.guards.forms import Form, forms_of
from tests.guards.matrix import ELSEWHERE, ROWS
from tests.guards.walk import World
from tests.support.live import form_token

POSTS = {row.endpoint for row in ROWS if row.post}
WITH_FILES = {
    "public.send_documents": {column.name for column in Document.__table__.columns},
    "public.compare_certificate": {column.name for column in Certificate.__table__.columns},
}
MOST_WITHOUT = 0.15  # of the routes that take a form


@pytest.fixture(scope="module", autouse=True)
def more(made: World, standing: Standing) -> None:
    prepared(made)
    standing.keep()


def alike(name: str) -> str:
    """A row's number in a name makes no other form of it."""
    return re.sub(r"\d+", "#", name)


@dataclass
class Sending:
    """Sends each different form twice: of those that ask the same by the same button, one."""

    world: World
    standing: Standing
    columns: dict[str, str]
    seen: set[tuple[object, ...]] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def page(self, actor: str, answer: TestResponse, address: str, *, further: bool = True) -> None:
        """Every form of a page, and (`further`) those of the page that comes of sending one."""
        forms = forms_of(answer.text, address) if answer.mimetype == "text/html" else []
        answer.close()
        for form in forms:
            endpoint = endpoint_of(self.world.app, form.action)
            if endpoint is None or endpoint in ELSEWHERE or endpoint in NOT_SENT:
                continue
            kind = (endpoint, frozenset(map(alike, form.known)), alike(form.pressed[0]), alike(form.pressed[1]))
            if kind not in self.seen or endpoint not in self.taken:
                self.seen.add(kind)
                self.both(actor, endpoint, form, further=further)

    def both(self, actor: str, endpoint: str, form: Form, *, further: bool = False) -> None:
        more = {prefix + name: said for prefix in ("", *form.prefixes) for name, said in self.columns.items()}
        known = form.known | READ_ELSEWHERE.get(endpoint, set())
        more = {name: said for name, said in more.items() if name not in known and self.fits(endpoint, name)}
        plain, one = self.once(actor, endpoint, form, {})
        full, other = self.once(actor, endpoint, form, more)
        if full.status_code != plain.status_code:
            self.wrong.append(f"{actor} {endpoint}: {full.status_code}, not {plain.status_code}")
        self.wrong += [f"{actor} {endpoint} {form.action}: {each}" for each in difference(one, other)]
        if plain.status_code < 400:
            self.taken.add(endpoint)
        else:
            self.refused.append(f"{endpoint} {plain.status_code} {form.fields}")
        if plain.status_code == 200 and further:
            self.page(actor, plain, form.action, further=False)

    @staticmethod
    def fits(endpoint: str, name: str) -> bool:
        """A form with files takes few other fields: the ones of what it makes or looks at."""
        return endpoint not in WITH_FILES or name.partition(".")[0] in WITH_FILES[endpoint]

    def once(self, actor: str, endpoint: str, form: Form, more: dict[str, str]) -> tuple[TestResponse, Rows]:
        self.standing.back()
        said = SAID[endpoint](self.world) if endpoint in SAID else {}
        answer = self.world.again(actor).post(form.action, data=form.fields | said | more)
        answer.get_data()
        answer.close()
        return answer, dump()


def test_no_form_sets_what_it_does_not_ask(world: World, standing: Standing) -> None:
    sending = Sending(world, standing, hostile_columns())
    for actor, address in pages(world, MORE_PAGES):
        standing.back()
        sending.page(actor, world.again(actor).get(address), address)
    for actor, address in BARE:
        bare = Form(address, {"csrf_token": [form_token(world.app)]}, frozenset({"csrf_token"}))
        sending.both(actor, endpoint_of(world.app, address) or "", bare)
    assert "\n".join(sending.wrong) == ""
    not_taken = POSTS - sending.taken
    why = "\n".join(each for each in sending.refused if each.partition(" ")[0] in not_taken)
    assert (not_taken, why) == (set(NOT_SENT), "")
    assert len(NOT_SENT) < MOST_WITHOUT * len(POSTS)
