"""Refusals and failures → the right status and a page (or a fragment) that helps."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException

from portal.domain.refusals import Forbidden, Refusal
from portal.extensions import db
from portal.services.storage import StoreUnavailable
from portal.web.templating import plain_page

log = logging.getLogger(__name__)
DATABASE_AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)  # gone, or none left in time
OWN_PAGES = {403, 404, 410, 413, 429, 500, 503}


def page_for(status: int, *, title: str = "", message: str = "") -> Response:
    """The error page for a status. 500 and 503 need neither database nor session."""
    g.error_page = True  # nothing that was typed stands on it
    name = status if status in OWN_PAGES else (500 if status >= 500 else 404)
    template = f"errors/{name}.html" if not title or status >= 500 else "errors/refusal.html"
    if status >= 500:
        body = plain_page(current_app, template, request_id=g.get("request_id", ""))
    else:
        try:
            body = render_template(template, title=title, message=message, status=status)
        except DATABASE_AWAY as error:  # its header asks who is signed in
            return _on_database_trouble(error)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def refused_beside_field(form: FlaskForm, refusal: Refusal) -> None:
    """Puts a refusal beside the field it is about, or above the form: nothing typed is lost."""
    field = form._fields.get(refusal.field or "")
    if field is None:
        form.form_errors.append(refusal.message)
    else:
        field.errors = [*field.errors, refusal.message]  # a tuple until the form has been validated


def _on_refusal(refusal: Refusal) -> Response:
    if refusal.status == 404 or type(refusal) is Forbidden:
        return page_for(refusal.status)
    return page_for(refusal.status, title=refusal.title, message=refusal.message)


def _on_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    response = page_for(error.code, title="" if error.code in OWN_PAGES else HTTPStatus(error.code).phrase)
    for name, value in error.get_headers(request.environ):
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _on_forged(error: CSRFError) -> Response:
    return page_for(
        400,
        title="This page was open too long",
        message="Go back, load the page again and send it once more. Nothing you had saved is lost.",
    )


def _on_database_trouble(error: Exception) -> Response:
    log.error("database unavailable", extra={"kind": type(error).__name__})
    db.session.rollback()
    return page_for(503)


def _on_store_trouble(error: StoreUnavailable) -> Response:
    log.error("file store unavailable")
    return page_for(503)


def _on_failure(error: Exception) -> Response:
    """Anything else is ours: logged with its trace (which holds code, not answers), told plainly."""
    log.error("unhandled %s", type(error).__name__, exc_info=error)
    db.session.rollback()
    return page_for(500)


def init_errors(app: Flask) -> None:
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(CSRFError, _on_forged)
    app.register_error_handler(HTTPException, _on_http)
    for away in DATABASE_AWAY:
        app.register_error_handler(away, _on_database_trouble)
    app.register_error_handler(StoreUnavailable, _on_store_trouble)
    app.register_error_handler(Exception, _on_failure)
