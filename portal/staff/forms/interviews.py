"""What those who plan days of interviews and tests fill in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovSelect, GovTextArea, GovTextInput
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from portal.domain.campaigns.models import District
from portal.domain.interviews.changing import CANCEL_REASONS
from portal.domain.interviews.models import SessionKind, Venue
from portal.domain.interviews.planning import PanelPlan, SessionPlan
from portal.domain.interviews.timetable import Break
from portal.domain.interviews.venues import VenueWords
from portal.web.written import WrittenDay, WrittenTime

MOST_PANELS = 12
MOST_PLACES = 100
SEATS = ("first_member", "second_member", "third_member")
HTTPS = Regexp(r"https://[^\s<>\"]+$", message="Enter an address that begins with https://")
People = Sequence[tuple[int, str]]


class Whole(IntegerField):  # type: ignore[misc]
    """A number without a fraction; what was typed stays in the box."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else None
        if typed and self.data is None:
            raise ValueError("Enter a whole number")


class BreakRow(Form):  # type: ignore[misc]
    """A break; without a time there is none."""

    at = WrittenTime("Break at")
    minutes = Whole("for minutes", validators=[Optional(), NumberRange(5, 240, "Enter minutes from 5 to 240")])


class PanelRow(Form):  # type: ignore[misc]
    """Who sits together; three boxes for people, since that is how panels are."""

    name = StringField("Name", validators=[DataRequired("Give the panel a name"), Length(max=60)])
    room = StringField("Room", validators=[Length(max=60)])
    online_url = StringField("Link to meet online", validators=[Optional(), Length(max=500), HTTPS])
    first_member = SelectField("First", coerce=str)
    second_member = SelectField("Second", coerce=str)
    third_member = SelectField("Third", coerce=str)
    places = Whole(
        "People at a time", default=1,
        validators=[Optional(), NumberRange(1, MOST_PLACES, f"Enter a number from 1 to {MOST_PLACES}")],
    )  # fmt: skip

    def offer(self, people: People) -> None:
        for name in SEATS:
            self[name].choices = [("", "Nobody"), *((str(key), who) for key, who in people)]

    @property
    def plan(self) -> PanelPlan:
        return PanelPlan(
            self.name.data or "",
            self.room.data or "",
            self.online_url.data or "",
            tuple(dict.fromkeys(int(self[name].data) for name in SEATS if self[name].data)),
            self.places.data or 1,
        )


class PlanForm(FlaskForm):  # type: ignore[misc]
    """Days, times and panels. Which button was pressed decides what happens with them."""

    days = SelectMultipleField("Days")
    another = WrittenDay("Another day", description="Outside the days above. Like 3 March 2018.")
    venue_id = SelectField("Place", widget=GovSelect(), validators=[InputRequired("Choose a place")])
    first = WrittenTime("First one at", validators=[InputRequired("Enter when the first one begins")])
    last = WrittenTime("Over by", validators=[InputRequired("Enter when the last one is over")])
    slot_minutes = Whole(
        "Minutes each", widget=GovTextInput(),
        validators=[InputRequired("Enter how many minutes"), NumberRange(5, 480, "Enter minutes from 5 to 480")],
    )  # fmt: skip
    gap_minutes = Whole(
        "Minutes between", widget=GovTextInput(), default=0,
        validators=[Optional(), NumberRange(0, 120, "Enter minutes from 0 to 120")],
    )  # fmt: skip
    breaks = FieldList(FormField(BreakRow), min_entries=2, max_entries=4)
    panels = FieldList(FormField(PanelRow), min_entries=1, max_entries=MOST_PANELS)
    what_to_bring = TextAreaField(
        "What to bring", widget=GovTextArea(), validators=[Length(max=600)],
        description="People read this in their letter. Optional.",
    )  # fmt: skip
    accepted = BooleanField("I have read what is marked, and it is meant so")

    def offer(self, venues: Sequence[Venue], people: People, days: Sequence[date]) -> None:
        self.venue_id.choices = [
            *([SelectChoice("", "Choose a place")] if len(venues) != 1 else []),
            *(SelectChoice(str(each.id), each.name) for each in venues),
        ]
        self.days.choices = [(day.isoformat(), day.isoformat()) for day in days]
        for entry in self.panels:
            entry.form.offer(people)

    def show(self, plan: SessionPlan, people: People) -> None:
        """A plan to begin with, or one taken from another day."""
        for name in ("first", "last", "slot_minutes", "gap_minutes", "what_to_bring"):
            self[name].data = getattr(plan, name)
        self.venue_id.data = str(plan.venue_id or "")
        for entry, each in zip(self.breaks, plan.breaks, strict=False):
            entry.form.at.data, entry.form.minutes.data = each.at, each.minutes
        while len(self.panels):
            self.panels.pop_entry()
        self.panels.last_index = -1
        for panel in plan.panels[:MOST_PANELS]:
            self.add_panel(panel, people)

    def add_panel(self, panel: PanelPlan, people: People) -> None:
        if len(self.panels) >= MOST_PANELS:
            return
        members = dict(zip(SEATS, [str(key) for key in panel.staff_ids], strict=False))
        values = {"name": panel.name, "room": panel.room, "online_url": panel.online_url, "places": panel.places}
        row = self.panels.append_entry(values).form
        row.offer(people)
        for name in SEATS:
            row[name].data = members.get(name, "")

    def next_name(self) -> str:
        """Panel B after Panel A."""
        names = {entry.form.name.data for entry in self.panels}
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return next((f"Panel {each}" for each in letters if f"Panel {each}" not in names), "Panel")

    def drop_panel(self, place: int) -> None:
        if len(self.panels) > 1:
            self.panels.entries = [entry for number, entry in enumerate(self.panels.entries) if number != place]

    @property
    def chosen(self) -> list[date]:
        """The days ticked, and the one written."""
        ticked = [date.fromisoformat(each) for each in self.days.data or ()]
        return sorted({*ticked, *([self.another.data] if self.another.data else [])})

    def plan(self, kind: SessionKind, day: date) -> SessionPlan:
        """What it says, once it is valid."""
        return SessionPlan(
            kind=kind,
            venue_id=int(self.venue_id.data),
            day=day,
            first=self.first.data or time(),
            last=self.last.data or time(),
            slot_minutes=self.slot_minutes.data or 1,
            gap_minutes=self.gap_minutes.data or 0,
            breaks=tuple(
                Break(entry.form.at.data, entry.form.minutes.data or 30) for entry in self.breaks if entry.form.at.data
            ),
            panels=tuple(entry.form.plan for entry in self.panels),
            what_to_bring=self.what_to_bring.data or "",
        )

    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, each with the box to mend."""
        lines = [field for rows in (self.breaks, self.panels) for entry in rows for field in entry.form if field.errors]
        return [
            *(("main", words) for words in self.form_errors),
            *((each.id, each.errors[0]) for each in self if each.errors and each.name not in {"breaks", "panels"}),
            *((each.id, each.errors[0]) for each in lines),
        ]

    def forget_problems(self) -> None:
        """Nobody has finished yet."""
        rows = [field for each in (self.breaks, self.panels) for entry in each for field in entry.form]
        for field in (*(each for each in self if each.name not in {"breaks", "panels"}), *rows):
            field.errors = []
        self.breaks.errors = self.panels.errors = []

    def refused(self, name: str | None, words: str) -> None:
        """A refusal beside its box; `panels-0-name` is a box of a line."""
        whose, _, rest = (name or "").partition("-")
        place, _, box = rest.partition("-")
        if whose == "panels" and place.isdigit():
            field = self.panels.entries[int(place)].form[box]
        elif whose == "panels":
            field = self.panels.entries[0].form["first_member"]
        else:
            field = self._fields.get(whose)
        if field is None:
            self.form_errors.append(words)
        else:
            field.errors = [*field.errors, words]


class VenueForm(FlaskForm):  # type: ignore[misc]
    """A place. `seen` is the mark of what the page showed."""

    seen = HiddenField()
    name = StringField(
        "Name", widget=GovTextInput(), validators=[DataRequired("Give the place a name"), Length(max=100)]
    )
    address = TextAreaField(
        "Address", widget=GovTextArea(), validators=[Length(max=400)],
        description="As it should stand in a letter. Empty for a place that is online.",
    )  # fmt: skip
    map_url = StringField(
        "Link to a map", widget=GovTextInput(), description="Optional. It begins with https://",
        validators=[Optional(), Length(max=500), HTTPS],
    )  # fmt: skip
    access_notes = TextAreaField(
        "Getting in and getting about", widget=GovTextArea(), validators=[Length(max=1000)],
        description="Where to park, which door, where to wait, lifts, quiet rooms, a hearing loop.",
    )  # fmt: skip
    step_free = BooleanField("Step-free from the street to the room")
    online = BooleanField("Online: people meet through a link, given with each panel")
    district_id = SelectField("Whose place is it?", widget=GovSelect(), validate_choice=True)

    def offer(self, districts: Sequence[District], *, force: bool) -> None:
        self.district_id.choices = [
            *([SelectChoice("", "The whole force's")] if force else []),
            *(SelectChoice(str(each.id), each.name) for each in districts),
        ]

    def show(self, words: VenueWords, *, keep: bool = False) -> None:
        """What stands now; what was typed stays where that is kept."""
        self.seen.data = words.mark
        if not keep:
            for name in VenueWords.__dataclass_fields__:
                self[name].data = getattr(words, name)
            self.district_id.data = str(words.district_id or "")

    @property
    def words(self) -> VenueWords:
        return VenueWords(
            " ".join((self.name.data or "").split()),
            (self.address.data or "").replace("\r\n", "\n").strip(),
            (self.map_url.data or "").strip(),
            (self.access_notes.data or "").replace("\r\n", "\n").strip(),
            bool(self.step_free.data),
            bool(self.online.data),
            int(self.district_id.data) if self.district_id.data else None,
        )


class CancelForm(FlaskForm):  # type: ignore[misc]
    reason = SelectField(
        "Why?", widget=GovSelect(), validators=[InputRequired("Choose why")],
        choices=[SelectChoice("", "Choose why"), *(SelectChoice(*each) for each in CANCEL_REASONS.items())],
    )  # fmt: skip
    sure = BooleanField("Yes, call this day off", validators=[InputRequired("Tick the box to call the day off")])


class PanelForm(FlaskForm):  # type: ignore[misc]
    """A panel that is there. `version` is the day's that the page showed."""

    version = HiddenField()
    name = StringField(
        "Name", widget=GovTextInput(), validators=[DataRequired("Give the panel a name"), Length(max=60)]
    )
    room = StringField("Room", widget=GovTextInput(), validators=[Length(max=60)])
    online_url = StringField(
        "Link to meet online", widget=GovTextInput(), validators=[Optional(), Length(max=500), HTTPS]
    )
    staff = SelectMultipleField("Who sits on it")
    accepted = BooleanField("It is meant so")

    @property
    def seen(self) -> int:
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def offer(self, people: People) -> None:
        self.staff.choices = [(str(key), name) for key, name in people]

    def show(self, plan: PanelPlan, version: int, *, keep: bool = False) -> None:
        self.version.data = str(version)
        if not keep:
            self.name.data, self.room.data, self.online_url.data = plan.name, plan.room, plan.online_url
            self.staff.data = [str(key) for key in plan.staff_ids]

    @property
    def plan(self) -> PanelPlan:
        return PanelPlan(
            self.name.data or "", self.room.data or "", self.online_url.data or "",
            tuple(int(each) for each in self.staff.data or ()),
        )  # fmt: skip


class LateForm(FlaskForm):  # type: ignore[misc]
    minutes = Whole("Minutes late", validators=[InputRequired("Enter minutes")])
    tell = BooleanField("Tell those still to come by e-mail")


class SeatForm(FlaskForm):  # type: ignore[misc]
    """Another time of the same day for somebody."""

    to = SelectField("Move to", widget=GovSelect(), validators=[InputRequired("Choose a time")])

    def offer(self, times: Sequence[tuple[int, str]]) -> None:
        self.to.choices = [SelectChoice("", "Choose a time"), *(SelectChoice(str(key), words) for key, words in times)]
