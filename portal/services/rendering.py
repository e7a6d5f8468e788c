"""Pages of a clean PDF as pictures, so that a document can be read in a page without any of it running there.

Each is drawn by a process of its own (drawing.py) with a renderer written in Rust: it gets the file through a pipe,
never from a disk, and has no environment, key or database to lose.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("drawing.py")
SECONDS = 20


class CannotDraw(Exception):
    """This page cannot be shown: damaged, too large, or not there."""


def page_picture(pdf: bytes, number: int) -> bytes:
    """Page `number` (from 1) as PNG. Raises CannotDraw."""
    command = [sys.executable, "-I", str(PROGRAM), str(number)]
    try:
        done = subprocess.run(command, input=pdf, capture_output=True, timeout=SECONDS, env={})  # noqa: S603
    except subprocess.TimeoutExpired:
        raise CannotDraw from None  # what it said is left behind: it may quote the file
    if done.returncode or not done.stdout:
        raise CannotDraw
    return done.stdout
