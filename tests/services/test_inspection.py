"""Honest files come back clean; every other is refused for its own reason, within bounded time and memory."""

import io
import resource
import threading
import time
from collections.abc import Callable

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.services import inspection
from portal.services.inspection import HEAD, Cleaned, Kind, Reason, Unacceptable, inspect, sniff
from tests.support import files

MAKERS: dict[Kind, Callable[[], bytes]] = {
    Kind.PDF: files.make_pdf,
    Kind.JPEG: files.make_jpeg_with_exif,
    Kind.PNG: files.make_png,
    Kind.HEIC: files.make_heic,
}


def refused(data: bytes, kind: Kind) -> Reason:
    with pytest.raises(Unacceptable) as caught:
        inspect(data, kind)
    return caught.value.reason


def opened(cleaned: Cleaned) -> Image.Image:
    with Image.open(io.BytesIO(cleaned.data)) as picture:
        picture.load()
        return picture


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_known_by_its_content(kind: Kind) -> None:
    assert sniff(MAKERS[kind]()[:HEAD]) is kind


@pytest.mark.parametrize(
    "head",
    [b"", b"%PD", files.make_exe(), files.make_html(), b"PK\x03\x04", b"GIF89a", b" %PDF-1.7", b"\x7fELF", b"<svg>"],
)
def test_anything_else_is_not_taken_whatever_it_is_called(head: bytes) -> None:
    assert sniff(head[:HEAD]) is None
    for kind in Kind:
        assert refused(head, kind) in (Reason.NOT_ACCEPTED_TYPE, Reason.EMPTY)


def test_an_avif_is_not_taken_for_a_heic() -> None:
    assert sniff(b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf") is None
    assert sniff(b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf") is None
    assert sniff(b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1heicmiaf") is Kind.HEIC


@pytest.mark.parametrize("kind", Kind)
def test_a_file_of_another_kind_than_announced_is_refused(kind: Kind) -> None:
    other = next(maker for found, maker in MAKERS.items() if found is not kind)
    assert refused(other(), kind) is Reason.NOT_ACCEPTED_TYPE
    assert refused(b"", kind) is Reason.EMPTY


@pytest.mark.parametrize("kind", Kind)
def test_a_clean_copy_says_nothing_of_where_and_by_whom_it_was_made(kind: Kind) -> None:
    dirty = MAKERS[kind]()
    assert files.SECRET_PLACE.encode() in dirty
    cleaned = inspect(dirty, kind)
    assert files.SECRET_PLACE.encode() not in cleaned.data
    assert cleaned.kind is (Kind.JPEG if kind is Kind.HEIC else kind)
    assert cleaned.pages == 1
    assert sniff(cleaned.data[:HEAD]) is cleaned.kind
    again = inspect(cleaned.data, cleaned.kind)
    assert again.pages == 1


def test_a_pdf_keeps_its_pages_and_words() -> None:
    cleaned = inspect(files.make_pdf(3, "Fit for duty"), Kind.PDF)
    assert cleaned.pages == 3
    with pikepdf.open(io.BytesIO(cleaned.data)) as pdf:
        assert [b"Fit for duty" in page.Contents.read_bytes() for page in pdf.pages] == [True] * 3
        assert "/Info" not in pdf.trailer
        assert "/Metadata" not in pdf.Root


@pytest.mark.parametrize("how", files.SCRIPTED)
def test_a_pdf_that_would_do_something_is_refused(how: str) -> None:
    assert refused(files.make_pdf_with_script(how), Kind.PDF) is Reason.SCRIPTED


def test_a_script_nothing_refers_to_is_found_too() -> None:
    pdf = pikepdf.open(io.BytesIO(files.make_pdf()))
    pdf.Root.Unused = pikepdf.Array([pikepdf.Array([pikepdf.Dictionary(S=pikepdf.Name.JavaScript)])])
    out = io.BytesIO()
    pdf.save(out)
    assert refused(out.getvalue(), Kind.PDF) is Reason.SCRIPTED


def test_a_script_whose_name_is_written_in_disguise_is_found_too() -> None:
    disguised = files.make_pdf_with_script("runs on a page").replace(b"/JavaScript", b"/J#61vaScript")
    disguised = disguised.replace(b"/JS", b"/#4aS").replace(b"/AA", b"/#41A")
    assert b"/JavaScript" not in disguised
    assert refused(disguised, Kind.PDF) is Reason.SCRIPTED


@pytest.mark.parametrize("how", ["attached", "annotation"])
def test_a_pdf_carrying_another_file_is_refused(how: str) -> None:
    assert refused(files.make_pdf_with_file(how), Kind.PDF) is Reason.EMBEDDED_FILES


@pytest.mark.parametrize("user", ["secret", ""])
def test_a_locked_pdf_is_refused(user: str) -> None:
    assert refused(files.make_encrypted_pdf(user), Kind.PDF) is Reason.ENCRYPTED


def test_a_pdf_that_only_says_where_to_open_is_taken_without_that() -> None:
    cleaned = inspect(files.make_pdf_opening_at_a_page(), Kind.PDF)
    assert cleaned.pages == 2
    with pikepdf.open(io.BytesIO(cleaned.data)) as pdf:
        assert "/OpenAction" not in pdf.Root


def test_what_is_hidden_around_a_pdf_is_left_out_and_what_only_begins_as_one_is_refused() -> None:
    assert refused(files.make_polyglot_pdf(), Kind.PDF) is Reason.DAMAGED
    cleaned = inspect(files.make_pdf_hiding_a_page(), Kind.PDF)
    assert b"<script>" not in cleaned.data
    assert b"PK\x03\x04" not in cleaned.data


def test_too_many_pages_or_pixels_are_refused() -> None:
    assert refused(files.make_pdf(inspection.MAX_PAGES + 1), Kind.PDF) is Reason.TOO_MANY_PAGES
    assert inspect(files.make_pdf(inspection.MAX_PAGES), Kind.PDF).pages == inspection.MAX_PAGES
    assert refused(files.make_big_png_header(), Kind.PNG) is Reason.TOO_MANY_PIXELS
    # Above the limit but below twice it, where the library itself only warns.
    assert refused(files.make_big_png_header(10_000, 5_001), Kind.PNG) is Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.7])
def test_a_file_cut_short_is_damaged(kind: Kind, share: float) -> None:
    whole = MAKERS[kind]()
    assert refused(whole[: max(HEAD, int(len(whole) * share))], kind) is Reason.DAMAGED


def test_bombs_take_neither_time_nor_memory() -> None:
    bomb = files.make_pdf_bomb(1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    assert refused(bomb, Kind.PDF) is Reason.DAMAGED
    assert refused(files.make_big_png_header(60_000, 60_000), Kind.PNG) is Reason.TOO_MANY_PIXELS
    assert time.monotonic() - started < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024  # KiB


def test_a_photo_comes_back_the_right_way_up() -> None:
    turned = opened(inspect(files.make_jpeg_with_exif(40, 30, orientation=6), Kind.JPEG))
    assert turned.size == (30, 40)
    left, right = turned.getpixel((3, 20)), turned.getpixel((26, 20))
    assert isinstance(left, tuple) and isinstance(right, tuple)
    assert left[2] > 200 > left[0]  # what lay below is now at the left
    assert right[0] > 200 > right[2]
    assert not turned.getexif()


def test_a_heic_becomes_the_same_picture_as_a_jpeg() -> None:
    shown = opened(inspect(files.make_heic(64, 48), Kind.HEIC))
    assert (shown.format, shown.size) == ("JPEG", (64, 48))
    top, bottom = shown.getpixel((32, 5)), shown.getpixel((32, 43))
    assert isinstance(top, tuple) and isinstance(bottom, tuple)
    assert top[0] > 200 > top[2]
    assert bottom[2] > 200 > bottom[0]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_way_of_storing_colours_is_read(mode: str) -> None:
    form, kind = ("JPEG", Kind.JPEG) if mode == "CMYK" else ("PNG", Kind.PNG)
    stored = io.BytesIO()
    source = Image.new("RGBA", (20, 20), "white").convert("L").convert("I;16") if mode == "I;16" else None
    picture = source or Image.new("RGBA" if mode in ("LA", "RGBA") else "RGB", (20, 20), "white").convert(mode)
    picture.save(stored, form)
    assert opened(inspect(stored.getvalue(), kind)).size == (20, 20)


@given(st.binary(max_size=300), st.sampled_from(list(Kind)))
def test_whatever_follows_a_good_beginning_there_is_an_answer(tail: bytes, kind: Kind) -> None:
    head = MAKERS[kind]()[: HEAD + 40]
    assert refused(head + tail + b"%%EOF", kind) in Reason


@given(st.data())
def test_a_file_changed_anywhere_is_cleaned_or_refused_never_anything_else(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(Kind)))
    changed = bytearray(MAKERS[kind]())
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] = data.draw(st.integers(0, 255))
    try:
        cleaned = inspect(bytes(changed), kind)
    except Unacceptable as refusal:
        assert refusal.reason in Reason
    else:
        assert sniff(cleaned.data[:HEAD]) is cleaned.kind


def test_several_at_once_each_get_their_own() -> None:
    found: list[int] = []

    def clean(pages: int) -> None:
        found.append(inspect(files.make_pdf(pages), Kind.PDF).pages)

    threads = [threading.Thread(target=clean, args=(pages,)) for pages in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(1, 9))


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_says_what_is_wrong_and_what_to_do(reason: Reason) -> None:
    assert reason.message and not reason.message.endswith(".")
    assert reason.remedy.endswith(".")


def test_reasons_and_their_messages_are_one_to_one() -> None:
    assert len({reason.message for reason in Reason}) == len(list(Reason)) == 8


def test_a_heic_that_claims_to_be_enormous_is_damaged_not_a_fault() -> None:
    changed = bytearray(files.make_heic())
    changed[360] = 1
    assert refused(bytes(changed), Kind.HEIC) in Reason
