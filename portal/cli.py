"""Commands: `python -m portal.cli COMMAND`. Each is a thin wrapper over an action."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from portal import clock
from portal.checking import findings
from portal.config import Settings, Unsafe
from portal.domain.accounts.queries import staff_members
from portal.domain.accounts.staff_accounts import create_administrator
from portal.domain.attendance.certificates import sweep_papers
from portal.domain.audit.actions import SYSTEM
from portal.domain.demonstration.make import APPLICATIONS, make_demonstration
from portal.domain.documents.actions import sweep_orphans
from portal.domain.journeys.due import run_due
from portal.domain.journeys.rotating import rotate_keys
from portal.domain.journeys.seeding import seed_shipped
from portal.domain.messages.bounces import note_bounce
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.services.bounces import LARGEST, read_report
from portal.starting import application, migrate
from portal.web.demo_sign_in import demo_links
from portal.web.setup import outside_of


@contextmanager
def _application() -> Iterator[Flask]:
    """The application of the environment's settings; unsafe ones are told, each problem on its line."""
    try:
        with application() as app:
            yield app
    except Unsafe as unsafe:
        raise click.ClickException("these settings are not safe:\n" + "\n".join(unsafe.problems)) from None


def _demonstration(app: Flask) -> Settings:
    settings: Settings = app.config["PORTAL"]
    if not settings.demonstration:
        raise click.ClickException("this is a production: it has no demonstration")
    return settings


@click.group()
def portal() -> None:
    """Looks after an installation of the volunteer portal."""


@portal.command("migrate")
def migrate_database() -> None:
    """Bring the database to the newest revision, with the schemes, questions, wordings and courses that are shipped."""
    with _application():
        migrate()
        seed_shipped(db.session())


@portal.command()
def check() -> None:
    """Say what is missing or unsafe; the exit code is 1 if anything is."""
    with _application() as app:
        found = list(findings(app))
    for finding in found:
        click.echo(f"{'MEND' if finding.problem else 'ok':4}  {finding.what}: {finding.problem or finding.note}")
    sys.exit(any(finding.problem for finding in found))


@portal.command()
def work() -> None:
    """Do once what is due: mail to send, files to check."""
    with _application() as app:
        settings: Settings = app.config["PORTAL"]
        done = run_due(db.session(), outside_of(app), keep_secrets=settings.demonstration)
    click.echo(json.dumps(done))


@portal.command()
def bounce() -> None:
    """Read a mail server's report of a letter that came back, from standard input; what is not ours is let be."""
    report = read_report(sys.stdin.buffer.read(LARGEST))
    if report is not None:
        with _application():
            note_bounce(db.session(), report)


@portal.command("rotate-keys")
def rotate() -> None:
    """Seal everything again under the newest master key."""
    with _application() as app:
        changed = rotate_keys(db.session(), SYSTEM, outside_of(app).keys)
    click.echo(json.dumps(changed))


@portal.command()
def sweep() -> None:
    """Delete stored files that nothing refers to any more."""
    with _application() as app:
        swept = sweep_orphans(db.session(), outside_of(app).storage, clock.wall())
        swept += sweep_papers(db.session(), outside_of(app).storage, clock.wall())
    click.echo(json.dumps({"swept": swept}))


@portal.command("create-admin")
@click.argument("email")
@click.argument("name")
def create_admin(email: str, name: str) -> None:
    """Make the first administrator; prints the link where they choose a password."""
    with _application() as app:
        settings: Settings = app.config["PORTAL"]
        try:
            path = create_administrator(db.session(), email, name)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from None
    click.echo(f"{settings.base_url.rstrip('/')}{path}")


@portal.group()
def demo() -> None:
    """The demonstration's own commands."""


@demo.command("make")
@click.option("--applications", default=APPLICATIONS, show_default=True)
def make(applications: int) -> None:
    """Fill an empty database with made-up people, up to the clock's now."""
    with _application() as app:
        settings = _demonstration(app)
        if staff_members(db.session()):
            raise click.ClickException("there is something in this database already")
        make_demonstration(db.session(), outside_of(app), settings.secret_key, applications=applications)


@demo.command("links")
def links() -> None:
    """One JSON object: role → a link that signs in at once when opened."""
    with _application() as app:
        click.echo(json.dumps(demo_links(_demonstration(app).base_url), indent=2))


if __name__ == "__main__":
    portal(prog_name="portal")
