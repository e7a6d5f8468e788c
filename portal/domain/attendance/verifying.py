"""Whether a certificate is one of ours: by its code, and by the very bytes of the file that was issued.

Whoever holds a code may read what stands on the paper it is printed on, and nothing else: who, what, when. A file is
told from an altered copy by its digest; nothing of what is sent in is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.attendance.completing import CODE_GROUP, CODE_GROUPS
from portal.domain.attendance.models import Certificate
from portal.domain.refusals import Refusal
from portal.services.references import ALPHABET

_SHAPE = re.compile(rf"[{ALPHABET}]{{{CODE_GROUP * CODE_GROUPS}}}")
LONGEST_TYPED = 80  # characters: a code, however it is spaced
LARGEST = 2 * 2**20  # bytes: ours are a tenth of it


class Word(StrEnum):
    """What we say of a certificate."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"  # not ours


class Likeness(StrEnum):
    """What we say of a file beside the certificate it claims to be."""

    SAME = "same"
    ALTERED = "altered"
    NOT_PRINTED = "not_printed"  # ours is being printed still: nothing to compare with


class NoFile(Refusal):
    message = "Choose the file of the certificate."


class FileTooLarge(Refusal):
    message = "This file is far larger than any certificate of ours."


@dataclass(frozen=True)
class Verdict:
    """What stands on the paper, for a certificate of ours; withdrawn ones say when, and no more."""

    word: Word
    code: str = ""
    name: str = ""
    course: str = ""
    completed_on: date | None = None
    issued_on: date | None = None
    withdrawn_on: date | None = None
    days: int = 0


NOT_OURS = Verdict(Word.UNKNOWN)


def parse(text: str) -> str | None:
    """A code in its one true form, however it was typed; none for what is none."""
    bare = re.sub(r"[\s\-\u2010-\u2014]+", "", text).upper() if len(text) <= LONGEST_TYPED else ""
    if not _SHAPE.fullmatch(bare):
        return None
    return "-".join(bare[place : place + CODE_GROUP] for place in range(0, len(bare), CODE_GROUP))


def verify(session: Session, text: str) -> Verdict:
    """What we say of a code."""
    found = _found(session, text)
    return NOT_OURS if found is None else _said(found)


def compare(session: Session, text: str, data: bytes) -> Likeness | None:
    """What we say of a file beside a code; none where the code is not ours. Raises NoFile or FileTooLarge."""
    _refuse(data)
    found = _found(session, text)
    if found is None:
        return None
    if found.digest is None:
        return Likeness.NOT_PRINTED
    return Likeness.SAME if hmac.compare_digest(found.digest, digest_of(data)) else Likeness.ALTERED


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _refuse(data: bytes) -> None:
    if not data:
        raise NoFile(field="file")
    if len(data) > LARGEST:
        raise FileTooLarge(field="file")


def _found(session: Session, text: str) -> Certificate | None:
    code = parse(text)
    return session.scalars(select(Certificate).filter_by(code=code)).one_or_none() if code else None


def _said(found: Certificate) -> Verdict:
    facts: dict[str, Any] = found.facts
    common: dict[str, Any] = {"code": found.code, "course": facts["course"], "completed_on": found.completed_on}
    if found.withdrawn_at is not None:
        return Verdict(Word.WITHDRAWN, **common, withdrawn_on=clock.london(found.withdrawn_at).date())
    issued_on = clock.london(found.issued_at).date()
    return Verdict(Word.VALID, **common, name=found.name, issued_on=issued_on, days=facts["days"])
