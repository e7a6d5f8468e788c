"""What an uploaded file really is, and a clean copy of it.

A file is judged by its content, never by its name. A PDF that could do anything but be read is refused; the rest is
written anew from its objects, so that nothing before, between or after them comes along. A picture is decoded and
encoded again, so that nothing but its pixels does. One file is inspected at a time in a process: memory stays bounded.
"""

import io
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from portal.services.pdf_contents import forbidden_part, strip

HEAD = 64  # bytes sniff() needs
MAX_PIXELS = 50_000_000
MAX_PAGES = 60
_JPEG_QUALITY = 90
_PLAIN_MODES = ("1", "L", "LA", "RGB", "RGBA", "I;16")
_HEVC_BRANDS = (b"heic", b"heix", b"heim", b"heis")

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
register_heif_opener(thumbnails=False)  # type: ignore[no-untyped-call, unused-ignore]
# A few kilobytes may inflate to gigabytes: no honest certificate's structure comes near these.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=64 << 20, run_length_max_memory=64 << 20, max_stream_filters=4, doc_max_warnings=200
)

_one_at_a_time = threading.Lock()


class Kind(Enum):
    """The kinds of file taken, by their media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"

    @property
    def media_type(self) -> str:
        return self.value

    @property
    def extension(self) -> str:
        return {Kind.PDF: "pdf", Kind.JPEG: "jpg", Kind.PNG: "png", Kind.HEIC: "heic"}[self]


class Reason(Enum):
    """Why a file is not taken, as told to the person: what is wrong, and what they can do."""

    EMPTY = ("The file is empty", "Check that it opens on your device, then choose it again.")
    NOT_ACCEPTED_TYPE = (
        "The file is not a PDF or a photo we can read",
        "Choose a PDF, JPEG, PNG or HEIC file. A photo of the document taken with your phone is fine.",
    )
    ENCRYPTED = (
        "The PDF is locked with a password",
        "Save or print it as a PDF without a password, or take a photo of each page.",
    )
    SCRIPTED = (
        "The PDF contains a program or an interactive form",
        "Print it to a new PDF, or take a photo of each page. That keeps only what can be read.",
    )
    EMBEDDED_FILES = (
        "The PDF has other files attached inside it",
        "Print it to a new PDF, or take a photo of each page. That leaves the attached files out.",
    )
    DAMAGED = (
        "The file is damaged or part of it is missing",
        "Check that it opens on your device. If it does not, scan it or take the photo again.",
    )
    TOO_MANY_PIXELS = (
        f"The picture is larger than {MAX_PIXELS // 1_000_000} megapixels",
        "Take the photo again at a normal size, or send a smaller copy of it.",
    )
    TOO_MANY_PAGES = (
        f"The PDF has more than {MAX_PAGES} pages",
        "Send only the pages we asked for. You can split them over several files.",
    )

    @property
    def message(self) -> str:
        return self.value[0]

    @property
    def remedy(self) -> str:
        return self.value[1]


class Unacceptable(Exception):
    """The file is not taken, for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.name)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The clean copy; its kind differs from the original's only for HEIC, which few screens show: JPEG."""

    data: bytes
    kind: Kind
    pages: int


def sniff(head: bytes) -> Kind | None:
    """The kind a file's first HEAD bytes announce, None for any that is not taken."""
    if head.startswith(b"%PDF-"):
        return Kind.PDF
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head[4:8] == b"ftyp":
        brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(int.from_bytes(head[:4]), HEAD), 4))]
        if brands[0] in _HEVC_BRANDS or (brands[0] == b"mif1" and any(brand in _HEVC_BRANDS for brand in brands)):
            return Kind.HEIC
    return None


def inspect(data: bytes, kind: Kind) -> Cleaned:
    """A clean copy of a whole file announced as `kind`. Raises Unacceptable."""
    if not data:
        raise Unacceptable(Reason.EMPTY)
    if sniff(data[:HEAD]) is not kind:
        raise Unacceptable(Reason.NOT_ACCEPTED_TYPE)
    with _one_at_a_time, _quietly():
        return _clean_pdf(data) if kind is Kind.PDF else _clean_picture(data, kind)


@contextmanager
def _quietly() -> Iterator[None]:
    """Libraries' remarks about odd files go nowhere, except the one that must stop them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _clean_pdf(data: bytes) -> Cleaned:
    # A file cut short can often be rebuilt in part: better to hear of it now than to miss a page later.
    if b"%%EOF" not in data[-1024:]:
        raise Unacceptable(Reason.DAMAGED)
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return _rewritten(pdf)
    except pikepdf.PasswordError:
        raise Unacceptable(Reason.ENCRYPTED) from None
    except (pikepdf.PikepdfError, ValueError, TypeError, KeyError, RecursionError, OverflowError):
        raise Unacceptable(Reason.DAMAGED) from None


def _rewritten(pdf: pikepdf.Pdf) -> Cleaned:
    if pdf.is_encrypted:
        raise Unacceptable(Reason.ENCRYPTED)
    if forbidden := forbidden_part(pdf):
        raise Unacceptable(Reason[forbidden.name])
    pages = len(pdf.pages)
    if pages == 0:
        raise Unacceptable(Reason.DAMAGED)
    if pages > MAX_PAGES:
        raise Unacceptable(Reason.TOO_MANY_PAGES)
    strip(pdf)
    clean = io.BytesIO()
    pdf.save(
        clean,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
        fix_metadata_version=False,
    )
    return Cleaned(clean.getvalue(), Kind.PDF, pages)


# What decoders say of a file that is not what its header claims; RuntimeError is libheif's.
_BROKEN = (
    UnidentifiedImageError, OSError, ValueError, TypeError, SyntaxError, EOFError, OverflowError, RuntimeError,
    struct.error,
)  # fmt: skip


def _clean_picture(data: bytes, kind: Kind) -> Cleaned:
    formats = ["HEIF"] if kind is Kind.HEIC else [kind.name]
    try:
        with Image.open(io.BytesIO(data), formats=formats) as picture:
            # From the header alone, before a single pixel is decoded.
            if picture.width * picture.height > MAX_PIXELS:
                raise Unacceptable(Reason.TOO_MANY_PIXELS)
            picture.load()
            upright = _pixels(picture)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Unacceptable(Reason.TOO_MANY_PIXELS) from None
    except _BROKEN:
        raise Unacceptable(Reason.DAMAGED) from None
    return _encoded(upright, kind)


def _pixels(picture: Image.Image) -> Image.Image:
    """The picture the right way up, with nothing else that its file said."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode not in _PLAIN_MODES:
        upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    upright.info = {}
    return upright


def _encoded(picture: Image.Image, kind: Kind) -> Cleaned:
    clean = io.BytesIO()
    if kind is Kind.PNG:
        picture.save(clean, "PNG")
        return Cleaned(clean.getvalue(), Kind.PNG, 1)
    plain = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    plain.save(clean, "JPEG", quality=_JPEG_QUALITY)
    return Cleaned(clean.getvalue(), Kind.JPEG, 1)
