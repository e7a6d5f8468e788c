"""Numbers, lists and spans of days as a sentence has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def in_words(count: int) -> str:
    """two, ten, twelve, 13"""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else f"{count:,}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """one day, ten days, two people"""
    return f"{in_words(count)} {one if count == 1 else many or one + 's'}"


def joined(names: Sequence[str], word: str = "and") -> str:
    """Maidstone, Sevenoaks and Tonbridge"""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else ""


def capital(text: str) -> str:
    """The first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def span(first: date, last: date) -> str:
    """1 to 28 February; 28 April to 24 June; 20 December 2018 to 3 January 2019"""
    if first == last:
        return f"{first.day} {first:%B}"
    if first.year != last.year:
        return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"
    start = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"{start} to {last.day} {last:%B}"


def months(first: date, last: date) -> str:
    """March; March and April; March to June"""
    names = [f"{day:%B}" for day in month_starts(first, last)]
    return joined(names) if len(names) < 3 else f"{names[0]} to {names[-1]}"


def month_starts(first: date, last: date) -> list[date]:
    """`first`, then the first of each month after it up to `last`."""
    starts = [first]
    while (following := (starts[-1].replace(day=1) + timedelta(days=31)).replace(day=1)) <= last:
        starts.append(following)
    return starts
