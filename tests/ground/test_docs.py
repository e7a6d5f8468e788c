"""What the documents say of settings and commands is so."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from portal.cli import portal
from portal.config import Settings

ROOT = Path(__file__).parents[2]
PRODUCTION = (ROOT / "docs" / "production.md").read_text()
ROW = re.compile(r"^\| `PORTAL_([A-Z0-9_]+)` \| (?:`([^`]*)`)? ?\|", re.MULTILINE)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    told = {name: default or "" for name, default in ROW.findall(PRODUCTION)}
    named = {item.name: "NOW" if item.name == "start_at" else item.name.upper() for item in fields(Settings)}
    assert set(told) == set(named.values())
    kept = {named[item.name]: item.default for item in fields(Settings) if item.name != "master_keys"}
    assert {name: told[name] for name in kept} == {name: _shown(default) for name, default in kept.items()}


def test_every_command_named_is_one() -> None:
    named = set(re.findall(r"portal\.cli ([a-z-]+)", PRODUCTION))
    assert named and named <= set(portal.commands)


def test_every_target_named_in_the_readme_s_documents_is_one() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = document.read_text() if document.exists() else ""
        named = set(
            re.findall(
                r"\bmake ([a-z][a-z-]+)(?=[`\s|,;)])", "\n".join(re.findall(r"`[^`]+`|^make .*$", text, re.MULTILINE))
            )
        )
        assert named <= targets, document.name
