"""Interviews of a made-up campaign: days planned, people invited, times chosen, sheets written, outcomes released."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application, State
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.casework.deciding import decide, provisional
from portal.domain.casework.models import Verdict
from portal.domain.clearances.identity import see
from portal.domain.demonstration.sifting import READERS, Moderator
from portal.domain.demonstration.stage import At, Life, Stage
from portal.domain.interviews import booking, inviting
from portal.domain.interviews.agreeing import complete_agreed, save_agreed
from portal.domain.interviews.attending import mark
from portal.domain.interviews.choosing import place_of, sittings
from portal.domain.interviews.models import Attendance, Booking, Invitation, Recommendation, SessionKind, Venue
from portal.domain.interviews.planning import PanelPlan, SessionPlan, plan_session, publish
from portal.domain.interviews.questions import asked_in, keep_standard
from portal.domain.interviews.recommending import follow_panels, next_place
from portal.domain.interviews.sheets import complete_sheet, declare_unknown, save_sheet
from portal.domain.interviews.sittings import panel_of
from portal.domain.interviews.timetable import Break
from portal.domain.interviews.writing import Given, Written
from portal.domain.journeys.releasing import release_decided
from portal.domain.offers.rules import NoPlaceLeft

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
K = RequirementKind
WEEKDAYS = (2, 5)  # Wednesdays and Saturdays
A_DAY_SEES = 16  # people: two panels, eight slots each
ENOUGH_NOTICE = DAY * 2
OUTCOMES_AFTER = DAY * 4  # from the last interview to the letters
CAME_TO_NOTHING, ASKED_AGAIN = 0.05, 0.06  # do not book at all; do not come
# name, address, how to get in, step-free; the last is the hall people run in
VENUES = (
    ("Mill Street training centre", "2 Mill Street, Exampleham", "Lift to every floor. Parking behind.", True),
    ("Old School Rooms", "14 Church Lane, Little Example", "Two steps at the front door.", False),
    ("Exampleham sports hall", "Leisure Way, Exampleham", "Changing rooms on the ground floor.", True),
)
REMARKS = (
    "Answered what was asked, with people in it.",
    "A little nervous at first, then very clear.",
    "Knows what the role is and is not.",
    "Good on listening; thin on what they would do next.",
)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return clock.from_london(datetime.combine(day, time(hour, minute)))


def meetings(stage: Stage, campaign: Campaign) -> Life:
    """The day after the answers the interview days are planned; four days after the last of them people are told."""
    session, recruiter = stage.session, stage.staff["recruiter"]
    yield At(_at(campaign.answer_by + DAY, 10))
    shortlisted = select(func.count()).where(
        Application.campaign_id == campaign.id, Application.state == State.SHORTLISTED
    )
    number = session.scalar(shortlisted) or 0
    if not number:
        return
    keep_standard(session, recruiter, campaign.id)
    places = venues_of(session, campaign)
    for turn, day in enumerate(_days(campaign, -(-number // A_DAY_SEES) + 1)):
        plan = _interview_day(stage, day, places[turn % 2], turn)
        publish(session, recruiter, plan_session(session, recruiter, campaign.id, plan).id)
    if any(asked.kind is K.FITNESS for asked in campaign.requirements):
        for weeks, kind in ((2, SessionKind.PRACTICE), (4, SessionKind.FITNESS)):
            plan = _hall(stage, _saturday_after(campaign.interviews_to + DAY * 7 * weeks), places[-1], kind, number)
            publish(session, recruiter, plan_session(session, recruiter, campaign.id, plan).id)
    yield At(_at(campaign.interviews_to, 16) + OUTCOMES_AFTER)
    _tell(stage, campaign)


def _tell(stage: Stage, campaign: Campaign) -> None:
    """Every panel's word stands; those for whom there is no place are held in reserve."""
    session, moderator = stage.session, Moderator(stage.staff["recruiter"])
    follow_panels(session, moderator, campaign.slug)
    ids = select(Application.id).where(Application.campaign_id == campaign.id, Application.state == State.INTERVIEW)
    for application_id in provisional(session, list(session.scalars(ids.order_by(Application.id)))):
        try:
            release_decided(session, moderator, application_id, apart=True)
        except NoPlaceLeft:
            place = next_place(session, campaign.id)
            decide(session, moderator, application_id, Verdict.RESERVE, reserve_place=place)
            release_decided(session, moderator, application_id, apart=True)


def venues_of(session: Session, campaign: Campaign) -> list[Venue]:
    """Two places to meet, in the first of the campaign's districts, and a hall to run in; made once a division."""
    found = []
    district = campaign.districts[0]
    for name, address, access, step_free in VENUES:
        full = f"{name}, {district.division.name}"
        venue = session.scalars(select(Venue).filter_by(name=full)).one_or_none()
        if venue is None:
            venue = Venue(
                name=full, address=address, access_notes=access, step_free=step_free, district_id=district.id
            )  # fmt: skip
            session.add(venue)
            session.flush()
        found.append(venue)
    return found


def _days(campaign: Campaign, number: int) -> list[date]:
    """So many Wednesdays and Saturdays of the window, spread over it; none sooner than people can answer."""
    first = max(campaign.interviews_from, campaign.answer_by + DAY * 5)
    window = [first + DAY * each for each in range((campaign.interviews_to - first).days + 1)]
    fit = [day for day in window if day.weekday() in WEEKDAYS]
    step = max(1, len(fit) // number)
    return fit[::step][:number]


def _saturday_after(day: date) -> date:
    return day + DAY * ((5 - day.weekday()) % 7)


def _interview_day(stage: Stage, day: date, venue: Venue, turn: int) -> SessionPlan:
    """Two panels of two. On Wednesdays they sit in the evening."""
    evening = day.weekday() == WEEKDAYS[0]
    people = [stage.staff[READERS[(turn + seat) % len(READERS)]].id for seat in range(4)]
    return SessionPlan(
        SessionKind.INTERVIEW, venue.id, day, time(13) if evening else time(9), time(20) if evening else time(16),
        slot_minutes=45, gap_minutes=5, breaks=(Break(time(16, 20) if evening else time(12, 20), 30),),
        panels=(
            PanelPlan("Panel A", room="Room 1", staff_ids=(people[0], people[1])),
            PanelPlan("Panel B", room="Room 2", staff_ids=(people[2], people[3])),
        ),
        what_to_bring="Something that shows who you are: a passport or a driving licence.",
    )  # fmt: skip


def _hall(stage: Stage, day: date, venue: Venue, kind: SessionKind, people: int) -> SessionPlan:
    places = max(8, -(-people // 4))
    return SessionPlan(
        kind, venue.id, day, time(9), time(12), slot_minutes=40, gap_minutes=5,
        panels=(PanelPlan("Hall", room="Main hall", staff_ids=(stage.staff["trainer"].id,), places=places),),
        what_to_bring="Clothes and shoes you can run in, and water.",
    )  # fmt: skip


def meet(stage: Stage, chance: Random, application: Application, recruiter: StaffMember) -> Life:
    """From the invitation to the interview's sheets. Some never book; some do not come, and are asked once more."""
    session = stage.session
    invitation = inviting.invite(session, recruiter, application.id, SessionKind.INTERVIEW)
    if chance.random() < CAME_TO_NOTHING:
        yield At(invitation.answer_by + DAY * 4)
        if invitation.ended_at is None and application.state is State.INTERVIEW:
            inviting.let_lapse(session, recruiter, invitation.id)
        return
    yield from _chooses(stage, chance, application, invitation)
    held = booked(session, invitation)
    if held is None:
        return
    if chance.random() < ASKED_AGAIN:
        yield At(place_of(session, held.slot_id).slot.ends_at)
        if held.ended_at is None:
            mark(session, recruiter, held.id, Attendance.NO_SHOW)
        return
    yield from _sits(stage, chance, application, held, recruiter)


def _chooses(stage: Stage, chance: Random, application: Application, invitation: Invitation) -> Life:
    session = stage.session
    yield At(clock.now() + DAY * chance.uniform(0.1, 3))
    free = list(free_slots(session, application, SessionKind.INTERVIEW))
    if application.state is not State.INTERVIEW or not free:
        return
    booking.book(session, application.applicant, invitation.id, chance.choice(free))
    if chance.random() < 0.1:
        yield At(clock.now() + DAY * chance.uniform(0.2, 1))
        held, free = booked(session, invitation), list(free_slots(session, application, SessionKind.INTERVIEW))
        if held is not None and free and place_of(session, held.slot_id).slot.starts_at > clock.now() + ENOUGH_NOTICE:
            booking.move(session, application.applicant, invitation.id, chance.choice(free))


def free_slots(session: Session, application: Application, kind: SessionKind) -> Iterator[int]:
    """Slots of this kind they may take and that are free."""
    for sitting in sittings(session, application.id, kind, clock.now() + ENOUGH_NOTICE):
        yield from (each.slot_id for each in sitting.times if each.free)


def booked(session: Session, invitation: Invitation) -> Booking | None:
    """What they hold of it."""
    return session.scalars(select(Booking).filter_by(invitation_id=invitation.id, ended_at=None)).one_or_none()


def _sits(stage: Stage, chance: Random, application: Application, held: Booking, recruiter: StaffMember) -> Life:
    session, slot = stage.session, place_of(stage.session, held.slot_id).slot
    for moment, where in (
        (slot.starts_at - MINUTE * chance.randint(4, 20), Attendance.ARRIVED),
        (slot.starts_at + MINUTE, Attendance.IN_ROOM),
        (slot.ends_at - MINUTE * 4, Attendance.LEFT),
    ):
        yield At(moment)
        if held.ended_at is not None:
            return
        mark(session, recruiter, held.id, where)
        if where is Attendance.ARRIVED and any(row.kind is K.IDENTITY for row in application.requirements):
            see(session, recruiter, application.id, ["passport", "council_tax"], clock.today())
    yield At(clock.now() + MINUTE * chance.randint(8, 50))
    if application.state is State.INTERVIEW:
        _sheets(stage, chance, application, held)


def _sheets(stage: Stage, chance: Random, application: Application, held: Booking) -> None:
    """Everybody's own first, then the one they agree on."""
    session, keys = stage.session, stage.outside.keys
    asked = asked_in(session, application.campaign_id)
    quality = chance.gauss(3.6, 0.8)
    panel = [
        Moderator(session.get_one(StaffMember, member.staff_id)) for member in panel_of(session, [held.id])[held.id]
    ]
    for member in panel:
        declare_unknown(session, member, held.id)
        save_sheet(session, keys, member, held.id, _written([each.id for each in asked], chance, quality), 0)
        complete_sheet(session, keys, member, held.id)
    save_agreed(session, keys, panel[0], held.id, _written([each.id for each in asked], chance, quality), 0)
    complete_agreed(session, keys, panel[0], held.id)


def _written(questions: list[int], chance: Random, quality: float) -> Written:
    marks = {each: Given(min(5, max(1, round(chance.gauss(quality, 0.5))))) for each in questions}
    said = (
        Recommendation.OFFER if quality > 3 else Recommendation.RESERVE if quality > 2.6 else
        Recommendation.NOT_THIS_TIME
    )  # fmt: skip
    return Written(marks, said, chance.choice(REMARKS))
