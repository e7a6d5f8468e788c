"""What each act on many applications is called, what it sends, and until when it can be undone."""

from __future__ import annotations

from dataclasses import dataclass

from portal.web.wording import plural


@dataclass(frozen=True)
class Words:
    """`act` stands before "37 people", `noun` for a run of it. `sends` says what the people themselves hear."""

    act: str
    noun: str
    done: str
    sends: str
    undo: str = ""
    to: str = ""  # stands after "37 people"
    asks: str = ""  # the heading over what it needs to know
    offered: bool = True  # begun from the list

    def button(self, count: int) -> str:
        """Decline 37 people; Write to 1 person"""
        return " ".join(part for part in (self.act, plural(count, "person", "people"), self.to) if part)


NOTHING = "Nothing is sent. The people themselves see no change."
PROVISIONAL = "Nothing is sent now. It stays provisional: they hear of it when you release it."
UNTIL_RELEASED = "You can undo it until it is released."
WORDS: dict[str, Words] = {
    "own": Words(
        "Give", "New owner", "given", "Nothing is sent. Their tracker shows the new owner's team.",
        "You can undo it: whoever answered for them before does so again.", to="to their new owner", asks="The owner",
    ),
    "assessors": Words(
        "Find readers for", "Readers", "given readers",
        "Nothing is sent to the applicants. Readers get one mail a day that says how many are new.",
    ),
    "message": Words(
        "Write to", "Message", "written to", "Each of them gets this message by e-mail, and finds it with their "
        "application.", "You can take it back until it leaves.", asks="The message",
    ),
    "shortlist": Words("Shortlist", "Shortlist", "shortlisted", PROVISIONAL, UNTIL_RELEASED),
    "reserve": Words("Hold", "Reserve", "held in reserve", PROVISIONAL, UNTIL_RELEASED, to="in reserve"),
    "decline": Words("Decline", "Decline", "declined", PROVISIONAL, UNTIL_RELEASED, asks="The reason"),
    "invite": Words(
        "Invite", "Invitation", "invited", "Each of them is asked by e-mail to choose a time for their interview.",
        to="to an interview",
    ),
    "tag": Words("Tag", "Tag", "tagged", NOTHING, "You can undo it.", asks="The tag"),
    "untag": Words("Take the tag off", "Tag off", "untagged", NOTHING, "You can undo it.", asks="The tag"),
    "release": Words(
        "Release to", "Release", "released", "Each of them is told by e-mail, and their tracker says so.", offered=False
    ),
}  # fmt: skip
