"""One world a module, made once; each test finds it as it was made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from portal import clock
from portal.config import Settings
from portal.extensions import db
from tests.guards.walk import World
from tests.guards.world import MOMENT, made_world
from tests.support.make_documents import set_clock
from tests.support.standing import an_app


@dataclass
class Standing:
    """An application of a module's own on SQLite (who may reach what does not depend on the database)."""

    app: Flask
    settings: Settings

    def at(self, moment: datetime) -> None:
        """Moves the clock, of requests and of this thread."""
        set_clock(self.settings, moment)
        clock.use_offset(clock.read_offset(self.settings.clock_file))

    @property
    def _file(self) -> Path:
        return Path(make_url(self.settings.database_url).database or "")

    def keep(self, name: str = "kept") -> None:
        """Everything as it is now, to go back to by this name."""
        db.session.remove()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
        shutil.copy(self._file, self._file.with_suffix(f".{name}"))
        self._files(self.settings.data / "files", self.settings.data / f"files.{name}")

    def back(self, name: str = "kept") -> None:
        """Rows and files as they were kept."""
        db.session.remove()
        db.engine.dispose()
        for beside in ("-wal", "-shm"):
            self._file.with_name(self._file.name + beside).unlink(missing_ok=True)
        shutil.copy(self._file.with_suffix(f".{name}"), self._file)
        self._files(self.settings.data / f"files.{name}", self.settings.data / "files")

    @staticmethod
    def _files(source: Path, target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)
        if source.exists():
            shutil.copytree(source, target)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    folder = tmp_path_factory.mktemp("standing")
    with an_app("sqlite", folder) as app:
        one = Standing(app, app.config["PORTAL"])
        one.at(MOMENT)
        yield one


@pytest.fixture(scope="module")
def made(standing: Standing) -> World:
    """The world, made once; tests use `world`."""
    world = made_world(standing.app)
    standing.keep()
    return world


@pytest.fixture
def world(made: World, standing: Standing) -> Iterator[World]:
    """The world as it was made, whatever the test does to it."""
    yield made
    standing.back()
