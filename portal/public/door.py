"""The public door's blueprint; every view module hangs its routes on it."""

from flask import Blueprint
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from portal.domain.applications.sections import QUESTIONS
from portal.domain.campaigns.own_questions import OWN_KEY
from portal.domain.interviews.letters import PATHS
from portal.domain.interviews.models import SessionKind

blueprint = Blueprint("public", __name__)


class SectionConverter(BaseConverter):
    """The address of a question page: a standing section's, or that of a campaign's own question."""

    regex = "|".join((*QUESTIONS, OWN_KEY.pattern))


class SittingConverter(BaseConverter):
    """The last part of the address of somebody's interview, test or practice."""

    regex = "|".join(PATHS.values())

    def to_python(self, value: str) -> SessionKind:
        return next(kind for kind, path in PATHS.items() if path == value)

    def to_url(self, value: SessionKind) -> str:
        return PATHS[SessionKind(value)]


@blueprint.record_once
def _know_sections(state: BlueprintSetupState) -> None:
    """Before any route: deferred acts run in the order they were asked for."""
    state.app.url_map.converters["section"] = SectionConverter
    state.app.url_map.converters["sitting"] = SittingConverter
