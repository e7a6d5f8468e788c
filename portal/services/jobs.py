"""Background work: Huey over its own SQLite file on one host, or over Redis.

The tables are the queue. Huey only wakes the work; a wake-up that is lost loses nothing, since
the clock wakes it every minute too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from huey import Huey, RedisHuey, SqliteHuey, crontab

from portal.config import Settings

log = logging.getLogger(__name__)


def open_queue(settings: Settings) -> Huey:
    if settings.redis_url:
        return RedisHuey("portal", url=settings.redis_url, results=False)
    return SqliteHuey("portal", filename=str(settings.queue_file), results=False, fsync=False)


class Waker:
    """Asks the worker to look at the tables now."""

    def __init__(self, queue: Huey, work: Callable[[], None]) -> None:
        self._wake = queue.task(name="work")(work)
        queue.periodic_task(crontab(minute="*"), name="every_minute")(work)

    def wake(self) -> None:
        """Never fails what it follows: the mail or file is in its table already."""
        try:
            self._wake()
        except Exception as error:  # any trouble of the queue's: the minute's wake-up will do
            log.warning("could not wake the worker", extra={"kind": type(error).__name__})
