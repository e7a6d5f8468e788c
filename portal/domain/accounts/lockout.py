"""Too many failures, and nobody may try for a while: kept in a table, so that it holds across processes.

What was typed is counted whether such an account exists or not, so being made to wait tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import SignInFailure
from portal.domain.accounts.secrets import keyed_hash
from portal.domain.refusals import Refusal

WINDOW = timedelta(minutes=15)
MOST_FAILURES = 5  # of one client at one account: a typing mistake or two, and then thinking again
MOST_AT_ONE = 30  # at one address from everywhere: five guesses by a stranger elsewhere lock nobody out
MOST_FROM_CLIENT = 50  # a police station is one client address to us: ten people may each fail as often as they may


class LockedOut(Refusal):
    status = 429
    title = "Too many tries"
    message = "There were too many tries that did not work. Wait 15 minutes, then try again."


@dataclass(frozen=True)
class Counted:
    """Something failures are counted by, and how many of them it may have."""

    key: str
    most: int


def counted(pepper: bytes, purpose: str, what: str, client: str) -> tuple[Counted, ...]:
    """By what was typed and the client's address together, then by each alone; all kept hashed only."""
    return (
        Counted(keyed_hash(pepper, "failure", purpose, "both", what, client), MOST_FAILURES),
        Counted(keyed_hash(pepper, "failure", purpose, what), MOST_AT_ONE),
        _by_client(pepper, client),
    )


def counted_inside(pepper: bytes, purpose: str, account: str, client: str) -> tuple[Counted, ...]:
    """For a step that nobody reaches without the password: no stranger can use up the account's few tries,
    so they are the same few from wherever they come."""
    return Counted(keyed_hash(pepper, "failure", purpose, account), MOST_FAILURES), _by_client(pepper, client)


def _by_client(pepper: bytes, client: str) -> Counted:
    return Counted(keyed_hash(pepper, "failure", "client", client), MOST_FROM_CLIENT)


def refuse_locked(session: Session, keys: Sequence[Counted]) -> None:
    """Raises `LockedOut` while there are too many failures under any key."""
    since = clock.wall() - WINDOW
    rows = session.execute(
        select(SignInFailure.key, func.count())
        .where(SignInFailure.key.in_([item.key for item in keys]), SignInFailure.at > since)
        .group_by(SignInFailure.key)
    )
    counts = {row[0]: row[1] for row in rows}
    if any(counts.get(item.key, 0) >= item.most for item in keys):
        raise LockedOut()


def note_failure(session: Session, keys: Sequence[Counted]) -> None:
    """Counts a failure under every key; rows too old to matter go at the same time."""
    now = clock.wall()
    with unit_of_work(session):
        session.execute(delete(SignInFailure).where(SignInFailure.at <= now - WINDOW))
        session.add_all(SignInFailure(key=item.key, at=now) for item in keys)


def forget_failures(session: Session, keys: Sequence[Counted]) -> None:
    """After a success: what its owner typed wrong before, from here, does not count against them."""
    with unit_of_work(session):
        session.execute(delete(SignInFailure).where(SignInFailure.key == keys[0].key))
