"""Answers into rows: tidied, sealed where they must be, and copied to what lists read.

Used by actions, inside their unit of work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.domain.applications.models import Answer, Application, ApplicationStrand
from portal.domain.applications.queries import answers, place_of
from portal.domain.applications.refusals import AnswerTooLong
from portal.domain.applications.sections import KEPT_AT_MOST, SHORT, Value, is_empty
from portal.domain.campaigns.models import Care, District, Question, QuestionKind
from portal.domain.campaigns.queries import districts_of_postcode
from portal.domain.campaigns.questions import Asked, asked_of
from portal.services import postcodes
from portal.services.crypto import KeyRing

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def tidy(asked: Asked, value: Value) -> Value:
    """What was typed without what nobody meant: stray space, unprintable characters, postcodes in small letters.

    Raises AnswerTooLong for more than a person writes.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return [each for each in dict.fromkeys(value) if each in asked.values]
    text = _UNPRINTABLE.sub("", value.replace("\r\n", "\n")).strip()
    if len(text) > KEPT_AT_MOST:
        raise AnswerTooLong(f"Use {KEPT_AT_MOST:,} characters or fewer", field=asked.key)
    if asked.kind is QuestionKind.POSTCODE:
        return postcodes.normalise(text) or text
    return text


def write_answers(
    session: Session, application: Application, values: Mapping[str, Value], keys: KeyRing
) -> list[Asked]:
    """Writes what differs; returns the questions whose answers changed, in order asked."""
    asked = {each.key: each for each in asked_of(session, application.campaign)}
    query = select(Answer).where(Answer.application_id == application.id)
    rows = {row.question_id: row for row in session.scalars(query)}
    before = answers(session, keys, application, sealed=True)
    changed: list[Asked] = []
    for key, question in asked.items():
        if key not in values or question.kind is QuestionKind.DISTRICT:
            continue
        value = tidy(question, values[key])
        if value != before.get(key, "") or (key not in before and not is_empty(value)):
            _put(session, application, question, rows.get(question.question_id), value, keys)
            changed.append(question)
    session.flush()
    now = answers(session, keys, application)
    _copy(application, now)
    _copy_strands(session, application.id, now.get("strands"))
    if "district" in asked and ("district" in values or any(each.key == "postcode" for each in changed)):
        changed += _place(session, application, asked["district"], now, values, rows, keys)
    return changed


def leave_out_unasked(session: Session, application: Application, asked: Sequence[Asked]) -> list[str]:
    """Takes away what a campaign's own questions were answered and no longer ask: the answer that led to them changed,
    or they were retired. Nobody sends what the check page does not show. Returns their keys."""
    query = (
        select(Answer, Question.key)
        .join(Question)
        .where(Answer.application_id == application.id, Question.campaign_id.is_not(None))
        .where(Question.id.not_in([each.question_id for each in asked]))
        .order_by(Question.position)
    )
    found = session.execute(query).all()
    for answer, _key in found:
        session.delete(answer)
    return [key for _answer, key in found]


def _put(
    session: Session, application: Application, asked: Asked, row: Answer | None, value: Value, keys: KeyRing
) -> None:
    """Writes one answer, or takes its row away when it was emptied."""
    if is_empty(value):
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = Answer(application_id=application.id, question_id=asked.question_id)
        session.add(row)
    text = json.dumps(value)
    row.question_version_id, row.answered_at = asked.version_id, clock.now()
    if asked.care is Care.SEALED:
        row.value, row.sealed = None, keys.seal(text, **place_of(application.id, asked.question_id))
    else:
        row.value, row.sealed = text, None


def _copy(application: Application, values: Mapping[str, Value]) -> None:
    """What lists read, from the answers, in the same unit of work."""
    application.given_name = str(values.get("given_name", ""))[:SHORT]
    application.family_name = str(values.get("family_name", ""))[:SHORT]
    application.postcode = postcodes.normalise(str(values.get("postcode", ""))) or ""


def _copy_strands(session: Session, application_id: int, chosen: Value | None) -> None:
    wanted = set(chosen) if isinstance(chosen, list) else set()
    query = select(ApplicationStrand).where(ApplicationStrand.application_id == application_id)
    kept = {row.strand: row for row in session.scalars(query)}
    for strand in kept.keys() - wanted:
        session.delete(kept[strand])
    session.add_all(ApplicationStrand(application_id=application_id, strand=strand) for strand in wanted - kept.keys())


def _place(
    session: Session,
    application: Application,
    asked: Asked,
    values: Mapping[str, Value],
    given: Mapping[str, Value],
    rows: Mapping[int, Answer],
    keys: KeyRing,
) -> list[Asked]:
    """The district: the postcode's only one, or the one now chosen of those it lies in, or none."""
    candidates = districts_of_postcode(session, str(values.get("postcode", "")))
    found = _chosen(candidates, given.get("district", ""))
    if (found.id if found else None) == application.district_id:
        return []
    application.district = found
    _put(session, application, asked, rows.get(asked.question_id), found.slug if found else "", keys)
    session.flush()
    return [asked]


def _chosen(candidates: Sequence[District], wanted: Value) -> District | None:
    if len(candidates) == 1:
        return candidates[0]
    return next((district for district in candidates if district.slug == wanted), None)
