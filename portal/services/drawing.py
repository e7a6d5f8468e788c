"""The process that draws one page of a PDF: the file comes in by stdin, a picture goes out by stdout.

Run by rendering.py and by nobody else. It holds nothing but the file, and may use so much memory and time.
"""

from __future__ import annotations

import contextlib
import resource
import sys

import typst

WIDTH = 210  # millimetres: every page is drawn as wide as A4
DOTS = 130  # an inch
SECONDS = 15
MEMORY = 1 << 30  # bytes of address space
PAGE = """#set page(width: {width}mm, height: auto, margin: 0pt)
#image("/stdin", format: "pdf", page: {number}, width: 100%)"""


def draw(number: int) -> bytes:
    with contextlib.suppress(ValueError, OSError):  # macOS has no limit on address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    source = PAGE.format(width=WIDTH, number=number).encode()
    made = typst.Compiler(source, root="/dev", ignore_system_fonts=True).compile(format="png", ppi=DOTS)
    return made if isinstance(made, bytes) else (made or [b""])[0]


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(int(sys.argv[1])))
