"""The background process: `python -m portal.worker`. One is enough, and one at a time on SQLite."""

from __future__ import annotations

from portal import create_app
from portal.web import logs


def main() -> None:
    logs.configure()
    app = create_app()
    # Wakes within half a second of a commit; what is lost is found by the minute's own wake-up.
    app.extensions["queue"].create_consumer(workers=1, initial_delay=0.05, max_delay=0.5).run()


if __name__ == "__main__":
    main()
