"""Changing a campaign, one small page at a time; two people on one page never overwrite each other in silence."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, flash, request
from flask_login import current_user

from portal import clock
from portal.domain.accounts.queries import staff_names
from portal.domain.audit.models import ActorKind
from portal.domain.audit.queries import of_subject
from portal.domain.campaigns.bank_holidays import holiday_beside
from portal.domain.campaigns.dates import NUMBERS, road_of, warnings
from portal.domain.campaigns.managing import districts_within, has_opened, managed_campaign
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.campaigns.parts import OutOfOrder, Part, Stale, edit_part, values_of
from portal.domain.casework.presence import others_here
from portal.domain.refusals import Refusal
from portal.domain.settings.queries import setting_values
from portal.extensions import db
from portal.staff.campaign_words import TITLES, closing, differences, opening
from portal.staff.campaigns import MANAGE, go
from portal.staff.door import blueprint
from portal.staff.forms.campaign_days import TrainingForm
from portal.staff.forms.campaigns import (
    AboutForm,
    DatesForm,
    PartForm,
    RequirementsForm,
    ShortlistingForm,
    places_form,
)
from portal.staff.opening import Clash, Difference
from portal.staff.presence import together
from portal.web.guards import requires
from portal.web.pages import page_or_fragment

SAVED = "Saved. The public page shows it now."
KEPT = "Saved."
SMALL = (Part.ABOUT, Part.DATES, Part.PLACES, Part.REQUIREMENTS, Part.SHORTLISTING)
ADDRESS = f"/campaigns/<slug>/<any({', '.join(SMALL)}):part>"


@blueprint.route(ADDRESS, methods=["GET", "POST"])
@requires(MANAGE)
def campaign_part(slug: str, part: str) -> Response:
    """One part of a campaign."""
    found = managed_campaign(db.session(), current_user, slug)
    form = _form_of(Part(part), found)
    if form.is_submitted():
        return _sent(found, form)
    form.show(values_of(db.session(), found, form.part))
    return _page(found, form)


def _form_of(part: Part, found: Campaign) -> PartForm:
    if part is Part.PLACES:
        return places_form(districts_within(db.session(), current_user))
    form: PartForm = {
        Part.ABOUT: AboutForm,
        Part.DATES: DatesForm,
        Part.REQUIREMENTS: RequirementsForm,
        Part.SHORTLISTING: ShortlistingForm,
    }[part]()
    if isinstance(form, AboutForm) and found.published_at is not None:
        del form["slug"]
    if isinstance(form, DatesForm) and has_opened(found, clock.now()):
        form.fix_what_opened()
    return form


def _sent(found: Campaign, form: PartForm) -> Response:
    """Saves, or shows the page again with everything typed and what is in the way."""
    session, campaign_id, slug = db.session(), found.id, found.slug
    if not form.validate():
        return _page(found, form)
    wanted = form.wanted()
    try:
        changed = edit_part(session, current_user, campaign_id, form.part, wanted, form.seen.data or "")
        flash("Nothing was different." if not changed else SAVED if found.published_at else KEPT)
        return go("staff.campaign", found.slug)
    except Stale:
        fresh = managed_campaign(session, current_user, slug)
        now = values_of(session, fresh, form.part)
        form.show(now, keep=True)
        return _page(fresh, form, clash_of(campaign_id, differences(now, wanted)))
    except OutOfOrder as refusal:
        form.refused(refusal.found)
    except Refusal as refusal:
        form.refused({refusal.field or "": refusal.message})
    return _page(managed_campaign(session, current_user, slug), form)


def clash_of(campaign_id: int, changes: list[Difference]) -> Clash:
    """With who changed the campaign last, and when."""
    last = next(iter(of_subject(db.session(), "campaign", campaign_id, 1)), None)
    if last is None or last.actor_kind is not ActorKind.STAFF:
        return Clash(changes, "Somebody else", None)
    return Clash(changes, staff_names(db.session(), [last.actor_id]).get(last.actor_id, "Somebody else"), last.at)


def _page(found: Campaign, form: PartForm, clash: Clash | None = None, *, proposed: bool = False) -> Response:
    """422 with problems, 409 with a clash. `proposed`: the lines are a pattern's and nothing is saved."""
    return page_or_fragment(
        f"staff/campaigns/{form.part.value}.html",
        "main",
        status=409 if clash else 422 if form.problems() else 200,
        campaign=found,
        form=form,
        title=TITLES[form.part],
        clash=clash,
        opened=has_opened(found, clock.now()),
        opens=opening(found.opens_at),
        closes=closing(found.closes_at),
        warnings=_warnings(found),
        here=together(others_here(db.session(), current_user, "campaign", found.id)),
        proposed=proposed,
        beside=_beside(form) if isinstance(form, TrainingForm) else [],
    )


def _warnings(found: Campaign) -> list[str]:
    numbers: Mapping[str, int] = setting_values(db.session(), NUMBERS, clock.today())
    medical = any(row.kind is RequirementKind.MEDICAL for row in found.requirements)
    return warnings(road_of(found), numbers, medical=medical)


@blueprint.route("/campaigns/<slug>/training", methods=["GET", "POST"])
@requires(MANAGE)
def campaign_training(slug: str) -> Response:
    """The training days: by a pattern, looked at before they are saved, or day by day."""
    found = managed_campaign(db.session(), current_user, slug)
    form = TrainingForm()
    act, _, place = request.form.get("act", "").partition("-")
    if not form.is_submitted():
        form.show(values_of(db.session(), found, Part.TRAINING))
        return _page(found, form)
    fine = form.validate()
    if act == "pattern":
        return _page(found, form, proposed=form.by_pattern())
    if act == "add":
        form.add_line()
    elif act == "drop" and place.isdigit():
        form.drop_line(int(place))
    elif fine:
        return _sent(found, form)
    else:
        return _page(found, form)
    form.forget_problems()
    return _page(found, form)


def _beside(form: TrainingForm) -> list[str | None]:
    """The bank holiday of each line's weekend."""
    lines = [entry.form for entry in form.days]
    return [holiday_beside(line.day.data) if line.day.data else None for line in lines]
