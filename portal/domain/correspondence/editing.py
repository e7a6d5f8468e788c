"""Staff change the wordings they begin from: each change is a version; what was sent keeps the words it had."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, locked, unit_of_work
from portal.domain.accounts.models import StaffMember
from portal.domain.audit.actions import Actor, record
from portal.domain.correspondence.actions import check_words, plain
from portal.domain.correspondence.models import MessageTemplate, TemplateVersion
from portal.domain.correspondence.templates import MADE_UP, check_placeholders, fill
from portal.domain.messages.actions import queue_mail
from portal.domain.refusals import Conflict, NotFound, Refusal

NAME = 80  # characters


class NameNeeded(Refusal):
    def __init__(self) -> None:
        super().__init__(f"Enter a name of up to {NAME} characters", field="name")


class NameTaken(Refusal):
    def __init__(self) -> None:
        super().__init__("Another wording has this name. Choose another", field="name")


class WordingChanged(Conflict):
    """Somebody saved another version meanwhile. `now` is what it says."""

    title = "This wording was changed while you had it open"
    message = "Somebody else saved another version. Both are below: nothing you typed is lost."

    def __init__(self, now: TemplateVersion) -> None:
        super().__init__()
        self.now = now


def add_template(session: Session, actor: Actor, *, name: str, subject: str, body: str) -> MessageTemplate:
    """A new wording. Raises NameNeeded, NameTaken, WordsMissing, TooLong or UnknownPlaceholder."""
    with unit_of_work(session):
        hold(session, "message_template")
        name, subject, body = _checked(session, None, name, subject, body)
        template = MessageTemplate(slug=_free_slug(session, name), name=name, versions=[])
        session.add(template)
        _add_version(session, actor, template, subject, body)
    return template


def edit_template(
    session: Session, actor: Actor, template_id: int, *, name: str, subject: str, body: str, seen: int
) -> MessageTemplate:
    """A new version, if anything differs; `seen` is the number of the one that was edited.

    Raises WordingChanged when there is a newer one, and what add_template raises.
    """
    with unit_of_work(session):
        hold(session, "message_template")
        template = locked(session, MessageTemplate, template_id)
        if template is None:
            raise NotFound()
        session.refresh(template, ["versions"])
        name, subject, body = _checked(session, template_id, name, subject, body)
        last = template.versions[-1]
        if (template.name, last.subject, last.body) == (name, subject, body):
            return template
        if last.number != seen:
            raise WordingChanged(last)
        template.name = name
        _add_version(session, actor, template, subject, body)
    return template


def put_away(session: Session, actor: Actor, template_id: int, *, away: bool) -> MessageTemplate:
    """Takes a wording out of the choices, or puts it back. Twice is once."""
    with unit_of_work(session):
        template = locked(session, MessageTemplate, template_id)
        if template is None:
            raise NotFound()
        if (template.archived_at is not None) != away:
            template.archived_at = clock.now() if away else None
            act = "template.archived" if away else "template.restored"
            record(session, actor, act, subject=("template", template.id), slug=template.slug)
    return template


def send_test(session: Session, staff: StaffMember, *, subject: str, body: str) -> None:
    """The words as they stand to the writer's own address, filled with made-up facts. Raises as add_template does."""
    subject, body = " ".join(subject.split()), plain(body)
    with unit_of_work(session):
        check_words(session, subject, body)
        check_placeholders(subject=subject, body=body)
        queue_mail(
            session, "staff_message", to=staff.email, message_subject=f"Test: {fill(subject, MADE_UP)}",
            body=fill(body, MADE_UP), reference=MADE_UP["reference"], team=staff.team,
        )  # fmt: skip


def _checked(session: Session, own: int | None, name: str, subject: str, body: str) -> tuple[str, str, str]:
    name, subject, body = " ".join(name.split()), " ".join(subject.split()), plain(body)
    if not 0 < len(name) <= NAME:
        raise NameNeeded()
    same = select(MessageTemplate.id).where(func.lower(MessageTemplate.name) == name.lower())
    if session.scalar(same if own is None else same.where(MessageTemplate.id != own)) is not None:
        raise NameTaken()
    check_words(session, subject, body)
    check_placeholders(subject=subject, body=body)
    return name, subject, body


def _free_slug(session: Session, name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-") or "wording"
    slug = "wording" if slug == "new" else slug
    taken = set(session.scalars(select(MessageTemplate.slug).where(MessageTemplate.slug.startswith(slug))))
    return next(each for each in (slug, *(f"{slug}-{number}" for number in range(2, 10_000))) if each not in taken)


def _add_version(session: Session, actor: Actor, template: MessageTemplate, subject: str, body: str) -> None:
    version = TemplateVersion(
        number=len(template.versions) + 1, subject=subject, body=body, by_id=actor.actor_id, created_at=clock.now()
    )
    template.versions.append(version)
    session.flush()
    record(
        session, actor, "template.saved", subject=("template", template.id), slug=template.slug, version=version.number
    )
