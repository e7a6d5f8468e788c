"""Long programmes: sampled by `make test`, run in full by `make prove`; both print their counts at the end.

Loaded as a plugin (`-p tests.support.programme`) it gathers the counts from every test process.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pytest import Config, Session, TerminalReporter, TestReport, hookimpl

KEPT = "programme_counts"
_counted: Counter[str] = Counter()


def full() -> bool:
    """Whether this is `make prove`."""
    return os.environ.get("PROVE") == "1"


def count(sample: int, whole: int) -> int:
    """How many rounds to run now; notes it down, under the test (or the module) that asked."""
    chosen = whole if full() else sample
    test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0] or sys._getframe(1).f_globals["__name__"]
    _counted[f"{test.partition('[')[0]}: {chosen:,} of {whole:,}"] += 1
    return chosen


def rounds(sample: int, whole: int, done: Mapping[str, int], sure: set[str]) -> Iterator[int]:
    """The rounds to run now, from 0. A sample goes on until all that is `sure` was done, at the most to the whole."""
    chosen = count(sample, whole)
    yield from range(chosen)
    for number in range(chosen, whole):
        if done.keys() >= sure:
            return
        yield number


def agree(what: str, portal: object, model: object) -> None:
    """Both must say the same after each step of a random walk."""
    assert portal == model, f"{what}: the portal has {portal}, the model {model}"


def pytest_runtest_logreport(report: TestReport) -> None:
    """What fails is named at once: a suite that is stopped half-way has still said it."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\nFAILED {report.nodeid} ({report.when}, {report.duration:.0f} s)", file=sys.stderr, flush=True)


def _gathered(config: Config) -> Counter[str]:
    found: Counter[str] = config.__dict__.setdefault(KEPT, Counter())
    return found


def pytest_sessionfinish(session: Session) -> None:
    """A worker process hands its counts to the one that prints; that one keeps its own."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[KEPT] = dict(_counted)
    else:
        _gathered(session.config).update(_counted)


@hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _gathered(node.config).update(getattr(node, "workeroutput", {}).get(KEPT, {}))


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: Config) -> None:
    found = _gathered(config)
    if found:
        terminalreporter.section("long programmes, " + ("in full" if full() else "sampled (make prove: in full)"))
    for line, times in sorted(found.items()):
        terminalreporter.write_line(line + (f", {times} times" if times > 1 else ""))
