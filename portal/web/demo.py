"""The demonstration's own pages: its mail and its clock. Not registered in production."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("demo", __name__)
