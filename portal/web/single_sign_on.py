"""Single sign-on by OpenID Connect: authlib speaks the protocol; here is what we ask and what we believe."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, current_app
from joserfc.errors import JoseError
from requests import RequestException

from portal import clock
from portal.config import Settings
from portal.domain.accounts.single_sign_on import Claims
from portal.domain.refusals import Refusal

SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "fpt", "face", "iris", "sc", "pop"})  # RFC 8176
LATELY = timedelta(minutes=2)
TIMEOUT = 5  # seconds: a provider that hangs must not hold a worker


class SignOnFailed(Refusal):
    status = 502
    title = "The sign-in did not work"
    message = "The other service did not answer as it should. Try again, or sign in with your password."


def init_single_sign_on(app: Flask) -> None:
    """Knows the provider, where one is set. It is not spoken to before somebody signs in."""
    settings: Settings = app.config["PORTAL"]
    if not settings.oidc_issuer:
        return
    oauth = OAuth(app)
    oauth.register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT,
        },
    )
    app.extensions["single_sign_on"] = oauth.provider


def provider_name() -> str:
    """What the button says; empty where there is no single sign-on."""
    settings: Settings = current_app.config["PORTAL"]
    return settings.oidc_name if "single_sign_on" in current_app.extensions else ""


def send_there(callback: str, *, again: bool) -> Response:
    """To the provider. `again`: it must ask who they are, however lately it did. Raises SignOnFailed."""
    asked: dict[str, Any] = {"prompt": "login", "max_age": 0} if again else {}
    try:
        response: Response = current_app.extensions["single_sign_on"].authorize_redirect(callback, **asked)
    except (RequestException, AuthlibBaseError, RuntimeError, ValueError) as error:
        raise SignOnFailed() from error
    return response


def come_back(*, again: bool) -> Claims:
    """The claims of whoever came back, their token verified. Raises SignOnFailed."""
    provider, settings = current_app.extensions["single_sign_on"], current_app.config["PORTAL"]
    try:
        token = provider.authorize_access_token()
        said = token["userinfo"]
        return _claims(said, settings, again=again)
    except (RequestException, AuthlibBaseError, JoseError, KeyError, TypeError, RuntimeError, ValueError) as error:
        raise SignOnFailed() from error


def _claims(said: dict[str, Any], settings: Settings, *, again: bool) -> Claims:
    """Raises ValueError for another issuer, and for an old sign-in where a new one was asked for."""
    if said["iss"].rstrip("/") != settings.oidc_issuer.rstrip("/"):
        raise ValueError("issuer")
    if again and clock.wall().timestamp() - int(said["auth_time"]) > LATELY.total_seconds():
        raise ValueError("auth_time")
    groups = said.get(settings.oidc_groups_claim) or []
    return Claims(
        subject=f"{said['iss']} {said['sub']}",
        email=str(said.get("email") or ""),
        email_verified=said.get("email_verified") is True,
        name=str(said.get("name") or said.get("email") or ""),
        groups=frozenset(str(group) for group in groups) if isinstance(groups, list) else frozenset(),
        second_factor=bool(SECOND_FACTORS & set(said.get("amr") or ())),
    )
