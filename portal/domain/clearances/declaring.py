"""What the two declarations ask, as data, and what somebody has answered so far. Pure.

Source: both are asked for vetting alone, under its own lawful basis; the wordings are ours, to be confirmed by the
force's vetting unit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.clearances.models import DeclarationKind
from portal.domain.clearances.sealing import LONGEST, TooLong

YES, NO = "yes", "no"
MORE = "_more"  # ends the name of the box beside a question


@dataclass(frozen=True)
class DeclarationQuestion:
    """One yes-or-no question, and what is asked of those who say yes."""

    key: str
    label: str
    hint: str
    more: str


TITLES: dict[DeclarationKind, str] = {
    DeclarationKind.CRIMINAL: "Police and courts",
    DeclarationKind.FINANCE: "Money",
}
WHY: dict[DeclarationKind, str] = {
    DeclarationKind.CRIMINAL: "A yes does not rule you out. Leaving something out may.",
    DeclarationKind.FINANCE: "Debt does not rule you out. We ask whether anybody could use it to put pressure on you.",
}
_WHAT = "What happened, when and where, and what came of it?"
_MONEY = "What is it about, how much, and what have you agreed?"
QUESTIONS: dict[DeclarationKind, tuple[DeclarationQuestion, ...]] = {
    DeclarationKind.CRIMINAL: (
        DeclarationQuestion(
            "convicted",
            "Has a court ever found you guilty of anything?",
            "In any country, at any age. Include what is spent, and motoring offences that went to court.",
            _WHAT,
        ),
        DeclarationQuestion(
            "cautioned",
            "Have you ever had a caution, a warning or a penalty from the police?",
            "Include reprimands, community resolutions and penalty notices for disorder. Leave out parking tickets.",
            _WHAT,
        ),
        DeclarationQuestion(
            "arrested",
            "Have you ever been arrested, or questioned under caution?",
            "Even if nothing came of it.",
            _WHAT,
        ),
        DeclarationQuestion(
            "open",
            "Is anything open now: an investigation, a charge or a court date?",
            "",
            "What is it about, and what happens next?",
        ),
        DeclarationQuestion(
            "close",
            "Has anybody you live with, or are close to, been found guilty of a crime?",
            "Tell us what you know. You do not need to ask them.",
            "Who are they to you, and what do you know of it?",
        ),
    ),
    DeclarationKind.FINANCE: (
        DeclarationQuestion(
            "behind",
            "Are you behind with any payment, or paying off a debt by an arrangement?",
            "Leave out a mortgage, loan or card that you pay on time.",
            _MONEY,
        ),
        DeclarationQuestion(
            "judgment",
            "Has a court told you to pay a debt in the last six years?",
            "For example a county court judgment.",
            _MONEY,
        ),
        DeclarationQuestion(
            "insolvent",
            "Have you ever been bankrupt, or had a voluntary arrangement or a debt relief order?",
            "",
            "When did it begin, and when did it end or will it?",
        ),
        DeclarationQuestion(
            "pressure",
            "Could anybody use your money worries to put pressure on you?",
            "For example somebody you owe, or gamble with.",
            "Tell us as much as you can. It stays with vetting.",
        ),
    ),
}


@dataclass(frozen=True)
class Given:
    """Answers so far: yes or no by question, and the words beside a yes."""

    answers: Mapping[str, str]
    more: Mapping[str, str]

    @classmethod
    def read(cls, written: str) -> Given:
        """What `written` made."""
        kept = json.loads(written)
        return cls(kept["given"], kept["more"])

    @classmethod
    def of(cls, kind: DeclarationKind, typed: Mapping[str, str]) -> Given:
        """From a form's fields; whatever is no answer is left out."""
        keys = [question.key for question in QUESTIONS[kind]]
        answers = {key: typed[key] for key in keys if typed.get(key) in {YES, NO}}
        words = {key: typed.get(key + MORE, "").replace("\r\n", "\n").strip() for key in keys}
        return cls(answers, {key: text for key, text in words.items() if text})

    def written(self) -> str:
        return json.dumps({"given": dict(self.answers), "more": dict(self.more)})

    def fields(self) -> dict[str, str]:
        """As the form's fields have them."""
        return {**self.answers, **{key + MORE: text for key, text in self.more.items()}}

    def check_lengths(self) -> None:
        """Raises TooLong, beside the first box that holds too much."""
        for key, text in self.more.items():
            if len(text) > LONGEST:
                raise TooLong(field=key + MORE)


def missing_in(kind: DeclarationKind, given: Given) -> dict[str, str]:
    """What is still to be answered before it can be sent: words by field, in the order of the page."""
    missing = {}
    for question in QUESTIONS[kind]:
        answer = given.answers.get(question.key)
        if answer is None:
            missing[question.key] = "Choose yes or no"
        elif answer == YES and not given.more.get(question.key):
            missing[question.key + MORE] = "Tell us a little about it"
    return missing
