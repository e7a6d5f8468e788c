"""The bulk acts there are, each made from the very act that one application's page uses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import ColumnElement, and_, exists, not_, select
from sqlalchemy.orm import Session

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.rules import MOVES
from portal.domain.bulk.acting import Acting
from portal.domain.bulk.acts import Act, Detail, LeftOut, Obstacles
from portal.domain.bulk.models import Run
from portal.domain.casework.deciding import decide, provisional, undo_decision
from portal.domain.casework.models import ApplicationTag, Decision, Tag, Verdict
from portal.domain.casework.owning import NotAnOwner, give_owner, may_own
from portal.domain.casework.tagging import tag, tag_named, untag
from portal.domain.casework.verdicts import ACT_OF
from portal.domain.journeys.bulk_inviting import INVITE
from portal.domain.journeys.bulk_messages import MESSAGE
from portal.domain.journeys.bulk_readers import ASSESSORS
from portal.domain.journeys.releasing import RELEASE

P = Permission
A = Application.__table__.c
PROVISIONAL = Decision.undone_at.is_(None) & Decision.released_at.is_(None)


def _cannot_move(verdict: Verdict) -> ColumnElement[bool]:
    states = {state for move in MOVES if move.act is ACT_OF[verdict] for state in move.of}
    return A.state.not_in(sorted(states))


# An owner


def _own(session: Session, who: Acting, application_id: int, run: Run) -> int | None:
    before = _owner(session, application_id)
    try:
        if not give_owner(session, who, application_id, run.detail["owner_id"], run_id=run.id):
            raise LeftOut("already")
    except NotAnOwner:
        raise LeftOut("owner") from None
    return before


def _owner(session: Session, application_id: int) -> int | None:
    return session.scalar(select(A.owner_id).where(A.id == application_id))


def _owner_stays(detail: Detail) -> Obstacles:
    if "owner_id" not in detail:
        return []
    owner_id: int | None = detail["owner_id"]
    if owner_id is None:
        return [("already", A.owner_id.is_(None))]
    return [("already", A.owner_id.is_not_distinct_from(owner_id)), ("owner", not_(may_own(owner_id)))]


def _give_back(session: Session, who: Acting, application_id: int, run: Run, before: int | None) -> None:
    """To whoever answered for it before; to nobody where that person cannot any more."""
    if _owner(session, application_id) != run.detail["owner_id"]:
        raise LeftOut("changed")
    try:
        give_owner(session, who, application_id, before, run_id=run.id)
    except NotAnOwner:
        give_owner(session, who, application_id, None, run_id=run.id)


def _owner_changed(run: Run) -> Obstacles:
    return [("changed", A.owner_id.is_distinct_from(run.detail["owner_id"]))]


# Tags


def _has_tag(detail: Detail) -> ColumnElement[bool]:
    found = select(ApplicationTag.tag_id).join(Tag, Tag.id == ApplicationTag.tag_id)
    return found.where(ApplicationTag.application_id == A.id, Tag.name == detail["tag"]).exists()


def _tagged(detail: Detail) -> Obstacles:
    return [("already", _has_tag(detail))] if "tag" in detail else []


def _untagged(detail: Detail) -> Obstacles:
    return [("already", not_(_has_tag(detail)))] if "tag" in detail else []


def _tag(session: Session, who: Acting, application_id: int, run: Run, _before: int | None = None) -> None:
    if not tag(session, who, application_id, tag_named(session, who, run.detail["tag"]).id, run_id=run.id):
        raise LeftOut("already")


def _untag(session: Session, who: Acting, application_id: int, run: Run, _before: int | None = None) -> None:
    if not untag(session, who, application_id, tag_named(session, who, run.detail["tag"]).id, run_id=run.id):
        raise LeftOut("already")


def _changed(opposite: Callable[[Detail], Obstacles], run: Run) -> Obstacles:
    """Somebody has since done what undoing would do."""
    return [("changed", condition) for _code, condition in opposite(run.detail)]


# Verdicts


def _said_already(verdict: Verdict, detail: Detail) -> ColumnElement[bool]:
    return exists().where(
        PROVISIONAL,
        Decision.application_id == A.id,
        Decision.verdict == verdict,
        Decision.reason.is_not_distinct_from(detail.get("reason")),
        Decision.feedback == detail.get("feedback", ""),
    )


def _verdict_stays(verdict: Verdict, detail: Detail) -> Obstacles:
    return [("state", _cannot_move(verdict)), ("already", _said_already(verdict, detail))]


def _decide(verdict: Verdict, session: Session, who: Acting, application_id: int, run: Run) -> int | None:
    earlier = provisional(session, [application_id]).get(application_id)
    made = decide(
        session, who, application_id, verdict,
        reason=run.detail.get("reason"), feedback=run.detail.get("feedback", ""), run_id=run.id,
    )  # fmt: skip
    if made.run_id != run.id:
        raise LeftOut("already")
    return earlier.id if earlier is not None else None


def _take_back(session: Session, who: Acting, application_id: int, run: Run, before: int | None) -> None:
    """The run's own verdict goes, and the provisional one it replaced stands again."""
    now = provisional(session, [application_id]).get(application_id)
    if now is None or now.run_id != run.id:
        raise LeftOut("changed")
    undo_decision(session, who, application_id)
    if before is not None:
        old = session.get_one(Decision, before)
        decide(
            session, who, application_id, old.verdict,
            reason=old.reason, feedback=old.feedback, reserve_place=old.reserve_place, run_id=old.run_id,
        )  # fmt: skip


def _decided(run: Run) -> Obstacles:
    by_run = and_(Decision.application_id == A.id, Decision.run_id == run.id)
    return [
        ("released", exists().where(by_run, Decision.released_at.is_not(None))),
        ("changed", not_(exists().where(by_run, PROVISIONAL))),
    ]


def _verdict(key: str, verdict: Verdict) -> Act:
    return Act(
        key,
        P.MOVE_APPLICATIONS,
        partial(_verdict_stays, verdict),
        partial(_decide, verdict),
        undo=_take_back,
        lasting=_decided,
    )


_ALL = (
    Act("own", P.WRITE_NOTES, _owner_stays, _own, undo=_give_back, lasting=_owner_changed),
    Act("tag", P.WRITE_NOTES, _tagged, _tag, undo=_untag, lasting=partial(_changed, _untagged)),
    Act("untag", P.WRITE_NOTES, _untagged, _untag, undo=_tag, lasting=partial(_changed, _tagged)),
    _verdict("shortlist", Verdict.SHORTLIST),
    _verdict("reserve", Verdict.RESERVE),
    _verdict("decline", Verdict.DECLINE),
    MESSAGE,
    ASSESSORS,
    INVITE,
    RELEASE,
)  # fmt: skip
ACTS: dict[str, Act] = {act.key: act for act in _ALL}
