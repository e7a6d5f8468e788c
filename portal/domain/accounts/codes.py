"""Applicants sign in by a mailed code or link.

A code answers the browser that asked; the link in the same mail works in any browser. Either
works once, for a few minutes by the real clock. Asking is the same act for every address, known or
not: whose address it is matters only once somebody has shown that they read its mail.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, locked, unit_of_work
from portal.domain.accounts.models import Applicant, SignInCode
from portal.domain.accounts.queries import applicant_by_email, hashed
from portal.domain.accounts.secrets import keyed_hash, same, six_digits
from portal.domain.audit.actions import STRANGER, record
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import Refusal

MOST_TRIES = 5  # of a million codes: with MAILS_TO_ADDRESS, at most 150 guesses an hour at one address
MAILS_AN_HOUR = 8  # to one address from one client: enough for a slow mailbox and a second try on two devices
MAILS_TO_ADDRESS = 30  # from everywhere: a stranger who asks elsewhere uses up nobody's own, and a flood still ends


class CodeRefused(Refusal):
    """Why a code did not sign anybody in; always beside the code's field."""

    reason = "wrong"
    message = "That is not the code we sent. Check the newest mail from us and try again."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, field="code")


class CodeExpired(CodeRefused):
    reason = "expired"
    message = "That code has expired. Ask us to send a new one."


class CodeUsed(CodeRefused):
    reason = "used"
    message = "That code has been used already. Ask us to send a new one."


class TooManyTries(CodeRefused):
    reason = "too_many_tries"
    message = "That code has been tried too many times, so it no longer works. Ask us to send a new one."


class TooManyMails(Refusal):
    status = 429
    title = "We have sent you several mails"
    message = (
        "We have sent several mails to this address in the last hour. "
        "Open the newest one and use its link, or wait an hour and ask again."
    )

    def __init__(self) -> None:
        super().__init__(field="email")


class LinkDead(Refusal):
    status = 410
    title = "This link no longer works"
    message = "Links we send work once, and only for a short time. This one has been used or is too old."


@dataclass(frozen=True)
class Confirmed:
    """Somebody showed that they read this mailbox, and where they meant to go."""

    applicant: Applicant
    next_url: str


def ask_code(
    session: Session, *, email: str, client: str, next_url: str, lifetime: timedelta, pepper: bytes, replaces: str = ""
) -> str:
    """Mails a code and a link; returns the token that the asking browser keeps.

    `email` is normal (see `normal_email`); `client` is the browser's network address; `replaces` is the
    token of this browser's request before, whose code stops working. Raises `TooManyMails`.
    """
    token, link, code = secrets.token_urlsafe(24), secrets.token_urlsafe(24), six_digits()
    now, client_hash = clock.wall(), keyed_hash(pepper, "sign-in client", client)
    with unit_of_work(session):
        _refuse_too_many(session, email, client_hash, now)
        _end_request(session, replaces, now)
        row = SignInCode(
            request_hash=hashed(token),
            link_hash=hashed(link),
            code_hash=keyed_hash(pepper, "sign-in code", hashed(token), code),
            email=email,
            client_hash=client_hash,
            next_url=next_url,
            created_at=now,
            expires_at=now + lifetime,
        )
        session.add(row)
        session.flush()
        minutes = int(lifetime.total_seconds() // 60)
        queue_mail(session, "sign_in_code", to=email, secret=True, code=code, link=link, minutes=minutes)
        record(session, STRANGER, "sign_in.asked", subject=("sign_in_code", row.id))
    return token


def _refuse_too_many(session: Session, email: str, client_hash: str, now: datetime) -> None:
    """Counted in the table, so that it holds across processes and restarts; one request after another."""
    hold(session, f"sign-in codes of {email}")
    from_here = func.count().filter(SignInCode.client_hash == client_hash)
    lately = SignInCode.email == email, SignInCode.created_at > now - timedelta(hours=1)
    here, everywhere = session.execute(select(from_here, func.count()).select_from(SignInCode).where(*lately)).one()
    if here >= MAILS_AN_HOUR or everywhere >= MAILS_TO_ADDRESS:
        raise TooManyMails()


def _end_request(session: Session, token: str, now: datetime) -> None:
    if token:
        session.execute(
            update(SignInCode)
            .where(SignInCode.request_hash == hashed(token), SignInCode.expires_at > now)
            .values(expires_at=now)
        )


def asked(session: Session, token: str) -> SignInCode | None:
    """The request this browser made, whatever became of it."""
    return session.scalars(select(SignInCode).where(SignInCode.request_hash == hashed(token))).one_or_none()


def linked(session: Session, link: str) -> SignInCode:
    """The request behind a mailed link while it works; raises `LinkDead`."""
    row = session.scalars(select(SignInCode).where(SignInCode.link_hash == hashed(link))).one_or_none()
    if row is None or row.used_at is not None or clock.wall() >= row.expires_at:
        raise LinkDead()
    return row


def confirm_code(session: Session, *, token: str, code: str, pepper: bytes) -> Confirmed:
    """Uses the code of this browser's request. Raises a `CodeRefused`; a wrong try is counted all the same."""
    found = asked(session, token)
    if found is None:
        raise CodeExpired()
    given = keyed_hash(pepper, "sign-in code", hashed(token), code)
    with unit_of_work(session):
        row = locked(session, SignInCode, found.id)
        refusal = CodeExpired() if row is None else _refusal(row, given)
        if row is not None and refusal is None:
            return _use(session, row)
        if row is not None and refusal is not None and refusal.reason == "wrong":
            row.failures += 1
        if refusal is not None:
            record(session, STRANGER, "sign_in.refused", subject=("sign_in_code", found.id), reason=refusal.reason)
    raise refusal or CodeExpired()


def _refusal(row: SignInCode, given: str) -> CodeRefused | None:
    if row.used_at is not None:
        return CodeUsed()
    if clock.wall() >= row.expires_at:
        return CodeExpired()
    if row.failures >= MOST_TRIES:
        return TooManyTries()
    return None if same(row.code_hash, given) else CodeRefused()


def confirm_link(session: Session, link: str) -> Confirmed:
    """Uses a mailed link, in whichever browser it was opened. Raises `LinkDead`."""
    key = linked(session, link).id
    with unit_of_work(session):
        row = locked(session, SignInCode, key)
        if row is None or row.used_at is not None or clock.wall() >= row.expires_at:
            raise LinkDead()
        return _use(session, row)


def _use(session: Session, row: SignInCode) -> Confirmed:
    row.used_at = clock.wall()
    applicant = applicant_with(session, row.email)
    record(session, applicant, "sign_in.confirmed", subject=("applicant", applicant.id))
    return Confirmed(applicant, row.next_url)


def applicant_with(session: Session, email: str) -> Applicant:
    """The applicant with this normal address, or the one they turned out to be; made if there is none.

    Inside a unit of work.
    """
    known = applicant_by_email(session, email)
    if known is not None:
        return known
    try:
        with session.begin_nested():
            applicant = Applicant(email=email, created_at=clock.wall())
            session.add(applicant)
    except IntegrityError:  # two codes for a new address, confirmed at once: the other was first
        return session.scalars(select(Applicant).where(Applicant.email == email)).one()
    record(session, applicant, "applicant.made", subject=("applicant", applicant.id))
    return applicant
