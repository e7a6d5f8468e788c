"""What makes thousands of applications in one process quick; nothing here changes what any of them does."""

from __future__ import annotations

import gc
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

OBJECTS_BETWEEN = 50_000  # an application is some 200,000 objects: the usual 700 would collect all the time
STATEMENTS = 20_000
COMPILED = ("_parts", "_trace", "_converters", "arguments")


def remember_rules() -> None:
    """Each address is compiled once a process instead of once an application.

    What werkzeug makes of a rule depends on its own words alone where it has neither defaults nor a host.
    """
    compile_rule = Rule.compile
    known: dict[tuple[Any, ...], tuple[dict[str, Any], Any, Any]] = {}

    def remembered(self: Rule) -> None:
        if self.defaults or self.subdomain or self.host:
            return compile_rule(self)
        key = (self.rule, self.strict_slashes, self.merge_slashes, self.is_leaf, self.websocket)
        if key not in known:
            compile_rule(self)
            made = {name: getattr(self, name) for name in COMPILED}
            known[key] = (made, self._build.__func__, self._build_unknown.__func__)  # type: ignore[attr-defined]
            return None
        made, build, unknown = known[key]
        self.__dict__.update(made)
        self._build, self._build_unknown = build.__get__(self, None), unknown.__get__(self, None)
        return None

    Rule.compile = remembered  # type: ignore[method-assign]


def remember_statements() -> None:
    """Each statement becomes SQL once a process for SQLite and once for PostgreSQL, instead of once an application."""
    shared: LRUCache[Any, Any] = LRUCache(STATEMENTS)

    def alike(self: DefaultDialect, other: object) -> bool:
        return self is other or (type(self) is type(other) and _traits(self) == _traits(other))

    DefaultDialect.__eq__ = alike  # type: ignore[assignment, method-assign]
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[assignment, method-assign]
    Engine._compiled_cache = property(lambda self: shared, lambda self, own: None)  # type: ignore[assignment]


def _traits(dialect: object) -> list[object]:
    """What two dialects of one kind may differ in that decides what SQL they write and how values are read."""
    names = ("server_version_info", "paramstyle", "_json_serializer", "_json_deserializer", "label_length")
    return [getattr(dialect, name, None) for name in names]


def collect_seldom() -> None:
    """What is imported lives as long as the process: it need not be looked through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN, 10, 5)
