"""The columns of the applications list, in their order. The name always stands first; contact details are in none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from portal.domain.applications.models import State
from portal.domain.campaigns.models import RequirementKind
from portal.domain.casework.matching import SETTLED


class Column(StrEnum):
    REFERENCE = "reference"
    STAGE = "stage"
    CAMPAIGN = "campaign"
    DISTRICT = "district"
    REQUIREMENTS = "requirements"
    SCORE = "score"
    STILL = "still"  # days without movement
    OWNER = "owner"
    PROMISED = "promised"  # the day of the next contact that the applicant was told
    RECEIVED = "received"


LABELS: dict[Column, str] = {
    Column.REFERENCE: "Reference",
    Column.STAGE: "Stage",
    Column.CAMPAIGN: "Campaign",
    Column.DISTRICT: "District",
    Column.REQUIREMENTS: "Requirements",
    Column.SCORE: "Score",
    Column.STILL: "Still for",
    Column.OWNER: "Owner",
    Column.PROMISED: "Promised",
    Column.RECEIVED: "Received",
}
REQUIREMENTS: dict[RequirementKind, str] = {  # in the order of their marks
    RequirementKind.IDENTITY: "Identity",
    RequirementKind.OCCUPATION: "Occupation",
    RequirementKind.GUARDIAN: "Guardian consent",
    RequirementKind.MEDICAL: "Medical",
    RequirementKind.FITNESS: "Fitness",
    RequirementKind.REFERENCES: "References",
    RequirementKind.VETTING: "Vetting",
}
USUAL = tuple(column for column in Column if column not in {Column.CAMPAIGN, Column.RECEIVED})


def chosen(keys: Iterable[str]) -> tuple[Column, ...]:
    """The columns of these names, each once, in the list's order; what names none is left out."""
    named = set(keys)
    return tuple(column for column in Column if column.value in named)


def promised_on(state: State, next_contact_on: date | None, answer_by: date) -> date | None:
    """The day the applicant was told to hear from us: their own, or before the sift their campaign's."""
    if next_contact_on is not None and state not in SETTLED:
        return next_contact_on
    return answer_by if state is State.SUBMITTED else None
