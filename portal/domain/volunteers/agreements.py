"""The volunteer agreement: the last published version is the one to accept, by the applicant, on their page.

Either side may end it at any time; notice is hoped for, not required [004 4.27].
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, locked, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.applications.refusals import NotEditable
from portal.domain.applications.waiting import Todo
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import Campaign
from portal.domain.refusals import Conflict, NotFound, Refusal
from portal.domain.volunteers.models import Agreement, AgreementAccepted

MAY_ACCEPT = (State.ACCEPTED, State.TRAINING, State.APPOINTED)
LONGEST = 20_000  # characters


class AgreementChanged(Conflict):
    title = "There is a newer agreement"
    message = "The agreement was changed while you read it. Please read the new one, then accept that."


class NoAgreement(Refusal):
    message = "Write the agreement first."


class AgreementTooLong(Refusal):
    message = f"Use {LONGEST:,} characters or fewer."


@dataclass(frozen=True)
class Standing:
    """The agreement as its reader finds it; `accepted_at`: when they accepted this very version."""

    agreement: Agreement
    accepted_at: datetime | None


def newest_of(session: Session, scheme_ids: Collection[int]) -> dict[int, Agreement]:
    """The agreement in force for each scheme: its own last published, else the last for every scheme. One statement."""
    published = Agreement.published_at.is_not(None) & (Agreement.published_at <= clock.now())
    query = select(Agreement).where(published, or_(Agreement.scheme_id.is_(None), Agreement.scheme_id.in_(scheme_ids)))
    by_scheme: dict[int | None, Agreement] = {}
    for row in session.scalars(query.order_by(Agreement.number)):
        by_scheme[row.scheme_id] = row
    found = {key: by_scheme.get(key, by_scheme.get(None)) for key in scheme_ids}
    return {key: row for key, row in found.items() if row is not None}


def newest_for_all(session: Session) -> Agreement | None:
    """The one of every scheme that has none of its own."""
    return newest_of(session, {0}).get(0)  # no scheme has this number


def standing_of(session: Session, application: Application) -> Standing | None:
    """The agreement this person is asked to accept, or has; none before they have a place, and where there is none."""
    if application.state not in MAY_ACCEPT:
        return None
    newest = newest_of(session, {application.campaign.scheme_id}).get(application.campaign.scheme_id)
    if newest is None:
        return None
    query = select(AgreementAccepted.accepted_at).filter_by(application_id=application.id, agreement_id=newest.id)
    return Standing(newest, session.scalar(query))


def accept(session: Session, actor: Actor, application_id: int, agreement_id: int) -> AgreementAccepted:
    """The applicant accepts the version they read; twice is once.

    Raises NotFound, NotEditable before they have a place, AgreementChanged where a newer one stands.
    """
    with unit_of_work(session):
        application = locked(session, Application, application_id)
        if application is None:
            raise NotFound()
        if application.state not in MAY_ACCEPT:
            raise NotEditable()
        scheme_id = session.scalar(select(Campaign.scheme_id).where(Campaign.id == application.campaign_id)) or 0
        newest = newest_of(session, {scheme_id}).get(scheme_id)
        if newest is None or newest.id != agreement_id:
            raise AgreementChanged()
        found = session.get(AgreementAccepted, (application_id, agreement_id))
        if found is not None:
            return found
        found = AgreementAccepted(application_id=application_id, agreement_id=newest.id, accepted_at=clock.now())
        session.add(found)
        record(
            session, actor, "agreement.accepted", subject=("agreement", newest.id),
            application_id=application_id, version=newest.number,
        )  # fmt: skip
        return found


def publish(session: Session, actor: Actor, scheme_id: int | None, body: str) -> Agreement:
    """A new version for a scheme, or for all that have none of their own; the same words again are no new version.

    Whoever accepted an earlier one and is not appointed yet is asked again. Raises NoAgreement or AgreementTooLong.
    """
    words = "\n".join(line.rstrip() for line in body.replace("\r\n", "\n").split("\n")).strip()
    if not words:
        raise NoAgreement(field="body")
    if len(words) > LONGEST:
        raise AgreementTooLong(field="body")
    with unit_of_work(session):
        hold(session, "volunteer agreements")
        newest = session.scalars(
            select(Agreement).where(Agreement.scheme_id.is_not_distinct_from(scheme_id))
            .order_by(Agreement.number.desc()).limit(1)
        ).one_or_none()  # fmt: skip
        if newest is not None and newest.body == words and newest.published_at is not None:
            return newest
        number = (session.scalar(select(func.max(Agreement.number))) or 0) + 1  # one count for all: no two are "3"
        found = Agreement(
            scheme_id=scheme_id, number=number, body=words, created_by=actor.actor_id, published_at=clock.now()
        )
        session.add(found)
        session.flush()
        record(session, actor, "agreement.published", subject=("agreement", found.id), version=number)
        return found


def paragraphs(body: str) -> list[tuple[str, list[str]]]:
    """The body for a page or a paper: ("text", [words]), ("items", [one, two]) and ("heading", [words]) in order.

    A line beginning "- " is an item, one beginning "# " a heading.
    """
    found: list[tuple[str, list[str]]] = []
    for line in (each.strip() for each in body.split("\n")):
        if line.startswith("- "):
            if not found or found[-1][0] != "items":
                found.append(("items", []))
            found[-1][1].append(line[2:])
        elif line.startswith("# "):
            found.append(("heading", [line[2:]]))
        elif line:
            found.append(("text", [line]))
    return found


def todos(session: Session, application: Application) -> list[Todo]:
    """Accept the agreement, from the beginning of training until it is done. One statement or two."""
    if application.state is State.ACCEPTED:
        return []  # there is time: the course comes first
    now = standing_of(session, application)
    if now is None or now.accepted_at is not None:
        return []
    hint = "It says what you and we promise each other. It takes five minutes."
    return [Todo("Read and accept the volunteer agreement", "public.agreement", hint=hint)]
