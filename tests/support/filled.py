"""A page's form as a browser would send it back, untouched: what tests change one thing of."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Form(HTMLParser):
    """The fields of the first form that has a box to type or choose in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[dict[str, Any]] = []
        self._select = self._area = ""
        self._first = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.forms.append({})
        elif not self.forms or (not name and tag != "option"):
            return
        elif tag == "input":
            self._input(given, name)
        elif tag == "select":
            self._select, self._first = name, True
        elif tag == "option" and self._select and ("selected" in given or self._first):
            self.forms[-1][self._select], self._first = given.get("value") or "", False
        elif tag == "textarea":
            self._area = name
            self.forms[-1][name] = ""

    def _input(self, given: dict[str, str | None], name: str) -> None:
        kind, value = given.get("type") or "text", given.get("value") or ""
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        self.forms[-1][name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][self._area] += data


def filled(html: str) -> dict[str, Any]:
    """The largest form of a page, as it stands."""
    parser = _Form()
    parser.feed(html[html.index("<main") :])
    return max(parser.forms, key=len)
