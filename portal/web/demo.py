"""The demonstration's own pages: its mail and its clock. Not registered in production."""

from __future__ import annotations

from portal.web import demo_sign_in
from portal.web.demo_door import blueprint, staff_blueprint

__all__ = ["blueprint", "demo_sign_in", "staff_blueprint"]
