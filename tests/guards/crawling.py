"""The pages there are to look at for forms, and where a form goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.guards.forms import Form, forms_of
from tests.guards.matrix import ROWS
from tests.guards.walk import World

FIRST = (  # who is asked
    "stranger", "owner", "recruiter", "assessor", "medical", "liaison", "vetting", "trainer", "administrator", "half",
    "auditor",
)  # fmt: skip


def pages(world: World, more: Iterable[tuple[str, str]] = ()) -> Iterator[tuple[str, str]]:
    """Somebody who may, and a page of theirs."""
    for row in ROWS:
        if row.get == 200:
            yield next(actor for actor in FIRST if actor in row.who), row.address.format(**world.names)
    for actor, address in more:
        yield actor, address.format(**world.names)


def endpoint_of(app: Flask, action: str) -> str | None:
    """Where a form is sent; none for what no page of ours answers."""
    try:
        return str(app.url_map.bind("localhost").match(action.partition("?")[0], method="POST")[0])
    except HTTPException:
        return None


def first_forms(world: World, more: Iterable[tuple[str, str]] = ()) -> dict[str, Form]:
    """One form for each endpoint that a page sends one to."""
    found: dict[str, Form] = {}
    for actor, address in pages(world, more):
        with world.again(actor).get(address) as page:
            for form in forms_of(page.text, address) if page.mimetype == "text/html" else []:
                found.setdefault(endpoint_of(world.app, form.action) or "", form)
    return found
