"""Who reaches a cohort's grid, its trainees, the ledger, a trainer's day; and a trainee their own ways to catch up."""

from __future__ import annotations

from tests.guards.actors import OWNER, RECRUITER, TOKEN_MISSING, TRAINER, Row

COHORT, TODAY = "/staff/cohorts/{cohort}", "/staff/cohorts/today"
ONE, OWN = f"{COHORT}/trainees/{{trainee}}", "/applications/{placed}/training"
BOTH = (*RECRUITER, *TRAINER)
GRID = (
    Row("staff.cohort", COHORT, BOTH),
    Row("staff.cohort_feedback", f"{COHORT}/feedback", BOTH),
    Row("staff.catch_ups", "/staff/cohorts/catch-ups", BOTH),
    Row("staff.trainee", ONE, BOTH),
    Row("staff.book_catch_up", f"{ONE}/book", TRAINER, None, TOKEN_MISSING),
    Row("staff.set_time_alone", f"{ONE}/alone", TRAINER, None, TOKEN_MISSING),
    Row("staff.set_written_work", f"{ONE}/written", TRAINER, None, TOKEN_MISSING),
    Row("staff.record_assessment", f"{ONE}/assessments", TRAINER, None, TOKEN_MISSING),
    Row(
        "staff.take_back_assessment", f"{ONE}/assessments/{{assessment}}/take-back", TRAINER, None, TOKEN_MISSING
    ),
    Row("staff.see_to_catch_up", f"{ONE}/catch-ups/{{catch_up}}/sign-off", TRAINER, None, TOKEN_MISSING),
    Row("staff.hand_work_back", f"{ONE}/catch-ups/{{catch_up}}/hand-back", TRAINER, None, TOKEN_MISSING),
    Row("staff.cohort_message", f"{COHORT}/message", TRAINER, 200, TOKEN_MISSING),
    Row("staff.take_back_cohort_message", f"{COHORT}/message/{{message}}/take-back", TRAINER, None, TOKEN_MISSING),
    Row("staff.trainers_day", TODAY, TRAINER),
    Row("staff.print_trainers_day", f"{TODAY}/{{session}}/print", TRAINER),
    Row(
        "staff.show_emergency_contact", f"{TODAY}/{{session}}/contact/{{trainee}}", TRAINER, None, TOKEN_MISSING
    ),
    Row("public.catch_up", f"{OWN}/catch-up", OWNER),
    Row("public.book_catch_up", f"{OWN}/catch-up/book", OWNER, None, TOKEN_MISSING),
    Row("public.choose_written_work", f"{OWN}/catch-up/written", OWNER, None, TOKEN_MISSING),
    Row("public.ask_for_time_alone", f"{OWN}/catch-up/alone", OWNER, 200, TOKEN_MISSING),
    Row("public.written_work", f"{OWN}/catch-up/{{catch_up}}/work", OWNER, 200, TOKEN_MISSING),
    Row("public.cancel_catch_up", f"{OWN}/catch-up/{{catch_up}}/cancel", OWNER, None, TOKEN_MISSING),
    Row("public.training_feedback", f"{OWN}/feedback/1", OWNER, 303, TOKEN_MISSING),
)  # fmt: skip
