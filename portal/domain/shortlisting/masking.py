"""Hiding in a text whatever tells whose it is. Pure: a text and what is known of its writer in, pieces out.

What is the writer's own (names, nicknames, initials, places, contact details, birthday) is hidden in every form it is
usually written in; anybody's telephone numbers, addresses, pages, handles and postcodes are hidden too. Other people's
names stay. What cannot be told is hidden, except an ordinary word doing its ordinary work (see `naming.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from portal.domain.shortlisting.contacts import Span, contacts
from portal.domain.shortlisting.folding import Folded, fold
from portal.domain.shortlisting.identity import CONTACT, NAME, PLACE, Identity
from portal.domain.shortlisting.naming import Reader, nicknames_in
from portal.domain.shortlisting.ordinary import ACRONYMS, ORDINARY, PARTICLES, TITLES

_COMPOUND = re.compile(r"[#@]?[^\W_]+(?:[._\-']+[^\W_]+)*_*")
_JOINED = re.compile(r"(?:[ \-_'\"]|\.(?! )){0,3}")


@dataclass(frozen=True)
class Piece:
    """Text to show, or (`hidden`) what was taken out in its place."""

    text: str
    hidden: str = ""


Pieces = tuple[Piece, ...]


def mask_all(texts: Sequence[str], identity: Identity) -> list[Pieces]:
    """Each text in pieces. What somebody says in one of them they are called is hidden in all."""
    folded = [fold(text) for text in texts]
    known = replace(identity, nicknames=identity.nicknames | frozenset(learned(folded, identity)))
    return [_pieces(each, known) for each in folded]


def learned(folded: Iterable[Folded], identity: Identity) -> set[str]:
    return {name for each in folded for name in nicknames_in(each, identity)}


def hidden_count(pieces: Iterable[Pieces]) -> int:
    return sum(bool(piece.hidden) for each in pieces for piece in each)


def _pieces(folded: Folded, identity: Identity) -> Pieces:
    pieces: list[Piece] = []
    shown = 0
    for start, end, kind in _merged(folded, _spans(folded, identity)):
        first, last = folded.written_span(start, end)
        if first > shown:
            pieces.append(Piece(folded.written[shown:first]))
        pieces.append(Piece("", kind))
        shown = last
    if shown < len(folded.written):
        pieces.append(Piece(folded.written[shown:]))
    return tuple(pieces)


def _spans(folded: Folded, identity: Identity) -> list[Span]:
    found = [*contacts(folded), *_phrases(folded, identity)]
    found += Reader(folded, identity, folded.tokens()).spans()
    found += _run_together(folded, identity)
    found += _initials(folded, identity)
    found = [_with_initials(folded, identity, span) if span[2] == NAME else span for span in found]
    return found + list(_after_places(folded, identity, found))


def _phrases(folded: Folded, identity: Identity) -> Iterator[Span]:
    for pattern, kind in identity.phrases:
        yield from ((found.start(), found.end(), kind) for found in pattern.finditer(folded.text) if found[0].strip())


def _after_places(folded: Folded, identity: Identity, spans: Sequence[Span]) -> Iterator[Span]:
    """A town that is an ordinary word too, small, behind a street that was hidden: "4 station road in deal"."""
    if not identity.places:
        return
    towns = "|".join(map(re.escape, sorted(identity.places)))
    following = re.compile(rf"(?:,? (?:in|near|at|by)|,)\s({towns})(?![^\W_])")
    for _start, end, kind in spans:
        if kind == PLACE and (found := following.match(folded.text, end)):
            yield found.start(1), found.end(1), PLACE


def _run_together(folded: Folded, identity: Identity) -> Iterator[Span]:
    """Names inside longer words: willmay, w.may85, #teamokafor, MillLane."""
    lines = {"".join(line) for line in identity.streets if len(line) > 1}
    for found in _COMPOUND.finditer(folded.text):
        word = "".join(char for char in found[0] if char.isalnum())
        figures = word.rstrip("0123456789")
        if identity.run_together.search(word):
            yield found.start(), found.end(), NAME
        elif any(len(line) > 5 and line in word for line in lines):
            yield found.start(), found.end(), PLACE
        else:
            for own, kind in identity.inside.items():
                if own != word and (figures.startswith(own) or figures.endswith(own)):
                    yield found.start(), found.end(), kind
                    break


def _initials(folded: Folded, identity: Identity) -> Iterator[Span]:
    """W.M.M., W M M, WMM: somebody's initials, all or the first ones, or the first and the last of them."""
    every = identity.initials
    beginnings = {every[:count] for count in range(2, len(every) + 1)}
    for letters in sorted(beginnings | {every[:1] + every[-1:], every[-1:] + every[:-1]}):
        if len(letters) < 2:
            continue
        dotted = re.compile(r"(?<![^\W_])" + r"(?:[.\s\-·]{1,2})".join(letters) + r"(?:\.|(?![^\W_]))")
        for found in dotted.finditer(folded.text):
            if _are_initials(folded, found, letters):
                yield found.start(), found.end(), NAME
        for found in re.finditer(rf"(?<![^\W_]){letters}(?![^\W_])", folded.text):
            told = len(letters) > 2 and letters not in ORDINARY
            if letters not in ACRONYMS and (told or all(folded.capitals[found.start() : found.end()])):
                yield found.start(), found.end(), NAME


def _are_initials(folded: Folded, found: re.Match[str], letters: str) -> bool:
    """Not "9 a.m.", "e.g.", or a small word and a letter that happen to follow each other."""
    before = folded.text[: found.start()].rstrip()
    if letters in {"am", "pm", "eg", "ie", "ps"}:
        return not (before[-1:].isdigit() or not folded.capitals[found.start()])
    if "." in found[0]:
        return True
    places = [place for place in range(found.start(), found.end()) if folded.text[place].isalpha()]
    return folded.capitals[places[0]] and folded.capitals[places[-1]]


def _with_initials(folded: Folded, identity: Identity, span: Span) -> Span:
    """A name together with a title or initials that stand beside it: "Mr W. May", "Will M."."""
    start, end, kind = span
    letters = "".join(sorted(set(identity.initials)))
    if letters:
        before = re.search(rf"(?<![^\W_])(?:[{re.escape(letters)}][.\s]{{1,2}}){{1,4}}$", folded.text[:start])
        if before and folded.capitals[before.start()]:
            start = before.start()
        after = re.match(rf"\s(?:[{re.escape(letters)}](?:\.|(?![^\W_]))[.\s]?){{1,3}}", folded.text[end:])
        if after and folded.capitals[end + 1]:
            end += len(after[0].rstrip())
            last = re.match(rf"\s(?:{'|'.join(map(re.escape, identity.families))})(?![^\W_])", folded.text[end:])
            end += len(last[0]) if last else 0
    small = re.search(rf"(?<![^\W_])(?:(?:{'|'.join(sorted(PARTICLES))})\s)+$", folded.text[:start])
    if small and set(small[0].split()) <= set(identity.families):
        start = small.start()
    title = re.search(rf"(?<![^\W_])(?:{'|'.join(sorted(TITLES))})\.?\s$", folded.text[:start])
    return (title.start() if title else start), end, kind


def _merged(folded: Folded, spans: Iterable[Span]) -> list[Span]:
    """Without overlaps; names that stand side by side become one, so that nobody counts them."""
    merged: list[Span] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if merged:
            first, last, before = merged[-1]
            beside = before == kind and bool(_JOINED.fullmatch(folded.text[last:start])) if start >= last else False
            if start < last or beside:
                both = CONTACT if CONTACT in (before, kind) else before
                merged[-1] = (first, max(last, end), both)
                continue
        merged.append((start, end, kind))
    return merged
