"""The form as a list of tasks: what each says of itself, and which comes after which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from portal.domain.applications.models import Application
from portal.domain.applications.sections import BY_KEY, Section, SectionState, words_in
from portal.domain.applications.standing import Standing
from portal.domain.campaigns.models import QuestionKind
from portal.domain.journeys.uploading import Panel
from portal.web.navigation import exists
from portal.web.wording import plural


@dataclass(frozen=True)
class Task:
    """One line of the list. kind: done, now, or none for plain words. `href` is none where it cannot be opened."""

    key: str
    title: str
    href: str | None
    status: str
    kind: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Part:
    """How far along a page is, as the question layout draws it."""

    done: int
    of: int
    words: str


def address_of(application: Application, section: Section) -> str:
    if section.key == "documents":
        return url_for("public.documents", reference=application.reference)
    return url_for("public.section", reference=application.reference, section=section.key)


def part_of(standing: Standing, section: Section) -> Part | None:
    """Part 4 of 6, counted over what is needed; an optional page says that it is one."""
    order = [state.section.key for state in standing.needed]
    if section.key not in order:
        return Part(standing.done, len(order), "Your choice: you can leave this empty.")
    words = f"Part {order.index(section.key) + 1} of {len(order)}."
    if standing.minutes_left:
        words += f" About {plural(standing.minutes_left, 'minute')} to the end."
    return Part(order.index(section.key), len(order), words)


def address_after(application: Application, standing: Standing, key: str) -> str:
    """The next part that is not done, then whatever was left out before, then the check page."""
    states = {state.section.key: state for state in standing.states}
    order = list(states)
    place = order.index(key) if key in states else len(order)
    waiting = [each for each in order[place + 1 :] if not states[each].done]
    waiting += [each for each in order[:place] if states[each].blocks]
    if waiting:
        return address_of(application, states[waiting[0]].section)
    return url_for("public.check_answers", reference=application.reference)


def first_waiting(application: Application, standing: Standing) -> str:
    """Where to carry on: the first needed part that is not done, else the check page."""
    for state in standing.needed:
        if not state.done:
            return address_of(application, state.section)
    return url_for("public.check_answers", reference=application.reference)


def needed_tasks(application: Application, standing: Standing) -> list[Task]:
    current = next((state.section.key for state in standing.needed if not state.done), "")
    return [_task(application, standing, state, state.section.key == current) for state in standing.needed]


def optional_tasks(application: Application, standing: Standing, panels: Sequence[Panel]) -> list[Task]:
    """What may be left out, and papers that can come later."""
    tasks = [_task(application, standing, state, False) for state in standing.states if state.section.optional]
    if panels and exists("public.documents"):
        tasks.append(_documents(application, standing, panels))
    return tasks


def _task(application: Application, standing: Standing, state: SectionState, current: bool) -> Task:
    section = state.section
    if state.done:
        status, kind = "Done", "done"
    elif state.begun and state.problems:
        status, kind = "Not finished", "now" if current else ""
    else:
        status, kind = plural(section.minutes, "minute"), "now" if current else ""
    hint = _words_written(standing, section) or section.hint
    return Task(section.key, section.title, address_of(application, section), status, kind, hint)


def _words_written(standing: Standing, section: Section) -> str:
    """How much of a long answer stands there."""
    for each in standing.asked:
        text = standing.values.get(each.key)
        if each.section == section.key and each.kind is QuestionKind.LONG_TEXT and each.word_limit and text:
            return f"{words_in(str(text)):,} of {each.word_limit} words written"
    return ""


def _documents(application: Application, standing: Standing, panels: Sequence[Panel]) -> Task:
    section, files = BY_KEY["documents"], sum(len(panel.files) for panel in panels)
    if standing.papers_missing:
        status, kind, hint = "Needed to send it", "now", ""
    elif files:
        status, kind, hint = plural(files, "file"), "done", ""
    else:
        status, kind, hint = "Can wait", "", "Only needed before training. Early is fine."
    return Task(section.key, section.title, address_of(application, section), status, kind, hint)
