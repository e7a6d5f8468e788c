"""Papers to print, as tagged PDF (PDF/UA-1), set by typst.

Templates are ours; everything else reaches them as data (JSON), never as markup: whatever a person wrote is only text.
"""

import json
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

_TEMPLATES = Path(__file__).parent / "paper_templates"
# The first of these this machine has; the last is built into typst.
_FACES = ("Liberation Sans", "Arial", "Helvetica Neue", "Helvetica", "DejaVu Sans", "Libertinus Serif")
_DEMONSTRATION = "Demonstration: not a real police service"

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class PaperBrand:
    """Whose paper it is. Colours are #rrggbb."""

    service_name: str
    force_name: str
    contact: str
    navy: str = "#0b2545"
    blue: str = "#13478c"
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class MedicalForm:
    """What the blank medical certificate form says. `name` and `reference` may stand in it already."""

    scheme: str
    campaign: str
    commitment: str
    tasks: tuple[str, ...]
    return_by: date | None
    return_how: str
    who_pays: str
    who_sees: str = "Only our medical reviewers see this form. Recruiters are told fit, not yet, or what to adjust."
    name: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class LetterPart:
    """A part of a letter: paragraphs, then a list."""

    lines: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    heading: str = ""


@dataclass(frozen=True, slots=True)
class PaperLetter:
    """A letter to one person. `facts`: label and words, set apart; `to`: name and address, a line each."""

    title: str
    to: tuple[str, ...]
    on: date
    reference: str
    lead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    parts: tuple[LetterPart, ...] = ()
    team: str = ""


def medical_form(brand: PaperBrand, campaign: MedicalForm) -> bytes:
    """The medical certificate form to print on A4: who fills in what, the tasks, the opinion, the stamp, who pays."""
    return _set("medical_form", _medical_data(brand, campaign))


def letter(brand: PaperBrand, content: PaperLetter) -> bytes:
    """A letter on A4: an invitation, an offer, an outcome."""
    return branded("letter", brand, "Letter", letter={**asdict(content), "on": _day(content.on)})


def branded(template: str, brand: PaperBrand, corner: str, **data: Any) -> bytes:
    """A paper from one of our templates; `data` is only ever text there. `corner`: what kind it is."""
    demonstration = _DEMONSTRATION if brand.demonstration else ""
    return _set(template, {"brand": asdict(brand), "demonstration": demonstration, "corner": corner, **data})


def sample_document(title: str, lines: Sequence[str], brand: PaperBrand | None = None) -> bytes:
    """A one-page document made up for the demonstration; an empty line leaves a gap."""
    return _set("sample", _sample_data(title, lines, brand))


def _medical_data(brand: PaperBrand, campaign: MedicalForm) -> dict[str, Any]:
    form = {**asdict(campaign), "return_by": _day(campaign.return_by)}
    demonstration = _DEMONSTRATION if brand.demonstration else ""
    return {
        "brand": asdict(brand),
        "form": form,
        "demonstration": demonstration,
        "corner": "In confidence when filled in",
    }


def _sample_data(title: str, lines: Sequence[str], brand: PaperBrand | None) -> dict[str, Any]:
    paper = brand or PaperBrand("Rosewell Surgery", "A practice that does not exist", "", demonstration=True)
    return {"brand": asdict(paper), "title": title, "lines": list(lines), "corner": "Example"}


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else "See your application"


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


@cache
def _face() -> str:
    here = set(_fonts().families())
    return next(face for face in _FACES if face in here)


@cache
def _compiler(template: str) -> typst.Compiler:
    # Only the templates' own folder can be read, and only this machine's and typst's own letters are used.
    return typst.Compiler(str(_TEMPLATES / f"{template}.typ"), root=str(_TEMPLATES), font_paths=_fonts())


def _set(template: str, data: Mapping[str, Any], form: Literal["pdf", "png"] = "pdf") -> bytes:
    try:
        return _compiled(template, data, form, ["ua-1"] if form == "pdf" else [])
    except typst.TypstError:
        # Somebody's name holds a letter no typeface here has, which the standard forbids: better a tagged paper with
        # one box in it than none. A fault of the template itself fails again.
        return _compiled(template, data, form, [])


def _compiled(template: str, data: Mapping[str, Any], form: Literal["pdf", "png"], standards: list[Any]) -> bytes:
    with _one_at_a_time:
        made, remarks = _compiler(template).compile_with_warnings(
            format=form, sys_inputs={"data": json.dumps({"font": _face(), **data})}, pdf_standards=standards
        )
    for remark in remarks:
        warnings.warn(remark.message, stacklevel=4)
    page = made[0] if isinstance(made, list) else made
    if page is None:
        raise RuntimeError("nothing was set")
    return page
