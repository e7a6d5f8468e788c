"""Beginning an application for somebody who rang or wrote."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextInput
from wtforms import Field, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from portal.domain.accounts.addresses import NotAnAddress, normal_email
from portal.domain.applications.models import Channel
from portal.domain.campaigns.models import Campaign


class EntryForm(FlaskForm):  # type: ignore[misc]
    email = StringField(
        "Their e-mail address",
        description="We send the receipt there, and they can follow the application with it.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter their e-mail address"), Length(max=254)],
    )
    campaign = RadioField(
        "Which campaign?", widget=GovRadioInput(), validators=[InputRequired("Choose the campaign they apply to")]
    )
    channel = RadioField(
        "How did it come?",
        choices=[
            SelectChoice(Channel.TELEPHONE.value, "By telephone"),
            SelectChoice(Channel.PAPER.value, "On paper"),
        ],
        widget=GovRadioInput(),
        validators=[InputRequired("Say how it came to us")],
    )

    def offer(self, campaigns: Sequence[Campaign]) -> None:
        """The campaigns that take applications now."""
        self.campaign.choices = [SelectChoice(campaign.slug, campaign.name) for campaign in campaigns]

    def validate_email(self, field: Field) -> None:
        try:
            self.normal = normal_email(field.data)
        except NotAnAddress as refusal:
            raise ValidationError(refusal.message) from None
