"""Codes for checking in: the trainer's, which changes every half minute, and each trainee's own.

The trainer's holds its session's number and a seal over it and the half minute: nothing is stored, and what somebody
sends to a friend is soon of no use. A trainee's own is random and stored; its short form can be read out and typed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime
from io import BytesIO

import segno

from portal.services.crypto import KeyRing
from portal.services.references import ALPHABET

WINDOW = 30  # seconds a code is shown
WINDOWS = 2  # that are taken: the one shown and the one before it
TICKET = 10 * 60 // WINDOW  # windows within which whoever scanned may press the button
LENGTH = 8  # characters of the seal
SHORT = 6  # characters of a trainee's code, typed
_CODE = re.compile(rf"([1-9][0-9]{{0,8}})-([{ALPHABET}]{{{LENGTH}}})")


def _window(wall: datetime) -> int:
    return int(wall.timestamp()) // WINDOW


def _letters(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest)
    letters = []
    for _ in range(length):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def _seal(keys: KeyRing, session_id: int, window: int) -> str:
    word = keys.word(purpose="check-in code", row=f"{session_id}:{window}")
    return _letters(bytes.fromhex(word), LENGTH)


def code_at(keys: KeyRing, session_id: int, wall: datetime) -> str:
    """A session's code in this half minute, by the real clock."""
    return f"{session_id}-{_seal(keys, session_id, _window(wall))}"


def seconds_left(wall: datetime) -> int:
    """Until the next code is shown."""
    return WINDOW - int(wall.timestamp()) % WINDOW


def session_of(keys: KeyRing, code: str, wall: datetime) -> int | None:
    """The session whose code this is now, however it was typed; none for a wrong or an old one."""
    found = _CODE.fullmatch("".join(code.split()).upper())
    if found is None:
        return None
    session_id, window = int(found[1]), _window(wall)
    good = [_seal(keys, session_id, window - back) for back in range(WINDOWS)]
    return session_id if any(hmac.compare_digest(found[2], each) for each in good) else None


def number_in(code: str) -> int | None:
    """The session a code speaks of, old or not; none for what is no code."""
    found = _CODE.fullmatch("".join(code.split()).upper())
    return int(found[1]) if found else None


def ticket(keys: KeyRing, session_id: int, applicant_id: int, wall: datetime) -> str:
    """What a page carries that was opened with a good code: its button may be pressed a little later."""
    window = _window(wall)
    return f"{window}-{_ticket(keys, session_id, applicant_id, window)}"


def _ticket(keys: KeyRing, session_id: int, applicant_id: int, window: int) -> str:
    return keys.word(purpose="check-in ticket", row=f"{session_id}:{applicant_id}:{window}")


def ticket_holds(keys: KeyRing, session_id: int, applicant_id: int, given: str, wall: datetime) -> bool:
    window, _, word = given.partition("-")
    if not (window.isascii() and window.isdigit() and len(window) < 12):
        return False
    age = _window(wall) - int(window)
    good = _ticket(keys, session_id, applicant_id, int(window))
    return 0 <= age <= TICKET and hmac.compare_digest(word.encode(), good.encode())


def short_code(check_in: str) -> str:
    """A trainee's own code as it is read out: K7M-4QD. Enough to tell those on one register apart."""
    letters = _letters(hashlib.sha256(check_in.encode()).digest(), SHORT)
    return f"{letters[:3]}-{letters[3:]}"


def is_code_of(check_in: str, typed: str) -> bool:
    """Whether this is somebody's own code: scanned whole, or its short form typed."""
    plain = "".join(typed.split())
    return plain == check_in or plain.replace("-", "").upper() == short_code(check_in).replace("-", "")


def picture(text: str, title: str) -> str:
    """A QR code as SVG that grows with its place, dark on white whatever the page looks like. `title` names it."""
    made = BytesIO()
    segno.make(text, error="m", micro=False).save(
        made, kind="svg", border=4, dark="#0b1a2b", light="#fff", xmldecl=False, svgns=True, omitsize=True,
        svgclass="v-qr", lineclass=None, title=title,
    )  # fmt: skip
    return made.getvalue().decode()
