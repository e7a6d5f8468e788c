"""Medical certificates and fitness evidence: what waits for a reviewer, and the reviewer's word."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.viewing import note_checks_view
from portal.domain.campaigns.models import RequirementKind
from portal.domain.clearances import actions, queries
from portal.domain.clearances.queries import Waiting
from portal.domain.clearances.rules import OUTCOMES, outcome, seen
from portal.domain.documents.rules import SORTS, last_day
from portal.domain.journeys import uploading
from portal.domain.paging import FEW, Cursor
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.checks import OutcomeForm
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment

TABS = {
    Waiting.WITH_US: "To look at",
    Waiting.WITH_APPLICANT: "Back with applicants",
    Waiting.NOT_ASKED: "Not sent yet",
    Waiting.MET: "Met",
    Waiting.NOT_MET: "Not met",
}
EMPTY = {
    Waiting.WITH_US: "Each certificate or fitness result appears here as soon as its application is sent.",
    Waiting.WITH_APPLICANT: "What you send back to an applicant waits here until they answer.",
    Waiting.NOT_ASKED: "Applicants who have sent nothing yet stand here.",
    Waiting.MET: "What you found to be met stands here.",
    Waiting.NOT_MET: "What you found not to be met stands here.",
}
Forms = Mapping[RequirementKind, OutcomeForm]


@blueprint.get("/checks")
@requires(Permission.SEE_CLEARANCES)
def checks() -> Response:
    session = db.session()
    asked = request.args.get("state", "")
    tab = Waiting(asked) if asked in set(Waiting) else Waiting.WITH_US
    found = queries.counts(session, current_user)
    page = queries.page(session, current_user, tab, Cursor.parse(request.args.get("after")))
    return page_or_fragment(
        "staff/checks/list.html",
        "results",
        tabs=[
            {
                "label": TABS[one],
                "count": f"{FEW:,}+" if count > FEW else f"{count:,}",
                "href": url_for("staff.checks", state=one.value),
                "current": one is tab,
            }
            for one, count in found.items()
        ],
        lines=[(line, SORTS[line.kind].title, last_day(line.due_at)) for line in page.lines],
        late_before=clock.now(),
        empty=EMPTY[tab],
        older=url_for("staff.checks", state=tab.value, after=str(page.after)) if page.after else None,
        first=url_for("staff.checks", state=tab.value) if request.args.get("after") else None,
    )


@blueprint.get("/checks/<reference>")
@requires(Permission.SEE_CLEARANCES)
def check(reference: str) -> Response:
    """One application's certificates and evidence; that they were opened is recorded before they are shown."""
    session = db.session()
    note_checks_view(session, current_user, queries.reviewable_application(session, current_user, reference).id)
    return _page(queries.reviewable_application(session, current_user, reference), {})


@blueprint.post("/checks/<reference>/<kind>")
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
            actions.decide(session, current_user, found.id, which, said, shown=form.shown.data)
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            refused_beside_field(form, refusal)
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
    name = f"{application.given_name} {application.family_name}".strip() or application.reference
    body = render_template(
        "staff/checks/check.html",
        application=application,
        name=name,
        notice_days=setting_value(db.session(), "medical_notice_days", clock.today()),
        panels=panels,
        last_days={panel.kind: last_day(panel.due_at) for panel, _form, _said_before in panels},
        errors=[
            {"text": problem, "href": f"#{form.outcome.id}"}
            for form in sent.values()
            for problem in form.outcome.errors
        ],
    )
    return make_response(body, 422 if sent else 200)


def _said(kind: RequirementKind, code: str | None) -> str:
    """What was found before, in the words of the form."""
    return next((one.label for one in OUTCOMES[kind] if one.code == code), "")
