"""The menus of both doors, as data. A link is shown once its page exists and the viewer may open it."""

from typing import Any, Literal, NamedTuple

from flask import current_app, request, url_for
from flask_login import current_user

from portal.domain.accounts.rules import Permission


class Entry(NamedTuple):
    """One line of a menu; `permission` is what the viewer must hold, if anything."""

    label: str
    endpoint: str
    permission: Permission | None = None


class Link(NamedTuple):
    """An entry ready to be drawn. `current` is the value of aria-current: this page, this part, or neither."""

    label: str
    endpoint: str
    href: str
    current: Literal["page", "true", ""]


MENUS: dict[str, tuple[Entry, ...]] = {
    "public": (
        Entry("Roles", "public.roles"),
        Entry("Campaigns", "public.campaigns"),
        Entry("Dates", "public.dates"),
        Entry("News", "public.news"),
        Entry("Contact", "public.contact"),
    ),
    "volunteering": (
        Entry("All roles", "public.roles"),
        Entry("Campaigns", "public.campaigns"),
        Entry("Dates", "public.dates"),
        Entry("News", "public.news"),
    ),
    "service": (
        Entry("Privacy", "public.privacy"),
        Entry("Cookies", "public.cookies"),
        Entry("Accessibility", "public.accessibility"),
        Entry("Policies", "public.policies"),
        Entry("Staff", "staff.my_work"),
    ),
    "stranger": (Entry("Sign in", "public.sign_in"),),
    "applicant": (Entry("My applications", "public.account"),),
    "question": (Entry("Ask a question", "public.contact"),),
    "lost": (
        Entry("See open campaigns", "public.campaigns"),
        Entry("Sign in to carry on with an application", "public.sign_in"),
        Entry("Ask a person", "public.contact"),
    ),
    "cookies": (Entry("Cookies", "public.cookies"),),
    "blind": (Entry("My work", "staff.my_work"), Entry("Shortlisting", "staff.shortlisting")),
    "find": (Entry("Find a person, reference, e-mail or postcode", "staff.applications", Permission.SEE_APPLICATIONS),),
    "leave_staff": (Entry("Sign out", "staff.sign_out"),),
    "me": (Entry("Your account", "staff.own_account"),),
    "clock": (Entry("Move the clock", "demo.clock"),),
    "staff": (
        Entry("My work", "staff.my_work"),
        Entry("Applications", "staff.applications", Permission.SEE_APPLICATIONS),
        Entry("Campaigns", "staff.campaigns", Permission.MANAGE_CAMPAIGNS),
        Entry("Shortlisting", "staff.shortlisting", Permission.SEE_SHORTLISTING),
        Entry("Interviews", "staff.interviews", Permission.SEE_INTERVIEWS),
        Entry("Offers", "staff.offers", Permission.MAKE_OFFERS),
        Entry("Checks", "staff.checks", Permission.OPEN_CHECKS),
        Entry("Vetting", "staff.vetting_cases", Permission.RUN_VETTING),
        Entry("Criteria", "staff.criteria_list", Permission.CHECK_CRITERIA),
        Entry("Changes", "staff.changes_list", Permission.TAKE_CHANGES),
        Entry("Cohorts", "staff.cohorts", Permission.SEE_COHORTS),
        Entry("Volunteers", "staff.volunteers", Permission.SEE_VOLUNTEERS),
        Entry("Enquiries", "staff.enquiries"),
        Entry("Messages", "staff.messages", Permission.WRITE_MESSAGES),
        Entry("Insight", "staff.insight"),
        Entry("Content", "staff.content"),
        Entry("Admin", "staff.admin", Permission.MANAGE_STAFF),
        Entry("Audit", "staff.audit", Permission.READ_AUDIT),
    ),
}

MENUS["cohorts"] = (
    Entry("Today", "staff.trainers_day", Permission.KEEP_REGISTER),
    Entry("Catch-ups", "staff.catch_ups", Permission.SEE_COHORTS),
    Entry("Courses", "staff.courses", Permission.EDIT_COURSES),
)
# One cohort's pages: each address takes its number.
MENUS["cohort"] = (
    Entry("Grid", "staff.cohort", Permission.SEE_COHORTS),
    Entry("Dates", "staff.cohort_dates", Permission.SEE_COHORTS),
    Entry("Places", "staff.cohort_places", Permission.PLAN_COHORTS),
    Entry("Register", "staff.register", Permission.KEEP_REGISTER),
    Entry("Feedback", "staff.cohort_feedback", Permission.SEE_COHORTS),
    Entry("Completion", "staff.cohort_completion", Permission.COMPLETE_TRAINING),
)

# Every address of a door lies below these, so being below one of them says nothing.
_ROOTS = frozenset({"public.home", "staff.my_work"})


def exists(endpoint: str) -> bool:
    """Whether a page has been built: until then nothing links to it."""
    return endpoint in current_app.view_functions


def _may(entry: Entry) -> bool:
    return entry.permission is None or (current_user.is_authenticated and current_user.can(entry.permission))


def _current(entry: Entry, href: str) -> Literal["page", "true", ""]:
    if request.endpoint == entry.endpoint:
        return "page"
    if entry.endpoint == "staff.cohort":  # the others lie below it
        return ""
    below = request.path.startswith(href.rstrip("/") + "/")
    return "true" if below and entry.endpoint not in _ROOTS else ""


def navigation(menu: str, **values: Any) -> list[Link]:
    """The links of one menu that this viewer may follow, in order. `values`: what its addresses name."""
    links = []
    for entry in MENUS[menu]:
        if exists(entry.endpoint) and _may(entry):
            href = url_for(entry.endpoint, **values)
            links.append(Link(entry.label, entry.endpoint, href, _current(entry, href)))
    return links
