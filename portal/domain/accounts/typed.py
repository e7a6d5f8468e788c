"""What somebody typed into a form that came too late: sealed until they have signed in again, for a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from portal.services.crypto import KeyRing

KEPT_FOR = timedelta(days=1)
Fields = list[tuple[str, str]]
"""Names and values, in the order in which the browser sent them."""


def seal(keys: KeyRing, fields: Fields, place: Mapping[str, str]) -> bytes:
    """For one place: a table, a row and a column."""
    return keys.seal(json.dumps(fields), **place)


def unseal(keys: KeyRing, sealed: bytes, place: Mapping[str, str]) -> Fields:
    return [(name, value) for name, value in json.loads(keys.unseal(sealed, **place))]
