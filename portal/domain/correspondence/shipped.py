"""The wordings an installation ships with. Editable, each edit a version; what is there, edited or not, stays."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.correspondence.models import MessageTemplate, TemplateVersion


@dataclass(frozen=True)
class Shipped:
    slug: str
    name: str
    subject: str
    body: str


SHIPPED: tuple[Shipped, ...] = (
    Shipped(
        "something-missing", "Ask for something missing", "Something we still need: {reference}",
        "Hello {given_name}\n\n"
        "Thank you for applying to {campaign}. To go on we still need this from you:\n\n"
        "{asked_for}\n\n"
        "Your application's page says how to send it. If something makes that hard, write back and we will find a way.",
    ),
    Shipped(
        "interview-soon", "Interviews are coming", "Interviews for {campaign}",
        "Hello {given_name}\n\n"
        "We hold interviews from {interviews}. If we invite you, you choose a time that suits you.\n\n"
        "Nothing is needed from you today. If you cannot come on some of those days, write back and tell us which.",
    ),
    Shipped(
        "running-late", "We are later than we said", "Our answer takes longer: {reference}",
        "Hello {given_name}\n\n"
        "We said we would answer by {answer_by}, and we have not. We are sorry.\n\n"
        "Your application is with us and nothing has been lost. You need do nothing. We will write as soon as we know.",
    ),
    Shipped(
        "training-dates", "Training dates", "Training for {campaign}",
        "Hello {given_name}\n\n"
        "Training begins on {training_from}. Your application's page has the whole road with every date.\n\n"
        "Please keep the days free, and tell us soon if one of them is a problem.",
    ),
    Shipped(
        "general", "General", "Your application {reference}",
        "Hello {given_name}\n\n\n\nYours\n{team}",
    ),
)  # fmt: skip


def seed_templates(session: Session) -> None:
    """Adds whatever of the shipped wordings is missing. Idempotent."""
    known = set(session.scalars(select(MessageTemplate.slug)))
    missing = [each for each in SHIPPED if each.slug not in known]
    if not missing:
        return
    with unit_of_work(session):
        now = clock.now()
        session.add_all(
            MessageTemplate(
                slug=each.slug,
                name=each.name,
                versions=[TemplateVersion(number=1, subject=each.subject, body=each.body, created_at=now)],
            )
            for each in missing
        )
