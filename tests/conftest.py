"""What every test may use: both databases, an application on each, and a client that judges pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings
from sqlalchemy.orm import Session

from portal import clock, create_app
from portal.config import Settings
from portal.extensions import db
from tests.support import databases, programme, quick
from tests.support.client import JudgingClient
from tests.support.settings import testing_settings

quick.remember_rules()
quick.remember_statements()
quick.collect_seldom()
# No stopwatch, which a busy machine would fail; and but for `make prove` the same examples each time: what fails once
# fails again.
hypothesis_settings.register_profile("suite", deadline=None, derandomize=not programme.full(), database=None)
hypothesis_settings.load_profile("suite")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind, made by copying one that was migrated once."""
    with databases.fresh(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return testing_settings(tmp_path, database_url)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The whole application. Most tests need one database: mark them `sqlite_only`... or run on both."""
    app = create_app(settings)
    app.test_client_class = JudgingClient
    with app.app_context():
        yield app
        clock.use_offset(timedelta())  # a request in the test's own thread may have moved it
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Session:
    """The session of the test's own application context."""
    return db.session()


@pytest.fixture
def client(app: Flask) -> JudgingClient:
    made = app.test_client()
    assert isinstance(made, JudgingClient)
    return made
