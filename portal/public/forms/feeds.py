"""Having the address of one's calendar made, or ended."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SubmitField


class CalendarForm(FlaskForm):  # type: ignore[misc]
    make = SubmitField()
    stop = SubmitField()
