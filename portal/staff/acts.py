"""The acts on many applications that the list offers, in the order of its bar."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from portal.domain.accounts.rules import Permission
from portal.domain.applications.queries import StaffViewer
from portal.domain.journeys.bulk_acts import ACTS
from portal.web.navigation import exists

EXPORT = "export"
LABELS = {
    "own": "Assign owner…",
    "assessors": "Assign assessors…",
    "message": "Message…",
    "shortlist": "Shortlist…",
    "reserve": "Reserve…",
    "decline": "Decline…",
    "invite": "Invite…",
    "tag": "Tag…",
}


@dataclass(frozen=True)
class Button:
    """One button of the bar: pressed, it sends the selection to a page that says who is affected."""

    key: str
    label: str
    href: str


def acts(viewer: StaffViewer) -> list[Button]:
    """Those this viewer has the permission for, and whose page there is."""
    buttons = []
    if exists("staff.bulk_preview"):
        href = url_for("staff.bulk_preview")
        offered = (key for key in LABELS if key in ACTS and viewer.scope(ACTS[key].permission))
        buttons = [Button(key, LABELS[key], href) for key in offered]
    if viewer.scope(Permission.EXPORT_LISTS):
        buttons.append(Button(EXPORT, "Export…", url_for("staff.export")))
    return buttons
