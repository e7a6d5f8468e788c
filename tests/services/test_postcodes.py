"""Postcodes as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.services.postcodes import normalise, outward


@pytest.mark.parametrize(
    ("typed", "postcode", "district"),
    [
        ("ME141XQ", "ME14 1XQ", "ME14"),
        ("me14 1xq", "ME14 1XQ", "ME14"),
        ("  M e 1 4 1 x q ", "ME14 1XQ", "ME14"),
        ("TN1-1AA", "TN1 1AA", "TN1"),
        ("M1 1AE", "M1 1AE", "M1"),
        ("b33 8th", "B33 8TH", "B33"),
        ("W1A 0AX", "W1A 0AX", "W1A"),
        ("EC1A 1BB", "EC1A 1BB", "EC1A"),
        ("CR2 6XH", "CR2 6XH", "CR2"),
        ("DN55 1PT", "DN55 1PT", "DN55"),
        ("GIR 0AA", "GIR 0AA", "GIR"),
    ],
)
def test_a_postcode_is_understood_however_it_is_typed(typed: str, postcode: str, district: str) -> None:
    assert normalise(typed) == postcode
    assert outward(typed) == district


@pytest.mark.parametrize(
    "typed",
    [
        *("", "ME14", "ME14 1X", "ME14 1XQQ", "ME141 1XQ", "QE1 1AA", "ME14 1CQ", "AI1 1AA", "M 1AE", "14ME 1XQ"),
        *("90210", "GIR 1AA", "ME14 XQ1", "ME14 1XQ" + " " * 500, "<b>ME14 1XQ</b>", "ME\u0661\u0664 1XQ"),
    ],
)
def test_what_cannot_be_a_postcode_is_none(typed: str) -> None:
    assert normalise(typed) is None
    assert outward(typed) is None


@given(st.text())
def test_any_text_gets_an_answer_that_stays(text: str) -> None:
    postcode = normalise(text)
    assert postcode is None or normalise(postcode) == postcode
