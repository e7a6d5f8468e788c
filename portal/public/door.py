"""The public door's blueprint; every view module hangs its routes on it."""

from flask import Blueprint
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from portal.domain.applications.sections import QUESTIONS
from portal.domain.campaigns.own_questions import OWN_KEY

blueprint = Blueprint("public", __name__)


class SectionConverter(BaseConverter):
    """The address of a question page: a standing section's, or that of a campaign's own question."""

    regex = "|".join((*QUESTIONS, OWN_KEY.pattern))


@blueprint.record_once
def _know_sections(state: BlueprintSetupState) -> None:
    """Before any route: deferred acts run in the order they were asked for."""
    state.app.url_map.converters["section"] = SectionConverter
