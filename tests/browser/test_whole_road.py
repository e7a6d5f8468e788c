"""The whole road with the clock moved: from a campaign that opens to a volunteer with powers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import checking_steps as checking
from tests.browser import choosing_steps as choosing
from tests.browser import serving_steps as serving
from tests.browser import training_steps as training
from tests.browser.conftest import Visit
from tests.browser.road import Road, set_out
from tests.browser.steps import Person
from tests.support.browser import Portal

pytestmark = pytest.mark.browser
AMARA = Person("Amara", "Okonkwo", "amara@example.org")
Step = Callable[[Road], None]

# When it is, in London, and what is done then.
ROAD: tuple[tuple[tuple[int, ...], tuple[Step, ...]], ...] = (
    ((2018, 1, 15, 10), (choosing.open_campaign,)),
    ((2018, 1, 24, 19), (choosing.apply,)),
    ((2018, 2, 5, 9), (choosing.read_blind, choosing.shortlist)),
    ((2018, 2, 6, 9), (choosing.plan_interviews, choosing.book_interview)),
    ((2018, 2, 10, 13), (choosing.attend, checking.prove_identity, choosing.score_interview)),
    ((2018, 2, 12, 9), (checking.clear_occupation, choosing.offer_place)),
    ((2018, 2, 12, 18), (choosing.accept, checking.name_referees, checking.declare)),
    ((2018, 2, 20, 10), (checking.speak_for_them, checking.accept_references, checking.record_fitness)),
    ((2018, 2, 21, 10), (checking.judge_certificate, checking.vet)),
    ((2018, 3, 1, 10), (training.plan_cohort, training.say_which_days, training.enrol, training.give_contact)),
    ((2018, 4, 30, 10), (training.begin_training,)),
    *((day, training.teaches(number)) for number, day in enumerate(training.MORNINGS, 1)),
    ((2018, 7, 1, 17, 30), (training.sign_off,)),
    ((2018, 7, 2, 10), (training.issue_certificate, serving.accept_agreement, serving.complete_checklist)),
    ((2018, 7, 3, 10), (serving.appoint, serving.give_powers)),
    ((2018, 7, 4, 10), (serving.verifier_sees, serving.staff_see, serving.nothing_twice)),
)


def begin(visit: Visit, portal: Portal) -> Road:
    return set_out(visit, portal, AMARA)


def test_the_whole_road(visit: Visit, portal: Portal) -> None:
    road = begin(visit, portal)
    for moment, steps in ROAD:
        road.now(*moment)
        for step in steps:
            step(road)
