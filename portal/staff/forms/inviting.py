"""What staff do with somebody's invitation."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField
from wtforms.validators import Optional

from portal.staff.forms.casework import VersionField
from portal.web.fields import DayField
from portal.web.guards import LARGEST


def number_of(typed: Any) -> int:
    """A row's number as a page sent it; 0, which is nobody's, for anything else."""
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= LARGEST else 0


class InvitationForm(FlaskForm):  # type: ignore[misc]
    """`act` is the button that was pressed; each needs its own part of the rest."""

    act = HiddenField()
    seen = VersionField()
    wish = HiddenField()
    slot = RadioField("Time", coerce=number_of, choices=[], validate_choice=False, validators=[Optional()])
    answer_by = DayField("New day to answer by", validators=[Optional()])
