"""What a campaign asks and judges by unless somebody decides otherwise: four questions, five criteria.

All of it is ours, and every line may be edited for a campaign.
"""

from __future__ import annotations

from dataclasses import replace

from portal.domain.campaigns.criteria import CriterionPlan
from portal.domain.campaigns.models import QuestionKind
from portal.domain.campaigns.own_questions import QuestionPlan

WORDS = 250
HELP = "One real example is enough. Say what you did yourself, and what came of it."

STANDARD_QUESTIONS: tuple[QuestionPlan, ...] = (
    QuestionPlan(
        "question-people", QuestionKind.LONG_TEXT, "Working with people",
        "Tell us about something you did as one of a team.", HELP, word_limit=WORDS,
    ),
    QuestionPlan(
        "question-community", QuestionKind.LONG_TEXT, "Knowing your community",
        "Tell us about a time you helped people near you with something that troubled them.", HELP, word_limit=WORDS,
    ),
    QuestionPlan(
        "question-calm", QuestionKind.LONG_TEXT, "Staying calm",
        "Tell us about a time somebody was upset or angry with you.", HELP, word_limit=WORDS,
    ),
    QuestionPlan(
        "question-time", QuestionKind.LONG_TEXT, "Your time",
        "How will this fit into your life, and what have you kept going for a long time?",
        "Think of work, family and the training weekends. Anything you have stuck at will do.", word_limit=WORDS,
    ),
)  # fmt: skip

STANDARD_CRITERIA: tuple[CriterionPlan, ...] = (
    CriterionPlan(
        "Working with people", 2,
        (
            "Says nothing about other people, or only what is wrong with them",
            "Was one of a group; their own part in it cannot be seen",
            "Did their own share, and knew what the others were doing",
            "Made it easier for the others, and tells how",
            "As 4, and won over somebody who stood apart or disagreed",
        ),
        "Tell us what you yourself did in a team, and what it changed for the others.",
    ),
    CriterionPlan(
        "Knowing the community", 2,
        (
            "Nothing about the people who live or work around them",
            "Has noticed a local trouble and left it to others",
            "Lent a hand with a local trouble that others took on",
            "Got people together over a local trouble, and something is better for it",
            "As 4, and thought of those who were left out, or kept it up afterwards",
        ),
        "Show us a trouble near where you live, what you did about it, and what is different now.",
    ),
    CriterionPlan(
        "Staying calm", 2,
        (
            "Made it worse, or blames somebody else for all of it",
            "Walked away from it, or waited for somebody else",
            "Kept their temper, and it ended",
            "Listened, slowed things down, and it ended well enough for both",
            "As 4, and says what they would do better another time",
        ),
        "Tell us what you said and did when it was tense, and how it ended.",
    ),
    CriterionPlan(
        "Time and reliability", 2,
        (
            "Does not say how the hours would be found",
            "Hopes to find the hours, without saying where",
            "Says where the hours come from; nothing yet that shows they last",
            "Has a plan for the hours, and has kept something up for a year or more",
            "As 4, and has thought of what happens when life gets in the way",
        ),
        "Tell us where the hours will come from, and about something you have kept up.",
    ),
    CriterionPlan(
        "Why this role", 1,
        (
            "Could have been written about any role at all",
            "Wants to help, in general words",
            "Names something this role does, and why it matters to them",
            "Ties their own experience to what this role does",
            "As 4, and sees what will be hard or dull about it",
        ),
        "Tell us why this role, and what in your own life leads to it.",
    ),
)  # fmt: skip

_JUDGED = (*(question.key for question in STANDARD_QUESTIONS), "why")
TIED_CRITERIA = tuple(  # the same, each tied to the answer it judges, for campaigns that ask the standard questions
    replace(criterion, question_key=key) for criterion, key in zip(STANDARD_CRITERIA, _JUDGED, strict=True)
)
