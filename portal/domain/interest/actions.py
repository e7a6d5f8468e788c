"""Asking to be told when a scheme next takes applications: asked, confirmed by mail, ended."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, holding, unit_of_work
from portal.domain.accounts.addresses import normal_email
from portal.domain.audit.actions import STRANGER, record
from portal.domain.campaigns.models import Scheme
from portal.domain.interest.models import Interest
from portal.domain.messages.actions import notify_once, queue_mail
from portal.domain.messages.stops import Kind, allow, stop_token
from portal.domain.refusals import Refusal
from portal.domain.settings.queries import setting_values

AGAIN = timedelta(minutes=10)  # a second confirmation to the same mailbox waits so long


class LinkOld(Refusal):
    status = 410
    title = "This link no longer works"
    message = "It is too old, or you have stopped these mails since. Ask again on the page of a campaign."


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def register(session: Session, email: str, scheme_id: int, district_id: int | None = None) -> None:
    """Mails a link by which the address's owner confirms. Whoever is known already is written to as well, once
    a day: whoever asks cannot tell which. Raises NotAnAddress."""
    address, now = normal_email(email), clock.now()
    with unit_of_work(session):
        row = _row(session, address, scheme_id)
        scheme = session.get_one(Scheme, scheme_id)
        if row is not None and row.confirmed_at is not None and row.ended_at is None:
            row.district_id = district_id
            notify_once(
                session, "interest_known", to=address, subject=str(scheme_id), window=clock.today().isoformat(),
                scheme=scheme.name, stop_token=stop_token(session, address, Kind.CAMPAIGNS),
            )  # fmt: skip
            return
        if row is not None and row.ended_at is None and abs(now - row.created_at) < AGAIN:
            return
        token = _offered(session, row, address, scheme_id, district_id)
        queue_mail(session, "interest_confirm", to=address, secret=True, scheme=scheme.name, token=token)


def offer(session: Session, email: str, scheme_id: int, district_id: int | None) -> str | None:
    """A token by which somebody we write to anyway may ask to be told, in the caller's unit of work; none for
    those who have asked already."""
    row = _row(session, email, scheme_id)
    if row is not None and row.confirmed_at is not None and row.ended_at is None:
        return None
    return _offered(session, row, email, scheme_id, district_id)


def interest_of(session: Session, token: str) -> Interest:
    """What a mailed link confirms. Raises LinkOld."""
    found = session.scalars(select(Interest).where(Interest.confirm_hash == _hashed(token))).one_or_none()
    if found is None or found.ended_at is not None:
        raise LinkOld()
    return found


def confirm(session: Session, token: str) -> Interest:
    """From now on they are told. Twice is once; raises LinkOld."""
    with unit_of_work(session):
        query = select(Interest).where(Interest.confirm_hash == _hashed(token))
        found = session.scalars(holding(query)).one_or_none()
        if found is None or found.ended_at is not None:
            raise LinkOld()
        if found.confirmed_at is None:
            found.confirmed_at = clock.now()
            allow(session, found.email, Kind.CAMPAIGNS)
            record(session, STRANGER, "interest.confirmed", subject=("interest", found.id), scheme=found.scheme_id)
        return found


def end_all(session: Session, email: str) -> None:
    """Nothing more of any scheme to this address, in the caller's unit of work."""
    live = update(Interest).where(Interest.email == email, Interest.ended_at.is_(None))
    session.execute(live.values(ended_at=clock.now()))


def forget_stale(session: Session) -> int:
    """Forgets what was never confirmed, what was ended and what is too old; returns how many. Idempotent."""
    numbers = setting_values(session, ("interest_confirm_days", "interest_days"), clock.today())
    unsure, old = (clock.now() - timedelta(days=numbers[key]) for key in ("interest_confirm_days", "interest_days"))
    stale: ColumnElement[bool] = or_(
        Interest.ended_at <= unsure,
        and_(Interest.confirmed_at.is_(None), Interest.created_at <= unsure),
        Interest.confirmed_at <= old,
    )
    if session.scalar(select(Interest.id).where(stale).limit(1)) is None:
        return 0
    with unit_of_work(session):
        return len(session.execute(delete(Interest).where(stale).returning(Interest.id)).all())


def _row(session: Session, email: str, scheme_id: int) -> Interest | None:
    """This address's row, nobody else writing it until commit."""
    hold(session, f"interest:{email}")
    query = select(Interest).where(Interest.email == email, Interest.scheme_id == scheme_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _offered(session: Session, row: Interest | None, email: str, scheme_id: int, district_id: int | None) -> str:
    """A fresh token for an unconfirmed row; the one before stops working."""
    token = secrets.token_urlsafe(24)
    if row is None:
        row = Interest(email=email, scheme_id=scheme_id)
        session.add(row)
    row.confirm_hash, row.created_at, row.district_id = _hashed(token), clock.now(), district_id
    row.confirmed_at = row.ended_at = None
    session.flush()
    return token
