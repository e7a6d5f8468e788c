"""Draws every picture of the portal: scenes for the templates, the favicon and the social card.

    python3 art.py            writes ../portal/templates/components/art/*.svg and ../portal/static/*

The pictures are ours and made of a few joints and shapes (drawing/), so that they stay in one hand.
The PNGs need chromium; without it they are left as they are.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from drawing import scenes
from drawing.roadside import roadside
from drawing.shapes import BLUE, FONT, NAVY, path
from drawing.street import street

HERE = Path(__file__).resolve().parent
PICTURES = HERE.parent / "portal/templates/components/art"
STATIC = HERE.parent / "portal/static"


class Scene(NamedTuple):
    draw: Callable[[], str]
    title: str
    view: str = "0 0 400 210"
    classes: str = "art role__art"
    fit: str = "xMidYMax slice"


SCENES = {
    "street": Scene(
        street,
        "A Kent village high street. Two volunteers in high-visibility jackets talk with a woman outside the bakery, "
        "another walks a dog, and a mounted volunteer rides past the library.",
        "0 0 1440 580", "art hero__art", "xMidYMax meet",
    ),
    "lane": Scene(scenes.lane, "Two volunteers in high-visibility jackets walk a country lane"),
    "dusk": Scene(
        scenes.dusk, "Two volunteers and a dog walk past an oast house at dusk", "0 0 520 300", "art top__art"
    ),
    "special": Scene(scenes.special, "A Special Constable talks on the radio beside a patrol car"),
    "desk": Scene(scenes.desk, "A volunteer works at a desk with a laptop and a mug of tea"),
    "cadets": Scene(scenes.cadets, "Three cadets and their leader at a camp"),
    "training": Scene(scenes.training, "A trainer points at a board while three new volunteers listen",
                      "78 -34 300 244"),
    "horse": Scene(scenes.horse, "A volunteer on horseback on a farm track"),
    "bleep": Scene(scenes.bleep, "Two people run between lines in a sports hall while a trainer keeps time"),
    "roadside": Scene(roadside, "Two volunteers by a village road note how fast a car goes past the 30 sign"),
    "register": Scene(scenes.register, "A hand marks people present on a phone, with the class behind"),
}  # fmt: skip


def scene_svg(scene: Scene) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{scene.classes}" viewBox="{scene.view}" '
        f'preserveAspectRatio="{scene.fit}" role="img" focusable="false">'
        f"<title>{scene.title}</title>{scene.draw()}</svg>\n"
    )


def favicon() -> str:
    """The chequer in a square: six by six is too fine at 16 px, so four by four."""
    squares = "".join(f"M{x} {y}h8v8h-8z" for y in range(0, 32, 8) for x in range(y % 16, 32, 16))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><title>Chequer</title>'
        f"{path('M0 0h32v32H0z', '#fff')}{path(squares, BLUE)}</svg>\n"
    )


def social_card() -> str:
    """1200 by 630: the street under the headline."""
    squares = "".join(f"M{x} {y}h14v14h-14z" for y in (0, 14) for x in range(y % 28, 1200, 28))
    words = (
        f'<g font-family="{FONT}" fill="{NAVY}"><text x="72" y="150" font-size="78" font-weight="700" '
        'letter-spacing="-2">Look after the place</text><text x="72" y="234" font-size="78" font-weight="700" '
        'letter-spacing="-2">you call home</text>'
        '<text x="74" y="296" font-size="32">Volunteer with Kent Police</text></g>'
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630" viewBox="0 0 1200 630">'
        f"<title>Look after the place you call home</title>{path('M0 0h1200v630H0z', '#e6effa')}"
        f'<g transform="translate(-150 68) scale(.97)">{street()}</g>'
        f"{path('M0 0h1200v28H0z', '#fff')}{path(squares, BLUE)}{words}</svg>\n"
    )


def screenshot(svg: str, width: int, height: int, out: Path) -> None:
    """A picture as PNG, by a headless chromium that starts and ends here."""
    browser = shutil.which("chromium")
    if browser is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        fill = "html,body{margin:0;background:#0000}svg{display:block;width:100vw;height:100vh}"
        page.write_text(f"<!doctype html><meta charset=utf-8><style>{fill}</style>{svg}")
        quiet = ("background-networking", "component-update", "sync", "gpu")
        subprocess.run(  # noqa: S603 our own arguments
            [browser, "--headless", "--no-sandbox", "--no-first-run", "--hide-scrollbars",
             *(f"--disable-{name}" for name in quiet), f"--user-data-dir={folder}/profile",
             "--force-device-scale-factor=1", f"--window-size={width},{height}", f"--screenshot={out}", page.as_uri()],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, scene in SCENES.items():
        (PICTURES / f"{name}.svg").write_text(scene_svg(scene))
    (STATIC / "favicon.svg").write_text(favicon())
    for size in (32, 180, 512):
        screenshot(favicon(), size, size, STATIC / f"favicon-{size}.png")
    screenshot(social_card(), 1200, 630, STATIC / "social-card.png")


if __name__ == "__main__":
    main()
