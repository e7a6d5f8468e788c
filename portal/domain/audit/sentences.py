"""What each line of the trail says to a person. An act that is not here is shown by its code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

SENTENCES: dict[str, str] = {
    "answers.saved": "Answers saved",
    "applicant.address_corrected": "E-mail address corrected",
    "applicant.made": "First sign-in of this person",
    "application.address_corrected": "E-mail address corrected",
    "application.adjustments_viewed": "Adjustments read",
    "application.checks_viewed": "Medical and fitness checks opened",
    "application.discarded": "Draft deleted",
    "application.downloaded": "Everything held was downloaded",
    "application.owned": "Owner changed",
    "application.reopened": "Application opened again",
    "application.started": "Application begun",
    "application.submitted": "Application sent",
    "application.tagged": "Tag put on",
    "application.untagged": "Tag taken off",
    "application.viewed": "Application opened",
    "application.withdrawn": "Application withdrawn",
    "assessor.added": "Assessor added to a campaign",
    "assessor.removed": "Assessor taken off a campaign",
    "bulk.begun": "Act on many begun",
    "bulk.finished": "Act on many finished",
    "bulk.stopped": "Act on many stopped",
    "bulk.undoing": "Undoing of an act on many begun",
    "bulk.undone": "Act on many undone",
    "call.logged": "Call logged",
    "campaign.archived": "Campaign archived",
    "campaign.closed_early": "Campaign closed early",
    "campaign.created": "Campaign made",
    "campaign.edited": "Campaign changed",
    "campaign.extended": "Closing date moved",
    "campaign.hidden": "Campaign hidden again",
    "campaign.published": "Campaign published",
    "campaign.scheduled": "Campaign to appear by itself",
    "campaign.unarchived": "Campaign taken out of the archive",
    "check.owned": "Somebody sees to a check",
    "checks.asked": "Checks asked for",
    "clock.moved": "Demonstration clock moved",
    "conflict.declared": "Conflict of interest declared",
    "contact.corrected": "Contact details corrected",
    "criterion.added": "Criterion added",
    "criterion.changed": "Criterion changed",
    "criterion.moved": "Criterion moved",
    "criterion.removed": "Criterion removed",
    "contact.revealed": "Contact details shown",
    "cut_off.set": "Line of the shortlist set",
    "decision.made": "Provisional decision made",
    "decision.released": "Decision released to the applicant",
    "decision.undone": "Provisional decision undone",
    "deputy.ended": "Deputy ended",
    "deputy.named": "Deputy named",
    "document.checked": "File checked: clean",
    "document.destroyed": "Medical file destroyed, its time was over",
    "document.opened": "File opened",
    "document.received": "File received",
    "document.refused": "File refused",
    "document.removed": "File removed",
    "group.mapped": "Group given a role",
    "group.unmapped": "Group's role taken away",
    "interest.confirmed": "Interest in a scheme confirmed",
    "duplicate.compared": "Two people compared side by side",
    "duplicate.found": "Perhaps the same person found",
    "duplicate.joined": "Two found to be the same person",
    "duplicate.kept_apart": "Two found to be different people",
    "application.joined": "Joined to another application of the same person",
    "interviews.planned": "Day of interviews or tests planned",
    "interviews.published": "Day of interviews or tests shown to those invited",
    "keys.rotated": "Master key rotated",
    "known_person.declared": "Somebody known was declared",
    "known_person.forgotten": "Somebody known was taken back",
    "mail.bounced": "Mail came back",
    "mail.stopped": "Mail of one kind stopped",
    "mask.made": "Words hidden from readers by hand",
    "message.cancelled": "Held message cancelled",
    "message.held": "Message written and held",
    "message.read": "Applicant's messages read",
    "message.received": "Message from the applicant",
    "message.resent": "Message sent again",
    "message.written": "Message written",
    "note.written": "Note written",
    "list.exported": "List exported",
    "passkey.added": "Passkey added",
    "passkey.refused": "Passkey refused",
    "passkey.removed": "Passkey removed",
    "passkey.used": "Signed in with a passkey",
    "promise.made": "Promised to write by",
    "promise.removed": "Promise taken back",
    "reading.finished": "A reader's scores are in",
    "reading.left": "A reader's report was left as it is",
    "reading.reported": "A reader says that something shows who it is",
    "reading.wishes": "A reader's wish for moderation, or veto, changed",
    "readings.given": "Applications given to a reader",
    "readings.moved": "Readings given another day",
    "question.added": "Question added",
    "question.changed": "Question changed",
    "question.moved": "Question moved",
    "question.removed": "Question removed",
    "question.retired": "Question no longer asked",
    "recovery_code.used": "Recovery code used",
    "recovery_codes.made": "Recovery codes made",
    "recovery_codes.saved": "Recovery codes said to be saved",
    "requirement.asked": "Requirement asked for",
    "fitness.attempt_recorded": "Fitness test recorded",
    "fitness.attempt_removed": "Fitness test taken off the record",
    "fitness_standard.added": "Fitness standard added",
    "fitness_standard.changed": "Fitness standard changed",
    "identity.seen": "Identity document seen",
    "identity.unseen": "Identity document taken off the record",
    "reference.accepted": "Reference accepted",
    "reference.answered": "Reference given",
    "reference.declined": "Referee declined",
    "reference.read": "Reference read",
    "reference.resent": "Referee's link sent anew",
    "referee.asked": "Referee asked",
    "referee.replaced": "Referee replaced",
    "referees.named": "Referees named",
    "requirement.decided": "Requirement decided",
    "requirement.sent_back": "Requirement sent back to the applicant",
    "score.saved": "Score saved",
    "session.began": "Signed in",
    "session.others_ended": "Other browsers signed out",
    "session.stepped_up": "Second factor given again",
    "setting.changed": "Setting changed",
    "sift.settled": "Scores settled by a moderator",
    "sign_in.asked": "Sign-in code asked for",
    "sign_in.confirmed": "Sign-in code confirmed",
    "sign_in.refused": "Sign-in code refused",
    "staff.added": "Staff account made",
    "staff.code_refused": "Staff one-time code refused",
    "staff.disabled": "Staff account disabled",
    "staff.enabled": "Staff account enabled",
    "staff.left": "Last day set",
    "staff.link_sent": "Staff set-up link sent",
    "staff.password_refused": "Staff password refused",
    "staff.password_set": "Staff password set",
    "staff.reset": "Staff account reset",
    "staff.role_ended": "Role ended",
    "staff.role_given": "Role given",
    "staff.second_factor_set": "Second factor set up",
    "staff.sign_on_linked": "Single sign-on linked",
    "staff.sign_on_refused": "Single sign-on refused",
    "tag.made": "Tag made",
    "view.changed": "Saved view renamed or shared",
    "view.deleted": "Saved view deleted",
    "view.saved": "Saved view made",
    "template.archived": "Message wording put away",
    "template.restored": "Message wording put back",
    "template.saved": "Message wording saved",
}
OF_HEALTH = frozenset({"requirement.decided", "requirement.sent_back"})
# Codes in an event's detail that a reader wants beside the sentence, in this order.
SHOWN = (
    "channel", "kind", "state", "verdict", "role", "reason", "purpose", "answers", "key", "outcome", "day", "format",
)  # fmt: skip


def sentence(action: str) -> str:
    """An act in words: "thing.was_done" reads "Thing: was done" where nobody has written a better one."""
    thing, _, verb = action.partition(".")
    return SENTENCES.get(action) or f"{thing.replace('_', ' ').capitalize()}: {verb.replace('_', ' ')}"


def particulars(action: str, detail: Mapping[str, Any], *, health: bool) -> str:
    """The codes of an event that help a reader: "telephone", "medical, met". What was found of somebody's health
    is left out unless the reader may know it: then they read only that it was decided."""
    hidden = () if health or action not in OF_HEALTH else ("state", "reason")
    found = [_words(name, detail[name]) for name in SHOWN if detail.get(name) and name not in hidden]
    return ", ".join(found)


def _words(name: str, value: Any) -> str:
    if name == "day":
        day = date.fromisoformat(value)
        return f"{day.day} {day:%B %Y}"
    listed = value if isinstance(value, list) else [value]
    return ", ".join(str(each).replace("_", " ") for each in listed)
