"""Mail: templates become letters, and letters leave by SMTP (or, in the demonstration, to memory).

Each message is a folder `templates/mail/<name>/` with `subject.txt`, `text.txt` and `html.html`.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any, Protocol

from flask_mailman import EmailMultiAlternatives, Mail
from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent.parent / "templates" / "mail"


@dataclass(frozen=True)
class Letter:
    """A mail ready to leave."""

    recipient: str
    subject: str
    text: str
    html: str
    message_id: str


class PostUnavailable(Exception):
    """The mail server could not be reached or would not take the letter now; try again later."""


class LetterRefused(Exception):
    """The mail server will never take this letter (no such address)."""


class Letters:
    """Renders letters. Knows the service's name and address, so templates can link to it."""

    def __init__(self, **always: Any) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=lambda name: name is not None and name.endswith(".html"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._always = always

    def write(self, name: str, context: dict[str, Any], *, recipient: str, message_id: str) -> Letter:
        """The letter `name` with this context; raises jinja2 errors for a missing value."""
        values = self._always | context
        subject, text, html = (
            self._environment.get_template(f"{name}/{part}").render(values)
            for part in ("subject.txt", "text.txt", "html.html")
        )
        return Letter(recipient, " ".join(subject.split()), text, html, message_id)


class Post(Protocol):
    def send(self, letter: Letter) -> None:
        """Hands the letter over; raises `PostUnavailable` or `LetterRefused`."""


class MailmanPost:
    """Sends through Flask-Mailman's backend; needs an application context."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    def send(self, letter: Letter) -> None:
        mail = EmailMultiAlternatives(
            letter.subject,
            letter.text,
            to=[letter.recipient],
            headers={"Message-ID": letter.message_id, "Date": formatdate(), "Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(letter.html, "text/html")
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise (LetterRefused if all(code >= 500 for code in codes) else PostUnavailable)() from error
        except (OSError, smtplib.SMTPException) as error:
            raise PostUnavailable(type(error).__name__) from error
