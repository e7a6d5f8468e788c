"""Signed-in browsers. Applicants and staff have separate cookies; a person may have both.

The cookie holds a random token; the row behind it can be ended by the server at any time. A page
that needs no session reads none and sets no cookie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, request
from flask import session as cookie
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import current_user, login_user, logout_user

from portal import clock
from portal.config import Settings
from portal.domain.accounts import actions, queries
from portal.domain.accounts.deputies import roles_held
from portal.domain.accounts.models import Applicant, SignInSession, StaffMember, StaffRole
from portal.domain.accounts.rules import NOWHERE, Limits, Permission, Scope, SessionLimits, scope_of
from portal.domain.accounts.stepping_up import is_fresh
from portal.domain.audit.models import ActorKind
from portal.extensions import db, login_manager
from portal.web.guards import is_unattended

STAFF_PREFIX = "/staff"


class Doors(SecureCookieSessionInterface):
    """Two doors, two cookies: the staff one is sent to staff addresses only."""

    def get_cookie_name(self, app: Flask) -> str:
        return "staff_session" if _at_staff_door() else "applicant_session"

    def get_cookie_path(self, app: Flask) -> str:
        return STAFF_PREFIX if _at_staff_door() else "/"

    def save_session(self, app: Flask, session: SessionMixin, response: Any) -> None:
        """A stranger's untouched session leaves no trace, not even `Vary`."""
        if session.accessed or session.modified:
            super().save_session(app, session, response)


def _at_staff_door() -> bool:
    return request.path == STAFF_PREFIX or request.path.startswith(STAFF_PREFIX + "/")


@dataclass(frozen=True)
class Viewer:
    """Whoever is signed in: what flask-login keeps, what queries and actions take."""

    kind: str  # applicant | staff
    person: Applicant | StaffMember
    session_id: int
    second_factor: bool
    stepped_up_at: datetime | None
    token: str = field(repr=False)
    roles: Sequence[StaffRole] = ()  # their own, and those of whoever they stand in for today

    is_active = True
    is_anonymous = False
    is_authenticated = True

    def get_id(self) -> str:
        """What the cookie holds: the session's token, not the person."""
        return self.token

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def actor_kind(self) -> ActorKind:
        return self.person.actor_kind

    @property
    def actor_id(self) -> int:
        return self.person.id

    @property
    def display_name(self) -> str:
        return self.person.name if isinstance(self.person, StaffMember) else self.person.email

    def scope(self, permission: Permission) -> Scope:
        """Where this viewer holds the permission today."""
        if isinstance(self.person, StaffMember) and self.second_factor:
            return scope_of(permission, self.roles, clock.today())
        return NOWHERE

    def can(self, permission: Permission) -> bool:
        return bool(self.scope(permission))

    def is_fresh(self, *, sending: bool) -> bool:
        """Whether they gave their second factor lately enough for a sensitive act."""
        lasts = timedelta(minutes=current_app.config["PORTAL"].step_up_minutes)
        return is_fresh(self.stepped_up_at, lasts, sending=sending)


def sign_in(person: Applicant | StaffMember, *, second_factor: bool = False) -> None:
    """Begins a new session row and cookie, and ends whatever this browser held before."""
    if current_user.is_authenticated:
        actions.end_session(db.session(), current_user.session_id)
    token = actions.begin_session(db.session(), person, second_factor=second_factor)
    logout_user()
    viewer = load_viewer(token)
    if viewer is not None:  # none when their account was disabled this very moment
        login_user(viewer)


def sign_out(viewer: Viewer) -> None:
    actions.end_session(db.session(), viewer.session_id)
    logout_user()


def signed_out_by_us() -> bool:
    """Whether this browser still holds the cookie of a sign-in that has since ended."""
    return "_user_id" in cookie and not current_user.is_authenticated


def load_viewer(token: str) -> Viewer | None:
    """The viewer for a cookie's token; none when ended, expired, or from the other door."""
    row = queries.live_session(db.session(), token, limits())
    if row is None or (row.staff_id is not None) != _at_staff_door():
        return None
    if not is_unattended():
        actions.note_use(db.session(), row)
    person = queries.person_of(db.session(), row)
    if person is None:
        return None
    roles = roles_held(db.session(), person.id, clock.today()) if isinstance(person, StaffMember) else ()
    return Viewer(_kind(row), person, row.id, row.second_factor, row.stepped_up_at, token, roles)


def left_open() -> Viewer | None:
    """The member of staff whose sign-in this browser holds, though it may have lapsed by idleness alone: nobody signed
    it out, and it is not too old. For what a page left open shows to a class; nothing is done in their name."""
    if current_user.is_authenticated:
        return current_user if current_user.kind == "staff" else None
    token, of_staff = cookie.get("_user_id"), limits().staff
    patient = replace(limits(), staff=replace(of_staff, idle=of_staff.absolute))
    row = queries.live_session(db.session(), str(token), patient) if token and _at_staff_door() else None
    person = queries.person_of(db.session(), row) if row is not None and row.second_factor else None
    if row is None or not isinstance(person, StaffMember):
        return None
    return Viewer("staff", person, row.id, True, None, "", roles_held(db.session(), person.id, clock.today()))


def limits() -> SessionLimits:
    settings: Settings = current_app.config["PORTAL"]
    return SessionLimits(
        applicant=Limits(
            timedelta(minutes=settings.applicant_idle_minutes), timedelta(hours=settings.applicant_session_hours)
        ),
        staff=Limits(timedelta(minutes=settings.staff_idle_minutes), timedelta(hours=settings.staff_session_hours)),
    )


def _kind(row: SignInSession) -> str:
    return "staff" if row.staff_id is not None else "applicant"


def init_sessions(app: Flask) -> None:
    app.session_interface = Doors()
    login_manager.init_app(app)
    login_manager.user_loader(load_viewer)
    login_manager.session_protection = None
