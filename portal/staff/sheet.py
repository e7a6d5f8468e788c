"""One application as its page shows it: finished values from what the viewer may see, part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.accounts.addresses import masked
from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications import queries, waiting
from portal.domain.applications.models import Application, Channel
from portal.domain.applications.stages import STATE_WORDS
from portal.domain.attendance.models import Certificate
from portal.domain.audit import queries as audit
from portal.domain.campaigns.models import Care
from portal.domain.casework.deciding import provisional
from portal.domain.casework.notes import calls_of, notes_of
from portal.domain.casework.presence import others_here
from portal.domain.casework.tagging import tags_of
from portal.domain.correspondence.queries import thread, why_bounced
from portal.domain.documents.models import DocumentState
from portal.domain.documents.queries import documents_of
from portal.domain.documents.rules import SORTS
from portal.domain.interviews.models import SessionKind
from portal.domain.interviews.standing import standing
from portal.domain.shortlisting.showing import scores_of
from portal.domain.volunteers.serving import after_course, own_certificate
from portal.services.crypto import KeyRing
from portal.staff import strip
from portal.staff.answers import groups, shown
from portal.staff.appointment_part import appointment_part
from portal.staff.critical import chart
from portal.staff.filters import points
from portal.staff.offer_part import offer_part
from portal.staff.opening import name_of
from portal.staff.presence import together
from portal.staff.requirements import requirement_rows
from portal.staff.timeline import timeline
from portal.staff.training_part import training_part
from portal.web.sessions import Viewer
from portal.web.wording import plural

LATEST = 6  # lines of the trail beside the page
CHANNELS = {
    Channel.ONLINE: "applied online",
    Channel.TELEPHONE: "entered by staff from a telephone call",
    Channel.PAPER: "entered by staff from a paper form",
}
FILES = {
    DocumentState.CHECKING: ("being checked", "wait"),
    DocumentState.CLEAN: ("checked, clean", "ok"),
    DocumentState.REFUSED: ("refused", "bad"),
}
P = Permission
ASKED = (P.SEE_CONTACT, P.SEE_ADJUSTMENTS, P.WRITE_NOTES, P.WRITE_MESSAGES, P.MOVE_APPLICATIONS, P.MODERATE,
         P.CORRECT_ADDRESSES, P.MAKE_OFFERS, P.PLACE_PEOPLE, P.INVITE, P.PLAN_COHORTS, P.APPOINT)  # fmt: skip


@dataclass(frozen=True)
class Looking:
    """Whoever looks, what they may do with this application, and whether its contact details are shown to them."""

    viewer: Viewer
    may: frozenset[Permission]
    revealed: bool


def reaches(viewer: Viewer, permission: Permission, application: Application) -> bool:
    """Whether this permission of the viewer's reaches an application they may already see."""
    scope = viewer.scope(permission)
    return scope.force or (application.district is not None and application.district.division_id in scope.divisions)


def sheet(
    session: Session, keys: KeyRing, viewer: Viewer, application: Application, *, revealed: bool
) -> dict[str, Any]:
    """Everything the page shows. Sealed answers are opened only for those who may read adjustments."""
    looking = Looking(viewer, _may(viewer, application), revealed)
    return (
        _head(application) | _answers(session, keys, looking, application) | live(session, keys, looking, application)
    )


def changed(session: Session, keys: KeyRing, viewer: Viewer, application: Application) -> dict[str, Any]:
    """The same page's live parts, for one that is open already."""
    may = _may(viewer, application)
    return {"may": may} | _head(application) | live(session, keys, Looking(viewer, may, False), application)


def newest(session: Session, application: Application) -> str:
    """A mark that changes whenever anything happens to an application. One statement."""
    found = audit.of_application(session, application.id, limit=1)
    return _mark(application, found)


def _mark(application: Application, events: Sequence[Any]) -> str:
    return f"{application.version}-{events[0].id if events else 0}"


def _may(viewer: Viewer, application: Application) -> frozenset[Permission]:
    return frozenset(permission for permission in ASKED if reaches(viewer, permission, application))


def live(session: Session, keys: KeyRing, looking: Looking, application: Application) -> dict[str, Any]:
    """The parts that others change while the page is open."""
    requirements = requirement_rows(session, keys, application, looking.may)
    decision = provisional(session, [application.id]).get(application.id)
    lines = thread(session, looking.viewer, application.id)
    unread = sum(1 for line in lines if line.unread)
    scores = scores_of(session, application.id) if P.MODERATE in looking.may else None
    names = staff_names(session, [decision.decided_by] if decision else [])
    certificate = own_certificate(session, application)
    return {
        "state": STATE_WORDS[application.state],
        "tags": tags_of(session, [application.id]).get(application.id, []),
        "decision": decision,
        "strip": strip.strip(
            application, requirements, decision=decision, unread=unread, may=looking.may,
            decided_by=names.get(decision.decided_by, "staff") if decision else "", certified=certificate is not None,
        ),
        "requirements": requirements,
        "missing": sum(1 for each in requirements if each["state"] != "done"),
        "files": _files(session, application.id),
        "owner": _owner(application, looking, certificate),
        "messages": [(line, why_bounced(line.bounce or "")) for line in lines],
        "unread": unread,
        "scores": scores,
        "total": points(scores.total if scores and scores.total is not None else application.score),
        "notes": notes_of(session, keys, application.id),
        "interview": standing(session, application, SessionKind.INTERVIEW),
        "offer": offer_part(session, application),
        "training": training_part(session, application),
        "appointment": appointment_part(session, application, looking.may),
        "critical": chart(session, application),
    } | _trail(session, keys, looking, application)  # fmt: skip


def _head(application: Application) -> dict[str, Any]:
    dates = queries.dates_of(application.campaign)
    return {
        "reference": application.reference,
        "application_id": application.id,
        "campaign": application.campaign.name,
        "district": application.district.name if application.district else "district not known",
        "name": name_of(application),
        "channel": CHANNELS[application.channel],
        "road": waiting.road(application.state, dates, queries.sent_on(application), ""),
    }


def _answers(session: Session, keys: KeyRing, looking: Looking, application: Application) -> dict[str, Any]:
    answered = queries.answered(session, keys, application, sealed=P.SEE_ADJUSTMENTS in looking.may)
    email, revealed = application.applicant.email, looking.revealed
    return {
        "groups": groups(answered, revealed=revealed),
        "adjustments": any(each.care is Care.SEALED for each in answered),
        "email": email if revealed else masked(email),
        "phone": next((shown(each, revealed=revealed) for each in answered if each.key == "phone"), "not given"),
        "revealed": revealed,
        "may": looking.may,
        "here": together(others_here(session, looking.viewer, "application", application.id)),
        "ways": strip.other_acts(application, looking.may),
    }


def _trail(session: Session, keys: KeyRing, looking: Looking, application: Application) -> dict[str, Any]:
    found = audit.of_application(session, application.id)
    events, health = found[: audit.MOST_OF_ONE], P.SEE_ADJUSTMENTS in looking.may
    lines = timeline(session, events, calls_of(session, keys, application.id), health=health)
    return {
        "events": lines,
        "latest": lines[:LATEST],
        "more_events": len(found) > audit.MOST_OF_ONE,
        "mark": _mark(application, events),
    }


def _owner(application: Application, looking: Looking, certificate: Certificate | None) -> dict[str, Any]:
    """Who answers for it, and what the applicant was promised, in the words the applicant reads."""
    promise = after_course(queries.promise_of(application), certificate, application.state)
    return {
        "name": application.owner.name if application.owner else "",
        "team": application.owner.team if application.owner else "",
        "mine": application.owner_id == looking.viewer.id,
        "me": looking.viewer.id,
        "promised": application.next_contact_on,
        "sees": promise.words,
        "late": promise.late and bool(promise.words),
        "version": application.version,
        "seen": application.owner_id or 0,
    }


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
