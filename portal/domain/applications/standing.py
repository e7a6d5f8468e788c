"""Where a draft stands: what is asked, what was said, what is missing and what is in the way.

The task list, the check page and the submission itself read the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.applications.queries import answers
from portal.domain.applications.sections import (
    SectionState,
    Value,
    applying,
    eligibility_facts,
    is_complete,
    minutes_left,
    section_states,
)
from portal.domain.campaigns.models import Campaign, RequirementKind, Stage
from portal.domain.campaigns.queries import districts_of_postcode
from portal.domain.campaigns.questions import Asked, asked_of, with_districts
from portal.domain.campaigns.rules import Obstacle, obstacles, terms_of
from portal.domain.documents.models import Document
from portal.domain.documents.queries import KEPT
from portal.domain.settings.queries import setting_value
from portal.services.crypto import KeyRing

PAPERS = (RequirementKind.MEDICAL, RequirementKind.FITNESS)  # requirements that a file answers


@dataclass(frozen=True)
class Standing:
    """A draft at one instant."""

    asked: list[Asked]
    values: dict[str, Value]
    states: list[SectionState]
    papers_missing: list[RequirementKind]
    obstacles: list[Obstacle]

    @property
    def complete(self) -> bool:
        return is_complete(self.states) and not self.papers_missing

    @property
    def needed(self) -> list[SectionState]:
        return [state for state in self.states if not state.section.optional]

    @property
    def done(self) -> int:
        """Needed sections that are done."""
        return sum(state.done for state in self.needed)

    @property
    def minutes_left(self) -> int:
        return minutes_left(self.states)


def standing_of(session: Session, keys: KeyRing, application: Application, at: datetime) -> Standing:
    """Everything that decides whether a draft can be sent at an instant, but for the deadline."""
    values = answers(session, keys, application, sealed=True)
    asked = questions_now(session, keys, application, values)
    return Standing(
        asked=asked,
        values=values,
        states=section_states(asked, values, clock.london(at).date()),
        papers_missing=papers_missing(session, application),
        obstacles=obstacles_for(session, application, values, at),
    )


def questions_now(
    session: Session, keys: KeyRing, application: Application, values: Mapping[str, Value] | None = None
) -> list[Asked]:
    """What this application is asked. A postcode of two districts asks which one."""
    known = answers(session, keys, application) if values is None else values
    return applying(questions_possible(session, application, known), known)


def questions_possible(session: Session, application: Application, values: Mapping[str, Value]) -> list[Asked]:
    """What other answers might lead to is among these."""
    districts = districts_of_postcode(session, str(values.get("postcode") or ""))
    return with_districts(asked_of(session, application.campaign), districts)


def own_minutes(session: Session, campaign: Campaign) -> int:
    """About how long a campaign's own questions take everybody, beside what every form takes."""
    asked = [each for each in asked_of(session, campaign) if each.own and not each.strand]
    return sum(state.section.minutes for state in section_states(applying(asked, {}), {}, clock.today()))


def papers_missing(session: Session, application: Application) -> list[RequirementKind]:
    """Files due with the application of which none is here."""
    due = [row.kind for row in application.requirements if row.due is Stage.SUBMISSION and row.kind in PAPERS]
    if not due:
        return []
    here = select(Document.kind).where(Document.application_id == application.id, Document.state.in_(KEPT))
    found = set(session.scalars(here))
    return [kind for kind in due if kind not in found]


def obstacles_for(
    session: Session, application: Application, values: Mapping[str, Value], at: datetime
) -> list[Obstacle]:
    """What stands in the way by the very rules of the eligibility check, from the answers given so far."""
    day = clock.london(at).date()
    terms = terms_of(application.campaign, may_miss_weekends=setting_value(session, "weekends_may_miss", day))
    facts = eligibility_facts(values, application.district_id, terms)
    return obstacles(facts, terms, day) if facts is not None else []
