"""The staff door's blueprint; every view module hangs its routes on it."""

from flask import Blueprint

blueprint = Blueprint("staff", __name__)
