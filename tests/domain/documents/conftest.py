"""A draft of the pilot, and the clock on a day it was open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Application
from tests.support.make_applications import a_draft
from tests.support.make_campaigns import the_pilot

OPEN = datetime(2018, 1, 15, 10)


@pytest.fixture
def in_january() -> Iterator[None]:
    with clock.at(OPEN):
        yield


@pytest.fixture
def draft(session: Session, app: Flask, in_january: None) -> Application:
    return a_draft(session, app, the_pilot(session))
