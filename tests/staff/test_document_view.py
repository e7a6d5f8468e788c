"""Reading a document in the page: pictures of its pages, for those who may, on record, and never a program."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.config import Settings
from portal.domain.accounts.models import Role
from portal.domain.applications.models import Application
from portal.domain.audit.models import AuditEvent
from portal.domain.campaigns.models import RequirementKind
from portal.services.rendering import CannotDraw, page_picture
from tests.support.files import make_html, make_jpeg_with_exif, make_pdf
from tests.support.make_applications import a_draft, a_submitted
from tests.support.make_campaigns import the_pilot
from tests.support.make_documents import a_document, set_clock
from tests.support.people import a_staff_member, browser_of


@pytest.fixture
def sent(app: Flask, session: Session, settings: Settings) -> Application:
    set_clock(settings, datetime(2018, 1, 20, 10, 0))
    clock.use_offset(clock.read_offset(settings.clock_file))
    return a_submitted(session, app, the_pilot(session))


def openings(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(AuditEvent.action == "document.opened")) or 0


def test_a_pdf_is_read_page_by_page_as_pictures(app: Flask, session: Session, sent: Application) -> None:
    paper = a_document(session, app, sent, content=make_pdf(pages=2))
    browser = browser_of(app, a_staff_member(session, Role.MEDICAL))
    page = browser.get(f"/staff/documents/{paper.public_id}/view")
    assert page.status_code == 200 and openings(session) == 1
    for number in (1, 2):
        assert f"/staff/documents/{paper.public_id}/pages/{number}" in page.text
        picture = browser.get(f"/staff/documents/{paper.public_id}/pages/{number}")
        assert picture.mimetype == "image/png" and Image.open(io.BytesIO(picture.data)).width > 1000
        assert picture.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert picture.headers["Cache-Control"] == "no-store"
        assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert openings(session) == 1  # one reading
    assert browser.get(f"/staff/documents/{paper.public_id}/pages/3").status_code == 404
    assert browser.get(f"/staff/documents/{paper.public_id}/pages/0").status_code == 404


def test_the_words_of_the_page_are_in_the_picture() -> None:
    full, empty = (Image.open(io.BytesIO(page_picture(make_pdf(text=text), 1))).convert("L") for text in ("Fit", " "))
    assert sum(full.histogram()[:128]) > sum(empty.histogram()[:128]) > 0


def test_a_page_s_picture_alone_is_an_opening_too(app: Flask, session: Session, sent: Application) -> None:
    paper = a_document(session, app, sent)
    for _reviewer in range(2):
        browser = browser_of(app, a_staff_member(session, Role.MEDICAL))
        browser.get(f"/staff/documents/{paper.public_id}/pages/1")
    assert openings(session) == 2


def test_a_photo_is_shown_as_it_was_cleaned(app: Flask, session: Session, sent: Application) -> None:
    photo = a_document(session, app, sent, content=make_jpeg_with_exif(), name="knee.jpg")
    browser = browser_of(app, a_staff_member(session, Role.MEDICAL))
    picture = browser.get(f"/staff/documents/{photo.public_id}/pages/1")
    assert picture.mimetype == "image/jpeg" and picture.headers["Content-Disposition"] == "inline"
    assert "knee" not in browser.get(f"/staff/documents/{photo.public_id}/view").text


def test_it_opens_in_the_page_that_asked(app: Flask, session: Session, sent: Application) -> None:
    paper = a_document(session, app, sent)
    browser = browser_of(app, a_staff_member(session, Role.MEDICAL))
    assert f'href="/staff/documents/{paper.public_id}/view"' in browser.get(f"/staff/checks/{sent.reference}").text
    part = browser.get(f"/staff/documents/{paper.public_id}/view", headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith("<details") and "<h1" not in part.text


def test_only_for_those_who_may(app: Flask, session: Session, sent: Application) -> None:
    paper = a_document(session, app, sent)
    draft = a_document(session, app, a_draft(session, app, the_pilot(session)))
    unchecked = a_document(session, app, sent, kind=RequirementKind.FITNESS, checked=False)
    for part in ("view", "pages/1"):
        for role in (Role.RECRUITER, Role.LIAISON, Role.ASSESSOR, Role.AUDITOR):
            path = f"/staff/documents/{paper.public_id}/{part}"
            assert browser_of(app, a_staff_member(session, role)).get(path).status_code == 404
        reviewer = browser_of(app, a_staff_member(session, Role.MEDICAL))
        for hidden in (draft.public_id, unchecked.public_id, "nothing"):
            assert reviewer.get(f"/staff/documents/{hidden}/{part}").status_code == 404
        assert reviewer.post(f"/staff/documents/{paper.public_id}/{part}").status_code == 405
    assert openings(session) == 0


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nonsense", make_html(), make_pdf()[:400]])
def test_what_cannot_be_drawn_is_said_and_leaves_nothing_running(content: bytes) -> None:
    with pytest.raises(CannotDraw):
        page_picture(content, 1)


def test_a_page_that_is_not_there_cannot_be_drawn() -> None:
    with pytest.raises(CannotDraw):
        page_picture(make_pdf(), 2)
