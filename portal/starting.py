"""What happens before the demonstration is served, and what is said once it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, create_app
from portal.config import Settings, settings_from
from portal.domain.accounts.models import StaffMember
from portal.domain.demonstration.make import made_up_to, make_demonstration
from portal.domain.demonstration.moments import moment_of
from portal.domain.demonstration.staff import ACCOUNTS, password, totp_secret
from portal.extensions import db
from portal.web.demo_sign_in import demo_links
from portal.web.setup import outside_of
from portal.web.wording import when

MIGRATIONS = str(Path(__file__).parent.parent / "migrations")
START_TAKES = timedelta(minutes=10)  # at most, until the data are made: the same PORTAL_NOW again finds its own
Say = Callable[[str], object]


def settings_here() -> Settings:
    """The environment's settings; PORT alone is enough to say where the demonstration answers. Raises `Unsafe`."""
    port = os.environ.get("PORT") or "5000"
    return settings_from({"PORTAL_BASE_URL": f"http://127.0.0.1:{port}", **os.environ})


@contextmanager
def application(settings: Settings | None = None) -> Iterator[Flask]:
    """The application with its context pushed, its clock set, and its connections closed afterwards."""
    app = create_app(settings or settings_here())
    with app.app_context():
        given: Settings = app.config["PORTAL"]
        if given.demonstration:
            clock.use_offset(clock.read_offset(given.clock_file))
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def migrate() -> None:
    """Brings the current application's database to the newest revision; nothing to do is fine."""
    upgrade(MIGRATIONS)


def set_clock(settings: Settings) -> None:
    """PORTAL_NOW: the demonstration's clock starts there (London time) and ticks on."""
    if settings.start_at:
        offset = moment_of(settings.start_at) - clock.wall()
        clock.store_offset(settings.clock_file, offset)


def prepare(settings: Settings, say: Say) -> None:
    """Clock, database, data. What is there already is kept, unless it could not be shown at this moment:
    half made, or made up to a later moment than PORTAL_NOW asks for; then it is set aside.
    """
    set_clock(settings)
    with application(settings):
        migrate()
        unfit = _unfit(db.session(), settings)
    if unfit:
        say(f"{unfit} It was moved to {set_aside(settings)}, and a new one is made.")
    with application(settings) as app:
        migrate()
        if _is_empty(db.session()):
            say("Making the demonstration's data; this takes a minute or so, the first time only.")
            make_demonstration(db.session(), outside_of(app), settings.secret_key)


def _is_empty(session: Session) -> bool:
    return session.scalar(select(StaffMember.id).limit(1)) is None


def _unfit(session: Session, settings: Settings) -> str:
    """Why the data here cannot be used, in words; empty when they can, or are not ours to move."""
    if _is_empty(session) or not _own_database(settings).exists():
        return ""
    made = made_up_to(session)
    if made is None:
        return "The demonstration here was never finished."
    if settings.start_at and moment_of(settings.start_at) < made - START_TAKES:
        return f"The demonstration here goes up to {clock.london(made):%d %B %Y, %H:%M}, after PORTAL_NOW."
    return ""


def _own_database(settings: Settings) -> Path:
    return settings.data / "portal.sqlite"


def set_aside(settings: Settings) -> Path:
    """Moves the demonstration's database and files into a folder of their own; nothing is deleted."""
    folder = settings.data / f"set-aside-{clock.wall():%Y%m%d-%H%M%S}"
    folder.mkdir()
    for name in ("portal.sqlite", "portal.sqlite-wal", "portal.sqlite-shm", "files", "queue.sqlite"):
        if (settings.data / name).exists():
            (settings.data / name).rename(folder / name)
    return folder


def welcome(settings: Settings, say: Say) -> None:
    """Where everything is, and who may sign in."""
    with application(settings):
        now, moved = clock.now(), bool(clock.offset())
    say(f"\n  {settings.service_name}: a demonstration, not a real police service\n\n  {settings.base_url}/\n")
    say(f"  It is {when(now)}" + (", by the demonstration's own clock" if moved else ""))
    say(f"  Move the clock  {settings.base_url}/demo/clock")
    say(f"  Read the mail   {settings.base_url}/demo/mail\n")
    say("  Sign in at once as")
    for role, link in demo_links(settings.base_url).items():
        say(f"    {role:14} {link}")
    say(f"\n  or by hand at {settings.base_url}/staff/sign-in: the password is {password(settings.secret_key)}")
    say("  with an address and a one-time code of an authenticator app that was given this secret:")
    for account in ACCOUNTS:
        where = f"{account.division.capitalize()} Division" if account.division else "whole force"
        say(f"    {account.email:30} {totp_secret(settings.secret_key, account.email)}  {account.role.value}, {where}")
    say("\n  Ctrl-C stops everything.")
