"""Settings for tests: a demonstration without rate limits, in the test's own folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from portal.config import Settings


def testing_settings(folder: Path, database_url: str, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "mode": "demonstration",
        "data": folder,
        "base_url": "http://localhost",
        "secret_key": "only for tests " * 4,
        "master_keys": {1: b"1" * 32},
        "database_url": database_url,
        "storage_url": f"file://{folder / 'files'}",
        "rate_limits": False,
    }
    return Settings(**(values | changes))
