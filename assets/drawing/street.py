"""The village high street over the home page, 1,440 wide, running on past both sides."""

from drawing.figures import Person, dog, rider
from drawing.shapes import (
    BARK,
    BLUE,
    BRICK,
    CREAM,
    GLASS,
    LEAF,
    NAVY,
    PINE,
    ROSE,
    SAND,
    SKIN,
    STONE,
    TILE,
    WOOD,
    disc,
    drawn,
    oast,
    path,
    rect,
    sign,
    tree,
    window,
)  # fmt: skip


def _country() -> str:
    far = (
        "M-700 440C-500 400-200 420 0 452C140 398 300 404 440 430C560 396 700 392 840 410"
        "H1440C1600 396 1900 404 2200 430V520H-700z"
    )
    near = (
        "M-700 470C-400 440-160 448 0 478C160 440 340 446 470 464C590 446 720 444 880 452"
        "H1440C1640 440 1900 446 2200 470V520H-700z"
    )
    rows = "M20 490q90-28 180-20M60 500q110-30 220-22M130 504q110-24 210-18"
    return (
        path(far, "#b9cfe8") + path(near, LEAF, opacity=0.75) + path(rows, stroke=PINE, stroke_width=3)
        + oast(96, 486, 0.62) + tree(60, 492, 0.42, PINE) + tree(236, 494, 0.5) + tree(272, 496, 0.36, PINE)
        + tree(-80, 496, 0.5, PINE) + tree(-180, 498, 0.42) + tree(-230, 498, 0.34, PINE)
    )  # fmt: skip


def _church() -> str:
    return drawn(
        path("M1150 250V120h12v-12h12v12h14v-12h14v12h14v-12h14v12h12V250z", "#e7ddcb"),
        path("M1178 190v-30a14 14 0 0 1 28 0v30z", "#fff"), path("M1185 152v32M1192 148v40M1199 152v32"),
        disc(1192, 220, 15, "#fff"), path("M1192 211v9l7 4"), path("M1192 108V74"),
        path("M1192 76l26 7l-26 8z", BLUE),
    )  # fmt: skip


def _cottage() -> str:
    house = drawn(
        path("M690 330H824V510H690z", CREAM),
        path("M690 352h134M690 374h134M690 396h134M690 418h134", stroke="#d8cfb8"),
        path("M678 332L708 258H806L836 332z", TILE), path("M692 302h134M700 280h116", stroke="#8f4f3a"),
        path("M776 262v-40h26v40z", BRICK), path("M772 222h34v8h-34z", BRICK),
        rect(770, 424, 40, 86, BLUE), disc(803, 470, 3, "#fff"),
    )  # fmt: skip
    return house + window(706, 350, 40, 46) + window(768, 350, 40, 46) + window(706, 430, 44, 46)


def _awning(x: float, y: float, width: float, stripes: int = 8) -> str:
    bottom, top = width / stripes, (width - 12) / stripes
    parts = []
    for i in range(stripes):
        left, right = x + 6 + i * top, x + 6 + (i + 1) * top
        d = f"M{left:.1f} {y}H{right:.1f}L{x + (i + 1) * bottom:.1f} {y + 26}q{-bottom / 2:.1f} 12 {-bottom:.1f} 0z"
        parts.append(path(d, BLUE if i % 2 == 0 else "#fff"))
    return drawn(*parts)


def _bakery() -> str:
    loaves = "".join(
        f'<ellipse cx="{x}" cy="459" rx="{r}" ry="{r - 4}" fill="#c98f4f"/>'
        for x, r in ((858, 13), (886, 13), (909, 11))
    )
    return (
        drawn(
            path("M824 236H984V510H824z", SAND), path("M814 238L850 168H958L994 238z", NAVY),
            path("M880 200l24-26l24 26v14h-48z", "#fff"),
            rect(838, 400, 84, 84, GLASS), rect(838, 466, 84, 18, "#fff"), loaves,
            rect(934, 400, 38, 110, NAVY), rect(940, 408, 26, 52, GLASS),
        )
        + window(892, 192, 24, 22) + window(842, 262, 44, 58) + window(922, 262, 44, 58)
        + sign(830, 336, 148, "BAKERY") + _awning(826, 364, 156)
    )  # fmt: skip


def _inn() -> str:
    timbers = (
        "M988 254V510M1156 254V510M984 254h176M984 352h176M1072 254v98M1030 254v98M1114 254v98"
        "M988 352l42-98M1156 352l-42-98"
    )
    return (
        drawn(
            path("M984 250H1160V510H984z", "#fff"), path("M972 252L1030 176L1072 218L1114 176L1172 252z", TILE),
            path("M1002 250L1030 206L1058 250zM1086 250L1114 206L1142 250z", "#fff"),
            path(timbers, stroke="#3b2a20", stroke_width=7, stroke_linecap="butt"),
            path("M1060 510V400q14-16 28 0V510z", PINE),
        )
        + window(1036, 276, 32, 52) + window(1078, 276, 32, 52) + window(1002, 394, 50, 58) + window(1100, 394, 44, 58)
        + sign(1000, 360, 144, "THE HOP POLE", "#fff", NAVY, 12)
    )  # fmt: skip


def _library() -> str:
    return (
        drawn(
            path("M1160 226H1330V510H1160z", BRICK), path("M1152 210H1338V228H1152z", "#fff"),
            path("M1196 210L1245 172L1294 210z", "#fff"), path("M1222 510V404q23-26 46 0V510z", NAVY),
            path("M1245 394V510", stroke="#fff"),
        )
        + "".join(window(x, 250, 38, 66) for x in (1176, 1226, 1276)) + sign(1172, 336, 146, "LIBRARY", "#fff", NAVY)
        + window(1172, 386, 38, 66) + window(1280, 386, 38, 66)
    )  # fmt: skip


def _row_on() -> str:
    house = drawn(path("M1330 300H1450V510H1330z", CREAM), path("M1322 302L1350 236H1450V302z", NAVY))
    panes = window(1350, 326, 36, 48) + window(1404, 326, 36, 48) + window(1350, 410, 36, 48)
    return house + panes + tree(1500, 512, 1, PINE) + tree(1580, 512, 0.7) + tree(1650, 510, 0.5, PINE)


def _road() -> str:
    return (
        rect(-900, 508, 3300, 28, STONE) + path("M-900 508H2400M-900 536H2400", stroke=NAVY, stroke_width=2)
        + rect(-900, 537, 3300, 43, NAVY)
        + path("M-900 560H2400", stroke="#fff", stroke_width=4, stroke_dasharray="34 30")
    )  # fmt: skip


def _furniture() -> str:
    return (
        drawn(
            path("M404 522V478M484 522V478", stroke_width=5),
            rect(396, 496, 96, 8, WOOD), rect(396, 470, 96, 8, WOOD), rect(396, 482, 96, 7, WOOD),
            path("M640 520V372", stroke_width=6), path("M626 372l5-34h18l5 34z", "#fff6c9"), path("M622 372h36"),
            path("M628 338l12-12l12 12z", NAVY),
        )
        + tree(600, 512, 0.62, PINE)
    )  # fmt: skip


def _people() -> str:
    trolley = drawn(
        path("M904 522V464h-9", stroke_width=3), rect(899, 476, 30, 42, BLUE), disc(905, 522, 5, "#fff"),
        disc(923, 522, 5, "#fff"),
    )  # fmt: skip
    scooter = drawn(
        path("M1050 476L1060 526H1010M1042 477h14", stroke_width=3), disc(1060, 529, 5, "#fff"),
        disc(1010, 529, 5, "#fff"),
    )  # fmt: skip
    walker = Person(SKIN[2], "#1d1410", legs="stride", arms="hold")
    talks = Person(SKIN[0], "#a4532a", long=True, legs="ease", arms="open", lean=2)
    listens = Person(SKIN[4], "#17100c", legs="ease", arms="hip", cut="curls")
    shopper = Person(
        SKIN[0], "#d9d9d9", "bun", coat=ROSE, trousers=BARK, cap=False, arms="wave", legs="ease", scarf="#fff"
    )
    child = Person(SKIN[2], "#17100c", "curls", coat="#e58f3c", trousers=BLUE, cap=False, arms="hold", legs="step")
    return (
        walker.drawn_at(540, 526, 0.92) + path("M580 454Q604 468 626 492", stroke=NAVY, stroke_width=2)
        + dog(612, 528, 0.85)
        + listens.drawn_at(722, 528, 1.08) + talks.drawn_at(788, 528, 1.04)
        + shopper.drawn_at(872, 528, 0.98, flip=True) + trolley + child.drawn_at(1024, 524, 0.66) + scooter
        + rider(1268, 534, 1.08)
    )  # fmt: skip


def street() -> str:
    return (
        _country() + _church() + _cottage() + _bakery() + _inn() + _library() + _row_on() + _road() + _furniture()
        + _people()
    )  # fmt: skip
