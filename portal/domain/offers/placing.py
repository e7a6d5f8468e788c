"""Where somebody will serve: proposed from what they want, can do and are needed for; a person confirms it.

The reasons go with the proposal as codes, so that whoever confirms it sees why, and the record keeps it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Role, StaffMember, StaffRole
from portal.domain.applications.models import Answer, Application, ApplicationStrand, Conflict, State
from portal.domain.audit.actions import Actor, record
from portal.domain.campaigns.models import Campaign, CampaignDistrict, District, Question, Strand
from portal.domain.offers.models import Offer, Placement
from portal.domain.offers.moving import held_by_staff
from portal.domain.offers.places import last_offer
from portal.domain.refusals import Conflict as Changed
from portal.domain.refusals import Refusal

PLACED = (State.ACCEPTED, State.TRAINING, State.APPOINTED)
WHY: dict[str, str] = {
    "lives_here": "lives in this district",
    "same_division": "lives in the same division",
    "needed": "fewer people than places here",
    "chosen": "chose it",
    "knows_it": "answered its own question",
    "fewest": "fewest people so far",
    "person": "chosen by a person",
}


class NotYetPlaced(Refusal):
    title = "There is nobody to place yet"
    message = "Somebody is placed once they have accepted an offer."


class NoSuchPlacement(Refusal):
    message = "Choose one of those listed."


class PlacementChanged(Changed):
    title = "The placement was changed while you had it open"
    message = "Somebody else placed them meanwhile. Look at both, then decide again."


@dataclass(frozen=True)
class Choice:
    """Something to choose, how well it fits, and why (codes)."""

    key: int | str
    name: str
    points: int
    why: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """What could be chosen, the best fit first; the first of each is what is proposed."""

    districts: list[Choice]
    strands: list[Choice] = field(default_factory=list)
    supervisors: list[Choice] = field(default_factory=list)

    @property
    def reasons(self) -> dict[str, list[str]]:
        parts = {"district": self.districts, "strand": self.strands, "supervisor": self.supervisors}
        return {name: list(choices[0].why) for name, choices in parts.items() if choices}


@dataclass(frozen=True)
class Wanted:
    """Where to place somebody: a district, a strand's slug, a supervisor."""

    district_id: int
    strand: str | None
    supervisor_id: int | None


def proposal(session: Session, application: Application) -> Proposal:
    """Where this person fits best. A fixed number of statements, whatever the course."""
    offer = last_offer(session, application.id)
    course_id = offer.campaign_id if offer else application.campaign_id
    return Proposal(
        districts=_districts(session, application, course_id),
        strands=_strands(session, application),
        supervisors=_supervisors(session, application.id),
    )


def placement_of(session: Session, application_id: int) -> Placement | None:
    """Where somebody was placed, by whom and why."""
    return session.get(Placement, application_id, populate_existing=True)


def confirm(session: Session, actor: Actor, application_id: int, wanted: Wanted, *, seen: int = 0) -> Placement:
    """Places somebody who accepted; the same again changes nothing. `seen` is the version the page showed, 0 for none.

    Raises NotFound, NotYetPlaced, NoSuchPlacement or PlacementChanged.
    """
    with unit_of_work(session):
        application = held_by_staff(session, actor, application_id)
        if application.state not in PLACED:
            raise NotYetPlaced()
        offered, placed = proposal(session, application), placement_of(session, application_id)
        _refuse_unknown(offered, wanted)
        if placed is not None and wanted == Wanted(placed.district_id, placed.strand, placed.supervisor_id):
            return placed
        if seen != (placed.version if placed else 0):
            raise PlacementChanged()
        if placed is None:
            placed = Placement(application_id=application_id, proposed_at=clock.now(), version=0)
            session.add(placed)
        placed.district_id, placed.strand, placed.supervisor_id = (
            wanted.district_id,
            wanted.strand,
            wanted.supervisor_id,
        )
        placed.reasons = _reasons(offered, wanted)
        placed.confirmed_by, placed.confirmed_at = actor.actor_id, clock.now()
        placed.version += 1
        application.version += 1
        session.flush()
        record(
            session, actor, "placement.confirmed", subject=("placement", application_id),
            application_id=application_id, district=wanted.district_id, strand=wanted.strand,
        )  # fmt: skip
        return placed


def _refuse_unknown(offered: Proposal, wanted: Wanted) -> None:
    for name, chosen, choices, may_lack in (
        ("district", wanted.district_id, offered.districts, False),
        ("strand", wanted.strand, offered.strands, True),
        ("supervisor", wanted.supervisor_id, offered.supervisors, True),
    ):
        if chosen is None and may_lack:
            continue
        if chosen not in {each.key for each in choices}:
            raise NoSuchPlacement(field=name)


def _reasons(offered: Proposal, wanted: Wanted) -> dict[str, list[str]]:
    """Why each, where the proposal was followed; that a person chose it, where it was not."""
    chosen = {"district": wanted.district_id, "strand": wanted.strand, "supervisor": wanted.supervisor_id}
    parts = {"district": offered.districts, "strand": offered.strands, "supervisor": offered.supervisors}
    return {
        name: list(choices[0].why) if choices[0].key == chosen[name] else ["person"]
        for name, choices in parts.items()
        if choices and chosen[name] is not None
    }


def _districts(session: Session, application: Application, course_id: int) -> list[Choice]:
    """Home first, then need: places meant for the district that nobody is placed in yet."""
    query = (
        select(District, CampaignDistrict.places)
        .join(CampaignDistrict, CampaignDistrict.district_id == District.id)
        .where(CampaignDistrict.campaign_id == course_id)
    )
    placed_in = func.coalesce(Placement.district_id, Application.district_id)
    counted = (
        select(placed_in, func.count())
        .select_from(Offer)
        .join(Application, Application.id == Offer.application_id)
        .outerjoin(Placement, Placement.application_id == Application.id)
        .where(Offer.campaign_id == course_id, Offer.freed_at.is_(None), Application.id != application.id)
        .group_by(placed_in)
    )
    here = {row[0]: int(row[1]) for row in session.execute(counted)}
    home = session.get(District, application.district_id) if application.district_id else None
    found = []
    for district, places in session.execute(query):
        why = ["lives_here"] if home is not None and district.id == home.id else []
        if not why and home is not None and district.division_id == home.division_id:
            why = ["same_division"]
        why += ["needed"] if places is not None and here.get(district.id, 0) < places else []
        found.append(_choice(district.id, district.name, why, {"lives_here": 4, "same_division": 1, "needed": 2}))
    return _best_first(found)


def _strands(session: Session, application: Application) -> list[Choice]:
    """The strands they chose: those whose own question they answered, then those with the fewest people."""
    chosen = select(ApplicationStrand.strand).where(ApplicationStrand.application_id == application.id)
    answered = exists().where(
        Answer.application_id == application.id, Answer.question_id == Question.id, Question.strand_id == Strand.id
    )
    scheme = select(Campaign.scheme_id).where(Campaign.id == application.campaign_id).scalar_subquery()
    rows = session.execute(
        select(Strand.slug, Strand.name, answered.label("answered"))
        .where(Strand.scheme_id == scheme, Strand.slug.in_(chosen))
        .order_by(Strand.position)
    ).all()
    counted = session.execute(select(Placement.strand, func.count()).group_by(Placement.strand))
    placed = Counter({row[0]: int(row[1]) for row in counted if row[0]})
    least = min((placed[row.slug] for row in rows), default=0)
    found = []
    for row in rows:
        why = ["chosen", *(["knows_it"] if row.answered else []), *(["fewest"] if placed[row.slug] == least else [])]
        found.append(_choice(row.slug, row.name, why, {"chosen": 1, "knows_it": 2, "fewest": 1}))
    return _best_first(found)


def _supervisors(session: Session, application_id: int) -> list[Choice]:
    """Supervisors of today without a conflict with this person, those with the fewest people first."""
    today = clock.today()
    holds = exists().where(
        StaffRole.staff_id == StaffMember.id, StaffRole.role == Role.SUPERVISOR, StaffRole.starts_on <= today,
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
    )  # fmt: skip
    apart = exists().where(Conflict.staff_id == StaffMember.id, Conflict.application_id == application_id)
    load = select(func.count()).where(
        Placement.supervisor_id == StaffMember.id, Placement.application_id != application_id
    )
    rows = session.execute(
        select(StaffMember.id, StaffMember.name, load.scalar_subquery().label("load")).where(
            StaffMember.disabled_at.is_(None), holds, ~apart
        )
    ).all()
    least = min((row.load for row in rows), default=0)
    return _best_first([Choice(row.id, row.name, -row.load, ("fewest",) if row.load == least else ()) for row in rows])


def _choice(key: int | str, name: str, why: Sequence[str], points: dict[str, int]) -> Choice:
    return Choice(key, name, sum(points[code] for code in why), tuple(why))


def _best_first(choices: list[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda each: (-each.points, each.name))
