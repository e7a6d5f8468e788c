"""The smaller pictures, 400 by 210 unless said. Each draws past its edges, so that a page may crop it."""

from drawing.figures import Person, dog, rider
from drawing.shapes import (
    BLUE,
    BRICK,
    CREAM,
    GLASS,
    HIVIS,
    LEAF,
    NAVY,
    PINE,
    ROSE,
    SKIN,
    SKY,
    SLATE,
    STONE,
    WOOD,
    backdrop,
    disc,
    drawn,
    ground,
    hills,
    oast,
    path,
    rect,
    tree,
    window,
)  # fmt: skip

INDOORS = "#eaf1fa"
AMINA = Person(SKIN[2], "#17100c", "bun")
JO = Person(SKIN[0], "#a4532a", long=True)
SAM = Person(SKIN[4], "#17100c", "curls")
LEE = Person(SKIN[3], "#3b2a20")
ROSA = Person(SKIN[1], "#2b1d14", long=True)


def _pose(person: Person, **changes: str | float | bool | None) -> Person:
    return Person(**{**person.__dict__, **changes})


def lane() -> str:
    """Two volunteers on a lane, one pointing something out to the other."""
    return (
        backdrop() + hills() + oast(286, 178, 0.66) + tree(50, 180, 0.74, PINE) + tree(104, 178, 0.46) + ground()
        + _pose(LEE, legs="stride", arms="swing").drawn_at(152, 200, 1.02)
        + _pose(AMINA, legs="step", arms="point").drawn_at(220, 201, 0.96)
    )  # fmt: skip


def dusk() -> str:
    """520 by 300, for a navy page: the same lane in the evening, other people, and a dog along."""
    stars = "".join(disc(x, y, 2, "#fff") for x, y in ((70, 60), (150, 28), (250, 44), (350, 30), (490, 120)))
    land = (
        path("M10 300C24 178 110 92 250 92C400 92 496 178 510 300z", "#1d4f96")
        + path("M28 300C60 232 150 214 260 224C380 214 460 232 492 300z", "#3567ad")
        + oast(336, 258, 0.78, "#ffe9a8") + tree(106, 262, 0.8, "#3f7f86") + tree(150, 264, 0.5, "#2f6a74")
        + path("M20 300C60 264 140 258 260 262C380 258 470 266 505 300z", "#7ba0d3")
    )  # fmt: skip
    return (
        disc(446, 56, 26, "#fbfaf7") + disc(458, 49, 24, NAVY) + stars + land
        + _pose(SAM, legs="stride", arms="swing").drawn_at(196, 288, 1.16)
        + _pose(ROSA, legs="step", arms="hold").drawn_at(274, 288, 1.1)
        + path("M320 202Q344 218 362 252", stroke=NAVY, stroke_width=2) + dog(346, 289, 0.8)
    )  # fmt: skip


def _car(x: float, y: float) -> str:
    wheel = disc(0, 0, 15, SLATE) + disc(0, 0, 6, "#fff")
    body = drawn(
        path("M0 50V14Q2 4 16 0L42-32H130L156 0Q180 4 182 18V50z", "#fff"),
        path("M30 0L50-24H84V0zM94 0V-24H124L144 0z", GLASS), path("M68-32v-10h38v10z", "#3f83e6"),
        rect(0, 16, 182, 14, BLUE), path("M70 8h12M112 8h10"),
    )  # fmt: skip
    checks = "".join(
        path(f"M{left} {top}h{181 - left}", stroke=HIVIS, stroke_width=7, stroke_dasharray="13 13")
        for left, top in ((1, 19.5), (14, 26.5))
    )
    wheels = "".join(f'<g transform="translate({cx} 52)">{drawn(wheel)}</g>' for cx in (40, 142))
    return f'<g transform="translate({x} {y})">{body}{checks}{wheels}</g>'


def special() -> str:
    """A Special Constable on the radio beside a patrol car."""
    town = drawn(rect(-60, 60, 156, 120, BLUE), rect(300, 40, 160, 140, BLUE), rect(96, 84, 60, 96, NAVY))
    radio = drawn(rect(150, 72, 10, 18, SLATE), path("M157 72v-9"))
    return (
        backdrop() + town + window(18, 84, 30, 40, "#ffe9a8") + window(58, 84, 26, 40)
        + window(322, 66, 26, 36, "#ffe9a8") + window(362, 66, 26, 36) + ground() + _car(196, 136)
        + _pose(ROSA, arms="radio", legs="ease").drawn_at(138, 203, 1.08) + radio
    )  # fmt: skip


def desk() -> str:
    """A support volunteer at a front counter, with a laptop and a mug of tea."""
    shelves = drawn(
        rect(268, 44, 104, 8, WOOD), rect(268, 92, 104, 8, WOOD),
        rect(276, 20, 12, 24, BLUE), rect(290, 14, 10, 30, BLUE), rect(304, 22, 14, 22, BLUE),
        rect(320, 26, 30, 18, "#fff"),
        rect(284, 66, 10, 26, BRICK), rect(298, 70, 12, 22, BRICK), path("M334 92v-10h18v10z", BRICK),
        path("M343 82q-12-4-12-16q10 2 12 12q2-10 12-12q0 12-12 16z", LEAF),
    )  # fmt: skip
    table = drawn(
        path("M110 156V206M302 156V206", stroke_width=6), rect(96, 144, 220, 12, WOOD),
        path("M232 144l10-40h54l-8 40z", SLATE), path("M126 144v-16h18v16zM144 132q8 0 8 5t-8 5", "#fff"),
        path("M131 122q-3-4 0-8M139 122q-3-4 0-8"),
    )  # fmt: skip
    clerk = Person(SKIN[3], "#d9d9d9", coat=BLUE, cap=False, arms="board", glasses=True, scarf=HIVIS)
    return backdrop(INDOORS) + window(30, 24, 90, 74) + shelves + ground() + clerk.drawn_at(188, 214, 1.06) + table


def cadets() -> str:
    """Three cadets and their leader at camp."""
    tent = drawn(
        path("M290 178L346 96L402 178z", "#fff"), path("M330 178L346 136L362 178z", BLUE),
        path("M346 96V74"), path("M346 75l22 7l-22 7z", HIVIS),
    )  # fmt: skip
    young = [
        _pose(SAM, coat=BLUE, arms="hip", legs="ease").drawn_at(76, 202, 0.86),
        _pose(JO, coat=BLUE, arms="wave").drawn_at(138, 202, 0.9),
        _pose(AMINA, coat=BLUE, arms="open", legs="ease", lean=-2).drawn_at(204, 202, 0.84, flip=True),
    ]
    leader = _pose(LEE, arms="wave", legs="ease").drawn_at(272, 204, 1.02, flip=True)
    return backdrop() + hills(118) + tree(20, 178, 0.7, PINE) + tent + ground() + "".join(young) + leader


def training() -> str:
    """276 by 244: a weekend class. A trainer at the board, three people listening."""
    board = drawn(
        path("M90 110L82 178M182 110L188 178", stroke_width=3), rect(84, 30, 104, 80, "#fff"),
        path("M96 44h48", stroke_width=5, stroke_linecap="butt"),
        path("M96 60h70M96 73h54M96 86h62", stroke=BLUE, stroke_width=3),
        path("M96 96h8v5h-8zM112 96h8v5h-8zM104 101h8v5h-8z", BLUE, stroke="none"),
    )  # fmt: skip
    tables = drawn(
        rect(232, 160, 240, 12, WOOD), rect(244, 172, 228, 90, "#d9b183"),
        path("M256 160l3-7h28l3 7z", "#fff"), path("M330 160v-12h14v12zM344 151q6 0 6 4t-6 4", "#fff"),
    )  # fmt: skip
    learners = (
        Person(SKIN[0], "#a4532a", coat=ROSE, cap=False, long=True, arms="board").drawn_at(262, 214, 0.92, flip=True)
        + Person(SKIN[4], "#17100c", "curls", coat=PINE, cap=False, glasses=True).drawn_at(318, 214, 0.96, flip=True)
        + Person(SKIN[1], "#8d8d8d", coat=BLUE, cap=False).drawn_at(376, 214, 0.92, flip=True)
    )
    trainer = _pose(AMINA, arms="point", legs="ease").drawn_at(206, 199, 1.0, flip=True)
    return (
        backdrop(INDOORS)
        + window(254, -8, 44, 60)
        + window(306, -8, 44, 60)
        + board
        + ground()
        + trainer
        + learners
        + tables
    )


def horse() -> str:
    """A mounted volunteer on a farm track."""
    fence = drawn(
        *(path(f"M{x} 176v-44", stroke=WOOD, stroke_width=6) for x in range(-180, 620, 80)),
        path("M-400 144H900M-400 162H900", stroke=WOOD, stroke_width=4),
    )  # fmt: skip
    return (
        backdrop() + hills(120) + tree(52, 178, 0.84, PINE) + oast(318, 178, 0.5) + fence + ground(184, "#e3d6bd")
        + rider(150, 204, 0.98)
    )  # fmt: skip


def bleep() -> str:
    """The fitness test: a sports hall, two lines, a runner and somebody with a clipboard."""
    hall = (
        rect(-400, 116, 1300, 60, SKY) + path("M-400 116H900", stroke=NAVY, stroke_width=2)
        + "".join(window(x, 18, 56, 52) for x in (-70, 14, 98, 182, 266, 350)) + ground(176, "#ecd9b4")
        + path("M70 178L46 240M330 178L356 240", stroke="#fff", stroke_width=7)
    )  # fmt: skip
    cones = "".join(drawn(path("M-9 0L-3-20H3L9 0zM-12 0h24v4h-24z", "#e58f3c"), at=(x, 200)) for x in (56, 300))
    speaker = drawn(rect(362, 128, 26, 48, SLATE), disc(375, 142, 6, "#fff"), disc(375, 161, 8, "#fff"))
    clipboard = drawn(rect(-8, -14, 18, 26, "#fff"), path("M-4-7h10M-4-1h10M-4 5h6"), at=(318, 126))
    runner = Person(SKIN[4], "#17100c", "bun", coat=ROSE, trousers=BLUE, cap=False, arms="run", legs="run", lean=8)
    other = Person(SKIN[0], "#a4532a", coat=PINE, trousers=NAVY, cap=False, arms="swing", legs="stride", lean=5)
    timer = _pose(LEE, cap=False, arms="hold", legs="ease").drawn_at(352, 206, 0.94, flip=True)
    lines = path("M64 108h26M54 124h30M66 140h20", stroke=BLUE, stroke_width=3, stroke_linecap="round")
    return (
        hall
        + speaker
        + other.drawn_at(232, 198, 0.9)
        + lines
        + runner.drawn_at(134, 204, 1.02)
        + cones
        + timer
        + clipboard
    )


def register() -> str:
    """The register on a phone, held in one hand at the front of a class."""
    rows = "".join(
        rect(166, 44 + 24 * i, 66, 18, "#fff", stroke=NAVY, stroke_width=1.5)
        + path(f"M172 {53 + 24 * i}h{width}", stroke=NAVY, stroke_width=4)
        + (
            path(f"M216 {53 + 24 * i}l4 4 7-8", stroke=BLUE, stroke_width=2.6)
            if here
            else path(f"M217 {49 + 24 * i}l8 8m0-8l-8 8", stroke="#b3261e", stroke_width=2.6)
        )
        for i, (width, here) in enumerate(((30, True), (24, True), (34, False), (26, True)))
    )  # fmt: skip
    phone = drawn(
        path("M158 12h82q8 0 8 8V184q0 8-8 8h-82q-8 0-8-8V20q0-8 8-8z", NAVY), rect(158, 22, 82, 158, SKY),
        rect(158, 22, 82, 14, BLUE), rows, rect(166, 148, 66, 22, "#0f7a52"),
        path("M180 159h38", stroke="#fff", stroke_width=4),
    )  # fmt: skip
    thumb = drawn(
        path("M262 260V196Q268 168 246 150Q236 144 230 152Q226 158 234 164L240 172V196L150 198V260z", SKIN[2]),
        path("M150 112q-14 2-12 14t12 10M150 140q-14 2-12 14t12 10M150 166q-12 2-10 14t10 10", SKIN[2]),
    )  # fmt: skip
    heads = "".join(
        Person(skin, hair, cut, coat=coat, cap=False).drawn_at(x, 216, 0.8, flip=x > 200)
        for x, skin, hair, cut, coat in (
            (34, SKIN[1], "#2b1d14", "short", ROSE), (92, SKIN[4], "#17100c", "curls", BLUE),
            (312, SKIN[0], "#a4532a", "bun", PINE), (370, SKIN[3], "#3b2a20", "short", "#e58f3c"),
        )
    )  # fmt: skip
    floor = ground(150, STONE)
    return backdrop(CREAM) + window(20, 10, 70, 54) + window(310, 10, 70, 54) + floor + heads + phone + thumb
