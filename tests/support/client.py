"""A test client that judges every page it gets, so that no test has to ask for the basics.

Well-formed HTML, one h1, a title, unique ids, a label for every input, a token in every signed-in
form, no inline script, style or handler, and none of the canaries planted in sensitive answers.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from xml.etree import ElementTree

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

XHTML = "{http://www.w3.org/1999/xhtml}"
NEEDS_LABEL = {"input", "select", "textarea"}
NO_LABEL = {"hidden", "submit", "button", "image"}
BROWSER = {"Sec-Fetch-Site": "same-origin"}
TOKEN = re.compile(rb'(?<=name="csrf_token" value=")[^"]*')
_judged: set[bytes] = set()  # pages found to be good, but for their token: parsing one takes longer than making it


class JudgingClient(FlaskClient):
    """Sends what a browser sends, and judges whole HTML pages. `canaries` must never appear."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.canaries: set[str] = set()

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs["headers"] = {**BROWSER, **dict(kwargs.get("headers") or {})}
        with self.application.app_context():  # a request shares nothing with the test or with another request
            response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data:
            judge_once(response)
            leaked = sorted(canary for canary in self.canaries if canary in response.text)
            assert not leaked, f"a page showed {leaked}"
        return response

    def tokens(self, page: str) -> dict[str, str]:
        """The token of the page's form, to post with it."""
        tree = html5lib.parse(page)
        found = [node.get("value", "") for node in tree.iter(XHTML + "input") if node.get("name") == "csrf_token"]
        return {"csrf_token": found[0]} if found else {}


def judge_once(response: TestResponse) -> None:
    """Judges a page, unless the very same one was good before."""
    page = hashlib.blake2b(TOKEN.sub(b"", response.data)).digest()
    if page not in _judged:
        judge(response.text, whole=response.data.lstrip().startswith(b"<!doctype"))
        _judged.add(page)


def judge(page: str, *, whole: bool = True) -> None:
    """Raises AssertionError with everything wrong with a page."""
    parser = html5lib.HTMLParser(strict=False)
    tree: ElementTree.Element = parser.parse(page) if whole else parser.parseFragment(page)
    nodes = [node for node in tree.iter() if isinstance(node.tag, str)]
    wrong = [f"parse error {code} at {position}" for position, code, _ in parser.errors] if whole else []
    wrong += _ids(nodes) + _labels(nodes) + _inline(nodes)
    if whole:
        wrong += _frame(nodes)
    assert not wrong, "\n".join(wrong)


def _named(nodes: list[ElementTree.Element], name: str) -> list[ElementTree.Element]:
    return [node for node in nodes if node.tag == XHTML + name]


def _frame(nodes: list[ElementTree.Element]) -> list[str]:
    wrong = []
    if len(_named(nodes, "h1")) != 1:
        wrong.append(f"{len(_named(nodes, 'h1'))} h1 headings")
    if not any("".join(title.itertext()).strip() for title in _named(nodes, "title")):
        wrong.append("no title")
    if not any(node.get("lang") for node in _named(nodes, "html")):
        wrong.append("no language")
    return wrong


def _ids(nodes: list[ElementTree.Element]) -> list[str]:
    ids = [node.get("id", "") for node in nodes if node.get("id")]
    return [f"id {name!r} twice" for name in sorted({name for name in ids if ids.count(name) > 1})]


def _labels(nodes: list[ElementTree.Element]) -> list[str]:
    labelled = {node.get("for") for node in _named(nodes, "label")}
    wrapped = {id(inner) for label in _named(nodes, "label") for inner in label.iter()}
    return [
        f"no label for {node.get('name')}"
        for kind in NEEDS_LABEL
        for node in _named(nodes, kind)
        if node.get("type") not in NO_LABEL
        and node.get("id") not in labelled
        and id(node) not in wrapped
        and not node.get("aria-label")
        and not node.get("aria-labelledby")
    ]


def _inline(nodes: list[ElementTree.Element]) -> list[str]:
    wrong = [f"style attribute on {node.tag}" for node in nodes if node.get("style") is not None]
    wrong += [f"handler {name}" for node in nodes for name in node.attrib if str(name).startswith("on")]
    wrong += ["inline script" for node in _named(nodes, "script") if not node.get("src")]
    wrong += ["inline style" for _ in _named(nodes, "style")]
    return wrong
