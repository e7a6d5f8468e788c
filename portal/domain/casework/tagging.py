"""Tags: words staff put on applications to find them again."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import hold, locked, unit_of_work
from portal.domain.applications.models import Application, State
from portal.domain.audit.actions import Actor, record
from portal.domain.casework.models import ApplicationTag, Tag
from portal.domain.refusals import NotFound, Refusal

LONGEST = 30
_NAME = re.compile(r"[^\W_]+(?:[ '-][^\W_]+)*")


class NotATag(Refusal):
    message = f"Use letters, numbers, spaces and hyphens, {LONGEST} characters or fewer"

    def __init__(self) -> None:
        super().__init__(field="tag")


def tag_name(typed: str) -> str:
    """A tag as it is kept: lower case, single spaces. Raises NotATag."""
    name = " ".join(typed.lower().split())
    if len(name) > LONGEST or not _NAME.fullmatch(name):
        raise NotATag()
    return name


def tag_named(session: Session, actor: Actor, typed: str) -> Tag:
    """The tag of this name, made when there is none. Raises NotATag."""
    name = tag_name(typed)
    with unit_of_work(session):
        hold(session, f"tag {name}")
        known = session.scalars(select(Tag).filter_by(name=name)).one_or_none()
        if known is not None:
            return known
        made = Tag(name=name, created_at=clock.now())
        session.add(made)
        session.flush()
        record(session, actor, "tag.made", subject=("tag", made.id))
        return made


def all_tags(session: Session) -> list[Tag]:
    """Every tag, by name."""
    return list(session.scalars(select(Tag).order_by(Tag.name)))


def tags_of(session: Session, application_ids: Collection[int]) -> dict[int, list[Tag]]:
    """The tags of each of these applications that has any, by name. One statement."""
    query = (
        select(ApplicationTag.application_id, Tag)
        .join(Tag, Tag.id == ApplicationTag.tag_id)
        .where(ApplicationTag.application_id.in_(application_ids))
        .order_by(Tag.name)
    )
    found: dict[int, list[Tag]] = {}
    for application_id, tag in session.execute(query):
        found.setdefault(application_id, []).append(tag)
    return found


def tag(session: Session, actor: Actor, application_id: int, tag_id: int, run_id: int | None = None) -> bool:
    """Puts a tag on an application. Says whether it was not on it already; raises NotFound for a draft or no tag."""
    with unit_of_work(session):
        known = _standing(session, application_id, tag_id)
        if known is not None:
            return False
        session.add(ApplicationTag(application_id=application_id, tag_id=tag_id))
        _note(session, actor, "application.tagged", application_id, tag_id, run_id)
        return True


def untag(session: Session, actor: Actor, application_id: int, tag_id: int, run_id: int | None = None) -> bool:
    """Takes a tag off an application. Says whether it was on it; raises NotFound for a draft or no tag."""
    with unit_of_work(session):
        known = _standing(session, application_id, tag_id)
        if known is None:
            return False
        session.delete(known)
        _note(session, actor, "application.untagged", application_id, tag_id, run_id)
        return True


def _standing(session: Session, application_id: int, tag_id: int) -> ApplicationTag | None:
    application = locked(session, Application, application_id)
    if application is None or application.state is State.DRAFT or session.get(Tag, tag_id) is None:
        raise NotFound()
    return session.get(ApplicationTag, (application_id, tag_id), populate_existing=True)


def _note(session: Session, actor: Actor, action: str, application_id: int, tag_id: int, run_id: int | None) -> None:
    by_run = {} if run_id is None else {"run": run_id}
    record(
        session, actor, action, subject=("application", application_id), application_id=application_id,
        tag=tag_id, **by_run,
    )  # fmt: skip
