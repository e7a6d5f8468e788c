"""Vetting's desk: its cases, one case with everything sealed in it, and each step of it. Nobody else comes near."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.clearances import reading, vetting
from portal.domain.clearances.changes import Desk, mark_seen
from portal.domain.clearances.declaring import TITLES
from portal.domain.clearances.models import VettingState
from portal.domain.clearances.reading import Case, Tab
from portal.domain.clearances.vetting_rules import LEVELS, Step
from portal.domain.documents.rules import last_day
from portal.domain.paging import FEW, Cursor
from portal.domain.refusals import NotFound, Refusal
from portal.domain.settings.queries import setting_value
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.vetting import (
    AppealDecisionForm,
    ClearForm,
    LevelForm,
    QuestionForm,
    SeenChangeForm,
    StepForm,
    WhyForm,
)
from portal.staff.opening import name_of
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

P, V = Permission, VettingState
TABS = {
    Tab.READY: "To send on",
    Tab.SENT: "Being looked into",
    Tab.SECOND: "For a second person",
    Tab.APPEALS: "Appeals",
    Tab.CHANGES: "Something changed",
    Tab.APPLICANT: "With applicants",
    Tab.DONE: "Done",
}
EMPTY = {
    Tab.READY: "A case appears here as soon as both declarations are in.",
    Tab.SENT: "What is sent on stands here until you record a result.",
    Tab.SECOND: "A refusal that one of you proposed waits here for another.",
    Tab.APPEALS: "Appeals are decided by somebody who took no part in the refusal.",
    Tab.CHANGES: "What applicants or liaison officers tell vetting waits here until it is marked as read.",
    Tab.APPLICANT: "Declarations not sent yet, and questions not answered yet.",
    Tab.DONE: "Results stand here.",
}
STATE_WORDS = {
    V.WITH_APPLICANT: "declarations with the applicant",
    V.READY: "ready to send on",
    V.SENT: "being looked into",
    V.QUERY: "a question is with the applicant",
    V.PASSED: "passed",
    V.REFUSAL_PROPOSED: "refusal proposed",
    V.REFUSED: "refused",
    V.APPEALED: "appeal to decide",
}
FORMS: dict[str, type[StepForm]] = {
    "send": LevelForm,
    "clear": ClearForm,
    "ask": QuestionForm,
    "propose": WhyForm,
    "confirm": StepForm,
    "take_back": StepForm,
    "appeal": AppealDecisionForm,
    "seen": SeenChangeForm,
}
SAID = {
    "send": "It is on record as sent on.",
    "clear": "Passed. The applicant has been told.",
    "ask": "The question is with the applicant.",
    "propose": "Proposed. Somebody else from vetting has to confirm it.",
    "confirm": "Refused. The applicant has been told, without a reason, and until when to appeal.",
    "take_back": "The proposal is taken back. What it said is gone.",
    "appeal": "The appeal is decided. The applicant has been told.",
    "seen": "Marked as read.",
}


@blueprint.get("/vetting")
@requires(P.RUN_VETTING)
def vetting_cases() -> Response:
    session = db.session()
    asked = request.args.get("show", "")
    tab = Tab(asked) if asked in set(Tab) else Tab.READY
    page = reading.page(session, current_user, tab, Cursor.parse(request.args.get("after")))
    return page_or_fragment(
        "staff/vetting/list.html",
        "results",
        tabs=[
            {
                "label": TABS[one],
                "count": f"{FEW:,}+" if count > FEW else f"{count:,}",
                "href": url_for("staff.vetting_cases", show=one.value),
                "current": one is tab,
            }
            for one, count in reading.counts(session, current_user).items()
        ],
        lines=[(line, STATE_WORDS[line.state], last_day(line.due_at) if line.due_at else None) for line in page.lines],
        today=clock.today(),
        done=tab is Tab.DONE,
        empty=EMPTY[tab],
        older=url_for("staff.vetting_cases", show=tab.value, after=str(page.after)) if page.after else None,
        first=url_for("staff.vetting_cases", show=tab.value) if request.args.get("after") else None,
    )


@blueprint.get("/vetting/<reference>")
@requires(P.RUN_VETTING, step_up=True)
def vetting_case(reference: str) -> Response:
    """One case. That it was read is on record before anything is shown, each time."""
    return _page(reference, {}, 200)


@blueprint.post("/vetting/<reference>/<act>")
@requires(P.RUN_VETTING, step_up=True)
def vetting_act(reference: str, act: str) -> Response:
    """One step of a case."""
    _application, case_id = reading.case_application(db.session(), current_user, reference)
    if act not in FORMS:
        raise NotFound()
    form, status = FORMS[act](prefix=act), 422
    if form.validate_on_submit():
        try:
            _ACTS[act](case_id, form)
            flash(SAID[act])
            return redirect(url_for("staff.vetting_case", reference=reference), 303)  # type: ignore[return-value]
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            refused_beside_field(form, refusal)
            status = refusal.status
    return _page(reference, {act: form}, status)


def _send(case_id: int, form: Any) -> None:
    vetting.send(db.session(), current_user, case_id, form.level.data, version=form.version.data)


def _clear(case_id: int, form: Any) -> None:
    vetting.pass_case(db.session(), current_user, case_id, form.expires_on.data, version=form.version.data)


def _ask(case_id: int, form: Any) -> None:
    keys = outside_of(current_app).keys
    vetting.ask(db.session(), keys, current_user, case_id, form.question.data, version=form.version.data)


def _propose(case_id: int, form: Any) -> None:
    keys = outside_of(current_app).keys
    vetting.propose_refusal(db.session(), keys, current_user, case_id, form.why.data, version=form.version.data)


def _confirm(case_id: int, form: Any) -> None:
    vetting.confirm_refusal(db.session(), current_user, case_id, version=form.version.data)


def _take_back(case_id: int, form: Any) -> None:
    vetting.take_back(db.session(), current_user, case_id, version=form.version.data)


def _appeal(case_id: int, form: Any) -> None:
    keys, upheld = outside_of(current_app).keys, form.decision.data == Step.UPHOLD
    vetting.decide_appeal(
        db.session(), keys, current_user, case_id, upheld, form.why.data, version=form.version.data
    )  # fmt: skip


def _seen(case_id: int, form: Any) -> None:
    mark_seen(db.session(), current_user, form.version.data, Desk.VETTING)


_ACTS: dict[str, Callable[[int, Any], None]] = {
    "send": _send, "clear": _clear, "ask": _ask, "propose": _propose, "confirm": _confirm, "take_back": _take_back,
    "appeal": _appeal, "seen": _seen,
}  # fmt: skip


def _page(reference: str, sent: dict[str, StepForm], status: int) -> Response:
    """The case; `sent` is a form that came back with a problem, which gets the newest version to be sent again."""
    session = db.session()
    case = reading.open_case(session, outside_of(current_app).keys, current_user, reference)
    application, _case_id = reading.case_application(session, current_user, reference)
    may = [_form_of(step) for step in case.may]
    forms = {act: sent.get(act) or _fresh(act, case) for act in dict.fromkeys(may)}
    for form in forms.values():
        form.version.data = case.version
    wrong = next(iter(sent.values()), None)
    page = render_template(
        "staff/vetting/case.html",
        reference=application.reference,
        name=name_of(application),
        campaign=application.campaign.name,
        case=case,
        state=STATE_WORDS[case.state],
        level=LEVELS[case.level],
        titles=TITLES,
        forms=forms,
        appeal_day=last_day(case.appeal_until) if case.appeal_until else None,
        wrong=wrong,
        usual_days=setting_value(session, "vetting_valid_days", clock.today()),
        seen_forms={each.id: SeenChangeForm(formdata=None, prefix="seen") for each in case.changes},
    )
    return make_response(page, status)


def _form_of(step: Step) -> str:
    return "appeal" if step in {Step.UPHOLD, Step.DISMISS} else step.value


def _fresh(act: str, case: Case) -> StepForm:
    made = FORMS[act](formdata=None, prefix=act)
    if isinstance(made, LevelForm):
        made.level.data = case.level
    return made
