"""The campaign page for a stranger: cached, and rendered anew, against a bare Flask route on the same server."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from portal import clock
from tests.bench.figures import Figure, at_least, ratio_of
from tests.bench.load import requests_a_second
from tests.bench.places import DATABASES, NAMES, place
from tests.support.live import LiveServer
from tests.support.make_applications import while_open
from tests.support.make_campaigns import the_pilot

ENCODING = {"Accept-Encoding": "br, gzip"}
OF_THE_CONNECTION = {"date", "server", "connection", "content-length", "transfer-encoding"}


def measure(folder: Path, rounds: int, lasting: float) -> list[Figure]:
    with ExitStack() as stack:
        portals = {kind: stack.enter_context(_portal(kind, folder / kind)) for kind in DATABASES}
        address, live = portals["sqlite"]
        bare = stack.enter_context(_bare(live, address, folder))
        asked = {
            "bare": f"{bare.url}/",
            "cached": live.url + address,
            # A query passes the cache by: the page is rendered and compressed for each.
            **{kind: f"{server.url}{path}?anew=1" for kind, (path, server) in portals.items()},
        }
        found: dict[str, list[float]] = {name: [] for name in asked}
        for number in range(rounds + 1):
            for name, url in asked.items():
                measured = requests_a_second(url, ENCODING, lasting if number else 1)
                if number:  # the first round warms
                    found[name].append(measured)
    return _figures(found)


def _figures(found: dict[str, list[float]]) -> list[Figure]:
    bare = found["bare"]
    against = "bare Flask route, same bytes and headers"
    figures = [
        Figure(against, median(bare), "requests/s"),
        Figure(
            "campaign page, cached", median(found["cached"]), "requests/s", "bare", ratio_of(found["cached"], bare),
            at_least(0.8),
        ),
    ]  # fmt: skip
    for kind in DATABASES:
        name = f"campaign page, uncached, {NAMES[kind]}"
        figures.append(Figure(name, median(found[kind]), "requests/s", "bare", ratio_of(found[kind], bare)))
    return figures


@contextmanager
def _portal(kind: str, folder: Path) -> Iterator[tuple[str, LiveServer]]:
    """A live portal with the pilot open: the page's address and the server."""
    with place(kind, folder) as here:
        campaign = the_pilot(here.session)
        clock.store_offset(here.settings.clock_file, while_open(campaign) - clock.wall())
        with LiveServer(here.settings) as server:
            yield f"/campaigns/{campaign.slug}", server


@contextmanager
def _bare(live: LiveServer, address: str, folder: Path) -> Iterator[LiveServer]:
    """The yardstick, answering what the live portal answers."""
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=30)
    connection.request("GET", address, headers=ENCODING)
    answer = connection.getresponse()
    body = folder / "bare.body"
    body.write_bytes(answer.read())
    headers = [pair for pair in answer.getheaders() if pair[0].lower() not in OF_THE_CONNECTION]
    connection.close()
    if answer.status != 200 or any(name.lower() == "set-cookie" for name, _ in headers):
        raise RuntimeError(f"{address}: {answer.status} {headers}")
    more = {"BARE_BODY": str(body), "BARE_HEADERS": json.dumps(headers)}
    with LiveServer(live.settings, application="tests.bench.bare:app", more=more) as server:
        yield server
