"""One trainee for their trainers: days and modules, what makes good what, assessments, history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as AnyResponse

from portal import clock
from portal.domain.accounts.rules import Permission
from portal.domain.attendance import assessing, catching_up, risk, signing_off
from portal.domain.attendance.coverage import DayState, Standing
from portal.domain.attendance.entries import Entry
from portal.domain.attendance.ledger import NoSuchCatchUp
from portal.domain.attendance.models import CatchUpEnd, CatchUpWay, Result
from portal.domain.attendance.people import person
from portal.domain.attendance.sheet import Sheet, sheet
from portal.domain.refusals import NotFound, Refusal
from portal.extensions import db
from portal.staff.cohort_words import DONE_WORDS, TAGS, stand_words, where_of
from portal.staff.door import blueprint
from portal.staff.forms.trainees import RESULTS, AloneForm, AssessmentForm, BackForm, WorkForm, whole
from portal.web.errors import refused_beside_field
from portal.web.guards import requires
from portal.web.pages import page_or_fragment
from portal.web.setup import outside_of
from portal.web.wording import plural

P = Permission
HERE = "/cohorts/<int:cohort_id>/trainees/<int:trainee_id>"


@dataclass
class Forms:
    """The page's forms: as they are offered, or the one that was sent back with what is wrong."""

    alone: AloneForm = field(default_factory=lambda: AloneForm(formdata=None, prefix="alone"))
    work: WorkForm = field(default_factory=lambda: WorkForm(formdata=None, prefix="work"))
    assessment: AssessmentForm = field(default_factory=lambda: AssessmentForm(formdata=None, prefix="assessment"))
    back: BackForm = field(default_factory=lambda: BackForm(formdata=None, prefix="back"))

    @property
    def wrong(self) -> FlaskForm | None:
        return next((form for form in vars(self).values() if form.errors), None)


@blueprint.get(HERE)
@requires(P.SEE_COHORTS)
def trainee(cohort_id: int, trainee_id: int) -> AnyResponse:
    return _page(_read(cohort_id, trainee_id), Forms())


@blueprint.post(f"{HERE}/book")
@requires(P.KEEP_REGISTER)
def book_catch_up(cohort_id: int, trainee_id: int) -> AnyResponse:
    """A place in an equal session, for all it repairs."""
    _must_keep(cohort_id, trainee_id)
    catching_up.book_session(db.session(), current_user, trainee_id, whole(request.form.get("session")))
    return _back(cohort_id, trainee_id, "Booked. They get a letter with the day.")


@blueprint.post(f"{HERE}/alone")
@requires(P.KEEP_REGISTER)
def set_time_alone(cohort_id: int, trainee_id: int) -> AnyResponse:
    form = AloneForm(prefix="alone")

    def act() -> None:
        catching_up.set_one_to_one(
            db.session(), current_user, trainee_id, form.module.data, form.starts_at, form.place.data or "",
            whole(form.trainer.data),
        )  # fmt: skip

    return _done(cohort_id, trainee_id, Forms(alone=form), form, act, "The time is set. They get a letter.")


@blueprint.post(f"{HERE}/written")
@requires(P.KEEP_REGISTER)
def set_written_work(cohort_id: int, trainee_id: int) -> AnyResponse:
    form = WorkForm(prefix="work")

    def act() -> None:
        catching_up.set_written(db.session(), current_user, trainee_id, form.module.data, form.due.data)

    return _done(cohort_id, trainee_id, Forms(work=form), form, act, "Written work is set. They get a letter.")


@blueprint.post(f"{HERE}/assessments")
@requires(P.KEEP_REGISTER)
def record_assessment(cohort_id: int, trainee_id: int) -> AnyResponse:
    form, keys = AssessmentForm(prefix="assessment"), outside_of(current_app).keys

    def act() -> None:
        seen, _, code = form.module.data.partition(":")
        assessing.record_result(
            db.session(), keys, current_user, trainee_id, code, Result(form.result.data),
            assessed_on=form.on.data, seen=whole(seen), words=form.words.data or "",
        )  # fmt: skip

    return _done(cohort_id, trainee_id, Forms(assessment=form), form, act, "Recorded.")


@blueprint.post(f"{HERE}/assessments/<int:assessment_id>/take-back")
@requires(P.KEEP_REGISTER)
def take_back_assessment(cohort_id: int, trainee_id: int, assessment_id: int) -> AnyResponse:
    _must_keep(cohort_id, trainee_id)
    assessing.take_back(db.session(), current_user, trainee_id, assessment_id)
    return _back(cohort_id, trainee_id, "Taken back. It stays in the history.")


@blueprint.post(f"{HERE}/catch-ups/<int:catch_up_id>/<any('sign-off', 'missed', 'cancel', 'reopen'):act>")
@requires(P.KEEP_REGISTER)
def see_to_catch_up(cohort_id: int, trainee_id: int, catch_up_id: int, act: str) -> AnyResponse:
    """Signed off, not done, given up, or a sign-off taken back."""
    _must_own(cohort_id, trainee_id, catch_up_id)
    session, seen = db.session(), whole(request.form.get("seen")) or None
    if act == "sign-off":
        signing_off.sign_off(session, current_user, catch_up_id, seen=seen)
        words = "Signed off: it counts as made good."
    elif act == "missed":
        signing_off.missed(session, current_user, catch_up_id, seen=seen)
        words = "Noted. They can book another way."
    elif act == "cancel":
        catching_up.cancel(session, current_user, catch_up_id)
        words = "Given up. They can book another way."
    else:
        signing_off.take_back(session, current_user, catch_up_id)
        words = "The sign-off is taken back."
    return _back(cohort_id, trainee_id, words)


@blueprint.post(f"{HERE}/catch-ups/<int:catch_up_id>/hand-back")
@requires(P.KEEP_REGISTER)
def hand_work_back(cohort_id: int, trainee_id: int, catch_up_id: int) -> AnyResponse:
    form = BackForm(prefix="back")
    _must_own(cohort_id, trainee_id, catch_up_id)

    def act() -> None:
        seen = whole(form.seen.data) or None
        signing_off.hand_back(db.session(), current_user, catch_up_id, form.due.data, seen=seen)

    return _done(cohort_id, trainee_id, Forms(back=form), form, act, "Handed back. They get a letter.")


def _done(
    cohort_id: int, trainee_id: int, forms: Forms, form: FlaskForm, act: Callable[[], None], words: str
) -> AnyResponse:
    """The act of a form, then the page; what is wrong is shown beside its field, and nothing typed is lost."""
    _must_keep(cohort_id, trainee_id)
    found = _read(cohort_id, trainee_id)
    _offer(found, forms)
    if form.validate():
        try:
            act()
            return _back(cohort_id, trainee_id, words)
        except NotFound:
            raise
        except Refusal as refusal:
            refused_beside_field(form, refusal)
            found = _read(cohort_id, trainee_id)
            return _page(found, forms, refusal.status)
    return _page(found, forms, 422)


def _must_keep(cohort_id: int, trainee_id: int) -> None:
    """Raises NotFound for a trainee whose register the viewer does not keep."""
    person(db.session(), current_user, cohort_id, trainee_id, P.KEEP_REGISTER)


def _must_own(cohort_id: int, trainee_id: int, catch_up_id: int) -> None:
    _must_keep(cohort_id, trainee_id)
    found = _read(cohort_id, trainee_id)
    if all(entry.row.id != catch_up_id or entry.trainee_id != trainee_id for entry in found.entries):
        raise NoSuchCatchUp()


def _read(cohort_id: int, trainee_id: int) -> Sheet:
    return sheet(db.session(), outside_of(current_app).keys, current_user, cohort_id, trainee_id)


def _back(cohort_id: int, trainee_id: int, words: str) -> AnyResponse:
    flash(words)
    return redirect(url_for("staff.trainee", cohort_id=cohort_id, trainee_id=trainee_id), 303)


def _offer(found: Sheet, forms: Forms) -> None:
    asked = [(entry.row.module_code, entry.module) for entry in found.live if entry.row.way is CatchUpWay.ONE_TO_ONE]
    alone = [(module.of.code, module.of.title) for module in found.ways.one_to_one]
    forms.alone.offer([*asked, *alone], [(str(key), name) for key, name in found.trainers])
    forms.work.offer([(module.of.code, module.of.title) for module in found.ways.written])
    assessed = [module.of for module in found.standing.modules if module.of.assessed and not module.passed]
    forms.assessment.offer([(f"{found.attempts(each.code)}:{each.code}", each.title) for each in assessed])


def _page(found: Sheet, forms: Forms, status: int = 200) -> AnyResponse:
    _offer(found, forms)
    if not forms.assessment.errors:
        forms.assessment.on.data = clock.today()
    keeps = current_user.can(P.KEEP_REGISTER) and found.person.trainee.completed_at is None
    return page_or_fragment(
        "staff/trainees/trainee.html",
        "main",
        status=status,
        sheet=found,
        person=found.person,
        trainee=found.person.trainee,
        cohort=found.cohort,
        standing=found.standing,
        state=risk.said(found.standing),
        tag=TAGS[found.standing.risk],
        left=_left(found.standing),
        done=DONE_WORDS,
        results=RESULTS,
        shown=[_shown(entry) for entry in found.entries],
        assessments=_assessments(found),
        steps=found.steps,
        keeps=keeps and found.person.trainee.ended_at is None,
        forms=forms,
        now=clock.now(),
        last=found.ways.until,
    )


def _left(standing: Standing) -> list[str]:
    """What stands between them and a certificate, in few words."""
    to_pass = sum(not module.passed for module in standing.modules)
    to_come = sum(day.is_to_come(standing.at) and day.state is DayState.TO_COME for day in standing.days)
    unmarked = sum(day.state is DayState.UNMARKED for day in standing.days)
    lines = (
        (missing := risk.missing_of(standing)) and f"To make good: {missing}",
        to_come and f"{plural(to_come, 'day')} still to come",
        unmarked and f"{plural(unmarked, 'day')} not marked in the register",
        to_pass and f"{plural(to_pass, 'assessment')} to pass",
        standing.days_attended < standing.least_days
        and f"{standing.days_attended} of at least {plural(standing.least_days, 'day')}",
    )
    return [line for line in lines if line]


def _shown(entry: Entry) -> dict[str, Any]:
    """A catch-up with what can be done about it."""
    keys, (words, tag) = outside_of(current_app).keys, stand_words(entry)
    return {
        "entry": entry,
        "id": entry.row.id,
        "words": words,
        "tag": tag if entry.row.ended_as is None or entry.row.ended_as is CatchUpEnd.SIGNED_OFF else "",
        "where": where_of(entry),
        "work": signing_off.work_of(keys, entry.row),
        "version": entry.row.version,
        "stand": entry.stand.value,
        "written": entry.row.way is CatchUpWay.WRITTEN,
    }


def _assessments(found: Sheet) -> list[dict[str, Any]]:
    keys = outside_of(current_app).keys
    titles = {module.of.code: module.of.title for module in found.standing.modules}
    return [
        {"row": row, "by": by, "title": titles.get(row.module_code, row.module_code),
         "words": assessing.words_of(keys, row), "result": RESULTS[row.result.value]}
        for row, by in found.assessments
    ]  # fmt: skip
