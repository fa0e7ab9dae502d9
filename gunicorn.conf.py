"""The web server, the same in the demonstration and in production."""

import os

workers = 2
threads = 4
preload_app = True
timeout = 60
# Restarted now and then, not all at once: what leaks in a library stays small.
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
# One JSON line an event, as the portal's own (settings.LOGGING). An access is told by method, path without its query,
# status and microseconds; portal.foundation.logs cuts the tokens of invitations, reset links and calendars out of paths.
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(D)s"
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "portal.foundation.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["console"], "propagate": False},
        "gunicorn.access": {
            "level": os.environ.get("LOG_LEVEL") or "INFO",
            "handlers": ["console"],
            "propagate": False,
        },
    },
    "root": {"level": "WARNING", "handlers": ["console"]},
}
