"""Sealed fields and encrypted documents: what opens, what must not, and how much memory it takes."""

import io
import itertools
import threading
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.services import crypto
from portal.services.crypto import KeyRing, SealBroken

PLACE = {"table": "answer", "row": "17", "column": "value"}
OLD = KeyRing.from_settings({1: b"1" * 32})
NEW = KeyRing.from_settings({1: b"1" * 32, 2: b"2" * 32})
ONLY_NEW = KeyRing.from_settings({2: b"2" * 32})


class Endless:
    """A reader of `size` bytes that holds none of them."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1, /) -> bytes:
        taken = self.left if size < 0 else min(size, self.left)
        self.left -= taken
        return bytes(taken)


class Refuses:
    """A reader or writer that gives up after a number of calls."""

    def __init__(self, failure: BaseException, after: int = 0) -> None:
        self.failure = failure
        self.left = after

    def read(self, size: int = -1, /) -> bytes:
        self.write(b"")
        return bytes(max(size, 0))

    def write(self, data: bytes, /) -> None:
        if self.left == 0:
            raise self.failure
        self.left -= 1


def encrypted(plain: bytes, key: crypto.Key) -> bytes:
    sealed = io.BytesIO()
    assert crypto.encrypt_stream(io.BytesIO(plain), sealed, key) == len(plain)
    return sealed.getvalue()


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "decrypting"]


@given(st.text())
def test_a_sealed_field_reads_back_and_never_looks_the_same(text: str) -> None:
    one, two = NEW.seal(text, **PLACE), NEW.seal(text, **PLACE)
    assert NEW.unseal(one, **PLACE) == NEW.unseal(two, **PLACE) == text
    assert one != two
    assert NEW.version_of(one) == 2


@pytest.mark.parametrize("part", ["table", "row", "column"])
def test_a_sealed_field_opens_only_in_its_own_place(part: str) -> None:
    sealed = NEW.seal("unfit", **PLACE)
    with pytest.raises(SealBroken):
        NEW.unseal(sealed, **{**PLACE, part: "18"})


def test_places_whose_names_run_together_are_still_different_places() -> None:
    sealed = NEW.seal("unfit", table="ab", row="1", column="c")
    with pytest.raises(SealBroken):
        NEW.unseal(sealed, table="a", row="1", column="bc")


def test_every_altered_byte_and_every_cut_is_noticed() -> None:
    sealed = NEW.seal("unfit", **PLACE)
    for at in range(len(sealed)):
        altered = bytearray(sealed)
        altered[at] ^= 1
        with pytest.raises(SealBroken):
            NEW.unseal(bytes(altered), **PLACE)
        with pytest.raises(SealBroken):
            NEW.unseal(sealed[:at], **PLACE)


def test_a_field_moves_to_the_current_master_and_then_needs_no_other() -> None:
    sealed = OLD.seal("unfit", **PLACE)
    moved = NEW.reseal(sealed, **PLACE)
    assert (NEW.version_of(sealed), NEW.version_of(moved)) == (1, 2)
    assert ONLY_NEW.unseal(moved, **PLACE) == "unfit"
    assert NEW.reseal(moved, **PLACE) == moved
    with pytest.raises(SealBroken, match="version 1"):
        ONLY_NEW.unseal(sealed, **PLACE)


def test_a_document_key_opens_for_its_own_document_under_old_and_new_masters() -> None:
    key = OLD.new_document_key("doc-1")
    wrapped = NEW.rewrap(key.wrapped, "doc-1")
    sealed = encrypted(b"certificate", key)
    plain = io.BytesIO()
    crypto.decrypt_stream(io.BytesIO(sealed), plain, ONLY_NEW.unwrap(wrapped, "doc-1"))
    assert plain.getvalue() == b"certificate"
    assert NEW.rewrap(wrapped, "doc-1") == wrapped
    for ring, bad in ((NEW, "doc-2"), (ONLY_NEW, "doc-1")):
        with pytest.raises(SealBroken):
            ring.unwrap(key.wrapped, bad)


def test_a_wrapped_key_is_no_field_and_a_field_no_wrapped_key() -> None:
    with pytest.raises(SealBroken):
        NEW.unseal(NEW.new_document_key("17").wrapped, **PLACE)
    with pytest.raises(SealBroken):
        NEW.unwrap(NEW.seal("text", **PLACE), "17")


@pytest.mark.parametrize("masters", [{}, {1: b"short"}, {0: b"0" * 32}, {70000: b"0" * 32}])
def test_masters_that_cannot_be_used_are_refused(masters: dict[int, bytes]) -> None:
    with pytest.raises(ValueError, match="master key"):
        KeyRing.from_settings(masters)


def test_no_key_shows_itself() -> None:
    key = NEW.new_document_key("doc-1")
    shown = f"{NEW!r} {key!r}"
    assert "1111" not in shown
    assert "AGE-SECRET" not in shown


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 300_000])
def test_a_stream_comes_back_whole_pushed_and_pulled(size: int) -> None:
    key = NEW.new_document_key("doc-1")
    plain = bytes(range(256)) * (size // 256 + 1)
    sealed = encrypted(plain[:size], key)
    pushed = io.BytesIO()
    crypto.decrypt_stream(io.BytesIO(sealed), pushed, key.identity)
    assert pushed.getvalue() == plain[:size]
    assert b"".join(crypto.open_plain(io.BytesIO(sealed), key)) == plain[:size]
    assert threads() == []


def spoilt(sealed: bytes) -> list[bytes]:
    altered = bytearray(sealed)
    altered[150_000] ^= 1
    return [
        bytes(altered),
        sealed[:-1],
        sealed[:65_000],
        sealed[:20],
        b"",
        sealed + b"more",
    ]


def test_altered_cut_and_strangers_streams_are_noticed() -> None:
    key = NEW.new_document_key("doc-1")
    sealed = encrypted(bytes(300_000), key)
    stranger = NEW.new_document_key("doc-2")
    for bad, opener in [
        *((bytes_, key) for bytes_ in spoilt(sealed)),
        (sealed, stranger),
    ]:
        with pytest.raises(SealBroken):
            crypto.decrypt_stream(io.BytesIO(bad), io.BytesIO(), opener)
        with pytest.raises(SealBroken):
            list(crypto.open_plain(io.BytesIO(bad), opener))
    assert threads() == []


class Dropped(BaseException):
    """Even what is no ordinary exception comes through as itself."""


@pytest.mark.parametrize("failure", [ConnectionResetError("gone"), KeyError("boom"), Dropped("gone")])
def test_what_a_reader_or_writer_raises_comes_out_as_it_was(
    failure: BaseException,
) -> None:
    key = NEW.new_document_key("doc-1")
    sealed = encrypted(bytes(300_000), key)
    attempts: list[Callable[[], object]] = [
        lambda: crypto.encrypt_stream(Refuses(failure, after=3), io.BytesIO(), key),
        lambda: crypto.encrypt_stream(io.BytesIO(bytes(300_000)), Refuses(failure, after=2), key),
        lambda: crypto.decrypt_stream(Refuses(failure), io.BytesIO(), key),
        lambda: crypto.decrypt_stream(io.BytesIO(sealed), Refuses(failure, after=2), key),
        lambda: list(crypto.open_plain(Refuses(failure), key)),
    ]
    for attempt in attempts:
        with pytest.raises(type(failure)) as caught:
            attempt()
        assert caught.value is failure


def test_an_abandoned_download_leaves_no_thread_behind() -> None:
    key = NEW.new_document_key("doc-1")
    sealed = encrypted(bytes(2_000_000), key)
    chunks = crypto.open_plain(io.BytesIO(sealed), key)
    assert len(list(itertools.islice(chunks, 3))) == 3
    assert len(threads()) == 1
    del chunks
    assert threads() == []
    never_read = crypto.open_plain(io.BytesIO(sealed), key)
    assert threads() == []
    del never_read


def test_fifteen_megabytes_pass_through_in_flat_memory() -> None:
    key = NEW.new_document_key("doc-1")
    sealed = io.BytesIO()
    crypto.encrypt_stream(Endless(15 << 20), sealed, key)
    sealed.seek(0)
    tracemalloc.start()
    try:
        read = sum(map(len, crypto.open_plain(sealed, key)))
        crypto.encrypt_stream(Endless(15 << 20), Refuses(OSError(), after=10_000), key)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert read == 15 << 20
    assert peak < 1 << 20
