"""My work: what waits for me, how long it has, what closes soon, and what changed since I was last here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.deputies import stands_in_for
from portal.domain.accounts.models import Role
from portal.domain.accounts.rules import Permission, in_force
from portal.domain.accounts.unsent import how_many
from portal.domain.applications.progress import received_counts
from portal.domain.campaigns.queries import current_campaigns, divisions
from portal.domain.overview.soon import Closing, Since, changed_since, closing_soon, last_here
from portal.domain.overview.work import Waiting, Work, waiting_for
from portal.domain.paging import FEW
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.listing import counted
from portal.staff.work_ways import way_to
from portal.web.guards import requires
from portal.web.navigation import exists
from portal.web.wording import in_days, plural

MINE = {"owner": ["me", "none"]}


@dataclass(frozen=True)
class Kind:
    """How one kind of work is told: what it is, the next act, and where it is done."""

    title: str
    note: str
    act: str
    endpoint: str
    part: str = "wait"  # the place under the heading of the page
    place: dict[str, Any] | None = None  # which part of that page; the list narrows to one's own or nobody's


KINDS: dict[Work, Kind] = {
    Work.LATE: Kind(
        "Answers past their promised day", "The applicants can see that we are late", "Read and decide",
        "staff.applications", "late", {"flag": "late", "sort": "oldest"},
    ),
    Work.LATE_READINGS: Kind(
        "Readings past their day", "Given to assessors, and not finished", "Ask, or give to somebody else",
        "staff.shortlisting", "late",
    ),
    Work.READ_LATE: Kind(
        "Your readings past their day", "Others wait for your scores", "Read and score", "staff.shortlisting", "late",
    ),
    Work.READ: Kind("Applications to read", "Blind, against the criteria", "Read and score", "staff.shortlisting"),
    Work.SHEETS: Kind(
        "Interview sheets", "You were on the panel", "Write yours, then agree", "staff.interview_sheets",
    ),
    Work.PANEL_SHORT: Kind(
        "Panels that need somebody else", "Somebody on them knows the applicant", "Change the panel, or the time",
        "staff.all_interview_outcomes",
    ),
    Work.UNANSWERED: Kind(
        "Invited, and no answer", "Their day to choose a time has passed", "Ring, give time or let lapse",
        "staff.all_invitations", "late",
    ),
    Work.OTHER_TIME: Kind(
        "Asked for another time", "None of the times suits them", "Read, and book for them", "staff.all_invitations",
    ),
    Work.UNREAD: Kind(
        "Messages from applicants", "Nobody has read them yet", "Read and answer", "staff.messages",
        place={"part": "unread"},
    ),
    Work.OCCUPATION: Kind(
        "Occupations to decide on", "Their work may not go together with the role", "Decide, with a reason",
        "staff.applications", place={"flag": "needs_decision", "sort": "oldest"},
    ),
    Work.DIFFERS: Kind(
        "Scores that differ", "Both readers are done, and too far apart", "Settle in moderation", "staff.shortlisting",
    ),
    Work.REPORTED: Kind(
        "Words that still tell who it is", "A reader has reported them", "Hide them", "staff.shortlisting",
    ),
    Work.DUPLICATES: Kind(
        "Perhaps the same person", "Two addresses with much in common", "Compare side by side", "staff.duplicates",
    ),
    Work.RETURNED: Kind(
        "Messages that did not arrive", "The applicants have not heard from us", "Look, and send again",
        "staff.messages", place={"part": "failed"},
    ),
    Work.SIFT: Kind(
        "Applications to sift", "Sent, and no answer given yet", "Read and decide", "staff.applications",
        place={"stage": "sift", "sort": "oldest"},
    ),
    Work.OFFERS_LATE: Kind(
        "Offers without an answer", "Their day has passed, and the places are still held",
        "Ring them, give more time, or let lapse", "staff.offers", "late",
    ),
    Work.ENROL: Kind(
        "People to enrol", "They have accepted, and have no place in a cohort", "Look at the suggestion",
        "staff.cohorts", place={"work": "enrol"},
    ),
    Work.BEGIN: Kind(
        "Training to begin", "Their course is near, and everything due is done", "Begin it", "staff.cohorts",
        place={"work": "begin"},
    ),
    Work.REGISTER: Kind(
        "Registers of today", "Until everybody is marked", "Open the register", "staff.trainers_day",
    ),
    Work.GAPS: Kind(
        "Registers with gaps", "The day is over, and somebody is not marked", "Mark them", "staff.trainers_day",
        place={"_anchor": "gaps"},
    ),
    Work.CATCH_UPS: Kind(
        "Catch-ups to see to", "What trainees missed and make good", "Say yes, read, sign off", "staff.catch_ups",
    ),
    Work.PLACING: Kind(
        "People to place", "They have accepted, and nobody has said where they will serve", "Look at the proposal",
        "staff.applications", place={"stage": "offer"},
    ),
    Work.INTERVIEWED: Kind(
        "Interviews to decide on", "The panels have agreed", "Read the sheets and decide",
        "staff.all_interview_outcomes",
    ),
    Work.PROVISIONAL: Kind(
        "Decisions not released", "Nobody outside knows of them yet", "Look over and release", "staff.applications",
        place={"flag": "decision"},
    ),
    Work.POWERS_DOUBT: Kind(
        "Powers in doubt", "Vetting of their holders stands no longer", "Look, and withdraw them",
        "staff.powers_register", "late",
    ),
    Work.COMPLETING: Kind(
        "Training to complete", "The course is over, and they hold no certificate", "Issue it, or see what is missing",
        "staff.cohorts", place={"work": "completing"},
    ),
    Work.APPOINTING: Kind(
        "People to appoint", "They have completed their training", "Look at their checklists", "staff.ready_to_appoint",
    ),
    Work.ENTERING: Kind(
        "Applications you began for somebody", "Begun by telephone or on paper, and not sent", "Finish and send",
        "staff.new_application",
    ),
    Work.MEDICAL: Kind(
        "Medical certificates to judge", "Sent in by applicants", "Open and decide", "staff.checks",
        place={"kind": "medical"},
    ),
    Work.FITNESS: Kind(
        "Fitness evidence to judge", "Sent in by applicants", "Open and decide", "staff.checks",
        place={"kind": "fitness"},
    ),
    Work.SECOND: Kind(
        "Refusals for a second person", "A colleague proposed them", "Read, and confirm or not", "staff.vetting_cases",
        place={"show": "second"},
    ),
    Work.APPEALS: Kind(
        "Appeals to decide", "You took no part in the refusal", "Read and decide", "staff.vetting_cases",
        place={"show": "appeals"},
    ),
    Work.VETTING: Kind(
        "Cases to send on", "Both declarations are in", "Read, and send on", "staff.vetting_cases",
    ),
    Work.TOLD_VETTING: Kind(
        "Changes told to vetting", "Something changed since the declarations", "Read", "staff.vetting_cases",
        place={"show": "changes"},
    ),
    Work.TOLD: Kind(
        "Changes of circumstances", "Told by applicants of your division", "Read", "staff.changes_list",
    ),
    Work.CRITERIA: Kind(
        "Criteria to check", "Applications of your division", "Read and say", "staff.criteria_list",
    ),
}  # fmt: skip
ROLE_WORDS: dict[Role, str] = {
    Role.RECRUITER: "Recruiter",
    Role.ASSESSOR: "Assessor",
    Role.LIAISON: "Liaison officer",
    Role.VETTING: "Vetting officer",
    Role.MEDICAL: "Medical reviewer",
    Role.TRAINER: "Trainer",
    Role.SUPERVISOR: "Supervisor",
    Role.ADMINISTRATOR: "Administrator",
    Role.AUDITOR: "Auditor",
}
DOORS = (  # places that are somebody's work although nothing waits there
    (Permission.MANAGE_STAFF, "staff.admin", "Staff accounts", "Add somebody, give or end a role, reset a sign-in."),
    (Permission.READ_AUDIT, "staff.audit", "The audit trail", "Who did what, to what, and when."),
    (Permission.SEE_CLEARANCES, "staff.checks", "Checks", "Medical certificates and fitness evidence."),
    (Permission.SEE_APPLICATIONS, "staff.applications", "Applications", "Find a person, a reference or a postcode."),
    (Permission.SETTLE_DUPLICATES, "staff.duplicates", "Perhaps the same person", "Two addresses, much in common."),
    (Permission.SEE_SHORTLISTING, "staff.shortlisting", "Shortlisting", "Who reads what, scores, and the line."),
    (Permission.SCORE_INTERVIEWS, "staff.interview_sheets", "Your interviews", "Whom you meet, and your sheets."),
    (Permission.KEEP_REGISTER, "staff.trainers_day", "Today", "Your training day: its people and the register."),
    (Permission.SEE_COHORTS, "staff.cohorts", "Cohorts", "Courses that run, their days and their people."),
    (Permission.SEE_VOLUNTEERS, "staff.volunteers", "Volunteers", "Who serves where, and who holds which power."),
    (Permission.MANAGE_CAMPAIGNS, "staff.campaigns", "Campaigns", "Make one, change its dates or its questions."),
)


@blueprint.get("/")
@requires(Permission.SEE_WORK)
def my_work() -> Response:
    """What waits for this person, late first, what closes soon, what changed, and the campaigns open or coming."""
    session, now = db.session(), clock.now()
    waiting = [each for each in waiting_for(session, current_user) if exists(KINDS[each.work].endpoint)]
    closing = closing_soon(session, current_user)
    seen = last_here(session, current_user.id, current_user.session_id)
    since = changed_since(session, current_user, seen) if seen else None
    parts = {part: [_row(each) for each in waiting if KINDS[each.work].part == part] for part in ("late", "wait")}
    totals = {part: sum(each.count for each in waiting if KINDS[each.work].part == part) for part in parts}
    context = {
        "today": now,
        "roles": _roles(),
        "unsent": how_many(session, current_user.id),
        "stands_in": [person.name for person in stands_in_for(session, current_user.id, clock.today())],
        "last_here": seen,
        "parts": parts,
        "late": counted(min(totals["late"], FEW + 1)),
        "waiting": counted(min(totals["wait"], FEW + 1)),
        "closing": [_closing(each) for each in closing],
        "since": _since(since) if since else [],
        "doors": _doors(),
        "campaigns": _campaigns(),
    }
    return make_response(render_template("staff/my_work/page.html", **context))


def _doors() -> list[dict[str, str]]:
    return [
        {"title": title, "note": note, "href": url_for(endpoint)}
        for permission, endpoint, title, note in DOORS
        if exists(endpoint) and current_user.can(permission)
    ]


def _row(waiting: Waiting) -> dict[str, Any]:
    """One's own and nobody's come first; where all are somebody else's, all are counted."""
    kind = KINDS[waiting.work]
    days = (clock.today() - clock.london(waiting.oldest).date()).days if waiting.oldest else 0
    shared = kind.endpoint == "staff.applications" and 0 < waiting.own < waiting.count
    return {
        "count": counted(waiting.own if shared else waiting.count),
        "title": kind.title,
        "note": kind.note,
        "act": kind.act,
        "age": "oldest today" if days < 1 else f"oldest {plural(days, 'day')}",
        "team": f"of {counted(waiting.count)}" if shared else "",
        "href": way_to(waiting) or url_for(kind.endpoint, **(kind.place or {}) | (MINE if shared else {})),
    }


def _closing(closing: Closing) -> dict[str, Any]:
    if closing.kind == "closes":
        words = ("Drafts people have not sent", f"{closing.name} closes", "Reminders go by themselves")
        href = url_for("staff.applications", campaign=closing.slug)
    else:
        words = ("Applications without a reader", f"{closing.name}: answers are promised", "Assign assessors")
        href = url_for("staff.applications", campaign=closing.slug, stage="sift", sort="oldest")
    title, note, act = words
    return {
        "count": counted(closing.count), "title": title, "note": note, "act": act, "when": in_days(closing.by),
        "href": href,
    }  # fmt: skip


def _since(since: Since) -> list[dict[str, str]]:
    applications = "staff.applications"
    lines: tuple[tuple[int, str, str, str, dict[str, Any]], ...] = (
        (since.sent, "application sent", "applications sent", applications, {}),
        (since.withdrawn, "person withdrew", "people withdrew", applications, {"stage": "ended"}),
        (since.messages, "message from an applicant", "messages from applicants", applications, {"flag": "unread"}),
        (since.files, "file received", "files received", applications, {"need": "medical:with_us"}),
    )
    return [
        {"count": counted(number), "words": one if number == 1 else many, "href": url_for(endpoint, **place)}
        for number, one, many, endpoint, place in lines
        if number
    ]


def _roles() -> str:
    """The viewer's roles as they hold today, lent ones included, with the division of those that have one."""
    held = [role for role in current_user.roles if in_force(role, clock.today())]
    names = {}
    if any(role.division_id for role in held):
        names = {division.id: division.name for division in divisions(db.session())}
    words = [ROLE_WORDS[role.role] + (f", {names[role.division_id]}" if role.division_id else "") for role in held]
    return " · ".join(dict.fromkeys(words))


def _campaigns() -> list[dict[str, Any]]:
    """Open and coming campaigns with how many have applied, for those who work with applications."""
    if not current_user.can(Permission.SEE_APPLICATIONS):
        return []
    found = current_campaigns(db.session(), clock.now())
    counts = received_counts(db.session(), [campaign.id for campaign in found])
    return [
        {
            "name": campaign.name,
            "opens_at": campaign.opens_at,
            "closes_at": campaign.closes_at,
            "open": campaign.opens_at <= clock.now(),
            "count": counts[campaign.id],
            "target": campaign.target,
            "href": url_for("staff.applications", campaign=campaign.slug),
        }
        for campaign in found
    ]
