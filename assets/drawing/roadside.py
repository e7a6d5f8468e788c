"""Community Speedwatch: a village road, a limit, and two people who take note. 400 by 210, drawn past its edges."""

from drawing.figures import Person
from drawing.shapes import (
    BRICK,
    FONT,
    GLASS,
    NAVY,
    PINE,
    ROSE,
    SKIN,
    SLATE,
    backdrop,
    disc,
    drawn,
    ground,
    hills,
    oast,
    path,
    rect,
    tree,
)  # fmt: skip

RED = "#c8102e"
WATCHER = Person(SKIN[3], "#d9d9d9", cap=False, glasses=True, arms="board", legs="ease")
OTHER = Person(SKIN[4], "#17100c", "bun", cap=False, arms="hold", legs="ease")


def _car(x: float, y: float) -> str:
    """Somebody's car, going left."""
    body = drawn(
        path("M182 48V16Q180 4 160 0L132-30H64L30-4Q4 0 0 20V48z", ROSE),
        path("M150-2L128-22H98V-2zM88-2V-22H68L44-2z", GLASS), path("M64 10h12M106 10h12"),
        rect(0, 26, 14, 8, "#fff6c9"),
    )  # fmt: skip
    wheel = disc(0, 0, 15, SLATE) + disc(0, 0, 6, "#fff")
    wheels = "".join(drawn(wheel, at=(across, 50)) for across in (42, 144))
    wind = path("M196 8h30M202 22h40M196 36h26", stroke=NAVY, stroke_width=3, stroke_linecap="round")
    return f'<g transform="translate({x:g} {y:g}) scale(.86)">{body}{wheels}{wind}</g>'


def _limit(x: float, y: float) -> str:
    """A round sign on its post: 30."""
    figures = (
        f'<text x="{x:g}" y="{y + 8:g}" font-family="{FONT}" font-size="23" font-weight="700" text-anchor="middle" '
        f'fill="{NAVY}">30</text>'
    )
    post = drawn(path(f"M{x:g} {y:g}V178", stroke_width=6))
    ring = disc(x, y, 25, RED, stroke=NAVY, stroke_width=2) + disc(x, y, 18, "#fff")
    return post + ring + figures


def roadside() -> str:
    """Two volunteers by the road note how fast a car goes past the sign."""
    road = rect(-400, 184, 1300, 60, NAVY) + path(
        "M-400 206H900", stroke="#fff", stroke_width=3, stroke_dasharray="26 22"
    )
    hedge = drawn(path("M-400 178V158Q-300 146-200 156T0 152T200 156T400 152T900 158V178z", PINE))
    pair = WATCHER.drawn_at(64, 190, 0.98) + OTHER.drawn_at(122, 190, 0.94)
    return (
        backdrop() + hills(112) + oast(306, 166, 0.56) + tree(214, 170, 0.62, PINE) + tree(386, 172, 0.5, BRICK)
        + hedge + ground(176) + _limit(178, 84) + pair + road + _car(214, 152)
    )  # fmt: skip
