"""Refusals: what the domain says no to, in words a person can act on.

Each feature names its own; the web turns any of them into a message beside the field, a
fragment or a page with the right status.
"""

from __future__ import annotations


class Refusal(Exception):
    """Something asked for cannot be done. `field` names the input it is about, if one is."""

    status = 422
    title = "We could not do that"
    message = "Check what you entered and try again."

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.field = field


class NotFound(Refusal):
    """No such thing, or not for this viewer: nobody can tell which."""

    status = 404
    title = "Page not found"
    message = "We cannot find that page."


class Forbidden(Refusal):
    """The viewer is known and may not do this."""

    status = 403
    title = "You cannot open this"
    message = "Your role does not let you do this."


class Conflict(Refusal):
    """Somebody else changed it first."""

    status = 409
    title = "This was changed while you had it open"
    message = "Somebody else changed this. Look at it again before you decide."
