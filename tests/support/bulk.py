"""Very many applications, quickly: for lists at size, and for the benchmark. Deterministic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant
from portal.domain.applications.models import (
    Application,
    ApplicationSearch,
    ApplicationStrand,
    Requirement,
    RequirementState,
    State,
)
from portal.domain.applications.search import kept, words_of
from portal.domain.campaigns.models import Campaign, CampaignRequirement, District, RequirementKind, Stage, Strand
from portal.services import references

BATCH = 2_000
GIVEN = ("Amy", "Beth", "Callum", "Delroy", "Esme", "Farid", "Gwen", "Harun", "Idris", "Juniper", "Kofi", "Lorcan")
STEMS = ("Ash", "Bough", "Chart", "Det", "Egert", "Fair", "Good", "Harriet", "Id", "Joy", "Lin", "Mars", "Nettle")
ENDINGS = ("ton", "ling", "well", "hurst", "ford", "den", "bury", "stead", "by", "combe", "worth", "ley")
STATES = (  # of each hundred, in the order they arrived: the oldest are furthest along
    (State.APPOINTED, 6), (State.UNSUCCESSFUL, 24), (State.WITHDRAWN, 6), (State.LAPSED, 4), (State.DECLINED, 2),
    (State.TRAINING, 6), (State.ACCEPTED, 4), (State.OFFERED, 5), (State.RESERVE, 6), (State.INTERVIEW, 8),
    (State.SHORTLISTED, 7), (State.SUBMITTED, 18), (State.DRAFT, 4),
)  # fmt: skip
UNMOVED = {State.DRAFT, State.SUBMITTED}
UNSCORED = {*UNMOVED, State.WITHDRAWN}
_SPREAD = [state for state, share in STATES for _ in range(share)]


def load_applications(session: Session, n: int, *, decider: int, seed: int = 1) -> None:
    """Adds `n` applications to the campaigns there are, with requirements and words; no answers.

    `decider` is the member of staff who decided what is decided. Campaigns and districts must exist.
    """
    maker = _Maker(session, n, decider, seed)
    with unit_of_work(session):
        for start in range(0, n, BATCH):
            for table, rows in maker.batch(range(start, min(n, start + BATCH))).items():
                if rows:
                    session.execute(insert(table), rows)
        _restart_numbers(session)
    refresh_statistics(session)


def refresh_statistics(session: Session) -> None:
    """What the database would have done by itself after a while; planners need it."""
    session.rollback()
    with session.get_bind().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if connection.dialect.name == "sqlite" else "VACUUM ANALYZE"))


def _restart_numbers(session: Session) -> None:
    """The rows came with their numbers: PostgreSQL's counters go on from there."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in ("applicant", "application"):
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))


class _Maker:
    def __init__(self, session: Session, n: int, decider: int, seed: int) -> None:
        self.random = Random(seed)
        self.n, self.decider = n, decider
        self.bodies: set[str] = set()
        self.first = 1 + max(
            session.scalar(select(func.coalesce(func.max(model.id), 0))) or 0 for model in (Applicant, Application)
        )
        self.campaigns = session.execute(select(Campaign.id, Campaign.opens_at).order_by(Campaign.opens_at)).all()
        self.districts = list(session.scalars(select(District.id)))
        self.strands = sorted(set(session.scalars(select(Strand.slug))))
        self.asked: dict[int, list[tuple[RequirementKind, Stage]]] = {}
        for row in session.scalars(select(CampaignRequirement)):
            self.asked.setdefault(row.campaign_id, []).append((row.kind, row.due))

    def batch(self, numbers: range) -> dict[Table, list[dict[str, Any]]]:
        found: dict[Any, list[dict[str, Any]]] = {
            model.__table__: [] for model in (Applicant, Application, Requirement, ApplicationSearch, ApplicationStrand)
        }
        for number in numbers:
            person, application = self._pair(number)
            found[Applicant.__table__].append(person)
            found[Application.__table__].append(application)
            found[Requirement.__table__] += self._requirements(application)
            words = words_of(
                application["given_name"], application["family_name"], application["reference"],
                person["email"], application["postcode"],
            )  # fmt: skip
            found[ApplicationSearch.__table__].append({"application_id": application["id"], "words": kept(words)})
            found[ApplicationStrand.__table__] += self._strands(application["id"])
        return found

    def _new_body(self) -> str:
        """A reference's characters that no other has: among 100,000 drawn at random two may well be alike."""
        while (body := "".join(self.random.choice(references.ALPHABET) for _ in range(7))) in self.bodies:
            pass
        self.bodies.add(body)
        return body

    def _pair(self, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
        random, key = self.random, self.first + number
        campaign_id, opens_at = self.campaigns[number * len(self.campaigns) // self.n]
        state = _SPREAD[(number * len(self.campaigns) * len(_SPREAD) // self.n + random.randrange(40)) % len(_SPREAD)]
        # People begin one after another, and send what they began within two days.
        begun = number * len(self.campaigns) / self.n % 1
        at: datetime = opens_at + timedelta(days=15) * begun + timedelta(days=2) * random.random()
        given, family = random.choice(GIVEN), random.choice(STEMS) + random.choice(ENDINGS)
        body = self._new_body()
        application = {
            "id": key,
            "reference": references.with_check("CPV", body),
            "applicant_id": key,
            "campaign_id": campaign_id,
            "state": state,
            "channel": "online",
            "created_at": at,
            "received_at": None if state is State.DRAFT else at,
            "state_since": at if state in UNMOVED else at + timedelta(days=30) * random.random(),
            "withdrawn_reason": "time" if state is State.WITHDRAWN else None,
            "given_name": given,
            "family_name": family,
            "postcode": self._postcode(),
            "district_id": random.choice(self.districts) if random.random() > 0.02 else None,
            "version": 1,
            "owner_id": self.decider if random.random() < 0.4 else None,
            "score": random.randrange(0, 4501, 25) if state not in UNSCORED else None,
            "next_contact_on": (at + timedelta(days=random.randrange(1, 60))).date() if random.random() < 0.5 else None,
        }
        email = f"{given}.{family}{key}@example.org".lower()
        return {"id": key, "email": email, "created_at": at}, application

    def _strands(self, application_id: int) -> list[dict[str, Any]]:
        chosen = self.random.sample(self.strands, self.random.randrange(min(3, len(self.strands)) + 1))
        return [{"application_id": application_id, "strand": strand} for strand in chosen]

    def _postcode(self) -> str:
        inward = f"{self.random.randrange(1, 10)}{self.random.choice('ABDEF')}{self.random.choice('GHJLN')}"
        return f"ME{self.random.randrange(1, 21)} {inward}"

    def _requirements(self, application: dict[str, Any]) -> Iterator[dict[str, Any]]:
        at = application["created_at"]
        for kind, due in self.asked.get(application["campaign_id"], []):
            state = self.random.choice(list(RequirementState))
            decided = state in {RequirementState.MET, RequirementState.NOT_MET}
            yield {
                "application_id": application["id"],
                "kind": kind,
                "due": due,
                "state": state,
                "asked_at": None if state is RequirementState.NOT_ASKED else at,
                "due_at": at + timedelta(days=28) if state is RequirementState.WITH_APPLICANT else None,
                "decided_by": self.decider if decided else None,
                "decided_at": at if decided else None,
            }
