"""Walking every route as every kind of person, by real requests.

`world()` makes one of everything; `matrix.py` says by hand what each kind of person must get; a
denied request must change nothing but the audit trail (and when a session was last seen).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select

from portal.db import Base
from portal.domain.accounts.models import Role
from portal.extensions import db
from tests.support.client import JudgingClient
from tests.support.people import a_staff_member, an_applicant, browser_of

STAFF = tuple(role.value for role in Role)
ACTORS = ("stranger", "owner", "neighbour", "half", *STAFF)
MAY_CHANGE = {"audit_event", "sign_in_session", "sign_in_failure"}


@dataclass
class World:
    """The things addresses name, and a browser for each kind of person."""

    app: Flask
    names: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)  # each kind of person's own number
    browsers: dict[str, JudgingClient] = field(default_factory=dict)

    def as_(self, actor: str) -> JudgingClient:
        return self.browsers[actor]

    def again(self, actor: str) -> JudgingClient:
        """Another window of this person's, whose cookies are its own from now on."""
        window = self.app.test_client()
        assert isinstance(window, JudgingClient)
        for name, path in (("applicant_session", "/"), ("staff_session", "/staff")):
            if (held := self.as_(actor).get_cookie(name, path=path)) is not None:
                window.set_cookie(name, held.value, path=path)
        return window


def people(app: Flask, world: World) -> None:
    """Signs in one of each; the owner owns what the addresses name, the neighbour nothing."""
    session = db.session()
    stranger = app.test_client()
    assert isinstance(stranger, JudgingClient)
    world.browsers["stranger"] = stranger
    neighbour, half = an_applicant(session, "neighbour@example.org"), a_staff_member(session, Role.RECRUITER)
    world.browsers["neighbour"] = browser_of(app, neighbour)
    world.browsers["half"] = browser_of(app, half, second_factor=False)
    world.ids |= {"neighbour": neighbour.id, "half": half.id}
    for role in Role:
        member = a_staff_member(session, role)
        world.ids[role.value], world.browsers[role.value] = member.id, browser_of(app, member)


def fingerprint() -> str:
    """A digest of every row a denied request must not touch."""
    digest = hashlib.sha256()
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in MAY_CHANGE:
                continue
            for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
