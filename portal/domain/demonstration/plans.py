"""The demonstration's campaigns: the 2018 pilot as it was, and others around the clock's now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from portal import clock
from portal.domain.campaigns.catalogue_areas import DIVISIONS
from portal.domain.campaigns.models import RequirementKind, Stage
from portal.domain.campaigns.plans import OFFICE, UNIFORMED, Asked, CampaignPlan, the_pilot
from portal.domain.campaigns.rules import SATURDAY, TrainingPlan, training_weekends
from portal.domain.campaigns.standard import STANDARD_QUESTIONS, TIED_CRITERIA
from portal.domain.demonstration.stories import asks_for_stories

WEST = tuple(DIVISIONS["west"][1])
NORTH = tuple(DIVISIONS["north"][1])
EAST = tuple(DIVISIONS["east"][1])
INDUCTIONS = (40, 0)  # days ago: two of the support volunteers' inductions
SEASONS = ("winter", "spring", "summer", "autumn")
CADET_LEADERS = (Asked(RequirementKind.IDENTITY, Stage.INTERVIEW), Asked(RequirementKind.VETTING, Stage.APPOINTMENT))


@dataclass(frozen=True)
class Part:
    """One campaign of the demonstration and how large a share of its applications goes there."""

    plan: CampaignPlan
    share: int


def parts(now: datetime) -> list[Part]:
    """Every campaign, oldest first. Other rounds like the pilot come only once its training is over."""
    today = clock.london(now).date()
    pilot = the_pilot()
    over = pilot.starts_on < today
    found = [
        Part(pilot, 52 if over else 84),
        Part(_support(today), 44 if over else 90),
        Part(_specials(today), 36 if over else 226),
        Part(_cadet_leaders(today), 0),
    ]
    if over:
        found += [
            Part(_west_again(today), 74),
            Part(_north(today), 36),
            Part(_east(today), 44),
            Part(_specials_west(today), 30),
            Part(_west_in_training(today), 104),
            Part(_appointed(today), 34),
        ]
    return sorted((replace(part, plan=_asking(part.plan)) for part in found), key=lambda part: part.plan.opens_at)


def _asking(plan: CampaignPlan) -> CampaignPlan:
    """Those who go out on patrol are asked the standard questions, and each is judged by a criterion."""
    if not asks_for_stories(asked.kind for asked in plan.requirements):
        return plan
    return replace(plan, questions=STANDARD_QUESTIONS, criteria=TIED_CRITERIA)


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _season(day: date) -> str:
    return f"{SEASONS[day.month % 12 // 3]}-{day.year}"


def _saturday(day: date) -> date:
    """The first Saturday from this day on."""
    return day + _days((SATURDAY - day.weekday()) % 7)


def _after(training: tuple[TrainingPlan, ...]) -> date:
    """A week after the last day of training."""
    return clock.london(training[-1].ends_at).date() + _days(7)


def _west_again(today: date) -> CampaignPlan:
    """The pilot's pattern around today: open for twelve days, eleven to go, training eleven weeks after closing."""
    opens, closes = today - _days(12), today + _days(11)
    training = tuple(training_weekends(_saturday(closes + _days(91)), 5, 2))
    return CampaignPlan(
        scheme="community-policing-volunteer",
        slug=f"cpv-west-{_season(opens)}",
        name=f"Community Policing Volunteer, West Division {opens.year}",
        lead="You know the shopkeepers, the school run and the lane that floods. Be the trained, uniformed volunteer "
        "they know as well.",
        districts=WEST,
        announced_on=opens,
        opens_at=clock.start_of(opens),
        closes_at=clock.end_of(closes),
        answer_by=closes + _days(7),
        interviews_from=closes + _days(6),
        interviews_to=closes + _days(33),
        starts_on=_after(training),
        places=60,
        target=200,
        training=training,
        published_at=clock.start_of(opens),
    )


def _west_in_training(today: date) -> CampaignPlan:
    """In the middle of its five weekends: the third of them is this one, or was the last."""
    return _trained(
        first=_saturday(today - _days(6)) - _days(28),
        name="Maidstone and Sevenoaks",
        lead="Between the river and the ridge: be the trained, uniformed volunteer people stop to talk to.",
        districts=("maidstone", "sevenoaks"),
        places=24,
        target=60,
    )


def _appointed(today: date) -> CampaignPlan:
    """A small round that is done: trained some months ago, certified, appointed, and on the register of powers."""
    return _trained(
        first=_saturday(today - _days(136)),
        name="Tonbridge and Tunbridge Wells",
        lead="The market, the common and the station steps: be the trained, uniformed volunteer who knows them all.",
        districts=("tonbridge", "tunbridge-wells"),
        places=12,
        target=36,
    )


def _trained(
    first: date, name: str, lead: str, districts: tuple[str, ...], places: int, target: int
) -> CampaignPlan:  # fmt: skip
    """A round whose five weekends of training begin on this Saturday; everything before it is long done."""
    opens = first - _days(150)
    closes = opens + _days(18)
    training = tuple(training_weekends(first, 5, 2))
    return CampaignPlan(
        scheme="community-policing-volunteer",
        slug=f"cpv-{'-'.join(districts)}-{_season(opens)}",
        name=f"Community Policing Volunteer, {name}",
        lead=lead,
        districts=districts,
        announced_on=opens,
        opens_at=clock.start_of(opens),
        closes_at=clock.end_of(closes),
        answer_by=closes + _days(8),
        interviews_from=closes + _days(14),
        interviews_to=closes + _days(38),
        starts_on=_after(training),
        places=places,
        target=target,
        training=training,
        published_at=clock.start_of(opens),
    )


def _east(today: date) -> CampaignPlan:
    """Closed four weeks ago; the interviews are going on."""
    opens, closes = today - _days(52), today - _days(29)
    training = tuple(training_weekends(_saturday(today + _days(60)), 5, 2))
    return CampaignPlan(
        scheme="community-policing-volunteer",
        slug=f"cpv-east-{_season(opens)}",
        name=f"Community Policing Volunteer, East Division {opens.year}",
        lead="From the harbour to the hop gardens: be the trained, uniformed volunteer people know by name.",
        districts=EAST,
        announced_on=opens,
        opens_at=clock.start_of(opens),
        closes_at=clock.end_of(closes),
        answer_by=closes + _days(8),
        interviews_from=closes + _days(12),
        interviews_to=today + _days(18),
        starts_on=_after(training),
        places=40,
        target=90,
        training=training,
        published_at=clock.start_of(opens),
    )


def _north(today: date) -> CampaignPlan:
    """Closed six days ago: two people are reading each application, and the answers are promised in eight days."""
    opens, closes = today - _days(30), today - _days(6)
    training = tuple(training_weekends(_saturday(today + _days(80)), 5, 2))
    return CampaignPlan(
        scheme="community-policing-volunteer",
        slug=f"cpv-north-{_season(opens)}",
        name=f"Community Policing Volunteer, North Division {opens.year}",
        lead="Along the river and up on the downs: be the trained, uniformed volunteer who already knows the way.",
        districts=NORTH,
        announced_on=opens,
        opens_at=clock.start_of(opens),
        closes_at=clock.end_of(closes),
        answer_by=today + _days(8),
        interviews_from=today + _days(10),
        interviews_to=today + _days(40),
        starts_on=_after(training),
        places=30,
        target=80,
        training=training,
        published_at=clock.start_of(opens),
    )


def _support(today: date) -> CampaignPlan:
    """Closed, interviewed, and through their induction or about to be: the county's support volunteers."""
    opens = today - _days(152)
    closes = opens + _days(28)
    return CampaignPlan(
        scheme="police-support-volunteer",
        slug=f"psv-{_season(opens)}",
        name="Police Support Volunteer, whole county",
        lead="Front counters, witness care, wildlife and archives: a few hours a week that make others' work possible.",
        districts=(*WEST, *NORTH, *EAST),
        announced_on=opens - _days(7),
        opens_at=clock.start_of(opens),
        closes_at=clock.end_of(closes),
        answer_by=closes + _days(10),
        interviews_from=closes + _days(12),
        interviews_to=closes + _days(40),
        starts_on=today - _days(INDUCTIONS[0]),
        places=30,
        target=75,
        requirements=OFFICE,
        published_at=clock.start_of(opens - _days(7)),
    )


def _specials(today: date) -> CampaignPlan:
    opens, closes = today - _days(23), today + _days(32)
    training = tuple(training_weekends(_saturday(closes + _days(84)), 8, 1))
    return CampaignPlan(
        scheme="special-constable",
        slug=f"special-north-east-{_season(opens)}",
        name="Special Constable, North and East",
        lead="Full powers, part time. Patrol the town you live near, beside the officers who work there.",
        districts=(*NORTH, *EAST),
        announced_on=opens - _days(5),
        opens_at=clock.start_of(opens),
        closes_at=clock.end_of(closes),
        answer_by=closes + _days(12),
        interviews_from=closes + _days(14),
        interviews_to=closes + _days(49),
        starts_on=_after(training),
        places=45,
        target=260,
        training=training,
        requirements=UNIFORMED,
        published_at=clock.start_of(opens - _days(5)),
    )


def _specials_west(today: date) -> CampaignPlan:
    """Interviewed and told: some have accepted, their checks go on side by side, and more were good than there are
    places."""
    opens, closes = today - _days(90), today - _days(66)
    training = tuple(training_weekends(_saturday(today + _days(38)), 8, 1))
    return CampaignPlan(
        scheme="special-constable",
        slug=f"special-west-{_season(opens)}",
        name="Special Constable, West Division",
        lead="Full powers, part time. The evening trains, the Saturday market and the lanes between.",
        districts=WEST,
        announced_on=opens,
        opens_at=clock.start_of(opens),
        closes_at=clock.end_of(closes),
        answer_by=closes + _days(8),
        interviews_from=closes + _days(14),
        interviews_to=today - _days(13),
        starts_on=_after(training),
        places=12,
        target=60,
        training=training,
        requirements=UNIFORMED,
        published_at=clock.start_of(opens),
    )


def _cadet_leaders(today: date) -> CampaignPlan:
    """Announced and not open yet."""
    opens, closes = today + _days(6), today + _days(34)
    return CampaignPlan(
        scheme="cadet-leader",
        slug=f"cadet-leader-dover-medway-{_season(opens)}",
        name="Cadet Leader, Dover and Medway",
        lead="One evening a week with young people who want to do something that matters.",
        districts=("dover", "medway"),
        announced_on=today - _days(3),
        opens_at=clock.start_of(opens),
        closes_at=clock.end_of(closes),
        answer_by=closes + _days(9),
        interviews_from=closes + _days(10),
        interviews_to=closes + _days(30),
        starts_on=closes + _days(60),
        places=12,
        target=30,
        requirements=CADET_LEADERS,
        published_at=clock.start_of(today - _days(3)),
    )
