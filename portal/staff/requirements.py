"""Each requirement of an application as its page shows it: with whom it is, until when, until when it holds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, Requirement, RequirementState
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances.owning import team_of
from portal.domain.clearances.rules import OUTCOMES
from portal.domain.clearances.steps import words_of
from portal.domain.documents.rules import day_words
from portal.services.crypto import KeyRing
from portal.staff.check_shapes import address_of
from portal.staff.filters import MARKS
from portal.web.wording import day_month, in_days

R, MEDICAL = RequirementState, RequirementKind.MEDICAL


def requirement_rows(
    session: Session, keys: KeyRing, application: Application, may: Collection[Permission]
) -> list[dict[str, Any]]:
    """What is still missing first. Of somebody's health only whether they are fit, and what they need, for those who
    may read adjustments."""
    rows = sorted(application.requirements, key=lambda each: (each.state is R.MET, each.id))
    owners = staff_names(session, [each.owner_id for each in rows if each.owner_id])
    medical = next((each for each in rows if each.kind is MEDICAL), None)
    reads = Permission.SEE_ADJUSTMENTS in may
    said = words_of(session, keys, medical.id) if medical is not None and reads else []
    needs = next((each.text for each in said if each.step == "fit_with_changes"), "")
    return [
        _row(each, owners.get(each.owner_id or 0, ""), reads=reads)
        | {
            "href": address_of(each.kind, application.reference),
            "needs": needs if each.kind is MEDICAL and each.reason == "fit_with_changes" else "",
        }
        for each in rows
    ]


def _row(requirement: Requirement, owner: str, *, reads: bool) -> dict[str, Any]:
    """A requirement with whoever has it now and until when."""
    late = requirement.due_at is not None and requirement.due_at < clock.now()
    whose, decided = owner or team_of(requirement.kind), _decided(requirement, reads=reads)
    states = {
        R.NOT_ASKED: ("none", owner, f"due at {requirement.due.value}"),
        R.WITH_APPLICANT: ("them", "Applicant", _due(requirement)),
        R.WITH_US: ("us", whose, _due(requirement)),
        R.MET: ("done", whose, decided),
        R.NOT_MET: ("cross", whose, decided),
    }
    state, holder, words = states[requirement.state]
    waits = requirement.state in {R.WITH_APPLICANT, R.WITH_US}
    return {
        "name": MARKS[requirement.kind][1],
        "state": "late" if late and waits else state,
        "owner": holder,
        "words": words,
    }


def _due(requirement: Requirement) -> str:
    asked = f"asked {day_month(requirement.asked_at)}" if requirement.asked_at else "waiting"
    return (
        f"{asked}, due {day_month(requirement.due_at)}, {in_days(requirement.due_at)}" if requirement.due_at else asked
    )


def _decided(requirement: Requirement, *, reads: bool) -> str:
    word = "met" if requirement.state is R.MET else "not met"
    found = next((one.label for one in OUTCOMES.get(requirement.kind, ()) if one.code == requirement.reason), "")
    if reads and requirement.kind is MEDICAL and found:
        word = found[:1].lower() + found[1:]
    said = f"{word}, {day_month(requirement.decided_at)}" if requirement.decided_at else word
    return f"{said}, holds until {day_words(requirement.expires_on)}" if requirement.expires_on else said
