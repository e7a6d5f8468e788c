"""What a campaign asks of somebody, in the order it is needed, each with the moment by which it is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.campaigns.models import Campaign, CampaignRequirement, RequirementKind, Stage
from portal.domain.campaigns.rules import Terms
from portal.public.words import counted, joined

DUE = {
    Stage.SUBMISSION: "With your application.",
    Stage.INTERVIEW: "By your interview.",
    Stage.OFFER: "Before we make an offer.",
    Stage.TRAINING: "Before training starts.",
    Stage.APPOINTMENT: "Before you are appointed.",
}
TITLES = {
    RequirementKind.MEDICAL: "Bring a medical certificate",
    RequirementKind.FITNESS: "Pass a fitness test",
    RequirementKind.VETTING: "Pass vetting",
    RequirementKind.REFERENCES: "Name {references}",
    RequirementKind.IDENTITY: "Show us who you are",
    RequirementKind.OCCUPATION: "Tell us what you do for a living",
    RequirementKind.GUARDIAN: "Have a yes from a parent or guardian",
}
NOTES = {
    RequirementKind.FITNESS: "You can book a session with us, or show a test you have passed elsewhere.",
    RequirementKind.VETTING: "A past mistake does not always rule you out. We look at each one.",
    RequirementKind.REFERENCES: "We ask for their names after the interview.",
    RequirementKind.IDENTITY: "A passport, driving licence or birth certificate will do.",
    RequirementKind.OCCUPATION: "Some jobs do not go with it. If yours may be one, a person decides and says why.",
    RequirementKind.GUARDIAN: "We write to them and ask.",
}
NUMBERS = ("references_wanted", "medical_notice_days", "medical_fee_paid", "weekends_may_miss")


@dataclass(frozen=True)
class Ask:
    title: str
    note: str


def asks_of(campaign: Campaign, terms: Terms, numbers: Mapping[str, int]) -> list[Ask]:
    """First who may apply, then what is asked on the way."""
    return [*_eligibility(terms), *(_requirement(item, numbers) for item in campaign.requirements)]


def age_words(min_age: int, max_age: int | None) -> str:
    """18 or over; 13 to 17"""
    return f"{min_age} or over" if max_age is None else f"{min_age} to {max_age}"


def _eligibility(terms: Terms) -> list[Ask]:
    counted_on = "on the day you apply" if terms.age_counted_on is None else "on the day training starts"
    asks = [Ask(f"Be {age_words(terms.min_age, terms.max_age)} {counted_on}", "")]
    if terms.district_names:
        where = joined(terms.district_names, "or")
        asks.append(Ask(f"Live in {where}", "Your postcode tells us. If it may lie in two districts, you choose."))
    if terms.hours_a_month:
        asks.append(Ask(f"Give {terms.hours_a_month} hours a month", "Evenings and weekends count. So do weekdays."))
    if terms.training_days:
        note = ""
        if terms.may_miss_weekends:
            weekends = counted(terms.may_miss_weekends, "weekend")
            note = f"If you must miss {weekends}, we help you make it up."
        asks.append(Ask(f"Come to all {counted(terms.training_days, 'training day')}", note))
    return asks


def _requirement(item: CampaignRequirement, numbers: Mapping[str, int]) -> Ask:
    title = TITLES[item.kind].format(references=counted(numbers["references_wanted"], "person", "people"))
    if item.kind is RequirementKind.REFERENCES:
        title += " who can speak for you"
    note = _medical(numbers) if item.kind is RequirementKind.MEDICAL else NOTES[item.kind]
    early = " You may send it with your application." if item.may_upload_early else ""
    return Ask(title, f"{DUE[item.due]}{early} {note}")


def _medical(numbers: Mapping[str, int]) -> str:
    paid = "We pay the fee." if numbers["medical_fee_paid"] else "You pay the fee."
    return f"We give you a form for your doctor and at least {numbers['medical_notice_days']} days. {paid}"
