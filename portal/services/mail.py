"""Mail: templates become letters, and letters leave by SMTP (or, in the demonstration, to memory).

Each message is a folder `templates/mail/<name>/` with `subject.txt`, `text.txt` and `html.html`.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import formatdate
from pathlib import Path
from typing import Any, Protocol

from flask_mailman import EmailMultiAlternatives, Mail
from flask_mailman.backends import smtp
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal import clock
from portal.services.calendar import Event, calendar

PRODID = "-//Volunteer portal//EN"  # the program that makes our calendar files
TEMPLATES = Path(__file__).parent.parent / "templates" / "mail"


@dataclass(frozen=True)
class Letter:
    """A mail ready to leave."""

    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: tuple[tuple[str, str], ...] = ()
    entry: bytes = b""  # an .ics file for the reader's calendar
    method: str = ""  # of that file: REQUEST or CANCEL


class PostUnavailable(Exception):
    """The mail server cannot be reached or takes nothing from us now: no letter can leave."""


class LetterDelayed(Exception):
    """The mail server will not take this letter now; others may leave."""


class LetterRefused(Exception):
    """The mail server will never take this letter (no such address)."""


class LetterBroken(Exception):
    """The letter could not be written: its template and its context do not fit. Says the kind of error only."""


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
        """The letter `name` with this context; raises `LetterBroken`, for a missing value for one."""
        values = self._always | context
        try:
            subject, text, html = (
                self._environment.get_template(f"{name}/{part}").render(values)
                for part in ("subject.txt", "text.txt", "html.html")
            )
            entry = self._entry(context, recipient)
        except Exception as error:  # a template may raise anything, and its words may be a person's
            raise LetterBroken(type(error).__name__) from error
        method = context["calendar"]["method"] if entry else ""
        subject = " ".join(subject.split())
        return Letter(recipient, subject, text, html, message_id, self._headers(context), entry, method)

    def _entry(self, context: dict[str, Any], recipient: str) -> bytes:
        """The calendar's file of a letter about a time; none for others.

        In the context, `calendar` is what the file says: method, uid, sequence, starts and ends (ISO instants),
        summary, location, description, and the path of its page.
        """
        if "calendar" not in context:
            return b""
        says = context["calendar"]
        cancelled = says["method"] == "CANCEL"
        event = Event(
            uid=says["uid"],
            starts=datetime.fromisoformat(says["starts"]),
            ends=datetime.fromisoformat(says["ends"]),
            summary=says["summary"],
            location=says["location"],
            description=f"{says['description']}\n{self._address(says['path'])}",
            sequence=says["sequence"],
            cancelled=cancelled,
            organizer=self._always["contact_email"],
            organizer_name=self._always["service_name"],
            attendee=recipient,
        )
        name = self._always["service_name"]
        return calendar(name, [event], prodid=PRODID, now=clock.now(), method="CANCEL" if cancelled else "REQUEST")

    def _address(self, path: str) -> str:
        return f"{str(self._always.get('base_url', '')).rstrip('/')}{path}"

    def _headers(self, context: dict[str, Any]) -> tuple[tuple[str, str], ...]:
        """One click in the mail program stops this kind of letter (RFC 8058), for letters that can be stopped."""
        if "stop_token" not in context:
            return ()
        address = self._address(f"/unsubscribe/{context['stop_token']}")
        return ("List-Unsubscribe", f"<{address}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


class Post(Protocol):
    def send(self, letter: Letter) -> None:
        """Hands the letter over; raises `PostUnavailable`, `LetterDelayed` or `LetterRefused`."""


class VerifyingSmtp(smtplib.SMTP):
    """STARTTLS with a server that proves its name: letters hold sign-in codes."""

    def starttls(self, *, context: ssl.SSLContext | None = None) -> tuple[int, bytes]:  # type: ignore[override]
        return super().starttls(context=context or ssl.create_default_context())


class EmailBackend(smtp.EmailBackend):  # type: ignore[misc]
    """Flask-Mailman's own, which would take any certificate after STARTTLS."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return smtplib.SMTP_SSL if self.use_ssl else VerifyingSmtp


class MailmanPost:
    """Sends through Flask-Mailman's backend; needs an application context."""

    def __init__(self, mail: Mail, *, sender: str = "", bounce: str = "") -> None:
        """`bounce` is the envelope's sender, to which undeliverable mail comes back; none: the sender's own address."""
        self._mail, self._sender, self._bounce = mail, sender, bounce

    def send(self, letter: Letter) -> None:
        headers = {"Message-ID": letter.message_id, "Date": formatdate(), "Auto-Submitted": "auto-generated"}
        headers |= {"From": self._sender} if self._bounce else {}
        mail = EmailMultiAlternatives(
            letter.subject,
            letter.text,
            from_email=self._bounce or None,
            to=[letter.recipient],
            headers=headers | dict(letter.headers),
        )
        mail.attach_alternative(letter.html, "text/html")
        if letter.entry:  # mail programs read the part; others, and people, the file
            mail.attach_alternative(letter.entry.decode(), f"text/calendar; method={letter.method}")
            mail.attach("invitation.ics", letter.entry.decode(), "application/ics")
        connection = self._mail.get_connection()
        try:
            connection.open()
            connection.send_messages([mail])
        except (OSError, ValueError) as error:  # ValueError: an address that cannot be written in SMTP
            raise _trouble(error) from error
        finally:
            with suppress(OSError):  # a letter that was taken stays taken, however the goodbye goes
                connection.close()


CLOSING = 421  # the one reply by which a server says that it takes nothing more from anybody


def _trouble(error: OSError | ValueError) -> Exception:
    """What an error while sending means: for every letter, or for this one now or for ever (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPDataError):
        codes = [error.smtp_code]
    elif isinstance(error, OSError):  # first: a certificate that does not verify is a ValueError as well
        return PostUnavailable(type(error).__name__)
    else:
        return LetterRefused(type(error).__name__)
    if CLOSING in codes:
        return PostUnavailable(str(CLOSING))
    meaning = LetterRefused if all(code >= 500 for code in codes) else LetterDelayed
    return meaning(" ".join(str(code) for code in codes))
