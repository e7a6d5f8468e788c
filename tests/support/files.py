"""Files people might upload, honest and not, each made here from nothing."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pillow_heif
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

SECRET_PLACE = "51.2787N 0.5217E"  # stands in the metadata of files made here: a clean copy may not contain it


def _saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, fix_metadata_version=False, **options)
    return out.getvalue()


def _plain(pages: int = 1, text: str = "Medical certificate") -> pikepdf.Pdf:
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    shown = text.encode("ascii", "replace").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    for number in range(1, pages + 1):
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[-1]
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = Stream(pdf, b"BT /F1 14 Tf 72 760 Td (%s, page %d) Tj ET" % (shown, number))
    pdf.docinfo["/Author"] = SECRET_PLACE
    pdf.Root.Metadata = Stream(pdf, f"<x:xmpmeta>{SECRET_PLACE}</x:xmpmeta>".encode())
    return pdf


def make_pdf(pages: int = 1, text: str = "Medical certificate") -> bytes:
    """An honest PDF with an author and metadata to be dropped."""
    return _saved(_plain(pages, text))


def make_encrypted_pdf(user: str = "secret", owner: str = "owner") -> bytes:
    """A PDF with a password to open it; with user="" one that opens but is locked all the same."""
    return _saved(_plain(), encryption=pikepdf.Encryption(user=user, owner=owner))


def _script(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))


def _annotation(pdf: pikepdf.Pdf, **parts: Any) -> None:
    note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 10, 10]), **parts)
    pdf.pages[0].Annots = Array([pdf.make_indirect(note)])


def _opening(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = _script(pdf)


def _chained_opening(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]), Next=_script(pdf))


def _named(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("run"), _script(pdf)])))


def _on_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].AA = Dictionary(O=_script(pdf))


def _clicked(pdf: pikepdf.Pdf) -> None:
    _annotation(pdf, Subtype=Name.Link, A=Dictionary(S=Name.JavaScript, JS=Stream(pdf, b"app.alert(1)")))


def _launched(pdf: pikepdf.Pdf) -> None:
    _annotation(pdf, Subtype=Name.Link, A=Dictionary(S=Name.Launch, F=String("cmd.exe")))


def _submitted(pdf: pikepdf.Pdf) -> None:
    _annotation(pdf, Subtype=Name.Widget, A=Dictionary(S=Name.SubmitForm, F=String("https://example.org/")))
    pdf.Root.AcroForm = Dictionary(Fields=pdf.pages[0].Annots)


def _dynamic_form(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(pdf, b"<xdp/>"))


SCRIPTED: dict[str, Callable[[pikepdf.Pdf], None]] = {
    "runs on opening": _opening,
    "runs after opening at a page": _chained_opening,
    "in the names": _named,
    "runs on a page": _on_page,
    "runs on a click": _clicked,
    "starts a program": _launched,
    "sends a form": _submitted,
    "a dynamic form": _dynamic_form,
}


def make_pdf_with_script(how: str = "runs on opening") -> bytes:
    """A PDF that would do something, in one of the ways SCRIPTED names."""
    pdf = _plain()
    SCRIPTED[how](pdf)
    return _saved(pdf)


def make_pdf_with_file(how: str = "attached") -> bytes:
    """A PDF carrying another file: "attached", or pinned to a page ("annotation")."""
    pdf = _plain()
    inner = Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=Stream(pdf, make_exe())))
    if how == "annotation":
        _annotation(pdf, Subtype=Name.FileAttachment, FS=pdf.make_indirect(inner))
    else:
        pdf.attachments["a.exe"] = make_exe()
    return _saved(pdf)


def make_pdf_opening_at_a_page() -> bytes:
    """As office programs write them: harmless."""
    pdf = _plain(2)
    pdf.Root.OpenAction = Array([pdf.pages[1].obj, Name.XYZ, None, None, 0])
    return _saved(pdf)


def make_polyglot_pdf() -> bytes:
    """Begins as a PDF, is a web page."""
    return b"%PDF-1.7\n<html><script>alert(1)</script></html>\n%%EOF\n"


def make_pdf_hiding_a_page() -> bytes:
    """A PDF that reads well, with a web page before its objects and another file after its end."""
    plain = make_pdf()
    hidden = b"%<html><script>alert(1)</script></html>\n"
    return plain.replace(b"\n", b"\n" + hidden, 1) + b"PK\x03\x04 a zip\n%%EOF\n"


def make_pdf_bomb(megabytes: int = 300) -> bytes:
    """A few hundred kilobytes whose catalogue inflates to this many megabytes."""
    squeeze = zlib.compressobj(9)
    inner = squeeze.compress(b"1 0 << /Type /Catalog /Pages 3 0 R >> ")
    inner += b"".join(squeeze.compress(b" " * (1 << 20)) for _ in range(megabytes)) + squeeze.flush()
    parts = [
        b"2 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >> stream\n" % len(inner)
        + inner
        + b"\nendstream endobj\n",
        b"3 0 obj << /Type /Pages /Kids [4 0 R] /Count 1 >> endobj\n",
        b"4 0 obj << /Type /Page /Parent 3 0 R /MediaBox [0 0 100 100] >> endobj\n",
    ]
    out, entries = b"%PDF-1.5\n", [(0, 0, 255), (2, 2, 0)]
    for part in parts:
        entries.append((1, len(out), 0))
        out += part
    start = len(out)
    entries.append((1, start, 0))
    table = b"".join(struct.pack(">BIB", *entry) for entry in entries)
    head = b"5 0 obj << /Type /XRef /W [1 4 1] /Size 6 /Root 1 0 R /Length %d >> stream\n" % len(table)
    return out + head + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % start


def _picture(width: int, height: int) -> Image.Image:
    """Red above, blue below: tells which way up it is."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (0, height // 2, width, height))
    return picture


def _encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def _exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET_PLACE
    return exif


def make_png(width: int = 40, height: int = 30) -> bytes:
    """An honest PNG with EXIF data to be dropped."""
    return _encoded(_picture(width, height), "PNG", exif=_exif())


def make_jpeg_with_exif(width: int = 40, height: int = 30, orientation: int = 6) -> bytes:
    """A JPEG as a phone takes it: orientation 6 lies on its side, to be turned a quarter clockwise."""
    return _encoded(_picture(width, height), "JPEG", exif=_exif(orientation), comment=SECRET_PLACE.encode())


def make_heic(width: int = 64, height: int = 48) -> bytes:
    """A HEIC as an iPhone takes it."""
    out = io.BytesIO()
    pillow_heif.from_pillow(_picture(width, height)).save(out, exif=_exif().tobytes())
    return out.getvalue()


def make_big_png_header(width: int = 10_000, height: int = 10_000) -> bytes:
    """A PNG announcing 100 megapixels in under a kilobyte."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows + chunk(b"IEND", b"")


def make_exe() -> bytes:
    """Begins as a Windows program does."""
    return b"MZ\x90\x00" + bytes(56) + b"\x80\x00\x00\x00" + b"This program cannot be run in DOS mode." + bytes(400)


def make_html() -> bytes:
    """A web page with a script."""
    return b"<!doctype html><script>alert(1)</script>"
