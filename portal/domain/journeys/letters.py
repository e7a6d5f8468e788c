"""Letters on paper: the invitation to an interview, the offer of a place, the outcome, as they stand today.

They say what the mails said, for whoever wants it on paper or in a folder of its own. A letter that does not apply
(never invited, no offer, nothing told) is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application
from portal.domain.applications.queries import answers
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.casework.deciding import last_released
from portal.domain.casework.outcomes import Told, told
from portal.domain.interviews.letters import time_words
from portal.domain.interviews.models import Invitation, InvitationEnd, SessionKind
from portal.domain.interviews.standing import standing as interview_standing
from portal.domain.offers.letters import day_words
from portal.domain.offers.rules import answer_by
from portal.domain.offers.standing import Stand, standing_of
from portal.domain.refusals import NotFound
from portal.services.crypto import KeyRing
from portal.services.paper import LetterPart, PaperLetter

ADDRESS = ("address_line1", "address_line2", "town", "postcode")
ANSWERING = (
    "Sign in and open your application, or ring or write to us. You can take the place, ask for a later course, "
    "or say no."
)
OUT_OF_DATE = (InvitationEnd.TAKEN_BACK, InvitationEnd.GONE)


@dataclass(frozen=True)
class _Said:
    """What one letter says, whoever it is to."""

    title: str
    lead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    parts: tuple[LetterPart, ...] = ()


def letter_of(session: Session, keys: KeyRing, application: Application, name: str, *, address: bool) -> PaperLetter:
    """One letter; `address`: whether the postal address may stand on it. Raises NotFound for one there is not."""
    write = LETTERS.get(name)
    said = write(session, application) if write is not None else None
    if said is None:
        raise NotFound()
    person = f"{application.given_name} {application.family_name}".strip()
    given = answers(session, keys, application) if address else {}
    lines = [str(given[key]) for key in ADDRESS if given.get(key)]
    return PaperLetter(
        title=said.title,
        to=(person, *lines),
        on=clock.today(),
        reference=application.reference,
        lead=said.lead,
        facts=said.facts,
        parts=said.parts,
        team=RECRUITERS,
    )


def letters_there_are(session: Session, application: Application) -> list[str]:
    """The names of the letters somebody can have on paper now."""
    return [name for name, write in LETTERS.items() if write(session, application) is not None]


def _invitation(session: Session, application: Application) -> _Said | None:
    query = select(Invitation).filter_by(application_id=application.id, kind=SessionKind.INTERVIEW)
    newest = session.scalars(query.order_by(Invitation.attempt.desc()).limit(1)).one_or_none()
    if newest is None or newest.ended_as in OUT_OF_DATE:
        return None
    now = interview_standing(session, application, SessionKind.INTERVIEW)
    lead = f"Thank you for applying to {application.campaign.name}. We would like to meet you."
    if now is None or now.place is None:
        asked = (("Choose a time by", day_words(answer_by(newest.answer_by))),)
        how = LetterPart(lines=("Sign in, open your application, and choose a time that suits you.",))
        return _Said("Invitation to an interview", (lead,), asked, (how,))
    place = now.place
    starts = clock.london(place.slot.starts_at)
    where = "Online" if place.venue.online else place.venue.name
    facts = [("When", f"{day_words(starts.date())} at {time_words(place.slot.starts_at)}"), ("Where", where)]
    facts += [("Address", place.venue.address)] if place.venue.address and not place.venue.online else []
    parts = [("What to bring", place.session.what_to_bring), ("Getting in", place.venue.access_notes)]
    return _Said(
        "Your interview", (lead,), tuple(facts),
        tuple(LetterPart(heading=title, lines=(words,)) for title, words in parts if words),
    )  # fmt: skip


def _offer(session: Session, application: Application) -> _Said | None:
    now = standing_of(session, application)
    if now is None:
        return None
    course, begins = now.course, day_words(now.begins)
    facts = [("Role", course.scheme.name), ("The course begins", begins)]
    match now.stand:
        case Stand.CONFIRMED:
            title, lead = "Your place is certain", "Everything your place depended on is done."
        case Stand.ACCEPTED:
            title, lead = "You have accepted a place", "Thank you. Your place is kept for you."
        case _:
            title, lead = "Offer of a place", f"We would like to offer you a place in {course.name}."
            facts.append(("Please answer by", day_words(now.answer_by)))
    needs = LetterPart(heading="The place depends on", lines=("We ask for each in good time.",), items=tuple(now.names))
    later = LetterPart(heading="Before you are appointed, after the course", items=tuple(now.later_names))
    parts = [part for part in (needs, later) if part.items]
    parts += [LetterPart(heading="How to answer", lines=(ANSWERING,))] if now.stand is Stand.OPEN else []
    return _Said(title, (lead,), tuple(facts), tuple(parts))


def _outcome(session: Session, application: Application) -> _Said | None:
    found = told(session, application, last_released(session, application.id))
    if found is None:
        return None
    if found.place:
        lead = "Your application is a good one. There were more good ones than places, so you are on our reserve list."
        what = LetterPart(lines=("If a place comes free, we offer it in order. We cannot promise you one.",))
        return _Said("You are on our reserve list", (lead,), (("Your number today", str(found.place)),), (what,))
    lead = f"Thank you for offering your time to {application.campaign.name}. Your application was not successful."
    return _Said("About your application", (lead,), (), _why(found))


def _why(found: Told) -> tuple[LetterPart, ...]:
    parts = [
        LetterPart(heading="Why", lines=(found.reason,) if found.reason else ()),
        LetterPart(heading="What would make another application stronger", items=found.feedback),
        LetterPart(
            heading="What you can do now",
            lines=(
                "If you think that we have this wrong, write to us. You can ask to see what was written about you.",
            ),
        ),
    ]
    return tuple(part for part in parts if part.lines or part.items)


LETTERS: dict[str, Callable[[Session, Application], _Said | None]] = {
    "invitation": _invitation,
    "offer": _offer,
    "outcome": _outcome,
}
