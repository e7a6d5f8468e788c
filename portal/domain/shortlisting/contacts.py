"""Ways to reach anybody, whoever they are: addresses, numbers, pages, handles and postcodes. All of them are hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.domain.shortlisting.folding import Folded
from portal.domain.shortlisting.identity import CONTACT, PLACE

Span = tuple[int, int, str]
_NOT_INSIDE, _ENDS = r"(?<![^\W_])", r"(?![^\W_])"
_FIGURE = r"(?:zero|oh|o|nought|naught|one|two|three|four|five|six|seven|eight|nine|double|triple|treble|hundred|\d+)"
_NETWORK = (
    r"(?:instagram|insta|twitter|facebook|fb|snapchat|snap|tiktok|youtube|linkedin|telegram|whatsapp|discord|skype|"
    r"pinterest|reddit|mastodon|threads|gamertag|handle|username|user name)"
)
_ENDINGS = "com|org|net|uk|io|info|biz|gov|edu|eu|ie|tv|app|dev|blog|online|site|scot|wales|london"
PATTERNS = [
    re.compile(pattern)
    for pattern in (
        r"(?<![^\s@<>(),;:\"])[^\s@<>(),;:\"]{1,99}\s?@\s?[\w-]{1,63}(?:\s?\.\s?[\w-]{1,63}){1,8}",
        r"(?<![\w.+-])[\w.+-]{1,99}(?:\s(?:dot|\(dot\)|\[dot\])\s[\w+-]+)*\s?(?:\(at\)|\[at\]|\{at\})\s?[\w.-]+(?:\s(?:dot|\(dot\)|\[dot\])\s[a-z]{2,})*",
        r"(?<![\w.+-])[\w.+-]{1,99}(?:\sdot\s[\w+-]{1,63}){0,8}\sat\s[\w-]+(?:\sdot\s[a-z]{2,})+",
        r"(?:https?://|www\.)[^\s\"'<>]+",
        rf"(?<![\w@.-])(?:[a-z0-9-]{{1,63}}\.){{1,8}}(?:{_ENDINGS})(?![\w])(?:/[^\s\"'<>]*)?",
        r"(?<![\w@.])@[a-z0-9_.]{2,}",
        rf"{_NOT_INSIDE}{_NETWORK}(?:\s(?:name|handle|account|page|profile|id))?\s?[:=@]\s?@?[\w.\-]{{2,}}",
        rf"{_NOT_INSIDE}(?:my|his|her|our|their|on|'s)\s{_NETWORK}(?:\s(?:name|handle|account|page|profile|id))?\s(?:is|as|under)\s@?[\w.\-]{{2,}}",
        rf"{_NOT_INSIDE}(?:tel|phone|telephone|mobile|mob|whatsapp)[\s.:]{{1,3}}(?:\d[\s.\-]?){{5,14}}",
        rf"{_NOT_INSIDE}{_FIGURE}(?:[\s,.\-]+{_FIGURE}){{6,}}{_ENDS}",
    )
]
_NUMBER = re.compile(r"(?<![\w£$€.,])[+(]{0,2}[\do](?:[\s.\-()/_*|·]{0,3}[\do]){8,14}(?![\w])")
_POSTCODE = re.compile(
    _NOT_INSIDE + r"[a-pr-uwyz](?:[a-hk-y]\d(?:\d|[abehmnprvwxy])?|\d(?:\d|[abcdefghjkpstuw])?)"
    r"[\s.\-]{0,3}(\d[abd-hjlnp-uw-z]{2})" + _ENDS
)
_ORDINALS = re.compile(r"1st|2nd|3rd|\dth")
FEWEST_DIGITS = 7


def contacts(folded: Folded) -> Iterator[Span]:
    """Every way to reach somebody in this text."""
    for pattern in PATTERNS:
        for found in pattern.finditer(folded.text):
            yield found.start(), _end(found), CONTACT
    for found in _NUMBER.finditer(folded.text):
        if sum(char.isdigit() for char in found[0]) >= FEWEST_DIGITS:
            yield found.start(), found.end(), CONTACT
    for found in _POSTCODE.finditer(folded.text):
        # "on the A20 2nd" is no postcode, "M25 2ND" is one
        if not _ORDINALS.fullmatch(found[1]) or folded.capitals[found.end(1) - 1]:
            yield found.start(), found.end(), PLACE


def _end(found: re.Match[str]) -> int:
    """Without the full stop of the sentence."""
    return found.start() + len(found[0].rstrip(".,;:!?-"))
