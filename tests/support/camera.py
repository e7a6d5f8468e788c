"""A film for a browser's pretend camera: somebody holds a code up to it."""

from __future__ import annotations

from pathlib import Path

import segno

WIDTH, HEIGHT, FRAMES = 640, 480, 10
WHITE, BLACK, GREY = 235, 16, 128
FLAGS = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def film_of(path: Path, text: str) -> str:
    """Writes a film (YUV4MPEG2) of a QR code of this text; returns the flag that shows it to the browser's camera."""
    picture = _picture(text)
    colours = bytes([GREY]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(FRAMES):
            file.write(b"FRAME\n" + picture + colours)
    return f"--use-file-for-fake-video-capture={path}"


def _picture(text: str) -> bytes:
    """The code in the middle, black on white, as bright and dark."""
    modules = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    size = HEIGHT // len(modules)
    side = size * len(modules)
    top, left = (HEIGHT - side) // 2, (WIDTH - side) // 2
    blank = bytes([WHITE]) * WIDTH
    lines = [blank] * top
    for row in modules:
        dark = b"".join(bytes([BLACK if module else WHITE]) * size for module in row)
        line = bytes([WHITE]) * left + dark + bytes([WHITE]) * (WIDTH - left - side)
        lines += [line] * size
    return b"".join(lines + [blank] * (HEIGHT - len(lines)))
