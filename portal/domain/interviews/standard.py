"""What every panel asks unless a campaign says otherwise: six questions in our own words, each with what a strong
answer has. Every line may be changed for a campaign.
"""

from __future__ import annotations

STANDARD: tuple[tuple[str, str], ...] = (
    (
        "What do you think a week in this role is like?",
        "Has found out: knows the hours, the training and what volunteers really do.\n"
        "Is as ready for the dull parts as for the others.",
    ),
    (
        "Tell us about a time you worked with people who saw things differently from you.",
        "One real example, with their own part in it.\nListened, and can say what the others wanted and why.\n"
        "Something was better afterwards.",
    ),
    (
        "Tell us about a time somebody was angry or upset, and you had to deal with it.",
        "Says what they said and did, in order.\nSlowed it down and kept people safe.\n"
        "Says what they would do better another time.",
    ),
    (
        "Somebody stops you on the street with a worry about their neighbours. What do you do?",
        "Asks and listens before deciding.\nKnows what is theirs to do, and whom to tell.\nGoes back to the person.",
    ),
    (
        "A colleague tells you something about a member of the public that they should not have looked up. "
        "What do you do?",
        "Sees at once that it is wrong.\nDoes not pass it on, and reports it.\nStays fair to the colleague.",
    ),
    (
        "Where will the hours come from, and what happens when life gets in the way?",
        "Names the days and what gives way for them.\nHas talked about it at home or at work.\n"
        "Says early when they cannot come.",
    ),
)
