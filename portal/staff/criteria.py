"""The criteria check: a liaison officer's division, longest waiting first, and their word about one application."""

from __future__ import annotations

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from portal.domain.accounts.rules import Permission
from portal.domain.applications.models import Application
from portal.domain.applications.stages import STATE_WORDS
from portal.domain.clearances import criteria
from portal.domain.clearances.criteria import ANSWER_WORDS, Checked, CheckedMeanwhile, Tab
from portal.domain.clearances.models import CriteriaAnswer
from portal.domain.clearances.reading import vetting_told
from portal.domain.clearances.vetting_rules import TOLD_WORDS
from portal.domain.paging import FEW, Cursor
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.staff.door import blueprint
from portal.staff.forms.vetting import CriteriaForm
from portal.staff.opening import Clash, Difference, name_of
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of

P = Permission
TABS = {Tab.TO_CHECK: "To check", Tab.CONCERN: "Concerns", Tab.MEETS: "Meet the criteria"}


@blueprint.get("/criteria")
@requires(P.CHECK_CRITERIA)
def criteria_list() -> Response:
    session = db.session()
    asked = request.args.get("show", "")
    tab = Tab(asked) if asked in set(Tab) else Tab.TO_CHECK
    page = criteria.page(session, current_user, tab, Cursor.parse(request.args.get("after")))
    return page_or_fragment(
        "staff/criteria/list.html",
        "results",
        tabs=[
            {
                "label": TABS[one],
                "count": f"{FEW:,}+" if count > FEW else f"{count:,}",
                "href": url_for("staff.criteria_list", show=one.value),
                "current": one is tab,
            }
            for one, count in criteria.counts(session, current_user).items()
        ],
        lines=[(line, STATE_WORDS[line.state], TOLD_WORDS[line.vetting]) for line in page.lines],
        older=url_for("staff.criteria_list", show=tab.value, after=str(page.after)) if page.after else None,
        first=url_for("staff.criteria_list", show=tab.value) if request.args.get("after") else None,
    )


@blueprint.route("/criteria/<reference>", methods=["GET", "POST"])
@requires(P.CHECK_CRITERIA)
def check_criteria(reference: str) -> Response:
    """Their word, beside what stands; somebody else's in between is shown beside it."""
    session, keys = db.session(), outside_of(current_app).keys
    found = criteria.checkable(session, current_user, reference)
    form = CriteriaForm()
    if form.validate_on_submit():
        try:
            said = CriteriaAnswer(form.answer.data)
            criteria.check_criteria(
                session, keys, current_user, found.id, said, form.text.data or "", version=form.version.data
            )
            flash(f"{ANSWER_WORDS[said]}. This is on record.")
            return redirect(url_for("staff.check_criteria", reference=reference), 303)  # type: ignore[return-value]
        except CheckedMeanwhile:
            found = criteria.checkable(session, current_user, reference)
            return _page(found, form, criteria.checked(session, keys, found.id), clashes=True)
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            refused_beside_field(form, refusal)
            found = criteria.checkable(session, current_user, reference)
    return _page(found, form, criteria.checked(session, keys, found.id))


def _page(found: Application, form: CriteriaForm, now: Checked, *, clashes: bool = False) -> Response:
    clash = _clash(form, now) if clashes else None
    form.version.data = now.version
    if request.method == "GET":
        form.answer.data, form.text.data = now.answer.value if now.answer else None, now.text
    told, until = vetting_told(db.session(), found.id)
    page = render_template(
        "staff/criteria/check.html",
        reference=found.reference,
        name=name_of(found),
        campaign=found.campaign.name,
        district=found.district.name if found.district else "district not known",
        form=form,
        now=now,
        clash=clash,
        vetting=TOLD_WORDS[told],
        vetted_until=until,
    )
    return make_response(page, 409 if clash else 422 if form.errors else 200)


def _clash(form: CriteriaForm, now: Checked) -> Clash:
    theirs = ANSWER_WORDS[now.answer] if now.answer else "nothing"
    changes = [Difference("Answer", theirs, ANSWER_WORDS[CriteriaAnswer(form.answer.data)])]
    if now.text or form.text.data:
        changes.append(Difference("Concern", now.text, form.text.data or ""))
    return Clash(changes, now.by or "Somebody else", now.at)
