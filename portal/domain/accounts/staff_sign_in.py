"""Staff sign in by a password and then a second factor: a code from an app, or a recovery code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.lockout import counted, counted_inside, forget_failures, note_failure, refuse_locked
from portal.domain.accounts.models import RecoveryCode, StaffMember
from portal.domain.accounts.passwords import verify
from portal.domain.accounts.queries import staff_by_email
from portal.domain.accounts.secrets import bare, keyed_hash, new_recovery_codes
from portal.domain.audit.actions import STRANGER, record
from portal.domain.refusals import Refusal
from portal.services.crypto import KeyRing

STEP_SECONDS = 30
DRIFT_STEPS = 1  # a telephone's clock may be half a minute off


class WrongPassword(Refusal):
    message = "The e-mail address or the password is not right."

    def __init__(self) -> None:
        super().__init__(field="password")


class WrongCode(Refusal):
    message = "That code is not right, or it has been used. Wait for the next one and type that."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, field="code")


@dataclass(frozen=True)
class Door:
    """What every try at the staff door is judged with: the pepper, and the client's address."""

    pepper: bytes
    client: str


def verify_password(session: Session, *, email: str, password: str, door: Door) -> StaffMember:
    """The member of staff with this password. Raises `LockedOut`, or `WrongPassword` whatever was wrong.

    The same work is done whether the account exists, is disabled or has no password yet.
    """
    keys = counted(door.pepper, "password", email, door.client)
    refuse_locked(session, keys)
    member = staff_by_email(session, email)
    right = verify(member.password_hash if member else None, password)
    if member is not None and right and member.disabled_at is None:
        forget_failures(session, keys)
        return member
    with unit_of_work(session):
        note_failure(session, keys)
        record(session, STRANGER, "staff.password_refused", subject=("staff", member.id if member else None))
    raise WrongPassword()


def accepted_step(secret: str, code: str, at: datetime, last_step: int) -> int | None:
    """The time step whose code this is, if it is near `at` and later than the last one used."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    steps = range(max(now - DRIFT_STEPS, last_step + 1), now + DRIFT_STEPS + 1)
    return next((step for step in steps if totp.verify(code, for_time=step * STEP_SECONDS)), None)


def totp_secret(keys: KeyRing, member: StaffMember) -> str:
    """The secret shared with this member's app; one must have been begun."""
    if member.totp_sealed is None:
        raise WrongCode()
    return keys.unseal(member.totp_sealed, table="staff_member", row=str(member.id), column="totp_sealed")


def begin_totp(session: Session, keys: KeyRing, member: StaffMember) -> None:
    """Makes the secret to enrol with, unless there is one. Until it is confirmed it opens nothing."""
    with unit_of_work(session):
        row = locked(session, StaffMember, member.id)
        if row is not None and row.totp_sealed is None:
            row.totp_sealed = keys.seal(
                pyotp.random_base32(), table="staff_member", row=str(row.id), column="totp_sealed"
            )


def verify_totp(session: Session, member: StaffMember, code: str, keys: KeyRing, door: Door) -> None:
    """Uses a code from the member's app, once. Raises `LockedOut` or `WrongCode`."""
    failures = counted_inside(door.pepper, "second factor", str(member.id), door.client)
    refuse_locked(session, failures)
    with unit_of_work(session):
        row = locked(session, StaffMember, member.id)
        if row is not None and row.disabled_at is None:
            step = accepted_step(totp_secret(keys, row), code, clock.wall(), row.totp_last_step)
            if step is not None:
                row.totp_last_step = step
                forget_failures(session, failures)
                return
        note_failure(session, failures)
        record(session, member, "staff.code_refused", subject=("staff", member.id))
    raise WrongCode()


def confirm_totp(session: Session, member: StaffMember, code: str, keys: KeyRing, door: Door) -> list[str]:
    """The first code from a new app: from now on it is needed. Returns the recovery codes, to show once."""
    verify_totp(session, member, code, keys, door)
    with unit_of_work(session):
        row = locked(session, StaffMember, member.id)
        if row is None or row.totp_confirmed_at is not None:
            raise WrongCode("A second step has been set up already. Sign in with it.")
        row.totp_confirmed_at = clock.wall()
        record(session, member, "staff.second_factor_set", subject=("staff", member.id))
        return renew_recovery_codes(session, member, door.pepper)


def renew_recovery_codes(session: Session, member: StaffMember, pepper: bytes) -> list[str]:
    """Ten new codes in place of whatever there was; only their hashes are kept."""
    codes = new_recovery_codes()
    with unit_of_work(session):
        for row in session.scalars(select(RecoveryCode).filter_by(staff_id=member.id)):
            session.delete(row)
        session.add_all(
            RecoveryCode(staff_id=member.id, code_hash=recovery_hash(pepper, member, code)) for code in codes
        )
        record(session, member, "recovery_codes.made", subject=("staff", member.id))
    return codes


def note_saved(session: Session, member: StaffMember) -> None:
    """On record that the codes were saved by whoever they were shown to."""
    with unit_of_work(session):
        record(session, member, "recovery_codes.saved", subject=("staff", member.id))


def recovery_hash(pepper: bytes, member: StaffMember, code: str) -> str:
    return keyed_hash(pepper, "recovery code", str(member.id), bare(code))


def use_recovery_code(session: Session, member: StaffMember, code: str, door: Door) -> int:
    """Uses a recovery code in place of the app's; returns how many are left. Raises `LockedOut` or `WrongCode`."""
    failures = counted_inside(door.pepper, "second factor", str(member.id), door.client)
    refuse_locked(session, failures)
    with unit_of_work(session):
        person = locked(session, StaffMember, member.id)
        live = list(session.scalars(select(RecoveryCode).filter_by(staff_id=member.id, used_at=None)))
        given = recovery_hash(door.pepper, member, code)
        found = next((row for row in live if row.code_hash == given), None)
        if found is not None and person is not None and person.disabled_at is None and person.totp_confirmed_at:
            found.used_at = clock.wall()
            forget_failures(session, failures)
            record(session, member, "recovery_code.used", subject=("staff", member.id), left=len(live) - 1)
            return len(live) - 1
        note_failure(session, failures)
        record(session, member, "staff.code_refused", subject=("staff", member.id))
    raise WrongCode("That recovery code is not right, or it has been used.")
