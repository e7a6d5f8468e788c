"""Reading what a mail server sends back about a letter it could not deliver (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.errors import MessageError
from email.message import Message

LARGEST = 2 * 1024 * 1024  # bytes read: a report may hold the whole letter
STATUS = re.compile(r"[45]\.\d{1,3}\.\d{1,3}")  # RFC 3463; 2 would be a success
MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")


@dataclass(frozen=True)
class Undelivered:
    """The original letter's Message-ID and why it came back, such as 5.1.1."""

    message_id: str
    status: str


def read_report(raw: bytes) -> Undelivered | None:
    """What a delivery status notification says of a letter that failed for good.

    None for anything else: another kind of mail, a report of a delay or a success, or one that names no letter.
    """
    try:
        report = message_from_bytes(raw[:LARGEST], policy=policy.compat32)
        if report.get_content_type() != "multipart/report" or not report.is_multipart():
            return None
        status, letter = _failure(report), _letter(report)
    except (MessageError, LookupError, ValueError):  # whatever bytes came down the pipe
        return None
    return Undelivered(letter, status) if status and letter else None


def _parts(report: Message) -> Iterator[Message]:
    return (part for part in report.get_payload() if isinstance(part, Message))


def _failure(report: Message) -> str:
    """The status of the first recipient who was not reached."""
    for part in _parts(report):
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for block in _parts(part):
            if str(block.get("Action", "")).strip().lower() == "failed":
                found = STATUS.search(str(block.get("Status", "")))
                return found[0] if found else "5.0.0"
    return ""


def _letter(report: Message) -> str:
    """The Message-ID of the letter that came back, whole or its headers alone."""
    for part in _parts(report):
        kind = part.get_content_type()
        headers: Message | None = None
        if kind == "message/rfc822" and part.is_multipart():
            headers = next(_parts(part), None)
        elif kind == "text/rfc822-headers":
            body = part.get_payload(decode=True)
            headers = message_from_string(body.decode("utf-8", "replace")) if isinstance(body, bytes) else None
        found = MESSAGE_ID.search(str(headers.get("Message-ID", ""))) if headers is not None else None
        if found:
            return found[0]
    return ""
