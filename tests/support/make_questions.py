"""A campaign's own questions for tests: one of each kind, with everything a question can have."""

from __future__ import annotations

from portal.domain.applications.sections import Value
from portal.domain.campaigns.models import QuestionKind
from portal.domain.campaigns.own_questions import QuestionPlan, When
from portal.domain.campaigns.questions import Choice

K = QuestionKind
OWN: tuple[QuestionPlan, ...] = (
    QuestionPlan("question-calm", K.LONG_TEXT, "Staying calm", "Tell us about a tense moment.", "One will do.",
                 word_limit=150),
    QuestionPlan("question-drive", K.YES_NO, "Driving", "Can you drive?"),
    QuestionPlan("question-car", K.SHORT_TEXT, "Your car", "Which vehicles may you drive?",
                 when=When("question-drive", "yes")),
    QuestionPlan("question-bus", K.CHOICE, "Getting about", "How would you come instead?", required=False,
                 choices=(Choice("bus", "By bus"), Choice("bicycle", "By bicycle")),
                 when=When("question-drive", "no")),
    QuestionPlan("question-days", K.CHOICES, "Your evenings", "Which evenings are free?",
                 choices=(Choice("monday", "Monday"), Choice("tuesday", "Tuesday"))),
    QuestionPlan("question-first", K.DATE, "First day", "From which day are you free?", required=False),
    QuestionPlan("question-horse", K.SHORT_TEXT, "Horses", "How long have you ridden?", strand="horseback-patrol"),
)  # fmt: skip
OWN_ANSWERS: dict[str, Value] = {
    "question-calm": "Somebody shouted at the gate, and I listened until they had finished.",
    "question-drive": True,
    "question-car": "A van",
    "question-days": ["monday"],
}
