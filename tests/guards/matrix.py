"""Who gets what at every route: written by hand from the role table, never derived from the code.

Each row: endpoint, an address (names in braces are filled by the test's world), who may reach it,
what they get by GET (none: there is no GET), and what an empty POST without a token gets them
(none: there is no POST). Everybody else gets what DENIED says for their kind.
"""

from __future__ import annotations

from tests.guards.actors import (
    ALL,
    APPLICANTS,
    ASSESSOR,
    CASEWORKERS,
    CHECKERS,
    EVERY_ROLE,
    HALF_AND_STAFF,
    LIAISON,
    OWNER,
    RECORDERS,
    RECRUITER,
    REVIEWER,
    SIFTERS,
    TOKEN_MISSING,
    VETTING,
    Row,
)  # fmt: skip
from tests.guards.matrix_accounts import ACCOUNTS
from tests.guards.matrix_grid import GRID
from tests.guards.matrix_offers import OFFERS
from tests.guards.matrix_places import PLACES
from tests.guards.matrix_register import REGISTER
from tests.guards.matrix_training import TRAINING
from tests.guards.matrix_volunteers import APPOINTING, VOLUNTEERS

ROWS = (
    # Open to all. Their forms have no token (such pages set no cookie); an empty one is a mistake beside a field.
    Row("public.home", "/", ALL),
    Row("public.roles", "/roles", ALL),
    Row("public.role", "/roles/community-policing-volunteer", ALL),
    Row("public.campaigns", "/campaigns", ALL),
    Row("public.campaign", "/campaigns/{campaign}", ALL),
    Row("public.campaign_dates", "/campaigns/{campaign}/dates.ics", ALL),
    Row("public.medical_form_to_print", "/campaigns/{campaign}/medical-form.pdf", ALL),
    Row("public.check", "/campaigns/{campaign}/check", ALL, 200, 422),
    Row("public.interest", "/campaigns/{campaign}/interest", ALL, 200, 422),
    Row("public.confirm_interest", "/interest/no-such-token", ALL, 410, 410),
    Row("public.unsubscribe", "/unsubscribe/no-such-token", ALL, 404, 404),
    Row("public.reference", "/reference/no-such-token", ALL, 404),
    Row("public.reference_questions", "/reference/no-such-token/questions", ALL, 404, 404),
    Row("public.decline_reference", "/reference/no-such-token/decline", ALL, 404, 404),
    Row("public.privacy", "/privacy", ALL),
    Row("public.accessibility", "/accessibility", ALL),
    Row("public.cookies", "/cookies", ALL, 200, 422),
    Row("public.sign_in", "/sign-in", ALL, 200, 422),
    Row("public.sign_in_code", "/sign-in/code", ALL, 303, 303),
    Row("public.sign_in_again", "/sign-in/again", ALL, None, 303),
    Row("public.sign_in_link", "/sign-in/link/no-such-token", ALL, 410),
    Row("public.sign_in_by_link", "/sign-in/link/no-such-token", ALL, None, 410),
    Row("health.healthz", "/healthz", ALL),
    Row("health.readyz", "/readyz", ALL),
    Row("health.brand", "/brand.css", ALL),
    Row("static", "/static/favicon.svg", ALL),
    Row("demo.mail", "/demo/mail", ALL),
    Row("demo.clock", "/demo/clock", ALL, 200, 422),
    # Applicants; what is another's is not there.
    Row("public.apply", "/campaigns/{campaign}/apply", ALL),
    Row("public.begin", "/campaigns/{campaign}/apply", APPLICANTS, None, TOKEN_MISSING),
    Row("public.account", "/account", APPLICANTS),
    Row("public.application", "/applications/{draft}", OWNER),
    Row("public.application", "/applications/{sent}", OWNER),
    Row("public.section", "/applications/{draft}/why", OWNER, 200, TOKEN_MISSING),
    Row("public.documents", "/applications/{draft}/documents", OWNER),
    Row("public.send_documents", "/applications/{draft}/documents", OWNER, None, TOKEN_MISSING),
    Row("public.document", "/applications/{draft}/documents/{document}", OWNER),
    Row("public.confirm_removal", "/applications/{draft}/documents/{document}/remove", OWNER),
    Row("public.remove_document", "/applications/{draft}/documents/{document}/remove", OWNER, None, TOKEN_MISSING),
    Row("public.check_answers", "/applications/{draft}/check-answers", OWNER),
    Row("public.submit", "/applications/{draft}/submit", OWNER, 303, TOKEN_MISSING),
    Row("public.submitted", "/applications/{sent}/submitted", OWNER),
    Row("public.messages", "/applications/{sent}/messages", OWNER, 200, TOKEN_MISSING),
    Row("public.interview", "/applications/{invited}/interview", OWNER, 200, TOKEN_MISSING),
    Row("public.fitness_session", "/applications/{invited}/fitness-session", OWNER, 303, TOKEN_MISSING),
    Row("public.practice_session", "/applications/{invited}/practice-session", OWNER, 303, TOKEN_MISSING),
    Row("public.move_time", "/applications/{invited}/interview/move", OWNER, 303, TOKEN_MISSING),
    Row("public.cancel_time", "/applications/{invited}/interview/cancel", OWNER, 303, TOKEN_MISSING),
    Row("public.wait_for_time", "/applications/{invited}/interview/wait", OWNER, 200, TOKEN_MISSING),
    Row("public.other_time", "/applications/{invited}/interview/other-time", OWNER, 200, TOKEN_MISSING),
    Row("public.own_calendar", "/account/calendar", APPLICANTS, 200, TOKEN_MISSING),
    Row("public.calendar_feed", "/calendar/no-such-token.ics", ALL, 404),
    Row("public.withdraw", "/applications/{sent}/withdraw", OWNER, 200, TOKEN_MISSING),
    Row("public.download", "/applications/{sent}/download", OWNER),
    # Vetting, for its applicant: nothing that was sent is shown again.
    Row("public.declarations_page", "/applications/{sent}/declarations", OWNER),
    Row("public.declaration", "/applications/{sent}/declarations/criminal", OWNER, 200, TOKEN_MISSING),
    Row("public.check_declaration", "/applications/{sent}/declarations/criminal/check", OWNER, 303, TOKEN_MISSING),
    Row("public.add_to_declaration", "/applications/{sent}/declarations/finance/add", OWNER, None, TOKEN_MISSING),
    Row("public.own_vetting", "/applications/{sent}/vetting", OWNER),
    Row("public.answer_vetting", "/applications/{sent}/vetting/questions/{asked}", OWNER, None, TOKEN_MISSING),
    Row("public.appeal_vetting", "/applications/{sent}/vetting/appeal", OWNER, None, TOKEN_MISSING),
    Row("public.own_changes", "/applications/{sent}/changes", OWNER, 200, TOKEN_MISSING),
    Row("public.references", "/applications/{placed}/references", OWNER),
    Row("public.name_referee", "/applications/{placed}/references", OWNER, None, TOKEN_MISSING),
    Row("public.fitness", "/applications/{placed}/fitness", OWNER),
    Row("public.identity", "/applications/{placed}/identity", OWNER),
    # Staff at the door.
    Row("staff.sign_in", "/staff/sign-in", ALL, 200, 422),
    Row("staff.register_shell", "/staff/cohorts/register-shell", ALL),
    Row("staff.register_worker", "/staff/cohorts/register-worker.js", ALL),
    Row("staff.passkey_options", "/staff/sign-in/passkey/options", ALL, None, 200),
    Row("staff.sign_in_by_passkey", "/staff/sign-in/passkey", ALL, None, 422),
    Row("staff.single_sign_on", "/staff/sign-in/sso", ALL, 404),
    Row("staff.signed_on", "/staff/sign-in/sso/back", ALL, 404),
    Row("staff.set_up", "/staff/set-up/no-such-token", ALL, 410, 410),
    Row("staff.second_factor", "/staff/second-factor", HALF_AND_STAFF, 200, TOKEN_MISSING),
    Row("staff.recovery", "/staff/second-factor/recovery", HALF_AND_STAFF, 200, TOKEN_MISSING),
    Row("staff.set_up_second_factor", "/staff/second-factor/set-up", HALF_AND_STAFF, 303, TOKEN_MISSING),
    Row("staff.recovery_codes_saved", "/staff/second-factor/saved", HALF_AND_STAFF, None, TOKEN_MISSING),
    # Every member of staff: their day and their own account.
    Row("staff.my_work", "/staff/", EVERY_ROLE),
    Row("staff.own_account", "/staff/account", EVERY_ROLE),
    Row("staff.own_calendar", "/staff/account/calendar", EVERY_ROLE, 200, TOKEN_MISSING),
    Row("staff.all_invitations", "/staff/interviews/invite", RECRUITER),
    Row("staff.invite", "/staff/interviews/invite/{campaign}", RECRUITER),
    Row("staff.book_for", "/staff/applications/{sent}/interview", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.change_password", "/staff/account/password", EVERY_ROLE, 200, TOKEN_MISSING),
    Row("staff.new_recovery_codes", "/staff/account/recovery-codes", EVERY_ROLE, None, TOKEN_MISSING),
    Row("staff.switch_keys", "/staff/account/keys", EVERY_ROLE, None, TOKEN_MISSING),
    Row("staff.end_others", "/staff/account/sessions/end", EVERY_ROLE, None, TOKEN_MISSING),
    Row("staff.add_passkey", "/staff/account/passkeys", EVERY_ROLE, None, TOKEN_MISSING),
    Row("staff.new_passkey_options", "/staff/account/passkeys/options", EVERY_ROLE, None, TOKEN_MISSING),
    Row("staff.remove_passkey", "/staff/account/passkeys/{passkey}/remove", EVERY_ROLE, None, TOKEN_MISSING),
    Row("staff.step_up", "/staff/step-up", EVERY_ROLE, 200, TOKEN_MISSING),
    Row("staff.step_up_by_passkey", "/staff/step-up/passkey", EVERY_ROLE, None, TOKEN_MISSING),
    Row("staff.step_up_in_demonstration", "/staff/step-up/demonstration", EVERY_ROLE, None, TOKEN_MISSING),
    Row("staff.own_deputies", "/staff/account/deputies", EVERY_ROLE, 200, TOKEN_MISSING),
    Row("staff.end_own_deputy", "/staff/account/deputies/{own_deputy}/end", EVERY_ROLE, None, TOKEN_MISSING),
    # Recruiters, and liaison officers for their divisions.
    Row("staff.applications", "/staff/applications", CASEWORKERS),
    Row("staff.application_counts", "/staff/applications/counts", CASEWORKERS),
    Row("staff.choose_columns", "/staff/applications/columns", CASEWORKERS, None, TOKEN_MISSING),
    Row("staff.saved_views", "/staff/applications/views", CASEWORKERS),
    Row("staff.save_view", "/staff/applications/views/new", CASEWORKERS, 200, TOKEN_MISSING),
    Row("staff.change_view", "/staff/applications/views/{view}", CASEWORKERS, 200, TOKEN_MISSING),
    Row("staff.delete_view", "/staff/applications/views/{view}/delete", CASEWORKERS, 200, TOKEN_MISSING),
    Row("staff.bulk_preview", "/staff/applications/act", CASEWORKERS, 303, TOKEN_MISSING),
    Row("staff.begin_run", "/staff/runs", CASEWORKERS, None, TOKEN_MISSING),
    Row("staff.runs", "/staff/runs", CASEWORKERS),
    Row("staff.run", "/staff/runs/{run}", CASEWORKERS),
    Row("staff.stop_run", "/staff/runs/{run}/stop", CASEWORKERS, 200, TOKEN_MISSING),
    Row("staff.undo_run", "/staff/runs/{run}/undo", CASEWORKERS, 303, TOKEN_MISSING),
    Row("staff.export", "/staff/applications/export", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.export_file", "/staff/applications/export/file", RECRUITER, None, TOKEN_MISSING),
    Row("staff.application", "/staff/applications/{sent}", CASEWORKERS),
    Row("staff.reveal_contact", "/staff/applications/{sent}/contact", CASEWORKERS, 200, TOKEN_MISSING),
    Row("staff.correct_application_address", "/staff/applications/{sent}/address", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.latest", "/staff/applications/{sent}/latest", CASEWORKERS),
    Row("staff.write_note", "/staff/applications/{sent}/note", CASEWORKERS, 200, TOKEN_MISSING),
    Row("staff.log_call", "/staff/applications/{sent}/call", CASEWORKERS, 200, TOKEN_MISSING),
    Row("staff.give_owner", "/staff/applications/{sent}/owner", CASEWORKERS, 200, TOKEN_MISSING),
    Row("staff.promise", "/staff/applications/{sent}/promise", CASEWORKERS, 200, TOKEN_MISSING),
    Row("staff.decide", "/staff/applications/{sent}/decide", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.undo_decision", "/staff/applications/{sent}/decide/undo", RECRUITER, None, TOKEN_MISSING),
    Row("staff.release_decision", "/staff/applications/{sent}/release", RECRUITER, 303, TOKEN_MISSING),
    Row("staff.reopen", "/staff/applications/{sent}/reopen", RECRUITER, 409, TOKEN_MISSING),
    Row("staff.presence", "/staff/presence/application/{sent_id}", CASEWORKERS, None, TOKEN_MISSING),
    Row("staff.new_application", "/staff/applications/new", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.edit_application", "/staff/applications/{entered}/edit", RECRUITER),
    Row("staff.edit_section", "/staff/applications/{entered}/edit/why", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.send_application", "/staff/applications/{entered}/send", RECRUITER, None, TOKEN_MISSING),
    Row("staff.duplicates", "/staff/duplicates", RECRUITER),
    Row("staff.duplicate", "/staff/duplicates/{pair}", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.keep_apart", "/staff/duplicates/{pair}/apart", RECRUITER, None, TOKEN_MISSING),
    Row("staff.shortlisting", "/staff/shortlisting", SIFTERS),
    Row("staff.known_people", "/staff/shortlisting/known", SIFTERS, 200, TOKEN_MISSING),
    Row("staff.forget_known", "/staff/shortlisting/known/{known}/forget", SIFTERS, None, TOKEN_MISSING),
    Row("staff.reading", "/staff/shortlisting/read/{reading}", ASSESSOR, 303),
    Row("staff.score", "/staff/shortlisting/read/{reading}/1", ASSESSOR, 200, TOKEN_MISSING),
    Row("staff.finish_reading", "/staff/shortlisting/read/{reading}/finish", ASSESSOR, None, TOKEN_MISSING),
    Row("staff.look", "/staff/shortlisting/read/{reading}/look", ASSESSOR, None, TOKEN_MISSING),
    Row("staff.know_person", "/staff/shortlisting/read/{reading}/know", ASSESSOR, 200, TOKEN_MISSING),
    Row("staff.shows_who", "/staff/shortlisting/read/{reading}/shows-who", ASSESSOR, 200, TOKEN_MISSING),
    Row("staff.assessors", "/staff/shortlisting/{read}/assessors", RECRUITER),
    Row("staff.add_assessor", "/staff/shortlisting/{read}/assessors/add", RECRUITER, None, TOKEN_MISSING),
    Row("staff.assign_readers", "/staff/shortlisting/{read}/assessors/assign", RECRUITER, None, TOKEN_MISSING),
    Row("staff.set_due", "/staff/shortlisting/{read}/assessors/due", RECRUITER, None, TOKEN_MISSING),
    Row("staff.assessor", "/staff/shortlisting/{read}/assessors/{reader}", RECRUITER),
    Row(
        "staff.give_reading",
        "/staff/shortlisting/{read}/assessors/{reader}/readings/{number}",
        RECRUITER,
        None,
        TOKEN_MISSING,
    ),
    Row("staff.hand_over", "/staff/shortlisting/{read}/assessors/{reader}/hand-over", RECRUITER, None, TOKEN_MISSING),
    Row(
        "staff.remove_assessor", "/staff/shortlisting/{read}/assessors/{reader}/remove", RECRUITER, None, TOKEN_MISSING
    ),
    Row("staff.settle_report", "/staff/shortlisting/{read}/assessors/reports/{number}", RECRUITER, None, TOKEN_MISSING),
    Row("staff.moderation", "/staff/shortlisting/{sift}", RECRUITER),
    Row("staff.set_line", "/staff/shortlisting/{sift}/line", RECRUITER, None, TOKEN_MISSING),
    Row("staff.settle", "/staff/shortlisting/{sift}/settle/{alias}", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.release_shortlist", "/staff/shortlisting/{sift}/release", RECRUITER, 200, TOKEN_MISSING),
    # Days of interviews and tests: interviewers those of their own panels, planners those of their campaigns.
    Row("staff.interviews", "/staff/interviews", SIFTERS),
    Row("staff.plan_interviews", "/staff/interviews/plan", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.venues", "/staff/interviews/venues", RECRUITER),
    Row("staff.new_venue", "/staff/interviews/venues/new", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.venue", "/staff/interviews/venues/{venue}", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.archive_venue", "/staff/interviews/venues/{venue}/archive", RECRUITER, None, TOKEN_MISSING),
    Row("staff.interview_day", "/staff/interviews/sessions/{day}", SIFTERS),
    Row("staff.print_day", "/staff/interviews/sessions/{day}/print", SIFTERS),
    Row("staff.mark_attendance", "/staff/interviews/sessions/{day}/mark", SIFTERS, None, TOKEN_MISSING),
    Row("staff.keep_time_free", "/staff/interviews/sessions/{day}/times", RECRUITER, None, TOKEN_MISSING),
    Row("staff.panel_late", "/staff/interviews/sessions/{day}/panels/{panel}/late", SIFTERS, None, TOKEN_MISSING),
    Row("staff.publish_day", "/staff/interviews/sessions/{day}/publish", RECRUITER, None, TOKEN_MISSING),
    Row("staff.cancel_day", "/staff/interviews/sessions/{day}/cancel", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.edit_panel", "/staff/interviews/sessions/{day}/panels/{panel}", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.interview_seat", "/staff/interviews/sessions/{day}/bookings/{seat}", RECRUITER, 200, TOKEN_MISSING),
    # Interviews: one's own panels; recruiters, what came of them.
    Row("staff.interview_sheets", "/staff/interviews/sheets", SIFTERS),
    Row("staff.interview_sheet", "/staff/interviews/sheets/{sheet}", SIFTERS, 200, TOKEN_MISSING),
    Row("staff.declare_no_conflict", "/staff/interviews/sheets/{sheet}/no-conflict", SIFTERS, None, TOKEN_MISSING),
    Row("staff.know_applicant", "/staff/interviews/sheets/{sheet}/know", SIFTERS, 200, TOKEN_MISSING),
    Row("staff.agreed_sheet", "/staff/interviews/sheets/{sheet}/agreed", SIFTERS, 303, TOKEN_MISSING),
    Row("staff.blank_sheet", "/staff/interviews/sheets/{sheet}/blank", SIFTERS),
    Row("staff.all_interview_outcomes", "/staff/interviews/outcomes", RECRUITER),
    Row("staff.interview_outcomes", "/staff/interviews/outcomes/{interviewed}", RECRUITER),
    Row("staff.follow_panels", "/staff/interviews/outcomes/{interviewed}/follow", RECRUITER, None, TOKEN_MISSING),
    Row("staff.release_outcomes", "/staff/interviews/outcomes/{interviewed}/release", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.interview_outcome", "/staff/applications/{met}/outcome", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.messages", "/staff/messages", RECRUITER),
    Row("staff.message", "/staff/applications/{sent}/message", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.cancel_message", "/staff/messages/{message}/cancel", RECRUITER, None, TOKEN_MISSING),
    Row("staff.resend_message", "/staff/messages/{message}/resend", RECRUITER, None, TOKEN_MISSING),
    Row("staff.wordings", "/staff/messages/wordings", RECRUITER),
    Row("staff.new_wording", "/staff/messages/wordings/new", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.wording", "/staff/messages/wordings/{wording}", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.put_wording_away", "/staff/messages/wordings/{wording}/put-away", RECRUITER, None, TOKEN_MISSING),
    # Campaigns: recruiters make and keep them.
    Row("staff.campaigns", "/staff/campaigns", RECRUITER),
    Row("staff.new_campaign", "/staff/campaigns/new", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.campaign", "/staff/campaigns/{kept}", RECRUITER),
    Row("staff_preview.campaign_preview", "/staff/campaigns/{kept}/preview", RECRUITER),
    Row("staff.campaign_part", "/staff/campaigns/{kept}/dates", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.campaign_training", "/staff/campaigns/{kept}/training", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.campaign_questions", "/staff/campaigns/{kept}/questions", RECRUITER),
    Row("staff.add_question", "/staff/campaigns/{kept}/questions/new", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.edit_question", "/staff/campaigns/{kept}/questions/{question}", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.move_question", "/staff/campaigns/{kept}/questions/{question}/move", RECRUITER, None, TOKEN_MISSING),
    Row("staff.remove_question", "/staff/campaigns/{kept}/questions/{question}/remove", RECRUITER, None, TOKEN_MISSING),
    Row("staff.campaign_criteria", "/staff/campaigns/{kept}/criteria", RECRUITER),
    Row("staff.add_criterion", "/staff/campaigns/{kept}/criteria/new", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.edit_criterion", "/staff/campaigns/{kept}/criteria/{criterion}", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.move_criterion", "/staff/campaigns/{kept}/criteria/{criterion}/move", RECRUITER, None, TOKEN_MISSING),
    Row(
        "staff.remove_criterion", "/staff/campaigns/{kept}/criteria/{criterion}/remove", RECRUITER, None, TOKEN_MISSING
    ),
    Row("staff.interview_questions", "/staff/campaigns/{kept}/interview-questions", RECRUITER),
    Row(
        "staff.begin_interview_questions",
        "/staff/campaigns/{kept}/interview-questions/begin",
        RECRUITER,
        None,
        TOKEN_MISSING,
    ),
    Row(
        "staff.add_interview_question",
        "/staff/campaigns/{kept}/interview-questions/new",
        RECRUITER,
        200,
        TOKEN_MISSING,
    ),
    Row("staff.blank_interview_sheet", "/staff/campaigns/{kept}/interview-questions/blank", RECRUITER),
    Row(
        "staff.edit_interview_question",
        "/staff/campaigns/{kept}/interview-questions/{interview_question}",
        RECRUITER,
        200,
        TOKEN_MISSING,
    ),
    Row(
        "staff.move_interview_question",
        "/staff/campaigns/{kept}/interview-questions/{interview_question}/move",
        RECRUITER,
        None,
        TOKEN_MISSING,
    ),
    Row(
        "staff.retire_interview_question",
        "/staff/campaigns/{kept}/interview-questions/{interview_question}/retire",
        RECRUITER,
        None,
        TOKEN_MISSING,
    ),
    Row("staff.publish_campaign", "/staff/campaigns/{kept}/publish", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.hide_campaign", "/staff/campaigns/{kept}/hide", RECRUITER, None, TOKEN_MISSING),
    Row("staff.extend_campaign", "/staff/campaigns/{kept}/extend", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.close_campaign", "/staff/campaigns/{kept}/close", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.archive_campaign", "/staff/campaigns/{kept}/archive", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.unarchive_campaign", "/staff/campaigns/{kept}/unarchive", RECRUITER, None, TOKEN_MISSING),
    # Checks: how they stand, for those who see to any; references, identity and work are the recruiters'.
    Row("staff.checks", "/staff/checks", CHECKERS),
    Row("staff.own_check", "/staff/checks/{placed}/references/owner", CHECKERS, None, TOKEN_MISSING),
    Row("staff.chase_references", "/staff/checks/references", RECRUITER),
    Row("staff.references_check", "/staff/checks/{placed}/references", RECRUITER),
    Row("staff.read_reference", "/staff/checks/{placed}/references/{answered}", RECRUITER),
    Row(
        "staff.accept_reference",
        "/staff/checks/{placed}/references/{answered}/accept",
        RECRUITER,
        None,
        TOKEN_MISSING,
    ),
    Row("staff.resend_reference", "/staff/checks/{placed}/references/{referee}/resend", RECRUITER, None, TOKEN_MISSING),
    Row("staff.replace_referee", "/staff/checks/{placed}/references/{referee}/replace", RECRUITER, None, TOKEN_MISSING),
    Row("staff.identity_check", "/staff/checks/{placed}/identity", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.unsee_identity", "/staff/checks/{placed}/identity/passport/remove", RECRUITER, None, TOKEN_MISSING),
    Row("staff.occupation_check", "/staff/checks/{placed}/occupation", RECRUITER),
    Row("staff.decide_by_hand", "/staff/checks/{placed}/occupation/decision", RECRUITER, None, TOKEN_MISSING),
    Row("staff.clear_occupations", "/staff/checks/occupation/clear", RECRUITER, None, TOKEN_MISSING),
    Row("staff.fitness_check", "/staff/checks/{placed}/fitness", RECORDERS),
    Row("staff.record_attempt", "/staff/checks/{placed}/fitness/attempts", RECORDERS, None, TOKEN_MISSING),
    Row("staff.remove_attempt", "/staff/checks/{placed}/fitness/{attempt}/remove", RECORDERS, None, TOKEN_MISSING),
    Row("staff.fitness_standards", "/staff/checks/fitness-standards", RECORDERS, 200, TOKEN_MISSING),
    # Medical and fitness papers: the reviewer alone.
    Row("staff.check", "/staff/checks/{sent}", REVIEWER),
    Row("staff.decide_check", "/staff/checks/{sent}/medical", REVIEWER, None, TOKEN_MISSING),
    Row("staff.document", "/staff/documents/{sent_document}", REVIEWER),
    Row("staff.view_document", "/staff/documents/{sent_document}/view", REVIEWER),
    Row("staff.document_page", "/staff/documents/{sent_document}/pages/1", REVIEWER),
    # Vetting alone; liaison officers for their divisions.
    Row("staff.vetting_cases", "/staff/vetting", VETTING),
    Row("staff.vetting_case", "/staff/vetting/{sent}", VETTING),
    Row("staff.vetting_act", "/staff/vetting/{sent}/propose", VETTING, None, TOKEN_MISSING),
    Row("staff.criteria_list", "/staff/criteria", LIAISON),
    Row("staff.check_criteria", "/staff/criteria/{sent}", LIAISON, 200, TOKEN_MISSING),
    Row("staff.changes_list", "/staff/changes", LIAISON),
    Row("staff.changes_of", "/staff/changes/{sent}", LIAISON, 200, TOKEN_MISSING),
    Row("staff.change_seen", "/staff/changes/{change}/seen", LIAISON, None, TOKEN_MISSING),
    *OFFERS,
    *GRID,
    *PLACES,
    *REGISTER,
    *TRAINING,
    *VOLUNTEERS,
    *ACCOUNTS,
)

# Somebody already signed in is sent on from pages that are only a way in; a view is its owner's alone.
SENT_ON = {
    ("public.sign_in", "GET"): dict.fromkeys(APPLICANTS, 303),
    ("staff.sign_in", "GET"): dict.fromkeys(HALF_AND_STAFF, 303),
    ("staff.second_factor", "GET"): dict.fromkeys(EVERY_ROLE, 303),
    ("staff.recovery", "GET"): dict.fromkeys(EVERY_ROLE, 303),
    ("staff.unsent", "GET"): dict.fromkeys(set(EVERY_ROLE) - {"recruiter"}, 303),
    **{
        (f"staff.{each}", "GET"): {"liaison": 404}
        for each in ("change_view", "delete_view", "run", "stop_run", "undo_run")
    },
}

# What gives or takes access, leaves the service, joins people or cannot be taken back: the second factor is asked for
# again there, and nowhere else.
SENSITIVE = {
    "staff.member",  # every form that changes an account is on it
    "staff.add_member", "staff.disable", "staff.enable", "staff.send_link", "staff.reset", "staff.give_role",
    "staff.end_role", "staff.leave", "staff.deputies", "staff.end_deputy", "staff.own_deputies", "staff.groups",
    "staff.remove_group", "staff.correct_application_address", "staff.duplicate", "staff.keep_apart", "staff.export",
    "staff.export_file", "staff.vetting_case", "staff.vetting_act", "staff.release_decision", "staff.release_shortlist",
    "staff.release_outcomes", *APPOINTING,
}  # fmt: skip

# Signing in and out change who is asking: their own tests walk them.
ELSEWHERE = {
    "public.sign_out": "tests/public/test_sign_in.py",
    "staff.sign_out": "tests/staff/test_sign_in.py",
    "demo.sign_in_as": "tests/web/test_demo_sign_in.py",
    "demo_staff.sign_in_as_staff": "tests/web/test_demo_sign_in.py",
}


# Addresses that another row has with another name in them: that row answers for the method.
OTHER_PAGES = {("staff.choose_columns", "GET"), ("staff.fitness_check", "POST")}


# What nobody else learns is there: other roles get what an address of nothing gets.
UNTOLD = {"staff.document", "staff.view_document", "staff.document_page"}


def denied(row: Row, actor: str) -> int:
    """What somebody gets who may not: strangers a way to sign in, known people a plain no."""
    if row.address.startswith("/staff"):
        if actor in {"stranger", "owner", "neighbour"}:
            return 303  # to the staff sign-in: an applicant's cookie says nothing here
        if actor == "half":
            return 302  # to the second factor
        return 404 if row.endpoint in UNTOLD else 403
    if actor == "neighbour":
        return 404  # another's reference does not exist
    return 303  # to the applicants' sign-in
