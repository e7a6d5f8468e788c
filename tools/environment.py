"""Makes a virtual environment hold exactly what a lock file names; quick when it already does.

    python3 tools/environment.py .venv requirements/base.txt

Needs nothing but Python itself. A stamp inside the environment keeps each lock's hash, so that
an unchanged lock costs no pip.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path


def stamp_of(folder: Path, lock: Path) -> Path:
    return folder / f".installed-{lock.stem}"


def is_ready(folder: Path, lock: Path, digest: str) -> bool:
    """Whether this very lock was installed here to the end."""
    stamp = stamp_of(folder, lock)
    return stamp.is_file() and stamp.read_text() == digest


def ensure(folder: Path, lock: Path) -> None:
    """Raises CalledProcessError when pip fails; nothing is stamped then."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if is_ready(folder, lock, digest):
        return
    sys.stderr.write(f"Installing what {lock} names into {folder}\n")
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    options = ("-qq", "--require-hashes", "--disable-pip-version-check", "--no-input")
    command = [str(python), "-m", "pip", "install", *options, "-r", str(lock)]
    # pip's words go to stderr: some targets print JSON on stdout, and nothing else.
    subprocess.run(command, check=True, stdout=sys.stderr, env=os.environ | {"PIP_ROOT_USER_ACTION": "ignore"})  # noqa: S603
    stamp_of(folder, lock).write_text(digest)


def main(arguments: list[str]) -> int:
    if not (3, 11) <= sys.version_info[:2] < (3, 15):
        sys.stderr.write("Python 3.11 to 3.14 is needed; this is " + sys.version.split()[0] + "\n")
        return 1
    folder, *locks = (Path(argument) for argument in arguments)
    try:
        for lock in locks:
            ensure(folder, lock)
    except subprocess.CalledProcessError as failure:
        return failure.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
