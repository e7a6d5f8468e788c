"""The portal with two yardsticks of a write in the same processes, each committing one row by the portal's own engine.

`/staff/bare-write` is asked as every act of staff is, with a sign-in, a permission and a form's token: then one row is
written. `/bare/` is a bare Flask route beside the portal, which asks nothing.
"""

from __future__ import annotations

from flask import Flask, Response, request
from sqlalchemy import insert
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from portal.db import unit_of_work
from portal.domain.accounts.rules import Permission
from portal.extensions import db
from portal.web.guards import requires
from tests.bench.bare_table import ROWS
from wsgi import app as portal

bare = Flask("bare")


@portal.post("/staff/bare-write", endpoint="staff.bare_write")
@requires(Permission.KEEP_REGISTER)
def write_signed_in() -> Response:
    with unit_of_work(db.session()) as session:
        session.execute(insert(ROWS).values(words=request.get_data(as_text=True)))
    return Response("{}", mimetype="application/json")


@bare.post("/")
def write() -> Response:
    with portal.app_context(), db.engine.connect().execution_options(writing=True) as connection, connection.begin():
        connection.execute(insert(ROWS).values(words=request.get_data(as_text=True)))
    return Response("{}", mimetype="application/json")


app = DispatcherMiddleware(portal, {"/bare": bare})
