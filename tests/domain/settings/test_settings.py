"""A setting is what started last; nothing changes before its day."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from portal.domain.audit.actions import SYSTEM
from portal.domain.settings.actions import change_setting
from portal.domain.settings.catalogue import SHIPPED
from portal.domain.settings.queries import setting_value, setting_values
from tests.support.stage import statements


def test_a_setting_changes_on_its_day_and_keeps_its_past(session: Session) -> None:
    change_setting(session, SYSTEM, "closing_soon_days", 10, starts_on=date(2018, 3, 1))
    change_setting(session, SYSTEM, "closing_soon_days", 3, starts_on=date(2018, 2, 1))
    days = (date(2018, 1, 31), date(2018, 2, 1), date(2018, 2, 28), date(2018, 3, 1))
    assert [setting_value(session, "closing_soon_days", day) for day in days] == [7, 3, 3, 10]
    change_setting(session, SYSTEM, "closing_soon_days", 4, starts_on=date(2018, 2, 1))
    assert setting_value(session, "closing_soon_days", days[1]) == 4


def test_several_settings_are_one_statement(session: Session) -> None:
    with statements() as sent:
        values = setting_values(session, SHIPPED, date(2018, 1, 1))
    assert values == {key: row.value for key, row in SHIPPED.items()}
    assert len([statement for statement in sent if statement.startswith("SELECT")]) == 1


def test_an_unknown_setting_is_a_mistake(session: Session) -> None:
    with pytest.raises(KeyError):
        setting_value(session, "no_such_thing", date(2018, 1, 1))
    with pytest.raises(KeyError):
        change_setting(session, SYSTEM, "no_such_thing", 1, starts_on=date(2018, 1, 1))


def test_each_default_says_where_it_comes_from() -> None:
    marks = {"assumption", "000", "001", "002", "003", "004"}
    assert all(row.source in marks and row.meaning for row in SHIPPED.values())
