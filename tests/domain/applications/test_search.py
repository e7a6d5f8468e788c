"""Search as somebody types: what finds whom, whatever is typed, and kept right by what changes it."""
# ruff: noqa: RUF001 -- letters that look like others are what is tested

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.applications.actions import correct_contact
from portal.domain.applications.models import Application, ApplicationSearch
from portal.domain.applications.search import LONGEST, kept, plain, reindex_applicant, tokens, typed, words_of
from portal.domain.campaigns.models import Campaign
from tests.support.make_applications import a_submitted, keys_of
from tests.support.make_campaigns import the_pilot
from tests.support.people import an_applicant


@pytest.fixture
def pilot(session: Session) -> Campaign:
    return the_pilot(session)


@pytest.fixture
def zoe(app: Flask, session: Session, pilot: Campaign) -> Application:
    a_submitted(session, app, pilot, given_name="Quite", family_name="Other", postcode="TN9 1AA")
    person = an_applicant(session, "zoe.o+x@example.org")
    return a_submitted(session, app, pilot, applicant=person, given_name="Zoë Anne-Marie", family_name="O'Neil-Okafor")


def found(session: Session, what: str) -> list[int]:
    """By the index and row by row: the same."""
    asked = typed(session, what)
    by_index = list(session.scalars(select(Application.id).where(*asked.looked_up(Application.__table__.c.id))))
    by_row = list(session.scalars(select(Application.id).where(*asked.tested(Application.__table__.c.id))))
    assert sorted(by_index) == sorted(by_row)
    return by_index


def test_finds_a_person_however_they_are_typed(session: Session, zoe: Application) -> None:
    for what in (
        "okafor", "OKAF", "o'neil", "oneil", "O’Neil", "zoë o", "zoe", "ZOE\u0308", "me14", "ME14 1X", "me141",
        "me14 1", "zoe.o+x@ex", "zoe okaf", "neil", "anne marie", "annemarie", "marie zoe neil", "zo",
        "  zoe  ", "zoe zoe",
    ):  # fmt: skip
        assert found(session, what) == [zoe.id], what


def test_every_word_must_begin_a_word(session: Session, zoe: Application) -> None:
    for what in ("zoe other", "kafor", "oe", "xzoe", "zoeokafor", "me149", "example"):
        assert found(session, what) == [], what


def test_a_reference_in_any_form(session: Session, zoe: Application) -> None:
    reference = zoe.reference
    for what in (reference, reference.lower(), reference.replace("-", ""), reference[4:], reference[4:10], "cpv"):
        assert zoe.id in found(session, what)


WHATEVER = (
    '"', "'", "*", ":", "-", "(", ")", "^", '"zoe', "zoe*", "zoe:*", "-zoe", "zoe OR other", "NOT zoe", "zoe AND",
    "NEAR(zoe other)", "NEAR", "words:zoe", "{words}: zoe", "zoe & other", "zoe | other", "!zoe", "<->", "zoe <-> o",
    "'zoe' & ''", "\\", "\\'", "a' :* & 'b", "zoe)", "(((", "%", "_", "z%e", "🦊", "李", "ß", "ﬁ", "½", "\u0301",
    "\x00", "zo\x00e", "; DROP TABLE application; --", "٣", "І", "ⅷ", "1e5", "-1.5", "http://zoe.o", "/zoe/o",
    "zoe@example.org", "x" * 5_000, " ".join("abcdefghijklmnop"), "\ud800",
)  # fmt: skip


def test_whatever_is_typed_is_only_text(session: Session, zoe: Application) -> None:
    """Never an error, and never everybody, unless nothing but space was typed."""
    for what in WHATEVER:
        assert len(found(session, what)) < 2, what


def test_words_that_look_like_something_else(app: Flask, session: Session, pilot: Campaign) -> None:
    """Numbers, addresses and other alphabets are words like others: found by any beginning of them."""
    for name in ("1e5x", "李小龍", "ßeta", "Ægir", "Ярослав", "Dvořák", "12.5", "ﬁnn", "ǅ", "𝒵oe", "ａｍｙ", "Ⅷ"):
        one = a_submitted(session, app, pilot, given_name="Somebody", family_name=name)
        word = plain(name)
        for end in range(1, len(word) + 1):
            assert one.id in found(session, word[:end]), (name, word[:end])
        assert one.id in found(session, name.upper())


def test_what_changes_is_found_at_once_and_no_longer_as_it_was(app: Flask, session: Session, zoe: Application) -> None:
    keys = keys_of(app)
    address = {"address_line1": "1 New Road", "town": "Dover", "postcode": "CT16 1AA"}
    correct_contact(session, zoe.applicant, zoe, address, keys)
    assert found(session, "ct16 1aa") == [zoe.id]
    assert found(session, "me14 1xq") == []
    with unit_of_work(session):
        session.get_one(Application, zoe.id).applicant.email = "new.name@example.org"
        reindex_applicant(session, zoe.applicant_id)
    assert found(session, "newname@ex") == [zoe.id]
    assert found(session, "zoe.o+x@ex") == []


def test_who_is_gone_is_not_found(session: Session, zoe: Application) -> None:
    """Nor is somebody else in their place: SQLite gives a number out again."""
    gone = zoe.id
    session.expunge_all()
    with unit_of_work(session):
        session.execute(delete(Application).where(Application.id == gone))
    assert found(session, "okafor") == []
    assert session.get(ApplicationSearch, gone) is None
    if session.get_bind().dialect.name == "sqlite":
        assert session.scalars(text("SELECT rowid FROM application_fts('okafor*')")).all() == []
        session.execute(text("INSERT INTO application_fts (application_fts) VALUES ('integrity-check')"))


def test_the_index_is_asked_where_few_match(session: Session, zoe: Application) -> None:
    """By its own name: an index that is not used would still find the right people."""
    query = select(Application.id).where(*typed(session, "okafor").looked_up(Application.__table__.c.id))
    dialect = session.get_bind().dialect
    if dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))
    compiled = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN " if dialect.name == "sqlite" else "EXPLAIN "
    plan = "\n".join(str(tuple(row)) for row in session.connection().exec_driver_sql(explain + str(compiled)))
    assert "application_fts" in plan


@pytest.mark.parametrize(
    ("what", "expected"), [("O'Néil-Fay", "oneilfay"), ("  ", ""), ("100%", "100"), ("Ægir", "ægir"), ("李", "李")]
)
def test_plain_words(what: str, expected: str) -> None:
    assert plain(what) == expected


def test_the_words_of_an_application() -> None:
    words = words_of("Anne Marie", "O'Neil-Fay", "CPV-7K4F-92QX", "a.fay@x.example", "ME14 1XQ")
    assert {"anne", "marie", "oneilfay", "neil", "fay", "cpv7k4f92qx", "7k4f92qx", "me14", "1xq", "me141xq"} <= words
    assert "afayxexample" in words
    assert "" not in words
    assert kept({"b", "a"}) == " a b"
    assert kept(()) == ""


def test_words_that_count() -> None:
    assert tokens("a bb ccc dddd eeeee ffffff") == ("ffffff", "eeeee", "dddd", "ccc", "bb")
    assert tokens("x" * 200) == ("x" * LONGEST,)
    assert tokens("% -") == ()
