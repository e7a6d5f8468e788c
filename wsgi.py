"""What a server runs: `gunicorn wsgi:app`."""

from portal import create_app
from portal.web import logs

logs.configure()
app = create_app()
