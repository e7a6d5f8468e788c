"""A reference survives being read out, and one slip of the tongue or finger is noticed."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.services.references import ALPHABET, new_reference, parse, with_check

BODIES = st.text(ALPHABET, min_size=7, max_size=7)
PREFIXES = st.sampled_from(["CPV", "SC", "PSV", "VPC", "ADVG"])


def test_it_looks_as_promised_and_never_repeats() -> None:
    made = {new_reference("CPV") for _ in range(2000)}
    assert len(made) == 2000
    assert all(re.fullmatch(r"CPV-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", reference) for reference in made)
    assert not any(re.search("[A-Z]{3}", reference[4:].replace("-", "")) for reference in made)
    assert not set("01OIL") & set(ALPHABET)
    assert all(parse(reference) == reference for reference in made)


@given(PREFIXES, BODIES)
def test_every_single_wrong_character_and_every_swap_of_neighbours_is_noticed(prefix: str, body: str) -> None:
    reference = with_check(prefix, body)
    assert parse(reference) == reference
    full = list(reference.removeprefix(f"{prefix}-").replace("-", ""))
    for at, letter in itertools.product(range(len(full)), ALPHABET):
        if full[at] != letter:
            assert parse(prefix + "".join([*full[:at], letter, *full[at + 1 :]])) is None
    for at in range(len(full) - 1):
        if full[at] != full[at + 1]:
            assert parse(prefix + "".join([*full[:at], full[at + 1], full[at], *full[at + 2 :]])) is None


@pytest.mark.parametrize("prefix", ["PSV", "SCV", "CVP", "CPW"])
def test_another_schemes_prefix_is_noticed(prefix: str) -> None:
    assert parse(with_check("CPV", "7K4F92Q").replace("CPV", prefix)) is None


def test_it_is_understood_however_it_is_typed() -> None:
    reference = with_check("CPV", "7K4F92Q")
    bare = reference.replace("-", "")
    spaced = " ".join(bare)
    for typed in (bare, bare.lower(), spaced, f"  {reference.lower()}\n", reference.replace("-", "\u2013"), reference):
        assert parse(typed) == reference


@pytest.mark.parametrize(
    "text", ["", "CPV", "CPV-7K4F-92Q", "CPV-0K4F-92QX", "7K4F-92QX", "CPV-7K4F-92QX1", "-" * 1000]
)
def test_what_is_none_is_none(text: str) -> None:
    assert parse(text) is None


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert parse(text) is None or parse(parse(text) or "") == parse(text)


@pytest.mark.parametrize("prefix", ["", "C", "cpv", "CPVXX", "C1", "C-V"])
def test_a_prefix_that_would_not_read_back_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="capital letters"):
        new_reference(prefix)
