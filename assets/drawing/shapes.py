"""The palette and the small things every scene is made of. One hand: a 2 px navy line round flat colour."""

NAVY, BLUE, SKY, HIVIS = "#0b2545", "#13478c", "#dbe7f6", "#d7f205"
BRICK, SAND, LEAF, PINE, CREAM, STONE = "#c9805f", "#ecd9b4", "#7fa98a", "#5d8c72", "#fff6e3", "#e8e2d5"
TILE, WOOD, BARK, GLASS, SLATE, ROSE = "#a4604a", "#b98455", "#7d5433", "#bcd3ee", "#24374f", "#b3475a"
SKIN = ("#f0c29b", "#c98f65", "#8a5a3c", "#e2a982", "#6b4430")
FONT = "Segoe UI,Liberation Sans,Arial,sans-serif"


Attributes = dict[str, str | float]


def _extra(attributes: Attributes) -> str:
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())


def path(d: str, fill: str = "none", **attributes: str | float) -> str:
    """One path; underscores in attribute names become dashes."""
    return f'<path d="{d}" fill="{fill}"{_extra(attributes)}/>'


def rect(x: float, y: float, width: float, height: float, fill: str, **attributes: str | float) -> str:
    return path(f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z", fill, **attributes)


def disc(x: float, y: float, radius: float, fill: str, **attributes: str | float) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}"{_extra(attributes)}/>'


def drawn(*parts: str, at: tuple[float, float] = (0, 0), scale: float = 1, flip: bool = False) -> str:
    """Parts in our line, moved and scaled together; `flip` turns them to face left."""
    moved = flip or scale != 1 or any(at)
    across = -scale if flip else scale
    where = f' transform="translate({at[0]:g} {at[1]:g}) scale({across:g} {scale:g})"' if moved else ""
    line = f'stroke="{NAVY}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"'
    return f"<g{where} {line}>{''.join(parts)}</g>"


def window(x: float, y: float, width: float, height: float, pane: str = GLASS) -> str:
    return drawn(
        rect(x, y, width, height, "#fff"),
        rect(x + 4, y + 4, width - 8, height - 8, pane),
        path(f"M{x + width / 2:g} {y + 4:g}v{height - 8:g}M{x + 4:g} {y + height / 2:g}h{width - 8:g}"),
    )


def sign(x: float, y: float, width: float, words: str, fill: str = NAVY, ink: str = "#fff", size: int = 15) -> str:
    board = rect(x, y, width, 26, fill, stroke=NAVY, stroke_width=2)
    return board + (
        f'<text x="{x + width / 2:g}" y="{y + 18.5:g}" font-family="{FONT}" font-size="{size}" font-weight="700" '
        f'letter-spacing="2" text-anchor="middle" fill="{ink}">{words}</text>'
    )


def tree(x: float, y: float, scale: float = 1, leaves: str = LEAF) -> str:
    crown = "M0-160C30-160 44-134 38-116C56-104 48-62 4-62C-46-60-54-102-36-116C-46-138-28-160 0-160z"
    return drawn(
        path("M-5 0L-3-60H4L6 0z", BARK), path(crown, leaves), path("M-14-110q8 8 14 2M10-92q8 6 14-2"),
        at=(x, y), scale=scale,
    )  # fmt: skip


def oast(x: float, y: float, scale: float = 1, panes: str = "#fff") -> str:
    """Kent's own building: the kiln with its white cowl, and the barn beside it."""
    return drawn(
        path("M60-60H150V0H60z", BRICK), path("M52-60L70-96H146L160-60z", "#8f4f3a"),
        path("M0-70H62V0H0z", BRICK), path("M-4-70L24-142H38L66-70z", TILE),
        path("M22-142L28-172L46-166L40-142z", "#fff"),
        path("M14-42h14v18H14zM96-40h16v18H96zM122-40h16v18h-16z", panes),
        at=(x, y), scale=scale,
    )  # fmt: skip


def ground(y: float = 176, fill: str = STONE) -> str:
    """A floor that runs far past both sides, so that a picture may be cut to any shape."""
    return rect(-400, y, 1300, 240, fill) + path(f"M-400 {y:g}H900", stroke=NAVY, stroke_width=2)


def backdrop(fill: str = SKY) -> str:
    return rect(-400, -400, 1300, 900, fill)


def hills(top: float = 128, fill: str = LEAF) -> str:
    t = top
    d = f"M-400 {t}C-220 {t - 50} -110 {t - 34} 0 {t + 6}C90 {t - 34} 170 {t - 22} 230 {t}C300 {t - 26} 420 {t - 20} "
    return path(d + f"520 {t - 8}C640 {t - 40} 780 {t - 20} 900 {t}V{t + 60}H-400z", fill)
