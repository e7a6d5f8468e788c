"""Before anything is done: exactly whom an act affects, and who is left out and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import StaffViewer
from portal.domain.applications.stages import STATES, ListStage
from portal.domain.bulk import choosing
from portal.domain.bulk.acts import Act, Detail
from portal.domain.campaigns.models import Campaign, District

A = choosing.A
SHOWN = 20  # people on one page of a preview
STAGE_OF = {state: stage for stage, states in STATES.items() for state in states}


@dataclass(frozen=True)
class Preview:
    """`stages` counts those affected by stage, `left_out` the others by reason; `seal` stands for the very set."""

    count: int
    stages: dict[ListStage, int]
    left_out: dict[str, int]
    seal: str
    people: list[Row[Any]]
    first: int  # how many stand on the pages before
    more: bool
    others: list[Row[Any]]  # the first of those left out, each with its `why`

    @property
    def last(self) -> int:
        return self.first + len(self.people)


def preview(
    session: Session, viewer: StaffViewer, act: Act, ids: Select[int], detail: Detail, *, first: int = 0
) -> Preview:
    """Three statements, whatever the number."""
    why = choosing.left_out(act, viewer, detail)
    found = select(A.state, why.label("why"), *choosing.numbers(A.id)).where(choosing.among(ids)).group_by(A.state, why)
    stages: Counter[ListStage] = Counter()
    others: Counter[str] = Counter()
    whole = [0, 0, 0]
    for state, code, *numbers in session.execute(found):
        if code is not None:
            others[code] += numbers[0]
            continue
        whole = [have + more for have, more in zip(whole, numbers, strict=True)]
        if state is not State.DRAFT:
            stages[STAGE_OF[state]] += numbers[0]
    people = list(session.execute(_page(why, why.is_(None), ids, first, SHOWN + 1)))
    left = list(session.execute(_page(why, why.is_not(None), ids, 0, SHOWN))) if others else []
    return Preview(
        count=whole[0],
        stages={stage: stages[stage] for stage in ListStage if stages[stage]},
        left_out=dict(others.most_common()),
        seal=choosing.seal(act, detail, *whole),
        people=people[:SHOWN],
        first=first,
        more=len(people) > SHOWN,
        others=left,
    )


def _page(
    why: ColumnElement[Any], condition: ColumnElement[bool], ids: Select[int], first: int, most: int
) -> Select[Any]:
    """A page of people in the order they began. They are picked by themselves, so that nothing an act asks about is
    taken for what the page shows."""
    picked = (
        select(A.id, why.label("why"))
        .where(choosing.among(ids), condition)
        .order_by(A.id)
        .offset(first)
        .limit(most)
        .subquery("picked")
    )
    return (
        select(
            A.id, A.reference, A.given_name, A.family_name, A.state, picked.c.why,
            Campaign.name.label("campaign"), District.name.label("district"),
        )
        .select_from(picked)
        .join(Application, A.id == picked.c.id)
        .join(Campaign, Campaign.id == A.campaign_id)
        .outerjoin(District, District.id == A.district_id)
        .order_by(A.id)
    )  # fmt: skip
