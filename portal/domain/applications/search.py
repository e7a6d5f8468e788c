"""The words an application is found by: how they are made, kept, and matched as somebody types.

A name, the reference, the e-mail address and the postcode, each without capitals, accents or
punctuation, so that "oneil" finds O'Neil and "me14 1" finds ME14 1XQ. Each database has its own
index over them (PostgreSQL a GIN index of a `tsvector`, SQLite an FTS5 table, both for beginnings
of words); a row at hand is asked by its words themselves, which is quicker than asking the index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, bindparam, column, false, literal, literal_column, select, table, text
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import FULL_TEXT, Application, ApplicationSearch

MOST_TYPED = 5  # words of a search that count; the rest are ignored
LONGEST = 60  # characters of a word that count
_INNER = re.compile(r"[\W_]+")
S = ApplicationSearch.__table__.c


def plain(text: str) -> str:
    """Without capitals, accents or anything but letters and figures: "O'Néil-Fay" → "oneilfay"."""
    letters = unicodedata.normalize("NFKD", text).casefold()  # first: some capitals are only found inside others
    decomposed = unicodedata.normalize("NFKD", letters)
    return "".join(char for char in decomposed if char.isalnum())[:LONGEST]


def _words(text: str) -> set[str]:
    """A text's words, each whole ("oneilfay") and in its parts ("neil", "fay")."""
    wholes = {plain(part) for part in text.split()}
    parts = {plain(part) for part in _INNER.split(text)}
    return (wholes | {part for part in parts if len(part) > 1}) - {""}


def words_of(given_name: str, family_name: str, reference: str, email: str, postcode: str) -> set[str]:
    """Every word this application is found by."""
    names = _words(given_name) | _words(family_name)
    wholes = {plain(email), plain(postcode), plain(reference.partition("-")[2])} - {""}
    return names | wholes | _words(reference) | _words(postcode)


def kept(words: Iterable[str]) -> str:
    """As the table holds them: sorted, a space before each, so that a beginning is found after a space."""
    return "".join(f" {word}" for word in sorted(words))


def index_words(session: Session, application: Application) -> set[str]:
    """The words this application is found by now."""
    email = session.scalars(select(Applicant.email).where(Applicant.id == application.applicant_id)).one()
    return words_of(application.given_name, application.family_name, application.reference, email, application.postcode)


def reindex(session: Session, application: Application) -> None:
    """Makes the kept words those of the application as it is now; call it in the unit of work that changed it."""
    session.flush()
    words = kept(index_words(session, application))
    row = session.get(ApplicationSearch, application.id)
    if row is None:
        session.add(ApplicationSearch(application_id=application.id, words=words))
    else:
        row.words = words


def reindex_applicant(session: Session, applicant_id: int) -> None:
    """After a change of e-mail address: all of that person's applications."""
    for application in session.scalars(select(Application).where(Application.applicant_id == applicant_id)):
        reindex(session, application)


@dataclass(frozen=True)
class Typed:
    """What somebody typed, as conditions on an application's id. Every word must begin a word of it."""

    words: tuple[str, ...]
    nothing: bool = False  # something was typed that no word can begin with
    tsvector: bool = False  # asked of PostgreSQL

    @property
    def given(self) -> bool:
        return bool(self.words) or self.nothing

    def looked_up(self, table_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """By the full-text index: right where few match."""
        if self.nothing:
            return [false()]
        if not self.words:
            return []
        if self.tsvector:
            return [table_id.in_(_in_tsvector(" & ".join(f"'{word}':*" for word in self.words)))]
        return [table_id.in_(_in_fts5(" ".join(f'"{word}"*' for word in self.words)))]

    def tested(self, table_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """Row by row: right where many match and a page of them is wanted."""
        if self.nothing:
            return [false()]
        begun = [S.words.contains(f" {word}", autoescape=True) for word in self.words]
        return [row_by_row(select(literal(1)).where(S.application_id == table_id, *begun))] if begun else []


def row_by_row(query: Select[int]) -> ColumnElement[bool]:
    """Whether there is such a row, asked anew each time: OFFSET keeps PostgreSQL from reading the whole table first."""
    return query.offset(0).exists()


ANYTHING = Typed(())


# What a plain word holds no query can mistake for anything else: quoted, it is only itself.
def _in_tsvector(query: str) -> Select[int]:
    """Said as the index says it, else PostgreSQL would not use it."""
    vector = text("array_to_tsvector(string_to_array(btrim(words), ' ')) @@ CAST(:typed AS tsquery)")
    return select(S.application_id).where(vector.bindparams(bindparam("typed", query, unique=True)))


def _in_fts5(query: str) -> Select[int]:
    found: Select[int] = select(literal_column("rowid")).select_from(table(FULL_TEXT))
    return found.where(column(FULL_TEXT).op("MATCH")(query))


def tokens(text: str) -> tuple[str, ...]:
    """What was typed as plain words, longest first, at most `MOST_TYPED`."""
    found: Iterable[str] = {plain(part) for part in text.split()} - {""}
    return tuple(sorted(found, key=lambda word: (-len(word), word))[:MOST_TYPED])


def typed(session: Session, text: str) -> Typed:
    """What was typed, for this session's database. Asks nothing of it."""
    words = tokens(text)
    return Typed(words, bool(text.strip()) and not words, session.get_bind().dialect.name == "postgresql")
