"""Reports of mail that came back: what mail servers write, and everything that is no such report."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage

import pytest

from portal.services.bounces import Undelivered, read_report

ID = "<0123456789abcdef@volunteer.portal>"


def report(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    original: str = ID,
    whole: bool = True,
    kind: str = "delivery-status",
) -> bytes:
    """A report as Postfix writes one (RFC 3464)."""
    third = (
        f"Content-Type: message/rfc822\r\n\r\nSubject: Hello\r\nMessage-ID: {original}\r\n\r\nHello\r\n"
        if whole
        else f"Content-Type: text/rfc822-headers\r\n\r\nSubject: Hello\r\nMessage-ID: {original}\r\n"
    )
    text = (
        "From: MAILER-DAEMON@mail.example\r\nTo: bounce@volunteer.example\r\nSubject: Undelivered\r\n"
        f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary="=_x"\r\n\r\n'
        "--=_x\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n"
        "--=_x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n"
        f"Final-Recipient: rfc822; ada@example.org\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--=_x\r\n{third}--=_x--\r\n"
    )
    return text.encode()


@pytest.mark.parametrize("whole", [True, False], ids=["the letter", "its headers"])
@pytest.mark.parametrize(("status", "read"), [("5.1.1", "5.1.1"), ("5.2.2 (full)", "5.2.2"), ("odd", "5.0.0")])
def test_a_failure_names_its_letter(whole: bool, status: str, read: str) -> None:
    assert read_report(report(whole=whole, status=status)) == Undelivered(ID, read)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_anything_but_a_failure_is_let_be(action: str) -> None:
    assert read_report(report(action=action, status="4.4.1")) is None


@pytest.mark.parametrize("original", ["", "no brackets", "<" + "x" * 300 + ">", "<a b>"])
def test_a_report_of_no_letter(original: str) -> None:
    assert read_report(report(original=original)) is None


def test_an_answer_by_a_person_is_no_report() -> None:
    mail = EmailMessage()
    mail["Subject"] = f"Re: {ID}"
    mail.set_content("Action: failed\nStatus: 5.1.1")
    assert read_report(mail.as_bytes()) is None


def test_a_report_within_a_report_is_not_read_as_ours() -> None:
    forwarded = EmailMessage()
    forwarded.set_content("see below")
    forwarded.add_attachment(message_from_bytes(report()))
    assert read_report(forwarded.as_bytes()) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x00\xff\xfe", b"Content-Type: multipart/report", report()[:300], report()[:450],
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status; charset=nope"
        b"\r\n\r\nAction: =?nope?b?////?=\r\n--x--",
        report().replace(b"Message-ID", b"X"),
        b"Content-Type: multipart/report\r\n" * 2000,
    ],
)  # fmt: skip
def test_whatever_comes_down_the_pipe_is_survived(raw: bytes) -> None:
    assert read_report(raw) is None
