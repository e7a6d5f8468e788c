"""Passkeys: a credential on a device that stands for password and second factor together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal import clock
from portal.db import locked, unit_of_work
from portal.domain.accounts.models import Passkey, StaffMember, UsedChallenge
from portal.domain.accounts.queries import hashed
from portal.domain.audit.actions import STRANGER, record
from portal.domain.refusals import NotFound, Refusal

CHALLENGE_MINUTES = 5
NEEDED = UserVerificationRequirement.REQUIRED  # the device asks for a finger or PIN: that is the second factor


class PasskeyRefused(Refusal):
    title = "That passkey did not work"
    message = "That passkey did not work here. Sign in with your password instead."


@dataclass(frozen=True)
class Party:
    """The site as browsers know it: its host name, its origin and its name."""

    host: str
    origin: str
    name: str


def registration_options(session: Session, party: Party, member: StaffMember) -> str:
    """What the browser is asked to make, as JSON; its `challenge` must be kept for `register`."""
    known = session.scalars(select(Passkey.credential_id).filter_by(staff_id=member.id))
    options = generate_registration_options(
        rp_id=party.host,
        rp_name=party.name,
        user_id=f"staff-{member.id}".encode(),
        user_name=member.email,
        user_display_name=member.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=NEEDED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key) for key in known],
    )
    return options_to_json(options)


def authentication_options(party: Party) -> str:
    """What the browser is asked to sign, as JSON. Names no account: the device knows whose key it holds."""
    return options_to_json(generate_authentication_options(rp_id=party.host, user_verification=NEEDED))


def challenge_of(options: str) -> str:
    return str(json.loads(options)["challenge"])


def register(session: Session, member: StaffMember, party: Party, *, answer: str, challenge: str, name: str) -> None:
    """Keeps a new passkey. Raises `PasskeyRefused`."""
    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=_asked(challenge),
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        raise PasskeyRefused("That passkey could not be added. Try again.") from None
    with unit_of_work(session):
        _use_up(session, challenge)
        if session.scalars(select(Passkey).filter_by(credential_id=verified.credential_id)).one_or_none():
            raise PasskeyRefused("That passkey has been added already.")
        passkey = Passkey(
            staff_id=member.id,
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=name,
            created_at=clock.wall(),
        )
        session.add(passkey)
        session.flush()
        record(session, member, "passkey.added", subject=("passkey", passkey.id))


def sign_in_with(session: Session, party: Party, *, answer: str, challenge: str) -> StaffMember:
    """The member of staff whose passkey signed the challenge. Raises `PasskeyRefused` for every reason alike."""
    passkey = session.scalars(select(Passkey).filter_by(credential_id=_credential_id(answer))).one_or_none()
    if passkey is None:
        raise PasskeyRefused()
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=_asked(challenge),
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        with unit_of_work(session):
            record(session, STRANGER, "passkey.refused", subject=("passkey", passkey.id))
        raise PasskeyRefused() from None
    with unit_of_work(session):
        row = locked(session, Passkey, passkey.id)
        member = session.get_one(StaffMember, passkey.staff_id, populate_existing=True)
        if row is None or member.disabled_at is not None or 0 < verified.new_sign_count <= row.sign_count:
            raise PasskeyRefused()
        _use_up(session, challenge)  # many devices count nothing, so the count alone stops no replay
        row.sign_count = verified.new_sign_count
        record(session, member, "passkey.used", subject=("passkey", row.id))
    return member


def _use_up(session: Session, challenge: str) -> None:
    """A challenge is answered once, whoever holds a copy of the cookie it waits in. Raises `PasskeyRefused`."""
    now = clock.wall()
    session.execute(delete(UsedChallenge).where(UsedChallenge.used_at < now - timedelta(minutes=CHALLENGE_MINUTES)))
    try:
        with session.begin_nested():
            session.add(UsedChallenge(challenge_hash=hashed(challenge), used_at=now))
    except IntegrityError:
        raise PasskeyRefused() from None


def _asked(challenge: str) -> bytes:
    """Nothing was asked, or too long ago: then no answer is right, not even one to an empty challenge."""
    if not challenge:
        raise PasskeyRefused()
    return base64url_to_bytes(challenge)


def _credential_id(answer: str) -> bytes:
    try:
        given: Any = json.loads(answer)
        return base64url_to_bytes(given["rawId"])
    except (ValueError, KeyError, TypeError):
        raise PasskeyRefused() from None


def remove_passkey(session: Session, member: StaffMember, passkey_id: int) -> None:
    """Raises `NotFound` for one that is not this member's."""
    with unit_of_work(session):
        row = locked(session, Passkey, passkey_id)
        if row is None or row.staff_id != member.id:
            raise NotFound()
        session.delete(row)
        record(session, member, "passkey.removed", subject=("passkey", passkey_id))
