"""What happens before the demonstration is served, and what is said once it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from portal import clock, create_app
from portal.config import Settings
from portal.extensions import db

MIGRATIONS = str(Path(__file__).parent.parent / "migrations")
Say = Callable[[str], object]


@contextmanager
def application(settings: Settings | None = None) -> Iterator[Flask]:
    """The application with its context pushed, its clock set, and its connections closed afterwards."""
    app = create_app(settings)
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
        moment = clock.from_london(datetime.fromisoformat(settings.start_at))
        clock.store_offset(settings.clock_file, moment - clock.wall())


def prepare(settings: Settings, say: Say) -> None:
    """Clock, database, data: whatever is there already is kept."""
    set_clock(settings)
    with application(settings):
        migrate()


def welcome(settings: Settings, say: Say) -> None:
    """Where everything is."""
    say("")
    say(f"  {settings.service_name}: a demonstration, not a real police service")
    say(f"  {settings.base_url}/")
    say("")
    say(f"  Mail    {settings.base_url}/demo/mail")
    say(f"  Clock   {settings.base_url}/demo/clock")
    say("")
    say("  Ctrl-C stops everything.")
