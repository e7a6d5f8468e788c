"""What every page about one check shows of it: how it stands, with whom, until when, what happened."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.applications.queries import visible_application
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.deciding import DECISIONS
from portal.domain.clearances.owning import SEES_TO, colleagues, team_of
from portal.domain.clearances.rules import OUTCOMES
from portal.domain.clearances.steps import history, words_of
from portal.domain.documents.rules import due_instant, last_day
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing
from portal.staff.forms.checks import CheckOwnerForm

K, P = RequirementKind, Permission
STATES: dict[RequirementState, tuple[str, str]] = {
    RequirementState.NOT_ASKED: ("not asked yet", "soft"),
    RequirementState.WITH_APPLICANT: ("with the applicant", "soft"),
    RequirementState.WITH_US: ("with us", "now"),
    RequirementState.MET: ("met", "soft"),
    RequirementState.NOT_MET: ("not met", "bad"),
}
WAITING = {RequirementState.WITH_APPLICANT, RequirementState.WITH_US}
NAMES = {  # as staff call them
    K.MEDICAL: "Medical certificate",
    K.FITNESS: "Fitness test",
    K.VETTING: "Vetting",
    K.REFERENCES: "References",
    K.IDENTITY: "Identity",
    K.OCCUPATION: "Occupation",
    K.GUARDIAN: "Guardian's consent",
}
OPENED_AT: dict[RequirementKind, tuple[Permission, str]] = {  # who may open a kind's own page, and where it is
    K.REFERENCES: (P.RUN_CHECKS, "staff.references_check"),
    K.IDENTITY: (P.RUN_CHECKS, "staff.identity_check"),
    K.OCCUPATION: (P.RUN_CHECKS, "staff.occupation_check"),
    K.FITNESS: (P.RECORD_FITNESS, "staff.fitness_check"),
}
STEPS = {
    "asked": "Asked for",
    "reminded": "Reminded",
    "met": "Met",
    "not_met": "Not met",
    "with_us": "With us",
    "with_applicant": "Back with the applicant",
    "not_asked": "Not asked any more",
    "owned": "Somebody else sees to it",
    "attempt": "Test recorded",
    "referees_named": "Referee named and asked",
    "referee_asked": "Referee asked again",
    "referee_answered": "Referee answered",
    "referee_declined": "Referee cannot do it",
    "referee_replaced": "Another referee asked for",
    "reference_accepted": "Reference accepted",
    "accepted": "References accepted",
    "seen": "Documents seen",
    "destroyed": "Papers destroyed, their time was over",
}


def step_words(step: str) -> str:
    """What a line of a history says."""
    labels = {one.code: one.label for outcomes in OUTCOMES.values() for one in outcomes}
    labels |= {one.code: one.label for decisions in DECISIONS.values() for one in decisions}
    return STEPS.get(step) or labels.get(step) or step.replace("_", " ").capitalize()


def address_of(kind: RequirementKind, reference: str) -> str | None:
    """Where this viewer sees to a check of this kind; none where it is not theirs."""
    if kind in {K.MEDICAL, K.FITNESS} and current_user.can(P.SEE_CLEARANCES):
        return url_for("staff.check", reference=reference, _anchor=kind.value)
    permission, endpoint = OPENED_AT.get(kind, (None, ""))
    if permission is not None and current_user.can(permission):
        return url_for(endpoint, reference=reference)
    return None


def opened(session: Session, permission: Permission, reference: str, kind: RequirementKind) -> Application:
    """A sent application with this check, within this permission; raises NotFound for any other."""
    found = visible_application(session, current_user, permission, reference)
    if found.received_at is None or all(each.kind is not kind for each in found.requirements):
        raise NotFound()
    return found


def requirement_of(found: Application, kind: RequirementKind) -> Requirement:
    return next(each for each in found.requirements if each.kind is kind)


def about(session: Session, keys: KeyRing, found: Application, kind: RequirementKind) -> dict[str, Any]:
    """The check's standing for its own page; with the words said only for those who see to the kind."""
    row = requirement_of(found, kind)
    mine = bool(current_user.scope(SEES_TO[kind]))
    people = colleagues(session, found.id, kind) if mine else []
    names = staff_names(session, [each for each in (row.owner_id, row.decided_by) if each])
    words, colour = STATES[row.state]
    form = CheckOwnerForm(people, formdata=None, owner=str(row.owner_id or ""), seen=str(row.owner_id or ""))
    return {
        "application": found,
        "reference": found.reference,
        "name": f"{found.given_name} {found.family_name}".strip() or found.reference,
        "kind": kind.value,
        "title": NAMES[kind],
        "late": row.state in WAITING and row.due_at is not None and row.due_at <= clock.now(),
        "state": row.state.value,
        "state_words": words,
        "colour": colour,
        "decided": row.state in {RequirementState.MET, RequirementState.NOT_MET},
        "outcome": step_words(row.reason) if row.reason else "",
        "decided_by": names.get(row.decided_by or 0, ""),
        "decided_at": row.decided_at,
        "owner": names.get(row.owner_id or 0, ""),
        "team": team_of(kind),
        "asked_at": row.asked_at,
        "until": last_day(due_instant(found.campaign, row.due, row.due_at)),
        "expires_on": row.expires_on,
        "owner_form": form if mine else None,
        "history": [(line.at, step_words(line.step), line.by or "") for line in history(session, [row.id])[row.id]],
        "said": words_of(session, keys, row.id) if mine else [],
    }
