"""What makes tests quick must not make them meet: a PostgreSQL database that is used again is as a new one."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from portal.domain.accounts.models import Role
from portal.extensions import db
from tests.support import databases
from tests.support.people import a_staff_member
from tests.support.standing import an_app

PLANNED = "SELECT relname, relpages, reltuples FROM pg_class WHERE relname LIKE 'staff%' ORDER BY relname"


def opened(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


def test_it_is_empty_again_and_numbers_begin_anew(tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        with an_app("postgresql", tmp_path) as app:
            url = app.config["SQLALCHEMY_DATABASE_URI"]
            with opened(url) as ask:
                before = ask.execute("SELECT count(*) FROM staff_member").fetchone(), ask.execute(PLANNED).fetchall()
            found.append((url, before, a_staff_member(db.session(), Role.RECRUITER).id))
            with opened(url) as ask:
                ask.execute("ANALYZE")
    assert found[0] == found[1]
    assert found[0][1][0] == (0,)


@pytest.mark.parametrize("begun", [True, False])
def test_one_that_somebody_has_open_is_left_to_them(tmp_path: Path, begun: bool) -> None:
    with databases.fresh("postgresql", tmp_path) as url:
        other = opened(url)
        if begun:
            other.execute("SELECT 1")
    with databases.fresh("postgresql", tmp_path) as another:
        assert another != url
    with pytest.raises(psycopg.OperationalError):
        other.execute("SELECT 1")
    other.close()
