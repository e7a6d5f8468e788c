"""Certificate, statement and information pack: whole, tagged for screen readers, and only text in them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pikepdf
import pytest

from portal.services import paper_training as paper
from portal.services.paper import LetterPart
from tests.services.test_paper import BRAND, NASTY, STRANGE

CODE = "K7M2P-Q9XWH-3BVNT-F8RJD"
CERTIFICATE = paper.CertificatePaper(
    name="Sam Okafor", course="Foundation course", completed_on=date(2018, 6, 24), issued_on=date(2018, 7, 2), days=10,
    first_day=date(2018, 4, 28), last_day=date(2018, 6, 24), modules=("First aid 1", "First aid 2", "The role"),
    code=CODE, address=f"https://volunteer.example.org/certificates/{CODE}",
)  # fmt: skip
STATEMENT = paper.StatementPaper(
    name="Sam Okafor", reference="CPV-7K4F-92QX", course="Foundation course", cohort="West", on=date(2018, 6, 1),
    days=(paper.StatementRow("The role", datetime(2018, 4, 28, 8, tzinfo=UTC), "attended"),
          paper.StatementRow("First aid 1", None, "cancelled")),
    modules=(("The role", "attended", False, True), ("First aid 1", "missed", True, False)), attended=1,
    missing=("First aid 1: not attended and not signed off",),
)  # fmt: skip
PACK = paper.Pack(
    name="Sam Okafor", on=date(2018, 7, 1), facts=(("Your number", "VOL-7K4F-92QX"),),
    powers=(("Direct traffic", "Police Reform Act 2002", "On foot"),), parts=(LetterPart(heading="Your time"),),
    agreement=(LetterPart(lines=("We promise.",)), LetterPart(items=("One", "Two"))), agreement_number=1, team="Us",
)  # fmt: skip
MADE: dict[str, tuple[Callable[[], bytes], int]] = {
    "certificate": (lambda: paper.certificate(BRAND, CERTIFICATE), 1),
    "statement": (lambda: paper.statement(BRAND, STATEMENT), 1),
    "pack": (lambda: paper.pack(BRAND, PACK), 2),
    "pack without powers": (lambda: paper.pack(BRAND, replace(PACK, powers=())), 2),
}


@pytest.mark.parametrize("name", MADE)
def test_it_is_tagged_for_screen_readers_and_the_same_each_time(name: str) -> None:
    make, pages = MADE[name]
    assert make() == make()
    with pikepdf.open(io.BytesIO(make())) as pdf:
        root: Any = pdf.Root
        assert len(pdf.pages) == pages and root.MarkInfo.Marked and str(root.Lang).startswith("en")
        assert b"pdfuaid" in root.Metadata.read_bytes() and str(pdf.docinfo["/Title"])
        kinds = {str(found.S) for found in pdf.objects if isinstance(found, pikepdf.Dictionary) and "/S" in found}
        assert {"/H1", "/P"} <= kinds


def test_what_somebody_is_called_is_only_text() -> None:
    parts = (LetterPart(lines=(NASTY,), items=(NASTY,), heading=NASTY),)
    assert paper.certificate(BRAND, replace(CERTIFICATE, name=NASTY, course=NASTY, modules=(NASTY,))).startswith(
        b"%PDF-"
    )
    assert paper.statement(BRAND, replace(STATEMENT, name=NASTY, cohort=NASTY, missing=(NASTY,))).startswith(b"%PDF-")
    nasty = replace(PACK, name=NASTY, facts=((NASTY, NASTY),), powers=((NASTY, NASTY, NASTY),), parts=parts)
    assert paper.pack(BRAND, nasty).startswith(b"%PDF-")
    assert paper.certificate(BRAND, replace(CERTIFICATE, name=STRANGE)).startswith(b"%PDF-")


def test_a_certificate_of_one_day_and_of_nothing_listed_still_sets() -> None:
    day = date(2018, 4, 28)
    assert paper.certificate(BRAND, replace(CERTIFICATE, last_day=day, days=1, modules=())).startswith(b"%PDF-")
    assert paper.certificate(BRAND, replace(CERTIFICATE, first_day=None, last_day=None)).startswith(b"%PDF-")


def test_the_square_code_is_the_address() -> None:
    one, other = paper.qr_picture(CERTIFICATE.address), paper.qr_picture(CERTIFICATE.address + "2")
    assert one.startswith("<svg") and one != other
