"""What every template may use: GOV.UK's components, our filters, hashed static files and `site`."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request
from jinja2 import (
    BaseLoader,
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)
from jinja2.runtime import Macro

from portal import clock
from portal.config import Settings
from portal.web.navigation import navigation
from portal.web.wording import FILTERS

# Compiled templates outlive the process (in the user's own temporary folder): starts are quicker for it.
COMPILED = FileSystemBytecodeCache()
HERE = Path(__file__).resolve().parent.parent
VERSIONED = re.compile(r"-\d+\.\d+\.\d+\.")
VENDORS = ("govuk_frontend_jinja", "govuk_frontend_wtf")
COMPONENTS = (
    "accordion", "back-link", "breadcrumbs", "button", "character-count", "checkboxes", "date-input", "details",
    "error-message", "error-summary", "fieldset", "file-upload", "hint", "input", "inset-text", "label",
    "notification-banner", "panel", "password-input", "radios", "select", "summary-list", "table", "tabs", "tag",
    "task-list", "textarea", "warning-text",
)  # fmt: skip


class _VendorLoader(BaseLoader):
    """Loads other people's templates into an environment of their own.

    GOV.UK's macros ask for parameters nobody gave; they alone are spared `StrictUndefined`.
    """

    def __init__(self) -> None:
        loader = PrefixLoader({name: PackageLoader(name) for name in VENDORS})
        self.environment = Environment(
            loader=loader, autoescape=True, undefined=ChainableUndefined, bytecode_cache=COMPILED
        )

    def load(
        self,
        environment: Environment,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        return self.environment.get_template(name)

    def macro(self, component: str) -> tuple[str, Callable[..., str]]:
        """The name GOV.UK gives a component's macro (`govukErrorSummary`) and the macro."""
        name = "govuk" + "".join(part.capitalize() for part in component.split("-"))
        template = self.environment.get_template(f"govuk_frontend_jinja/components/{component}/macro.html")
        return name, getattr(template.module, name)


@cache
def _vendor() -> _VendorLoader:
    """One for the process: GOV.UK's macros are the same for every application made in it."""
    return _VendorLoader()


@dataclass(frozen=True)
class Site:
    """What a layout needs to know of the force, this start and this request. Reads no database by itself."""

    settings: Settings
    door: str
    brand_url: str

    @property
    def service_name(self) -> str:
        return self.settings.service_name

    @property
    def force_name(self) -> str:
        return self.settings.force_name

    @property
    def demonstration(self) -> bool:
        return self.settings.demonstration

    @property
    def base_url(self) -> str:
        return self.settings.base_url.rstrip("/")

    @property
    def quick_exit_url(self) -> str:
        return self.settings.quick_exit_url

    @property
    def escape_leaves(self) -> bool:
        return self.settings.escape_leaves

    @property
    def chequer(self) -> tuple[str, str]:
        """The two colours of the band."""
        return self.settings.brand_blue, "#ffffff"

    @property
    def wordmark(self) -> tuple[str, str]:
        """The service's name as it is set: its first word in bold, then the rest."""
        first, _, rest = self.settings.service_name.partition(" ")
        return first, rest

    @property
    def now(self) -> datetime:
        """Aware UTC. Lazy, because in demonstration mode the clock's offset is stored."""
        return clock.now()


def brand_stylesheet(settings: Settings) -> str:
    """The force's colours over those built in, as custom properties."""
    return f":root{{--navy:{settings.brand_navy};--blue:{settings.brand_blue};--hivis:{settings.brand_accent}}}\n"


def _hashed_names(folder: Path) -> dict[str, str]:
    """Each file under `folder` by its name relative to it → the same name with its content's hash in it.

    A name that already holds a version keeps it: scripts import each other by such names.
    """
    names = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            name = path.relative_to(folder)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
            hashed = name.with_name(f"{name.stem}.{digest}{name.suffix}")
            names[name.as_posix()] = (name if VERSIONED.search(name.name) else hashed).as_posix()
    return names


def asset_url(app: Flask, name: str) -> str:
    """Where a browser finds a file of portal/static; the address changes with its content.

    Raises KeyError for a file that was not there at start.
    """
    return f"{app.static_url_path}/{app.extensions['portal_assets'][name]}"


def static_files(app: Flask) -> dict[str, Path]:
    """Each hashed address → its file. All may be cached for ever."""
    folder = Path(app.static_folder or "")
    names: dict[str, str] = app.extensions["portal_assets"]
    return {f"{app.static_url_path}/{hashed}": folder / name for name, hashed in names.items()}


def site(app: Flask) -> Site:
    """`site` as the templates see it, in a request or outside one."""
    settings: Settings = app.config["PORTAL"]
    door = "staff" if has_request_context() and request.path.startswith("/staff") else "public"
    version = hashlib.sha256(brand_stylesheet(settings).encode()).hexdigest()[:10]
    return Site(settings, door, f"/brand.css?v={version}")


def plain_page(app: Flask, template: str, **context: Any) -> str:
    """A page made without context processors: no session, no account, no database. For when those are what failed."""
    return app.jinja_env.get_template(template).render(site=site(app), **context)


def _own_macros(env: Environment) -> dict[str, Macro]:
    """Every macro of components/, so that no page imports any.

    A block rendered alone does not see the imports at the top of its file; globals it sees.
    """
    found: dict[str, Macro] = {}
    for name in sorted(path.name for path in (HERE / "templates/components").glob("*.html")):
        module = env.get_template(f"components/{name}").module
        found.update({key: value for key, value in vars(module).items() if isinstance(value, Macro)})
    return found


def init_templates(app: Flask) -> None:
    """Make Jinja strict and give it the portal's words. Call once, after the configuration is in place."""
    app.extensions["portal_assets"] = _hashed_names(Path(app.static_folder or ""))
    vendor = _vendor()
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.bytecode_cache = COMPILED
    env.loader = ChoiceLoader([FileSystemLoader(HERE / "templates"), vendor])
    env.globals.update(vendor.macro(component) for component in COMPONENTS)
    env.globals["asset"] = lambda name: asset_url(app, name)
    env.globals["navigation"] = navigation
    env.filters.update(FILTERS)
    env.globals.update(_own_macros(env))
    app.context_processor(lambda: {"site": site(app)})
