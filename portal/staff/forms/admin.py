"""What an administrator says about a staff account."""

from __future__ import annotations

from collections.abc import Sequence

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextInput
from wtforms import Field, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from portal.domain.accounts.addresses import NotAnAddress, normal_email
from portal.domain.accounts.models import Role
from portal.domain.accounts.staff_accounts import NewRole, Reset
from portal.domain.campaigns.models import Division
from portal.staff.sign_in import ROLES
from portal.web.fields import DayField

WHOLE_FORCE = ""


def places(divisions: Sequence[Division]) -> list[SelectChoice]:
    """Where a role may be held."""
    named = (SelectChoice(str(division.id), division.name) for division in divisions)
    return [SelectChoice(WHOLE_FORCE, "The whole force"), *named]


class RoleForm(FlaskForm):  # type: ignore[misc]
    role = SelectField(
        "Role", widget=GovSelect(), choices=[SelectChoice(role.value, name) for role, (name, _) in ROLES.items()]
    )
    division = SelectField("Where", widget=GovSelect())
    starts_on = DayField("First day", description="Leave empty for today.", validators=[Optional()])
    ends_on = DayField("Last day", description="Leave empty until further notice.", validators=[Optional()])

    def offer(self, divisions: Sequence[Division]) -> None:
        self.division.choices = places(divisions)

    @property
    def chosen(self) -> NewRole:
        where = self.division.data
        return NewRole(Role(self.role.data), int(where) if where else None, self.starts_on.data, self.ends_on.data)


class GroupForm(FlaskForm):  # type: ignore[misc]
    group = StringField(
        "Group",
        description="As the sign-on service names it.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter a group"), Length(max=200)],
    )
    role = SelectField(
        "Role", widget=GovSelect(), choices=[SelectChoice(role.value, name) for role, (name, _) in ROLES.items()]
    )
    division = SelectField("Where", widget=GovSelect())

    def offer(self, divisions: Sequence[Division]) -> None:
        self.division.choices = places(divisions)


class AddForm(RoleForm):
    name = StringField("Full name", widget=GovTextInput(), validators=[InputRequired("Enter a name"), Length(max=100)])
    email = StringField(
        "Work e-mail", widget=GovTextInput(), validators=[InputRequired("Enter an e-mail address"), Length(max=254)]
    )
    team = StringField(
        "Team",
        description="What applicants see instead of the name.",
        default="Recruitment team",
        widget=GovTextInput(),
        validators=[InputRequired("Enter a team"), Length(max=60)],
    )

    def validate_email(self, field: Field) -> None:
        try:
            normal_email(field.data)
        except NotAnAddress as refusal:
            raise ValidationError(refusal.message) from None


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """An act that must be accounted for."""

    reason = StringField(
        "Reason",
        description="It is kept in the audit trail. Name nobody else.",
        widget=GovTextInput(),
        validators=[InputRequired("Give a reason"), Length(min=5, max=200, message="Say why in 5 to 200 characters")],
    )


class LeaveForm(ReasonForm):
    last_day = DayField("Last day", validators=[InputRequired("Enter their last day")])


class ResetForm(ReasonForm):
    what = RadioField(
        "What do you want to reset?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what to reset")],
        choices=[
            SelectChoice(Reset.PASSWORD.value, "Password"),
            SelectChoice(Reset.SECOND_FACTOR.value, "Second step, passkeys and recovery codes"),
        ],
    )
