"""What tells whose an application is, as the words and patterns that a text is searched for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise

from nicknames import NickNamer

from portal.domain.shortlisting.folding import TOKEN, fold, squeezed
from portal.domain.shortlisting.ordinary import (
    ORDINARY,
    PARTICLES,
    PLACE_PARTICLES,
    POSTBOXES,
    PROVIDERS,
    STREETS,
    WRITTEN_SHORT,
)

NAME, PLACE, CONTACT, DATE, HAND = "name hidden", "place hidden", "contact hidden", "date hidden", "words hidden"
BETWEEN = r"[\s.\-_*/,·|]"  # what people put between letters they spell out
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
COUNTED = (  # house numbers as words
    rf"(?:(?:{_TENS})(?:[\s-](?:{_UNITS}))?|{_UNITS}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen)"
)
SHORTEST_PART = 5  # letters of a name that is found inside a longer word
_usual = NickNamer()


def _forms(first: str) -> set[str]:
    """The long forms of a first name, and the short and written ones of each: will → william → bill, willy, wm."""
    whole = {first} | set(_usual.canonicals_of(first))
    short = {form for each in whole for form in _usual.nicknames_of(each)}
    return whole | short | {form for each in whole for form in WRITTEN_SHORT.get(each, ())}


def name_parts(name: str) -> list[str]:
    """The single names of a name, folded: "Anne-Marie O'Neil" → anne, marie, oneil."""
    return [each[0].replace("'", "") for each in TOKEN.finditer(fold(name).text)]


def spelled(word: str, fewest: int = 1) -> str:
    """A pattern for a word spelled out, its letters spaced, dotted or dashed; with 0 as it stands, too."""
    return r"(?<![^\W_])" + f"{BETWEEN}{{{fewest},3}}".join(map(re.escape, word)) + r"(?![^\W_])"


@dataclass(frozen=True)
class Identity:
    """Whose it is, as the answers say. `nicknames` are learned from what they write; `by_hand` was hidden by people."""

    given: str
    family: str
    email: str = ""
    phone: str = ""
    born: date | None = None
    age: int | None = None  # in years, today
    address: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    postcode: str = ""
    reference: str = ""
    by_hand: tuple[str, ...] = ()
    nicknames: frozenset[str] = field(default=frozenset())

    # Names

    @cached_property
    def givens(self) -> list[str]:
        return [part for part in name_parts(self.given) if len(part) > 1 or not part.isascii()]

    @cached_property
    def families(self) -> list[str]:
        return [part for part in name_parts(self.family) if len(part) > 1 or not part.isascii()]

    @cached_property
    def first_names(self) -> frozenset[str]:
        """The given names, their usual forms, and what the person says they are called."""
        forms = {form for part in self.givens for form in _forms(part)}
        return frozenset(self.givens) | {form for form in forms if len(form) > 1} | self.nicknames

    @cached_property
    def names(self) -> frozenset[str]:
        return (self.first_names | frozenset(self.families)) - (PARTICLES - self.nicknames)

    @cached_property
    def initials(self) -> str:
        """Every name's first letter, in order: "wmm" for Will Mark May."""
        return "".join(part[0] for part in (*name_parts(self.given), *name_parts(self.family)))

    @cached_property
    def glued(self) -> frozenset[str]:
        """Names run together, as in addresses and handles: willmay, maywill, billmay, wmay, willm."""
        found = {first + last for first in self.first_names for last in self.families}
        found |= {last + first for first in self.first_names for last in self.families}
        found |= {first[0] + last for first in self.givens for last in self.families if len(last) > 2}
        found |= {"".join(self.givens + self.families), "".join(self.families), "".join(self.givens)} - self.names
        return frozenset(each for each in found if len(each) > 3)

    @cached_property
    def run_together(self) -> re.Pattern[str]:
        """Those, over a word's letters and figures: long ones anywhere in it, short ones at an end."""
        long = [re.escape(each) for each in sorted(self.glued) if len(each) > 5]
        short = [re.escape(each) for each in sorted(self.glued) if len(each) <= 5]
        ends = [f"^(?:{'|'.join(short)})", rf"(?:{'|'.join(short)})\d*$"] if short else []
        return re.compile("|".join([*long, *ends]) or r"(?!)")

    # Places

    @cached_property
    def streets(self) -> list[list[str]]:
        """Each line of the address as its words, numbers left out."""
        lines = [name_parts(line) for line in self.address]
        return [[word for word in line if not any(char.isdigit() for char in word)] for line in lines if line]

    @cached_property
    def house_numbers(self) -> frozenset[str]:
        return frozenset(word for line in self.address for word in name_parts(line) if word[0].isdigit())

    @cached_property
    def places(self) -> frozenset[str]:
        """Single words of the address that stand for it alone."""
        streets = {word for line in self.streets for word in line if word not in STREETS and not self._short(word)}
        towns = {word for town in self.towns for word in name_parts(town)}
        return frozenset(word for word in streets | towns if len(word) > 2) - PLACE_PARTICLES - {"flat", "house"}

    @staticmethod
    def _short(word: str) -> bool:
        return any(word in short.split("|") for short in STREETS.values())

    # Both

    @cached_property
    def inside(self) -> dict[str, str]:
        """Names and places long and rare enough to be found at either end of a longer word, with what they are."""
        rare = dict.fromkeys(self.places, PLACE) | dict.fromkeys((*self.givens, *self.families), NAME)
        return {word: kind for word, kind in rare.items() if len(word) >= SHORTEST_PART and word not in ORDINARY}

    @cached_property
    def phrases(self) -> list[tuple[re.Pattern[str], str]]:
        """Patterns over folded text that give somebody away wherever they stand, each with what to say instead."""
        found = [(spelled(word), NAME) for word in sorted({*self.givens, *self.families} - PARTICLES)]
        found += [(self._parts(name), NAME) for name in self._of_parts()]
        found += [(pattern, PLACE) for pattern in self._place_phrases()]
        found += [(pattern, CONTACT) for pattern in self._contact_phrases()]
        found += [(pattern, DATE) for pattern in self._birthdays()]
        found += [(self._by_hand(piece), HAND) for piece in self.by_hand if squeezed(piece)]
        return [(re.compile(pattern), kind) for pattern, kind in found]

    def _of_parts(self) -> list[str]:
        """Names of several parts that are not all ordinary words: O'Neil, van der Berg, Okafor-Hale."""
        whole = [self.given, self.family, *re.split(r"[\s\-]+", f"{self.given} {self.family}")]
        parted = [name for name in whole if len(re.split(r"\W+", name.strip())) > 1]
        return [name for name in parted if not set(name_parts(name)) <= ORDINARY]

    @staticmethod
    def _parts(name: str) -> str:
        """A name of several parts, however they are joined: O'Neil, o neil, van-der-Berg."""
        parts = re.split(r"[^\w]+", fold(name).text.strip())
        return r"(?<![^\W_])" + r"[\s.\-']{0,3}".join(map(re.escape, parts)) + r"(?![^\W_])"

    def _place_phrases(self) -> Iterable[str]:
        number = rf"(?:(?<![^\W_])(?:\d{{1,4}}[a-z]?|{COUNTED})[\s,]{{1,3}})?"
        for line in self.streets:
            if len(line) > 1:
                words = [f"(?:{word}|{STREETS[word]})" if word in STREETS else re.escape(word) for word in line]
                yield rf"{number}(?<![^\W_])" + r"[\s.\-]*".join(words) + r"(?![^\W_])"
            for house in sorted(self.house_numbers):
                if line:
                    yield rf"(?<![^\W_]){house}[\s,]{{1,3}}{re.escape(line[0])}(?![^\W_])"
        for house in sorted(self.house_numbers):
            yield rf"(?<![^\W_])(?:number|no|nr|flat|house|apartment|apt)[\s.:]{{1,3}}{house}(?![^\W_])"
        for town in self.towns:
            yield (
                r"(?<![^\W_])" + r"[\s.\-]+".join(map(re.escape, name_parts(town))) + r"(?![^\W_])"
                if " " in town
                else (spelled("".join(name_parts(town))) if town not in ORDINARY and len(town) > 3 else r"(?!)")
            )
        code = squeezed(self.postcode)
        if len(code) > 4:
            yield spelled(code, 0)
            yield spelled(code[:-2], 0)  # the sector
            yield spelled(code[:-3], 0)  # the outward code
            yield rf"(?<![^\W_]){code[-3:]}(?![^\W_])"

    def _contact_phrases(self) -> Iterable[str]:
        local, _, domain = self.email.partition("@")
        mailbox, label = squeezed(local.partition("+")[0]), squeezed(domain.partition(".")[0])
        if len(mailbox) > 3 and mailbox not in POSTBOXES and mailbox not in ORDINARY:
            yield r"(?<![^\W_])" + r"[._\-\s]?".join(map(re.escape, mailbox)) + r"(?![^\W_])"
        if domain:
            yield re.escape(fold(domain).text)
        if len(label) >= SHORTEST_PART and label not in PROVIDERS and label not in ORDINARY:
            yield rf"(?<![^\W_]){re.escape(label)}(?![^\W_])"
        digits = re.sub(r"\D", "", self.phone)
        if len(digits) >= 9:
            own = digits.removeprefix("0044").removeprefix("44").removeprefix("0")
            for tail in range(6, len(own) + 1):
                yield (
                    r"(?<!\d)(?:\+?(?:00)?44[\s.\-()]{0,3})?(?:0[\s.\-()]{0,3})?"
                    + r"[\s.\-()/,_*|·]{0,3}".join(own[-tail:])
                    + r"(?!\d)"
                )
        if self.reference:
            bare = squeezed(self.reference)
            yield spelled(bare, 0)
            yield spelled(bare[-8:], 0)

    def _birthdays(self) -> Iterable[str]:
        if self.age is not None:
            years_old = "|".join(str(self.age + more) for more in (-1, 0, 1))
            counted = r"(?!\s?(?:%|per|min|hour|mile|of))"
            yield rf"(?<![^\W_])(?:i am|i'm|im|aged?|turn(?:ed|ing)?)\s(?:{years_old})(?![^\W_]){counted}"
            yield rf"(?<![^\W_])(?:{years_old})[\s-](?:years?|yrs?|y)[\s/-](?:old|o)(?![^\W_])"
        if self.born is None:
            return
        day, month, year = self.born.day, self.born.month, self.born.year
        words = f"(?:{fold(f'{self.born:%B}').text}|{fold(f'{self.born:%b}').text})"
        years = rf"(?:{year}|{year % 100:02})"
        figures = rf"0?{day}\s?[./\-\s]\s?0?{month}"
        yield rf"(?<!\d){figures}\s?[./\-\s]\s?{years}(?!\d)"
        yield rf"(?<!\d){year}\s?[./\-\s]\s?0?{month}\s?[./\-\s]\s?0?{day}(?!\d)"
        yield rf"(?<!\d)0?{day}(?:st|nd|rd|th)?\s(?:of\s)?{words}(?:[\s,]+{years})?(?![^\W_])"
        yield rf"(?<![^\W_]){words}\s0?{day}(?:st|nd|rd|th)?(?:[\s,]+{years})?(?![^\W_])"
        yield rf"(?<![^\W_])born\b[^.!?\n]{{0,40}}?{year}(?!\d)"

    @staticmethod
    def _by_hand(piece: str) -> str:
        return r"[\W_]{1,4}".join(re.escape(each[0]) for each in TOKEN.finditer(fold(piece).text))

    def follows(self, first: str, second: str) -> bool:
        """Whether these two words in this order are a first and a last name, or two last names."""
        lasts = frozenset(self.families)
        return (first in self.first_names and second in lasts) or (first, second) in set(pairwise(self.families))
