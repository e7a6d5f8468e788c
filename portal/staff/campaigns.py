"""Campaigns: the list, a new one, and one with everything it holds and what it still lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications.progress import received_counts
from portal.domain.audit.models import ActorKind
from portal.domain.audit.queries import of_subject
from portal.domain.audit.sentences import sentence
from portal.domain.campaigns import copying, managing, queries
from portal.domain.campaigns.criteria import criteria_of, full_marks
from portal.domain.campaigns.dates import NUMBERS, road_of, warnings
from portal.domain.campaigns.managing import Phase, phase_of
from portal.domain.campaigns.models import Campaign, RequirementKind
from portal.domain.campaigns.own_questions import own_questions
from portal.domain.campaigns.parts import Part, values_of
from portal.domain.campaigns.publishing import Missing, missing
from portal.domain.casework.presence import others_here
from portal.domain.journeys.changing_campaigns import drafts_of, scored
from portal.domain.refusals import Refusal
from portal.domain.settings.queries import setting_values
from portal.extensions import db
from portal.staff.campaign_words import PHASES, TITLES, Card, areas, lines_of, missing_of, stops_of, when_words
from portal.staff.door import blueprint
from portal.staff.forms.campaigns import NewForm
from portal.staff.presence import together
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment

MANAGE = Permission.MANAGE_CAMPAIGNS
HISTORY = 8  # lines of the trail on a campaign's page
KINDS = {"long_text": "long answer", "short_text": "short answer", "choice": "one of several",
         "choices": "several of several", "date": "date", "yes_no": "yes or no"}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A campaign in the list."""

    campaign: Campaign
    where: str
    when: str
    received: int


@blueprint.get("/campaigns")
@requires(MANAGE)
def campaigns() -> Response:
    """Everything this member of staff keeps, by where it stands."""
    session, now = db.session(), clock.now()
    found = managing.managed_campaigns(session, current_user)
    counts, divisions = received_counts(session, [each.id for each in found]), queries.divisions(session)
    groups = [
        (
            PHASES[group.phase],
            group.phase,
            [
                Row(each, areas(each, divisions), when_words(each, group.phase, now), counts[each.id])
                for each in group.campaigns
            ],
        )
        for group in managing.grouped(found, now)
    ]
    return page_or_fragment("staff/campaigns/list.html", "main", groups=groups)


@blueprint.route("/campaigns/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_campaign() -> Response:
    """A draft, empty or as an earlier campaign with its dates moved."""
    session = db.session()
    sources = managing.managed_campaigns(session, current_user)
    form = NewForm()
    form.offer(sources, queries.schemes(session))
    if form.validate_on_submit():
        try:
            made = _begin(form, sources)
            flash("The draft is made. Strangers see nothing of it until you publish it.")
            return go("staff.campaign", made.slug)
        except Refusal as refusal:
            refused_beside_field(form, refusal)
    elif not form.is_submitted():
        form.source.data = request.args.get("source", "")
    return page_or_fragment("staff/campaigns/new.html", "main", status=422 if form.errors else 200, form=form)


def _begin(form: NewForm, sources: Any) -> Campaign:
    session, name = db.session(), form.name.data.strip()
    if form.source.data:
        source = next(each for each in sources if each.slug == form.source.data)
        return copying.begin_copy(session, current_user, source, name=name, opens_on=form.opens_on.data)
    force = current_user.scope(MANAGE).force
    districts = [] if force else [each.slug for each in managing.districts_within(session, current_user)]
    return copying.begin_blank(
        session, current_user, name=name, scheme=form.scheme.data, districts=districts,
        opens_on=form.opens_on.data, closes_on=form.closes_on.data,
    )  # fmt: skip


@blueprint.get("/campaigns/<slug>")
@requires(MANAGE)
def campaign(slug: str) -> Response:
    """One campaign: every part with its way to change it, what is missing, what was done."""
    session, now = db.session(), clock.now()
    found = managing.managed_campaign(session, current_user, slug)
    questions, criteria = own_questions(session, found), criteria_of(session, found.id)
    phase = phase_of(found, now)
    lacking = [] if phase.public else missing(found, questions, criteria, now)
    numbers = setting_values(session, NUMBERS, clock.today())
    medical = any(row.kind is RequirementKind.MEDICAL for row in found.requirements)
    return page_or_fragment(
        "staff/campaigns/campaign.html",
        "main",
        campaign=found,
        phase=phase,
        phase_words=PHASES[phase],
        stops=stops_of(found, now),
        cards=_cards(found, lacking, phase),
        questions=questions,
        kinds=KINDS,
        criteria=criteria,
        full_marks=full_marks(criteria),
        frozen=scored(session, found.id),
        missing=lacking,
        to_do=to_do(lacking, found.slug),
        missing_questions=missing_of(lacking, "questions"),
        missing_criteria=missing_of(lacking, "criteria"),
        warnings=[] if phase is Phase.ARCHIVED else warnings(road_of(found), numbers, medical=medical),
        received=received_counts(session, [found.id])[found.id],
        drafts=drafts_of(session, found.id),
        history=_history(found.id, now),
        here=together(others_here(session, current_user, "campaign", found.id)),
    )


def _cards(found: Campaign, lacking: Any, phase: Phase) -> list[Card]:
    session = db.session()
    return [
        Card(
            part.value,
            TITLES[part],
            lines_of(values_of(session, found, part)),
            None if phase is Phase.ARCHIVED else address_of(part, found.slug),
            missing_of(lacking, part),
        )
        for part in Part
    ]


def address_of(part: Part, slug: str) -> str:
    if part is Part.TRAINING:
        return url_for("staff.campaign_training", slug=slug)
    return url_for("staff.campaign_part", slug=slug, part=part.value)


def to_do(lacking: Sequence[Missing], slug: str) -> list[tuple[str, str]]:
    """What is missing, each with the page on which to put it right."""
    own_pages = {"questions": "staff.campaign_questions", "criteria": "staff.campaign_criteria"}
    return [
        (
            each.words,
            url_for(own_pages[each.page], slug=slug) if each.page in own_pages else address_of(Part(each.page), slug),
        )
        for each in lacking
    ]


def _history(campaign_id: int, now: datetime) -> list[dict[str, Any]]:
    """What was done to it, last first, with names: only colleagues see this page."""
    rows = of_subject(db.session(), "campaign", campaign_id, HISTORY)
    names = staff_names(db.session(), [row.actor_id for row in rows if row.actor_kind is ActorKind.STAFF])
    return [
        {
            "at": row.at,
            "words": sentence(row.action),
            "of": ", ".join(word.replace("_", " ") for word in row.detail.get("fields", ())),
            "by": names.get(row.actor_id, "the service") if row.actor_kind is ActorKind.STAFF else "the service",
        }
        for row in rows
    ]


def go(endpoint: str, slug: str, **more: Any) -> Response:
    return redirect(url_for(endpoint, slug=slug, **more), code=303)  # type: ignore[return-value]
