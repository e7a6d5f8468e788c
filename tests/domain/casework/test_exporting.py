"""A long list needs no more memory than a short one."""

from __future__ import annotations

import tracemalloc

from sqlalchemy.orm import Session

from portal.domain.accounts.models import Role
from portal.domain.casework.columns import USUAL
from portal.domain.casework.exporting import Format, export
from portal.domain.casework.listing import Narrowed, matching
from portal.web.sessions import Viewer
from tests.support.bulk import load_applications
from tests.support.make_campaigns import the_pilot
from tests.support.people import a_staff_member

SHORT, LONG = 1_800, 5_400


def test_memory_stays_flat(session: Session) -> None:
    the_pilot(session)
    officer = a_staff_member(session, Role.RECRUITER)
    viewer = Viewer("staff", officer, 1, True, None, "", officer.roles)
    peaks: dict[Format, list[int]] = {kind: [] for kind in Format}
    for number in (SHORT, LONG - SHORT):
        load_applications(session, number, decider=officer.id, seed=number)
        for kind in Format:
            peaks[kind].append(peak(session, viewer, kind))
    assert all(long < short * 1.2 for short, long in peaks.values()), peaks


def peak(session: Session, viewer: Viewer, kind: Format) -> int:
    """The most bytes held at once while a list is written."""
    tracemalloc.start()
    try:
        export(session, viewer, matching(Narrowed(whole=True), None), USUAL, names=True, form=kind).close()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
