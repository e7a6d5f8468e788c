"""The settings an installation ships with: what each means, its value, and where the value comes from.

`source` is a mark of a public source (000: the January 2018 notice; 004: the August 2024 procedure) or
"assumption": a sensible default of ours, to be confirmed by the force. An administrator's dated row
in the settings table takes the place of any of them from its day on.
"""

from __future__ import annotations

from dataclasses import dataclass

ASSUMPTION = "assumption"


@dataclass(frozen=True)
class Shipped:
    """One setting's default. `unit` is what its number counts."""

    key: str
    value: int
    unit: str
    meaning: str
    source: str = ASSUMPTION


SHIPPED = {
    row.key: row
    for row in (
        Shipped("closing_soon_days", 7, "days", "A campaign says it closes soon when no more days than this are left."),
        Shipped("medical_notice_days", 28, "days", "The least time given to bring a medical certificate."),
        Shipped("medical_fee_paid", 1, "1 yes, 0 no", "Whether the force pays the doctor's fee for the certificate."),
        Shipped("interview_minutes", 45, "minutes", "How long an interview takes."),
        Shipped("interview_answer_days", 7, "days", "How long somebody invited has to choose a time."),
        Shipped("interview_cut_off_hours", 24, "hours", "Up to when a time is taken, moved or given up freely."),
        Shipped("interview_moves", 2, "times", "How often somebody may move their time without being asked why."),
        Shipped("interview_second_chances", 1, "times", "How often somebody who did not come is invited again."),
        Shipped("interview_second_chance_hours", 18, "hours", "After a missed time, before they are invited again."),
        Shipped("interview_reminder_first_days", 7, "days", "The first reminder of a booked time: so long before."),
        Shipped("interview_reminder_second_days", 2, "days", "The second reminder of a booked time."),
        Shipped("interview_reminder_morning_hour", 7, "o'clock", "When the reminder on the morning itself leaves."),
        Shipped("interview_tell_late_minutes", 10, "minutes", "So late, a panel usually tells those still to come."),
        Shipped("interview_answer_first_days", 3, "days", "The first reminder to choose a time: so long before."),
        Shipped("interview_answer_last_days", 1, "days", "The last reminder to choose a time."),
        Shipped("application_minutes", 15, "minutes", "How long the form takes on a phone."),
        Shipped("check_minutes", 2, "minutes", "How long the eligibility check takes."),
        Shipped("weekends_may_miss", 1, "weekends", "Training weekends somebody may miss and make up later."),
        Shipped("references_wanted", 2, "people", "Referees asked for after the interview."),
        Shipped("strands_at_most", 3, "strands", "Strands an applicant may choose."),
        Shipped("assessors", 2, "people", "People who read an application without seeing whose it is."),
        Shipped("reading_days", 7, "days", "How long somebody has to score the applications they were given."),
        Shipped("feedback_criteria", 2, "criteria", "Criteria that somebody turned down gets feedback on."),
        Shipped("reserves_suggested", 10, "people", "The length of a reserve list before anybody sets it."),
        Shipped("near_line_points", 3, "points", "Differing scores so near the line are pointed out."),
        Shipped("agreement_least", 10, "applications", "Read twice, before agreement is spoken of."),
        Shipped("past_campaigns_shown", 12, "campaigns", "Closed campaigns listed on the public page."),
        Shipped("short_open_days", 14, "days", "A campaign open for less gets a warning while its dates are set."),
        Shipped("short_reading_days", 5, "days", "The same for the days from closing to the promised answer."),
        Shipped("short_interview_days", 7, "days", "The same for the days of interviews."),
        Shipped("deputy_days_at_most", 90, "days", "How long somebody may stand in for a colleague at a time."),
        Shipped("message_characters", 4_000, "characters", "The longest message to or from an applicant."),
        Shipped("message_hold_days", 60, "days", "How long at most a message is held before it leaves."),
        Shipped("bulk_hold_minutes", 60, "minutes", "How long a message to many is held unless sent otherwise."),
        Shipped("same_message_days", 14, "days", "The same words are not written to the same person again within."),
        Shipped("applicant_messages_a_day", 10, "messages", "Messages one applicant may write to us in a day."),
        Shipped("promise_days_at_most", 28, "days", "How far off staff may promise an applicant to write next."),
        Shipped("reminder_first_hours", 168, "hours", "The first reminder of a draft: so long before closing."),
        Shipped("reminder_second_hours", 48, "hours", "The second reminder of a draft."),
        Shipped("reminder_last_hours", 6, "hours", "The last reminder of a draft."),
        Shipped("reminder_first_quiet_hours", 24, "hours", "No first reminder so soon after a change or another mail."),
        Shipped("reminder_second_quiet_hours", 12, "hours", "No second reminder so soon after either."),
        Shipped("reminder_last_quiet_hours", 2, "hours", "No last reminder so soon after either."),
        Shipped("lapsed_mail_hours", 10, "hours", "After closing, before those with an unsent draft are written to."),
        Shipped("lapsed_mail_days", 14, "days", "After closing, when it is too late to write to them."),
        Shipped("interest_confirm_days", 30, "days", "How long a request to be told waits to be confirmed."),
        Shipped("interest_days", 730, "days", "How long a confirmed request to be told is kept."),
        Shipped("duplicate_likeness", 65, "out of 100", "From how alike two people are shown as perhaps the same."),
        Shipped("oldest_age", 110, "years", "A date of birth further back than this is taken for a slip."),
        Shipped("check_notice_days", 14, "days", "The least time given for what a check needs, medical ones aside."),
        Shipped("check_reminder_days", 7, "days", "The first reminder of a check: so long before its day."),
        Shipped("check_last_reminder_days", 2, "days", "The last reminder of a check."),
        Shipped("medical_kept_days", 90, "days", "A medical document is destroyed so long after its outcome."),
        Shipped("medical_valid_days", 365, "days", "How long a medical outcome holds."),
        Shipped("fitness_valid_days", 365, "days", "How long a fitness test that was passed holds, from its day."),
        Shipped("fitness_cooling_days", 28, "days", "Between two attempts at a fitness test."),
        Shipped("fitness_attempts", 3, "attempts", "At a fitness test, for one application."),
        Shipped("reference_days", 14, "days", "How long a referee has to answer."),
        Shipped("reference_reminder_days", 7, "days", "The first reminder of a referee: so long before their day."),
        Shipped("reference_last_reminder_days", 2, "days", "The last reminder of a referee."),
        Shipped("reference_years", 2, "years", "A referee has known the applicant at least so long."),
        Shipped("identity_documents", 2, "documents", "Kinds of document somebody shows to prove who they are."),
        Shipped("offer_answer_days", 10, "days", "How long somebody has to answer an offer."),
        Shipped("offer_promoted_days", 5, "days", "The same for a place that came free for the reserve list."),
        Shipped("offer_reminder_first_days", 4, "days", "The first reminder of an offer: so long before its day."),
        Shipped("offer_reminder_last_days", 1, "days", "The last reminder of an offer."),
        Shipped("offer_reminder_quiet_hours", 24, "hours", "No reminder so soon after an offer was made."),
        Shipped("training_confirm_days", 4, "days", "To confirm a training place that came free."),
        Shipped("training_contact_days", 30, "days", "After the last training day, an emergency contact is deleted."),
        Shipped("training_confirm_reminder_days", 1, "days", "The reminder to confirm it: so long before."),
        Shipped("pause_days_at_most", 90, "days", "How long an applicant may ask us to wait at a time."),
        Shipped("declaration_days", 14, "days", "How long somebody has to send their declarations for vetting."),
        Shipped("vetting_query_days", 10, "days", "How long somebody has to answer a question from vetting."),
        Shipped("vetting_appeal_days", 28, "days", "How long somebody may appeal against a vetting refusal."),
        Shipped("vetting_valid_days", 1_096, "days", "How long a passed vetting holds unless vetting says otherwise."),
        Shipped("usual_days_medical", 28, "days", "How long a medical certificate usually takes, once asked for."),
        Shipped("usual_days_fitness", 21, "days", "The same for a fitness test."),
        Shipped("usual_days_vetting", 42, "days", "The same for vetting, from when it has the declarations."),
        Shipped("usual_days_references", 14, "days", "The same for references."),
        Shipped("usual_days_identity", 7, "days", "The same for showing who one is."),
        Shipped("usual_days_occupation", 7, "days", "The same for the decision on an occupation."),
        Shipped("training_day_minutes", 30, "minutes", "Late and left together: more, and the day is missed."),
        Shipped("training_module_percent", 25, "out of 100", "More of a module missed than this, and it is missed."),
        Shipped("register_device_hours", 72, "hours", "How long a trainer's phone keeps marks it could not send."),
        Shipped("catch_up_days", 28, "days", "After a course's last day, how long what was missed can be made good."),
        Shipped("catch_up_written_days", 14, "days", "How long somebody has for written work in place of a module."),
        Shipped("training_feedback_least", 5, "answers", "What people thought of a weekend is shown from so many on."),
        Shipped("barred_list_days", 180, "days", "How long a check of the barred lists holds before an appointment."),
        Shipped("power_ending_days", 60, "days", "A power ends soon when no more days than this are left of it."),
        Shipped("card_report_hours", 24, "hours", "How soon a volunteer tells of a lost card, as their pack says."),
        Shipped("hours_a_month_most", 60, "hours", "More volunteering in a month than this is too much."),
        Shipped("usual_days_guardian", 14, "days", "The same for a guardian's consent."),
    )
}


def shipped(key: str) -> int:
    """The value a setting ships with; raises KeyError for no such setting."""
    return SHIPPED[key].value
