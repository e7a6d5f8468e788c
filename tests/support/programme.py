"""Long programmes: sampled by `make test`, run in full by `make prove`; both print their counts."""

from __future__ import annotations

import os
import sys


def full() -> bool:
    """Whether this is `make prove`."""
    return os.environ.get("PROVE") == "1"


def count(sample: int, whole: int) -> int:
    """How many rounds to run now; says so, with the test that asked."""
    chosen = whole if full() else sample
    test = os.environ.get("PYTEST_CURRENT_TEST", "").split(" ")[0]
    print(f"programme: {test}: {chosen} of {whole}", file=sys.stderr)  # noqa: T201
    return chosen
