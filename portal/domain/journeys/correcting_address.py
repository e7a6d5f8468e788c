"""Staff put somebody's e-mail address right: the sign-in, every application's search words, and the trail."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.actions import correct_email
from portal.domain.accounts.addresses import normal_email
from portal.domain.accounts.models import StaffMember
from portal.domain.accounts.queries import staff_by_email
from portal.domain.applications.models import Application
from portal.domain.applications.search import reindex_applicant
from portal.domain.audit.actions import Actor, record
from portal.domain.refusals import Forbidden, NotFound, Refusal


class AddressReason(StrEnum):
    """Why an address is put right, as a code that can be counted."""

    MISTYPED = "mistyped"
    LOST = "lost_access"
    CHANGED = "changed"


REASON_WORDS: dict[AddressReason, str] = {
    AddressReason.MISTYPED: "It was mistyped",
    AddressReason.LOST: "They can no longer read that mailbox",
    AddressReason.CHANGED: "They have a new address",
}


class OwnAddress(Forbidden):
    title = "Somebody else must do this"
    message = "You cannot correct the address of your own application."


class StaffAddress(Refusal):
    """Else whoever corrects an address could make it their own, and read what only its owner may."""

    message = "This is the address of somebody on the staff. Enter the applicant's own address."

    def __init__(self) -> None:
        super().__init__(field="email")


def correct_address(session: Session, actor: Actor, application_id: int, email: str, reason: AddressReason) -> None:
    """Changes where the applicant signs in and is written to.

    Raises NotAnAddress, AddressInUse, OwnAddress for an application of one's own, or StaffAddress.
    """
    with unit_of_work(session):
        application = session.get(Application, application_id)
        officer = session.get(StaffMember, actor.actor_id)
        if application is None or officer is None:
            raise NotFound()
        if application.applicant.email == officer.email:
            raise OwnAddress()
        if staff_by_email(session, normal_email(email)) is not None:
            raise StaffAddress()
        person = application.applicant_id
        correct_email(session, actor, person, email)
        reindex_applicant(session, person)
        record(
            session,
            actor,
            "application.address_corrected",
            subject=("application", application_id),
            application_id=application_id,
            reason=reason.value,
        )
