"""How gunicorn serves the portal: a few processes with a few threads each.

No preload: the file store's threads do not survive a fork, so each worker opens its own.
"""

import os

bind = os.environ.get("BIND") or "127.0.0.1:" + os.environ.get("PORT", "5000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = False
timeout = 60  # seconds a worker may be silent
graceful_timeout = 30  # seconds a request may take to end when the server stops
keepalive = 5
accesslog = None  # the application logs requests itself, by route, with nothing personal
loglevel = "warning"
control_socket_disable = True
