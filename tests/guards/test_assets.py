"""What is served as built, and what no template may hold."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "portal/templates").rglob("*.html"))
STYLES = sorted((ROOT / "portal/static").glob("*.css"))
PICTURES = sorted([*(ROOT / "portal/templates").rglob("*.svg"), *(ROOT / "portal/static").glob("*.svg")])
SVG = "{http://www.w3.org/2000/svg}"


def test_there_is_something_to_guard() -> None:
    assert {path.name for path in STYLES} == {"public.css", "staff.css"}
    assert len(PICTURES) >= 10
    assert len(TEMPLATES) >= 20


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_hold_nothing_that_is_not_ours_to_use(path: Path) -> None:
    text = path.read_text()
    for word in ("GDS Transport", "crown", "@font-face", "@import"):
        assert word.lower() not in text.lower(), word
    assert not re.search(r"url\((?!\"?data:)", text), "a stranger's page loads nothing else"


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_pictures_are_well_formed_and_titled(path: Path) -> None:
    root = ElementTree.fromstring(path.read_text())
    title = root.find(f"{SVG}title")
    assert root.tag == f"{SVG}svg"
    assert title is not None and title.text
    assert not [node for node in root.iter() if "style" in node.attrib or node.tag == f"{SVG}script"]


def test_scripts_import_only_files_whose_names_hold_a_version() -> None:
    found = [
        (path.parent / name)
        for path in (ROOT / "assets/js").glob("*.js")
        for name in re.findall(r'from "\./([^"]+)"', path.read_text())
    ]
    assert found
    for imported in found:
        assert (ROOT / "portal/static" / imported.name).is_file(), imported.name
        assert re.search(r"-\d+\.\d+\.\d+\.", imported.name), "cached for ever, so the name must change with it"


def test_the_npm_lock_holds_hashes_and_no_addresses() -> None:
    lock = json.loads((ROOT / "assets/package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in entry for entry in packages.values())
    assert all(entry.get("integrity") for entry in packages.values())


# Mail has no content policy, and mail readers need their styles inline.
PAGES = [path for path in TEMPLATES if not path.is_relative_to(ROOT / "portal/templates/mail")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "portal/templates")))
def test_templates_hold_no_inline_script_style_or_handler(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"\shx-on", text)
    assert not re.search(r"javascript:|\bjs:", text)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text))
    assert "|safe" not in re.sub(r"\s", "", text), "nothing a person wrote may skip escaping"


def test_no_source_of_ours_is_long() -> None:
    ours = [*(ROOT / "assets/src").rglob("*.scss"), *(ROOT / "assets/js").glob("*.js"), *(ROOT / "assets").glob("*.py"),
            *(ROOT / "assets/drawing").glob("*.py"), *TEMPLATES]  # fmt: skip
    assert [path.name for path in ours if len(path.read_text().splitlines()) > 400] == []
