"""What must never be committed: paths of one machine, registries' hosts, secrets, borrowed marks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
THIS = Path(__file__).name
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.:/-])/(?:home|root|work|Users)/[a-z]"),
    "a registry's host": re.compile(r"files\.pythonhosted|pypi\.org/simple|registry\.npmjs"),
    "a private key": re.compile(r"BEGIN (?:RSA |EC )?PRIVATE KEY|AGE-SECRET-KEY-1"),
    "the GDS font": re.compile(r"GDS Transport"),
}
MAY_NAME_THEM = {THIS, "test_assets.py", "build.sh", "README.md", "NOTICES.md"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def test_nothing_forbidden_is_in_the_tree() -> None:
    files = tracked()
    assert len(files) > 50
    found = []
    for path in files:
        if path.suffix in {".png", ".ico", ".pdf"} or path.name in MAY_NAME_THEM:
            continue
        text = path.read_text(errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {what}" for what, wrong in FORBIDDEN.items() if wrong.search(text)]
    assert found == []


def test_locks_hold_hashes_and_no_addresses() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        text = lock.read_text()
        assert "--hash=sha256:" in text and "://" not in text, lock.name
