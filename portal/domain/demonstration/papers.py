"""Files made-up people send: certificates and results, as PDF, as a photograph, and one nobody can open."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

import pikepdf
from PIL import Image, ImageDraw

from portal.domain.campaigns.models import RequirementKind
from portal.domain.documents.intake import Incoming
from portal.services.paper import sample_document

PAGE = (1240, 1754)  # pixels: a sheet of A4 at 150 to the inch
CERTIFICATE = (
    "I have examined the person named in the application this was sent with.",
    "",
    "Heart and lungs, eyesight and hearing, back and joints: nothing that stands in the way",
    "of walking for several hours, standing in all weathers, and the fitness test.",
    "",
    "Opinion: fit for the tasks described on the form.",
    "Signed: Dr E. Xample, made-up practitioner",
)
RESULT = (
    "Multi-stage fitness test, run on a sports hall floor with the recorded signal.",
    "",
    "Level reached: 5.6",
    "Supervised by: A. N. Instructor, made-up leisure centre",
)


@dataclass(frozen=True)
class Paper:
    """A file under the name its owner gave it."""

    name: str
    data: bytes

    def incoming(self) -> Incoming:
        return Incoming(self.name, io.BytesIO(self.data))


@cache
def papers(kind: RequirementKind) -> tuple[Paper, ...]:
    """What is sent for a requirement."""
    if kind is RequirementKind.MEDICAL:
        certificate = sample_document("Medical certificate", CERTIFICATE)
        return (
            Paper("medical certificate.pdf", certificate),
            Paper("Scan_0412.pdf", certificate),
            Paper("IMG_2207.jpg", _photograph("MEDICAL CERTIFICATE", CERTIFICATE)),
        )
    result = sample_document("Fitness test result", RESULT)
    return (
        Paper("bleep test.pdf", result),
        Paper("fitness result (leisure centre).pdf", result),
        Paper("photo of result.jpg", _photograph("FITNESS TEST RESULT", RESULT)),
    )


@cache
def locked_paper() -> Paper:
    """A certificate with a password on it: refused by the check, with the reason."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sample_document("Medical certificate", CERTIFICATE))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="surgery", owner="surgery"))
    return Paper("certificate from surgery.pdf", out.getvalue())


def _photograph(title: str, lines: tuple[str, ...]) -> bytes:
    """A sheet of paper on a table, as a phone takes it."""
    picture = Image.new("RGB", PAGE, "#6f5a45")
    draw = ImageDraw.Draw(picture)
    draw.polygon([(90, 110), (1170, 80), (1190, 1650), (70, 1680)], fill="#f4f1ea")
    for number, line in enumerate((title, "", *lines)):
        draw.text((170, 220 + number * 60), line, fill="#2c2c33", font_size=26)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
