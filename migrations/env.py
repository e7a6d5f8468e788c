"""Alembic's entry: runs migrations over the application's own engine."""

from alembic import context as alembic
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import JSON

from portal.db import Base, UtcDateTime
from portal.domain.applications.models import FULL_TEXT

engine = current_app.extensions["migrate"].db.engine


def render(kind: str, thing: object, context: AutogenContext) -> str | bool:
    """Migrations name plain types: they must run unchanged when our own types have moved on."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, JSON):
        context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def include(name: str | None, kind: str, _parents: object) -> bool:
    """What 0002 makes, and takes away, by hand: each database's own full-text index, and the table before it."""
    return not (kind in {"table", "index"} and (name == "application_word" or (name or "").startswith(FULL_TEXT)))


def run() -> None:
    with engine.connect().execution_options(writing=True) as connection:
        alembic.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            include_name=include,
            render_item=render,
        )
        with alembic.begin_transaction():
            alembic.run_migrations()


run()
