"""The applications list as its page shows it: filters from the address, and addresses from filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications import search
from portal.domain.applications.models import Channel
from portal.domain.applications.queries import StaffViewer
from portal.domain.applications.stages import STATE_WORDS, ListStage
from portal.domain.campaigns.models import RequirementKind
from portal.domain.casework import listing as casework
from portal.domain.casework.listing import Choices, Counts, Option, Page, Place, Sort
from portal.domain.paging import FEW

LONGEST_SEARCH = 120
K = RequirementKind
MARKS: dict[RequirementKind, tuple[str, str]] = {
    K.IDENTITY: ("Id", "Identity"),
    K.OCCUPATION: ("Oc", "Occupation"),
    K.GUARDIAN: ("Gc", "Guardian consent"),
    K.MEDICAL: ("Md", "Medical"),
    K.FITNESS: ("Ft", "Fitness"),
    K.REFERENCES: ("Rf", "References"),
    K.VETTING: ("Vt", "Vetting"),
}
TABS: dict[ListStage | None, str] = {
    None: "All stages",
    ListStage.SIFT: "Sift",
    ListStage.INTERVIEW: "Interview",
    ListStage.OFFER: "Offer",
    ListStage.TRAINING: "Training",
    ListStage.APPOINTED: "Appointed",
    ListStage.RESERVE: "Reserve",
    ListStage.ENDED: "Ended",
}


@dataclass(frozen=True)
class Asked:
    """What an address asks for; what it does not know it leaves out."""

    campaigns: tuple[Option, ...]
    districts: tuple[Option, ...]
    stage: ListStage | None
    text: str
    oldest: bool  # oldest first
    before: Place | None
    after: Place | None

    @classmethod
    def of(cls, given: MultiDict[str, str], choices: Choices) -> Asked:
        stage = given.get("stage", "")
        return cls(
            campaigns=choices.pick(choices.campaigns, given.getlist("campaign")),
            districts=choices.pick(choices.districts, given.getlist("district")),
            stage=ListStage(stage) if stage in set(ListStage) else None,
            text=_readable(given.get("q", "")),
            oldest=given.get("order") == "oldest",
            before=Place.parse(given.get("before")),
            after=Place.parse(given.get("after")),
        )

    def address(self, **changes: Any) -> str:
        """The list's address with these filters and what is changed; paging starts again."""
        values: dict[str, Any] = {
            "campaign": [option.slug for option in self.campaigns],
            "district": [option.slug for option in self.districts],
            "stage": self.stage.value if self.stage else None,
            "q": self.text or None,
            "order": "oldest" if self.oldest else None,
        }
        return url_for("staff.applications", **(values | changes))

    @property
    def counting(self) -> str:
        """This very place in the list, with every stage counted."""
        before, after = (str(spot) if spot else None for spot in (self.before, self.after))
        return self.address(before=before, after=after, counts="1")

    def without(self, kind: str, option: Option) -> str:
        chosen = self.campaigns if kind == "campaign" else self.districts
        return self.address(**{kind: [each.slug for each in chosen if each != option]})


def _readable(typed: str) -> str:
    """What was typed, without what cannot be shown."""
    shown = "".join(char if char.isprintable() else " " for char in typed)
    return " ".join(shown.split())[:LONGEST_SEARCH]


def listing(session: Session, viewer: StaffViewer, given: MultiDict[str, str]) -> dict[str, Any]:
    """Everything the list's page shows, in a few statements. `waiting` is where the missing counts are."""
    choices = casework.choices(session, viewer, Permission.SEE_APPLICATIONS)
    asked, wanted = _wanted(session, choices, given)
    sort, (on, back) = (Sort.OLDEST, ("after", "before")) if asked.oldest else (Sort.NEWEST, ("before", "after"))
    page = casework.page(
        session, wanted, asked.stage, sort, following=getattr(asked, on), preceding=getattr(asked, back)
    )
    every = "counts" in given
    counts = casework.every_count(session, wanted) if every else casework.counts(session, wanted, asked.stage, page)
    shown, ways = marks_shown(page), {on: page.next, back: page.previous}
    return {
        "asked": asked,
        "choices": choices,
        "tabs": _tabs(asked, counts),
        "waiting": None if counts.complete else asked.counting,
        "chips": _chips(asked),
        "found": counted(counts.stages[asked.stage]) if asked.stage in counts.stages else f"{len(page.rows)}+",
        "drafts": counted(counts.drafts or 0),
        "rows": [_row(row, shown) for row in page.rows],
        "legend": [{"letters": MARKS[kind][0], "name": MARKS[kind][1]} for kind in shown],
        "newer": asked.address(after=str(ways["after"])) if ways["after"] else None,
        "older": asked.address(before=str(ways["before"])) if ways["before"] else None,
        "turned": asked.address(order=None if asked.oldest else "oldest"),
    }


def tab_counts(session: Session, viewer: StaffViewer, given: MultiDict[str, str]) -> list[dict[str, Any]]:
    """The tabs alone, every one counted."""
    asked, wanted = _wanted(session, casework.choices(session, viewer, Permission.SEE_APPLICATIONS), given)
    return _tabs(asked, casework.every_count(session, wanted))


def _wanted(session: Session, choices: Choices, given: MultiDict[str, str]) -> tuple[Asked, casework.Narrowed]:
    asked = Asked.of(given, choices)
    typed = search.typed(session, asked.text)
    return asked, casework.narrow(choices, asked.campaigns, asked.districts, typed)


def counted(number: int) -> str:
    """1,000, or "1,000+" for more."""
    return f"{number:,}" if number <= FEW else f"{FEW:,}+"


def _tabs(asked: Asked, counts: Counts) -> list[dict[str, Any]]:
    return [
        {
            "key": stage.value if stage else "all",
            "label": label,
            "count": counted(counts.stages[stage]) if stage in counts.stages else None,
            "href": asked.address(stage=stage.value if stage else None),
            "current": stage is asked.stage,
        }
        for stage, label in TABS.items()
    ]


def _chips(asked: Asked) -> list[dict[str, str]]:
    """The filters in force, each with the address without it."""
    chips = [{"label": option.name, "href": asked.without("campaign", option)} for option in asked.campaigns]
    chips += [{"label": option.name, "href": asked.without("district", option)} for option in asked.districts]
    if asked.stage:
        chips.append({"label": f"Stage: {TABS[asked.stage]}", "href": asked.address(stage=None)})
    if asked.text:
        chips.append({"label": f"“{asked.text}”", "href": asked.address(q=None)})
    return chips


def marks_shown(page: Page) -> list[RequirementKind]:
    """The requirements any row of the page has, in the fixed order of their columns."""
    have = {pair.partition(":")[0] for row in page.rows for pair in (row.marks or "").split()}
    return [kind for kind in MARKS if kind.value in have]


def _row(row: Any, shown: Sequence[RequirementKind]) -> dict[str, Any]:
    states = dict(pair.split(":") for pair in (row.marks or "").split())
    marks = [
        {"letters": MARKS[kind][0], "name": MARKS[kind][1], "state": states[kind.value]}
        if kind.value in states
        else None
        for kind in shown
    ]
    return {
        "reference": row.reference,
        "name": f"{row.given_name} {row.family_name}".strip() or "No name given",
        "state": STATE_WORDS[row.state],
        "campaign": row.campaign,
        "campaign_short": row.campaign.rpartition(", ")[2],
        "district": row.district or "Not known",
        "marks": marks,
        "received_at": row.received_at,
        "still": _days(row.state_since),
        "entered": "" if row.channel is Channel.ONLINE else row.channel.value,
    }


def _days(since: Any) -> int:
    """Whole London days without movement."""
    return max(0, (clock.today() - clock.london(since).date()).days)
