"""Things that are somebody else's, each with words in it that are found nowhere else; and which of them to put into
an address in place of the right one."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.deputies import name_deputy
from portal.domain.accounts.models import Passkey, Role, StaffMember, StaffRole
from portal.domain.applications.actions import enter_for
from portal.domain.applications.models import Application, Channel, Relation
from portal.domain.campaigns.criteria import criteria_of
from portal.domain.campaigns.models import Assessor, Campaign, Division, QuestionKind
from portal.domain.campaigns.own_questions import QuestionPlan
from portal.domain.casework.deciding import decide
from portal.domain.casework.models import CallOutcome, SavedView, Verdict
from portal.domain.casework.notes import log_call, write_note
from portal.domain.casework.views import save_view
from portal.domain.correspondence.actions import write, write_to_us
from portal.domain.duplicates.finding import match_due
from portal.domain.duplicates.models import Pair
from portal.domain.shortlisting.conflicts import declare_conflict, declare_known, known_people
from portal.domain.shortlisting.models import Assignment, Entry
from portal.extensions import db
from tests.guards.walk import World
from tests.support.bulk_runs import begun
from tests.support.casework import a_note_that_waits
from tests.support.interviews import a_day_with_somebody
from tests.support.make_applications import a_draft, a_submitted, keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.make_documents import a_document
from tests.support.make_sifts import one_reading
from tests.support.people import a_staff_member, an_applicant
from tests.support.training import a_cohort, a_trainer, sessions_of
from tests.support.vetting import a_case

# Whose it is → given name, family name, postcode, telephone. Nobody else here has any of these.
PEOPLE = {
    "north": ("Zebediah", "Quillonby", "ME10 2QZ", "01632 960 111"),
    "blind": ("Ambrosine", "Featherlock", "ME15 9QZ", "01632 960 222"),
    "known": ("Ottoline", "Brackwater", "ME17 8QZ", "01632 960 333"),
}


def words_of(whose: str, what: str) -> str:
    """ "Tamarisk north note": a sentence that stands in one thing only."""
    return f"Tamarisk {whose} {what}"


def canaries(*whose: str) -> set[str]:
    """Everything that tells of these people's things, as a page would show it."""
    found = set()
    for each in whose:
        given, family, postcode, phone = PEOPLE[each]
        found |= {given, family, postcode, phone, f"{family.lower()}@example.org", f"Tamarisk {each}"}
    return found


def division_of(slug: str) -> int:
    return db.session.scalars(select(Division.id).filter_by(slug=slug)).one()


def planted(world: World) -> None:
    """Recruiter, liaison officer, vetting officer and reviewer hold their roles in the west only; three others' things
    are there: of another division, of a campaign they read blind, of somebody they know."""
    session = db.session()
    west = [world.ids[role] for role in ("recruiter", "liaison", "medical", "vetting")]
    with unit_of_work(session):
        theirs = StaffRole.staff_id.in_(west)
        session.execute(update(StaffRole).where(theirs).values(division_id=division_of("west")))
    north = _campaign(session, "north", districts=("swale",))
    blind = _campaign(session, "blind")
    sift = session.scalars(select(Campaign).filter_by(slug=world.names["sift"])).one()
    clerk = a_staff_member(session, Role.RECRUITER)
    for whose, campaign in (("north", north), ("blind", blind), ("known", sift)):
        _things(session, world, clerk, whose, campaign)
    _sifts(session, world, north, blind)
    _kept(session, world, north, blind)
    _accounts(session, world)
    _trained(session, world, north)
    _apart(session, world, blind, west)
    db.session.rollback()


def _campaign(session: Session, whose: str, **changes: object) -> Campaign:
    asked = QuestionPlan(f"question-{whose}", QuestionKind.SHORT_TEXT, words_of(whose, "title"), words_of(whose, "?"))
    return a_campaign(session, name=f"Patrol {whose}", questions=(asked,), **changes)  # its name is public


def _things(session: Session, world: World, clerk: StaffMember, whose: str, campaign: Campaign) -> None:
    """One person's draft, papers, messages, notes, and what was decided of them; and somebody like them."""
    app, names = world.app, world.names
    own = {f"question-{whose}": words_of(whose, "own answer")} if whose != "known" else {}
    sent = _sent(session, app, whose, campaign, **own)
    person = sent.applicant
    draft = a_draft(session, app, a_campaign(session), applicant=person, complete=False, why=words_of(whose, "draft"))
    entered = enter_for(session, clerk, f"{whose}.caller@example.org", campaign, Channel.PAPER)
    received = write_to_us(session, person, sent.id, words_of(whose, "question"))
    write(session, clerk, sent.id, subject=words_of(whose, "subject"), body=words_of(whose, "body"))
    write_note(session, keys_of(app), clerk, sent.id, words_of(whose, "note"))
    log_call(session, keys_of(app), clerk, sent.id, CallOutcome.SPOKE, words_of(whose, "call"))
    decide(session, clerk, sent.id, Verdict.DECLINE, reason="time", feedback=words_of(whose, "feedback"))
    case = a_case(session, app, sent, words_of(whose, "vetting"))
    view = save_view(session, clerk, name=words_of(whose, "view"), query="", shared=False)
    days = a_day_with_somebody(session, sent, [clerk], whose)
    names |= {f"{whose}_{name}": value for name, value in days.items()}
    names |= {
        f"{whose}_sent": sent.reference,
        f"{whose}_asked": case["asked"],
        f"{whose}_change": case["change"],
        f"{whose}_sent_id": str(sent.id),
        f"{whose}_draft": draft.reference,
        f"{whose}_draft_id": str(draft.id),
        f"{whose}_entered": entered.reference,
        f"{whose}_message": str(received.id),
        f"{whose}_document": a_document(session, app, sent, name=words_of(whose, "file.pdf")).public_id,
        f"{whose}_view": str(view.id),
        f"{whose}_run": str(begun(session, clerk, "own", [sent.id], owner=clerk.id).id),
        f"{whose}_pair": str(_pair(session, app, whose, sent, own)),
    }


def _sent(session: Session, app: Flask, whose: str, campaign: Campaign, **more: str) -> Application:
    given, family, postcode, phone = PEOPLE[whose]
    email = f"{family.lower()}@example.org"
    person = an_applicant(session, email if not more.pop("again", "") else f"other.{email}")
    said = {"given_name": given, "family_name": family, "postcode": postcode, "phone": phone}
    return a_submitted(
        session, app, campaign, applicant=person, why=words_of(whose, "answer"), occupation=words_of(whose, "work"),
        date_of_birth=f"19{60 + len(given)}-05-17", address_line1=words_of(whose, "street"), **said, **more,
    )  # fmt: skip


def _pair(session: Session, app: Flask, whose: str, sent: Application, own: dict[str, str]) -> int:
    again = _sent(session, app, whose, sent.campaign, again="yes", **own)
    while match_due(session, keys_of(app)):
        pass
    pairs = select(Pair.id).where(Pair.first_id == sent.applicant_id, Pair.second_id == again.applicant_id)
    return session.scalars(pairs).one()


def _sifts(session: Session, world: World, north: Campaign, blind: Campaign) -> None:
    """Readings of somebody else, in each of these campaigns."""
    other = a_staff_member(session, Role.ASSESSOR)
    read, reading = one_reading(session, world.app, other.id)
    world.names |= {
        "other_reader": str(other.id),
        "other_read": read.slug,
        "other_reading": reading.public_id,
        "other_number": str(reading.id),
        "other_alias": session.get_one(Entry, reading.application_id).alias.lower().replace(" ", "-"),
    }
    sifted = select(Assignment).join(Application, Application.id == Assignment.application_id)
    first = session.scalars(sifted.join(Campaign).where(Campaign.slug == world.names["sift"])).first()
    assert first is not None
    world.names |= {"sift_number": str(first.id), "sift_reading": first.public_id, "sift_reader": str(first.staff_id)}
    for whose, campaign in (("north", north), ("blind", blind)):
        world.names[f"{whose}_campaign"] = campaign.slug
        with unit_of_work(session):
            number = int(world.names[f"{whose}_sent_id"])
            session.add(Entry(application_id=number, campaign_id=campaign.id, alias=f"Heron {whose}"))
            reading = Assignment(
                public_id=f"reading-{whose}", alias=f"Teal {whose}", application_id=number, staff_id=other.id, seat=1,
                assigned_at=clock.now(), due_on=clock.today(), shows_who=words_of(whose, "piece"),
            )  # fmt: skip
            session.add_all([reading, Assessor(campaign_id=campaign.id, staff_id=other.id, added_at=clock.now())])
        world.names |= {f"{whose}_alias": f"heron-{whose}", f"{whose}_reading": reading.public_id}
        world.names[f"{whose}_number"] = str(reading.id)


def _kept(session: Session, world: World, north: Campaign, blind: Campaign) -> None:
    """Campaigns that are not published yet: of the north, of both divisions; their questions and criteria."""
    plan = QuestionPlan("question-hid", QuestionKind.SHORT_TEXT, words_of("north", "new"), words_of("north", "new?"))
    hidden = a_campaign(
        session, published_at=None, districts=("swale",), name=words_of("north", "hidden"), questions=(plan,)
    )
    both = a_campaign(session, published_at=None, districts=("swale", "maidstone"), name="Both")
    world.names |= {
        "north_id": str(north.id),
        "both_id": str(both.id),
        "blind_id": str(blind.id),
        "north_kept": hidden.slug,
        "both_kept": both.slug,
        "north_question": "question-hid",
        "blind_question": "question-blind",
        "north_criterion": str(criteria_of(session, north.id)[0].id),
        "blind_criterion": str(criteria_of(session, blind.id)[0].id),
        "both_criterion": str(criteria_of(session, both.id)[0].id),
    }


def _accounts(session: Session, world: World) -> None:
    """Another recruiter's passkey, deputy and unsent note; another trainer's role and deputy; another assessor's
    declaration."""
    chief, one = a_staff_member(session, Role.ADMINISTRATOR), a_staff_member(session, Role.RECRUITER)
    two = a_staff_member(session, Role.RECRUITER)
    reader = session.get_one(StaffMember, int(world.names["other_reader"]))
    days = {"starts_on": date(2018, 1, 20), "ends_on": date(2018, 1, 22)}
    deputy = name_deputy(session, chief, one.id, two.id, **days)
    with unit_of_work(session):
        passkey = Passkey(
            staff_id=one.id, credential_id=b"2", public_key=b"2", sign_count=0, name=words_of("north", "key"),
            created_at=clock.wall(),
        )  # fmt: skip
        session.add(passkey)
    declare_known(session, reader, keys_of(world.app), "Tamarisk Northerly", Relation.WORK)
    views = select(SavedView.id).where(SavedView.owner_id == world.ids["recruiter"])
    world.names |= {
        "other_passkey": str(passkey.id),
        "other_deputy": str(deputy.id),
        "other_unsent": a_note_that_waits(
            session, world.app, one, world.names["north_sent"], words_of("north", "note")
        ),
        "other_member": str(one.id),
        "other_role": str(one.roles[0].id),
        "other_known": str(known_people(session, keys_of(world.app), reader.id)[0].id),
        "own_view": str(session.scalars(views).one()),
    }


def _trained(session: Session, world: World, north: Campaign) -> None:
    """Another trainer's cohort of the north. Its name and dates may be told: somebody could make something good there.
    What its trainers bring is their own."""
    cohort = a_cohort(
        session, trainers=[a_trainer(session)], campaign=north, division_id=division_of("north"),
        name="North cohort", first=date(2018, 5, 5),
    )  # fmt: skip
    with unit_of_work(session):
        for each in sessions_of(session, cohort):
            each.materials = words_of("north", "materials")
    world.names |= {"north_cohort": str(cohort.id), "north_session": str(sessions_of(session, cohort)[0].id)}


def _apart(session: Session, world: World, blind: Campaign, west: list[int]) -> None:
    """From now on those of the west read one campaign blind and know somebody of another."""
    for staff_id in west:
        with unit_of_work(session):
            session.add(Assessor(campaign_id=blind.id, staff_id=staff_id, added_at=clock.now()))
        known = select(Application.id).where(Application.family_name == PEOPLE["known"][1])
        for application_id in session.scalars(known).all():
            declare_conflict(session, session.get_one(StaffMember, staff_id), application_id, Relation.FRIEND)


# For each name in an address: what else could stand there. Another division's, of a campaign that is read blind, of
# somebody else, what never was, and a number or word that names something of another kind.
OTHERS: dict[str, tuple[str, ...]] = {
    "day": ("north_day", "nobody", "sent", "0", "wording"),
    "panel": ("north_panel", "blind_panel", "known_panel", "nobody", "sent"),
    "seat": ("north_seat", "blind_seat", "known_seat", "nobody", "sent"),
    "venue": ("nobody", "sent", "campaign", "document", "0"),
    "sent": ("north_sent", "blind_sent", "known_sent", "known_draft", "nobody", "campaign"),
    "invited": ("north_sent", "blind_sent", "known_sent", "known_draft", "nobody", "campaign"),
    "offered": ("north_sent", "blind_sent", "known_sent", "known_draft", "nobody", "campaign"),
    "placed": ("north_sent", "blind_sent", "known_sent", "known_draft", "nobody", "campaign"),
    "accepted": ("north_sent", "blind_sent", "known_sent", "known_draft", "nobody", "campaign"),
    **dict.fromkeys(("trainee", "to_come"), ("nobody", "alias", "sent", "wording", "reading")),
    **dict.fromkeys(("catch_up", "assessment"), ("nobody", "alias", "sent", "wording", "reading")),
    "met": ("north_sent", "blind_sent", "known_sent", "known_draft", "nobody", "campaign"),
    "interviewed": ("north_campaign", "north_kept", "nobody", "alias", "reader"),
    "sheet": ("nobody", "alias", "sent", "wording", "reading"),
    "interview_question": ("nobody", "alias", "sent", "wording", "reading"),
    "course": ("north_campaign", "north_kept", "nobody", "alias", "reader"),
    "cohort": ("north_cohort", "nobody", "sent", "campaign", "0"),
    "session": ("north_session", "nobody", "sent", "campaign", "0"),
    **dict.fromkeys(("differing", "walk_in"), ("nobody", "alias", "sent", "wording", "reading")),
    **dict.fromkeys(("taught", "drafted"), ("nobody", "sent", "cohort", "campaign", "0")),
    **dict.fromkeys(("ready", "served"), ("north_sent", "blind_sent", "known_sent", "known_draft", "nobody")),
    "finished": ("north_cohort", "nobody", "sent", "campaign", "0"),
    **dict.fromkeys(("certificate", "finisher", "grant", "step"), ("nobody", "alias", "sent", "wording", "reading")),
    **dict.fromkeys(("volunteer", "code"), ("nobody", "sent", "campaign", "wording", "0")),
    "asked": ("north_asked", "blind_asked", "known_asked", "nobody", "sent"),
    "change": ("north_change", "blind_change", "known_change", "nobody", "sent"),
    "sent_id": ("north_sent_id", "blind_sent_id", "known_sent_id", "known_draft_id", "nobody", "campaign"),
    "draft": ("north_draft", "blind_draft", "known_sent", "nobody", "document"),
    "document": ("north_document", "blind_document", "known_document", "sent_document", "nobody", "draft"),
    "sent_document": ("north_document", "blind_document", "known_document", "document", "nobody", "sent"),
    "entered": ("north_entered", "blind_entered", "known_draft", "sent", "nobody", "campaign"),
    "pair": ("north_pair", "blind_pair", "known_pair", "nobody", "sent"),
    "message": ("north_message", "blind_message", "known_message", "nobody", "sent"),
    "view": ("north_view", "blind_view", "known_view", "nobody", "wording"),
    "run": ("north_run", "blind_run", "known_run", "nobody", "wording"),
    "campaign": ("north_kept", "both_kept", "kept", "nobody", "sent"),
    "kept": ("north_kept", "both_kept", "north_campaign", "nobody", "sent"),
    "question": ("north_question", "blind_question", "nobody", "criterion", "why"),
    "criterion": ("north_criterion", "blind_criterion", "both_criterion", "nobody", "question"),
    "read": ("north_campaign", "north_kept", "nobody", "alias", "reader"),
    "sift": ("north_campaign", "north_kept", "nobody", "alias", "reader"),
    "alias": ("north_alias", "blind_alias", "other_alias", "nobody", "reading"),
    "reader": ("other_reader", "sift_reader", "member", "nobody", "reading"),
    "number": ("north_number", "blind_number", "other_number", "sift_number", "nobody", "reading"),
    "reading": ("north_reading", "blind_reading", "other_reading", "sift_reading", "nobody", "alias"),
    "known": ("other_known", "nobody", "alias", "sent", "wording"),
    "passkey": ("other_passkey", "nobody", "alias", "sent", "wording"),
    "own_deputy": ("other_deputy", "deputy", "nobody", "alias", "wording"),
    "unsent": ("other_unsent", "nobody", "alias", "sent", "wording"),
    "member": ("nobody", "alias", "sent", "wording", "reading"),
    "role": ("other_role", "nobody", "alias", "sent", "wording"),
    "deputy": ("other_deputy", "own_deputy", "nobody", "alias", "wording"),
    **dict.fromkeys(("referee", "answered", "attempt"), ("nobody", "alias", "sent", "wording", "reading")),
    "group": ("nobody", "alias", "sent", "wording", "reading"),
    "wording": ("nobody", "alias", "sent", "reading", "question"),
}
