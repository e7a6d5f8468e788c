"""Who reaches certificates, appointments, volunteers and the register of powers."""

from __future__ import annotations

from tests.guards.actors import ALL, CASEWORKERS, OWNER, RECRUITER, TOKEN_MISSING, Row

COMPLETION, APPOINTMENT = "/staff/cohorts/{finished}/completion", "/staff/applications/{ready}/appointment"
VOLUNTEER = "/staff/volunteers/{volunteer}"
VOLUNTEERS = (
    Row("public.certificates", "/certificates", ALL, 200, 422),
    Row("public.verify_certificate", "/certificates/{code}", ALL),
    Row("public.compare_certificate", "/certificates/{code}", ALL, None, 422),
    Row("public.agreement", "/applications/{ready}/agreement", OWNER, 200, TOKEN_MISSING),
    Row("public.own_certificate", "/applications/{served}/certificate.pdf", OWNER),
    Row("public.own_statement", "/applications/{served}/statement.pdf", OWNER),
    Row("public.own_pack", "/applications/{served}/pack.pdf", OWNER),
    Row("staff.cohort_completion", COMPLETION, RECRUITER),
    Row("staff.issue_certificates", COMPLETION, RECRUITER, None, TOKEN_MISSING),
    Row("staff.certificate_file", f"{COMPLETION}/{{certificate}}.pdf", RECRUITER),
    Row("staff.training_statement", f"{COMPLETION}/{{finisher}}/statement.pdf", RECRUITER),
    Row("staff.withdraw_training_certificate", f"{COMPLETION}/{{certificate}}/withdraw", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.appointment", APPOINTMENT, RECRUITER),
    Row("staff.appointment_step", f"{APPOINTMENT}/induction", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.take_back_step", f"{APPOINTMENT}/steps/{{step}}/take-back", RECRUITER, None, TOKEN_MISSING),
    Row("staff.appoint_volunteer", f"{APPOINTMENT}/confirm", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.ready_to_appoint", "/staff/volunteers/ready", RECRUITER),
    Row("staff.publish_agreement", "/staff/volunteers/agreement", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.volunteers", "/staff/volunteers", CASEWORKERS),
    Row("staff.volunteer", VOLUNTEER, CASEWORKERS),
    Row("staff.volunteer_certificate", f"{VOLUNTEER}/certificate.pdf", CASEWORKERS),
    Row("staff.volunteer_pack", f"{VOLUNTEER}/pack.pdf", CASEWORKERS),
    Row("staff.grant_power", f"{VOLUNTEER}/powers", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.withdraw_power", f"{VOLUNTEER}/powers/{{grant}}/withdraw", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.powers_register", "/staff/volunteers/powers", CASEWORKERS),
    Row("staff.powers_file", "/staff/volunteers/powers/file", RECRUITER, None, TOKEN_MISSING),
)
APPOINTING = (  # acts that ask for the second factor again
    "staff.withdraw_training_certificate", "staff.appoint_volunteer", "staff.publish_agreement", "staff.grant_power",
    "staff.withdraw_power", "staff.powers_file",
)  # fmt: skip
