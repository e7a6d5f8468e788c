# ruff: noqa: RUF001 - look-alikes are what this file is about
"""Text as a search sees it: no capitals, accents or look-alikes, and the way back to each letter as it was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_SAME = str.maketrans(
    {
        "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe",
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
        # letters of other alphabets that look like ours
        "а": "a", "в": "b", "е": "e", "һ": "h", "і": "i", "ј": "j", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p",
        "с": "c", "ѕ": "s", "т": "t", "у": "y", "ԝ": "w", "х": "x", "α": "a", "ε": "e", "ι": "i", "κ": "k", "ν": "v",
        "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x",
    }
)  # fmt: skip
TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


class Token(NamedTuple):
    """A word of the folded text, with how it was written. A possessive's "'s" is cut off."""

    text: str
    start: int
    end: int
    capital: bool
    shouted: bool  # every letter a capital, and more than one
    possessive: bool


@dataclass(frozen=True)
class Folded:
    """`at[i]` is where the letter `text[i]` came from; one more says where the writing ends."""

    written: str
    text: str
    at: tuple[int, ...]
    capitals: tuple[bool, ...]

    def tokens(self) -> list[Token]:
        return list(self._tokens())

    def _tokens(self) -> Iterator[Token]:
        for found in TOKEN.finditer(self.text):
            word = found[0]
            possessive = len(word) > 3 and word.endswith("'s")
            yield Token(
                text=(word[:-2] if possessive else word).replace("'", ""),
                start=found.start(),
                end=found.end(),
                capital=self.capitals[found.start()],
                shouted=self._shouted(found.start(), found.end() - 2 * possessive),
                possessive=possessive,
            )

    def _shouted(self, start: int, end: int) -> bool:
        if not self.capitals[start]:
            return False
        letters = [self.capitals[place] for place in range(start, end) if self.text[place].isalpha()]
        return len(letters) > 1 and all(letters)

    def written_span(self, start: int, end: int) -> tuple[int, int]:
        """A piece of the folded text as a piece of the writing, accents and invisible marks included."""
        return self.at[start], max(self.at[end], self.at[end - 1] + 1)


def fold(written: str) -> Folded:
    text: list[str] = []
    at: list[int] = []
    capitals: list[bool] = []
    for place, char in enumerate(written):
        for plain in _plain(char):
            text.append(plain)
            at.append(place)
            capitals.append(char.isupper() or (not char.isascii() and unicodedata.normalize("NFKD", char)[0].isupper()))
    return Folded(written, "".join(text), (*at, len(written)), tuple(capitals))


def _plain(char: str) -> str:
    """One written letter as plain ones: none for accents and marks that cannot be seen."""
    if char == "\n" or (char.isascii() and char.isprintable()):
        return "'" if char == "`" else char.lower()
    if unicodedata.category(char) in {"Cf", "Mn", "Me", "Cc"}:
        return " " if char in "\t\r" else ""
    if char.isspace():
        return " "
    digit = unicodedata.digit(char, None)
    if digit is not None and not char.isascii():
        return str(digit)
    lower = unicodedata.normalize("NFKD", char).lower().translate(_SAME)
    return "".join(each for each in lower if not unicodedata.combining(each))


def squeezed(text: str) -> str:
    """Folded, with letters and figures only."""
    return "".join(char for char in fold(text).text if char.isalnum())
