"""E-mail addresses as we keep them: one spelling for one mailbox."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from portal.domain.refusals import Refusal


class NotAnAddress(Refusal):
    message = "Enter an e-mail address in the correct format, like name@example.com"

    def __init__(self) -> None:
        super().__init__(field="email")


def normal_email(typed: str) -> str:
    """The address in lower case, its domain as mail servers write it (`xn--…`). Raises `NotAnAddress`.

    Only the form is looked at: asking the domain's name server would tell strangers what we ask.
    """
    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise NotAnAddress() from None
    return (found.ascii_email or found.normalized).lower()


def masked(email: str) -> str:
    """Enough for its owner to know it, little for anybody else: `k•••@e•••.org`."""
    local, _, domain = email.rpartition("@")
    first, _, last = domain.rpartition(".")
    return f"{local[:1]}•••@{first[:1]}•••.{last}"
