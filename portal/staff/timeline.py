"""What happened, in words: lines of the trail with who did it, and what was said in a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.accounts.queries import staff_names
from portal.domain.audit.models import ActorKind
from portal.domain.audit.sentences import particulars, sentence
from portal.domain.casework.notes import Called


def told(session: Session, events: Iterable[Any], *, health: bool) -> list[dict[str, Any]]:
    """Lines of the trail in words, with who did it. One statement whatever their number."""
    lines = list(events)
    names = staff_names(session, {each.actor_id for each in lines if each.actor_kind is ActorKind.STAFF})
    return [
        {
            "id": each.id,
            "at": each.at,
            "words": sentence(each.action),
            "more": particulars(each.action, each.detail, health=health),
            "by": who(each, names),
        }
        for each in lines
    ]


def timeline(session: Session, events: Sequence[Any], calls: Sequence[Called], *, health: bool) -> list[dict[str, Any]]:
    """An application's trail, and under each call what was said in it."""
    said = {call.id: call.text for call in calls}
    lines = told(session, events, health=health)
    return [
        {**line, "said": said.get(event.subject_id, "") if event.subject_kind == "call" else ""}
        for event, line in zip(events, lines, strict=True)
    ]


def who(event: Any, names: Mapping[int, str]) -> str:
    """Who did it, as staff read it."""
    if event.actor_kind is ActorKind.STAFF:
        return names.get(event.actor_id, "staff")
    return {ActorKind.APPLICANT: "the applicant", ActorKind.SYSTEM: "the service", ActorKind.STRANGER: "a stranger"}[
        event.actor_kind
    ]
