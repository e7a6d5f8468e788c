"""Changing a day that is there: its panels, one seat, calling it off."""

from __future__ import annotations

from flask import Response, flash, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.interviews import changing, sessions
from portal.domain.interviews.attending import NEXT, UNDO
from portal.domain.interviews.board import Board, Seated
from portal.domain.interviews.changing import MOVABLE, Busy, Moved, PanelChanged
from portal.domain.interviews.models import Attendance, InterviewSession, Panel
from portal.domain.interviews.planning import PanelPlan
from portal.domain.journeys import interview_days
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.interviews import CancelForm, PanelForm, People, SeatForm
from portal.staff.interviews import ACTS, LOOKS, is_on, to_board
from portal.staff.opening import Clash, Difference
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.wording import plural

PLAN = Permission.PLAN_INTERVIEWS


@blueprint.route("/interviews/sessions/<int:session_id>/cancel", methods=["GET", "POST"])
@requires(PLAN)
def cancel_day(session_id: int) -> AnyResponse:
    """Calls a day off, with a reason; those who have booked are told and choose again."""
    found = interview_days.seated(db.session(), current_user, session_id)
    if not found.plans:
        raise NotFound()
    form = CancelForm()
    if form.validate_on_submit():
        try:
            told = changing.cancel_session(db.session(), current_user, session_id, form.reason.data)
            flash(f"The day is called off. {plural(told, 'person', 'people')} told.")
            return to_board(session_id)
        except Refusal as refusal:
            if refusal.field is None:
                raise
            refused_beside_field(form, refusal)
    return page_or_fragment(
        "staff/interviews/cancel.html", "main", status=422 if form.errors else 200, form=form, board=found,
        day=found.session, people=len(found.people),
    )  # fmt: skip


@blueprint.route("/interviews/sessions/<int:session_id>/panels/<int:panel_id>", methods=["GET", "POST"])
@requires(PLAN)
def edit_panel(session_id: int, panel_id: int) -> AnyResponse:
    """Who sits on a panel, and where."""
    day, panel = _panel(session_id, panel_id)
    form, people = PanelForm(), _people(panel)
    form.offer(people)
    if not form.is_submitted():
        form.show(_plan(panel), day.version)
        return _panel_page(form, day, panel)
    if not form.validate():
        return _panel_page(form, day, panel)
    busy: tuple[str, ...] = ()
    try:
        interview_days.edit_panel(
            db.session(), current_user, panel_id, form.plan, seen=form.seen,
            accepted=request.form.getlist("read") if form.accepted.data else (),
        )  # fmt: skip
        flash("The panel is changed.")
        return to_board(session_id)
    except PanelChanged:
        day, panel = _panel(session_id, panel_id)
        changes = _differences(_plan(panel), form.plan, dict(people))
        form.show(_plan(panel), day.version, keep=True)
        return _panel_page(form, day, panel, clash=Clash(changes, "Somebody else", None))
    except Busy as refusal:
        busy = refusal.words
        refused_beside_field(form, refusal)
    except Refusal as refusal:
        refused_beside_field(form, refusal)
    return _panel_page(form, *_panel(session_id, panel_id), busy=busy)


def _panel(session_id: int, panel_id: int) -> tuple[InterviewSession, Panel]:
    day = sessions.one_session(db.session(), current_user, session_id, planning=True)
    panel = next((each for each in day.panels if each.id == panel_id), None)
    if panel is None:
        raise NotFound()
    return day, panel


def _people(panel: Panel) -> People:
    """Those who may interview, and whoever sits there already."""
    return sessions.who_may_sit(db.session(), {member.staff_id for member in panel.members})


def _plan(panel: Panel) -> PanelPlan:
    return PanelPlan(panel.name, panel.room, panel.online_url, tuple(member.staff_id for member in panel.members))


def _differences(theirs: PanelPlan, yours: PanelPlan, names: dict[int, str]) -> list[Difference]:
    def sitting(plan: PanelPlan) -> str:
        return ", ".join(names.get(key, "somebody") for key in sorted(plan.staff_ids))

    both = (
        ("Name", theirs.name, yours.name),
        ("Room", theirs.room, yours.room),
        ("Link", theirs.online_url, yours.online_url),
        ("Who sits on it", sitting(theirs), sitting(yours)),
    )
    return [Difference(*each) for each in both if each[1] != each[2]]


def _panel_page(
    form: PanelForm, day: InterviewSession, panel: Panel, *, clash: Clash | None = None, busy: tuple[str, ...] = ()
) -> Response:
    return page_or_fragment(
        "staff/interviews/panel.html", "main", status=409 if clash else 422 if form.errors else 200, form=form,
        day=day, panel=panel, clash=clash, busy=busy,
    )  # fmt: skip


@blueprint.route("/interviews/sessions/<int:session_id>/bookings/<int:booking_id>", methods=["GET", "POST"])
@requires(PLAN)
def interview_seat(session_id: int, booking_id: int) -> AnyResponse:
    """One person's seat: where they are, and another time of the day, or in exchange for somebody's."""
    found = interview_days.seated(db.session(), current_user, session_id)
    person = next((each for each in found.people if each.booking.id == booking_id), None)
    if person is None or not found.plans or person.name is None:
        raise NotFound()
    form = SeatForm()
    form.offer(_times(found, person))
    if form.validate_on_submit():
        try:
            moved = changing.reseat(db.session(), current_user, booking_id, int(form.to.data))
            flash(_moved(moved))
            return to_board(session_id)
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            form.to.errors = [*form.to.errors, refusal.message]
    slot = next(cell.slot for cell in found.cells if person in cell.seated)
    return page_or_fragment(
        "staff/interviews/seat.html", "main", status=422 if form.errors else 200, form=form, board=found,
        day=found.session, person=person, looks=LOOKS, acts=ACTS, next_acts=NEXT, undo=UNDO, slot=slot,
        begun=slot.starts_at <= clock.now(), running=is_on(found.session),
    )  # fmt: skip


def _moved(moved: Moved) -> str:
    """What came of it, and that whoever is in the house gets no letter."""
    people = [each for each in (moved.booking, moved.other) if each is not None]
    here = sum(each.attendance is Attendance.ARRIVED for each in people)
    said = "They have changed places." if moved.other else "They have another time."
    if here:
        return f"{said} {'They are' if here == len(people) else 'One of them is'} here already: tell them yourself."
    return f"{said} {'Both are told.' if moved.other else 'They are told.'}"


def _times(found: Board, person: Seated) -> list[tuple[int, str]]:
    """The other times of the day: free ones, and those of one other person who is not in the room yet."""
    names = {column.panel.id: column.panel.name for column in found.columns}
    times = []
    for cell in found.cells:
        if cell.slot.id == person.booking.slot_id or cell.slot.closed_at is not None:
            continue
        where = f"{clock.london(cell.slot.starts_at):%H:%M}, {names[cell.slot.panel_id]}"
        if cell.free:
            times.append((cell.slot.id, where))
        elif len(cell.seated) == 1 and cell.seated[0].booking.attendance in MOVABLE:
            times.append((cell.slot.id, f"{where}: change places with {cell.seated[0].name or 'somebody'}"))
    return times
