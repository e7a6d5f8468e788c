"""An applicant's documents in words: finished values for the page and for the fragment that replaces its lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal import clock
from portal.domain.applications.models import RequirementState
from portal.domain.campaigns.models import RequirementKind, Stage
from portal.domain.documents.models import DocumentState
from portal.domain.documents.queries import DocumentRow
from portal.domain.documents.rules import day_words, last_day, refusal_words, size_words
from portal.domain.journeys.uploading import Panel
from portal.web.wording import clock_time, day_month, plural

WHAT = {
    RequirementKind.MEDICAL: "A doctor fills in our one-page form and signs it. Ask what it costs first, and keep the "
    "receipt: the form says who pays.",
    RequirementKind.FITNESS: "A signed result of a fitness test, from a gym or another force. Nothing to hand? We run "
    "sessions of our own, so you can leave this for now.",
}
STATES = {
    RequirementState.WITH_US: ("With our reviewers", "wait"),
    RequirementState.WITH_APPLICANT: ("We need this from you", "now"),
    RequirementState.MET: ("Done", "ok"),
    RequirementState.NOT_MET: ("Looked at", "quiet"),
}


@dataclass(frozen=True, slots=True)
class FileShown:
    """One file. `state` is the macro's: ok, bad or wait."""

    public_id: str
    name: str
    state: str
    state_words: str
    reason: str
    remedy: str
    sent_words: str
    readable: bool
    refused: bool
    changeable: bool


@dataclass(frozen=True, slots=True)
class PanelShown:
    """One requirement. `flag` is (words, kind) or none; `replacing` is (public id, name) of the file that goes."""

    kind: str
    title: str
    what: str
    by: str
    late: bool
    needed_to_send: bool
    flag: tuple[str, str] | None
    sent_back: str
    closed: str
    full: bool
    checking: bool
    news: str
    files: Sequence[FileShown]
    problems: Sequence[str]
    replacing: tuple[str, str] | None


def shown_panel(
    panel: Panel, problems: Sequence[tuple[str, str]], replacing: str, names: Mapping[str, str], sent_back: str
) -> PanelShown:
    """`names` are the files' own names by public id; `problems` are (name, what is wrong) of files just refused."""
    chosen = panel.closed is None and replacing in names
    return PanelShown(
        kind=panel.kind.value,
        title=panel.title,
        what=WHAT[panel.kind],
        by=day_words(last_day(panel.due_at)),
        late=panel.closed is None and not panel.files and clock.now() >= panel.due_at,
        needed_to_send=panel.due is Stage.SUBMISSION,
        flag=STATES.get(panel.state),
        sent_back=sent_back if panel.state is RequirementState.WITH_APPLICANT else "",
        closed=panel.closed.value if panel.closed else "",
        full=panel.full,
        checking=panel.checking,
        news=_news(panel),
        files=[_file(row, names[row.public_id], panel.closed is None) for row in panel.files],
        problems=[f"{name}: {words}" if name else words for name, words in problems],
        replacing=(replacing, names[replacing]) if chosen else None,
    )


def _file(row: DocumentRow, name: str, changeable: bool) -> FileShown:
    problem, remedy = refusal_words(row.refusal) if row.refusal else ("", "")
    state, words = {
        DocumentState.CHECKING: ("wait", "Being checked"),
        DocumentState.CLEAN: ("ok", "Virus check passed" if row.scanned else "Checked, not virus scanned"),
        DocumentState.REFUSED: ("bad", "Not accepted"),
    }[row.state]
    return FileShown(
        public_id=row.public_id,
        name=name,
        state=state,
        state_words=words,
        reason=problem,
        remedy=f"{remedy} We have not kept this file." if problem else "",
        sent_words=_sent(row),
        readable=row.readable,
        refused=bool(problem),
        changeable=changeable and not problem,
    )


def _sent(row: DocumentRow) -> str:
    if row.state is DocumentState.REFUSED:
        return ""
    parts = [f"Sent {day_month(row.received_at)} at {clock_time(row.received_at)}", size_words(row.size)]
    if row.pages and row.pages > 1:
        parts.append(plural(row.pages, "page"))
    return ", ".join(parts) + ("." if row.readable else ". This takes a minute or less. You need not wait.")


def _news(panel: Panel) -> str:
    """What is said aloud when a list that was being checked comes back settled; nothing while it still is."""
    if panel.checking or not panel.files:
        return ""
    refused = sum(row.state is DocumentState.REFUSED for row in panel.files)
    accepted = len(panel.files) - refused
    parts = [f"{plural(accepted, 'file')} accepted"] if accepted else []
    parts += [f"{plural(refused, 'file')} not accepted"] if refused else []
    return f"{panel.title}: {', '.join(parts)}."
