"""What those who plan cohorts fill in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextArea, GovTextInput
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.domain.campaigns.models import Campaign, Division
from portal.domain.interviews.models import Venue
from portal.domain.training.models import CourseVersion, Module
from portal.domain.training.moving import CANCEL_REASONS, LONGEST_MATERIALS, LONGEST_ROOM, LONGEST_TITLE, DayPlan
from portal.domain.training.planning import CohortPlan
from portal.staff.forms.interviews import People, Whole
from portal.web.written import WrittenDay, WrittenTime

MOST_PLACES = 500
LONGEST_NAME = 80
NONE = SelectChoice("", "Not fixed yet")


def _places(label: str, required: str = "") -> Whole:
    needed = InputRequired(required) if required else Optional()
    whole = NumberRange(1, MOST_PLACES, f"Enter a number from 1 to {MOST_PLACES}")
    return Whole(label, widget=GovTextInput(), validators=[needed, whole])


class Placed(FlaskForm):  # type: ignore[misc]
    """Where something is held, and by whom."""

    venue_id = SelectField("Venue", widget=GovSelect())
    room = StringField("Room", widget=GovTextInput(), validators=[Length(max=LONGEST_ROOM)])
    room_places = _places("People the room seats")
    trainer_ids = SelectMultipleField("Trainers")

    def offer_places(self, venues: Sequence[Venue], people: People) -> None:
        self.venue_id.choices = [NONE, *(SelectChoice(str(each.id), each.name) for each in venues)]
        self.trainer_ids.choices = [(str(key), name) for key, name in people]

    @property
    def venue(self) -> int | None:
        return int(self.venue_id.data) if self.venue_id.data else None

    @property
    def trainers(self) -> tuple[int, ...]:
        return tuple(int(each) for each in self.trainer_ids.data or ())


class CohortForm(Placed):
    """A cohort before it is made. Which button was pressed decides what happens with it."""

    version_id = SelectField("Course", widget=GovSelect(), validators=[InputRequired("Choose a course")])
    campaign_id = SelectField("For the people of", widget=GovSelect())
    division_id = SelectField("Area", widget=GovSelect())
    name = StringField(
        "Name", widget=GovTextInput(), description="As trainees and trainers read it, like West cohort 1.",
        validators=[DataRequired("Give the cohort a name"), Length(max=LONGEST_NAME)],
    )  # fmt: skip
    capacity = _places("Places", "Enter how many places there are")
    first = WrittenDay(
        "First day", description="Like 28 April 2018.", validators=[InputRequired("Enter the first day")]
    )
    skip_holidays = BooleanField("Leave out bank holidays and the weekends beside them")

    def offer(
        self,
        courses: Sequence[CourseVersion],
        campaigns: Sequence[Campaign],
        divisions: Sequence[Division],
        *,
        force: bool,
    ) -> None:
        self.version_id.choices = [
            SelectChoice("", "Choose a course"),
            *(SelectChoice(str(each.id), f"{each.course.name}, version {each.number}") for each in courses),
        ]
        self.campaign_id.choices = [
            SelectChoice("", "No campaign: anybody of the role"),
            *(SelectChoice(str(each.id), each.name) for each in campaigns),
        ]
        whole = [SelectChoice("", "The whole force")] if force else []
        self.division_id.choices = [*whole, *(SelectChoice(str(each.id), each.name) for each in divisions)]

    def show(self, plan: CohortPlan) -> None:
        for name in ("name", "capacity", "first", "skip_holidays", "room", "room_places"):
            self[name].data = getattr(plan, name)
        for name in ("version_id", "campaign_id", "division_id", "venue_id"):
            self[name].data = str(getattr(plan, name) or "")
        self.trainer_ids.data = [str(key) for key in plan.trainer_ids]

    @property
    def plan(self) -> CohortPlan:
        """What it says, once it is valid."""
        assert self.first.data is not None and self.capacity.data is not None
        return CohortPlan(
            version_id=int(self.version_id.data),
            campaign_id=int(self.campaign_id.data) if self.campaign_id.data else None,
            division_id=int(self.division_id.data) if self.division_id.data else None,
            name=" ".join((self.name.data or "").split()),
            capacity=self.capacity.data,
            first=self.first.data,
            skip_holidays=bool(self.skip_holidays.data),
            venue_id=self.venue,
            room=" ".join((self.room.data or "").split()),
            room_places=self.room_places.data,
            trainer_ids=self.trainers,
        )


class DayForm(Placed):
    """One day of a cohort. `version` is what the page showed."""

    version = HiddenField()
    title = StringField(
        "Title", widget=GovTextInput(), validators=[DataRequired("Give the day a title"), Length(max=LONGEST_TITLE)]
    )
    day = WrittenDay("Day", validators=[InputRequired("Enter the day")])
    starts = WrittenTime("From", validators=[InputRequired("Enter when it begins")])
    ends = WrittenTime("Until", validators=[InputRequired("Enter when it ends")])
    materials = TextAreaField(
        "What trainers bring or print", widget=GovTextArea(), validators=[Length(max=LONGEST_MATERIALS)]
    )

    @property
    def seen(self) -> int:
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def show(self, plan: DayPlan, version: int, *, keep: bool = False) -> None:
        """What stands now; what was typed stays where that is kept."""
        self.version.data = str(version)
        if keep:
            return
        for name in ("title", "day", "starts", "ends", "room", "room_places", "materials"):
            self[name].data = getattr(plan, name)
        self.venue_id.data = str(plan.venue_id or "")
        self.trainer_ids.data = [str(key) for key in plan.trainer_ids]

    @property
    def plan(self) -> DayPlan:
        """What it says, once it is valid."""
        return DayPlan(
            " ".join((self.title.data or "").split()),
            self.day.data or date.min,
            self.starts.data or time(),
            self.ends.data or time(),
            self.venue,
            " ".join((self.room.data or "").split()),
            self.room_places.data,
            (self.materials.data or "").replace("\r\n", "\n").strip(),
            tuple(sorted(self.trainers)),
        )


class ExtraDayForm(DayForm):
    module_ids = SelectMultipleField("What is taught again", validators=[InputRequired("Choose what is taught")])

    def offer_modules(self, modules: Sequence[Module]) -> None:
        self.module_ids.choices = [(str(each.id), each.title) for each in modules]

    @property
    def modules(self) -> list[int]:
        return [int(each) for each in self.module_ids.data or ()]


class EditForm(FlaskForm):  # type: ignore[misc]
    version = HiddenField()
    name = StringField(
        "Name", widget=GovTextInput(), validators=[DataRequired("Give the cohort a name"), Length(max=LONGEST_NAME)]
    )
    capacity = _places("Places", "Enter how many places there are")

    @property
    def seen(self) -> int:
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class OffForm(FlaskForm):  # type: ignore[misc]
    """Calling a day, or all of them, off."""

    reason = SelectField(
        "Why?", widget=GovSelect(), validators=[InputRequired("Choose why")],
        choices=[SelectChoice("", "Choose why"), *(SelectChoice(*each) for each in CANCEL_REASONS.items())],
    )  # fmt: skip
    sure = BooleanField("Yes, call it off", validators=[InputRequired("Tick the box to call it off")])
