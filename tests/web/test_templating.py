"""Words, hashed files and strictness of the templates."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from jinja2 import ChoiceLoader, FileSystemLoader, UndefinedError
from jinja2_fragments.flask import render_block

from portal.config import Settings
from portal.web import wording
from portal.web.templating import asset_url, brand_stylesheet, init_templates, plain_page, site, static_files

NOON = datetime(2018, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(name="bare")
def bare_app() -> Flask:
    """The templates alone: no database, no accounts, no routes."""
    app = Flask("portal")
    app.config["PORTAL"] = Settings()
    init_templates(app)
    return app


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        (datetime(2018, 1, 26, 20, 41, tzinfo=UTC), "Friday 26 January 2018, 8:41pm"),
        # British Summer Time: an hour on, and over midnight into the next day.
        (datetime(2018, 7, 31, 23, 0, tzinfo=UTC), "Wednesday 1 August 2018, midnight"),
        (datetime(2018, 7, 31, 11, 0, tzinfo=UTC), "Tuesday 31 July 2018, midday"),
        # The night the clocks go forward: 00:59 is followed by 02:00.
        (datetime(2018, 3, 25, 0, 59, tzinfo=UTC), "Sunday 25 March 2018, 12:59am"),
        (datetime(2018, 3, 25, 1, 0, tzinfo=UTC), "Sunday 25 March 2018, 2am"),
        # The night they go back: half past one comes twice.
        (datetime(2018, 10, 28, 0, 30, tzinfo=UTC), "Sunday 28 October 2018, 1:30am"),
        (datetime(2018, 10, 28, 1, 30, tzinfo=UTC), "Sunday 28 October 2018, 1:30am"),
        (datetime(2018, 10, 28, 2, 0, tzinfo=UTC), "Sunday 28 October 2018, 2am"),
    ],
)
def test_instants_are_said_in_london_time(instant: datetime, said: str) -> None:
    assert wording.when(instant) == said


def test_days_and_stamps() -> None:
    late = datetime(2018, 7, 31, 23, 5, tzinfo=UTC)
    assert wording.day(late) == "Wednesday 1 August 2018"
    assert wording.short_day(date(2018, 1, 26)) == "Fri 26 Jan"
    assert wording.day_month(date(2018, 1, 6)) == "6 January"
    assert wording.stamp(late) == "1 Aug 2018, 00:05"
    assert wording.clock_time(datetime(2018, 1, 1, 9, tzinfo=UTC)) == "9am"


@pytest.mark.parametrize(
    ("days", "due", "done"),
    [(-2, "2 days late", "2 days ago"), (-1, "1 day late", "yesterday"), (0, "today", "today"),
     (1, "tomorrow", "tomorrow"), (3, "in 3 days", "in 3 days"), (1200, "in 1,200 days", "in 1,200 days")],
)  # fmt: skip
def test_distances_count_london_days(days: int, due: str, done: str) -> None:
    assert wording.in_days(NOON + timedelta(days=days), NOON) == due
    assert wording.ago(NOON + timedelta(days=days), NOON) == done


def test_a_distance_over_a_short_night_is_still_whole_days() -> None:
    before, after = datetime(2018, 3, 24, 23, 30, tzinfo=UTC), datetime(2018, 3, 25, 22, 30, tzinfo=UTC)
    assert wording.in_days(after, before) == "tomorrow"


def test_counts_and_references() -> None:
    assert [wording.plural(n, "day") for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert wording.plural(1286, "person", "people") == "1,286 people"
    assert wording.reference("cpv7k4f92qx") == wording.reference("CPV-7K4F-92QX") == "CPV-7K4F-92QX"


def test_what_is_undefined_is_an_error(bare: Flask) -> None:
    with bare.test_request_context(), pytest.raises(UndefinedError):
        render_template_string("{{ nobody_gave_this }}")


def test_govuk_components_need_not_be_given_everything(bare: Flask) -> None:
    with bare.test_request_context():
        drawn = render_template_string('{{ govukButton({"text": words}) }}', words="<Save>")
    assert "govuk-button" in drawn
    assert "&lt;Save&gt;" in drawn, "what we give a component is escaped"


def test_components_are_there_in_a_block_rendered_alone(bare: Flask, tmp_path: Path) -> None:
    loader = bare.jinja_env.loader
    assert isinstance(loader, ChoiceLoader)
    bare.jinja_env.loader = ChoiceLoader([FileSystemLoader(tmp_path), *loader.loaders])
    block = '{% block main %}{{ flag("Late", "bad") }}{% endblock %}'
    (tmp_path / "alone.html").write_text('{% extends "layouts/plain_error.html" %}' + block)
    with bare.test_request_context():
        assert 'class="flag flag--bad"' in render_block("alone.html", "main")


def test_a_static_file_is_named_after_its_content(bare: Flask) -> None:
    address = asset_url(bare, "public.css")
    path = static_files(bare)[address]
    assert path.name == "public.css"
    assert address == f"/static/public.{hashlib.sha256(path.read_bytes()).hexdigest()[:10]}.css"
    with pytest.raises(KeyError):
        asset_url(bare, "nothing.css")


def test_the_force_chooses_its_colours_and_name() -> None:
    app = Flask("portal")
    app.config["PORTAL"] = Settings(brand_navy="#123456", service_name="Join Borset Police")
    init_templates(app)
    assert "--navy:#123456" in brand_stylesheet(app.config["PORTAL"])
    shown = site(app)
    assert shown.wordmark == ("Join", "Borset Police")
    assert shown.brand_url != "/brand.css"


@pytest.mark.parametrize("status", [500, 503])
def test_trouble_pages_need_neither_request_nor_database(bare: Flask, status: int) -> None:
    page = plain_page(bare, f"errors/{status}.html")
    assert "Volunteer</b> with Kent Police" in page
    assert page.count("<h1") == 1
