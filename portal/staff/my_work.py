"""My work: what waits for me, how long it has, and where to begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.models import Role
from portal.domain.accounts.rules import Permission, in_force
from portal.domain.applications.progress import received_counts
from portal.domain.campaigns.queries import current_campaigns, divisions
from portal.domain.overview import Waiting, Work, waiting_for
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.listing import counted
from portal.web.guards import requires
from portal.web.navigation import exists
from portal.web.wording import plural


@dataclass(frozen=True)
class Kind:
    """How one kind of work is told: what it is, the next act, and where it is done."""

    title: str
    note: str
    act: str
    endpoint: str
    part: str  # the place under the heading of the page
    stage: str | None = None  # of the list


KINDS: dict[Work, Kind] = {
    Work.LATE: Kind(
        "Answers past their promised day", "The applicants can see that we are late", "Read and decide",
        "staff.applications", "late", "sift",
    ),
    Work.SIFT: Kind(
        "Applications to sift", "Sent, and waiting for a first reading", "Read and decide",
        "staff.applications", "wait", "sift",
    ),
    Work.ENTERING: Kind(
        "Applications you began for somebody", "Begun by telephone or on paper, and not sent", "Finish and send",
        "staff.new_application", "wait",
    ),
    Work.MEDICAL: Kind(
        "Medical certificates to judge", "Sent in by applicants", "Open and decide", "staff.checks", "wait",
    ),
    Work.FITNESS: Kind(
        "Fitness evidence to judge", "Sent in by applicants", "Open and decide", "staff.checks", "wait",
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
)


@blueprint.get("/")
@requires(Permission.SEE_WORK)
def my_work() -> Response:
    """What waits for this person, late first, and the campaigns that are open or coming."""
    session, now = db.session(), clock.now()
    waiting = waiting_for(session, current_user)
    rows = [_row(each) for each in waiting if exists(KINDS[each.work].endpoint)]
    doors = [
        {"title": title, "note": note, "href": url_for(endpoint)}
        for permission, endpoint, title, note in DOORS
        if current_user.can(permission) and exists(endpoint)
    ]
    return make_response(
        render_template(
            "staff/my_work/page.html",
            today=now,
            roles=_roles(),
            late=[row for row in rows if row["part"] == "late"],
            waiting=[row for row in rows if row["part"] == "wait"],
            doors=doors,
            campaigns=_campaigns(),
        )
    )


def _row(waiting: Waiting) -> dict[str, Any]:
    kind = KINDS[waiting.work]
    days = (clock.today() - clock.london(waiting.oldest).date()).days if waiting.oldest else 0
    return {
        "part": kind.part,
        "count": counted(waiting.count),
        "title": kind.title,
        "note": kind.note,
        "act": kind.act,
        "age": "oldest today" if days < 1 else f"oldest {plural(days, 'day')}",
        "href": url_for(kind.endpoint, stage=kind.stage, sort="oldest" if kind.stage else None),
    }


def _roles() -> str:
    """The viewer's roles as they hold today, with the division of those that have one."""
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
