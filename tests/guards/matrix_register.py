"""Who reaches a register: the trainers of its day alone; and a trainee their own way in."""

from __future__ import annotations

from tests.guards.actors import ALL, APPLICANTS, OWNER, RECRUITER, TOKEN_MISSING, TRAINER, Row

DAY, WALK_INS = "/staff/cohorts/{cohort}/register/{session}", "/staff/cohorts/{cohort}/walk-ins"
REGISTER = (
    Row("staff.register", "/staff/cohorts/{cohort}/register", TRAINER),
    Row("staff.register_state", f"{DAY}/state", TRAINER),
    Row("staff.register_marks", f"{DAY}/marks", TRAINER, None, TOKEN_MISSING),
    Row("staff.mark_on_register", f"{DAY}/mark", TRAINER, None, TOKEN_MISSING),
    Row("staff.everyone_else_present", f"{DAY}/everyone-else", TRAINER, None, TOKEN_MISSING),
    Row("staff.undo_on_register", f"{DAY}/undo", TRAINER, None, TOKEN_MISSING),
    Row("staff.settle_on_register", f"{DAY}/settle/{{differing}}", TRAINER, None, TOKEN_MISSING),
    Row("staff.register_trainee", f"{DAY}/trainees/{{trainee}}", TRAINER, 200, TOKEN_MISSING),
    Row("staff.note_on_register", f"{DAY}/trainees/{{trainee}}/note", TRAINER, None, TOKEN_MISSING),
    Row("staff.register_notes", f"{DAY}/notes", TRAINER, 200, TOKEN_MISSING),
    Row("staff.deal_with_walk_in", f"{DAY}/notes/{{walk_in}}/dealt-with", TRAINER, None, TOKEN_MISSING),
    Row("staff.take_back_note", f"{DAY}/notes/{{walk_in}}/take-back", TRAINER, None, TOKEN_MISSING),
    Row("staff.register_trainers", f"{DAY}/trainers", TRAINER, 200, TOKEN_MISSING),
    Row("staff.remove_substitute", f"{DAY}/trainers/{{member}}/remove", TRAINER, None, TOKEN_MISSING),
    Row("staff.register_sheet", f"{DAY}/sheet", TRAINER),
    Row("staff.register_entry", f"{DAY}/entry", TRAINER, 200, TOKEN_MISSING),
    Row("staff.register_code", f"{DAY}/code", TRAINER),
    Row("staff.next_code", f"{DAY}/code/next", ALL, 404),  # for the page that a trainer left open, and its script alone
    Row("staff.register_scan", f"{DAY}/scan", TRAINER, 200, TOKEN_MISSING),
    Row("staff.walk_ins", WALK_INS, RECRUITER),
    Row("staff.see_to_walk_in", f"{WALK_INS}/{{walk_in}}/dealt-with", RECRUITER, None, TOKEN_MISSING),
    Row("public.check_in_by_code", "/check-in", APPLICANTS, 200, TOKEN_MISSING),
    Row("public.check_in", "/check-in/no-such-code", APPLICANTS, 410, TOKEN_MISSING),
    Row("public.own_check_in_code", "/applications/{placed}/training/code", OWNER),
)
