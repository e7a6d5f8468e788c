"""No file over 400 lines, no function over 40, no import inside a function."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("portal", "tests", "migrations")
    for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts
)
PAGES = sorted(
    path
    for folder in ("portal/templates", "assets/src", "assets/js")
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and path.suffix in {".html", ".txt", ".scss", ".js"}
)
MOST_LINES, MOST_IN_FUNCTION = 400, 40


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sources_stay_small(path: Path) -> None:
    text = path.read_text()
    wrong = [f"{text.count(chr(10))} lines"] if text.count("\n") > MOST_LINES else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_IN_FUNCTION:
                wrong.append(f"{node.name} is {length} lines")
            if any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node)):
                wrong.append(f"{node.name} imports inside itself")
    assert wrong == []


def test_templates_styles_and_scripts_stay_small() -> None:
    assert len(PAGES) > 10
    assert [str(path) for path in PAGES if path.read_text().count("\n") > MOST_LINES] == []
