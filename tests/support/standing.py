"""An application for more tests than one: on a database of its own, its context entered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flask import Flask

from portal import clock, create_app
from portal.extensions import db
from tests.support import databases
from tests.support.client import JudgingClient
from tests.support.settings import testing_settings


@contextmanager
def an_app(kind: str, folder: Path) -> Iterator[Flask]:
    """Made once for a module, say, where making its rows takes longer than to look at them."""
    with databases.fresh(kind, folder) as url:
        app = create_app(testing_settings(folder, url))
        app.test_client_class = JudgingClient
        with app.app_context():
            yield app
            clock.use_offset(timedelta())
            db.session.remove()
            db.engine.dispose()
