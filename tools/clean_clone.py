"""Clones what is committed, starts it as a stranger would, and looks that starting left the tree as it was.

python tools/clean_clone.py build/clean-clone
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

WITHIN = 180.0  # seconds: the promise for a first start


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


def _answers(address: str) -> bool:
    with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
        return bool(answer.status == 200)
    return False


def main(folder: Path) -> int:
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _git(Path(), "clone", "--quiet", ".", str(folder))
    port = _free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PORTAL_"))}
    began = time.monotonic()
    command = ["make", "run", f"PORT={port}"]
    running = subprocess.Popen(command, cwd=folder, env=inherited, start_new_session=True)  # noqa: S603
    try:
        while not _answers(f"http://127.0.0.1:{port}/"):
            if running.poll() is not None or time.monotonic() - began > WITHIN:
                sys.stderr.write("a clean clone did not start in time\n")
                return 1
            time.sleep(0.3)
        sys.stderr.write(f"a clean clone answered after {time.monotonic() - began:.0f} seconds\n")
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGINT)
        running.wait()
    changed = _git(folder, "status", "--porcelain")
    if changed:
        sys.stderr.write(f"starting it changed the tree:\n{changed}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
