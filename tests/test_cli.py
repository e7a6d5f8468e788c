"""The commands that look after an installation."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import portal
from tests.services.test_bounces import report
from tests.support.services import free_port

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.delenv("PORT", raising=False)
    return {
        "PORTAL_MODE": "demonstration", "PORTAL_DATA": str(tmp_path / "data"), "PORTAL_BASE_URL": "http://127.0.0.1:5999",
    }  # fmt: skip


def _run(environ: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(portal, arguments, env=environ)


def test_check_says_what_to_mend_until_nothing_is_left(environ: dict[str, str]) -> None:
    first = _run(environ, "check")
    assert first.exit_code == 1
    assert "MEND  Database: It is not up to date. Run: python -m portal.cli migrate" in first.output
    assert _run(environ, "migrate").exit_code == 0
    second = _run(environ, "check")
    assert second.exit_code == 1 and "MEND  Administrator" in second.output
    made = _run(environ, "create-admin", "Head@Force.Example", "Sam Head")
    assert made.exit_code == 0 and made.output.startswith("http://127.0.0.1:5999/staff/set-up/")
    third = _run(environ, "check")
    assert third.exit_code == 0 and "MEND" not in third.output
    assert "clamd" not in third.output and "not scanned" in third.output


def test_a_migrated_installation_has_its_schemes_questions_courses_and_powers(environ: dict[str, str]) -> None:
    for _twice in range(2):
        assert _run(environ, "migrate").exit_code == 0
    with closing(sqlite3.connect(Path(environ["PORTAL_DATA"]) / "portal.sqlite")) as database:
        for table, number in (("scheme", 10), ("question", 10), ("course", 5), ("power", 4), ("agreement", 1)):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] >= number, table


def test_check_finds_what_does_not_answer(environ: dict[str, str]) -> None:
    _run(environ, "migrate")
    nobody = f"127.0.0.1:{free_port()}"
    host, port = nobody.split(":")
    away = {
        "PORTAL_CLAMD": nobody, "PORTAL_MAIL_HOST": host, "PORTAL_MAIL_PORT": port, "PORTAL_MAIL_TLS": "no",
        "PORTAL_REDIS_URL": f"redis://{nobody}/0",
    }  # fmt: skip
    said = _run(environ | away, "check").output
    for what in ("Virus scanner", "Mail server", "Redis"):
        assert f"MEND  {what}: " in said, what


def test_check_finds_a_database_that_does_not_answer(environ: dict[str, str]) -> None:
    away = {"PORTAL_DATABASE_URL": f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none"}
    found = _run(environ | away, "check")
    assert found.exit_code == 1 and "MEND  Database: It does not answer" in found.output


def test_check_finds_a_master_key_that_is_missing(environ: dict[str, str]) -> None:
    _run(environ, "migrate")
    assert _run(environ | {"PORTAL_MASTER_KEYS": f"1:{KEY}"}, "demo", "make", "--applications", "4").exit_code == 0
    other = base64.b64encode(b"o" * 32).decode()
    lost = _run(environ | {"PORTAL_MASTER_KEYS": f"2:{other}"}, "check")
    assert lost.exit_code == 1 and "MEND  Master keys: Something is sealed under version [1]" in lost.output
    both = environ | {"PORTAL_MASTER_KEYS": f"1:{KEY},2:{other}"}
    assert "rotate-keys renews" in _run(both, "check").output
    assert json.loads(_run(both, "rotate-keys").output)["staff_member.totp_sealed"] >= 10
    assert _run(environ | {"PORTAL_MASTER_KEYS": f"2:{other}"}, "check").exit_code == 0


def test_an_unsafe_production_is_told_each_of_its_problems(environ: dict[str, str]) -> None:
    said = _run(environ | {"PORTAL_MODE": "production"}, "check")
    assert said.exit_code == 1
    assert "PORTAL_SECRET_KEY" in said.output and "PORTAL_CLAMD" in said.output and "Traceback" not in said.output


def test_an_address_is_an_administrator_s_once(environ: dict[str, str]) -> None:
    _run(environ, "migrate")
    assert _run(environ, "create-admin", "head@force.example", "Sam Head").exit_code == 0
    again = _run(environ, "create-admin", "head@force.example", "Sam Head")
    assert again.exit_code == 1 and "has this address already" in again.output


def test_the_demonstration_is_made_once(environ: dict[str, str]) -> None:
    _run(environ, "migrate")
    assert _run(environ, "demo", "make", "--applications", "6").exit_code == 0
    again = _run(environ, "demo", "make")
    assert again.exit_code == 1 and "something in this database already" in again.output
    assert json.loads(_run(environ, "work").output)["mails"] == 0  # all of it was sent while it was made


def test_links_sign_each_role_in(environ: dict[str, str]) -> None:
    links = json.loads(_run(environ, "demo", "links").output)
    assert {"applicant", "recruiter", "medical", "administrator", "auditor"} <= set(links)
    assert all(link.startswith("http://127.0.0.1:5999/") for link in links.values())


def test_links_follow_the_port(environ: dict[str, str]) -> None:
    del environ["PORTAL_BASE_URL"]
    links = json.loads(_run(environ | {"PORT": "5123"}, "demo", "links").output)
    assert links["applicant"].startswith("http://127.0.0.1:5123/")


def test_sweeping_an_empty_store_sweeps_nothing(environ: dict[str, str]) -> None:
    _run(environ, "migrate")
    assert json.loads(_run(environ, "sweep").output) == {"swept": 0}


def test_mail_that_came_back_is_noted_from_a_mail_servers_pipe(environ: dict[str, str], tmp_path: Path) -> None:
    _run(environ, "migrate")
    database = sqlite3.connect(tmp_path / "data" / "portal.sqlite")
    columns = "message_id, name, recipient, context, secret, state, created_at, next_attempt_at, attempts, sent_at"
    at = "2018-01-15 10:00:00.000000"
    values = ("<0123456789abcdef@volunteer.portal>", "x", "ada@example.org", "{}", 0, "sent", at, at, 1, at)
    database.execute(f"INSERT INTO outbox_mail ({columns}) VALUES ({', '.join('?' * len(values))})", values)
    database.commit()
    for given in (b"no mail at all", report(original="<nobody@knows>"), report(), report()):
        found = CliRunner().invoke(portal, ["bounce"], input=given, env=environ)
        assert (found.exit_code, found.output) == (0, ""), "a report that is not ours must not come back itself"
    [(bounced_at, status)] = database.execute("SELECT bounced_at, bounce FROM outbox_mail").fetchall()
    assert bounced_at is not None and status == "5.1.1"
    assert database.execute("SELECT count(*) FROM audit_event WHERE action = 'mail.bounced'").fetchone() == (1,)
    assert database.execute("SELECT count(*) FROM message_template").fetchone() != (0,), "migrating brings the wordings"
    database.close()
