"""Structured logs: one JSON object a line, with the request's id and nothing personal.

Addresses are logged as their route, never as typed: a path may hold a reference.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, request

_REQUEST_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")
_KEPT = ("request_id", "method", "route", "status", "milliseconds", "kind", "count", "job")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if record.name.startswith("portal") else str(record.msg),
        }
        line |= {name: getattr(record, name) for name in _KEPT if hasattr(record, name)}
        if record.exc_info and record.exc_info[2] is not None:
            line["trace"] = _where(record.exc_info[2])
        return json.dumps(line)


def _where(trace: TracebackType) -> list[str]:
    """Files and lines only: an exception's text may hold what a person typed."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def configure() -> None:
    """Everybody's log lines, libraries' too: theirs would print an exception's words and an address as typed."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers[:] = [handler]
    gunicorn = logging.getLogger("gunicorn.error")
    gunicorn.handlers[:], gunicorn.propagate = [], True
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("portal").setLevel(logging.INFO)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.match(given) else secrets.token_hex(8)
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    logging.getLogger("portal.requests").info(
        "request",
        extra={
            "request_id": g.request_id,
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else "none",
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - g.began) * 1000, 1),
        },
    )
    return response


def init_logs(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)
