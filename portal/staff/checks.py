"""Checks: what waits for whom, late first; and the medical reviewer's word on certificates and evidence."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.viewing import note_checks_view
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import actions, deciding, owning, queries
from portal.domain.clearances.owning import team_of
from portal.domain.clearances.queries import Place, Waiting, Wanted
from portal.domain.clearances.rules import OUTCOMES, outcome, seen
from portal.domain.documents.rules import SORTS, last_day
from portal.domain.journeys import uploading
from portal.domain.paging import FEW
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.staff.check_shapes import NAMES, about, address_of, opened
from portal.staff.door import blueprint
from portal.staff.forms.checks import CheckOwnerForm, OutcomeForm
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

TABS = {
    Waiting.WITH_US: "With us",
    Waiting.WITH_APPLICANT: "With applicants",
    Waiting.NOT_ASKED: "Not asked yet",
    Waiting.MET: "Met",
    Waiting.NOT_MET: "Not met",
}
EMPTY = {
    Waiting.WITH_US: "What applicants send or name, and what somebody must decide, appears here.",
    Waiting.WITH_APPLICANT: "What we asked an applicant for waits here until they answer.",
    Waiting.NOT_ASKED: "Checks of people on their way to an offer stand here until they are asked for.",
    Waiting.MET: "Checks that were found to be met stand here.",
    Waiting.NOT_MET: "Checks that were found not to be met stand here.",
}
MOST_AT_ONCE = 500
Forms = Mapping[RequirementKind, OutcomeForm]


@blueprint.get("/checks")
@requires(Permission.OPEN_CHECKS)
def checks() -> Response:
    """Every check one may see, by kind and by whose turn it is; late ones first."""
    session, wanted = db.session(), _wanted()
    page = queries.page(session, current_user, wanted, Place.parse(request.args.get("after")))
    clear = wanted.kind is RequirementKind.OCCUPATION and current_user.can(Permission.RUN_CHECKS)
    return page_or_fragment(
        "staff/checks/list.html",
        "results",
        tabs=[
            {
                "label": TABS[one],
                "count": f"{FEW:,}+" if count > FEW else f"{count:,}",
                "href": _address(wanted, state=one.value),
                "current": one is wanted.tab,
            }
            for one, count in queries.counts(session, current_user, wanted).items()
        ],
        kinds=[
            {"label": NAMES[one] if one else "All", "href": _address(wanted, kind=one.value if one else None),
             "current": one is wanted.kind}
            for one in (None, *queries.kinds_listed(current_user))
        ],
        mine={"href": _address(wanted, mine=None if wanted.mine else "yes"), "on": wanted.mine},
        lines=[
            (line, NAMES[line.kind], last_day(line.due_at), address_of(line.kind, line.reference), team_of(line.kind))
            for line in page.lines
        ],
        files=any(line.clean or line.checking for line in page.lines),
        clear=len(deciding.clear_by_the_list(session, current_user, most=MOST_AT_ONCE)) if clear else 0,
        empty=EMPTY[wanted.tab],
        older=_address(wanted, after=str(page.after)) if page.after else None,
        first=_address(wanted) if request.args.get("after") else None,
    )  # fmt: skip


def _wanted() -> Wanted:
    """What the address asks for; nonsense is what a bare address shows."""
    tab, kind = request.args.get("state", ""), request.args.get("kind", "")
    return Wanted(
        Waiting(tab) if tab in set(Waiting) else Waiting.WITH_US,
        next((one for one in queries.kinds_listed(current_user) if one.value == kind), None),
        request.args.get("mine") == "yes",
    )


def _address(wanted: Wanted, **changes: str | None) -> str:
    given = {
        "state": wanted.tab.value,
        "kind": wanted.kind.value if wanted.kind else None,
        "mine": "yes" if wanted.mine else None,
    }
    return url_for("staff.checks", **(given | changes))  # type: ignore[arg-type]


@blueprint.post("/checks/<reference>/<kind>/owner")
@requires(Permission.OPEN_CHECKS)
def own_check(reference: str, kind: str) -> AnyResponse:
    """Somebody sees to this check from now on, or nobody; only those who see to its kind give it away."""
    session, which = db.session(), next((one for one in owning.SEES_TO if one.value == kind), None)
    if which is None or not current_user.scope(owning.SEES_TO[which]):
        raise NotFound()
    found = opened(session, owning.SEES_TO[which], reference, which)
    form = CheckOwnerForm(owning.colleagues(session, found.id, which))
    if not form.validate_on_submit():
        raise owning.NotTheirs()
    wanted = int(form.owner.data) if form.owner.data else None
    owning.give(session, current_user, found.id, which, wanted, seen=form.seen_id())
    flash("You see to it now." if wanted == current_user.id else "Somebody else sees to it now.")
    back = address_of(which, reference) or url_for("staff.checks")
    return redirect(back, 303)


@blueprint.get("/checks/<reference>")
@requires(Permission.SEE_CLEARANCES)
def check(reference: str) -> Response:
    """One application's certificates and evidence; that they were opened is recorded before they are shown."""
    session = db.session()
    note_checks_view(session, current_user, queries.reviewable_application(session, current_user, reference).id)
    return _page(queries.reviewable_application(session, current_user, reference), {})


@blueprint.post("/checks/<reference>/<any(medical, fitness):kind>")
@requires(Permission.SEE_CLEARANCES)
def decide_check(reference: str, kind: str) -> AnyResponse:
    session = db.session()
    found = queries.reviewable_application(session, current_user, reference)
    which = next((one for one in queries.kinds_open_to(current_user) if one.value == kind), None)
    if which is None:
        raise NotFound()
    form = OutcomeForm(which, "")
    if form.validate_on_submit():
        said = outcome(which, form.outcome.data)
        try:
            actions.decide(
                session, current_user, found.id, which, said, shown=form.shown.data,
                needs=form.needs.data or "" if form.needs else "", keys=outside_of(current_app).keys,
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            refused_beside_field(form, refusal)
            if form.form_errors:
                form.form_errors, form.outcome.errors = [], [refusal.message]
        else:
            flash(f"{SORTS[which].title}: {said.label}. This is on record.")
            return redirect(url_for("staff.check", reference=reference), 303)
    return _page(queries.reviewable_application(session, current_user, reference), {which: form})


def _page(application: Application, sent: Forms) -> Response:
    """The reviewer's page; `sent` is a form that came back with a problem."""
    panels = [
        (panel, sent.get(panel.kind) or OutcomeForm(panel.kind, seen(panel.files)), _said(panel.kind, panel.reason))
        for panel in uploading.panels(db.session(), application, clock.now())
        if panel.kind in queries.kinds_open_to(current_user)
    ]
    for panel, form, _said_before in panels:
        form.shown.data = seen(panel.files)
    keys = outside_of(current_app).keys
    name = f"{application.given_name} {application.family_name}".strip() or application.reference
    body = render_template(
        "staff/checks/check.html",
        application=application,
        name=name,
        notice_days=setting_value(db.session(), "medical_notice_days", clock.today()),
        panels=panels,
        last_days={panel.kind: last_day(panel.due_at) for panel, _form, _said_before in panels},
        errors=[
            {"text": problem, "href": f"#{field.id}"}
            for form in sent.values()
            for field in (form.outcome, form.needs)
            if field
            for problem in field.errors
        ],
        abouts={panel.kind: about(db.session(), keys, application, panel.kind) for panel, _form, _before in panels},
    )
    return make_response(body, 422 if sent else 200)


def _said(kind: RequirementKind, code: str | None) -> str:
    """What was found before, in the words of the form."""
    return next((one.label for one in OUTCOMES[kind] if one.code == code), "")
