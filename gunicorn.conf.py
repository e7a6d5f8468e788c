"""How gunicorn serves the portal: a few processes with a few threads each.

The code is imported once, before the workers part, and they begin in half the time (so new code needs a restart,
not a reload). No preload beyond that: the file store's threads do not survive a fork, so each worker makes its own
application.
"""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

import portal  # noqa: F401  for the workers

STOPPING = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)

bind = os.environ.get("BIND") or "127.0.0.1:" + os.environ.get("PORT", "5000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = False
timeout = 60  # seconds a worker may be silent
graceful_timeout = 30  # seconds a request may take to end when the server stops
keepalive = 5
accesslog = None  # the application logs requests itself, by route, with nothing personal
loglevel = "warning"
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """A worker is told to stop once.

    Ctrl-C reaches it straight from the terminal and again through its master; obeying the second while in the
    midst of the first, it would wait for ever for a lock of its own.
    """
    for number in STOPPING:
        signal.signal(number, _once(signal.getsignal(number)))


def _once(obey: Any) -> Any:
    def stop(number: int, frame: FrameType | None) -> None:
        for other in STOPPING:
            signal.signal(other, signal.SIG_IGN)
        obey(number, frame)

    return stop
