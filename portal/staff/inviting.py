"""Invitations of a campaign; and one person's: invite, book for them, move, cancel, give time, let lapse."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application, State
from portal.domain.interviews import booking, inviting
from portal.domain.interviews.choosing import Place, place_of, sittings, takeable
from portal.domain.interviews.invited import asked_in_words, courses, earlier_bookings, invitations
from portal.domain.interviews.models import SessionKind
from portal.domain.interviews.rules import NAMES, NotInvited
from portal.domain.interviews.sessions import campaign_to_plan
from portal.domain.interviews.standing import Standing, standing
from portal.domain.interviews.waiting_list import answer_words
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.inviting import InvitationForm, number_of
from portal.staff.opening import name_of, sent_application
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

INVITE = Permission.INVITE


@blueprint.get("/interviews/invite")
@requires(INVITE)
def all_invitations() -> Response:
    """The campaigns with people to invite, or who wait for a person."""
    return page_or_fragment(
        "staff/interviews/invitations.html", "main", courses=courses(db.session(), current_user)
    )  # fmt: skip


@blueprint.get("/interviews/invite/<slug>")
@requires(INVITE)
def invite(slug: str) -> Response:
    """Whom to invite, who asked for another time, who has not answered, who did not come. `?slot=` offers one time."""
    session = db.session()
    campaign = campaign_to_plan(session, current_user, slug)
    number = number_of(request.args.get("slot"))
    return page_or_fragment(
        "staff/interviews/invite.html",
        "main",
        campaign=campaign,
        found=invitations(session, current_user, campaign.id),
        slot=_slot_of(campaign.id, number),
    )


def _slot_of(campaign_id: int, number: int) -> Place | None:
    """The time that is being offered; none for one that is not this campaign's."""
    place = place_of(db.session(), number) if number else None
    return place if place is not None and place.session.campaign_id == campaign_id else None


@blueprint.route("/applications/<reference>/interview", methods=["GET", "POST"])
@requires(INVITE)
def book_for(reference: str) -> Response:
    """One person's invitation and time, with everything staff may do about it."""
    session, kind = db.session(), _kind()
    found = sent_application(INVITE, reference)
    form = InvitationForm()
    if not form.validate_on_submit():
        return _page(form, found, kind, 422 if form.errors else 200)
    act = ACTS.get(form.act.data or "")
    if act is None:
        form.form_errors.append("Choose what to do.")
        return _page(form, found, kind, 422)
    try:
        flash(act(found, standing(session, found, kind), kind, form))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        refused_beside_field(form, refusal)
        return _page(form, sent_application(INVITE, reference), kind, refusal.status)
    return redirect(url_for("staff.book_for", reference=reference, kind=_given(kind)), code=303)  # type: ignore[return-value]


def _kind() -> SessionKind:
    given = request.args.get("kind", "")
    return SessionKind(given) if given in set(SessionKind) else SessionKind.INTERVIEW


def _given(kind: SessionKind) -> str | None:
    return None if kind is SessionKind.INTERVIEW else kind.value


def _id(now: Standing | None) -> int:
    if now is None:
        raise NotInvited()
    return now.invitation.id


def _invite(found: Application, _now: Standing | None, kind: SessionKind, _form: InvitationForm) -> str:
    inviting.invite(db.session(), current_user, found.id, kind)
    return "They are invited, and asked to choose a time."


def _book(_found: Application, now: Standing | None, _kind: SessionKind, form: InvitationForm) -> str:
    session, number = db.session(), form.slot.data or 0
    if now is not None and now.booking is not None:
        booking.move(session, current_user, _id(now), number, seen=form.seen.data)
        return "Moved. The mail with the new time is on its way."
    booking.book(session, current_user, _id(now), number, seen=form.seen.data)
    return "Booked. The mail with the time is on its way."


def _cancel(_found: Application, now: Standing | None, _kind: SessionKind, form: InvitationForm) -> str:
    booking.cancel(db.session(), current_user, _id(now), seen=form.seen.data)
    return "Cancelled. They can choose another time."


def _time(_found: Application, now: Standing | None, _kind: SessionKind, form: InvitationForm) -> str:
    day = form.answer_by.data
    if day is None:
        raise inviting.DayTooEarly("Enter the new day.", field="answer_by")
    inviting.give_time(db.session(), current_user, _id(now), clock.end_of(day))
    return "They have longer to answer, and are told so."


def _lapse(_found: Application, now: Standing | None, _kind: SessionKind, _form: InvitationForm) -> str:
    inviting.let_lapse(db.session(), current_user, _id(now))
    return "The application has ended. They are told, and that it can be opened again."


def _take_back(_found: Application, now: Standing | None, _kind: SessionKind, _form: InvitationForm) -> str:
    inviting.take_back(db.session(), current_user, _id(now))
    return "The invitation is taken back. Nothing was sent."


def _answered(_found: Application, now: Standing | None, _kind: SessionKind, form: InvitationForm) -> str:
    answer_words(db.session(), current_user, number_of(form.wish.data), _id(now))
    return "Noted: their question is answered."


ACTS: dict[str, Callable[[Application, Standing | None, SessionKind, InvitationForm], str]] = {
    "invite": _invite,
    "book": _book,
    "cancel": _cancel,
    "time": _time,
    "lapse": _lapse,
    "take_back": _take_back,
    "answered": _answered,
}


def _page(form: InvitationForm, found: Application, kind: SessionKind, status: int) -> Response:
    session, now = db.session(), standing(db.session(), found, kind)
    is_open = now is not None and now.open
    wanted = number_of(request.args.get("slot"))
    body = render_template(
        "staff/application/interview.html",
        form=form,
        reference=found.reference,
        application_id=found.id,
        name=name_of(found),
        campaign=found.campaign,
        kind=kind,
        kind_given=_given(kind),
        what=NAMES[kind],
        now=now,
        may_invite=not is_open and found.state in {State.SHORTLISTED, State.INTERVIEW},
        offered=sittings(session, found.id, kind, clock.now()) if is_open else [],
        wanted=place_of(session, wanted) if is_open and takeable(session, found.id, kind, wanted) else None,
        asked=asked_in_words(session, outside_of(current_app).keys, now.invitation.id) if now else [],
        earlier=earlier_bookings(session, found.id, kind),
    )  # fmt: skip
    return make_response(body, status)
