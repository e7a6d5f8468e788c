"""The stages staff sort applications into, from their states."""

from __future__ import annotations

from enum import StrEnum

from portal.domain.applications.models import ENDED, State


class ListStage(StrEnum):
    """The tabs of the list; drafts are in none."""

    SIFT = "sift"
    INTERVIEW = "interview"
    OFFER = "offer"
    TRAINING = "training"
    APPOINTED = "appointed"
    RESERVE = "reserve"
    ENDED = "ended"


STATES: dict[ListStage, tuple[State, ...]] = {
    ListStage.SIFT: (State.SUBMITTED,),
    ListStage.INTERVIEW: (State.SHORTLISTED, State.INTERVIEW),
    ListStage.OFFER: (State.OFFERED, State.ACCEPTED, State.DEFERRED),
    ListStage.TRAINING: (State.TRAINING,),
    ListStage.APPOINTED: (State.APPOINTED,),
    ListStage.RESERVE: (State.RESERVE,),
    ListStage.ENDED: ENDED,
}

STAGE_OF: dict[State, ListStage] = {state: stage for stage, states in STATES.items() for state in states}

STATE_WORDS: dict[State, str] = {
    State.DRAFT: "Not sent yet",
    State.SUBMITTED: "Sift",
    State.SHORTLISTED: "Shortlisted",
    State.RESERVE: "Reserve",
    State.INTERVIEW: "Interview",
    State.OFFERED: "Offered",
    State.ACCEPTED: "Accepted",
    State.DEFERRED: "Deferred",
    State.TRAINING: "Training",
    State.APPOINTED: "Appointed",
    State.UNSUCCESSFUL: "Unsuccessful",
    State.LAPSED: "Lapsed",
    State.DECLINED: "Declined",
    State.WITHDRAWN: "Withdrawn",
}
