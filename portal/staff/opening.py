"""What every page about one application begins and ends with: finding it, asking, a clash, the way back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask import Response, make_response, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm

from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import visible_application
from portal.domain.audit.models import ActorKind
from portal.domain.audit.queries import last_act
from portal.domain.casework.presence import others_here
from portal.domain.refusals import NotFound
from portal.extensions import db
from portal.staff.presence import together


class Difference(NamedTuple):
    """One thing two people said differently."""

    label: str
    theirs: str
    yours: str


@dataclass(frozen=True)
class Clash:
    """Somebody saved while a form was open: what `components/stale.html` shows."""

    changes: Sequence[Difference]
    who: str
    at: datetime | None


def sent_application(permission: Permission, reference: str) -> Application:
    """An application that was sent, within this permission; drafts stay with those who write them."""
    found = visible_application(db.session(), current_user, permission, reference)
    if found.state is State.DRAFT:
        raise NotFound()
    return found


def name_of(found: Application) -> str:
    return f"{found.given_name} {found.family_name}".strip() or "No name given"


def back_to(reference: str, part: str = "") -> Response:
    address = url_for("staff.application", reference=reference, _anchor=part or None)
    return redirect(address, code=303)  # type: ignore[return-value]


def asked(page: str, form: FlaskForm, found: Application, *, clash: Clash | None = None, **more: Any) -> Response:
    """A form about one application: 422 with problems, 409 with a clash."""
    body = render_template(
        f"staff/application/{page}.html",
        form=form,
        reference=found.reference,
        application_id=found.id,
        name=name_of(found),
        clash=clash,
        here=together(others_here(db.session(), current_user, "application", found.id)),
        **more,
    )
    return make_response(body, 409 if clash else 422 if form.errors else 200)


def clash_of(found: Application, actions: Collection[str], *changes: Difference) -> Clash:
    """With who did the last of these acts, and when."""
    session = db.session()
    last = last_act(session, found.id, actions)
    if last is None or last.actor_kind is not ActorKind.STAFF:
        return Clash(changes, "Somebody else", None)
    return Clash(changes, staff_names(session, [last.actor_id]).get(last.actor_id, "Somebody else"), last.at)
