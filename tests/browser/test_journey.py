"""From a stranger's first look to a reviewer's desk, in every kind of browser people have."""

from __future__ import annotations

import pytest

from portal.domain.accounts.models import Role
from tests.browser import steps
from tests.browser.conftest import Visit
from tests.browser.steps import Person
from tests.support.browser import DESKTOP, NARROW, PHONE, PLAIN, Device, Portal

pytestmark = pytest.mark.browser
PEOPLE = {
    DESKTOP: Person("Amara", "Okonkwo", "amara@example.org"),
    PHONE: Person("Beatrix", "Lowe", "beatrix@example.org"),
    PLAIN: Person("Callum", "Reyes", "callum@example.org"),
    NARROW: Person("Devi", "Marsh", "devi@example.org"),
}


@pytest.mark.parametrize("device", PEOPLE, ids=str)
def test_from_stranger_to_reviewer(visit: Visit, portal: Portal, device: Device) -> None:
    person = PEOPLE[device]
    reference, certificate = steps.apply(visit(device), person)

    recruiter = visit(device)
    steps.sign_in_staff(recruiter, portal.officer(Role.RECRUITER))
    steps.filter_list(recruiter, person)
    steps.open_application(recruiter, person, reference)
    steps.cannot_open(recruiter, certificate)

    reviewer = visit(device)
    steps.sign_in_staff(reviewer, portal.officer(Role.MEDICAL))
    assert steps.read_document(reviewer, person, certificate).startswith(b"%PDF")
