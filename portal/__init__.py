"""The volunteer recruitment portal: one Flask application with two doors, public and staff."""

from __future__ import annotations

import os

from flask import Flask

from portal.config import Settings, settings_from
from portal.domain import models as _models  # noqa: F401  every table is known from the start
from portal.extensions import compress, csrf, db, htmx, limiter, mail, migrate
from portal.public import blueprint as public
from portal.public import preview
from portal.staff import blueprint as staff
from portal.web import demo, health, setup
from portal.web.errors import init_errors
from portal.web.guards import classify_static, guard, refuse_unclassified
from portal.web.headers import init_headers
from portal.web.logs import init_logs
from portal.web.serving import serve
from portal.web.sessions import init_sessions
from portal.web.single_sign_on import init_single_sign_on
from portal.web.templating import init_templates
from portal.web.unsent import init_unsent


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings, or for the environment's; raises `Unsafe`."""
    settings = settings or settings_from(os.environ)
    app = Flask(__name__, static_folder="static")
    app.config.from_mapping(setup.flask_config(settings))
    app.request_class = setup.PortalRequest

    init_logs(app)
    setup.init_clock(app)
    for extension in (db, htmx, mail, compress, limiter):
        extension.init_app(app)
    migrate.init_app(app, db)
    setup.init_database(app)
    init_headers(app)  # first where a form comes from, then who sends it, then its token
    app.before_request(guard)
    csrf.init_app(app)
    init_unsent(app)
    init_sessions(app)
    init_templates(app)
    init_errors(app)
    setup.init_background(app)
    init_single_sign_on(app)

    app.register_blueprint(health.blueprint)
    app.register_blueprint(public)
    app.register_blueprint(staff, url_prefix="/staff")
    app.register_blueprint(preview.blueprint, url_prefix="/staff")
    if settings.demonstration:
        app.register_blueprint(demo.blueprint, url_prefix="/demo")
        app.register_blueprint(demo.staff_blueprint, url_prefix="/staff")
    classify_static(app)
    refuse_unclassified(app)
    serve(app)
    return app
