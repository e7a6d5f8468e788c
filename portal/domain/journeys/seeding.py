"""What an installation starts with: areas, schemes, questions, wordings, courses, powers and the agreement."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.domain.campaigns.actions import seed_catalogue
from portal.domain.campaigns.questions import seed_questions
from portal.domain.correspondence.shipped import seed_templates
from portal.domain.training.standard import seed_courses
from portal.domain.volunteers.standard import seed_volunteers


def seed_shipped(session: Session) -> None:
    """Adds whatever is missing, in the order in which one needs the other. What is there, edited or not, stays."""
    seed_catalogue(session)
    seed_questions(session)
    seed_templates(session)
    seed_courses(session)
    seed_volunteers(session)
