"""What a trainee tells us for class: that they cannot come to a day, whom to ring, what helps them."""

from __future__ import annotations

from flask import Response, current_app, make_response, render_template
from flask_login import current_user

from portal.domain.attendance import beforehand
from portal.domain.attendance.beforehand import AwayReason
from portal.domain.overview.trainee_page import Day, Stand, TraineePage
from portal.domain.refusals import NotFound, Refusal
from portal.domain.training import contacts
from portal.domain.training.contacts import ContactChanged
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.forms.training import AwayForm, ContactForm, HelpForm
from portal.public.training import HERE, to_training, with_place
from portal.web.errors import refused_beside_field
from portal.web.guards import for_applicants
from portal.web.setup import outside_of


def _day(page: TraineePage, session_id: int) -> Day:
    found = next((each for each in page.days if each.session.id == session_id), None)
    if found is None or page.stand not in {Stand.PLACED, Stand.TRAINING}:
        raise NotFound()
    return found


@blueprint.route(f"{HERE}/days/<int:session_id>/away", methods=["GET", "POST"])
@for_applicants
def cannot_come(reference: str, session_id: int) -> Response:
    """They cannot come to this day, and why."""
    found, page = with_place(reference)
    day, form, keys = _day(page, session_id), AwayForm(), outside_of(current_app).keys
    if form.validate_on_submit():
        try:
            beforehand.cannot_come(
                db.session(), keys, current_user, found.id, session_id, AwayReason(form.reason.data),
                form.words.data or "",
            )  # fmt: skip
            return to_training(found, f"day-{session_id}")
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    elif not form.is_submitted() and day.away is not None:
        form.reason.data, form.words.data = day.away.reason, beforehand.words_of(keys, day.away)
    body = render_template("public/training/away.html", application=found, day=day, form=form)
    return make_response(body, 422 if form.errors else 200)


@blueprint.post(f"{HERE}/days/<int:session_id>/back")
@for_applicants
def can_come(reference: str, session_id: int) -> Response:
    """They can come after all."""
    found, page = with_place(reference)
    _day(page, session_id)
    beforehand.can_come(db.session(), current_user, found.id, session_id)
    return to_training(found, f"day-{session_id}")


@blueprint.route(f"{HERE}/contact", methods=["GET", "POST"])
@for_applicants
def emergency_contact(reference: str) -> Response:
    """Whom to ring if something happens in class, with what we do with it."""
    found, _page = with_place(reference)
    session, keys, form = db.session(), outside_of(current_app).keys, ContactForm()
    now, clash = contacts.contact_of(session, keys, found.id), False
    if form.validate_on_submit():
        try:
            contacts.give_contact(session, keys, current_user, found.id, form.contact)
            return to_training(found, "contact")
        except ContactChanged:
            clash, now = True, contacts.contact_of(session, keys, found.id)
            form.seen.data = str(now.version if now else 0)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    elif not form.is_submitted():
        form.show(now)
    body = render_template(
        "public/training/contact.html", application=found, form=form, now=now, clash=clash,
        kept=contacts.kept_days(session),
    )  # fmt: skip
    return make_response(body, 409 if clash else 422 if form.errors else 200)


@blueprint.route(f"{HERE}/help", methods=["GET", "POST"])
@for_applicants
def help_in_class(reference: str) -> Response:
    """What helps them in class, in words their trainers read."""
    found, page = with_place(reference)
    form, keys = HelpForm(), outside_of(current_app).keys
    if form.validate_on_submit():
        try:
            contacts.say_adjustments(db.session(), keys, current_user, found.id, form.adjustments.data or "")
            return to_training(found, "help")
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    elif not form.is_submitted() and page.trainee is not None:
        form.adjustments.data = contacts.adjustments_of(keys, page.trainee)
    body = render_template("public/training/help.html", application=found, form=form)
    return make_response(body, 422 if form.errors else 200)
