"""Settings, typed, from the environment. An unsafe production does not start.

Every setting is `PORTAL_<NAME>`. In the demonstration whatever is not set has a working default
under the data folder, secrets included: they are made once and kept there.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

MEGABYTE = 1024 * 1024
SERVED = {"PORTAL_DATABASE_URL", "PORTAL_MAIL_HOST"}  # what a start with real people's data is given


class Unsafe(Exception):
    """The settings would make an unsafe service; each problem on its own line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """What an installation may decide. Times are seconds and sizes bytes unless the name says more."""

    mode: str = "demonstration"  # demonstration | production
    data: Path = Path("var")
    base_url: str = "http://127.0.0.1:5000"
    secret_key: str = field(default="", repr=False)
    master_keys: Mapping[int, bytes] = field(default_factory=dict, repr=False)  # version → 32 bytes

    database_url: str = field(default="", repr=False)
    storage_url: str = ""
    s3_endpoint: str = ""
    s3_region: str = ""
    s3_key: str = field(default="", repr=False)
    s3_secret: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    clamd: str = ""
    mail_host: str = ""
    mail_port: int = 587
    mail_user: str = field(default="", repr=False)
    mail_password: str = field(default="", repr=False)
    mail_tls: bool = True
    mail_from: str = "no-reply@volunteer.example"
    mail_bounce: str = ""  # where mail that cannot be delivered comes back to; `portal.cli bounce` reads it
    trusted_proxies: int = 0

    force_name: str = "Kent Police"
    service_name: str = "Volunteer with Kent Police"
    contact_email: str = "volunteering@kent-police.example"
    contact_phone: str = "01632 960 101"
    brand_navy: str = "#0b2545"
    brand_blue: str = "#13478c"
    brand_accent: str = "#d7f205"
    quick_exit_url: str = "https://www.bbc.co.uk/weather"
    escape_leaves: bool = True

    upload_limit: int = 15 * MEGABYTE
    sign_in_minutes: int = 10
    applicant_idle_minutes: int = 60
    applicant_session_hours: int = 24
    staff_idle_minutes: int = 30
    staff_session_hours: int = 10
    oidc_issuer: str = ""  # single sign-on of staff; none: passwords and passkeys only
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_name: str = "your force account"
    oidc_groups_claim: str = "groups"
    step_up_minutes: int = 15  # how long a sensitive act does not ask for the second factor again
    rate_limits: bool = True
    start_at: str = ""  # PORTAL_NOW: the demonstration's clock at start, London time

    @property
    def demonstration(self) -> bool:
        return self.mode == "demonstration"

    @property
    def secure(self) -> bool:
        """Served over TLS, so cookies may say so."""
        return self.base_url.startswith("https://")

    @property
    def clock_file(self) -> Path:
        return self.data / "clock"

    @property
    def generation_file(self) -> Path:
        """Its modification time is the public cache's generation on one host."""
        return self.data / "generation"

    @property
    def queue_file(self) -> Path:
        return self.data / "queue.sqlite"

    @property
    def mail_folder(self) -> Path:
        return self.data / "mail"


def _value(kind: Any, text: str) -> Any:
    """One setting's text as its type."""
    if kind == "bool":
        return text.lower() in {"1", "true", "yes", "on"}
    if kind == "int":
        return int(text)
    return Path(text) if kind == "Path" else text


def parse_master_keys(text: str) -> dict[int, bytes]:
    """`1:base64,2:base64` → version → key. The highest version is the current one."""
    pairs = (part.split(":", 1) for part in text.split(",") if part.strip())
    return {int(version): base64.b64decode(key) for version, key in pairs}


def _kept_secret(path: Path, make: Any) -> str:
    """The demonstration's own secret: made once, readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(make())
    return path.read_text()


def _new_master() -> str:
    return "1:" + base64.b64encode(secrets.token_bytes(32)).decode()


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Settings from `PORTAL_*`; raises `Unsafe` with every problem at once."""
    given: dict[str, Any] = {}
    for item in fields(Settings):
        text = environ.get(f"PORTAL_{item.name.upper()}")
        if text is not None and item.name != "master_keys":
            given[item.name] = _value(item.type, text)
    if "PORTAL_NOW" in environ:
        given["start_at"] = environ["PORTAL_NOW"]
    if "PORTAL_MASTER_KEYS" in environ:
        given["master_keys"] = parse_master_keys(environ["PORTAL_MASTER_KEYS"])
    if said := sorted(SERVED & set(environ)) if "PORTAL_MODE" not in environ else []:
        raise Unsafe([f"PORTAL_MODE must be said beside {', '.join(said)}: a demonstration's mail is open to all."])
    given["data"] = Path(given.get("data", Settings.data)).resolve()
    if given.get("mode", Settings.mode) == "demonstration":
        _fill_demonstration(given)
    settings = Settings(**given)
    problems = unsafe(settings)
    if problems:
        raise Unsafe(problems)
    return settings


def _fill_demonstration(given: dict[str, Any]) -> None:
    data: Path = given["data"]
    data.mkdir(parents=True, exist_ok=True)
    given.setdefault("database_url", f"sqlite:///{data / 'portal.sqlite'}")
    given.setdefault("storage_url", f"file://{data / 'files'}")
    if "secret_key" not in given:
        given["secret_key"] = _kept_secret(data / "secret", lambda: secrets.token_urlsafe(48))
    if "master_keys" not in given:
        given["master_keys"] = parse_master_keys(_kept_secret(data / "master", _new_master))


def unsafe(settings: Settings) -> list[str]:
    """What would make this service unsafe, in words that name the setting to change."""
    found = []
    if settings.mode not in {"demonstration", "production"}:
        found.append("PORTAL_MODE must be demonstration or production.")
    if len(settings.secret_key) < 32:
        found.append("PORTAL_SECRET_KEY must be set to at least 32 characters.")
    if not settings.master_keys or any(len(key) != 32 for key in settings.master_keys.values()):
        found.append("PORTAL_MASTER_KEYS must hold at least one 32-byte key, as version:base64.")
    if settings.mode == "production":
        found += _unsafe_in_production(settings)
    return found


def _unsafe_in_production(settings: Settings) -> list[str]:
    needed = {
        "PORTAL_BASE_URL must start with https://.": settings.secure and bool(urlsplit(settings.base_url).netloc),
        "PORTAL_DATABASE_URL must be set.": bool(settings.database_url),
        "PORTAL_STORAGE_URL must be set.": bool(settings.storage_url),
        "PORTAL_CLAMD must be set: files are never shown unscanned.": bool(settings.clamd),
        "PORTAL_MAIL_HOST must be set: nobody can sign in without mail.": bool(settings.mail_host),
        "PORTAL_OIDC_ISSUER must start with https://, beside PORTAL_OIDC_CLIENT_ID and its _SECRET.": (
            not settings.oidc_issuer
            or (settings.oidc_issuer.startswith("https://") and settings.oidc_client_id and settings.oidc_client_secret)
        ),
        "PORTAL_NOW moves the clock: demonstration only.": not settings.start_at,
        "PORTAL_RATE_LIMITS must stay on.": settings.rate_limits,
        "PORTAL_TRUSTED_PROXIES must be 1 or more: we speak no TLS, so a proxy stands in front.": (
            settings.trusted_proxies > 0
        ),
    }
    return [problem for problem, fine in needed.items() if not fine]
