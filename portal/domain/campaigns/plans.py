"""A campaign before it exists: everything to be decided, as plain facts. The 2018 pilot is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal import clock
from portal.domain.campaigns.criteria import CriterionPlan
from portal.domain.campaigns.models import AgeDay, RequirementKind, Stage
from portal.domain.campaigns.own_questions import QuestionPlan
from portal.domain.campaigns.rules import TrainingPlan, training_weekends
from portal.domain.campaigns.standard import STANDARD_CRITERIA


@dataclass(frozen=True)
class Asked:
    """A requirement, by which stage it is due, and whether a document may come with the application."""

    kind: RequirementKind
    due: Stage
    may_upload_early: bool = False


UNIFORMED = (  # the default gates for CPVs and whoever else goes out on patrol
    Asked(RequirementKind.OCCUPATION, Stage.INTERVIEW),
    Asked(RequirementKind.IDENTITY, Stage.INTERVIEW),
    Asked(RequirementKind.MEDICAL, Stage.TRAINING, may_upload_early=True),
    Asked(RequirementKind.FITNESS, Stage.TRAINING, may_upload_early=True),
    Asked(RequirementKind.REFERENCES, Stage.TRAINING),
    Asked(RequirementKind.VETTING, Stage.APPOINTMENT),  # always before appointment [004 4.10]
)
OFFICE = (
    Asked(RequirementKind.OCCUPATION, Stage.INTERVIEW),
    Asked(RequirementKind.IDENTITY, Stage.INTERVIEW),
    Asked(RequirementKind.REFERENCES, Stage.TRAINING),
    Asked(RequirementKind.VETTING, Stage.APPOINTMENT),
)
YOUNG = (Asked(RequirementKind.GUARDIAN, Stage.SUBMISSION),)


@dataclass(frozen=True)
class CampaignPlan:
    """Instants are aware. `target`: the applications needed to fill `places`. `published_at`: none keeps it hidden."""

    scheme: str
    slug: str
    name: str
    lead: str
    districts: tuple[str, ...]
    announced_on: date
    opens_at: datetime
    closes_at: datetime
    answer_by: date
    interviews_from: date
    interviews_to: date
    starts_on: date
    places: int
    target: int
    training: tuple[TrainingPlan, ...] = ()
    requirements: tuple[Asked, ...] = UNIFORMED
    age_day: AgeDay = AgeDay.APPLICATION
    published_at: datetime | None = None
    questions: tuple[QuestionPlan, ...] = ()
    criteria: tuple[CriterionPlan, ...] = STANDARD_CRITERIA


def the_pilot() -> CampaignPlan:
    """West Division, 2018: announced 9 January, closing 26 January, interviews in February, training from the
    end of April over five weekends in ten weeks [000]. Days, places, target, the answer's date and the first
    patrol are assumptions.
    """
    opens = clock.start_of(date(2018, 1, 9))
    return CampaignPlan(
        scheme="community-policing-volunteer",
        slug="cpv-west-2018",
        name="Community Policing Volunteer, West Division",
        lead="Be among the first to do a new job: a trained, uniformed volunteer in the town or village "
        "where you already know the shopkeepers.",
        districts=("maidstone", "sevenoaks", "tonbridge", "tunbridge-wells"),
        announced_on=date(2018, 1, 9),
        opens_at=opens,
        closes_at=clock.end_of(date(2018, 1, 26)),
        answer_by=date(2018, 2, 2),
        interviews_from=date(2018, 2, 1),
        interviews_to=date(2018, 2, 28),
        starts_on=date(2018, 7, 1),
        places=40,
        target=80,
        training=tuple(training_weekends(date(2018, 4, 28), 5, 2)),
        published_at=opens,
    )
