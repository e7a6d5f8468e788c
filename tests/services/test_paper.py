"""Papers are whole, tagged for screen readers, and never run what somebody wrote."""

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pikepdf
import pytest
from PIL import Image

from portal.services import paper
from portal.services.inspection import Kind, inspect
from portal.services.paper import LetterPart, MedicalForm, PaperBrand, PaperLetter

BRAND = PaperBrand("Volunteer with us", "Example Police", "volunteers@example.org", demonstration=True)
FORM = MedicalForm(
    scheme="Community Policing Volunteer",
    campaign="West Division",
    commitment="16 hours a month.",
    tasks=("Walk a beat", "Stand for long periods", "Wear a uniform"),
    return_by=date(2018, 1, 26),
    return_how="Add a photo of it to your application.",
    who_pays="Ask your practice about its fee first.",
)
NASTY = '#panic("run") #read("/etc/passwd") $x$ *b* `c` <label> @ref \\ // /* [ ] { } "quoted" '
STRANGE = "Zo\u00eb \ufdfd \U0001f600"  # letters few typefaces have


def form_of(brand: PaperBrand = BRAND, form: MedicalForm = FORM) -> bytes:
    return paper.medical_form(brand, form)


LETTER = PaperLetter(
    title="Offer of a place",
    to=("Sam Okafor", "12 Mill Lane", "Maidstone"),
    on=date(2018, 3, 5),
    reference="CPV-7K4F-92QX",
    lead=("We would like to offer you a place.",),
    facts=(("The course begins", "Saturday 28 April 2018"),),
    parts=(LetterPart(heading="The place depends on", items=("Medical certificate", "Two references")),),
    team="The recruitment team",
)

PAPERS: list[Callable[[], bytes]] = [
    form_of,
    lambda: paper.letter(BRAND, LETTER),
    lambda: paper.sample_document("Fitness", ["To whom it may concern", "", "Fit."]),
]


@pytest.mark.parametrize("make", PAPERS, ids=["medical form", "letter", "sample document"])
def test_a_paper_is_one_a4_page_tagged_for_screen_readers(make: Callable[[], bytes]) -> None:
    with pikepdf.open(io.BytesIO(make())) as pdf:
        root: Any = pdf.Root
        assert len(pdf.pages) == 1
        assert [round(float(side)) for side in pdf.pages[0].MediaBox.as_list()] == [0, 0, 595, 842]
        assert root.MarkInfo.Marked
        assert str(root.Lang).startswith("en")
        assert root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/Title"])
        assert b"pdfuaid" in root.Metadata.read_bytes()
        kinds = {str(found.S) for found in pdf.objects if isinstance(found, pikepdf.Dictionary) and "/S" in found}
        assert {"/H1", "/P"} <= kinds


@pytest.mark.parametrize("make", PAPERS, ids=["medical form", "letter", "sample document"])
def test_a_paper_is_the_same_each_time_and_passes_for_an_upload(make: Callable[[], bytes]) -> None:
    assert make() == make()
    assert inspect(make(), Kind.PDF).pages == 1


def test_what_somebody_wrote_is_only_text() -> None:
    form = replace(FORM, name=NASTY[:30], reference=NASTY[:10], campaign=NASTY, tasks=(NASTY,) * 4, who_pays=NASTY)
    assert form_of(replace(BRAND, force_name=NASTY, contact=NASTY), form).startswith(b"%PDF-")
    parts = (LetterPart(lines=(NASTY,), items=(NASTY,), heading=NASTY),)
    nasty = replace(LETTER, title=NASTY, to=(NASTY, ""), lead=(NASTY,), facts=((NASTY, NASTY),), parts=parts)
    assert paper.letter(BRAND, nasty).startswith(b"%PDF-")
    assert paper.sample_document(NASTY, [NASTY, "", NASTY]).startswith(b"%PDF-")


def test_a_name_no_typeface_can_write_still_gets_its_paper() -> None:
    with pikepdf.open(io.BytesIO(form_of(form=replace(FORM, name=STRANGE)))) as pdf:
        assert "/StructTreeRoot" in pdf.Root


def test_a_form_for_many_tasks_runs_over_to_another_page_rather_than_out_of_it() -> None:
    form = replace(
        FORM, tasks=tuple(f"Task {number}, told at some length so that it fills a line" for number in range(60))
    )
    assert inspect(form_of(form=form), Kind.PDF).pages == 2


def test_a_form_without_a_date_or_a_task_still_sets() -> None:
    assert form_of(form=replace(FORM, return_by=None, tasks=())) != form_of()


def test_it_sets_without_a_remark_in_any_letters_and_is_not_blank() -> None:
    data = paper._medical_data(BRAND, FORM)
    for face in ("Liberation Sans", paper._face(), paper._FACES[-1]):
        if face not in paper._fonts().families():
            continue
        with Image.open(io.BytesIO(paper._set("medical_form", {**data, "font": face}, "png"))) as page:
            ink = page.convert("L").point(lambda level: 255 * (level < 128)).histogram()[255]
            assert 0.01 < ink / (page.width * page.height) < 0.2


def test_several_at_once_each_get_their_own() -> None:
    expected = [paper.sample_document(f"Letter {number}", ["x"]) for number in range(6)]
    found: dict[int, bytes] = {}

    def make(number: int) -> None:
        found[number] = paper.sample_document(f"Letter {number}", ["x"])

    threads = [threading.Thread(target=make, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(6)] == expected
    assert len(set(expected)) == 6
