"""What each act on many applications needs to know, asked on its preview. `detail()` is what a run is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovSelect, GovTextArea, GovTextInput
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal import clock
from portal.domain.accounts.models import StaffMember
from portal.domain.casework.models import Tag
from portal.domain.casework.tagging import tag_name
from portal.domain.casework.verdicts import DECLINE_REASONS
from portal.domain.correspondence.models import MessageTemplate
from portal.domain.journeys.bulk_messages import Draft
from portal.domain.refusals import Refusal
from portal.web.errors import refused_beside_field

NOBODY = "nobody"
MOMENT = "%Y-%m-%dT%H:%M"  # what a browser's own field for a day and a time sends
NOW, HELD, LATER = "now", "held", "later"


class Asking(FlaskForm):  # type: ignore[misc]
    """An act that needs nothing but applications. `token` makes one run of two clicks; `seal` is of what was shown."""

    token = HiddenField()
    seal = HiddenField()
    asks: tuple[str, ...] = ()  # the fields a person fills

    def detail(self) -> dict[str, Any]:
        """What the run is to know; raises a Refusal that names its field."""
        return {}

    def filled(self) -> dict[str, Any] | None:
        """`detail()`, or none with the problems beside their fields."""
        if not self.validate_on_submit():
            return None
        try:
            return self.detail()
        except Refusal as refusal:
            refused_beside_field(self, refusal)
            return None


class OwnerForm(Asking):
    owner = SelectField("Who answers for them?", widget=GovSelect(), validators=[InputRequired("Choose an owner")])
    asks = ("owner",)

    def offer(self, staff: Sequence[StaffMember], viewer_id: int) -> None:
        mine = [(str(each.id), f"Me ({each.name})") for each in staff if each.id == viewer_id]
        others = [(str(each.id), f"{each.name}, {each.team}") for each in staff if each.id != viewer_id]
        self.owner.choices = [("", "Choose a person"), *mine, *others, (NOBODY, "Nobody")]

    def detail(self) -> dict[str, Any]:
        return {"owner_id": None if self.owner.data == NOBODY else int(self.owner.data)}


class TagForm(Asking):
    tag = StringField(
        "Which tag?",
        description="A word or two to find them again. Never a name, and nothing about anybody's health.",
        widget=GovTextInput(),
        validators=[InputRequired("Enter a tag")],
    )
    asks = ("tag",)
    known: Sequence[str] = ()

    def offer(self, tags: Sequence[Tag]) -> None:
        self.known = [each.name for each in tags]

    def detail(self) -> dict[str, Any]:
        return {"tag": tag_name(self.tag.data)}


class UntagForm(Asking):
    tag = SelectField("Which tag comes off?", widget=GovSelect(), validators=[InputRequired("Choose a tag")])
    asks = ("tag",)

    def offer(self, tags: Sequence[Tag]) -> None:
        self.tag.choices = [("", "Choose a tag"), *((each.name, each.name) for each in tags)]

    def detail(self) -> dict[str, Any]:
        return {"tag": self.tag.data}


class DeclineForm(Asking):
    reason = RadioField(
        "Why?",
        description="Each of them reads this sentence, once it is released.",
        choices=[SelectChoice(code, words) for code, words in DECLINE_REASONS.items()],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose a reason")],
    )
    feedback = TextAreaField(
        "Feedback for all of them (optional)",
        description="The same words for everybody. Leave it empty to say more to each on their own page.",
        widget=GovTextArea(),
    )
    asks = ("reason", "feedback")

    def detail(self) -> dict[str, Any]:
        words = (self.feedback.data or "").replace("\r\n", "\n").strip()
        return {"reason": self.reason.data, "feedback": words}


class MessageForm(Asking):
    template = SelectField("Begin from a wording (optional)", widget=GovSelect(), validate_choice=False)
    version = HiddenField()
    subject = StringField("Subject", widget=GovTextInput(), validators=[InputRequired("Enter a subject")])
    body = TextAreaField("Message", widget=GovTextArea(), validators=[InputRequired("Enter your message")])
    when = RadioField("When does it leave?", widget=GovRadioInput(), default=HELD)
    send_at = StringField("Day and time", widget=GovTextInput())
    asks = ("subject", "body", "when")
    minutes = 0
    versions: frozenset[int] = frozenset()

    def offer(self, templates: Sequence[MessageTemplate], hold_minutes: int) -> None:
        self.minutes = hold_minutes
        self.versions = frozenset(version.id for each in templates for version in each.versions)
        self.template.choices = [("", "No wording"), *((each.slug, each.name) for each in templates)]
        self.when.choices = [
            SelectChoice(HELD, f"{hold_minutes} minutes after you confirm: until then you can take it back"),
            SelectChoice(NOW, "As soon as you confirm"),
            SelectChoice(LATER, "At a time you choose"),
        ]

    def use(self, template: MessageTemplate) -> None:
        """The newest text of a wording takes the place of what is there."""
        newest = template.versions[-1]
        self.subject.data, self.body.data, self.version.data = newest.subject, newest.body, str(newest.id)

    def detail(self) -> dict[str, Any]:
        return self.draft().detail

    def draft(self) -> Draft:
        """Raises a Refusal for a time that cannot be read."""
        version = self.version.data or ""
        known = version.isascii() and version.isdigit() and int(version) in self.versions
        return Draft(
            subject=" ".join(self.subject.data.split()),
            body=self.body.data.replace("\r\n", "\n").strip(),
            template_version_id=int(version) if known else None,
            send_at=self._moment() if self.when.data == LATER else None,
            hold_minutes=self.minutes if self.when.data == HELD else 0,
        )

    def _moment(self) -> datetime:
        try:
            return clock.from_london(datetime.strptime(self.send_at.data or "", MOMENT))
        except ValueError:
            raise Refusal("Enter the day and time at which it leaves", field="send_at") from None
