"""Who reaches courses and cohorts: recruiters plan, trainers look."""

from __future__ import annotations

from tests.guards.actors import RECRUITER, TOKEN_MISSING, Row

TEACHERS = ("recruiter", "trainer")
COHORT, COURSE, DRAFT = "/staff/cohorts/{cohort}", "/staff/courses/{taught}", "/staff/courses/{drafted}"
TRAINING = (
    Row("staff.cohorts", "/staff/cohorts", TEACHERS),
    Row("staff.new_cohort", "/staff/cohorts/new", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.cohort_dates", f"{COHORT}/dates", TEACHERS),
    Row("staff.publish_cohort", f"{COHORT}/publish", RECRUITER, None, TOKEN_MISSING),
    Row("staff.edit_cohort", f"{COHORT}/edit", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.cancel_cohort", f"{COHORT}/cancel", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.edit_day", f"{COHORT}/dates/{{session}}", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.cancel_training_day", f"{COHORT}/dates/{{session}}/cancel", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.add_training_day", f"{COHORT}/dates/add", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.courses", "/staff/courses", RECRUITER),
    Row("staff.new_course", "/staff/courses/new", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.course", COURSE, RECRUITER),
    Row("staff.begin_course_version", f"{COURSE}/begin", RECRUITER, None, TOKEN_MISSING),
    Row("staff.archive_course", f"{COURSE}/archive", RECRUITER, None, TOKEN_MISSING),
    Row("staff.draft_course", f"{DRAFT}/draft", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.publish_course", f"{DRAFT}/publish", RECRUITER, None, TOKEN_MISSING),
    Row("staff.discard_draft", f"{DRAFT}/discard", RECRUITER, None, TOKEN_MISSING),
    Row("staff.draft_day", f"{DRAFT}/draft/days/1", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.remove_draft_day", f"{DRAFT}/draft/days/1/remove", RECRUITER, None, TOKEN_MISSING),
    Row("staff.move_draft_day", f"{DRAFT}/draft/days/1/move", RECRUITER, None, TOKEN_MISSING),
)
