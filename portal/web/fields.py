"""Form fields that forgive what people and their browsers send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovDateInput
from wtforms import Field


class DayField(Field):  # type: ignore[misc]
    """A day in three boxes of one name. `data` is a date, or none when nothing was typed.

    Whatever is sent, exactly three values go back into the boxes. Months may be typed as words.
    """

    widget = GovDateInput()
    MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

    def __init__(self, label: str, *, impossible: str = "Enter a real date", **options: Any) -> None:
        super().__init__(label, **options)
        self.impossible = impossible

    def _value(self) -> str:
        return " ".join(self.raw_data or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = [str(value).strip() for value in valuelist][:3]
        self.raw_data = typed + [""] * (3 - len(typed))
        self.data = None
        if any(self.raw_data):
            try:
                day, month, year = self.raw_data
                self.data = date(int(year), self._month(month), int(day))
            except (ValueError, OverflowError):
                raise ValueError(self.impossible) from None

    def _month(self, typed: str) -> int:
        start = typed[:3].lower()
        return self.MONTHS.index(start) + 1 if start in self.MONTHS else int(typed)
