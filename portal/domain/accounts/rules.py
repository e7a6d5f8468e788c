"""Roles and permissions: the one table the guards, the pages and the permissions page read.

Source: "Who may see and do what" in the service's role table (docs/roles.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from portal.domain.accounts.models import Role, SignInSession


class Permission(StrEnum):
    """What a member of staff may do. A view names one; a role grants some."""

    SEE_WORK = "see work"
    SEE_APPLICATIONS = "see applications"
    SEE_CONTACT = "see contact details"
    SEE_ADJUSTMENTS = "see adjustments"
    ENTER_APPLICATIONS = "enter applications for others"
    MOVE_APPLICATIONS = "decide on applications"
    WRITE_NOTES = "write notes and log calls"
    WRITE_MESSAGES = "write to applicants"
    EXPORT_LISTS = "export lists"
    SETTLE_DUPLICATES = "decide on duplicates"
    MANAGE_CAMPAIGNS = "manage campaigns"
    SEE_SHORTLISTING = "open shortlisting"
    SCORE_BLIND = "score applications blind"
    MODERATE = "moderate and release shortlists"
    CORRECT_ADDRESSES = "correct e-mail addresses"
    SEE_CLEARANCES = "see medical and fitness requirements"
    SEE_MEDICAL_DOCUMENTS = "open medical documents"
    SEE_FITNESS_DOCUMENTS = "open fitness documents"
    PLAN_INTERVIEWS = "plan interview and fitness days"
    SEE_INTERVIEWS = "open interview and fitness days"
    SCORE_INTERVIEWS = "score interviews on their own panels"
    INVITE = "invite applicants and book for them"
    MAKE_OFFERS = "make offers and run the reserve list"
    PLACE_PEOPLE = "decide where somebody will serve"
    OPEN_CHECKS = "open the list of checks"
    SEE_CHECKS = "see how checks stand"
    RUN_CHECKS = "see to references, identity and occupation"
    RECORD_FITNESS = "record fitness tests"
    SEE_VETTING_STATUS = "see how vetting stands"
    RUN_VETTING = "vet: read declarations, ask, decide"
    CHECK_CRITERIA = "check the criteria for volunteering"
    TAKE_CHANGES = "take changes of circumstances"
    EDIT_COURSES = "edit courses"
    SEE_COHORTS = "open cohorts"
    PLAN_COHORTS = "plan cohorts and enrol trainees"
    KEEP_REGISTER = "keep the register and sign off catch-ups of their own cohorts"
    SEE_EMERGENCY = "see the emergency contacts of their own cohorts"
    COMPLETE_TRAINING = "issue certificates of training"
    SEE_VOLUNTEERS = "see volunteers and their powers"
    APPOINT = "appoint volunteers"
    GRANT_POWERS = "designate and withdraw powers"
    MANAGE_STAFF = "manage staff accounts"
    READ_AUDIT = "read the audit trail"


P, R = Permission, Role

GRANTS: dict[Role, frozenset[Permission]] = {
    R.RECRUITER: frozenset(
        {
            P.SEE_WORK,
            P.SEE_APPLICATIONS,
            P.SEE_CONTACT,
            P.SEE_ADJUSTMENTS,
            P.ENTER_APPLICATIONS,
            P.MOVE_APPLICATIONS,
            P.WRITE_NOTES,
            P.WRITE_MESSAGES,
            P.EXPORT_LISTS,
            P.SETTLE_DUPLICATES,
            P.MANAGE_CAMPAIGNS,
            P.SEE_SHORTLISTING,
            P.MODERATE,
            P.CORRECT_ADDRESSES,
            P.PLAN_INTERVIEWS,
            P.SEE_INTERVIEWS,
            P.SCORE_INTERVIEWS,
            P.INVITE,
            P.MAKE_OFFERS,
            P.PLACE_PEOPLE,
            P.OPEN_CHECKS,
            P.SEE_CHECKS,
            P.RUN_CHECKS,
            P.RECORD_FITNESS,
            P.SEE_VETTING_STATUS,
            P.EDIT_COURSES,
            P.SEE_COHORTS,
            P.PLAN_COHORTS,
            P.COMPLETE_TRAINING,
            P.SEE_VOLUNTEERS,
            P.APPOINT,
            P.GRANT_POWERS,
        }
    ),
    R.ASSESSOR: frozenset({P.SEE_WORK, P.SEE_SHORTLISTING, P.SCORE_BLIND, P.SEE_INTERVIEWS, P.SCORE_INTERVIEWS}),
    R.LIAISON: frozenset(
        {
            P.SEE_WORK,
            P.SEE_APPLICATIONS,
            P.SEE_CONTACT,
            P.WRITE_NOTES,
            P.PLACE_PEOPLE,
            P.OPEN_CHECKS,
            P.SEE_CHECKS,
            P.SEE_VETTING_STATUS,
            P.CHECK_CRITERIA,
            P.TAKE_CHANGES,
            P.SEE_VOLUNTEERS,
        }
    ),
    R.VETTING: frozenset({P.SEE_WORK, P.SEE_VETTING_STATUS, P.RUN_VETTING}),
    R.MEDICAL: frozenset(
        {
            P.SEE_WORK,
            P.OPEN_CHECKS,
            P.SEE_CLEARANCES,
            P.SEE_MEDICAL_DOCUMENTS,
            P.SEE_FITNESS_DOCUMENTS,
            P.RECORD_FITNESS,
        }
    ),
    R.TRAINER: frozenset({P.SEE_WORK, P.SEE_COHORTS, P.KEEP_REGISTER, P.SEE_EMERGENCY}),
    R.SUPERVISOR: frozenset({P.SEE_WORK}),
    R.ADMINISTRATOR: frozenset({P.SEE_WORK, P.MANAGE_STAFF}),
    R.AUDITOR: frozenset({P.SEE_WORK, P.READ_AUDIT}),
}

DIVISIONAL = frozenset({R.RECRUITER, R.LIAISON})  # roles that may be held for one division only


class HeldRole(Protocol):
    role: Role
    division_id: int | None
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class Scope:
    """Where a permission reaches: the whole force, or these divisions (none of them: nowhere)."""

    force: bool = False
    divisions: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.force or bool(self.divisions)


NOWHERE = Scope()


def in_force(held: HeldRole, today: date) -> bool:
    """A role holds from its first day to its last, both included."""
    return held.starts_on <= today and (held.ends_on is None or today <= held.ends_on)


def scope_of(permission: Permission, roles: Iterable[HeldRole], today: date) -> Scope:
    """Where these roles grant the permission today."""
    granting = [held for held in roles if permission in GRANTS[held.role] and in_force(held, today)]
    return Scope(
        force=any(held.division_id is None for held in granting),
        divisions=frozenset(held.division_id for held in granting if held.division_id is not None),
    )


@dataclass(frozen=True)
class Limits:
    """How long a sign-in lasts without being used, and at most."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class SessionLimits:
    applicant: Limits
    staff: Limits


SEEN_EVERY = timedelta(minutes=1)  # how often a session's last use is written down


def session_lives(row: SignInSession, limits: SessionLimits, wall: datetime) -> bool:
    """Whether a sign-in still holds: not ended, not idle too long, not too old."""
    of_door = limits.staff if row.staff_id is not None else limits.applicant
    return row.ended_at is None and wall - row.seen_at <= of_door.idle and wall - row.created_at <= of_door.absolute
