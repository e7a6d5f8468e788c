"""What a newcomer meets: a fresh clone in which `make run` answers, and which stays clean.

    python3 tools/clean_clone.py

Clones HEAD beside nothing of ours, starts the demonstration there (first start within 180 s, the
second within 5 s once the parts are in place, as promised), asks for the front page, and checks
that neither starting nor building the assets changed a tracked file or left an untracked one.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST, SECOND = 180.0, 5.0  # seconds until the front page answers
SLACK = 3.0  # a busy test machine may take so many times longer the second time


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seconds_to_answer(clone: Path) -> float:
    """Starts `make run`, waits for the front page, stops it; raises TimeoutError past FIRST."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"], cwd=clone, env=environment | {"PORT": str(port)}, start_new_session=True  # noqa: S607
    )
    try:
        while time.monotonic() - began < FIRST:
            if process.poll() is not None:
                raise SystemExit("make run ended by itself")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise TimeoutError(f"no front page within {FIRST} s")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def changes(clone: Path) -> str:
    return subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True  # noqa: S607
    ).stdout


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "portal"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S603, S607
        first, second = seconds_to_answer(clone), seconds_to_answer(clone)
        sys.stdout.write(f"first start {first:.1f} s (bound {FIRST:.0f}), second {second:.1f} s (bound {SECOND:.0f})\n")
        if shutil.which("npm"):
            subprocess.run(["sh", "assets/build.sh"], cwd=clone, check=True)  # noqa: S607
        left = changes(clone)
        if left:
            sys.stdout.write(f"a clean clone did not stay clean:\n{left}")
        return 1 if left or second > SECOND * SLACK else 0


if __name__ == "__main__":
    sys.exit(main())
