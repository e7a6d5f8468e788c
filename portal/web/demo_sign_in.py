"""One-click sign-in as a made-up person: the demonstration only, never registered in production.

A GET signs in here, which no real page does, so that a link can be handed to people and scripts.
"""

from __future__ import annotations

from flask import Response, redirect, request, url_for

from portal.db import unit_of_work
from portal.domain.accounts.codes import applicant_with
from portal.domain.accounts.models import Role
from portal.domain.accounts.queries import staff_by_email
from portal.domain.refusals import NotFound
from portal.extensions import db
from portal.web import sessions
from portal.web.demo_door import blueprint, staff_blueprint
from portal.web.guards import open_to_all, safe_next
from portal.web.navigation import exists

DOMAIN = "demo.example"
APPLICANT = "applicant"


@blueprint.route("/sign-in/<who>", methods=["GET", "POST"])
@open_to_all
def sign_in_as(who: str) -> Response:
    """Signs in as the demonstration's applicant; members of staff are sent to their own door."""
    if who != APPLICANT:
        return _go(url_for("demo_staff.sign_in_as_staff", role=_role(who).value, next=request.args.get("next")))
    session = db.session()
    with unit_of_work(session):
        person = applicant_with(session, f"{APPLICANT}@{DOMAIN}")
    sessions.sign_in(person)
    home = url_for("public.account") if exists("public.account") else url_for("public.home")
    return _go(safe_next(request.args.get("next"), home))


@staff_blueprint.route("/demo-sign-in/<role>", methods=["GET", "POST"])
@open_to_all
def sign_in_as_staff(role: str) -> Response:
    """Signs in as the demonstration's member of staff with this role; the staff cookie reaches no further up."""
    person = staff_by_email(db.session(), f"{_role(role).value}@{DOMAIN}")
    if person is None or person.disabled_at is not None:
        raise NotFound()
    sessions.sign_in(person, second_factor=True)
    return _go(safe_next(request.args.get("next"), url_for("staff.my_work") if exists("staff.my_work") else "/staff/"))


def demo_links(base_url: str) -> dict[str, str]:
    """Each role → a link that signs in at once when opened."""
    root = base_url.rstrip("/")
    staff = {role.value: f"{root}/staff/demo-sign-in/{role.value}" for role in Role}
    return {APPLICANT: f"{root}/demo/sign-in/{APPLICANT}"} | staff


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise NotFound() from None


def _go(address: str) -> Response:
    return redirect(address, code=303)  # type: ignore[return-value]
