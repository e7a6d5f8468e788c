"""Documents for tests, sent through the very action the pages use, and a settable clock for live pages."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.config import MEGABYTE, Settings
from portal.domain.applications.models import Application
from portal.domain.campaigns.models import RequirementKind
from portal.domain.documents.intake import Incoming
from portal.domain.documents.models import Document
from portal.domain.journeys.checking import check_due
from portal.domain.journeys.uploading import receive
from portal.services.outside import Outside
from portal.services.scanning import Scanner, Verdict
from portal.web.setup import outside_of
from tests.support.files import make_pdf

LIMIT = 15 * MEGABYTE


class SettableScanner:
    """Says what it is told to say: stands for a scanner, which is the outside world."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.asked = 0

    def scan(self, _data: bytes, /) -> Verdict:
        self.asked += 1
        return self.verdict

    def ping(self) -> bool:
        return self.verdict is not Verdict.UNAVAILABLE


def with_scanner(app: Flask, scanner: Scanner) -> Outside:
    """The application's outside world with this scanner in it."""
    app.extensions["outside"] = replace(outside_of(app), scanner=scanner)
    return outside_of(app)


def a_document(
    session: Session,
    app: Flask,
    application: Application,
    *,
    kind: RequirementKind = RequirementKind.MEDICAL,
    content: bytes | None = None,
    name: str = "certificate.pdf",
    received_at: datetime | None = None,
    checked: bool = True,
    replaces: str | None = None,
) -> Document:
    """A file sent by the applicant, at `received_at` or now; checked too unless told otherwise."""
    given = make_pdf() if content is None else content
    moment = received_at or clock.now()
    person = application.applicant
    document = receive(
        session,
        outside_of(app),
        person,
        application.id,
        kind,
        Incoming(name, io.BytesIO(given)),
        limit=LIMIT,
        received_at=moment,
        replaces=replaces,
    )
    if checked:
        check_due(session, outside_of(app))
        session.refresh(document)
    return document


def set_clock(settings: Settings, moment: datetime) -> None:
    """The demonstration's clock as every request of it will read it."""
    clock.store_offset(settings.clock_file, clock.from_london(moment) - clock.wall())


def stored(app: Flask) -> set[str]:
    """Every key in the store."""
    return set(outside_of(app).storage.keys())
