"""Which network a request comes from: to count by, never to know who it was."""

import ipaddress

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

SALT = "network"
PREFIX = {4: 24, 6: 48}


def network_of(request: HttpRequest) -> str:
    """A keyed digest of the network, the same for neighbours: one person commands many addresses of it."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
        network = str(ipaddress.ip_network((address, PREFIX[address.version]), strict=False))
    except ValueError:
        network = "unknown"
    return salted_hmac(SALT, network).hexdigest()[:32]
