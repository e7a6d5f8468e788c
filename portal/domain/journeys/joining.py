"""Two applicants turn out to be one person, or two: a recruiter's decision, field by field, told to both addresses.

Nobody is locked out: both addresses sign in afterwards, as the one who stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, locked, unit_of_work
from portal.domain.accounts.actions import end_sessions
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import ENDED, Application, State
from portal.domain.applications.queries import answers
from portal.domain.applications.rules import Act, By, WithdrawReason, after, may_move
from portal.domain.applications.search import reindex
from portal.domain.applications.sections import Value
from portal.domain.applications.writing import write_answers
from portal.domain.audit.actions import Actor, record
from portal.domain.documents.models import Document
from portal.domain.duplicates.finding import forget_open_pairs
from portal.domain.duplicates.models import Pair, PairState
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.services.crypto import KeyRing


class Side(StrEnum):
    FIRST = "first"
    SECOND = "second"


# What is chosen field by field: a group of questions that only make sense together.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("given_name", "family_name"),
    "date_of_birth": ("date_of_birth",),
    "phone": ("phone",),
    "address": ("address_line1", "address_line2", "town", "postcode", "district"),
}


class TooFarOn(Refusal):
    title = "These two cannot be joined now"
    message = "Both have gone too far in the same campaign. Decline or withdraw one of them first."


@dataclass(frozen=True)
class Choice:
    """Whose e-mail address is written to from now on, which application goes on where both sent one to the same
    campaign, and whose answer is kept, field by field."""

    email: Side
    application: Side
    fields: Mapping[str, Side]


def keep_apart(session: Session, actor: Actor, pair_id: int) -> None:
    """They are two people. A second time changes nothing; raises Conflict once they were joined."""
    with unit_of_work(session):
        pair = _open(session, pair_id, PairState.APART)
        if pair is not None:
            _settle(session, actor, pair, PairState.APART, {}, "duplicate.kept_apart")


def join(session: Session, actor: Actor, keys: KeyRing, pair_id: int, choice: Choice) -> list[str]:
    """They are one person. Returns where unreadable files of a dropped draft are stored, to be cleared away.

    A second time changes nothing. Raises Conflict once they were kept apart, TooFarOn.
    """
    with unit_of_work(session):
        pair = _open(session, pair_id, PairState.SAME)
        if pair is None:
            return []
        people = {key: locked(session, Applicant, key) for key in (pair.first_id, pair.second_id)}
        ids = {Side.FIRST: pair.first_id, Side.SECOND: pair.second_id}
        stays = people[ids[choice.email]]
        goes = people[ids[_other(choice.email)]]
        if stays is None or goes is None:
            raise NotFound()
        sent = {side: _live(session, key) for side, key in ids.items()}
        stored = _one_a_campaign(session, actor, keys, sent, choice)
        for application in session.scalars(select(Application).where(Application.applicant_id == goes.id)):
            application.applicant_id, application.matched_at = stays.id, None
            session.flush()
            reindex(session, application)
        goes.merged_into_id = stays.id
        before = update(Applicant).where(Applicant.merged_into_id == goes.id)  # who had turned out to be them
        session.execute(before.values(merged_into_id=stays.id))
        end_sessions(session, goes)
        forget_open_pairs(session, goes.id, but=pair.id)
        decision = {"email": choice.email.value, "application": choice.application.value, **choice.fields}
        _settle(session, actor, pair, PairState.SAME, decision, "duplicate.joined")
        for to in (stays.email, goes.email):
            queue_mail(session, "applications_joined", to=to, stays=to == stays.email)
        return stored


def _other(side: Side) -> Side:
    return Side.SECOND if side is Side.FIRST else Side.FIRST


def _open(session: Session, pair_id: int, wanted: PairState) -> Pair | None:
    """The pair, held until commit, if nobody has decided; none if it was decided so. Raises Conflict if otherwise."""
    pair = locked(session, Pair, pair_id)
    if pair is None:
        raise NotFound()
    if pair.state not in {PairState.OPEN, wanted}:
        raise Conflict()
    return pair if pair.state is PairState.OPEN else None


def _settle(
    session: Session, actor: Actor, pair: Pair, state: PairState, decision: Mapping[str, str], action: str
) -> None:
    pair.state, pair.decided_by, pair.decided_at = state, actor.actor_id, clock.now()
    pair.decision = dict(decision)
    record(session, actor, action, subject=("duplicate_pair", pair.id))


def _live(session: Session, applicant_id: int) -> dict[int, Application]:
    """Somebody's live applications by campaign, held until commit."""
    query = (
        select(Application)
        .where(Application.applicant_id == applicant_id, Application.state.not_in(ENDED))
        .order_by(Application.id)
    )
    return {application.campaign_id: application for application in session.scalars(holding(query))}


def _one_a_campaign(
    session: Session, actor: Actor, keys: KeyRing, sent: Mapping[Side, dict[int, Application]], choice: Choice
) -> list[str]:
    """In each campaign that both applied to, one application goes on with the answers chosen."""
    stored: list[str] = []
    for campaign_id in sorted(sent[Side.FIRST].keys() & sent[Side.SECOND].keys()):
        pair = {side: sent[side][campaign_id] for side in Side}
        goes_on = choice.application
        if pair[goes_on].state is State.DRAFT and pair[_other(goes_on)].state is not State.DRAFT:
            goes_on = _other(goes_on)  # what was sent in time is never lost to a draft
        kept, ended = pair[goes_on], pair[_other(goes_on)]
        _take_over(session, actor, keys, kept, ended, choice, goes_on)
        stored += _end(session, actor, ended)
    return stored


def _take_over(
    session: Session, actor: Actor, keys: KeyRing, kept: Application, ended: Application, choice: Choice, side: Side
) -> None:
    """Writes the other's answers where they were chosen."""
    theirs = answers(session, keys, ended)
    wanted: dict[str, Value] = {
        key: theirs.get(key, "")
        for field, keys_of_field in FIELDS.items()
        if choice.fields.get(field, side) is not side
        for key in keys_of_field
    }
    changed = [each.key for each in write_answers(session, kept, wanted, keys)]
    kept.version += 1
    kept.matched_at = None
    record(
        session, actor, "application.joined", subject=("application", kept.id), application_id=kept.id,
        answers=changed,
    )  # fmt: skip
    if kept.received_at is not None:
        reindex(session, kept)


def _end(session: Session, actor: Actor, application: Application) -> list[str]:
    """The one that does not go on: a draft is deleted with its files' keys, a sent one is withdrawn as sent twice."""
    if application.state is State.DRAFT:
        stored = list(session.scalars(select(Document.storage_key).filter_by(application_id=application.id)))
        record(session, actor, "application.discarded", subject=("application", application.id), files=len(stored))
        session.execute(delete(Application).where(Application.id == application.id))
        session.expunge(application)
        return stored
    if not may_move(application.state, Act.JOIN, By.RECRUITER):
        raise TooFarOn()
    application.state_before = application.state
    application.state = after(application.state, Act.JOIN) or State.WITHDRAWN
    application.state_since, application.withdrawn_reason = clock.now(), WithdrawReason.SENT_TWICE.value
    application.version += 1
    record(
        session, actor, "application.withdrawn", subject=("application", application.id),
        application_id=application.id, reason=WithdrawReason.SENT_TWICE.value,
    )  # fmt: skip
    return []
