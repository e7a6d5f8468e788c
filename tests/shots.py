"""`make shots`: a picture of every page, as everybody who may see it, on a desk and on a phone.

The list comes from the application's own addresses: one whose parameters have no sample here stops the run,
so that no page is forgotten. Pictures go to build/shots/<door>/<page>-<width>.png.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select
from werkzeug.routing import Rule

from portal.config import settings_from
from portal.domain.accounts.models import Role, StaffMember
from portal.domain.accounts.rules import GRANTS
from portal.domain.applications.models import Application, State
from portal.domain.applications.sections import QUESTIONS
from portal.domain.campaigns.models import Campaign, Scheme
from portal.domain.demonstration.make import APPLICANT
from portal.domain.documents.models import Document, DocumentState
from portal.extensions import db
from portal.starting import application, prepare
from portal.web.demo_sign_in import demo_links
from portal.web.guards import access_of
from tests.support.live import LiveServer
from tests.support.services import require_service

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "build" / "shots"
DATA = ROOT / "build" / "shots-data"
WIDTHS = {1280: 900, 375: 812}  # width → height of the window, pixels
NO_PAGES = {  # answers that are files, words for machines, or only send a browser on
    "static", "health.brand", "health.healthz", "health.readyz", "demo.sign_in_as", "demo_staff.sign_in_as_staff",
    "public.campaign_dates", "public.medical_form_to_print", "public.document", "staff.document", "public.download",
    "public.sign_out", "staff.sign_out", "public.apply",
}  # fmt: skip
STRANGER = "stranger"
Samples = dict[str, list[Any]]


@dataclass(frozen=True)
class Shot:
    """One page as somebody sees it."""

    who: str
    endpoint: str
    address: str
    sample: str  # the parameters that stand in the address, for the picture's name

    @property
    def name(self) -> str:
        door, _, page = self.endpoint.partition(".")
        parts = [
            page,
            *([self.who] if self.who not in {STRANGER, "applicant"} else []),
            *([self.sample] if self.sample else []),
        ]
        return f"{door}/{'-'.join(parts).replace('/', '-').lower()}"


def samples(who: str) -> Samples:
    """What stands in addresses, by the parameter's name: everything that makes a page look different."""
    session = db.session()
    own = select(Application.reference).join(Application.applicant).where(Application.applicant.has(email=APPLICANT))
    sent = (
        select(Application.reference)
        .join(Document, Document.application_id == Application.id)
        .where(Document.state == DocumentState.CLEAN, Application.state == State.SUBMITTED)
        .order_by(Application.id)
    )
    telephone = select(Application.reference).where(Application.channel != "online", Application.state == State.DRAFT)
    drafts = own.where(Application.state == State.DRAFT)
    references = session.scalars(own if who == "applicant" else sent.limit(1)).all()
    return {
        "slug": list(session.scalars(select(Campaign.slug).order_by(Campaign.id))),
        "scheme": list(session.scalars(select(Scheme.slug).order_by(Scheme.id))),
        "reference": list(references),
        "draft": list(session.scalars(drafts)),
        "entered": list(session.scalars(telephone.limit(1))),
        "section": list(QUESTIONS),
        "public_id": list(session.scalars(select(Document.public_id).join(Application).where(
            Application.applicant.has(email=APPLICANT), Document.state == DocumentState.CLEAN))),
        "token": ["used-or-too-old"],
        "member_id": list(session.scalars(select(StaffMember.id).order_by(StaffMember.id).limit(1))),
    }  # fmt: skip


UNNAMED = {"token", "public_id", "member_id", "reference"}  # random: they do not name a picture
OF_A_DRAFT = {"public.section", "public.check_answers"}
ENTERED = {"staff.edit_application", "staff.edit_section"}


def viewers(app: Flask, endpoint: str) -> list[str]:
    """Who is shown an address: for staff, everybody who may see it."""
    access = access_of(app, endpoint)
    if access is None or access.audience == "everybody" or access.half_signed_in:
        return [STRANGER]
    if access.audience == "applicants":
        return ["applicant"]
    return [role.value for role in Role if access.permission is None or access.permission in GRANTS[role]]


def shots(app: Flask) -> Iterator[Shot]:
    """Every page there is. Raises KeyError for a parameter without a sample."""
    yield Shot(STRANGER, "errors.not-found", "/no-such-page", "")
    yield Shot("recruiter", "errors.not-found", "/staff/no-such-page", "")
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES:
            for who in viewers(app, rule.endpoint):
                yield from _of_rule(app, rule, who)


def _of_rule(app: Flask, rule: Rule, who: str) -> Iterator[Shot]:
    known = samples(who)
    if rule.endpoint in OF_A_DRAFT:
        known["reference"] = known["draft"]
    if rule.endpoint in ENTERED:
        known["reference"] = known["entered"]
    names = sorted(rule.arguments)
    for values in itertools.product(*(known[name] for name in names)):
        given = dict(zip(names, values, strict=True))
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **given)
        shown = [str(value) for name, value in given.items() if name not in UNNAMED]
        if given.get("reference") in known["draft"]:
            shown.append("draft")
        yield Shot(who, rule.endpoint, address, "-".join(shown))


def take(page: Page, base: str, shot: Shot, width: int) -> int:
    """Saves one picture, the whole page's height; returns the answer's status."""
    answer = page.goto(base + shot.address, wait_until="load")
    path = SHOTS / f"{shot.name}-{width}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=True)
    return answer.status if answer else 0


def walk(browser: Browser, base: str, pages: list[Shot]) -> list[str]:
    """Every picture at every width; returns what went wrong."""
    wrong = []
    for width, height in WIDTHS.items():
        for who, theirs in itertools.groupby(sorted(pages, key=lambda shot: shot.who), key=lambda shot: shot.who):
            context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
            page = context.new_page()
            if who != STRANGER:
                page.goto(demo_links(base)[who])
            for shot in theirs:
                status = take(page, base, shot, width)
                if status >= 500 or status == 0:
                    wrong.append(f"{status} {shot.address} as {who}")
            context.close()
    return wrong


def main() -> int:
    shutil.rmtree(SHOTS, ignore_errors=True)
    settings = settings_from({**os.environ, "PORTAL_DATA": str(DATA)})
    prepare(settings, print)
    with application(settings) as app:
        pages = list(shots(app))
    chromium = require_service("browser")
    with LiveServer(settings) as server, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        wrong = walk(browser, server.url, pages)
        browser.close()
    print(f"{len(pages) * len(WIDTHS)} pictures of {len(pages)} pages in {SHOTS.relative_to(ROOT)}")
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
