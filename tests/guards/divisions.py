"""Who reaches what of a division, written by hand: each staff page that names a thing, and ways of not being the one.

For each row: whose it is, what kind of thing it names, and what an empty form with a good token gets from somebody
who may send it (what they get by GET the matrix says).
"""

from __future__ import annotations

from typing import NamedTuple


class Own(NamedTuple):
    endpoint: str
    role: str
    thing: str
    post: int | None = None


R, L, M, A, ADMIN, V, T = "recruiter", "liaison", "medical", "assessor", "administrator", "vetting", "trainer"

OWN = (
    Own("staff.remove_passkey", R, "account", 303),
    Own("staff.end_own_deputy", R, "account", 303),
    Own("staff.forget_unsent", R, "account", 303),
    Own("staff.change_view", R, "personal", 303),
    Own("staff.delete_view", R, "personal", 303),
    Own("staff.run", R, "personal"),
    Own("staff.stop_run", R, "personal", 303),
    Own("staff.undo_run", R, "personal", 409),  # it has not begun: there is nothing to undo
    *(
        Own(endpoint, role, "application", post)
        for role in (R, L)
        for endpoint, post in (
            ("staff.application", None),
            ("staff.reveal_contact", 422),
            ("staff.latest", None),
            ("staff.write_note", 422),
            ("staff.log_call", 422),
            ("staff.give_owner", 422),
            ("staff.promise", 303),  # no day: nothing is promised
            ("staff.presence", 204),
        )
    ),
    Own("staff.correct_application_address", R, "application", 422),
    Own("staff.decide", R, "application", 422),
    Own("staff.book_for", R, "application", 422),
    Own("staff.invite", R, "campaign"),
    Own("staff.undo_decision", R, "application", 303),
    Own("staff.release_decision", R, "application", 303),
    Own("staff.reopen", R, "application", 409),  # it is open
    Own("staff.edit_application", R, "entry"),
    Own("staff.edit_section", R, "entry", 422),
    Own("staff.send_application", R, "entry", 422),
    Own("staff.duplicate", R, "application", 422),
    Own("staff.keep_apart", R, "application", 303),
    Own("staff.message", R, "application", 200),  # a preview of nothing
    Own("staff.cancel_message", R, "application", 409),  # it is theirs, not held
    Own("staff.resend_message", R, "application", 303),
    Own("staff.assessors", R, "readers"),
    Own("staff.add_assessor", R, "readers", 422),
    Own("staff.assign_readers", R, "readers", 422),
    Own("staff.set_due", R, "readers", 422),
    Own("staff.assessor", R, "readers"),
    Own("staff.give_reading", R, "readers", 422),
    Own("staff.hand_over", R, "readers", 303),
    Own("staff.remove_assessor", R, "readers", 303),
    Own("staff.settle_report", R, "read", 422),
    Own("staff.moderation", R, "board"),
    Own("staff.set_line", R, "board", 422),
    Own("staff.release_shortlist", R, "board", 422),
    Own("staff.settle", R, "line", 422),
    Own("staff.venue", R, "venue", 422),
    Own("staff.archive_venue", R, "venue", 409),  # there is a day to come
    Own("staff.interview_day", R, "day"),
    Own("staff.print_day", R, "day"),
    Own("staff.mark_attendance", R, "day", 404),  # nobody is named
    Own("staff.keep_time_free", R, "day", 404),  # no time is named
    Own("staff.panel_late", R, "day", 422),
    Own("staff.publish_day", R, "day", 303),
    Own("staff.cancel_day", R, "day", 422),
    Own("staff.edit_panel", R, "day", 422),
    Own("staff.interview_seat", R, "seat", 422),
    *(
        Own(endpoint, role, "sheet", post)
        for role in (R, A)
        for endpoint, post in (
            ("staff.interview_sheet", 303),  # nothing is written
            ("staff.declare_no_conflict", 303),
            ("staff.know_applicant", 422),
            ("staff.agreed_sheet", 409),  # one's own comes first
            ("staff.reopen_sheet", 409),
            ("staff.blank_sheet", None),
        )
    ),
    Own("staff.interview_outcomes", R, "course"),
    Own("staff.follow_panels", R, "course", 303),
    Own("staff.release_outcomes", R, "course", 422),
    Own("staff.interview_outcome", R, "application", 409),  # the panel has not agreed
    Own("staff.wording", R, "wording", 403),  # wordings are the force's: a division reads them
    Own("staff.put_wording_away", R, "wording", 403),
    Own("staff.offers_of", R, "course"),
    Own("staff.stop_promotion", R, "course", 303),
    Own("staff.restart_promotion", R, "course", 303),
    Own("staff.make_offer", R, "application", 303),  # it is made already
    Own("staff.keep_offer_open", R, "application", 422),
    Own("staff.take_offer_back", R, "application", 422),
    Own("staff.let_offer_lapse", R, "application", 409),  # there is still time
    Own("staff.answer_for_them", R, "application", 422),
    *(Own("staff.letter_to_print", role, "application") for role in (R, L)),
    *(Own("staff.placement", role, "application", 422) for role in (R, L)),
    Own("staff.campaign", R, "campaign"),
    Own("staff_preview.campaign_preview", R, "campaign"),
    Own("staff.campaign_part", R, "campaign", 422),
    Own("staff.campaign_training", R, "campaign", 409),  # no version is an old one
    Own("staff.campaign_questions", R, "campaign"),
    Own("staff.add_question", R, "campaign", 422),
    Own("staff.edit_question", R, "campaign", 422),
    Own("staff.move_question", R, "campaign", 303),
    Own("staff.remove_question", R, "campaign", 303),
    Own("staff.campaign_criteria", R, "campaign"),
    Own("staff.add_criterion", R, "campaign", 422),
    Own("staff.edit_criterion", R, "campaign", 422),
    Own("staff.move_criterion", R, "campaign", 303),
    Own("staff.remove_criterion", R, "campaign", 303),
    Own("staff.interview_questions", R, "campaign"),
    Own("staff.begin_interview_questions", R, "campaign", 303),
    Own("staff.add_interview_question", R, "campaign", 422),
    Own("staff.blank_interview_sheet", R, "campaign"),
    Own("staff.edit_interview_question", R, "campaign", 422),
    Own("staff.move_interview_question", R, "campaign", 303),
    Own("staff.retire_interview_question", R, "campaign", 303),
    Own("staff.publish_campaign", R, "campaign", 422),
    Own("staff.hide_campaign", R, "campaign", 303),
    Own("staff.extend_campaign", R, "campaign", 422),
    Own("staff.close_campaign", R, "campaign", 422),
    Own("staff.archive_campaign", R, "campaign", 303),
    Own("staff.unarchive_campaign", R, "campaign", 303),
    Own("staff.forget_known", A, "personal", 303),
    Own("staff.reading", A, "reading"),
    Own("staff.score", A, "reading", 422),
    Own("staff.finish_reading", A, "reading", 422),
    Own("staff.know_person", A, "reading", 422),
    Own("staff.shows_who", A, "reading", 422),
    Own("staff.look", A, "reading", 404),  # this campaign takes no quick look first
    Own("staff.check", M, "application"),
    Own("staff.decide_check", M, "application", 422),
    Own("staff.document", M, "paper"),
    Own("staff.view_document", M, "paper"),
    Own("staff.document_page", M, "paper"),
    Own("staff.vetting_case", V, "application"),
    Own("staff.vetting_act", V, "application", 422),
    Own("staff.check_criteria", L, "application", 422),
    Own("staff.changes_of", L, "application", 422),
    Own("staff.change_seen", L, "application", 303),
    Own("staff.own_check", R, "application", 422),
    Own("staff.references_check", R, "application"),
    Own("staff.read_reference", R, "application"),
    Own("staff.accept_reference", R, "application", 303),
    Own("staff.resend_reference", R, "application", 303),
    Own("staff.replace_referee", R, "application", 303),
    Own("staff.identity_check", R, "application", 422),
    Own("staff.unsee_identity", R, "application", 303),
    Own("staff.occupation_check", R, "application"),
    Own("staff.decide_by_hand", R, "application", 422),
    *(
        Own(endpoint, role, "application", post)
        for role in (R, M)
        for endpoint, post in (
            ("staff.fitness_check", None),
            ("staff.record_attempt", 422),
            ("staff.remove_attempt", 303),
        )
    ),
    Own("staff.cohort_dates", R, "dates"),
    Own("staff.cohort_dates", T, "class"),
    *(
        Own(endpoint, role, thing)
        for role, thing in ((R, "dates"), (T, "class"))
        for endpoint in ("staff.cohort", "staff.cohort_feedback")
    ),
    Own("staff.trainee", R, "paper"),
    *(
        Own(endpoint, T, "pupil", post)
        for endpoint, post in (
            ("staff.trainee", None),
            ("staff.book_catch_up", 409),  # no session: there is no place
            ("staff.set_time_alone", 422),
            ("staff.set_written_work", 422),
            ("staff.record_assessment", 422),
            ("staff.take_back_assessment", 303),
            ("staff.see_to_catch_up", 409),  # nothing is handed in
            ("staff.hand_work_back", 422),
            ("staff.show_emergency_contact", 303),
        )
    ),
    *(
        Own(endpoint, T, "class", post)
        for endpoint, post in (
            ("staff.register", None),
            ("staff.register_state", None),
            ("staff.register_marks", 422),
            ("staff.mark_on_register", 404),  # nobody is named
            ("staff.everyone_else_present", 422),
            ("staff.undo_on_register", 409),
            ("staff.settle_on_register", 404),  # neither is chosen
            ("staff.register_notes", 422),
            ("staff.deal_with_walk_in", 303),
            ("staff.take_back_note", 303),
            ("staff.register_trainers", 422),
            ("staff.remove_substitute", 303),
            ("staff.register_sheet", None),
            ("staff.register_entry", 303),
            ("staff.register_code", None),
            ("staff.register_scan", 422),
        )
    ),
    Own("staff.register_trainee", T, "pupil", 404),  # no press
    Own("staff.note_on_register", T, "pupil", 422),
    Own("staff.walk_ins", R, "cohort"),
    Own("staff.see_to_walk_in", R, "cohort", 303),
    Own("staff.cohort_message", T, "class", 422),
    Own("staff.take_back_cohort_message", T, "class", 404),  # it is no message of theirs
    Own("staff.print_trainers_day", T, "class"),
    Own("staff.publish_cohort", R, "cohort", 303),
    Own("staff.edit_cohort", R, "cohort", 422),
    Own("staff.cancel_cohort", R, "cohort", 422),
    Own("staff.edit_day", R, "cohort", 422),
    Own("staff.cancel_training_day", R, "cohort", 422),
    Own("staff.add_training_day", R, "cohort", 422),
    Own("staff.course", R, "site"),
    Own("staff.begin_course_version", R, "site", 303),
    Own("staff.archive_course", R, "site", 303),
    Own("staff.draft_course", R, "site", 422),
    Own("staff.publish_course", R, "site", 303),
    Own("staff.discard_draft", R, "site", 303),
    Own("staff.draft_day", R, "site", 422),
    Own("staff.remove_draft_day", R, "site", 409),  # no version is an old one
    Own("staff.move_draft_day", R, "site", 303),
    Own("staff.cohort_places", R, "cohort"),
    Own("staff.enrol_people", R, "cohort", 422),
    Own("staff.start_training", R, "cohort", 422),
    Own("staff.wait_for_place", R, "cohort", 404),  # nobody is named
    Own("staff.transfer_trainee", R, "application", 422),
    Own("staff.remove_trainee", R, "application", 422),
    Own("staff.confirm_place", R, "application", 303),
    Own("staff.cohort_completion", R, "cohort"),
    Own("staff.issue_certificates", R, "cohort", 422),
    Own("staff.certificate_file", R, "application"),
    Own("staff.training_statement", R, "application"),
    Own("staff.withdraw_training_certificate", R, "application", 422),
    Own("staff.appointment", R, "application"),
    Own("staff.appointment_step", R, "application", 422),
    Own("staff.take_back_step", R, "application", 303),
    Own("staff.appoint_volunteer", R, "application", 303),
    Own("staff.grant_power", R, "application", 422),
    Own("staff.withdraw_power", R, "application", 422),
    *(
        Own(endpoint, role, "application")
        for role in (R, L)
        for endpoint in ("staff.volunteer", "staff.volunteer_certificate", "staff.volunteer_pack")
    ),
    Own("staff.member", ADMIN, "site"),
    Own("staff.disable", ADMIN, "site", 422),
    Own("staff.enable", ADMIN, "site", 422),
    Own("staff.send_link", ADMIN, "site", 303),
    Own("staff.reset", ADMIN, "site", 422),
    Own("staff.give_role", ADMIN, "site", 422),
    Own("staff.end_role", ADMIN, "site", 303),
    Own("staff.leave", ADMIN, "site", 422),
    Own("staff.deputies", ADMIN, "site", 422),
    Own("staff.end_deputy", ADMIN, "site", 303),
    Own("staff.remove_group", ADMIN, "site", 303),
)

# What each way of being somebody else gets; a thing that is not named works as it does for its own people.
EVERYTHING = {
    "account", "personal", "application", "entry", "readers", "read", "board", "line", "wording", "campaign", "course",
    "reading", "sheet", "site", "day", "seat", "venue", "paper", "cohort",
    "dates", "class", "pupil",
}  # fmt: skip
GETS: dict[str, dict[str, int]] = {
    "own": {},
    # The same role for another division, or another assessor: what is not theirs is not there.
    "other": dict.fromkeys(EVERYTHING - {"wording", "site"}, 404) | {"venue": 403},  # places are seen by all
    # A role that does not hold today is none.
    "removed": dict.fromkeys(EVERYTHING, 403),
    "expired": dict.fromkeys(EVERYTHING, 403),
    "early": dict.fromkeys(EVERYTHING, 403),
    "disabled": dict.fromkeys(EVERYTHING, 303),  # to the sign-in
    # A deputy holds the role, not what is somebody's own; a draft being entered is whose it is who enters it.
    "deputy": dict.fromkeys(("account", "personal", "entry", "reading", "sheet", "class"), 404),
    "deputy_after": dict.fromkeys(EVERYTHING, 403)
    | {"account": 404, "paper": 404, "dates": 404, "class": 404},  # theirs is their own: they are a trainer
    # Kept from: the application is not there, wherever it stands; the campaign around it is.
    "conflict": dict.fromkeys(("application", "entry", "read", "line", "reading", "seat", "sheet", "paper"), 404),
    "applicant": dict.fromkeys(("application", "line", "seat", "sheet", "paper"), 404),  # the one that is theirs
    "joined": dict.fromkeys(("application", "line", "seat", "sheet", "paper"), 404),
    # Who still reads for a campaign opens nothing of its applicants; who reads for it tells them nothing.
    "blind": dict.fromkeys(("application", "entry", "read", "course", "seat", "sheet", "paper"), 404)
    | {"board": 403, "line": 403},
}
for _way in ("deputy", "deputy_after", "conflict", "applicant", "joined", "blind"):
    GETS[_way]["pupil"] = 404  # somebody of one's own cohort, and an application
