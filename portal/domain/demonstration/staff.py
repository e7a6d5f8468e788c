"""The demonstration's staff: one of each role, and some whose reach is one division.

Their password and second factors are made from the installation's own secret, so that they stay
the same for it, differ between installations, and stand in no file.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, SetUpLink, StaffMember
from portal.domain.accounts.passwords import hash_password
from portal.domain.accounts.staff_accounts import NewRole, create_staff
from portal.domain.audit.actions import SYSTEM
from portal.domain.campaigns.models import Division
from portal.services.crypto import KeyRing

DOMAIN = "demo.example"


@dataclass(frozen=True)
class Account:
    """One member of staff; `division` is a slug, or none for the whole force."""

    who: str  # the part of the address before the @
    name: str
    role: Role
    team: str = "Recruitment team"
    division: str = ""

    @property
    def email(self) -> str:
        return f"{self.who}@{DOMAIN}"


ACCOUNTS: tuple[Account, ...] = (
    Account("recruiter", "Rowan Achterberg", Role.RECRUITER),
    Account("recruiter-west", "Nell Ferreira", Role.RECRUITER, division="west"),
    Account("recruiter-north", "Jude Abiola", Role.RECRUITER, division="north"),
    Account("assessor", "Morwenna Pike", Role.ASSESSOR, "Assessors"),
    Account("assessor-2", "Samir Lund", Role.ASSESSOR, "Assessors"),
    Account("assessor-3", "Lowri Benbow", Role.ASSESSOR, "Assessors"),
    Account("assessor-4", "Tobias Okello", Role.ASSESSOR, "Assessors"),
    Account("liaison", "Hester Voss", Role.LIAISON, "West Division volunteering", "west"),
    Account("liaison-north", "Callum Adeyemi", Role.LIAISON, "North Division volunteering", "north"),
    Account("vetting", "Ingrid Solace", Role.VETTING, "Vetting unit"),
    Account("vetting-2", "Ewan Marsh", Role.VETTING, "Vetting unit"),  # it takes two to refuse
    Account("medical", "Dr Anwen Castell", Role.MEDICAL, "Occupational health"),
    Account("trainer", "Bex Calloway", Role.TRAINER, "Training team"),
    Account("trainer-2", "Dev Marlowe", Role.TRAINER, "Training team"),
    Account("supervisor", "Ravi Thackeray", Role.SUPERVISOR, "Maidstone neighbourhood team"),
    Account("administrator", "Odile Marchant", Role.ADMINISTRATOR, "Systems"),
    Account("auditor", "Gwen Ipswich", Role.AUDITOR, "Information assurance"),
)


def password(secret_key: str) -> str:
    """The one password all of them have here."""
    made = base64.b32encode(_made(secret_key, "password")).decode().lower()
    return "-".join(made[start : start + 5] for start in range(0, 15, 5))


def totp_secret(secret_key: str, email: str) -> str:
    """The secret for an authenticator app, in base 32 as apps take it."""
    return base64.b32encode(_made(secret_key, email)[:20]).decode()


def _made(secret_key: str, purpose: str) -> bytes:
    return hmac.new(secret_key.encode(), f"demonstration {purpose}".encode(), "sha256").digest()


def make_staff(session: Session, keys: KeyRing, secret_key: str) -> dict[str, StaffMember]:
    """Everybody above, able to sign in; who → member. The catalogue must be seeded."""
    stored = hash_password(password(secret_key))
    with unit_of_work(session):
        divisions = {row.slug: row.id for row in session.scalars(select(Division))}
        made = {}
        for account in ACCOUNTS:
            role = NewRole(account.role, divisions.get(account.division), starts_on=date(2017, 1, 3))
            member, _ = create_staff(
                session, SYSTEM, email=account.email, name=account.name, roles=[role], team=account.team, mailed=False
            )
            member.password_hash, member.totp_confirmed_at = stored, clock.now()
            secret = totp_secret(secret_key, account.email)
            member.totp_sealed = keys.seal(secret, table="staff_member", row=str(member.id), column="totp_sealed")
            made[account.who] = member
        session.execute(delete(SetUpLink))
    return made
