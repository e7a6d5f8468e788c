"""Comparing what has been sent or corrected with everything else: background work, a few at a time."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import Application
from portal.domain.applications.queries import answers
from portal.domain.applications.sections import read_date
from portal.domain.audit.actions import SYSTEM, record
from portal.domain.duplicates.matching import Facts, keys_of, likeness
from portal.domain.duplicates.models import MatchKey, Pair, PairState
from portal.domain.settings.queries import setting_value
from portal.services.crypto import KeyRing

A_FEW = 20  # applications a call: mail must not wait behind a long list
MOST_ALIKE = 200  # others with a key in common that are looked at: more is a key everybody has


def match_due(session: Session, keys: KeyRing, *, most: int = A_FEW) -> int:
    """Compares what is due; returns how many applications were. Twice changes nothing."""
    due = select(Application.id).where(Application.matched_at.is_(None), Application.received_at.is_not(None))
    done = list(session.scalars(due.order_by(Application.id).limit(most)))
    for application_id in done:
        _match(session, keys, application_id)
    return len(done)


def _match(session: Session, keys: KeyRing, application_id: int) -> None:
    """One application: its keys kept anew, and a pair for each applicant who is enough alike."""
    with unit_of_work(session):
        hold(session, "duplicates")  # of two sent at once the second to be compared sees the first
        application = session.get(Application, application_id, populate_existing=True)
        if application is None:
            return
        facts, today = facts_of(session, keys, application), clock.today()
        session.execute(delete(MatchKey).where(MatchKey.application_id == application_id))
        rows = [{"application_id": application_id, "value": value} for value in sorted(keys_of(facts))]
        if rows:
            session.execute(insert(MatchKey), rows)
        least = setting_value(session, "duplicate_likeness", today)
        for other in _others(session, application):
            found = likeness(facts, facts_of(session, keys, other))
            if found.points >= least:
                _pair(session, application.applicant_id, other.applicant_id, found.points, found.reasons)
        application.matched_at = clock.now()


def facts_of(session: Session, keys: KeyRing, application: Application) -> Facts:
    """What the application says of the person."""
    said = {key: str(value) for key, value in answers(session, keys, application).items()}
    email = session.scalars(select(Applicant.email).where(Applicant.id == application.applicant_id)).one()
    return Facts(
        given_name=said.get("given_name", ""),
        family_name=said.get("family_name", ""),
        born=read_date(said.get("date_of_birth", "")),
        postcode=said.get("postcode", ""),
        phone=said.get("phone", ""),
        address=said.get("address_line1", ""),
        email=email,
    )


def _others(session: Session, application: Application) -> Collection[Application]:
    """The newest application of each other applicant who shares a key."""
    mine = select(MatchKey.value).where(MatchKey.application_id == application.id)
    alike = select(MatchKey.application_id).where(MatchKey.value.in_(mine))
    query = (
        select(Application)
        .where(Application.id.in_(alike), Application.applicant_id != application.applicant_id)
        .order_by(Application.id.desc())
        .limit(MOST_ALIKE)
    )
    newest: dict[int, Application] = {}
    for other in session.scalars(query):
        newest.setdefault(other.applicant_id, other)
    return newest.values()


def _pair(session: Session, one: int, other: int, points: int, reasons: tuple[str, ...]) -> None:
    """Once for two people, whatever was decided of them before."""
    first, second = sorted((one, other))
    if session.scalar(select(Pair.id).filter_by(first_id=first, second_id=second)) is not None:
        return
    pair = Pair(first_id=first, second_id=second, likeness=points, reasons=list(reasons), found_at=clock.now())
    session.add(pair)
    session.flush()
    record(session, SYSTEM, "duplicate.found", subject=("duplicate_pair", pair.id), likeness=points)


def forget_open_pairs(session: Session, applicant_id: int, *, but: int) -> None:
    """Inside a unit of work: what is open of somebody who turned out to be another; their applications are compared
    anew under the one who stays."""
    session.execute(
        delete(Pair)
        .where(or_(Pair.first_id == applicant_id, Pair.second_id == applicant_id))
        .where(Pair.id != but, Pair.state == PairState.OPEN)
    )
