"""Asking to be told of a scheme. A stranger's form: the origin check protects it, so it carries no token."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextInput
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from portal.domain.accounts.addresses import NotAnAddress, normal_email
from portal.domain.campaigns.models import Division

ANYWHERE = ""


class InterestForm(FlaskForm):  # type: ignore[misc]
    class Meta:
        csrf = False

    email = StringField(
        "Your e\u2011mail address",
        description="We use it for this and for nothing else.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter your e-mail address"), Length(max=254)],
    )
    district = SelectField(
        "Where do you live? (optional)",
        description="Then we write only about campaigns you could join.",
        widget=GovSelect(),
    )

    def __init__(self, divisions: Iterable[Division]) -> None:
        super().__init__()
        named = sorted((each.name, str(each.id)) for division in divisions for each in division.districts)
        self.district.choices = [
            SelectChoice(ANYWHERE, "Tell me about all of them"),
            *(SelectChoice(key, name) for name, key in named),
        ]

    def validate_email(self, field: Field) -> None:
        try:
            normal_email(field.data)
        except NotAnAddress as refusal:
            raise ValidationError(refusal.message) from None

    @property
    def district_id(self) -> int | None:
        return int(self.district.data) if self.district.data else None
