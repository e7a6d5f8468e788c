"""People and animals. A person is joints joined by thick round lines, so that no two need stand alike."""

from dataclasses import dataclass

from drawing.shapes import BLUE, HIVIS, NAVY, SKIN, SLATE, WOOD, disc, drawn, path

Point = tuple[float, float]
SHOE = "#1d2f45"
BAND = "#f3f6fa"

# Shoulder → elbow → hand of the near arm and of the far one, seen from the side the person faces.
ARMS: dict[str, tuple[tuple[Point, Point], tuple[Point, Point]]] = {
    "rest": (((19, -86), (17, -64)), ((-20, -86), (-19, -65))),
    "swing": (((22, -88), (33, -72)), ((-23, -87), (-28, -66))),
    "wave": (((31, -112), (35, -140)), ((-21, -86), (-18, -66))),
    "hold": (((20, -82), (38, -79)), ((-20, -86), (-19, -66))),
    "point": (((34, -100), (53, -106)), ((-22, -84), (-12, -68))),
    "radio": (((22, -84), (15, -103)), ((-22, -86), (-20, -66))),
    "open": (((26, -88), (41, -94)), ((-24, -88), (-34, -74))),
    "hip": (((27, -86), (14, -70)), ((-21, -86), (-19, -66))),
    "board": (((18, -84), (31, -84)), ((-14, -82), (22, -78))),
    "run": (((17, -84), (36, -92)), ((-27, -90), (-19, -70))),
}
# Hip → knee → foot of the near leg and of the far one.
LEGS: dict[str, tuple[tuple[Point, Point], tuple[Point, Point]]] = {
    "stand": (((9, -32), (10, -5)), ((-9, -32), (-10, -5))),
    "ease": (((11, -33), (15, -5)), ((-7, -32), (-9, -5))),
    "stride": (((14, -36), (24, -7)), ((-8, -34), (-25, -8))),
    "step": (((10, -34), (12, -5)), ((-4, -36), (-20, -12))),
    "run": (((21, -44), (24, -16)), ((-10, -36), (-36, -26))),
}
HAIR = {
    "short": "M-14-130Q-17-148 1-148Q16-147 14-133Q6-140-3-139Q-10-138-10-128z",
    "curls": (
        "M-13-126Q-20-132-15-138Q-16-148-6-148Q0-153 7-149Q16-149 15-140Q18-135 13-132Q7-140-3-138Q-10-137-10-127z"
    ),
    "bun": "M-14-130Q-17-148 1-148Q16-147 14-133Q6-140-3-139Q-10-138-10-128zM-12-131a7 7 0 1 1-3-10z",
    "bald": "M-14-128Q-15-134-12-138Q-9-134-10-126z",
}
CAP = "M-15-140Q-18-148-10-150Q2-155 12-150Q18-147 15-140.500z"
CAP_BAND = "M-14.500-141Q0-146 14.500-141.500L15-136.500Q0-141-14.500-135.500z"
PEAK = "M5-139.500Q16-140 23-135.500Q17-133.500 6-136.500z"
LONG = "M-14-138Q-22-118-17-106Q-6-102 0-108L8-122z"


@dataclass(frozen=True)
class Person:
    """How somebody looks; `drawn_at` says where. Facing right unless flipped there."""

    skin: str = SKIN[0]
    hair: str = "#3b2a20"
    cut: str = "short"
    long: bool = False
    coat: str = HIVIS
    trousers: str = NAVY
    cap: bool = True
    arms: str = "rest"
    legs: str | None = "stand"
    lean: float = 0
    scarf: str | None = None
    glasses: bool = False

    def drawn_at(self, x: float, y: float, scale: float = 1, flip: bool = False) -> str:
        near, far = ARMS[self.arms]
        body = [self._arm((-14, -105), far), *self._legs(), self._torso(), self._head(), self._arm((14, -105), near)]
        leaning = f'<g transform="rotate({self.lean:g})">{"".join(body)}</g>' if self.lean else "".join(body)
        return drawn(leaning, at=(x, y), scale=scale, flip=flip)

    def _arm(self, shoulder: Point, joints: tuple[Point, Point]) -> str:
        (ex, ey), (hx, hy) = joints
        d = f"M{shoulder[0]:g} {shoulder[1]:g}L{ex:g} {ey:g}L{hx:g} {hy:g}"
        # The hand goes a little past the cuff, in the forearm's direction.
        length = ((hx - ex) ** 2 + (hy - ey) ** 2) ** 0.5 or 1
        px, py = hx + (hx - ex) / length * 4, hy + (hy - ey) / length * 4
        hand = disc(round(px, 1), round(py, 1), 6, self.skin)
        return hand + path(d, stroke_width=15) + path(d, stroke=self.coat, stroke_width=11)

    def _legs(self) -> list[str]:
        if self.legs is None:
            return []
        near, far = LEGS[self.legs]
        parts = []
        for (kx, ky), (fx, fy), tone in ((*far, SLATE if self.trousers == NAVY else NAVY), (*near, self.trousers)):
            hip = 6 if (kx, ky) == near[0] else -6
            d = f"M{hip} -60L{kx:g} {ky:g}L{fx:g} {fy:g}"
            shoe = f"M{fx - 7:g} {fy - 2:g}h9q8 1 9 7h-18z"
            parts.append(path(d, stroke_width=16) + path(d, stroke=tone, stroke_width=12) + path(shoe, SHOE))
        return parts

    def _torso(self) -> str:
        parts = [path("M-19-104Q-19-115-8-116H8Q19-115 19-104L20-54Q0-50-20-54z", self.coat)]
        if self.coat == HIVIS:
            parts.append(path("M-19.500-80Q0-76 19.500-80L19.700-71Q0-67-19.700-71z", BAND, stroke_width=1.5))
            parts.append(path("M-10-114V-80M10-114V-80", stroke=BAND, stroke_width=4, stroke_linecap="butt"))
            parts.append(path("M0-115V-53", stroke_width=1.5))
        if self.scarf:
            parts.append(path("M-9-118Q0-110 10-118L9-108Q0-103-8-108zM2-108l8 18-9 3-5-17z", self.scarf))
        return "".join(parts)

    def _head(self) -> str:
        parts = [path("M-5-121h10v8q-5 4-10 0z", self.skin)]
        if self.long:
            parts.insert(0, path(LONG, self.hair))
        parts.append(disc(0, -131, 14, self.skin))
        parts.append(path(HAIR[self.cut], self.hair))
        parts.append(disc(5, -131, 1.2, NAVY, stroke="none") + disc(11, -131, 1.2, NAVY, stroke="none"))
        parts.append(path("M4-124.500q4 3.500 8 0", stroke_width=1.6))
        if self.glasses:
            parts.append(
                disc(4.500, -131, 4, "none", stroke_width=1.5) + path("M8.500-131h5M.500-131l-9-2", stroke_width=1.5)
            )
        if self.cap:
            parts.append(path(CAP, NAVY) + path(CAP_BAND, "#fff", stroke_width=1.5))
            checks: dict[str, str | float] = {
                "stroke_width": 3.5,
                "stroke_dasharray": "3.5 3.5",
                "stroke_linecap": "butt",
            }
            parts.append(path("M-12-138Q1-142.500 14-139", "none", stroke=BLUE, **checks))
            parts.append(path(PEAK, NAVY))
        return "".join(parts)


def dog(x: float, y: float, scale: float = 1, flip: bool = False, coat: str = WOOD) -> str:
    body = (
        "M-32-36Q-4-44 16-38L24-52Q34-58 40-50L52-46Q54-38 44-36L34-34Q28-24 24-20V0h-8V-16Q0-12-18-16V0h-8V-18"
        "Q-34-22-32-36z"
    )
    return drawn(
        path("M-30-32Q-44-40-42-54", stroke_width=6), path(body, coat), path("M26-54q-8 4-6 16q8 0 10-10z", "#7d5433"),
        disc(38, -47, 1.6, NAVY), path("M20-38l8 10", stroke=BLUE, stroke_width=5),
        at=(x, y), scale=scale, flip=flip,
    )  # fmt: skip


def rider(x: float, y: float, scale: float = 1, flip: bool = False) -> str:
    """A mounted volunteer; the horse faces left unless flipped."""
    coat, shade, mane = "#8b5e3f", "#6f4930", "#3c281c"
    horse = (
        "M-44-118Q-50-110-44-104Q-40-98-30-104L-12-116L2-86Q-2-64 8-54L12-28L6 0h12L26-52Q60-44 88-54L84-28L94 0h12"
        "L104-30L116-62Q122-90 104-98Q74-106 36-98Q18-118 4-142L2-156L-6-146Q-18-146-24-138z"
    )
    return drawn(
        path("M118-92Q144-84 140-40Q130-30 126-44Q130-66 112-74z", mane),
        path("M26-58L22 0h11L42-54zM88-56L98-28L92 0h11L110-30L112-60z", shade), path(horse, coat),
        path("M4-144Q26-124 40-99Q26-98 16-112Q6-126 0-140z", mane), disc(-14, -132, 2, NAVY),
        path("M-34-126L-24-106M-20-140L-12-116M-30-114Q10-92 34-112"),
        path("M38-102Q60-90 84-102L86-84Q62-74 38-86z", BLUE),
        path("M38-92Q62-80 86-92", stroke="#fff", stroke_width=4, stroke_dasharray="5 5", stroke_linecap="butt"),
        Person(skin=SKIN[1], hair="#17100c", long=True, arms="hold", legs=None).drawn_at(62, -40, 0.96, flip=True),
        path("M64-104Q42-98 44-76L50-50L40-36Q44-31 60-34L60-46L64-74L80-94z", SLATE),
        at=(x, y), scale=scale, flip=flip,
    )  # fmt: skip
