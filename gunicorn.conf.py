"""The web server, the same in the demonstration and in production."""

workers = 2
threads = 4
preload_app = True
timeout = 60
# Restarted now and then, not all at once: what leaks in a library stays small.
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
loglevel = "warning"
