"""Several days made at once, each looked at first; and a day's plan taken from one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, unit_of_work
from portal.domain.audit.actions import Actor
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.parts import to_change
from portal.domain.interviews.clashes import PLANS, Also, Looked, Weight, look, nothing_else
from portal.domain.interviews.models import InterviewSession, SessionKind
from portal.domain.interviews.planning import PanelPlan, SessionPlan, check_panels, plan_session, publish
from portal.domain.interviews.timetable import Break
from portal.domain.refusals import Refusal

MOST_DAYS = 40


class NoDay(Refusal):
    message = "Choose at least one day"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, field="days")


class Clashing(Refusal):
    """Something is in the way that nobody has said is meant so. `days` say what."""

    title = "Something is in the way"
    message = "Look at what is marked. Change it, or say that it is meant so."

    def __init__(self, days: Sequence[Looked]) -> None:
        super().__init__(field="accepted")
        self.days = days


def on_days(plan: SessionPlan, days: Sequence[date]) -> list[SessionPlan]:
    """The same plan on each of these days, in order. Raises NoDay for none, or too many."""
    if not days:
        raise NoDay()
    if len(set(days)) > MOST_DAYS:
        raise NoDay(f"Choose no more than {MOST_DAYS} days at once")
    return [replace(plan, day=day) for day in sorted(set(days))]


def plan_days(
    session: Session,
    actor: Actor,
    campaign_id: int,
    plans: Sequence[SessionPlan],
    *,
    accepted: frozenset[str] = frozenset(),
    publishing: bool = False,
    also: Also = nothing_else,
) -> list[InterviewSession]:
    """Makes all of these days or none. `accepted` are the words of the warnings somebody read and meant so: one that
    came up since is shown to them first. `also` asks what else is in the way, as for `look`.

    Raises Clashing, and what `plan_session` raises.
    """
    with unit_of_work(session):
        hold(session, PLANS)
        campaign = to_change(session, campaign_id)
        check_panels(session, plans[0].panels if plans else ())
        looked = look(session, campaign, plans, actor.actor_id or 0, also=also)
        if any(not _may_be(day, accepted) for day in looked):
            raise Clashing(looked)
        made = [plan_session(session, actor, campaign_id, plan) for plan in plans]
        for each in made if publishing else ():
            publish(session, actor, each.id)
        return made


def _may_be(day: Looked, accepted: frozenset[str]) -> bool:
    """Whether all that is in the way is only a warning that somebody has read."""
    return day.weight < Weight.STOP and all(
        said_of(day.plan.day, each.words) in accepted for each in day.clashes if each.weight is Weight.WARN
    )


def said_of(day: date, words: str) -> str:
    """A warning with its day, as a form brings it back."""
    return f"{day.isoformat()} {words}"


def plan_of(found: InterviewSession) -> SessionPlan:
    """The plan a day was made by, to make others like it."""
    starts, ends = clock.london(found.starts_at), clock.london(found.ends_at)
    return SessionPlan(
        kind=found.kind,
        venue_id=found.venue_id,
        day=starts.date(),
        first=starts.time().replace(tzinfo=None),
        last=ends.time().replace(tzinfo=None),
        slot_minutes=found.slot_minutes,
        gap_minutes=found.gap_minutes,
        breaks=tuple(Break(time.fromisoformat(each["from"]), each["minutes"]) for each in found.breaks),
        panels=tuple(
            PanelPlan(
                panel.name, panel.room, panel.online_url, tuple(member.staff_id for member in panel.members),
                len(panel.slots[0].seats) if panel.slots else 1,
            )
            for panel in found.panels
        ),
        what_to_bring=found.what_to_bring,
    )  # fmt: skip


def window(campaign: Campaign, kind: SessionKind) -> tuple[date, date]:
    """The days such a session is meant for, first and last: interviews where people were told; fitness tests and
    practice from the first interview until the training begins."""
    if kind is SessionKind.INTERVIEW:
        return campaign.interviews_from, campaign.interviews_to
    training = [clock.london(day.starts_at).date() for day in campaign.training_days]
    last = min([*training, campaign.starts_on]) - timedelta(days=1)
    return campaign.interviews_from, max(last, campaign.interviews_from)
