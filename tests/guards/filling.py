"""What forms wait for before they are shown or taken: things in a certain state, and what somebody would type."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import clock
from portal.db import unit_of_work
from portal.domain.accounts.models import Applicant, Role, SignInCode, SignInSession, StaffMember
from portal.domain.accounts.passwords import hash_password
from portal.domain.accounts.setting_up import make_set_up_link
from portal.domain.accounts.staff_sign_in import begin_totp, renew_recovery_codes, totp_secret
from portal.domain.applications.actions import save_answers
from portal.domain.applications.models import Application, Channel
from portal.domain.bulk.running import work_runs
from portal.domain.campaigns.models import Campaign
from portal.domain.campaigns.publishing import archive
from portal.domain.casework.deciding import decide, release
from portal.domain.casework.models import Verdict
from portal.domain.correspondence.actions import write
from portal.domain.interest.actions import offer
from portal.domain.journeys.bulk_acts import ACTS
from portal.domain.journeys.pausing import pause
from portal.domain.messages.models import Delivery, OutboxMail
from portal.domain.messages.stops import Kind, stop_token
from portal.domain.offers.making import offer as make_offer
from portal.domain.shortlisting.assigning import add_assessor, assign
from portal.domain.shortlisting.cutting import Cut
from portal.domain.shortlisting.setting_line import set_line
from portal.extensions import db
from portal.web.keys import pepper
from tests.guards.filling_training import TRAINING_PAGES, TRAINING_SAID, prepared_training
from tests.guards.walk import World
from tests.support.bulk_runs import as_viewer, confirmed
from tests.support.client import JudgingClient
from tests.support.files import make_pdf
from tests.support.make_applications import a_submitted, full_answers, keys_of
from tests.support.make_campaigns import a_campaign
from tests.support.make_sifts import one_reading, readings, score_all
from tests.support.moderation import a_sift, sent_in
from tests.support.offers import someone_in
from tests.support.people import a_staff_member, browser_of
from tests.support.sheets import a_panel, agree, complete_own
from tests.support.staff_sign_in import PASSWORD

NEW_PASSWORD = "nine quiet otters"
BORN = ["27", "3", "1985"]

# Pages the matrix does not walk, or walks as somebody else.
MORE_PAGES = (
    ("neighbour", "/campaigns/{campaign}/apply"),
    ("asking", "/sign-in/code"),
    ("half", "/staff/second-factor"),
    ("half", "/staff/second-factor/recovery"),
    ("stranger", "/sign-in/link/{link}"),
    ("stranger", "/interest/{interest}"),
    ("stranger", "/unsubscribe/{stop}"),
    ("stranger", "/staff/set-up/{set_up}"),
    ("new", "/staff/second-factor/set-up"),
    ("assessor", "/staff/shortlisting/known"),
    ("assessor", "/staff/shortlisting/read/{scored}"),
    ("assessor", "/staff/shortlisting/read/{looked}/1"),
    ("assessor", "/staff/shortlisting/read/{looked}"),
    ("recruiter", "/staff/runs/{going}"),
    ("recruiter", "/staff/runs/{going}/stop"),
    ("recruiter", "/staff/runs/{run}/undo"),
    ("recruiter", "/staff/applications/{sent}/release"),
    ("recruiter", "/staff/applications/{decided}"),
    ("recruiter", "/staff/applications/{declined}/reopen"),
    ("owner", "/applications/{paused}"),
    ("recruiter", "/staff/applications/{met}/offer"),
    ("recruiter", "/staff/applications/{overdue}/offer"),
    ("recruiter", "/staff/applications/{called}/offer"),
    ("recruiter", "/staff/messages?show=held"),
    ("recruiter", "/staff/messages?show=failed"),
    ("recruiter", "/staff/shortlisting/{sifted}"),
    ("recruiter", "/staff/shortlisting/{sifted}/release"),
    ("recruiter", "/staff/campaigns/{campaign}"),
    ("recruiter", "/staff/campaigns/{campaign}/interview-questions"),
    ("recruiter", "/staff/interviews/sheets/{unsaid}"),
    ("recruiter", "/staff/interviews/sheets/{agreeing}/agreed"),
    ("recruiter", "/staff/interviews/sheets/{agreed_sheet}/agreed"),
    ("recruiter", "/staff/interviews/outcomes/{agreed}"),
    ("recruiter", "/staff/interviews/outcomes/{outcomes}/release"),
    ("recruiter", "/staff/applications/{agreed_on}/outcome"),
    ("recruiter", "/staff/campaigns/{campaign}/extend"),
    ("recruiter", "/staff/campaigns/{campaign}/close"),
    ("recruiter", "/staff/campaigns/{coming}"),
    ("recruiter", "/staff/campaigns/{archived}"),
    ("administrator", "/staff/admin/people/{gone}"),
    *TRAINING_PAGES,
)

# Posts that a script makes without a form.
BARE = (
    ("stranger", "/staff/sign-in/passkey/options"),
    ("recruiter", "/staff/account/passkeys/options"),
)

# What no form here sends, and where it is looked at instead.
NOT_SENT = {
    "demo.clock": "moves the clock, so that no two times are alike; it writes one audit row (tests/web/test_demo.py)",
    "staff.add_passkey": "only a device can answer (tests/staff/test_own_account.py)",
    "staff.sign_in_by_passkey": "only a device can answer (tests/staff/test_own_account.py)",
    "staff.step_up_by_passkey": "only a device can answer (tests/staff/test_step_up.py)",
    **dict.fromkeys(
        ("public.interview", "public.fitness_session", "public.practice_session", "public.move_time",
         "public.cancel_time", "public.wait_for_time"),
        "a day with free times, and one that is full (tests/public/test_interview.py)",
    ),
    **dict.fromkeys(
        ("public.check_declaration", "public.add_to_declaration", "public.appeal_vetting"),
        "declarations filled in, sent, refused (tests/public/test_vetting.py)",
    ),
    **dict.fromkeys(
        ("public.name_referee", "public.reference_questions", "public.decline_reference"),
        "referees are asked for, and asked (tests/public/test_references.py)",
    ),
    **dict.fromkeys(
        ("staff.mark_attendance", "staff.keep_time_free", "staff.panel_late", "staff.interview_seat",
         "staff.publish_day"),
        "the day itself has come, or is not shown yet (tests/staff/test_interview_days.py)",
    ),
    **dict.fromkeys(
        ("staff.plan_interviews", "staff.archive_venue"),
        "two steps, by their buttons (tests/staff/test_interview_planning.py)",
    ),
    "public.check_in": "a code that changes before the page is asked for (tests/public/test_check_in.py)",
    "staff.register_marks": "sent by the page's script, as JSON (tests/staff/test_register_json.py)",
    "staff.book_for": "a free time of a published day (tests/staff/test_inviting.py)",
    "staff.clear_occupations": "somebody shortlisted whose work needs no look (tests/staff/test_hand_checks.py)",
    "staff.record_attempt": "nobody runs twice on one day (tests/staff/test_hand_checks.py)",
    "staff.restart_promotion": "a reserve list that was stopped (tests/staff/test_offers.py)",
}  # fmt: skip


def _email(_world: World) -> dict[str, Any]:
    return {"email": "somebody.else@example.org"}


def _passwords(_world: World) -> dict[str, Any]:
    return {"current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}


def _code(world: World) -> dict[str, Any]:
    return {"code": pyotp.TOTP(world.names["secret"]).at(clock.wall())}


def _wording(world: World) -> dict[str, Any]:
    return {"reference": world.names["sent"]}


# What a view reads that some of its forms leave out, by its name: they say it all the same on another page.
READ_ELSEWHERE = {
    "staff.bulk_preview": {"token"},  # the preview's own form is sent there again
    "staff.presence": {"editing"},  # a page with a form says so
    "staff.mark_on_register": {"why"},  # after the day the page asks for it
    "staff.everyone_else_present": {"why"},
    "staff.register_trainee": {"why"},
    "staff.register_scan": {"why"},
    "staff.register_entry": {"why"},
}


# What is typed where not just anything is taken; a callable, since codes run out and files are read.
SAID: dict[str, Callable[[World], dict[str, Any]]] = {
    "public.check": lambda _: {"date_of_birth": BORN},
    "public.emergency_contact": lambda _: {"phone": "07700 900123"},
    "public.section": lambda _: {"date_of_birth-day": "27", "date_of_birth-month": "3", "date_of_birth-year": "1985"},
    "public.send_documents": lambda _: {"file": (io.BytesIO(make_pdf()), "certificate.pdf")},
    "public.sign_in_code": lambda world: {"code": world.names["mailed"]},
    "staff.sign_in": lambda world: {"email": world.names["recruiter_email"], "password": PASSWORD},
    "staff.change_password": _passwords,
    "staff.set_up": _passwords,
    "staff.step_up": _code,
    "staff.second_factor": _code,
    "staff.set_up_second_factor": lambda world: {"code": pyotp.TOTP(world.names["new_secret"]).at(clock.wall())},
    "staff.recovery": lambda world: {"code": world.names["recovery"]},
    "staff.correct_application_address": _email,
    "staff.new_application": _email,
    "staff.bulk_preview": lambda world: {"chosen": [world.names[name] for name in ("sent", "unread", "met")]},
    "staff.message": lambda _: {"send_at": ""},
    "staff.new_wording": _wording,
    "staff.wording": _wording,
    "staff.new_campaign": lambda _: {"opens_on": "5 March 2018", "closes_on": "23 March 2018"},
    "staff.publish_campaign": lambda _: {"day": "", "at": ""},
    "staff.extend_campaign": lambda _: {"closes_on": "28 January 2018"},
    "staff.new_venue": lambda _: {"map_url": "https://maps.example.org/hall"},
    "staff.venue": lambda _: {"map_url": "https://maps.example.org/hall"},
    "staff.edit_panel": lambda _: {"online_url": ""},
    "staff.fitness_standards": lambda _: {"level": "6.1"},
    "staff.release_shortlist": lambda _: {"typed": "2"},
    "staff.release_outcomes": lambda _: {"typed": "1"},
    **TRAINING_SAID,
}


def prepared(world: World) -> None:
    """Everything that must be so for every form to be there. Names it all for addresses."""
    session = db.session()
    recruiter = session.get_one(StaffMember, world.ids["recruiter"])
    _doors(session, world, recruiter)
    _tokens(session, world, recruiter)
    _casework(session, world, recruiter)
    _campaigns(session, world, recruiter)
    _readings(session, world, recruiter)
    _interviews(session, world, recruiter)
    _offers(session, world, recruiter)
    prepared_training(session, world, recruiter)
    later = clock.wall() + timedelta(hours=6)  # however slow the machine, nobody's sign-in or code runs out
    with unit_of_work(session):
        session.execute(update(SignInSession).values(seen_at=later, stepped_up_at=later))
        session.execute(update(SignInCode).values(expires_at=later))
    db.session.rollback()


def _offers(session: Session, world: World, recruiter: StaffMember) -> None:
    """An offer whose day has passed, one to somebody who rang, somebody to be offered one, one who asked us to wait."""
    course, owner = a_campaign(session), session.get_one(Applicant, world.ids["owner"])
    overdue, called, met = (someone_in(session, world.app, course) for _ in range(3))
    paused = someone_in(session, world.app, a_campaign(session), applicant=owner)
    with clock.at(clock.now() - timedelta(days=11)):
        make_offer(session, recruiter, overdue.id)
    with unit_of_work(session):
        held = session.get_one(Application, called.id)
        held.channel, held.entered_by = Channel.TELEPHONE, recruiter.id
    make_offer(session, recruiter, called.id)
    pause(session, owner, paused.id, clock.today() + timedelta(days=3))
    made = {"overdue": overdue, "called": called, "met": met, "paused": paused}
    world.names |= {name: application.reference for name, application in made.items()}


def _doors(session: Session, world: World, recruiter: StaffMember) -> None:
    """Passwords, apps and codes; somebody without an app yet, and somebody who has asked for a code."""
    half, new = session.get_one(StaffMember, world.ids["half"]), a_staff_member(session, Role.TRAINER)
    keys, stored, secret = keys_of(world.app), hash_password(PASSWORD), pyotp.random_base32()
    with unit_of_work(session):
        new.totp_confirmed_at = None
        for each in (recruiter, half):
            each.password_hash = stored
            place = {"table": "staff_member", "row": str(each.id), "column": "totp_sealed"}
            each.totp_sealed = keys.seal(secret, **place)
        begin_totp(session, keys, new)
    world.browsers["new"] = browser_of(world.app, new, second_factor=False)
    browser_of(world.app, recruiter)  # somewhere else too
    asking = world.app.test_client()
    assert isinstance(asking, JudgingClient)
    asking.post("/sign-in", data={"email": "asking@example.org"})
    world.browsers["asking"] = asking
    mail = session.scalars(select(OutboxMail).filter_by(name="sign_in_code")).one()
    world.names |= {
        "secret": secret,
        "new_secret": totp_secret(keys, new),
        "recovery": renew_recovery_codes(session, half, pepper())[0],
        "recruiter_email": recruiter.email,
        "mailed": mail.context["code"],
        "link": mail.context["link"],
    }


def _tokens(session: Session, world: World, recruiter: StaffMember) -> None:
    gone = a_staff_member(session, Role.TRAINER)
    scheme_id = session.scalars(select(Campaign.scheme_id)).first()
    with unit_of_work(session):
        gone.disabled_at = clock.now()
        interest = offer(session, "asking@example.org", scheme_id or 0, None)
        stop = stop_token(session, "asking@example.org", Kind.CAMPAIGNS)
        set_up = make_set_up_link(session, a_staff_member(session, Role.TRAINER), mailed=False)
    world.names |= {"gone": str(gone.id), "interest": str(interest), "stop": stop, "set_up": set_up}


def _casework(session: Session, world: World, recruiter: StaffMember) -> None:
    """A finished run and one that goes on; a message that waits and one that was lost; a complete paper form."""
    sent = session.scalars(select(Application).filter_by(reference=world.names["sent"])).one()
    while work_runs(session, ACTS) is not None:
        pass
    world.names["going"] = str(confirmed(world.as_("recruiter"), "reserve", [sent.reference]))
    soon = clock.now() + timedelta(days=1)
    write(session, recruiter, sent.id, subject="Sundays", body="Can you come?", send_at=soon)
    lost = write(session, recruiter, sent.id, subject="Saturdays", body="Can you come then?")
    with unit_of_work(session):
        session.get_one(OutboxMail, lost.mail_id).state = Delivery.FAILED
    entered = session.scalars(select(Application).filter_by(reference=world.names["entered"])).one()
    save_answers(session, recruiter, entered, full_answers(entered.campaign), keys_of(world.app))
    other = a_submitted(session, world.app, sent.campaign)
    decide(session, recruiter, other.id, Verdict.DECLINE, reason="time")
    release(session, recruiter, other.id)
    decided, unread = (a_submitted(session, world.app, sent.campaign) for _ in range(2))
    decide(session, recruiter, decided.id, Verdict.SHORTLIST)
    world.names |= {"declined": other.reference, "decided": decided.reference, "unread": unread.reference}


def _campaigns(session: Session, world: World, recruiter: StaffMember) -> None:
    """One that appears tomorrow, one put away, and one whose sift only waits to be released."""
    coming, old = a_campaign(session, published_at=clock.now() + timedelta(days=1)), a_campaign(session)
    with unit_of_work(session):
        old.closes_at = clock.now() - timedelta(days=1)
    archive(session, recruiter, old.id)
    sift = a_sift(session, campaign=a_campaign(session))
    for points in (5, 2):
        sent_in(session, world.app, sift, sift.points(points), sift.points(points))
    set_line(session, as_viewer(session, recruiter), sift.campaign.slug, Cut(3000, 0), 0)
    world.names |= {"coming": coming.slug, "archived": old.slug, "sifted": sift.campaign.slug}


def _interviews(session: Session, world: World, recruiter: StaffMember) -> None:
    """One agreed on, one to be agreed, one of which nobody has said anything; a decision that waits for its release."""
    panel = a_panel(session, world.app, applicants=3, members=[recruiter])
    other = a_panel(session, world.app, members=[recruiter])
    with clock.at(panel.over):
        agree(session, world.app, panel)
        complete_own(session, world.app, panel, panel.bookings[1], recruiter)
    decide(session, recruiter, other.application.id, Verdict.DECLINE, reason="interview")
    world.names |= {
        "agreed": panel.campaign.slug,
        "agreed_on": panel.application.reference,
        "agreed_sheet": str(panel.booking.id),
        "agreeing": str(panel.bookings[1].id),
        "unsaid": str(panel.bookings[2].id),
        "outcomes": other.campaign.slug,
    }


def _readings(session: Session, world: World, recruiter: StaffMember) -> None:
    """Readings that wait to be finished or for a quick look; a second reader for the first."""
    reader = world.ids["assessor"]
    _, scored = one_reading(session, world.app, reader)
    world.names["scored"] = scored.public_id
    score_all(session, scored, finish=False)
    quick = a_campaign(session)
    with unit_of_work(session):
        quick.triage = True
    a_submitted(session, world.app, quick)
    add_assessor(session, recruiter, quick.id, reader)
    assign(session, recruiter, quick.id)
    world.names["looked"] = readings(session, reader)[-1].public_id
    read = session.scalars(select(Campaign).filter_by(slug=world.names["read"])).one()
    add_assessor(session, recruiter, read.id, a_staff_member(session, Role.ASSESSOR).id)
