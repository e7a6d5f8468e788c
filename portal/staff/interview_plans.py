"""Planning days of interviews and tests: several at once, looked at before they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from flask import Response, flash, redirect, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.campaigns.bank_holidays import holiday_on
from portal.domain.campaigns.models import Campaign
from portal.domain.interviews import filling, sessions, venues
from portal.domain.interviews.clashes import Looked, Weight, turned
from portal.domain.interviews.models import SessionKind
from portal.domain.interviews.planning import PanelPlan, SessionPlan, check_panels
from portal.domain.interviews.timetable import Break
from portal.domain.journeys import interview_days
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.interviews import People, PlanForm
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.wording import plural

PLAN = Permission.PLAN_INTERVIEWS
A_DAY = timedelta(days=1)
LONGEST = 18  # weeks of days offered; a day further on can be written
KINDS = {
    SessionKind.INTERVIEW: "Interviews",
    SessionKind.FITNESS: "Fitness tests",
    SessionKind.PRACTICE: "Fitness practice",
}


@dataclass(frozen=True)
class CalendarDay:
    """A day to tick. `marks` are what it is beside its number: a holiday, clocks that change, days planned already."""

    day: date
    offered: bool
    weekend: bool
    marks: str
    planned: int


@blueprint.route("/interviews/plan", methods=["GET", "POST"])
@requires(PLAN)
def plan_interviews() -> Response:
    """One page: days, times, panels; then every day as it would be, with all that is in its way."""
    session = db.session()
    if "campaign" not in request.args:
        return page_or_fragment(
            "staff/interviews/choose.html", "main", campaigns=sessions.plannable(session, current_user), kinds=KINDS
        )
    campaign = sessions.campaign_to_plan(session, current_user, request.args["campaign"])
    kind = _kind()
    form, people = PlanForm(), sessions.who_may_sit(session)
    weeks = _weeks(campaign, kind, sessions.planned_on(session, campaign.id))
    form.offer(venues.in_use(session), people, [each.day for week in weeks for each in week if each.offered])
    if not form.is_submitted():
        form.show(_begin(campaign, kind), people)
        return _page(campaign, kind, form, weeks)
    return _sent(campaign, kind, form, weeks, people)


def _kind() -> SessionKind:
    try:
        return SessionKind(request.args.get("kind", SessionKind.INTERVIEW.value))
    except ValueError:
        raise NotFound() from None


def _begin(campaign: Campaign, kind: SessionKind) -> SessionPlan:
    """The plan of the day named by `like`, or what is usual."""
    like = request.args.get("like", "")
    if like.isascii() and like.isdigit() and len(like) < 10:
        found = sessions.one_session(db.session(), current_user, int(like), planning=True)
        if found.campaign_id != campaign.id:
            raise NotFound()
        return filling.plan_of(found)
    minutes = setting_value(db.session(), "interview_minutes", clock.today())
    usual = kind is SessionKind.INTERVIEW
    return SessionPlan(
        kind=kind,
        venue_id=0,
        day=clock.today(),
        first=time(9, 30),
        last=time(16),
        slot_minutes=minutes if usual else 60,
        breaks=(Break(time(12, 30), 30),),
        panels=(PanelPlan("Panel A" if usual else "Group A", places=1 if usual else 12),),
    )


def _weeks(campaign: Campaign, kind: SessionKind, planned: dict[date, int]) -> list[list[CalendarDay]]:
    """Whole weeks over the window, those that have passed left out; days outside cannot be ticked."""
    first, last = filling.window(campaign, kind)
    monday = first - A_DAY * first.weekday()
    weeks = min((last - monday).days // 7 + 1, LONGEST)
    today = clock.today()
    rows = [
        [
            CalendarDay(day, first <= day <= last and day >= today, day.weekday() > 4, _marks(day), planned.get(day, 0))
            for day in (monday + A_DAY * (week * 7 + number) for number in range(7))
        ]
        for week in range(weeks)
    ]
    return [week for week in rows if any(each.offered for each in week)]


def _marks(day: date) -> str:
    return "; ".join(filter(None, (holiday_on(day) and f"Bank holiday: {holiday_on(day)}", turned(day))))


def _sent(
    campaign: Campaign, kind: SessionKind, form: PlanForm, weeks: list[list[CalendarDay]], people: People
) -> Response:
    act, _, place = request.form.get("act", "look").partition("-")
    fine = form.validate()
    if act in {"add", "drop"}:
        form.forget_problems()
        if act == "add":
            form.add_panel(PanelPlan(form.next_name(), places=form.panels[-1].form.places.data or 1), people)
        elif place.isdigit():
            form.drop_panel(int(place))
        return _page(campaign, kind, form, weeks)
    looked: Sequence[Looked] = ()
    if fine:
        try:
            plans = filling.on_days(form.plan(kind, campaign.interviews_from), form.chosen)
            if act in {"create", "publish"}:
                return _make(campaign, form, plans, publishing=act == "publish")
            check_panels(db.session(), plans[0].panels)
            looked = interview_days.look(db.session(), campaign, plans, current_user.id)
        except filling.Clashing as refusal:
            looked = refusal.days
            form.refused(refusal.field, refusal.message)
        except Refusal as refusal:
            form.refused(refusal.field, refusal.message)
    return _page(campaign, kind, form, weeks, looked)


def _make(campaign: Campaign, form: PlanForm, plans: Sequence[SessionPlan], *, publishing: bool) -> Response:
    read = frozenset(request.form.getlist("read")) if form.accepted.data else frozenset()
    made = interview_days.plan_days(
        db.session(), current_user, campaign.id, plans, accepted=read, publishing=publishing
    )  # fmt: skip
    flash(
        f"{plural(len(made), 'day')} made. Those who are invited see {'it' if len(made) == 1 else 'them'} now."
        if publishing
        else f"{plural(len(made), 'day')} made. Nobody outside sees {'it' if len(made) == 1 else 'them'} "
        "until you publish."
    )
    return redirect(url_for("staff.interviews"), 303)  # type: ignore[return-value]


def _page(
    campaign: Campaign,
    kind: SessionKind,
    form: PlanForm,
    weeks: list[list[CalendarDay]],
    looked: Sequence[Looked] = (),
) -> Response:
    warns = [(day.plan.day, each.words) for day in looked for each in day.clashes if each.weight is Weight.WARN]
    return page_or_fragment(
        "staff/interviews/plan.html",
        "main",
        status=422 if form.problems() else 200,
        campaign=campaign,
        kind=kind,
        kinds=KINDS,
        form=form,
        weeks=weeks,
        looked=looked,
        places=sum(day.seats for day in looked),
        stopped=any(day.weight is Weight.STOP for day in looked),
        warns=[filling.said_of(day, words) for day, words in warns],
        weights=Weight,
    )
