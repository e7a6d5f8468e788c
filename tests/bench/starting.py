"""How long the server takes to answer from nothing, and how much memory a worker holds."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from portal import clock
from tests.bench.figures import Figure, seconds
from tests.bench.memory import resident, workers_of
from tests.bench.places import place
from tests.support.crowd import Caller, eventually
from tests.support.live import LiveServer
from tests.support.make_applications import while_open
from tests.support.make_campaigns import the_pilot

REQUESTS = 1_000


def measure(folder: Path, rounds: int) -> list[Figure]:
    with place("sqlite", folder) as here:
        campaign = the_pilot(here.session)
        clock.store_offset(here.settings.clock_file, while_open(campaign) - clock.wall())
        here.session.rollback()
        starts, rest, used = [], [], []
        for _ in range(rounds):
            server = LiveServer(here.settings)
            starts.append(seconds(server.start))
            try:
                eventually(lambda server=server: len(workers_of(server)) == server.workers)  # type: ignore[misc]
                _ask(server, "/healthz", 20)
                rest.append(_each(server))
                _ask(server, f"/campaigns/{campaign.slug}?anew=1", REQUESTS)
                used.append(_each(server))
            finally:
                server.stop()
    return [
        Figure("cold start until /healthz answers", median(starts), "s"),
        Figure("memory a worker, at rest", median(rest), "MB"),
        Figure(f"memory a worker, after {REQUESTS:,} pages", median(used), "MB"),
    ]


def _ask(server: LiveServer, path: str, times: int) -> None:
    browser = Caller(server.url, {})
    for _ in range(times):
        if browser.get(path).status != 200:
            raise RuntimeError(f"{path} does not answer")


def _each(server: LiveServer) -> float:
    workers = workers_of(server)
    return sum(map(resident, workers)) / len(workers)
