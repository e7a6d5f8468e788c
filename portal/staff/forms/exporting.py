"""What somebody takes along: columns and the kind of file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput
from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.domain.casework.columns import LABELS, Column
from portal.domain.casework.exporting import Format

NAME = "name"


class ExportForm(FlaskForm):  # type: ignore[misc]
    """The columns the list shows are those that can be taken; all of them, until somebody says otherwise."""

    column = SelectMultipleField(
        "Columns", widget=GovCheckboxesInput(), validators=[InputRequired("Choose at least one column")]
    )
    format = RadioField(
        "Kind of file",
        choices=[
            SelectChoice(Format.XLSX.value, "Spreadsheet (XLSX)"),
            SelectChoice(Format.CSV.value, "Text with commas (CSV)"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose a kind of file")],
    )

    def __init__(self, columns: Sequence[Column], **given: Any) -> None:
        words = {NAME: "Given and family name"} | {column.value: LABELS[column] for column in columns}
        super().__init__(data={"column": list(words), "format": Format.XLSX.value}, **given)
        self.column.choices = [SelectChoice(key, label) for key, label in words.items()]
