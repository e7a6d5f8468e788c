"""Who reaches offers, letters, pauses and placements."""

from __future__ import annotations

from tests.guards.actors import CASEWORKERS, OWNER, RECRUITER, TOKEN_MISSING, Row

OFFERS = (
    Row("public.offer", "/applications/{offered}/offer", OWNER, 200, TOKEN_MISSING),
    Row("public.decline_offer", "/applications/{offered}/offer/decline", OWNER, 200, TOKEN_MISSING),
    Row("public.later_course", "/applications/{offered}/offer/later", OWNER, 200, TOKEN_MISSING),
    Row("public.letter_to_print", "/applications/{offered}/letters/offer.pdf", OWNER),
    Row("public.pause", "/applications/{sent}/pause", OWNER, 200, TOKEN_MISSING),
    Row("public.resume", "/applications/{sent}/resume", OWNER, None, TOKEN_MISSING),
    Row("staff.offers", "/staff/offers", RECRUITER),
    Row("staff.offers_of", "/staff/offers/{course}", RECRUITER),
    Row("staff.stop_promotion", "/staff/offers/{course}/stop", RECRUITER, None, TOKEN_MISSING),
    Row("staff.restart_promotion", "/staff/offers/{course}/restart", RECRUITER, None, TOKEN_MISSING),
    Row("staff.make_offer", "/staff/applications/{offered}/offer", RECRUITER, 200, TOKEN_MISSING),
    Row("staff.keep_offer_open", "/staff/applications/{offered}/offer/keep-open", RECRUITER, None, TOKEN_MISSING),
    Row("staff.take_offer_back", "/staff/applications/{offered}/offer/take-back", RECRUITER, None, TOKEN_MISSING),
    Row("staff.let_offer_lapse", "/staff/applications/{offered}/offer/lapse", RECRUITER, None, TOKEN_MISSING),
    Row("staff.answer_for_them", "/staff/applications/{offered}/offer/answer", RECRUITER, None, TOKEN_MISSING),
    Row("staff.letter_to_print", "/staff/applications/{offered}/letters/offer.pdf", CASEWORKERS),
    Row("staff.placement", "/staff/applications/{placed}/placement", CASEWORKERS, 200, TOKEN_MISSING),
)
