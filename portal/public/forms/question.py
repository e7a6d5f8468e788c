"""The form of a question page; staff who enter an application for somebody use the same one."""

from portal.web.question_forms import QuestionForm, question_form

__all__ = ["QuestionForm", "question_form"]
