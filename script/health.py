"""Says whether the web server beside it is ready: the health check of docker-compose.yml.

It asks as the proxy would, for the public name and over HTTPS, because the portal answers nobody else.
"""

import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

READY = "http://127.0.0.1:8000/health/ready/"


def main(address: str = READY) -> int:
    site = urlsplit(os.environ["SITE_URL"])
    request = urllib.request.Request(address, headers={"Host": site.netloc, "X-Forwarded-Proto": site.scheme})
    try:
        urllib.request.urlopen(request, timeout=5).close()
    except urllib.error.URLError as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
