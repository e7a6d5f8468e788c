"""An address for every page, and why some addresses are not looked at.

A new page without a line here fails the test: nobody has looked at it yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal.domain.applications.sections import QUESTIONS
from tests.browser.cast import Cast

KINDS = ("interview", "fitness", "practice")


@dataclass(frozen=True)
class Sample:
    """Somebody, and an address they look at; `shows`: what a script of the page brings first."""

    actor: str
    path: str
    status: int = 200
    shows: str = "main"


def _of(actor: str, *paths: str, shows: str = "main") -> Callable[[Cast], Iterator[Sample]]:
    """Paths may name `{slug}`, `{drafter}` (a reference), `{drafter_file}`, `{member}` and so on."""

    def samples(cast: Cast) -> Iterator[Sample]:
        names = {
            "slug": cast.portal.campaign,
            "member": cast.member,
            "set_up": cast.set_up,
            "entered": cast.entered,
            **cast.refs,
            **{f"{name}_file": public_id for name, public_id in cast.files.items()},
        }
        for path in paths:
            yield Sample(actor, path.format(**names), shows=shows)

    return samples


def _both(*parts: Callable[[Cast], Iterator[Sample]]) -> Callable[[Cast], Iterator[Sample]]:
    return lambda cast: (sample for part in parts for sample in part(cast))


def _own(page: str, *actors: str) -> Callable[[Cast], Iterator[Sample]]:
    """The same page of several applicants' own applications."""
    return _both(*(_of(actor, f"/applications/{{{actor}}}{page}") for actor in actors))


SAMPLES: dict[str, Callable[[Cast], Iterator[Sample]]] = {
    "public.home": _of("stranger", "/"),
    "public.roles": _of("stranger", "/roles"),
    "public.role": _of("stranger", "/roles/community-policing-volunteer", "/roles/volunteer-police-cadet"),
    "public.campaigns": _of("stranger", "/campaigns"),
    "public.campaign": _of("stranger", "/campaigns/{slug}"),
    "public.check": _of("stranger", "/campaigns/{slug}/check"),
    "public.apply": _both(_of("stranger", "/campaigns/{slug}/apply"), _of("beginner", "/campaigns/{slug}/apply")),
    "public.interest": _of("stranger", "/campaigns/{slug}/interest", "/campaigns/{slug}/interest?sent=yes"),
    "public.privacy": _of("stranger", "/privacy"),
    "public.cookies": _of("stranger", "/cookies"),
    "public.accessibility": _of("stranger", "/accessibility"),
    "public.sign_in": _of("stranger", "/sign-in", "/sign-in?next=/account"),
    "public.sign_out": _both(_of("stranger", "/sign-out"), _of("beginner", "/sign-out")),
    "public.account": _both(*(_of(actor, "/account") for actor in ("beginner", "drafter", "sent", "gone"))),
    "public.application": _both(
        _own("", "drafter", "ready", "sent", "gone"), _of("placed", "/applications/{end_served}")
    ),
    "public.section": _both(
        _own("/contact", "sent"), *(_own(f"/{name}", "drafter") for name in QUESTIONS), _own("/why", "ready")
    ),
    "public.documents": _own("/documents", "drafter", "ready", "sent"),
    "public.confirm_removal": _of("drafter", "/applications/{drafter}/documents/{drafter_file}/remove"),
    "public.check_answers": _own("/check-answers", "drafter", "ready", "sent"),
    "public.submitted": _own("/submitted", "sent"),
    "public.messages": _own("/messages", "sent", "gone"),
    "public.withdraw": _own("/withdraw", "ready", "sent", "offered"),
    "public.interview": _own("/interview", "choosing", "booked"),
    "public.fitness_session": _own("/fitness-session", "choosing"),
    "public.practice_session": _own("/practice-session", "choosing"),
    "public.move_time": _own("/interview/move", "booked"),
    "public.cancel_time": _own("/interview/cancel", "booked"),
    "public.wait_for_time": _own("/interview/wait", "choosing", "booked"),
    "public.other_time": _own("/interview/other-time", "choosing", "booked"),
    "public.own_calendar": _of("booked", "/account/calendar"),
    "staff.own_calendar": _of("assessor", "/staff/account/calendar"),
    "staff.all_invitations": _of("recruiter", "/staff/interviews/invite"),
    "staff.invite": _of("recruiter", "/staff/interviews/invite/{hired}"),
    "staff.book_for": _of(
        "recruiter",
        *(f"/staff/applications/{{{name}}}/interview" for name in ("choosing", "booked")),
        "/staff/applications/{choosing}/interview?kind=fitness",
    ),
    "public.offer": _own("/offer", "offered", "placed"),
    "public.decline_offer": _own("/offer/decline", "offered"),
    "public.later_course": _own("/offer/later", "offered", "placed"),
    "public.certificates": _of("stranger", "/certificates"),
    "public.verify_certificate": lambda cast: iter(
        [
            Sample("stranger", f"/certificates/{cast.refs['end_code']}"),
            Sample("stranger", "/certificates/AAAAA-AAAAA-AAAAA-AAAAA", 404),
        ]
    ),
    "public.agreement": _of("placed", "/applications/{end_ready}/agreement"),
    "staff.cohort_completion": _of("recruiter", "/staff/cohorts/{end_finished}/completion"),
    "staff.withdraw_training_certificate": _of(
        "recruiter", "/staff/cohorts/{end_finished}/completion/{end_certificate}/withdraw"
    ),
    "staff.appointment": _of(
        "recruiter", "/staff/applications/{end_ready}/appointment", "/staff/applications/{placed}/appointment"
    ),
    "staff.appointment_step": _of("recruiter", "/staff/applications/{placed}/appointment/identification"),
    "staff.appoint_volunteer": _of("recruiter", "/staff/applications/{end_ready}/appointment/confirm"),
    "staff.ready_to_appoint": _of("recruiter", "/staff/volunteers/ready"),
    "staff.publish_agreement": _of("recruiter", "/staff/volunteers/agreement"),
    "staff.volunteers": _of("recruiter", "/staff/volunteers", "/staff/volunteers?strand=none"),
    "staff.volunteer": _of("liaison", "/staff/volunteers/{end_volunteer}"),
    "staff.powers_register": _of("recruiter", "/staff/volunteers/powers", "/staff/volunteers/powers?on=2018-07-01"),
    "staff.grant_power": _of("recruiter", "/staff/volunteers/{end_volunteer}/powers"),
    "staff.withdraw_power": _of("recruiter", "/staff/volunteers/{end_volunteer}/powers/{end_grant}/withdraw"),
    "staff.cohort": _both(
        _of("trainer", "/staff/cohorts/{class}", "/staff/cohorts/{mid}", "/staff/cohorts/{mid}?show=risk"),
        _of("recruiter", "/staff/cohorts/{mid}"),
    ),
    "staff.cohort_feedback": _of("trainer", "/staff/cohorts/{mid}/feedback", "/staff/cohorts/{class}/feedback"),
    "staff.cohort_message": _of("trainer", "/staff/cohorts/{mid}/message"),
    "staff.catch_ups": _of("trainer", "/staff/cohorts/catch-ups"),
    "staff.trainee": _both(
        _of("trainer", "/staff/cohorts/{mid}/trainees/{mid_trainee}"),
        _of("recruiter", "/staff/cohorts/{mid}/trainees/{mid_trainee}"),
    ),
    "staff.trainers_day": _of("trainer", "/staff/cohorts/today", "/staff/cohorts/today?session={mid_day}"),
    "staff.print_trainers_day": _of("trainer", "/staff/cohorts/today/{mid_day}/print"),
    "public.catch_up": _of("placed", "/applications/{mid_reference}/training/catch-up"),
    "public.ask_for_time_alone": _of("placed", "/applications/{mid_reference}/training/catch-up/alone"),
    "public.written_work": _of("placed", "/applications/{mid_reference}/training/catch-up/{mid_work}/work"),
    "public.training_feedback": _of("placed", "/applications/{mid_reference}/training/feedback/1"),
    "staff.cohorts": _both(_of("recruiter", "/staff/cohorts"), _of("trainer", "/staff/cohorts")),
    "staff.new_cohort": _of("recruiter", "/staff/cohorts/new", "/staff/cohorts/new?like={class}"),
    "staff.cohort_dates": _both(
        _of("recruiter", "/staff/cohorts/{class}/dates"), _of("trainer", "/staff/cohorts/{class}/dates")
    ),
    "staff.edit_cohort": _of("recruiter", "/staff/cohorts/{class}/edit"),
    "staff.cancel_cohort": _of("recruiter", "/staff/cohorts/{class}/cancel"),
    "staff.edit_day": _of("recruiter", "/staff/cohorts/{class}/dates/{class_day}"),
    "staff.cancel_training_day": _of("recruiter", "/staff/cohorts/{class}/dates/{class_day}/cancel"),
    "staff.add_training_day": _of("recruiter", "/staff/cohorts/{class}/dates/add"),
    "staff.courses": _of("recruiter", "/staff/courses"),
    "staff.new_course": _of("recruiter", "/staff/courses/new"),
    "staff.course": _of("recruiter", "/staff/courses/cpv-foundation", "/staff/courses/cadet-start"),
    "staff.draft_course": _of("recruiter", "/staff/courses/induction/draft"),
    "staff.draft_day": _of("recruiter", *(f"/staff/courses/induction/draft/days/{number}" for number in (1, 2))),
    "public.training": _both(_own("/training", "placed"), _of("placed", "/applications/{accepted}/training")),
    "public.give_up_training_place": _own("/training/give-up", "placed"),
    "public.cannot_come": _of("placed", "/applications/{placed}/training/days/{class_day}/away"),
    "public.emergency_contact": _own("/training/contact", "placed"),
    "public.help_in_class": _own("/training/help", "placed"),
    "public.training_days": _of("placed", "/applications/{accepted}/training/courses/{class_later}"),
    "staff.cohort_places": _of("recruiter", "/staff/cohorts/{class}/places"),
    "staff.enrol_people": _of(
        "recruiter", "/staff/cohorts/{class}/places/enrol?suggested=1", "/staff/cohorts/{class}/places/enrol"
    ),
    "staff.start_training": _of("recruiter", "/staff/cohorts/{class}/places/start"),
    "staff.transfer_trainee": _of("recruiter", "/staff/cohorts/{class}/places/{class_trainee}/transfer"),
    "staff.remove_trainee": _of("recruiter", "/staff/cohorts/{class}/places/{class_trainee}/remove"),
    "public.pause": _own("/pause", "sent"),
    "staff.offers": _of("recruiter", "/staff/offers"),
    "staff.offers_of": _of("recruiter", "/staff/offers/{course}"),
    "staff.make_offer": _of("recruiter", "/staff/applications/{met}/offer", "/staff/applications/{offered}/offer"),
    "staff.placement": _of("recruiter", "/staff/applications/{placed}/placement"),
    "public.declarations_page": _own("/declarations", "sent", "placed"),
    "public.declaration": _both(_own("/declarations/finance", "sent"), _own("/declarations/criminal", "placed")),
    "public.check_declaration": _own("/declarations/criminal/check", "placed"),
    "public.own_vetting": _own("/vetting", "sent", "placed"),
    "public.own_changes": _own("/changes", "sent"),
    "staff.vetting_cases": _of("vetting", "/staff/vetting", "/staff/vetting?show=applicant"),
    "staff.vetting_case": _of("vetting", "/staff/vetting/{sent}", "/staff/vetting/{placed}"),
    "staff.criteria_list": _of("liaison", "/staff/criteria"),
    "staff.check_criteria": _of("liaison", "/staff/criteria/{sent}"),
    "staff.changes_list": _of("liaison", "/staff/changes", "/staff/changes?show=seen"),
    "staff.changes_of": _of("liaison", "/staff/changes/{sent}"),
    "staff.sign_in": _of("stranger", "/staff/sign-in"),
    "staff.register": _of("trainer", "/staff/cohorts/{class}/register?session={class_day}", shows="[data-register]"),
    "staff.register_trainee": _of("trainer", "/staff/cohorts/{class}/register/{class_day}/trainees/{class_trainee}"),
    "staff.walk_ins": _of("recruiter", "/staff/cohorts/{class}/walk-ins"),
    "staff.register_notes": _of("trainer", "/staff/cohorts/{class}/register/{class_day}/notes"),
    "staff.register_trainers": _of("trainer", "/staff/cohorts/{class}/register/{class_day}/trainers"),
    "staff.register_sheet": _of("trainer", "/staff/cohorts/{class}/register/{class_day}/sheet"),
    "staff.register_entry": _of("trainer", "/staff/cohorts/{class}/register/{class_day}/entry"),
    "staff.register_code": _of("trainer", "/staff/cohorts/{class}/register/{class_day}/code"),
    "staff.register_scan": _of("trainer", "/staff/cohorts/{class}/register/{class_day}/scan"),
    "public.check_in_by_code": _of("placed", "/check-in"),
    "public.own_check_in_code": _own("/training/code", "placed"),
    "staff.register_shell": _of("stranger", "/staff/cohorts/register-shell", shows="[data-part=shelf]"),
    "staff.sign_out": _both(_of("stranger", "/staff/sign-out"), _of("auditor", "/staff/sign-out")),
    "staff.set_up": _of("stranger", "/staff/set-up/{set_up}"),
    "staff.unsent": _of("recruiter", "/staff/unsent"),
    "staff.own_account": _of("auditor", "/staff/account"),
    "staff.step_up": _of("auditor", "/staff/step-up"),
    "staff.own_deputies": _of("recruiter", "/staff/account/deputies"),
    "staff.deputies": _of("administrator", "/staff/admin/people/{member}/deputies"),
    "staff.groups": _of("administrator", "/staff/admin/groups"),
    "staff.change_password": _of("auditor", "/staff/account/password"),
    "staff.my_work": _both(
        *(_of(actor, "/staff/") for actor in ("recruiter", "medical", "administrator", "auditor")),
    ),
    "staff.applications": _of("recruiter", "/staff/applications", "/staff/applications?q=nobody-has-this"),
    "staff.runs": _of("recruiter", "/staff/runs"),
    "staff.run": _of("recruiter", "/staff/runs/{run}"),
    "staff.stop_run": _of("recruiter", "/staff/runs/{run}/stop"),
    "staff.saved_views": _of("recruiter", "/staff/applications/views"),
    "staff.save_view": _of("recruiter", "/staff/applications/views/new?district=maidstone&sort=still"),
    "staff.export": _of("recruiter", "/staff/applications/export?stage=sift", "/staff/applications/export?q=nobody"),
    "staff.application": _of("recruiter", "/staff/applications/{sent}", "/staff/applications/{gone}"),
    "staff.reveal_contact": _of("recruiter", "/staff/applications/{sent}/contact"),
    "staff.correct_application_address": _of("recruiter", "/staff/applications/{sent}/address"),
    "staff.write_note": _of("recruiter", "/staff/applications/{sent}/note"),
    "staff.log_call": _of("recruiter", "/staff/applications/{sent}/call"),
    "staff.give_owner": _of("recruiter", "/staff/applications/{sent}/owner"),
    "staff.promise": _of("recruiter", "/staff/applications/{sent}/promise"),
    "staff.decide": _of("recruiter", "/staff/applications/{sent}/decide"),
    "staff.reopen": _of("recruiter", "/staff/applications/{gone}/reopen"),
    "staff.view_document": _of("medical", "/staff/documents/{sent_file}/view"),
    "staff.new_application": _of("recruiter", "/staff/applications/new"),
    "staff.edit_application": _of("recruiter", "/staff/applications/{entered}/edit"),
    "staff.edit_section": _of("recruiter", *(f"/staff/applications/{{entered}}/edit/{name}" for name in QUESTIONS)),
    "staff.messages": _of("recruiter", *(f"/staff/messages?show={part}" for part in ("unread", "held", "failed"))),
    "staff.message": _of(
        "recruiter", "/staff/applications/{sent}/message", "/staff/applications/{sent}/message?wording=general"
    ),
    "staff.wordings": _of("recruiter", "/staff/messages/wordings"),
    "staff.new_wording": _of("recruiter", "/staff/messages/wordings/new"),
    "staff.wording": _of("recruiter", "/staff/messages/wordings/general"),
    "staff.shortlisting": _both(_of("assessor", "/staff/shortlisting"), _of("recruiter", "/staff/shortlisting")),
    "staff.known_people": _of("assessor", "/staff/shortlisting/known"),
    "staff.score": _of("assessor", *(f"/staff/shortlisting/read/{{reading}}/{place}" for place in (1, 5))),
    "staff.know_person": _of("assessor", "/staff/shortlisting/read/{reading}/know"),
    "staff.shows_who": _of("assessor", "/staff/shortlisting/read/{reading}/shows-who"),
    "staff.assessors": _of("recruiter", "/staff/shortlisting/{read}/assessors"),
    "staff.assessor": _of("recruiter", "/staff/shortlisting/{read}/assessors/{reader}"),
    "staff.moderation": _of(
        "recruiter", "/staff/shortlisting/{slug}", "/staff/shortlisting/{slug}?show=all&line=20&reserves=2"
    ),
    "staff.settle": _of("recruiter", "/staff/shortlisting/{slug}/settle/heron-63"),
    "staff.release_shortlist": _of("recruiter", "/staff/shortlisting/{slug}/release"),
    "staff.interviews": _both(_of("recruiter", "/staff/interviews"), _of("assessor", "/staff/interviews")),
    "staff.plan_interviews": _of(
        "recruiter",
        "/staff/interviews/plan",
        *(f"/staff/interviews/plan?campaign={{slug}}&kind={kind}" for kind in KINDS),
    ),
    "staff.venues": _of("recruiter", "/staff/interviews/venues"),
    "staff.new_venue": _of("recruiter", "/staff/interviews/venues/new"),
    "staff.venue": _of("recruiter", "/staff/interviews/venues/{venue}"),
    "staff.interview_day": _both(
        _of("recruiter", "/staff/interviews/sessions/{day}"), _of("assessor", "/staff/interviews/sessions/{day}")
    ),
    "staff.print_day": _of("recruiter", "/staff/interviews/sessions/{day}/print"),
    "staff.cancel_day": _of("recruiter", "/staff/interviews/sessions/{day}/cancel"),
    "staff.edit_panel": _of("recruiter", "/staff/interviews/sessions/{day}/panels/{panel}"),
    "staff.interview_seat": _of("recruiter", "/staff/interviews/sessions/{day}/bookings/{seat}"),
    "staff.duplicates": _of("recruiter", "/staff/duplicates"),
    "staff.duplicate": _of("recruiter", "/staff/duplicates/{pair}"),
    "staff.interview_sheets": _of("assessor", "/staff/interviews/sheets"),
    "staff.interview_sheet": _both(
        _of("assessor", "/staff/interviews/sheets/{writing}"), _of("recruiter", "/staff/interviews/sheets/{writing}")
    ),
    "staff.know_applicant": _of("assessor", "/staff/interviews/sheets/{writing}/know"),
    "staff.agreed_sheet": _of(
        "assessor", "/staff/interviews/sheets/{agreed}/agreed", "/staff/interviews/sheets/{agreeing}/agreed"
    ),
    "staff.blank_sheet": _of("assessor", "/staff/interviews/sheets/{writing}/blank"),
    "staff.all_interview_outcomes": _of("recruiter", "/staff/interviews/outcomes"),
    "staff.interview_outcomes": _of("recruiter", "/staff/interviews/outcomes/{interviewed}"),
    "staff.release_outcomes": _of("recruiter", "/staff/interviews/outcomes/{interviewed}/release"),
    "staff.interview_outcome": _of(
        "recruiter", "/staff/applications/{interviewee}/outcome", "/staff/applications/{met}/outcome"
    ),
    "staff.interview_questions": _of(
        "recruiter", *(f"/staff/campaigns/{{{name}}}/interview-questions" for name in ("slug", "interviewed"))
    ),
    "staff.add_interview_question": _of("recruiter", "/staff/campaigns/{slug}/interview-questions/new"),
    "staff.edit_interview_question": _of(
        "recruiter", "/staff/campaigns/{interviewed}/interview-questions/{interview_question}"
    ),
    "staff.blank_interview_sheet": _of("recruiter", "/staff/campaigns/{slug}/interview-questions/blank"),
    "public.references": _own("/references", "sent", "placed"),
    "public.fitness": _own("/fitness", "sent", "placed"),
    "public.identity": _own("/identity", "sent", "placed"),
    "public.reference": _of("stranger", "/reference/{link}"),
    "public.reference_questions": _of("stranger", "/reference/{link}/questions"),
    "public.decline_reference": _of("stranger", "/reference/{link}/decline"),
    "staff.checks": _both(
        _of("medical", "/staff/checks", "/staff/checks?state=met"),
        _of("recruiter", "/staff/checks?state=with_applicant", "/staff/checks?kind=occupation"),
    ),
    "staff.chase_references": _of("recruiter", "/staff/checks/references"),
    "staff.references_check": _of("recruiter", "/staff/checks/{placed}/references"),
    "staff.read_reference": _of("recruiter", "/staff/checks/{placed}/references/{answered}"),
    "staff.identity_check": _of("recruiter", "/staff/checks/{placed}/identity"),
    "staff.occupation_check": _of("recruiter", "/staff/checks/{placed}/occupation"),
    "staff.fitness_check": _of("recruiter", "/staff/checks/{placed}/fitness"),
    "staff.fitness_standards": _of("recruiter", "/staff/checks/fitness-standards"),
    "staff.check": _of("medical", "/staff/checks/{sent}"),
    "staff.campaigns": _of("recruiter", "/staff/campaigns"),
    "staff.new_campaign": _of("recruiter", "/staff/campaigns/new"),
    "staff.campaign": _of("recruiter", "/staff/campaigns/{slug}"),
    "staff_preview.campaign_preview": _of("recruiter", "/staff/campaigns/{slug}/preview"),
    "staff.campaign_part": _of(
        "recruiter",
        *(f"/staff/campaigns/{{slug}}/{part}" for part in ("about", "dates", "places", "requirements", "shortlisting")),
    ),
    "staff.campaign_training": _of("recruiter", "/staff/campaigns/{slug}/training"),
    "staff.campaign_questions": _of(
        "recruiter", *(f"/staff/campaigns/{{{name}}}/questions" for name in ("slug", "asking"))
    ),
    "staff.edit_question": _of("recruiter", "/staff/campaigns/{asking}/questions/question-calm"),
    "staff.add_question": _of("recruiter", "/staff/campaigns/{slug}/questions/new"),
    "staff.campaign_criteria": _of(
        "recruiter", *(f"/staff/campaigns/{{{name}}}/criteria" for name in ("slug", "asking"))
    ),
    "staff.edit_criterion": _of("recruiter", "/staff/campaigns/{asking}/criteria/{criterion}"),
    "staff.add_criterion": _of("recruiter", "/staff/campaigns/{slug}/criteria/new"),
    "staff.publish_campaign": _of("recruiter", "/staff/campaigns/{slug}/publish"),
    "staff.extend_campaign": _of("recruiter", "/staff/campaigns/{slug}/extend"),
    "staff.close_campaign": _of("recruiter", "/staff/campaigns/{slug}/close"),
    "staff.archive_campaign": _of("recruiter", "/staff/campaigns/{slug}/archive"),
    "staff.admin": _of("administrator", "/staff/admin"),
    "staff.add_member": _of("administrator", "/staff/admin/add"),
    "staff.member": _of("administrator", "/staff/admin/people/{member}"),
    "staff.permissions": _of("administrator", "/staff/admin/permissions"),
    "staff.audit": _of("auditor", "/staff/audit", "/staff/audit?reference=nothing"),
    "demo.mail": _of("stranger", "/demo/mail"),
    "demo.clock": _of("stranger", "/demo/clock"),
}

ELSEWHERE = {
    "public.check_in": "comes with a code: test_register_codes.py looks at it there",
    "staff.release_decision": "comes after a decision: test_application_page.py looks at it there",
    "staff.bulk_preview": "comes after selecting: test_bulk.py looks at it there",
    "staff.undo_run": "comes after confirming: test_bulk.py looks at it there",
    "staff.change_view": "comes after saving one: test_list.py looks at it there",
    "staff.delete_view": "comes after saving one: test_list.py looks at it there",
    "public.sign_in_code": "comes after asking for a code: test_pages.py looks at it there",
    "public.sign_in_link": "comes in a mail: test_pages.py looks at it there",
    "public.confirm_interest": "comes in a mail: test_pages.py looks at it there",
    "public.unsubscribe": "comes in a mail: test_pages.py looks at it there",
    "staff.second_factor": "comes after a password: test_pages.py looks at it there",
    "staff.recovery": "comes after a password: test_pages.py looks at it there",
    "staff.set_up_second_factor": "comes after a new password: test_pages.py looks at it there",
}

NOT_PAGES = {
    "staff.next_code": "a piece of the page with the code, for its script",
    "staff.register_state": "numbers and names for the device that has the register open",
    "staff.register_worker": "the register's service worker, a script",
    "staff.application_counts": "numbers, for a list that stands open",
    "staff.single_sign_on": "goes on to the sign-on provider",
    "staff.signed_on": "signs in and goes on",
    "static": "style sheets, scripts and pictures",
    "health.brand": "a style sheet",
    "health.healthz": "words for machines",
    "health.readyz": "words for machines",
    "public.calendar_feed": "a file for calendar programs",
    "public.campaign_dates": "a calendar file",
    "public.own_certificate": "a PDF",
    "public.training_dates": "a calendar file",
    "public.own_statement": "a PDF",
    "public.own_pack": "a PDF",
    "staff.certificate_file": "a PDF",
    "staff.training_statement": "a PDF",
    "staff.volunteer_certificate": "a PDF",
    "staff.volunteer_pack": "a PDF",
    "public.document": "a download",
    "public.download": "a download",
    "public.medical_form_to_print": "a PDF",
    "public.letter_to_print": "a PDF",
    "staff.letter_to_print": "a PDF",
    "staff.document": "a download",
    "staff.reading": "goes on to a criterion; with all of them scored test_scoring.py looks at it",
    "staff.document_page": "a picture",
    "staff.latest": "parts of a page for one that is open",
    "public.submit": "a GET goes on to the check page",
    "demo.sign_in_as": "signs in and goes on",
    "demo_staff.sign_in_as_staff": "signs in and goes on",
}
