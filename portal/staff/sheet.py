"""One application as its page shows it: finished values from what the viewer may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.addresses import masked
from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications import queries, waiting
from portal.domain.applications.models import ENDED, Application, Channel, Requirement, RequirementState, State
from portal.domain.applications.queries import Answered
from portal.domain.applications.stages import STATE_WORDS
from portal.domain.audit import queries as audit
from portal.domain.audit.models import ActorKind
from portal.domain.audit.sentences import particulars, sentence
from portal.domain.campaigns.models import Care, RequirementKind
from portal.domain.documents.models import DocumentState
from portal.domain.documents.queries import documents_of
from portal.domain.documents.rules import SORTS
from portal.services.crypto import KeyRing
from portal.staff.listing import MARKS
from portal.web.sessions import Viewer
from portal.web.wording import day_month, in_days, plural, short_day

TITLES = {  # of the sections, in the order in which staff read them
    "why": "Why they want to do this",
    "availability": "Time and training days",
    "strands": "Strands",
    "occupation": "Work",
    "adjustments": "Anything done differently",
    "name": "Name and date of birth",
    "contact": "Contact",
    "address": "Address",
    "declaration": "Declaration",
}
OWN_PLACE = 0  # a campaign's own questions come after the first
CONTACT = {"phone", "address_line1", "address_line2", "town", "postcode"}
HIDDEN = "•••••"
CHANNELS = {
    Channel.ONLINE: "applied online",
    Channel.TELEPHONE: "entered by staff from a telephone call",
    Channel.PAPER: "entered by staff from a paper form",
}
TEAMS = {
    RequirementKind.MEDICAL: "Medical team",
    RequirementKind.FITNESS: "Medical team",
    RequirementKind.VETTING: "Vetting team",
}
FILES = {
    DocumentState.CHECKING: ("being checked", "wait"),
    DocumentState.CLEAN: ("checked, clean", "ok"),
    DocumentState.REFUSED: ("refused", "bad"),
}
NEXT: dict[State, str] = {
    State.SUBMITTED: "read the application and decide",
    State.SHORTLISTED: "invite to an interview",
    State.RESERVE: "offer a place when one comes free",
    State.INTERVIEW: "hold the interview",
    State.OFFERED: "the applicant answers the offer",
    State.ACCEPTED: "finish the checks, then training",
    State.DEFERRED: "offer a place on a later course",
    State.TRAINING: "complete the training days",
    State.APPOINTED: "nothing: appointed",
}


def reaches(viewer: Viewer, permission: Permission, application: Application) -> bool:
    """Whether this permission of the viewer's reaches an application they may already see."""
    scope = viewer.scope(permission)
    return scope.force or (application.district is not None and application.district.division_id in scope.divisions)


def sheet(
    session: Session, keys: KeyRing, viewer: Viewer, application: Application, *, revealed: bool
) -> dict[str, Any]:
    """Everything the page shows. Sealed answers are opened only for those who may read adjustments."""
    adjustments = reaches(viewer, Permission.SEE_ADJUSTMENTS, application)
    answered = queries.answered(session, keys, application, sealed=adjustments)
    events = audit.of_application(session, application.id)
    requirements = [requirement_row(each) for each in sorted(application.requirements, key=_order)]
    return {
        "reference": application.reference,
        "campaign": application.campaign.name,
        "district": application.district.name if application.district else "district not known",
        "scheme": application.campaign.scheme.name,
        "name": f"{application.given_name} {application.family_name}".strip() or "No name given",
        "state": STATE_WORDS[application.state],
        "channel": CHANNELS[application.channel],
        "road": _road(application),
        "next": next_act(application),
        "groups": _groups(answered, revealed=revealed),
        "requirements": requirements,
        "missing": sum(1 for each in requirements if each["state"] != "done"),
        "files": _files(session, application.id),
        "email": application.applicant.email if revealed else masked(application.applicant.email),
        "phone": next((shown(each, revealed=revealed) for each in answered if each.key == "phone"), "not given"),
        "events": told(session, events[: audit.MOST_OF_ONE], health=adjustments),
        "more_events": len(events) > audit.MOST_OF_ONE,
        "revealed": revealed,
        "may_reveal": reaches(viewer, Permission.SEE_CONTACT, application),
        "may_correct": reaches(viewer, Permission.CORRECT_ADDRESSES, application),
        "adjustments": any(each.care is Care.SEALED for each in answered),
    }


def _order(requirement: Requirement) -> tuple[bool, int]:
    return requirement.state is RequirementState.MET, requirement.id


def _road(application: Application) -> list[waiting.Stop]:
    if application.received_at is None:
        return []
    dates = queries.dates_of(application.campaign)
    return waiting.road(application.state, dates, queries.sent_on(application), "")


def next_act(application: Application) -> dict[str, Any]:
    """The strip: what is to be done, by whom, until when; a missed promise says so."""
    if application.state in ENDED:
        reason = (
            f" Reason given: {application.withdrawn_reason.replace('_', ' ')}." if application.withdrawn_reason else ""
        )
        title = f"{STATE_WORDS[application.state]} on {day_month(application.state_since)}"
        return {"title": title, "text": f"Nothing more is to be done.{reason}", "late": False}
    if application.state is State.DRAFT:
        return {"title": "Next: finish and send", "text": "It is not sent yet.", "late": False}
    dates = queries.dates_of(application.campaign)
    promise = waiting.waiting_on(application.state, dates, clock.today(), paused_until=application.paused_until)
    title = f"Next: {NEXT[application.state]}"
    if promise.by is None:
        return {"title": title, "text": promise.from_whom, "late": False}
    whom = "The applicant" if promise.from_whom == waiting.YOU else promise.from_whom
    return {"title": title, "text": f"{whom}, by {short_day(promise.by)}: {in_days(promise.by)}.", "late": promise.late}


def _groups(answered: Sequence[Answered], *, revealed: bool) -> list[dict[str, Any]]:
    """The answers under their sections' titles."""
    found = []
    for section, group in groupby(answered, key=lambda each: each.section):
        rows = list(group)
        title = rows[0].title if rows[0].own else TITLES.get(section, section.capitalize())
        lines = [
            {
                "label": each.label,
                "shown": shown(each, revealed=revealed),
                "sealed": each.care is Care.SEALED,
                "hidden": each.key in CONTACT and not revealed,
            }
            for each in rows
        ]
        place = OWN_PLACE if rows[0].own else list(TITLES).index(section)
        found.append({"section": section, "title": title, "rows": lines, "place": place})
    return sorted(found, key=lambda each: each["place"])


def shown(answer: Answered, *, revealed: bool) -> str:
    """An answer as it may be read: contact details masked until they are revealed."""
    if revealed or answer.key not in CONTACT:
        return answer.shown
    if answer.key == "postcode":
        return answer.shown.partition(" ")[0] + " •••"
    digits = answer.shown.replace(" ", "")
    return f"{digits[:2]}••• •••{digits[-3:]}" if answer.key == "phone" and len(digits) > 6 else HIDDEN


def requirement_row(requirement: Requirement) -> dict[str, Any]:
    """A requirement with whoever has it now and until when."""
    late = requirement.due_at is not None and requirement.due_at < clock.now()
    states = {
        RequirementState.NOT_ASKED: ("none", "", f"due at {requirement.due.value}"),
        RequirementState.WITH_APPLICANT: ("them", "Applicant", _due(requirement)),
        RequirementState.WITH_US: ("us", TEAMS.get(requirement.kind, "Recruitment team"), _due(requirement)),
        RequirementState.MET: ("done", TEAMS.get(requirement.kind, "Recruitment team"), _decided(requirement)),
        RequirementState.NOT_MET: ("cross", TEAMS.get(requirement.kind, "Recruitment team"), _decided(requirement)),
    }
    state, owner, words = states[requirement.state]
    waits = requirement.state in {RequirementState.WITH_APPLICANT, RequirementState.WITH_US}
    return {
        "name": MARKS[requirement.kind][1],
        "state": "late" if late and waits else state,
        "owner": owner,
        "words": words,
    }


def _due(requirement: Requirement) -> str:
    asked = f"asked {day_month(requirement.asked_at)}" if requirement.asked_at else "waiting"
    return (
        f"{asked}, due {day_month(requirement.due_at)}, {in_days(requirement.due_at)}" if requirement.due_at else asked
    )


def _decided(requirement: Requirement) -> str:
    word = "met" if requirement.state is RequirementState.MET else "not met"
    return f"{word}, {day_month(requirement.decided_at)}" if requirement.decided_at else word


def _files(session: Session, application_id: int) -> list[dict[str, Any]]:
    """That there are files and how they stand; never their names, never a way to open them."""
    rows = documents_of(session, application_id)
    return [
        {
            "title": f"{SORTS[row.kind].title if row.kind in SORTS else waiting.NAMES[row.kind]}, file {row.number}",
            "state": FILES[row.state][0],
            "flag": FILES[row.state][1],
            "pages": plural(row.pages, "page") if row.pages else "",
            "received_at": row.received_at,
        }
        for row in rows
    ]


def told(session: Session, events: Iterable[Any], *, health: bool) -> list[dict[str, Any]]:
    """Lines of the trail in words, with who did it. Two statements whatever their number."""
    lines = list(events)
    names = staff_names(session, {each.actor_id for each in lines if each.actor_kind is ActorKind.STAFF})
    return [
        {
            "id": each.id,
            "at": each.at,
            "words": sentence(each.action),
            "more": particulars(each.action, each.detail, health=health),
            "by": who(each, names),
        }
        for each in lines
    ]


def who(event: Any, names: dict[int, str]) -> str:
    """Who did it, as staff read it."""
    if event.actor_kind is ActorKind.STAFF:
        return names.get(event.actor_id, "staff")
    return {ActorKind.APPLICANT: "the applicant", ActorKind.SYSTEM: "the service", ActorKind.STRANGER: "a stranger"}[
        event.actor_kind
    ]
