"""Setting the line: a provisional decision for everybody whose score is final, made again whenever the line moves."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, holding, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.audit.actions import record
from portal.domain.campaigns.criteria import full_marks
from portal.domain.casework.deciding import decide_all, undo_decision
from portal.domain.casework.verdicts import Wanted
from portal.domain.refusals import Conflict, Forbidden, Refusal
from portal.domain.settings.queries import setting_value
from portal.domain.shortlisting.cutting import Cut, decided, falls
from portal.domain.shortlisting.models import CutOff
from portal.domain.shortlisting.ranking import Line, feedback_for, ranked
from portal.domain.shortlisting.settling import HUNDREDTHS
from portal.domain.shortlisting.sift import LineSet, Moderator, Sift, moderated_campaign, sift_of

MOST_RESERVES = 999


class StaleLine(Conflict):
    """`now` is the line as somebody else set it meanwhile."""

    title = "Somebody moved the line while you had it open"
    message = "The line was moved since you opened the page. Look at both, then set it again."

    def __init__(self, now: LineSet) -> None:
        super().__init__()
        self.now = now


class NotAll(Forbidden):
    title = "Somebody else must do this"
    message = (
        "Some of this campaign's applications are kept from you, because you know somebody or your role does not "
        "reach them. The line is about everybody, so somebody who can see all of them must set it."
    )


class NoSuchLine(Refusal):
    title = "The line cannot be there"


def set_line(session: Session, viewer: Moderator, slug: str, cut: Cut, version: int) -> int:
    """Sets the line and decides, provisionally; returns how many decisions it made or changed.

    `version` is that of the line the page showed, 0 for none. Decisions made by hand, and those released, stay.
    Raises NotFound, NotAll, NoSuchLine or StaleLine.
    """
    with unit_of_work(session):
        _hold_everybody(session, moderated_campaign(session, viewer, slug).id)
        sift = sift_of(session, viewer, slug)
        now = sift.cut
        if sift.hidden:
            raise NotAll()
        _refuse_unless_possible(sift, cut)
        same = (now.score, now.reserves) == (cut.score, cut.reserves)
        if now.version != version and not same:
            raise StaleLine(now)
        if not same:
            _keep(session, viewer, sift, cut, now.version)
        return _decide(session, viewer, sift, cut)


def _hold_everybody(session: Session, campaign_id: int) -> None:
    """Nobody else sets the line, or decides on one of them by hand, until commit: what is read now stays so."""
    hold(session, f"line {campaign_id}")
    waiting = select(Application.id).where(Application.campaign_id == campaign_id, Application.state == State.SUBMITTED)
    session.execute(holding(waiting.order_by(Application.id)))


def _refuse_unless_possible(sift: Sift, cut: Cut) -> None:
    most = full_marks(sift.criteria)
    if not 0 <= cut.score <= (most + 1) * HUNDREDTHS:
        raise NoSuchLine(f"Choose a score from 0 to {most}.", field="line")
    if not 0 <= cut.reserves <= MOST_RESERVES:
        raise NoSuchLine(f"Choose from 0 to {MOST_RESERVES} people in reserve.", field="reserves")


def _keep(session: Session, viewer: Moderator, sift: Sift, cut: Cut, version: int) -> None:
    row = session.get(CutOff, sift.campaign.id)
    if row is None:
        row = CutOff(campaign_id=sift.campaign.id)
        session.add(row)
    row.score, row.reserves = cut.score, cut.reserves
    row.set_by, row.set_at, row.version = viewer.id, clock.now(), version + 1
    record(
        session, viewer, "cut_off.set", subject=("campaign", sift.campaign.id), score=cut.score, reserves=cut.reserves
    )


def _decide(session: Session, viewer: Moderator, sift: Sift, cut: Cut) -> int:
    most = setting_value(session, "feedback_criteria", clock.today())
    made = falls(ranked(sift.lines, sift.criteria), cut)
    wanted = {
        line.application_id: one
        for line in sift.lines
        if (one := decided(line, made, feedback_for(line, sift.criteria, most))) is not None
    }
    for line in sift.lines:
        if line.application_id not in wanted and not line.fixed and line.said is not None:
            undo_decision(session, viewer, line.application_id)  # read again since: its score is no longer final
    changed = sum(not agrees(line, wanted[line.application_id]) for line in sift.lines if line.application_id in wanted)
    decide_all(session, viewer, wanted)
    return changed


def agrees(line: Line, wanted: Wanted | None) -> bool:
    """Whether what stands for an application is what the line makes of it."""
    if wanted is None or line.said is None:
        return wanted is None and (line.fixed or line.said is None)
    return (line.said.verdict, line.said.reserve_place) == (wanted.verdict, wanted.reserve_place)
