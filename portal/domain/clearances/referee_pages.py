"""What a referee finds behind their private link: two pages of questions, or a no; and the reminders that lead there.

They have no account. Nothing of theirs is kept before they send it; then it is sealed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import holding, unit_of_work
from portal.domain.accounts.queries import hashed
from portal.domain.applications.models import ENDED, Application, Requirement
from portal.domain.audit.actions import STRANGER, SYSTEM, Actor, record
from portal.domain.clearances.models import Referee
from portal.domain.clearances.references import REFERENCES, ReferenceState, letter_to, place_of, stand, state_of
from portal.domain.clearances.steps import DECIDED, Code, held, step
from portal.domain.messages.actions import notify_once, queue_mail
from portal.domain.messages.models import Notice
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_values
from portal.services.crypto import KeyRing

LONGEST = 2000  # characters of one answer
REMINDER = "reference_reminder"


@dataclass(frozen=True)
class Asked:
    """One question to a referee. Without choices it is answered in words; `{name}` is the applicant's."""

    key: str
    page: int
    label: str
    problem: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = True


_OFTEN = (("always", "Always"), ("mostly", "Mostly"), ("sometimes", "Sometimes"), ("unknown", "I cannot say"))
QUESTIONS = (
    Asked("knows", 1, "How do you know {name}?", "Tell us how you know them",
          "For example: she has worked in my shop since 2012."),
    Asked("since", 1, "How long have you known {name}?", "Choose how long you have known them",
          choices=(("under_2", "Less than two years"), ("2_to_5", "Two to five years"), ("over_5", "Over five years"))),
    Asked("reliable", 1, "Does {name} do what they say they will?", "Choose an answer", choices=_OFTEN),
    Asked("example", 1, "Tell us about a time you could rely on {name}", "Tell us about one time",
          "One real thing is better than many kind words."),
    Asked("respect", 2, "Does {name} treat people with respect, also those they do not agree with?",
          "Choose an answer", choices=_OFTEN),
    Asked("pressure", 2, "How does {name} act when things get difficult?", "Tell us how they act"),
    Asked("concern", 2, "Is there anything that would worry you if {name} volunteered with the police?",
          "Choose yes or no", choices=(("no", "No"), ("yes", "Yes"))),
    Asked("concern_words", 2, "If yes, what is it?", "Tell us what worries you",
          "Only our recruitment team reads this.", required=False),
    Asked("recommend", 2, "Would you recommend {name} as a police volunteer?", "Choose an answer",
          choices=(("yes", "Yes"), ("reservations", "Yes, with reservations"), ("no", "No"))),
)  # fmt: skip
PAGES = (1, 2)
BY_KEY = {each.key: each for each in QUESTIONS}


class NoLongerNeeded(Refusal):
    status = 410
    title = "We no longer need this reference"
    message = "Thank you for being ready to help. You do not have to do anything."


class Unanswered(Refusal):
    """Raised with the first question that has no answer of the kind it takes."""

    def __init__(self, question: Asked) -> None:
        super().__init__(question.problem, field=question.key)


@dataclass(frozen=True)
class Asking:
    """What a referee's pages show: who asks, about whom, and where it stands."""

    referee: Referee
    applicant: str
    scheme: str
    state: ReferenceState

    @property
    def done(self) -> bool:
        return self.state in {ReferenceState.ANSWERED, ReferenceState.ACCEPTED, ReferenceState.DECLINED}


def behind(session: Session, token: str) -> Asking:
    """What stands behind a link. Raises NotFound for none of ours, NoLongerNeeded once nobody waits for it."""
    query = (
        select(Referee, Application, Requirement.state)
        .join(Application, Application.id == Referee.application_id)
        .join(Requirement, Requirement.application_id == Application.id)
        .where(Requirement.kind == REFERENCES, Referee.token_hash == hashed(token))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound()
    referee, application, stands = found
    asking = Asking(
        referee, f"{application.given_name} {application.family_name}".strip(),
        application.campaign.scheme.name, state_of(referee),
    )  # fmt: skip
    over = application.state in ENDED or stands in DECIDED or referee.replaced_at is not None
    if over and (not asking.done or referee.replaced_at is not None):
        raise NoLongerNeeded()
    return asking


def open_link(session: Session, token: str) -> Asking:
    """The same, noting that they have looked at the questions."""
    asking = behind(session, token)
    if asking.referee.opened_at is None and not asking.done:
        with unit_of_work(session):
            _application, _requirement, referee = _held(session, token)
            referee.opened_at = referee.opened_at or clock.now()
        return behind(session, token)
    return asking


def check(answers: Mapping[str, str], pages: tuple[int, ...] = PAGES) -> dict[str, str]:
    """The answers to the questions of these pages, tidied. Raises Unanswered for the first that is missing."""
    tidy = {each.key: answers.get(each.key, "").strip()[:LONGEST] for each in QUESTIONS if each.page in pages}
    for key, text in tidy.items():
        question = BY_KEY[key]
        fits = text in dict(question.choices) if question.choices else bool(text)
        needed = question.required or (key == "concern_words" and tidy.get("concern") == "yes")
        if not fits and (needed or (text and question.choices)):
            raise Unanswered(question)
    return tidy


def answer(session: Session, keys: KeyRing, token: str, answers: Mapping[str, str]) -> bool:
    """Keeps a referee's answers, sealed, and thanks them; sent twice it is kept once, as first sent.

    Raises NotFound, NoLongerNeeded or Unanswered.
    """
    tidy = check(answers)
    with unit_of_work(session):
        if behind(session, token).done:
            return False
        application, requirement, referee = _held(session, token)
        referee.answered_at = clock.now()
        referee.sealed = keys.seal(json.dumps(tidy), **place_of(referee.id))
        referee.version += 1
        step(session, requirement, None, Code.REFEREE_ANSWERED)
        _record(session, "reference.answered", referee)
        stand(session, requirement)
        queue_mail(
            session, "reference_thanks", to=referee.email, application_id=application.id, secret=True,
            referee=referee.name, applicant=f"{application.given_name} {application.family_name}".strip(),
        )  # fmt: skip
        return True


def decline(session: Session, token: str) -> bool:
    """A referee would rather not; the applicant is asked for somebody else. Raises NotFound or NoLongerNeeded."""
    with unit_of_work(session):
        if behind(session, token).done:
            return False
        _application, requirement, referee = _held(session, token)
        referee.declined_at = clock.now()
        referee.version += 1
        step(session, requirement, None, Code.REFEREE_DECLINED)
        _record(session, "reference.declined", referee)
        stand(session, requirement, another=True)
        return True


def read(session: Session, keys: KeyRing, actor: Actor, application_id: int, referee_id: int) -> dict[str, str]:
    """What a referee answered, for a recruiter; that they read it is on record before they do. Raises NotFound."""
    with unit_of_work(session):
        referee = session.scalars(select(Referee).filter_by(id=referee_id, application_id=application_id)).one_or_none()
        if referee is None or referee.sealed is None:
            raise NotFound()
        _record(session, "reference.read", referee, actor)
        answers: dict[str, str] = json.loads(keys.unseal(referee.sealed, **place_of(referee.id)))
    return answers


def remind_referees_due(session: Session, keys: KeyRing, *, most: int) -> int:
    """Reminds referees whose day comes near, once in each of two windows; returns how many. Idempotent."""
    now = clock.now()
    numbers = setting_values(session, ("reference_reminder_days", "reference_last_reminder_days"), clock.today())
    first, last = (timedelta(days=days) for days in numbers.values())
    due = (
        select(Referee.id)
        .join(Application, Application.id == Referee.application_id)
        .where(Referee.replaced_at.is_(None), Referee.answered_at.is_(None), Referee.declined_at.is_(None))
        .where(Referee.due_at > now, Referee.due_at <= now + first, Application.state.not_in(ENDED))
        .order_by(Referee.due_at, Referee.id)
    )
    told = 0
    for referee_id in session.scalars(due).all():
        if told < most:
            told += _remind(session, keys, referee_id, last)
    return told


def _remind(session: Session, keys: KeyRing, referee_id: int, last: timedelta) -> bool:
    row = session.get_one(Referee, referee_id)
    if row.due_at is None or _reminded(session, row, _window(row, last)):
        return False
    with unit_of_work(session):
        application, requirement = held(session, row.application_id, REFERENCES)
        referee = session.scalars(holding(select(Referee).where(Referee.id == referee_id))).one()
        if referee.due_at is None or state_of(referee) not in {ReferenceState.WAITING, ReferenceState.OPENED}:
            return False
        letter = letter_to(keys, application, referee)
        told = notify_once(
            session, REMINDER, to=referee.email, subject=f"referee {referee.id}", window=_window(referee, last),
            application_id=application.id, **{key: letter[key] for key in letter.keys() - {"to", "application_id"}},
        )  # fmt: skip
        if told:
            step(session, requirement, None, Code.REMINDED)
            record(
                session, SYSTEM, "referee.asked", subject=("referee", referee.id), application_id=application.id,
                number=referee.position,
            )  # fmt: skip
        return told


def _window(referee: Referee, last: timedelta) -> str:
    due_at = referee.due_at or clock.now()
    return f"{due_at.isoformat()} {'last' if due_at - clock.now() <= last else 'first'}"


def _reminded(session: Session, referee: Referee, window: str) -> bool:
    known = select(Notice.id).filter_by(
        recipient=referee.email, kind=REMINDER, subject=f"referee {referee.id}", window=window
    )
    return session.scalar(known) is not None


def _held(session: Session, token: str) -> tuple[Application, Requirement, Referee]:
    """The application first, then the referee, as everybody else takes them."""
    application_id = session.scalar(select(Referee.application_id).where(Referee.token_hash == hashed(token)))
    if application_id is None:
        raise NotFound()
    application, requirement = held(session, application_id, REFERENCES)
    referee = session.scalars(holding(select(Referee).where(Referee.token_hash == hashed(token)))).one()
    return application, requirement, referee


def _record(session: Session, action: str, referee: Referee, actor: Actor = STRANGER) -> None:
    record(
        session, actor, action, subject=("referee", referee.id), application_id=referee.application_id,
        number=referee.position,
    )  # fmt: skip
