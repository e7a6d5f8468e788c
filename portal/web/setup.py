"""How the settings become Flask's configuration, and the wiring `create_app()` lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, Request
from sqlalchemy.engine import make_url
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items

from portal import clock
from portal.config import MEGABYTE, Settings
from portal.db import PUBLIC, WORK, prepare_engine
from portal.domain.journeys.due import run_due
from portal.extensions import db, mail
from portal.services.jobs import Waker, open_queue
from portal.services.mail import MailmanPost
from portal.services.outside import Outside, open_outside
from portal.web.public_cache import FileGeneration, Generation, RedisGeneration

FORM_LIMIT = 1 * MEGABYTE  # any form but an upload, which counts its own bytes


class Typed(ImmutableMultiDict[str, Any]):
    """What a form or a query string brought, without the NULs that nobody types and PostgreSQL takes in no text."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__([(_without_nul(key), _without_nul(value)) for key, value in iter_multi_items(mapping or ())])


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


class PortalRequest(Request):
    """Small forms only: uploads are read as streams by their own view, never spooled."""

    parameter_storage_class = Typed
    max_form_parts = 500


def flask_config(settings: Settings) -> dict[str, Any]:
    return {
        "PORTAL": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": FORM_LIMIT,
        "MAX_FORM_MEMORY_SIZE": FORM_LIMIT,
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.applicant_session_hours),
        "WTF_CSRF_TIME_LIMIT": None,  # a token lasts as long as the session: slow writers lose nothing
        "WTF_CSRF_SSL_STRICT": False,  # check_origin() covers it, and copes with a missing referrer
        "RATELIMIT_ENABLED": settings.rate_limits,
        "RATELIMIT_STORAGE_URI": settings.redis_url or "memory://",
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_HEADERS_ENABLED": False,
        "MAIL_BACKEND": "portal.services.mail" if settings.mail_host else "dummy",
        "MAIL_SERVER": settings.mail_host,
        "MAIL_PORT": settings.mail_port,
        "MAIL_USERNAME": settings.mail_user or None,
        "MAIL_PASSWORD": settings.mail_password or None,
        "MAIL_USE_TLS": settings.mail_tls,
        "MAIL_TIMEOUT": 10,
        "MAIL_DEFAULT_SENDER": settings.mail_from,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 5,
        "COMPRESS_MIMETYPES": ["text/html", "text/css", "application/json", "image/svg+xml", "text/calendar"],
    }


def engine_options(database_url: str) -> dict[str, Any]:
    """SQLite waits for its one writer; PostgreSQL's connections are checked before use. An error names no values."""
    if make_url(database_url).get_backend_name() == "sqlite":
        return {"hide_parameters": True, "connect_args": {"timeout": 30}, "pool_size": 16, "max_overflow": 16}
    return {"hide_parameters": True, "pool_pre_ping": True, "pool_size": 8, "max_overflow": 8, "pool_timeout": 5}


def init_clock(app: Flask) -> None:
    """In the demonstration the stored offset is read once a request."""
    settings: Settings = app.config["PORTAL"]
    if settings.demonstration:
        app.before_request(lambda: clock.use_offset(clock.read_offset(settings.clock_file)))


def init_database(app: Flask) -> None:
    with app.app_context():
        prepare_engine(db.engine)


class AppBell:
    """After commits: strangers' cached pages are forgotten, the worker is woken."""

    def __init__(self, generation: Generation, waker: Waker) -> None:
        self._acts = {PUBLIC: generation.raise_it, WORK: waker.wake}

    def ring(self, topic: str) -> None:
        self._acts[topic]()


def init_background(app: Flask) -> None:
    """The outside world, the queue, and the bell that sessions ring after their commits."""
    settings: Settings = app.config["PORTAL"]
    outside = open_outside(settings, MailmanPost(mail, sender=settings.mail_from, bounce=settings.mail_bounce))
    queue = open_queue(settings)

    def work() -> None:
        with app.app_context():
            if settings.demonstration:
                clock.use_offset(clock.read_offset(settings.clock_file))
            run_due(db.session(), outside, keep_secrets=settings.demonstration)

    generation = (
        RedisGeneration.at(settings.redis_url) if settings.redis_url else FileGeneration(settings.generation_file)
    )
    app.extensions.update(
        outside=outside, queue=queue, generation=generation, bell=AppBell(generation, Waker(queue, work))
    )


def outside_of(app: Flask) -> Outside:
    found: Outside = app.extensions["outside"]
    return found
