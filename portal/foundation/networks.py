"""Which network a request comes from: to count by, never to know who it was."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

SALT = "network"
PREFIX = {4: 24, 6: 48}


def address_of(request: HttpRequest) -> str:
    """Where the request comes from. Behind a trusted proxy that is the last address in its list that is no proxy of ours."""
    here = request.META.get("REMOTE_ADDR", "")
    passed_on = request.headers.get("X-Forwarded-For", "").split(",")
    while _is_trusted(here) and passed_on and (before := passed_on.pop().strip()):
        here = before
    return here


def _is_trusted(address: str) -> bool:
    try:
        return any(ipaddress.ip_address(address) in network for network in settings.TRUSTED_PROXIES)
    except ValueError:
        return False


def network_of(request: HttpRequest) -> str:
    """A keyed digest of the network, the same for neighbours: one person commands many addresses of it."""
    try:
        address = ipaddress.ip_address(address_of(request))
        network = str(ipaddress.ip_network((address, PREFIX[address.version]), strict=False))
    except ValueError:
        network = "unknown"
    return salted_hmac(SALT, network).hexdigest()[:32]
