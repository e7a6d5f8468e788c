"""Keys made from the secret key, one for each purpose."""

from __future__ import annotations

import hmac

from flask import current_app

from portal.config import Settings


def pepper() -> bytes:
    """What short secrets (codes, typed addresses) are hashed with; without it their table says nothing."""
    settings: Settings = current_app.config["PORTAL"]
    return hmac.new(settings.secret_key.encode(), b"short secrets", "sha256").digest()
