"""What goes on beside the sift: owners, promises, questions and answers, notes, calls; somebody sends twice."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.actions import save_answers, start, submit
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import answers
from portal.domain.campaigns.models import Campaign
from portal.domain.casework.models import CallOutcome, SavedView
from portal.domain.casework.notes import log_call, write_note
from portal.domain.casework.owning import give_owner, promise_contact
from portal.domain.correspondence.actions import mark_read, write, write_to_us
from portal.domain.demonstration.aftermath import working_hour
from portal.domain.demonstration.lives import known
from portal.domain.demonstration.stage import At, Life, Stage
from portal.domain.duplicates.finding import match_due

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATELY = DAY * 21
ASKED = 7  # of a campaign's applicants write to us
QUESTIONS = (
    ("Is the station in Maidstone step-free?", "Yes. The training room is on the ground floor, and there is a lift."),
    ("I work shifts. May I swap a weekend?", "One weekend may be made up on another course. We plan it with you."),
    ("Do I need my own boots?", "No. You get the uniform, boots included, before the first patrol."),
    ("My doctor charges for the certificate. Who pays?", "We do. Send us the bill with the certificate."),
    ("May my brother apply as well?", "Yes, while the campaign is open. He needs his own e-mail address."),
    ("I have moved house. Does that matter?", "Not within the county. Put your address right on your page."),
    ("How long until I hear from you?", "You hear by the day on your page, whatever the answer."),
)
NOTES = (
    "Rang to say that evenings are best.",
    "Met them at the open evening. Asked good questions about the powers.",
    "Would like to train with a friend who applied as well.",
)
TWICE = 2  # people who send a second one under another address
LONG_OPEN = timedelta(days=12)  # by then they have


def desk(stage: Stage, campaign: Campaign, chance: Random) -> Life:
    """A week or so after opening people begin to write; the recruiter answers, most of the time."""
    session = stage.session
    begins = campaign.opens_at + DAY * 8
    for number, (question, reply) in enumerate(QUESTIONS[:ASKED]):
        yield At(begins + HOUR * (number * 9) + timedelta(minutes=chance.randint(1, 400)))
        application = _somebody(stage, campaign, chance)
        if application is None:
            return
        write_to_us(session, application.applicant, application.id, question)
        if number % 3 == 2 and stage.now - clock.now() < LATELY:
            continue  # not read yet
        recruiter = _recruiter(stage, application)
        yield At(working_hour(chance, clock.now() + HOUR * 5))
        if application.state is not State.SUBMITTED:
            continue  # they have withdrawn, or were answered, in the meantime
        mark_read(session, recruiter, application.id)
        write(session, recruiter, application.id, subject="Your question", body=f"Hello,\n\n{reply}\n\nThe team")
        _look_after(stage, recruiter, application, chance)


def _recruiter(stage: Stage, application: Application) -> StaffMember:
    """The recruiter of the division the applicant lives in, where there is one."""
    slug = application.district.division.slug if application.district else ""
    return stage.staff.get(f"recruiter-{slug}", stage.staff["recruiter"])


def _somebody(stage: Stage, campaign: Campaign, chance: Random) -> Application | None:
    sent = select(Application.id).where(Application.campaign_id == campaign.id, Application.state == State.SUBMITTED)
    ids = list(stage.session.scalars(sent.order_by(Application.id)))
    return stage.session.get(Application, chance.choice(ids)) if ids else None


def _look_after(stage: Stage, recruiter: StaffMember, application: Application, chance: Random) -> None:
    """Whoever answered looks after them from now on, and writes down what was said."""
    session, keys = stage.session, stage.outside.keys
    give_owner(session, recruiter, application.id, recruiter.id)
    if chance.random() < 0.6:
        write_note(session, keys, recruiter, application.id, chance.choice(NOTES))
    if chance.random() < 0.5:
        log_call(session, keys, recruiter, application.id, chance.choice((CallOutcome.SPOKE, CallOutcome.NO_ANSWER)))
    if chance.random() < 0.5:
        day = clock.today() + DAY * chance.randint(2, 9)
        promise_contact(
            session, recruiter, application.id, day, version=application.version, seen=application.next_contact_on
        )


def sent_twice(stage: Stage, campaign: Campaign, chance: Random) -> Life:
    """Some cannot remember which address they used, and begin again with another."""
    session, keys = stage.session, stage.outside.keys
    for number in range(TWICE):
        yield At(campaign.opens_at + DAY * (10 + number) + HOUR * chance.randint(8, 20))
        before = _somebody(stage, campaign, chance)
        if before is None or clock.now() >= campaign.closes_at:
            return
        said = answers(session, keys, before, sealed=True)
        local, _, domain = before.applicant.email.partition("@")
        again = known(stage, f"{number + 2}.{local}@{domain}")
        application = start(session, again, campaign)
        save_answers(session, again, application, said | {"phone": "07700 900 461"}, keys)
        submit(session, again, application.id, clock.now(), keys)
        match_due(session, keys, most=1_000)


def saved_views(session: Session, owner: StaffMember) -> None:
    """What a recruiter keeps to come back to; one shared with everybody."""
    rows = (
        ("My late ones", "owner=me&flag=late&sort=oldest", False),
        ("Nobody looks after them", "owner=none&stage=sift&sort=oldest", True),
    )
    session.add_all(
        SavedView(owner_id=owner.id, name=name, query=query, shared=shared, created_at=clock.now())
        for name, query, shared in rows
    )
