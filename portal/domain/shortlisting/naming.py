"""Whether a word is somebody's name here, or the ordinary word it also is. Decided by how it stands in its sentence.

"I will mark the date in May", by Will Mark May, stays as it is; "Ask Will", "call me will" and "Mr May" do not.
Where nothing tells, a word written as a name is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.domain.shortlisting.folding import Folded, Token
from portal.domain.shortlisting.identity import NAME, PLACE, Identity
from portal.domain.shortlisting.ordinary import (
    AFTER_NAMES,
    DATE_BEFORE,
    DATED,
    DETERMINERS,
    FIRST_NAMES,
    NO_NICKNAMES,
    NO_PLURALS,
    OBJECTS,
    ORDINARY,
    SUBJECTS,
    TITLES,
)

Span = tuple[int, int, str]
NEAR = 60  # letters before a word that say what it is
_CALLED = (
    r"(?:\bname(?:'s| is| was|:| =)|\bnames (?:is|are)|\bcalled|\bcall(?:s|ed|ing)? (?:me|him|her|us|myself)|"
    r"\bknown (?:\w+ )?as|\baka|a\.k\.a\.?|\bgo(?:es)? by|\bnickname(?:d|'s| is| was|:)|\bsurname(?:'s| is|:)|"
    r"\bsay|\bsigned|\bsincerely|\bregards|\bfaithfully)[\s:,\"'(]*$"
)
_NAMING = re.compile(_CALLED)
_SELF = re.compile(r"\b(?:i am|i'm|im|this is|it's|it is|me,|myself,)[\s\"'(]*$")
_LIVING = re.compile(
    r"\b(?:live[sd]? in|living in|born in|based in|moved to|moving to|grew up in|from near|here in)\s$"
)
_NICKNAME = re.compile(
    r"\b(?:calls? me|called me|call myself|i(?:'m| am) called|known (?:\w+ )?as|nickname(?:'s| is| was|:)|i go by|"
    r"go by the name(?: of)?|answer to|aka|(?:friends|mates|people|everyone|everybody|family) (?:just )?say)[\s:,]*"
    r"(?:the )?[\"'(]*([^\W\d_]{2,}(?:[-'][^\W\d_]+)?)"
)
_SENTENCE_END = re.compile(r"(?:^|[.!?…•\n]|\n\s*[-*])[\s\"'(\[]*$")
_BESIDE = re.compile(r"(?:[ '\"()\-/_&]|\.(?! )){0,3}|, ")  # what may stand inside a name: no end of a sentence


def nicknames_in(folded: Folded, identity: Identity) -> set[str]:
    """What somebody says they are called: "everyone calls me Bill", 'William "Tiny" May'."""
    found = {match[1].replace("'", "") for match in _NICKNAME.finditer(folded.text)}
    for first in identity.givens:
        for last in identity.families:
            between = rf"\b{re.escape(first)}[\s,]*[\"'(]+([^\W\d_]{{2,}})[\"')]+[\s,]*{re.escape(last)}\b"
            found |= {match[1] for match in re.finditer(between, folded.text)}
    return found - NO_NICKNAMES - ORDINARY_NICKNAMES


ORDINARY_NICKNAMES = SUBJECTS | DETERMINERS | OBJECTS


@dataclass(frozen=True)
class Reader:
    """Goes through one text's words with what is known of somebody."""

    folded: Folded
    identity: Identity
    tokens: Sequence[Token]

    def spans(self) -> Iterator[Span]:
        for place, token in enumerate(self.tokens):
            for form in dict.fromkeys((token.text, token.text.removesuffix("s"))):  # "the Mays"
                kind = self._kind(form)
                if kind is not None and (form not in ORDINARY or self._is_name(place, token, form, kind)):
                    yield token.start, token.end, kind

    def _kind(self, form: str) -> str | None:
        if form in self.identity.names:
            return NAME
        return PLACE if form in self.identity.places else None

    def _is_name(self, place: int, token: Token, form: str, kind: str) -> bool:
        before = self._before(token)
        if kind is PLACE and _LIVING.search(before):
            return True
        if self._beside_title(place) or _NAMING.search(before) or self._whole_name(place):
            return True
        if not token.capital or self._shouting(place):
            return bool(_SELF.search(before)) and kind is NAME and form in FIRST_NAMES and not self._dated(place)
        if token.shouted and self._word(place - 1) in SUBJECTS and form in FIRST_NAMES:
            return False  # "I WILL"
        if self._dated(place):
            return False
        if token.possessive or self._beside_own(place):
            return True
        return self._begins_as_name(place, token) if _SENTENCE_END.search(before) else True

    def _begins_as_name(self, place: int, token: Token) -> bool:
        """The first word of a sentence has its capital anyway."""
        following = self._word(place + 1)
        if following in OBJECTS and self._close(place):
            return False
        after = self._at(place + 1)
        if token.text in FIRST_NAMES or after is None or after.capital or not self._close(place):
            return True
        return following in AFTER_NAMES

    def _before(self, token: Token) -> str:
        """The last of what stands before a word; a mark says that it is not all."""
        begins = token.start - NEAR
        return self.folded.text[: token.start] if begins <= 0 else "x" + self.folded.text[begins : token.start]

    def _beside_title(self, place: int) -> bool:
        return self._word(place - 1) in TITLES and self._close(place - 1)

    def _dated(self, place: int) -> bool:
        """A month or a season that says when."""
        if self.tokens[place].text not in DATED:
            return False
        before, after = self._word(place - 1), self._word(place + 1)
        if before in DATE_BEFORE or (before or "-")[0].isdigit():
            return True
        if before == "of" and re.match(r"\d|end|beginning|start|middle|month|rest", self._word(place - 2) or "-"):
            return True
        if before in {"and", "or", "to", "until", "between"} and self._word(place - 2) in DATED | {"between"}:
            return True
        return bool(
            after
            and self._close(place)
            and (
                after[:1].isdigit()
                or after in {"bank", "half"}
                or (after in {"and", "or", "to", "until"} and self._word(place + 2) in DATED)
            )
        )

    def _whole_name(self, place: int) -> bool:
        """With its neighbours a first and a last name, in capitals or not: "will may", "will mark may". A sentence that
        goes on as one with a verb in it, "I will mark", is left alone."""
        if self._pair(place - 1) or self._pair(place):
            return True
        here, after = self._word(place), self._word(place + 1)
        leads = here in self.identity.givens and after in self.identity.givens and self._close(place)
        return leads and self._pair(place + 1) and not self._reads_as_verb(place)

    def _pair(self, first: int) -> bool:
        here, after = self._at(first), self._at(first + 1)
        if here is None or after is None or not self._close(first):
            return False
        capitals = here.capital and after.capital and not self._shouting(first)
        if self.identity.follows(here.text, after.text):
            return capitals or not self._reads_as_verb(first)
        # The last name first: "May, Will", but no "may mark" in small letters.
        comma = self.folded.text[here.end : after.start].startswith(",")
        return self.identity.follows(after.text, here.text) and (capitals or comma)

    def _reads_as_verb(self, first: int) -> bool:
        """ "I will mark", "neighbours will cook", "the council may grant": these words do their ordinary work."""
        before = self._word(first - 1)
        if before is None or _SENTENCE_END.search(self._before(self.tokens[first])):
            return False
        modal = self.tokens[first].text in {"will", "may"}
        plural = modal and before.endswith("s") and before not in NO_PLURALS
        return before in SUBJECTS or before in DETERMINERS or plural or self._word(first - 2) in DETERMINERS

    def _beside_own(self, place: int) -> bool:
        """Another of their names, with a capital too, stands next to it."""
        return any(
            other is not None and other.capital and other.text in self.identity.names and self._close(min(place, at))
            for at, other in ((place - 1, self._at(place - 1)), (place + 1, self._at(place + 1)))
        )

    def _shouting(self, place: int) -> bool:
        """Everything around is in capitals, so that this one's say nothing."""
        around = [self._at(at) for at in (place - 2, place - 1, place + 1, place + 2)]
        words = [each for each in around if each is not None and len(each.text) > 1]
        return self.tokens[place].shouted and len(words) > 1 and all(each.shouted for each in words)

    def _at(self, place: int) -> Token | None:
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def _word(self, place: int) -> str | None:
        token = self._at(place)
        return token.text if token is not None else None

    def _close(self, place: int) -> bool:
        """Whether the word at `place` and the next stand side by side."""
        here, after = self._at(place), self._at(place + 1)
        if here is None or after is None:
            return False
        return (
            bool(_BESIDE.fullmatch(self.folded.text[here.end : after.start]))
            and "\n" not in (self.folded.text[here.end : after.start])
        )
