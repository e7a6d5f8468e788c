"""The checks of somebody made up, side by side: referees, fitness, certificate, declarations, vetting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.applications.models import Application, Requirement, RequirementState, State
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.clearances import declarations, references, vetting
from portal.domain.clearances.actions import decide
from portal.domain.clearances.deciding import clear_all
from portal.domain.clearances.declaring import QUESTIONS, Given
from portal.domain.clearances.fitness import Taken, in_force, record_attempt
from portal.domain.clearances.models import DeclarationKind, VettingState
from portal.domain.clearances.referee_pages import answer, open_link
from portal.domain.clearances.references import Named, Relation
from portal.domain.clearances.rules import outcome, seen
from portal.domain.demonstration.meeting import booked, free_slots
from portal.domain.demonstration.names import FAMILY, GIVEN
from portal.domain.demonstration.papers import papers
from portal.domain.demonstration.people import plain
from portal.domain.demonstration.sifting import Moderator
from portal.domain.demonstration.stage import At, Life, Stage
from portal.domain.documents.queries import documents_of
from portal.domain.interviews import booking, inviting
from portal.domain.interviews.attending import mark
from portal.domain.interviews.choosing import place_of
from portal.domain.interviews.models import Attendance, SessionKind
from portal.domain.interviews.reminding import remind_due
from portal.domain.journeys.checking import check_due
from portal.domain.journeys.checking_asks import checks_due
from portal.domain.journeys.ending import free_due
from portal.domain.journeys.offering import offers_due
from portal.domain.journeys.uploading import receive

DAY = timedelta(days=1)
K, R = RequirementKind, RequirementState
LIMIT = 15 * 1024 * 1024  # bytes
EVERY, AFTERWARDS = 2, 30  # days
MANY = 1_000
NEEDS = "A chair to sit on between exercises, and a break every hour."
REFERENCE = {
    "knows": "We work in the same shop.", "since": "over_5", "reliable": "always",
    "example": "She opened up in the snow when nobody else could get in.", "respect": "always",
    "pressure": "Goes quiet, then does the next thing.", "concern": "no", "recommend": "yes",
}  # fmt: skip


def rounds(stage: Stage, campaigns: Sequence[Campaign]) -> Life:
    """What the background work finds to do about interviews, checks and offers, every other morning while anybody is
    between an answer and their first duty; and a recruiter who clears the kinds of work that need no look."""
    spans = [(each.answer_by.toordinal() + 1, each.starts_on.toordinal() + AFTERWARDS) for each in campaigns]
    for day in sorted({day for first, last in spans for day in range(first, last) if day % EVERY == 0}):
        yield At(clock.start_of(date.fromordinal(day)) + timedelta(hours=7), alone=True)
        recruiter = stage.staff["recruiter"]
        clear_all(stage.session, Moderator(recruiter), recruiter, most=MANY)
        checks_due(stage.session, stage.outside, most=MANY)
        vetting.open_due(stage.session, most=MANY)
        offers_due(stage.session, most=MANY)
        free_due(stage.session, most=MANY)
        remind_due(stage.session, most=MANY)


def checks(stage: Stage, chance: Random, application: Application) -> Iterator[Life]:
    """A life for each check this application has, all beginning now."""
    ways = {K.REFERENCES: _referees, K.FITNESS: _fitness, K.MEDICAL: _certificate, K.VETTING: _vetting}
    for row in application.requirements:
        if row.kind in ways:
            yield ways[row.kind](stage, Random(chance.random()), application, row)


def _asked(stage: Stage, application: Application, row: Requirement, patience: int = 30) -> Iterator[At]:
    """Waits, a day at a time, until it lies with the applicant; gives up with the application or in the end."""
    for _ in range(patience):
        if row.state is not R.NOT_ASKED or application.state not in (State.OFFERED, State.ACCEPTED):
            return
        yield At(clock.now() + DAY)


def _theirs(application: Application, row: Requirement) -> bool:
    """Whether they can still do their part: it is with them, and its day has not passed."""
    in_time = row.due_at is None or clock.now() < row.due_at
    return in_time and row.state is R.WITH_APPLICANT and application.state in (State.OFFERED, State.ACCEPTED)


def _referees(stage: Stage, chance: Random, application: Application, row: Requirement) -> Life:
    session, keys = stage.session, stage.outside.keys
    yield from _asked(stage, application, row)
    yield At(clock.now() + DAY * chance.uniform(0.5, 6))
    if not _theirs(application, row):
        return
    named = []
    for position in (1, 2):
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        email = f"{plain(given)}.{plain(family)}.{chance.randint(10, 99)}@example.org"
        who = Named(f"{given} {family}", email, chance.choice(list(Relation)), chance.randint(3, 20))
        named.append(references.name_referee(session, keys, application.applicant, application.id, position, who))
    for referee in named:
        yield At(clock.now() + DAY * chance.uniform(0.5, 7))
        if application.state not in (State.OFFERED, State.ACCEPTED) or chance.random() < 0.03:
            return  # one who has not answered yet
        token = references.token_of(keys, referee)
        open_link(session, token)
        answer(session, keys, token, REFERENCE)
    yield At(clock.now() + DAY * chance.uniform(0.5, 2))
    for referee in named:
        if application.state in (State.OFFERED, State.ACCEPTED):
            references.accept(session, stage.staff["recruiter"], referee.id)


def _fitness(stage: Stage, chance: Random, application: Application, row: Requirement) -> Life:
    session, recruiter = stage.session, stage.staff["recruiter"]
    yield from _asked(stage, application, row)
    yield At(clock.now() + DAY * chance.uniform(0.2, 2))
    if not _theirs(application, row):
        return
    invitation = inviting.invite(session, recruiter, application.id, SessionKind.FITNESS)
    yield At(clock.now() + DAY * chance.uniform(0.1, 2))
    free = list(free_slots(session, application, SessionKind.FITNESS))
    if not _theirs(application, row) or not free:
        return
    booking.book(session, application.applicant, invitation.id, chance.choice(free))
    held = booked(session, invitation)
    if held is None:
        return
    slot = place_of(session, held.slot_id).slot
    yield At(slot.ends_at)
    if held.ended_at is not None or not _theirs(application, row):
        return
    for where in (Attendance.ARRIVED, Attendance.IN_ROOM, Attendance.LEFT):
        mark(session, recruiter, held.id, where)
    standard = next(each for each in in_force(session, clock.today()) if not each.alternative)
    result = standard.level + chance.choice((-40, 0, 20, 40, 60, 90, 120, 180, 240))
    taken = Taken(standard.id, clock.today(), result, booking_id=held.id)
    record_attempt(session, stage.outside.keys, recruiter, application.id, taken)


def _certificate(stage: Stage, chance: Random, application: Application, row: Requirement) -> Life:
    session, reviewer = stage.session, stage.staff["medical"]
    yield from _asked(stage, application, row)
    yield At(clock.now() + DAY * chance.uniform(4, 20))
    if not _theirs(application, row):
        return
    paper = papers(K.MEDICAL)[0].incoming()
    receive(
        session, stage.outside, application.applicant, application.id, K.MEDICAL, paper,
        limit=LIMIT, received_at=clock.now(),
    )  # fmt: skip
    yield At(clock.now() + timedelta(seconds=7), alone=True)
    check_due(session, stage.outside)
    yield At(clock.now() + DAY * chance.uniform(0.5, 4))
    if row.state is R.WITH_US:
        judged(stage, reviewer, application, K.MEDICAL, chance.choice(("fit", "fit", "fit_with_changes")))


def judged(stage: Stage, reviewer: StaffMember, application: Application, kind: RequirementKind, code: str) -> None:
    """The reviewer's word on what has been sent, and what somebody needs where it says so."""
    said, session = outcome(kind, code), stage.session
    decide(
        session, reviewer, application.id, kind, said, shown=seen(documents_of(session, application.id, [kind])),
        needs=NEEDS if said.needs else "", keys=stage.outside.keys,
    )  # fmt: skip


def _vetting(stage: Stage, chance: Random, application: Application, row: Requirement) -> Life:
    session, keys, officer = stage.session, stage.outside.keys, stage.staff["vetting"]
    yield from _asked(stage, application, row)
    yield At(clock.now() + DAY * chance.uniform(0.5, 8))
    if not _theirs(application, row):
        return
    for kind in DeclarationKind:
        given = Given({question.key: "no" for question in QUESTIONS[kind]}, {})
        declarations.keep(session, keys, application.id, kind, given)
        kept = next(each for each in declarations.standings(session, keys, application.id) if each.kind is kind)
        shown = kept.saved_at.isoformat() if kept.saved_at else ""
        declarations.send(session, keys, application.applicant, application.id, kind, shown=shown)
    yield At(clock.now() + DAY * chance.uniform(1, 5))
    if application.state not in (State.OFFERED, State.ACCEPTED):
        return
    case, _application = vetting.live_case(session, application.id)
    vetting.send(session, officer, case.id, case.level, version=case.version)
    yield At(clock.now() + DAY * chance.uniform(20, 45))
    if case.state is VettingState.SENT and application.state in (State.ACCEPTED, State.TRAINING):
        vetting.pass_case(session, officer, case.id, None, version=case.version)
