"""What a bulk act is: who may do it, whom it leaves out, how one application's turn goes and is taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from portal.domain.accounts.rules import Permission
from portal.domain.bulk.acting import Acting
from portal.domain.bulk.models import Run
from portal.domain.refusals import Refusal

Detail = Mapping[str, Any]  # what an act needs beside applications, as JSON: an owner, a tag, a message
Obstacles = Sequence[tuple[str, ColumnElement[bool]]]  # code → condition over Application; the first that holds counts
Do = Callable[[Session, Acting, int, Run], int | None]  # returns the number of what it replaced, if anything
Together = Callable[[Session, Acting, Sequence[int], Run], Mapping[int, str]]  # returns who was left out, and why
Undo = Callable[[Session, Acting, int, Run, int | None], None]  # is given that number back


class LeftOut(Refusal):
    """This application's turn comes to nothing, for this reason's code."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Act:
    """One line of the registry. The same `obstacles` make the preview, the set at confirmation, and the check when
    an application's turn comes; a preview may ask before the detail is filled in. `lasting` says of what was done that
    it can no longer be undone. An act is done to one (`do`), or to a whole batch `together` where what one gets
    depends on what the others get."""

    key: str
    permission: Permission
    obstacles: Callable[[Detail], Obstacles]
    do: Do | None = None
    together: Together | None = None
    undo: Undo | None = None
    lasting: Callable[[Run], Obstacles] = lambda _run: ()
    batch: int = 25  # applications in one unit of work: other writers wait for no more than these


Registry = Mapping[str, Act]

# Why an application is left out, or stays as it is: code → words for staff.
WHY: dict[str, str] = {
    "beyond": "your role does not reach them",
    "gone": "you can no longer see them",
    "state": "this cannot be done where they are on the road",
    "already": "already so",
    "owner": "they cannot be given to this person",
    "written": "these very words were written to them lately",
    "nothing": "nothing is waiting to be released",
    "unsettled": "others in their campaign still wait for a score, and all are released together",
    "places": "every place of the course is taken",
    "seats": "they have their readers already",
    "no_reader": "no reader is free for them",
    "chances": "they did not come as often as your settings allow",
    "moved": "something about them changed meanwhile",
    "failed": "something went wrong on our side",
    "released": "the applicant has been told",
    "sent": "the message has left",
    "changed": "somebody changed it since",
    "permission": "you may no longer do this",
}
