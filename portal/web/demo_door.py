"""The demonstration's blueprints; its modules hang their routes on them. Not registered in production."""

from flask import Blueprint

blueprint = Blueprint("demo", __name__)
staff_blueprint = Blueprint("demo_staff", __name__)  # below /staff, where the staff cookie can be set
