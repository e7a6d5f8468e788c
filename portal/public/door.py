"""The public door's blueprint; every view module hangs its routes on it."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)
