"""Every form of a page, filled in as somebody would who wants it to be taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import html5lib

XHTML = "{http://www.w3.org/1999/xhtml}"
PLAUSIBLE = {"email": "somebody.else@example.org", "number": "3", "date": "2018-01-20", "time": "10:00"}
PARTS = {"day": "20", "month": "1", "year": "2018"}  # of a date that is asked for in three boxes
KINDS = {"postal-code": "ME14 1XX", "tel": "07700 900 981", "given-name": "Sam", "family-name": "Okafor"}
WORDS = "A few plain words."


@dataclass(frozen=True)
class Form:
    """Where it goes, and what it sends by one of its buttons: several values under one name as a browser would.

    `known` are all names the form has, those it does not send by this button too.
    """

    action: str
    fields: dict[str, list[str]]
    known: frozenset[str] = field(compare=False)
    pressed: tuple[str, str] = ("", "")  # the name and the value of its button

    @property
    def prefixes(self) -> set[str]:
        """`role-` for a form whose fields are called role-name and so on; none for most."""
        return {name.partition("-")[0] + "-" for name in self.known if "-" in name and name[0].isalpha()}


def forms_of(page: str, address: str) -> list[Form]:
    """The forms of a page that are sent by POST, one for each button that says something of its own."""
    tree, found = html5lib.parse(page), list[Form]()
    for node in tree.iter(XHTML + "form"):
        if node.get("method", "").lower() == "post" or node.get("hx-post"):
            parts = _parts(tree, node)
            fields, known = _fields(parts), frozenset(each.get("name") or "" for each in parts) - {""}
            action = node.get("action") or node.get("hx-post") or address
            for button in _buttons(parts):
                name, value = button.get("name", ""), button.get("value", "")
                said = {name: [value]} if name else {}
                form = Form(button.get("formaction") or action, fields | said, known, (name, value))
                found += [form] if form not in found else []
    return found


def _parts(tree: Element, form: Element) -> list[Element]:
    """What belongs to a form: what stands in it, and what says so from elsewhere."""
    inside = list(form.iter())
    named = [node for node in tree.iter() if form.get("id") and node.get("form") == form.get("id")]
    return inside + [node for node in named if node not in inside]


def _buttons(parts: list[Element]) -> list[Element]:
    usual = {XHTML + "button": "submit", XHTML + "input": "text"}
    found = [node for node in parts if node.tag in usual and node.get("type", usual[node.tag]) == "submit"]
    return found or [Element("none")]


def _fields(parts: list[Element]) -> dict[str, list[str]]:
    fields: defaultdict[str, list[str]] = defaultdict(list)
    chosen = {node.get("name") for node in parts if node.get("checked") is not None}
    for node in parts:
        name = node.get("name", "")
        if name and node.get("disabled") is None:
            fields[name] += _values(node, name, chosen)
    return {name: values for name, values in fields.items() if values}


def _values(node: Element, name: str, chosen: set[str | None]) -> Iterator[str]:
    kind = node.get("type", "text")
    if node.tag == XHTML + "select":
        options = [option.get("value") or "" for option in node.iter(XHTML + "option")]
        picked = [option.get("value") or "" for option in node.iter(XHTML + "option") if "selected" in option.attrib]
        yield next((value for value in (*picked, *options) if value), "")
    elif node.tag == XHTML + "textarea":
        yield (node.text or "").strip() or WORDS
    elif node.tag == XHTML + "input" and kind in {"radio", "checkbox"}:
        if node.get("checked") is not None or name not in chosen:  # the first of a group, where none is ticked
            chosen.add(name)
            yield node.get("value", "on")
    elif node.tag == XHTML + "input" and kind not in {"submit", "button", "file", "image"}:
        yield node.get("value") or ("" if kind == "hidden" else _plausible(node, kind))


def _plausible(node: Element, kind: str) -> str:
    part = PARTS.get(node.get("id", "").rpartition("-")[2])
    usual = "20" if node.get("inputmode") == "numeric" else WORDS
    return part or KINDS.get(node.get("autocomplete", "")) or PLAUSIBLE.get(kind, usual)
