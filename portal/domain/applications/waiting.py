"""What an application is waiting for, from which team, until when: one promise, from the campaign's dates.

Pure. A date that has passed makes the promise late, and both sides see it. Applicants read team
names here, never an officer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.domain.applications.models import RequirementState, State
from portal.domain.campaigns.models import RequirementKind, Stage

S = State
RECRUITERS = "Citizens in Policing recruitment team"
YOU = "You"
NOBODY = "Nobody"
NOTHING = "You have nothing to do today."
OFFERS_AFTER = timedelta(days=14)  # after the last interview: an assumption of ours


@dataclass(frozen=True)
class Dates:
    """The campaign's promises, as London dates."""

    answer_by: date
    interviews_from: date
    interviews_to: date
    training_from: date
    training_to: date
    starts_on: date
    training_days: int

    @property
    def offers_by(self) -> date:
        return self.interviews_to + OFFERS_AFTER


@dataclass(frozen=True)
class Promise:
    """`title` is the page's heading; `by` is none where nothing more is to come."""

    title: str
    lead: str
    waiting_for: str
    from_whom: str
    by: date | None
    late: bool = False

    @property
    def words(self) -> str:
        """What a team has promised, as applicant and staff both read it; empty where it is not ours to keep."""
        if self.by is None or self.from_whom in {YOU, NOBODY}:
            return ""
        return f"{self.from_whom} will write by {_day(self.by)}"


def waiting_on(
    state: State,
    dates: Dates,
    today: date,
    *,
    paused_until: date | None = None,
    contact_on: date | None = None,
    team: str | None = None,
) -> Promise:
    """The one line a tracker shows for this state.

    `contact_on` is the day somebody promised to write by: it takes the place of the campaign's own date. `team` is
    the owner's, none for the recruiters as a whole.
    """
    if paused_until is not None and paused_until >= today:
        return Promise(
            "Your application is paused", "You asked us to wait. We keep your place.",
            "The day you chose", YOU, paused_until,
        )  # fmt: skip
    line = _LINES[state]
    ours = line.from_whom == RECRUITERS
    promised = contact_on if ours else None
    whom = team if ours and team else line.from_whom
    by = promised or (getattr(dates, line.by) if line.by else None)
    late = by is not None and by < today
    lead = line.lead.format(nothing=NOTHING, by=_day(by) if by else "")
    if promised:
        lead = f"{NOTHING} {whom} will write by {_day(promised)}."
    if late and line.from_whom != YOU:
        lead = f"{NOTHING} We are late, and we are sorry."
    return Promise(line.title, lead, line.waiting_for, whom, by, late)


@dataclass(frozen=True)
class Todo:
    """One thing an applicant can do now: what, the endpoint of its page (which takes their reference alone), the
    last day for it. `done`: said so, and still theirs to change."""

    title: str
    endpoint: str
    by: date | None = None
    hint: str = ""
    done: bool = False


@dataclass(frozen=True)
class _Line:
    """`by` names one of the campaign's dates."""

    title: str
    lead: str
    waiting_for: str = "Nothing"
    from_whom: str = NOBODY
    by: str | None = None


_LINES: dict[State, _Line] = {
    S.DRAFT: _Line("Your application", "It is not sent yet.", "Your answers", YOU),
    S.SUBMITTED: _Line(
        "We are reading your application", "{nothing} We will write to you by {by}, whatever the answer.",
        "People to read your answers", RECRUITERS, "answer_by",
    ),
    S.SHORTLISTED: _Line(
        "We would like to meet you", "{nothing} We will write to you when you can choose a time.",
        "Your invitation to an interview", RECRUITERS, "interviews_from",
    ),
    S.RESERVE: _Line(
        "You are on our reserve list", "{nothing} If a place comes free, it is offered in order.",
        "A place to come free", RECRUITERS, "training_from",
    ),
    S.INTERVIEW: _Line(
        "You are invited to an interview", "We look forward to meeting you.",
        "Your interview", RECRUITERS, "interviews_to",
    ),
    S.OFFERED: _Line(
        "We have offered you a place", "Please tell us whether you take it.", "Your answer", YOU,
    ),
    S.ACCEPTED: _Line(
        "You have accepted a place", "{nothing} Your checks go on while you wait.",
        "Your checks", RECRUITERS, "training_from",
    ),
    S.DEFERRED: _Line(
        "You are waiting for a later course", "{nothing} We will offer you a place on the next one.",
        "The next course", RECRUITERS,
    ),
    S.TRAINING: _Line(
        "You are in training", "See you at the next session.", "The training days", "Training team", "training_to",
    ),
    S.APPOINTED: _Line("You are a volunteer", "Thank you, and welcome."),
    S.UNSUCCESSFUL: _Line("Your application was not successful", "Thank you for offering your time."),
    S.LAPSED: _Line("Your application has ended", "We did not hear from you in time."),
    S.DECLINED: _Line("You turned the place down", "Thank you for telling us."),
    S.WITHDRAWN: _Line("You withdrew your application", "You can apply again while the campaign is open."),
}  # fmt: skip


@dataclass(frozen=True)
class Stop:
    """One stop on the road: done, now or next."""

    state: str
    when: str
    title: str
    text: str
    leg: bool = False


# How far along each state stands: 0 not applied yet … 6 appointed.
_REACHED = {
    S.DRAFT: 0, S.SUBMITTED: 1, S.RESERVE: 1, S.SHORTLISTED: 2, S.INTERVIEW: 2, S.OFFERED: 3, S.ACCEPTED: 4,
    S.DEFERRED: 4, S.TRAINING: 4, S.APPOINTED: 6,
}  # fmt: skip


def road(state: State, dates: Dates, applied_on: date, applied_words: str) -> list[Stop]:
    """The whole road with this application on it; empty once an application has ended."""
    if state not in _REACHED:
        return []
    months = _span(dates.interviews_from, dates.interviews_to)
    training, duty = _span(dates.training_from, dates.training_to), f"From {_day(dates.starts_on)}"
    if state is S.DEFERRED:  # the days are those of the course they put off
        training, duty = "A later course", "After it"
    stops = (
        (_day(applied_on), "Applied", applied_words, False),
        (f"By {_day(dates.answer_by)}", "Being read", "By people who do not see your name", False),
        (months, "Interview", "You choose the time", False),
        (f"By {_day(dates.offers_by)}", "Offer", "Then checks", False),
        (training, "Training", _count(dates.training_days), True),
        (duty, "Appointed", "Your first duty", False),
    )
    reached = _REACHED[state]
    return [
        Stop("done" if place < reached else "now" if place == reached else "next", when, title, text, leg)
        for place, (when, title, text, leg) in enumerate(stops)
    ]


def _count(days: int) -> str:
    words = ("No days", "One day", "Two days", "Three days", "Four days", "Five days", "Six days", "Seven days",
             "Eight days", "Nine days", "Ten days")  # fmt: skip
    return words[days] if days < len(words) else f"{days} days"


@dataclass(frozen=True)
class Check:
    """A requirement as its applicant sees it. kind: the flag's colour, or none for plain words."""

    kind: RequirementKind
    name: str
    hint: str
    status: str
    flag: str | None


NAMES = {
    RequirementKind.MEDICAL: "Medical certificate",
    RequirementKind.FITNESS: "Fitness test",
    RequirementKind.VETTING: "Vetting",
    RequirementKind.REFERENCES: "Two references",
    RequirementKind.IDENTITY: "Proof of who you are",
    RequirementKind.OCCUPATION: "Your work",
    RequirementKind.GUARDIAN: "A parent or guardian's consent",
}
_STATUS: dict[RequirementState, tuple[str, str | None]] = {
    RequirementState.NOT_ASKED: ("Later", None),
    RequirementState.WITH_APPLICANT: ("With you", "now"),
    RequirementState.WITH_US: ("With us", "quiet"),
    RequirementState.MET: ("Done", "ok"),
    RequirementState.NOT_MET: ("Not met", "bad"),
}
_LATER = {
    Stage.SUBMISSION: "Needed with your application",
    Stage.INTERVIEW: "We ask before the interview",
    Stage.OFFER: "We ask after the interview",
    Stage.TRAINING: "We ask after an offer",
    Stage.APPOINTMENT: "Needed before you are appointed",
}


def checks(rows: Sequence[tuple[RequirementKind, Stage, RequirementState]]) -> list[Check]:
    """The requirements in words."""
    found = []
    for kind, due, state in rows:
        status, flag = _STATUS[state]
        hint = _LATER[due] if state is RequirementState.NOT_ASKED else ""
        found.append(Check(kind, NAMES[kind], hint, status, flag))
    return found


def _span(first: date, last: date) -> str:
    """1 to 28 February; 28 April to 24 June"""
    start = f"{first.day}" if first.month == last.month else _day(first)
    return f"{start} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
