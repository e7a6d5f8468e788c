"""What makes thousands of applications in one process quick; nothing here changes what any of them does."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

OBJECTS_BETWEEN = 50_000  # an application is some 200,000 objects: the usual 700 would collect all the time


def remember_rules() -> None:
    """Each address builder is compiled once a process instead of once an application: a third of making one.

    What werkzeug compiles depends on the rule's own words alone where it has no defaults.
    """
    compile_builder = Rule._compile_builder
    known: dict[tuple[str, bool], Callable[..., tuple[str, str]]] = {}

    def remembered(self: Rule, append_unknown: bool = True) -> Any:
        if self.defaults or self.subdomain or self.host:
            return compile_builder(self, append_unknown)
        key = (self.rule, append_unknown)
        if key not in known:
            known[key] = compile_builder(self, append_unknown)
        return known[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]


def collect_seldom() -> None:
    """What is imported lives as long as the process: it need not be looked through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN, 10, 5)
