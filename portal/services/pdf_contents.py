"""What is inside a PDF besides things to read: found, so that it can be refused, or taken out."""

from collections.abc import Iterator
from enum import Enum, auto

import pikepdf


class Forbidden(Enum):
    """What no uploaded PDF may hold."""

    SCRIPTED = auto()
    EMBEDDED_FILES = auto()


_SCRIPT_KEYS = frozenset({"/JS", "/JavaScript", "/XFA", "/AA"})
_FILE_KEYS = frozenset({"/EF", "/EmbeddedFiles", "/AF", "/Collection"})
_SCRIPT_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/RichMediaExecute"}
)
_FILE_ANNOTATIONS = frozenset({"/FileAttachment", "/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"})
_WHERE_TO_OPEN = "/GoTo"
_ABOUT_THE_FILE = ("/Metadata", "/PieceInfo", "/LastModified")


def forbidden_part(pdf: pikepdf.Pdf) -> Forbidden | None:
    """The first forbidden part found in any object of the file, whether or not a page refers to it."""
    if _opens_with_action(pdf):
        return Forbidden.SCRIPTED
    return next((found for found in map(_judge, _dictionaries(pdf)) if found), None)


def strip(pdf: pikepdf.Pdf) -> None:
    """Take out what says who made the file, when and with what, and where to open it."""
    for found in _dictionaries(pdf):
        for name in _ABOUT_THE_FILE:
            if name in found:
                del found[name]
    for name in ("/OpenAction", "/URI"):
        if name in pdf.Root:
            del pdf.Root[name]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]


def _opens_with_action(pdf: pikepdf.Pdf) -> bool:
    """Office programs write a page to open at, which is harmless and dropped; every other action is not."""
    action = pdf.Root.get("/OpenAction")
    if action is None or isinstance(action, pikepdf.Array):
        return False
    if not isinstance(action, pikepdf.Dictionary):
        return True
    return action.get("/S") != _WHERE_TO_OPEN or "/Next" in action


def _judge(found: pikepdf.Object) -> Forbidden | None:
    keys = set(found.keys())
    if keys & _SCRIPT_KEYS or _name(found, "/S") in _SCRIPT_ACTIONS:
        return Forbidden.SCRIPTED
    if keys & _FILE_KEYS or _name(found, "/Type") == "/EmbeddedFile":
        return Forbidden.EMBEDDED_FILES
    if "/Rect" in keys and _name(found, "/Subtype") in _FILE_ANNOTATIONS:
        return Forbidden.EMBEDDED_FILES
    return None


def _name(found: pikepdf.Object, key: str) -> str:
    value = found.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary of the file, those of streams and those inside others included, each once."""
    waiting: list[pikepdf.Object] = [pdf.trailer, *pdf.objects]
    while waiting:
        found = waiting.pop()
        if isinstance(found, pikepdf.Array):
            inside = list(found.as_list())
        elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            yield found
            inside = [value for _key, value in found.items()]
        else:
            continue
        waiting.extend(
            value
            for value in inside
            # What is referred to stands in pdf.objects by itself.
            if isinstance(value, pikepdf.Array | pikepdf.Dictionary) and not value.is_indirect
        )
