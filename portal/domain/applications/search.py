"""The words an application is found by: how they are made, kept, and matched as somebody types.

A name, the reference, the e-mail address and the postcode, each without capitals, accents or
punctuation, so that "oneil" finds O'Neil and "me14 1" finds ME14 1XQ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, delete, exists, false, func, insert, literal, select, union_all
from sqlalchemy.orm import Session

from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Application, ApplicationWord

MOST_TYPED = 5  # words of a search that count; the rest are ignored
LONGEST = 60  # characters of a word that count
RARE = 10_000  # a word in up to so many applications is looked up first, and they are read one by one
_LAST = "\U0010ffff"
_INNER = re.compile(r"[\W_]+")

word_column = ApplicationWord.__table__.c.word
application_column = ApplicationWord.__table__.c.application_id


def plain(text: str) -> str:
    """Without capitals, accents or anything but letters and figures: "O'Néil-Fay" → "oneilfay"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
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


def index_words(session: Session, application: Application) -> set[str]:
    """The words this application is found by now."""
    email = session.scalars(select(Applicant.email).where(Applicant.id == application.applicant_id)).one()
    return words_of(application.given_name, application.family_name, application.reference, email, application.postcode)


def reindex(session: Session, application: Application) -> None:
    """Makes the kept words those of the application as it is now; call it in the unit of work that changed it."""
    session.flush()
    wanted = index_words(session, application)
    kept = set(session.scalars(select(word_column).where(application_column == application.id)))
    if gone := kept - wanted:
        session.execute(
            delete(ApplicationWord).where(application_column == application.id, word_column.in_(sorted(gone)))
        )
    if new := wanted - kept:
        rows = [{"application_id": application.id, "word": word} for word in sorted(new)]
        session.execute(insert(ApplicationWord), rows)


def reindex_applicant(session: Session, applicant_id: int) -> None:
    """After a change of e-mail address: all of that person's applications."""
    for application in session.scalars(select(Application).where(Application.applicant_id == applicant_id)):
        reindex(session, application)


@dataclass(frozen=True)
class Typed:
    """What somebody typed, as a condition. `rare` is a word few applications have, if there is one."""

    words: tuple[str, ...]
    rare: str | None
    nothing: bool = False  # something was typed that no word can begin with

    @property
    def given(self) -> bool:
        return bool(self.words) or self.nothing

    def narrow(self, table_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """Conditions on an application's id. A rare word's ids are gathered first; others are looked up row by row."""
        found: list[ColumnElement[bool]] = [_has(word, table_id) for word in self.words if word != self.rare]
        if self.rare is not None:
            found.append(table_id.in_(_ids(self.rare)))
        if self.nothing:
            found.append(false())
        return found


ANYTHING = Typed((), None)


def _begins(word: str) -> list[ColumnElement[bool]]:
    return [word_column >= word, word_column < word + _LAST]


def _ids(word: str) -> Select[int]:
    return select(application_column).where(*_begins(word))


def _counted(word: str) -> Select[str, int]:
    return select(literal(word).label("word"), func.count().label("found")).select_from(
        _ids(word).limit(RARE + 1).subquery()
    )


def _has(word: str, table_id: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(application_column == table_id, *_begins(word)).correlate_except(ApplicationWord.__table__)


def tokens(text: str) -> tuple[str, ...]:
    """What was typed as plain words, longest first, at most `MOST_TYPED`."""
    found: Iterable[str] = {plain(part) for part in text.split()} - {""}
    return tuple(sorted(found, key=lambda word: (-len(word), word))[:MOST_TYPED])


def typed(session: Session, text: str) -> Typed:
    """What was typed, with its rarest word found in one statement that never reads far."""
    words = tokens(text)
    if not words:
        return Typed((), None, nothing=bool(text.strip()))
    found = {row.word: row.found for row in session.execute(union_all(*(_counted(word) for word in words)))}
    rare = min(words, key=lambda word: found[word])
    return Typed(words, rare if found[rare] <= RARE else None)
