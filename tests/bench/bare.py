"""The yardstick: one bare Flask route answering the given file's bytes with the given headers.

`BARE_BODY` and `BARE_HEADERS` (JSON list of pairs) name what to answer; the server is the same.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from flask import Flask, Response

app = Flask(__name__)
BODY = Path(os.environ["BARE_BODY"]).read_bytes()
HEADERS = [(name, value) for name, value in json.loads(os.environ["BARE_HEADERS"]) if name.lower() != "content-length"]


@app.get("/")
def bare() -> Response:
    return Response(BODY, headers=HEADERS)
