"""How gunicorn serves Roster; read by itself from the working directory."""

from roster.config import Settings

settings = Settings.from_environment()  # refuses more threads than the pool has connections

bind = f"127.0.0.1:{settings.port}"  # the Procfile says otherwise
worker_class = "gthread"
workers = settings.workers
threads = settings.threads
preload_app = True
timeout = int(settings.request_timeout) + 20
graceful_timeout = int(settings.request_timeout) + 5
max_requests = 50_000
max_requests_jitter = 5_000
control_socket_disable = True
accesslog = None  # Roster writes one line for each request by itself
limit_request_line = 8190
