"""Everybody who asks at a route, by what they are; and a row of what they get."""

from __future__ import annotations

from typing import NamedTuple

ALL = ("stranger", "owner", "neighbour", "half", "recruiter", "assessor", "liaison", "vetting", "medical", "trainer",
       "supervisor", "administrator", "auditor")  # fmt: skip
EVERY_ROLE = ALL[4:]
OWNER = ("owner",)
APPLICANTS = ("owner", "neighbour")
RECRUITER = ("recruiter",)
ASSESSOR = ("assessor",)
SIFTERS = ("recruiter", "assessor")
CASEWORKERS = ("recruiter", "liaison")
REVIEWER = ("medical",)
CHECKERS = ("recruiter", "liaison", "medical")
RECORDERS = ("recruiter", "medical")
VETTING = ("vetting",)
LIAISON = ("liaison",)
ADMINISTRATOR = ("administrator",)
AUDITOR = ("auditor",)
TRAINER = ("trainer",)
HALF_AND_STAFF = ("half", *EVERY_ROLE)

TOKEN_MISSING = 400


class Row(NamedTuple):
    endpoint: str
    address: str
    who: tuple[str, ...]
    get: int | None = 200
    post: int | None = None
