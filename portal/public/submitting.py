"""Check answers, send, receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app, make_response, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm

from portal import clock
from portal.domain.applications.actions import submit as send
from portal.domain.applications.models import Application, State
from portal.domain.applications.queries import Answered, answered, dates_of, is_lapsed, own_application
from portal.domain.applications.refusals import NotComplete, NotEligible
from portal.domain.applications.sections import Section, sections_of
from portal.domain.applications.standing import Standing, standing_of
from portal.domain.applications.waiting import RECRUITERS
from portal.domain.campaigns.rules import last_day
from portal.domain.refusals import Refusal
from portal.extensions import db
from portal.public.door import blueprint
from portal.public.steps import first_waiting
from portal.public.words import span
from portal.web.guards import for_applicants
from portal.web.setup import outside_of


class SendForm(FlaskForm):  # type: ignore[misc]
    """Only the token: what is sent has been saved already."""


@dataclass(frozen=True)
class Line:
    """One question as it was answered, or what is still to do about it."""

    key: str
    label: str
    shown: str
    problem: str | None


@dataclass(frozen=True)
class Part:
    section: Section
    lines: list[Line]


@blueprint.get("/applications/<reference>/check-answers")
@for_applicants
def check_answers(reference: str) -> Response:
    """Everything that will be sent, each with its way back; afterwards, everything that was."""
    application = own_application(db.session(), current_user, reference)
    if is_lapsed(application, clock.now()):
        return _go("public.application", application)
    return _check(application, SendForm())


@blueprint.route("/applications/<reference>/submit", methods=["GET", "POST"])
@for_applicants
def submit(reference: str) -> Response:
    """Sends. The time at which the request arrived decides, and is read before anything else."""
    received_at = clock.now()
    application = own_application(db.session(), current_user, reference)
    if application.received_at is not None:
        return _go("public.submitted", application)
    form = SendForm()
    if not form.validate_on_submit():
        return _go("public.check_answers", application)
    try:
        send(db.session(), current_user, application.id, received_at, outside_of(current_app).keys)
    except (NotComplete, NotEligible):
        return _check(application, form, 422)  # the page shows what, and where
    except Refusal as refusal:
        form.form_errors.append(refusal.message)
        return _check(application, form, 422)
    return _go("public.submitted", application)


@blueprint.get("/applications/<reference>/submitted")
@for_applicants
def submitted(reference: str) -> Response:
    """The receipt, to look at again and to print."""
    application = own_application(db.session(), current_user, reference)
    if application.received_at is None:
        return _go("public.application", application)
    dates = dates_of(application.campaign)
    page = render_template(
        "public/application/submitted.html",
        application=application,
        dates=dates,
        interviews=span(dates.interviews_from, dates.interviews_to),
        training=span(dates.training_from, dates.training_to),
        email=current_user.person.email,
        team=RECRUITERS,
    )
    return make_response(page)


def _check(application: Application, form: SendForm, status: int = 200) -> Response:
    session, keys, now = db.session(), outside_of(current_app).keys, clock.now()
    draft = application.state is State.DRAFT
    standing = standing_of(session, keys, application, now)
    said = answered(session, keys, application, sealed=True)
    page = render_template(
        "public/application/check.html",
        application=application,
        draft=draft,
        form=form,
        parts=_parts(standing, said, draft),
        standing=standing,
        carry_on=first_waiting(application, standing),
        late=_late(application, now),
        last_day=last_day(application.campaign),
        email=current_user.person.email,
    )
    return make_response(page, status)


def _late(application: Application, now: datetime) -> bool:
    return now >= application.campaign.closes_at


def _parts(standing: Standing, said: list[Answered], draft: bool) -> list[Part]:
    """A draft shows every question, answered or not; what was sent shows what was said, in the words of its day."""
    answers = {each.key: each for each in said}
    problems = {key: words for state in standing.states for key, words in state.problems.items()}
    lines: dict[str, list[Line]] = {}
    if draft:
        for each in standing.asked:
            shown = answers[each.key].shown if each.key in answers else ""
            lines.setdefault(each.section, []).append(Line(each.key, each.label, shown, problems.get(each.key)))
    else:
        for given in said:
            lines.setdefault(given.section, []).append(Line(given.key, given.label, given.shown, None))
    sections = sections_of(standing.asked if draft else said)
    return [Part(section, lines[section.key]) for section in sections if section.key in lines]


def _go(endpoint: str, application: Application) -> Response:
    return redirect(url_for(endpoint, reference=application.reference), code=303)  # type: ignore[return-value]
