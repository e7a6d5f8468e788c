"""What training and appointment put on paper: a certificate to verify by its code, a statement, a welcome pack."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from datetime import date, datetime

import segno

from portal import clock
from portal.services.paper import LetterPart, PaperBrand, branded

DAY_WORDS = {
    "attended": "Attended",
    "made_good": "Made good",
    "booked": "Missed, being made good",
    "missed": "Missed",
    "optional": "An optional part missed",
    "unmarked": "Not recorded yet",
    "to_come": "Still to come",
    "cancelled": "Not held",
}
MODULE_WORDS = {
    "attended": "Done",
    "signed_off": "Made good",
    "booked": "Being made good",
    "missed": "Missed",
    "unmarked": "Not recorded yet",
    "to_come": "Still to come",
}


@dataclass(frozen=True, slots=True)
class CertificatePaper:
    """`address` is where the certificate is verified: its QR code says it, and the words beside it."""

    name: str
    course: str
    completed_on: date
    issued_on: date
    days: int
    first_day: date | None
    last_day: date | None
    modules: tuple[str, ...]
    code: str
    address: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One day of a course. `state`: a key of DAY_WORDS."""

    title: str
    starts_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class StatementPaper:
    """Where somebody stands on a course. `modules`: title, a key of MODULE_WORDS, whether assessed, whether passed."""

    name: str
    reference: str
    course: str
    cohort: str
    on: date
    days: tuple[StatementRow, ...]
    modules: tuple[tuple[str, str, bool, bool], ...]
    attended: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """The information pack of a new volunteer. `powers`: title, the law, limits."""

    name: str
    on: date
    facts: tuple[tuple[str, str], ...]
    powers: tuple[tuple[str, str, str], ...]
    parts: tuple[LetterPart, ...]
    agreement: tuple[LetterPart, ...]
    agreement_number: int
    team: str


def certificate(brand: PaperBrand, content: CertificatePaper) -> bytes:
    """The certificate on A4: who, what, when, and how anybody can verify it."""
    held = ""
    if content.first_day and content.last_day:
        held = f"{_day(content.first_day)} to {_day(content.last_day)}"
    said = {
        "name": content.name,
        "course": content.course,
        "completed_on": _day(content.completed_on),
        "issued_on": _day(content.issued_on),
        "held": held if content.first_day != content.last_day else held.partition(" to ")[0],
        "days": f"{content.days} {'day' if content.days == 1 else 'days'}",
        "modules": list(content.modules),
        "code": content.code,
        "address": content.address,
        "qr": qr_picture(content.address),
    }
    return branded("certificate", brand, "Certificate", certificate=said)


def statement(brand: PaperBrand, content: StatementPaper) -> bytes:
    """A statement of training on A4: every day and module, done or not."""
    days = [(row.title, _when(row.starts_at), DAY_WORDS[row.state]) for row in content.days]
    modules = [
        (title, MODULE_WORDS[state], ("Passed" if passed else "Not yet") if assessed else "")
        for title, state, assessed, passed in content.modules
    ]
    said = {
        "name": content.name,
        "reference": content.reference,
        "course": content.course,
        "cohort": content.cohort,
        "on": _day(content.on),
        "days": days,
        "modules": modules,
        "attended": f"{content.attended} of {len(content.days)} days",
        "missing": list(content.missing),
    }
    return branded("statement", brand, "Statement of training", statement=said)


def pack(brand: PaperBrand, content: Pack) -> bytes:
    """The information pack on A4: who they are now, their powers, how things are done, the agreement."""
    return branded("pack", brand, "Information pack", pack={**asdict(content), "on": _day(content.on)})


def qr_picture(text: str) -> str:
    """A QR code as SVG, of quality M: it can still be read when a fold crosses it."""
    made = io.BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind="svg", border=2, dark="#0b1a2b", xmldecl=False)
    return made.getvalue().decode()


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _when(at: datetime | None) -> str:
    return _day(clock.london(at).date()) if at else "No date"
