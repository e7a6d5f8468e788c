"""What stands in front of the application: proxies, the public cache, static files."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from portal.config import Settings
from portal.web import public_cache
from portal.web.templating import static_files

A_YEAR = 31_536_000  # seconds; a hashed name is never reused


def serve(app: Flask) -> None:
    settings: Settings = app.config["PORTAL"]
    app.after_request(public_cache.mark)
    cache = public_cache.PublicCache(app.wsgi_app, app.extensions["generation"])
    static = WhiteNoise(cache, max_age=A_YEAR)
    for address, path in static_files(app).items():
        static.add_file_to_dictionary(address, str(path))
    app.wsgi_app = static  # type: ignore[method-assign]
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
