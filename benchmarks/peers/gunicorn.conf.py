"""How the WSGI peers are served: as Roster is by its own gunicorn.conf.py."""

import os

worker_class = "gthread"
workers = int(os.environ["WEB_CONCURRENCY"])
threads = int(os.environ["THREADS"])
preload_app = True
accesslog = None
