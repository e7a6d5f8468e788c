"""`make bench`: every figure in one run on one machine. Prints the table, writes build/bench.json.

Exits with 1 when a bound is broken. `--quick` takes few rounds and small tables, to try the benchmark itself.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.bench import campaign_page, register, sending, staff_list, starting, uploading
from tests.bench.figures import Figure, print_table, write_json
from tests.bench.load import tool
from tests.support.live import ROOT

PARTS = ("campaign", "list", "sending", "upload", "register", "start")


def measure(part: str, folder: Path, quick: bool) -> list[Figure]:
    match part:
        case "campaign":
            return campaign_page.measure(folder, rounds=2 if quick else 7, lasting=1 if quick else 2)
        case "list":
            return staff_list.measure(folder, many=5_000 if quick else 100_000, rounds=8 if quick else 40)
        case "sending":
            return sending.measure(folder, people=6 if quick else 40)
        case "upload":
            return uploading.measure(folder, rounds=3 if quick else 7)
        case "register":
            return register.measure(folder, rounds=3 if quick else 9)
        case _:
            return starting.measure(folder, rounds=2 if quick else 5)


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    parts = [part for part in PARTS if part in arguments] or list(PARTS)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        for part in parts:
            print(f"measuring: {part} …", file=sys.stderr, flush=True)
            figures += measure(part, Path(folder) / part, quick)
    python = sys.version.split()[0]
    print(f"{os.cpu_count()} processors, Python {python}, gunicorn with 2 processes of 4 threads, load by {tool()}\n")
    print_table(figures)
    write_json(figures, ROOT / "build" / "bench.json")
    broken = [figure for figure in figures if not figure.kept]
    for figure in broken:
        print(f"\nBound broken: {figure.name}: value {figure.value:.4g}, ratio {figure.ratio}, must be {figure.bound}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
