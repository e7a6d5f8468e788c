# ruff: noqa: RUF001 - people write all sorts of letters
"""Masks: whatever tells whose it is is hidden in each form people write it in, and ordinary words stay readable."""

from __future__ import annotations

import re
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.shortlisting.folding import fold, squeezed
from portal.domain.shortlisting.identity import Identity
from portal.domain.shortlisting.masking import mask_all
from portal.domain.shortlisting.ordinary import ORDINARY
from tests.support.planted import PEOPLE, READABLE, Planted, giveaways, planted_people

WILL = Identity(
    given="Will Mark",
    family="May",
    email="wm.may85@okaforplumbing.co.uk",
    phone="07700 900 982",
    born=date(1985, 3, 27),
    age=32,
    address=("12 Mill Lane",),
    towns=("Maidstone",),
    postcode="ME14 1XQ",
    reference="CPV-7K4F-92QX",
)


def shown(text: str, who: Identity = WILL) -> str:
    """The text as a reader sees it, each mask in square brackets."""
    return "".join(f"[{piece.hidden}]" if piece.hidden else piece.text for piece in mask_all([text], who)[0])


def identity(person: Planted) -> Identity:
    return Identity(
        person.given, person.family, person.email, person.phone, date.fromisoformat(person.born), None,
        (person.street,), (person.town,), person.postcode, "CPV-7K4F-92QX",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        READABLE,
        READABLE + ".",
        "I WILL MARK THE DATE IN MAY",
        "Will you mark it? May I ask. Mark the date.",
        "It was late May. Bills rose in May 2017, and from April to May we marked them.",
        "Between April and May, in early May, on 3rd May and 3 May, at the end of May, on the May bank holiday.",
        "People say I will mark the register. They may. We will.",
        "The mark of respect, full marks, a bill, bills, wills and grants.",
        "Will I be ready? I will. Will it work? It may be.",
        "Where there is a will there is a way, and the will to win may mark us.",
        "My neighbour Tom Baker helped Mrs Okonkwo at number 40, Elm Road.",
        "We met at 9 a.m. on 12 June 2016 and raised £1,250.50 for 31 doors in 2015, 2016 and 2017.",
        "I can give 16 hours a month.",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("My name is Will Mark May.", "My name is [name hidden]."),
        ("my name is will mark may", "my name is [name hidden]"),
        ("everyone here knows will may", "everyone here knows [name hidden]"),
        ("Ask Will. Mr May's dog, and Mark’s.", "Ask [name hidden]. [name hidden] dog, and [name hidden]."),
        ("Will was there first.", "[name hidden] was there first."),
        ("i am will, call me mark", "i am [name hidden], call me [name hidden]"),
        ("All call me Bill. Pay the bill, Bill.", "All call me [name hidden]. Pay the bill, [name hidden]."),
        ("They call me Sprocket. Sprocket it is.", "They call me [name hidden]. [name hidden] it is."),
        ("William, Wm. and Willy", "[name hidden], [name hidden]. and [name hidden]"),
        ("The Mays moved in.", "The [name hidden] moved in."),
        ("W.M.M. or W M M or WMM or W. M. May", "[name hidden] or [name hidden] or [name hidden] or [name hidden]"),
        ("Mr. Will M. May spoke", "[name hidden] spoke"),
        ("willmay85, WillMay, will_may, w.may and #teamwillmay", "[name hidden], [name hidden], [name hidden], "
         "[name hidden] and [name hidden]"),
        ("M a y, w-i-l-l and W.i.l.l", "[name hidden], [name hidden] and [name hidden]"),
        ("W\u200bill and Wíll and Ｗｉｌｌ and Wi\u00adll", "[name hidden] and [name hidden] and [name hidden] and "
         "[name hidden]"),
        ("Ring 07700 900982, 0 7 7 0 0 9 0 0 9 8 2 or +44 (0)7700-900-982.", "Ring [contact hidden], [contact hidden] "
         "or [contact hidden]."),
        ("oh seven seven double oh nine hundred nine eight two", "[contact hidden]"),
        ("It ends in 900 982.", "It ends in [contact hidden]."),
        ("wm.may85@okaforplumbing.co.uk, WM.MAY85, okaforplumbing", "[contact hidden], [contact hidden], "
         "[contact hidden]"),
        ("wm dot may85 at okaforplumbing dot co dot uk", "[contact hidden]"),
        ("12 Mill Lane, twelve mill ln, Mill-Lane, MillLane", "[place hidden], [place hidden], [place hidden], "
         "[place hidden]"),
        ("At number 12, in MAIDSTONE and maidstone's", "At [place hidden], in [place hidden] and [place hidden]"),
        ("ME14 1XQ me141xq M E 1 4, 1xq", "[place hidden], [place hidden]"),
        ("Born on 27 March 1985, 27/3/85, and I am 32.", "[date hidden], [date hidden], and [date hidden]."),
        ("CPV-7K4F-92QX, cpv7k4f92qx", "[contact hidden], [contact hidden]"),
        ("My Instagram: @tomboy, or tom@x.org, www.x.org, x.org.uk/tom", "My [contact hidden], or [contact hidden], "
         "[contact hidden], [contact hidden]"),
        ("Tom lives at TN9 2AB and has 01632 960001.", "Tom lives at [place hidden] and has [contact hidden]."),
    ],
)  # fmt: skip
def test_what_tells_is_hidden(text: str, left: str) -> None:
    assert _quiet(shown(text)) == _quiet(left)


def _quiet(text: str) -> str:
    """How many masks stand beside each other, and of which kind, is of no account."""
    for kind in ("contact", "date", "place", "name"):
        text = text.replace(f"[{kind} hidden]", "[…]")
    return re.sub(r"\[…\](?:,? ?\[…\])+", "[…]", text)


def test_a_nickname_said_in_one_answer_is_hidden_in_all() -> None:
    first, second = mask_all(["Sprocket fixed it.", "My friends call me Sprocket."], WILL)
    assert [piece.hidden for piece in first] == ["name hidden", ""]
    assert [piece.hidden for piece in second] == ["", "name hidden", ""]


def test_words_hidden_by_hand_are_hidden_wherever_they_stand() -> None:
    who = Identity("Ann", "Other", by_hand=("chair of  the bowls club",))
    assert shown("As Chair of the\nBowls Club, I lead. The bowls club won.", who) == (
        "As [words hidden], I lead. The bowls club won."
    )


@pytest.mark.parametrize("person", planted_people(), ids=lambda person: person.given)
def test_forty_people_in_every_variant(person: Planted) -> None:
    planted = giveaways(person)
    masked = mask_all([sentence for sentence, _words in planted], identity(person))
    wrong = []
    for (sentence, words), pieces in zip(planted, masked, strict=True):
        left = " ".join(piece.text for piece in pieces).replace("-", " ").replace("_", " ")
        if found := {squeezed(word) for word in left.split()} & words:
            wrong.append(f"{sentence!r} still shows {sorted(found)}")
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("person", planted_people(), ids=lambda person: person.given)
def test_sentences_that_tell_nothing_stay_readable(person: Planted) -> None:
    text = (
        "I knocked on all thirty-one doors and wrote down what each house had seen. One neighbour had paid for his own "
        "pump, and did not want to share it. The drain was cleared in March and the council now checks it each autumn."
    )
    assert shown(text, identity(person)) == text


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=300), person=st.sampled_from(planted_people()))
def test_whatever_is_written_nothing_is_lost_but_what_is_hidden(text: str, person: Planted) -> None:
    """The shown pieces are pieces of the text, in order; no input breaks it."""
    place = 0
    for piece in mask_all([text], identity(person))[0]:
        assert bool(piece.text) != bool(piece.hidden)
        place = text.index(piece.text, place) + len(piece.text)


@settings(max_examples=150, deadline=None)
@given(
    before=st.lists(st.sampled_from(["we", "asked", "then", "saw", "Tom", "quietly", "there"]), min_size=1, max_size=5),
    after=st.lists(st.sampled_from(["went", "home", "again", "slowly", "Tom", "there"]), min_size=1, max_size=5),
    person=st.sampled_from(planted_people()[8:]),
    case=st.sampled_from([str, str.upper, str.lower, str.title]),
)
def test_a_rare_name_is_hidden_anywhere(before: list[str], after: list[str], person: Planted, case: object) -> None:
    name = person.family.split("-")[0]
    if squeezed(name) in ORDINARY or len(squeezed(name)) < 3:
        return
    written = case(name)  # type: ignore[operator]
    left = shown(" ".join([*before, written, *after]), identity(person))
    assert squeezed(name) not in squeezed(left.replace("name hidden", ""))


def test_folding_leads_back_to_what_was_written() -> None:
    written = "Żó\u0301łw — “Ｗill”\u200b ﬁne"
    folded = fold(written)
    assert folded.text == 'zolw - "will" fine'
    start = folded.text.index("will")
    assert written[slice(*folded.written_span(start, start + 4))] in {"Ｗill", "Ｗill”"}


def test_hostile_texts_cost_no_more_than_others() -> None:
    """Nothing that people can send makes a pattern run away."""
    for text in ("a" * 10_000, "0 " * 5_000, "a.b@" * 2_500, "one two " * 1_250, "w" * 3 + " m" * 4_000, "…\n" * 5_000):
        begun = time.perf_counter()
        mask_all([text], WILL)
        assert time.perf_counter() - begun < 5, text[:10]


def test_forty_different_people() -> None:
    assert len(set(PEOPLE)) == 40
