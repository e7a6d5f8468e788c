"""Where the benchmark happens: databases with something in them, and live servers on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from portal import create_app
from portal.config import Settings
from portal.extensions import db
from tests.support import databases
from tests.support.settings import testing_settings

DATABASES = ("sqlite", "postgresql")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Place:
    """One migrated database, its settings and an application on it, with its context pushed."""

    kind: str
    settings: Settings
    app: Flask

    @property
    def session(self) -> Session:
        return db.session()


@contextmanager
def place(kind: str, folder: Path) -> Iterator[Place]:
    """A place of its own in `folder`, as production has it but for the rate limits."""
    folder.mkdir(parents=True, exist_ok=True)
    with databases.fresh(kind, folder, measured=True) as url:
        settings = testing_settings(folder, url)
        app = create_app(settings)
        with app.app_context():
            try:
                yield Place(kind, settings, app)
            finally:
                db.session.remove()
                db.engine.dispose()
