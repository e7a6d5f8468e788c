"""What interviews came to: a campaign's results, deciding on each, and releasing the decisions together."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.accounts.queries import staff_names
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.refusals import NotEditable
from portal.domain.applications.stages import STATE_WORDS
from portal.domain.applications.viewing import note_sheets_view
from portal.domain.bulk.acts import WHY
from portal.domain.bulk.models import Run
from portal.domain.bulk.previewing import Preview, preview
from portal.domain.bulk.queries import run_of
from portal.domain.bulk.running import Changed, Nobody, begin
from portal.domain.casework import deciding
from portal.domain.casework.models import Verdict
from portal.domain.casework.verdicts import (
    AFTER_INTERVIEW,
    VERDICT_WORDS,
    DecisionChanged,
    ReasonNeeded,
    Wanted,
    reason_sentence,
)
from portal.domain.interviews import recommending
from portal.domain.interviews.agreeing import Table, table_of
from portal.domain.interviews.models import Recommendation
from portal.domain.interviews.recommending import AgreedAnew, Result
from portal.domain.interviews.writing import RECOMMENDATION_WORDS
from portal.domain.journeys.releasing import RELEASE, decided_in, detail_of, letters_of
from portal.domain.offers.places import places_left
from portal.extensions import db
from portal.staff.deciding import verdicts_from
from portal.staff.door import blueprint
from portal.staff.forms.moderation import ReleaseForm
from portal.staff.forms.sheets import OutcomeForm
from portal.staff.opening import name_of, sent_application
from portal.staff.sign_in import go
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

MOVE = Permission.MOVE_APPLICATIONS
SHOWN = (Verdict.OFFER, Verdict.RESERVE, Verdict.DECLINE)
SAYS = {
    Recommendation.OFFER: Verdict.OFFER,
    Recommendation.RESERVE: Verdict.RESERVE,
    Recommendation.NOT_THIS_TIME: Verdict.DECLINE,
}


@blueprint.get("/interviews/outcomes")
@requires(MOVE)
def all_interview_outcomes() -> Response:
    """Campaigns with interviews, in numbers."""
    found = recommending.campaigns_interviewed(db.session(), current_user)
    return page_or_fragment("staff/sheets/campaigns.html", "main", campaigns=found)


@blueprint.get("/interviews/outcomes/<slug>")
@requires(MOVE)
def interview_outcomes(slug: str) -> Response:
    """Everybody interviewed: agreed points, missing sheets, who did not come, and what is decided."""
    session = db.session()
    campaign = recommending.interviewed_campaign(session, current_user, slug)
    found = recommending.results_of(session, current_user, campaign.id)
    people = {key for each in found for key in (*each.missing, *each.aside)}
    return page_or_fragment(
        "staff/sheets/outcomes.html", "main", campaign=campaign, names=staff_names(session, people),
        agreed=[each for each in found if each.agreed], states=STATE_WORDS,
        missing=[each for each in found if not each.agreed and not each.no_show and each.over and not each.told],
        no_shows=[each for each in found if each.no_show and not each.told],
        coming=[each for each in found if not each.agreed and not each.no_show and not each.over and not each.told],
        short=[each for each in found if each.aside and not each.agreed and not each.told and not each.no_show],
        undecided=sum(each.undecided for each in found), says=RECOMMENDATION_WORDS, verdicts=VERDICT_WORDS,
        counts=_counts(found), left=places_left(session, campaign.id),
    )  # fmt: skip


def _counts(found: list[Result]) -> list[tuple[str, int]]:
    """What is decided and not released."""
    decided = [each.decision.verdict for each in found if each.decision is not None and not each.told]
    return [(VERDICT_WORDS[verdict], decided.count(verdict)) for verdict in SHOWN]


@blueprint.post("/interviews/outcomes/<slug>/follow")
@requires(MOVE)
def follow_panels(slug: str) -> AnyResponse:
    """Decides, provisionally, as the panels recommend, where nobody has decided."""
    made = recommending.follow_panels(db.session(), current_user, slug)
    parts = [f"{count} {VERDICT_WORDS[verdict].lower()}" for verdict, count in made.items() if count]
    said = f"Decided, provisionally: {', '.join(parts)}. Nobody has been told." if parts else "Nothing was undecided."
    flash(said)
    return go(url_for("staff.interview_outcomes", slug=slug))


@blueprint.route("/applications/<reference>/outcome", methods=["GET", "POST"])
@requires(MOVE)
def interview_outcome(reference: str) -> AnyResponse:
    """One person's sheets once the panel has agreed, and what is decided."""
    session = db.session()
    found = sent_application(MOVE, reference)
    result = _result(found)
    form, offered = OutcomeForm(), verdicts_from(found)
    form.offer([each for each in SHOWN if each in offered])
    if result is None:
        return _nothing_booked(found)
    if not form.is_submitted():
        form.show(result.decision)
        if result.undecided:
            _propose(form, result, recommending.next_place(session, found.campaign_id))
    elif result.told or not result.agreed:
        raise NotEditable()
    elif form.validate():
        return _decided(found, result, form)
    return _outcome_page(found, result, form)


def _when(result: Result) -> str:
    return result.agreed_at.isoformat() if result.agreed_at else ""


def _agreed_anew(result: Result, wanted: Wanted) -> dict[str, str]:
    """The panel mended its sheet while the page was open: whoever decides looks at it first."""
    says = RECOMMENDATION_WORDS[result.recommendation].lower() if result.recommendation else ""
    now = f"{result.total} of {result.full}, {says}"
    yours = f"{VERDICT_WORDS[wanted.verdict]}, from the sheet as it was"
    return {"label": "The panel agreed anew", "theirs": now, "yours": yours}


def _result(found: Application) -> Result | None:
    results = recommending.results_of(db.session(), current_user, found.campaign_id, found.id)
    return results[0] if results else None


def _nothing_booked(found: Application) -> Response:
    body = render_template(
        "staff/sheets/no_interview.html", reference=found.reference, name=name_of(found), campaign=found.campaign
    )  # fmt: skip
    return make_response(body)


def _propose(form: OutcomeForm, result: Result, place: int) -> None:
    """What the panel recommends is chosen already."""
    if result.recommendation is not None:
        form.verdict.data = SAYS[result.recommendation].value
    form.reason.data, form.reserve_place.data = AFTER_INTERVIEW, place


def _decided(found: Application, result: Result, form: OutcomeForm) -> AnyResponse:
    session, wanted, slug = db.session(), form.wanted(), found.campaign.slug
    campaign_id, name = found.campaign_id, result.name
    try:
        recommending.decide_from(
            session, current_user, result, wanted, agreed=form.agreed.data or "", seen=form.seen.data
        )
    except AgreedAnew as anew:
        return _outcome_page(found, anew.now, form, changes=[_agreed_anew(anew.now, wanted)])
    except DecisionChanged:
        found = sent_application(MOVE, found.reference)
        result = _result(found) or result
        form.seen.data = result.decision.id if result.decision else 0
        return _outcome_page(found, result, form, changes=_differences(result, wanted))
    except ReasonNeeded as refusal:
        refused_beside_field(form, refusal)
        return _outcome_page(found, result, form)
    flash(f"{name}: {VERDICT_WORDS[wanted.verdict].lower()}, provisionally. Nobody has been told.")
    following = next(
        (each for each in recommending.results_of(session, current_user, campaign_id) if each.undecided), None
    )  # fmt: skip
    if following is not None:
        return go(url_for("staff.interview_outcome", reference=following.reference))
    return go(url_for("staff.interview_outcomes", slug=slug))


def _differences(result: Result, wanted: Wanted) -> list[dict[str, str]]:
    now = result.decision
    theirs = (VERDICT_WORDS[now.verdict], reason_sentence(now.reason), now.feedback) if now else ("no decision", "", "")
    yours = (VERDICT_WORDS[wanted.verdict], reason_sentence(wanted.reason), wanted.feedback)
    labels = ("Decision", "Reason", "Advice")
    both = zip(labels, theirs, yours, strict=True)
    return [{"label": label, "theirs": one, "yours": other} for label, one, other in both if one != other]


def _outcome_page(
    found: Application, result: Result, form: OutcomeForm, changes: list[dict[str, str]] | None = None
) -> Response:  # fmt: skip
    session = db.session()
    shown, form.agreed.data = _sheets(found, result) if result.agreed else None, _when(result)
    body = render_template(
        "staff/sheets/outcome.html", reference=found.reference, name=name_of(found), campaign=found.campaign,
        result=result, table=shown, form=form, changes=changes or [], says=RECOMMENDATION_WORDS,
        names=staff_names(session, shown.everybody if shown else [each.staff_id for each in result.members]),
        verdicts=VERDICT_WORDS,
        state=STATE_WORDS[found.state], here=url_for("staff.interview_outcome", reference=found.reference),
    )  # fmt: skip
    return make_response(body, 409 if changes else 422 if form.errors else 200)


def _sheets(found: Application, result: Result) -> Table:
    """Every sheet of an agreed interview; that they were read is recorded before they are shown."""
    application_id, campaign_id = found.id, found.campaign_id
    shown = table_of(db.session(), outside_of(current_app).keys, result.booking_id, campaign_id)
    note_sheets_view(db.session(), current_user, application_id)
    return shown


# The release


@blueprint.route("/interviews/outcomes/<slug>/release", methods=["GET", "POST"])
@requires(Permission.MODERATE, step_up=True)
def release_outcomes(slug: str) -> AnyResponse:
    """Shows exactly what is sent and to how many; the number typed begins it."""
    form, session = ReleaseForm(), db.session()
    campaign = recommending.interviewed_campaign(session, current_user, slug)
    if form.is_submitted() and (begun := run_of(session, current_user, form.token.data)) is not None:
        return _to(begun)  # pressed twice
    ids = decided_in(current_user, campaign.id, interviewed=True)
    detail = detail_of(session, ids, campaign.name, apart=False)
    seen = preview(session, current_user, RELEASE, ids, detail)
    passes = sum(count for (verdict, _), count in deciding.counted(session, ids).items() if verdict is Verdict.OFFER)
    too_many = max(0, passes - places_left(session, campaign.id))
    problem = ""
    if form.validate_on_submit() and seen.count and not too_many:
        if form.typed.data.strip().replace(",", "") != str(seen.count):
            form.typed.errors = [f"Type {seen.count}, the number of people who are told"]
        else:
            try:
                token, seal = form.token.data or secrets.token_urlsafe(16), form.seal.data or ""
                return _to(begin(session, current_user, token, RELEASE, ids, detail, seen=seal))
            except (Changed, Nobody) as refusal:
                problem = refusal.message
    return _release_page(slug, form, seen, too_many=too_many, problem=problem)


def _to(run: Run) -> AnyResponse:
    return redirect(url_for("staff.run", number=run.id), 303)


def _release_page(slug: str, form: ReleaseForm, seen: Preview, *, too_many: int, problem: str) -> Response:
    session = db.session()
    campaign = recommending.interviewed_campaign(session, current_user, slug)
    form.token.data, form.seal.data = form.token.data or secrets.token_urlsafe(16), seen.seal
    results = recommending.results_of(session, current_user, campaign.id)
    found = deciding.counted(session, decided_in(current_user, campaign.id, interviewed=True))
    body = render_template(
        "staff/sheets/release.html", campaign=campaign, form=form, seen=seen, problem=problem, too_many=too_many,
        waiting=sum(1 for each in results if not each.told and each.decision is None), letters=_letters(results),
        counts=[(VERDICT_WORDS[each], sum(n for (one, _), n in found.items() if one is each)) for each in SHOWN],
        reasons=[(reason_sentence(reason), n) for (one, reason), n in found.items() if one is Verdict.DECLINE],
        left_out=[(WHY[code], count) for code, count in seen.left_out.items()],
    )  # fmt: skip
    return make_response(body, 409 if problem else 422 if form.errors else 200)


def _letters(results: list[Result]) -> list[dict[str, Any]]:
    """The letter the first of each verdict gets."""
    first: dict[Verdict, Result] = {}
    for each in results:
        if each.decision is not None and not each.told:
            first.setdefault(each.decision.verdict, each)
    chosen = {verdict: each.application_id for verdict, each in first.items()}
    letters = letters_of(db.session(), outside_of(current_app).letters, chosen)
    return [
        {"verdict": VERDICT_WORDS[verdict], "name": first[verdict].name, "letter": letters[verdict]}
        for verdict in SHOWN
        if verdict in letters
    ]
