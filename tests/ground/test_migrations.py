"""Migrations go up and down on both databases, with rows in every table, and match the models."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from portal.db import Base
from portal.domain.applications.models import FULL_TEXT
from portal.extensions import db
from tests.support.databases import MIGRATIONS
from tests.support.rows import fill_every_table


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Not the full-text index, which each database has of its own kind."""
    return not (kind in {"table", "index"} and (name or "").startswith(FULL_TEXT))


def tables() -> set[str]:
    db.session.remove()
    found = inspect(db.engine).get_table_names()
    return {name for name in found if ours(name, "table", None)} - {"alembic_version"}


def test_models_and_migrations_say_the_same(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": ours})
        assert compare_metadata(context, Base.metadata) == []


def test_down_to_nothing_and_up_again_with_data(app: Flask) -> None:
    with db.engine.begin() as connection:
        counts = fill_every_table(connection)
    assert set(counts) == set(Base.metadata.tables)
    for revision in [script.revision for script in ScriptDirectory(MIGRATIONS).walk_revisions()]:
        downgrade(MIGRATIONS, revision="-1")
        assert revision not in db.session.scalars(text("SELECT version_num FROM alembic_version")).all()
        db.session.rollback()
    assert tables() == set()
    upgrade(MIGRATIONS)
    assert tables() == set(Base.metadata.tables)


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(MIGRATIONS).get_heads()) == 1
