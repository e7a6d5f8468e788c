"""Who reaches places in a cohort, and the trainee's own pages."""

from __future__ import annotations

from tests.guards.actors import OWNER, RECRUITER, TOKEN_MISSING, Row

OWN, PLACES_OF = "/applications/{placed}/training", "/staff/cohorts/{cohort}/places"
PLACES = (
    Row("public.training", OWN, OWNER),
    Row("public.take_training_place", f"{OWN}/confirm", OWNER, None, TOKEN_MISSING),
    Row("public.give_up_training_place", f"{OWN}/give-up", OWNER, 200, TOKEN_MISSING),
    Row("public.training_dates", f"{OWN}/dates.ics", OWNER),
    Row("public.cannot_come", f"{OWN}/days/{{session}}/away", OWNER, 200, TOKEN_MISSING),
    Row("public.can_come", f"{OWN}/days/{{session}}/back", OWNER, None, TOKEN_MISSING),
    Row("public.emergency_contact", f"{OWN}/contact", OWNER, 200, TOKEN_MISSING),
    Row("public.help_in_class", f"{OWN}/help", OWNER, 200, TOKEN_MISSING),
    Row("public.training_days", "/applications/{accepted}/training/courses/{to_come}", OWNER, 200, TOKEN_MISSING),
    Row(
        "public.wait_for_training", "/applications/{accepted}/training/courses/{to_come}/wait", OWNER, None,
        TOKEN_MISSING,
    ),
    Row("staff.cohort_places", PLACES_OF, RECRUITER),
    Row("staff.enrol_people", f"{PLACES_OF}/enrol", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.start_training", f"{PLACES_OF}/start", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.transfer_trainee", f"{PLACES_OF}/{{trainee}}/transfer", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.remove_trainee", f"{PLACES_OF}/{{trainee}}/remove", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.confirm_place", f"{PLACES_OF}/{{trainee}}/confirm", RECRUITER, None, TOKEN_MISSING),
    Row("staff.wait_for_place", f"{PLACES_OF}/waiting", RECRUITER, None, TOKEN_MISSING),
)  # fmt: skip
