"""Privacy, cookies and accessibility: what the service owes everybody, in words and tables."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, make_response, render_template

from portal.config import Settings
from portal.domain.settings.lawful_bases import CATEGORIES, COOKIES
from portal.public.door import blueprint
from portal.public.forms.cookies import CookieForm
from portal.web.guards import open_to_all
from portal.web.public_cache import keep_until

CHOICE = "cookie_choice"
CHOICE_LASTS = timedelta(days=365)


@blueprint.get("/privacy")
@open_to_all
def privacy() -> Response:
    keep_until(None)
    return make_response(render_template("public/site/privacy.html", categories=CATEGORIES))


@blueprint.get("/accessibility")
@open_to_all
def accessibility() -> Response:
    keep_until(None)
    return make_response(render_template("public/site/accessibility.html"))


@blueprint.route("/cookies", methods=["GET", "POST"])
@open_to_all
def cookies() -> Response:
    """The page is the same for everybody, because it is cached: only the answer to the form tells of the choice."""
    form = CookieForm()
    made = form.validate_on_submit()
    if not form.is_submitted():
        keep_until(None)
    page = render_template("public/site/cookies.html", form=form, made=made, cookies=COOKIES)
    response = make_response(page, 422 if form.errors else 200)
    if made:
        settings: Settings = current_app.config["PORTAL"]
        response.set_cookie(CHOICE, form.choice.data, CHOICE_LASTS, secure=settings.secure, samesite="Lax")
    return response
