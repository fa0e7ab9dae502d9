"""Where a visitor comes from: only a proxy of ours is believed about that."""

import ipaddress

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import environment
from portal.foundation.networks import address_of, network_of

PROXY = "10.0.0.2"


@pytest.fixture
def behind_a_proxy(settings):
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/24")]


def came(rf, here: str, passed_on: str = ""):
    return rf.get("/", REMOTE_ADDR=here, **({"HTTP_X_FORWARDED_FOR": passed_on} if passed_on else {}))


def test_by_default_nobody_is_believed(rf):
    assert address_of(came(rf, PROXY, "203.0.113.9")) == PROXY


@pytest.mark.parametrize(
    ("here", "passed_on", "found"),
    [
        (PROXY, "203.0.113.9", "203.0.113.9"),
        (PROXY, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (PROXY, "203.0.113.9, 10.0.0.3", "203.0.113.9"),
        (PROXY, "", PROXY),
        (PROXY, "nonsense", "nonsense"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
    ],
)
def test_the_last_address_that_is_no_proxy_counts(rf, behind_a_proxy, here, passed_on, found):
    assert address_of(came(rf, here, passed_on)) == found


def test_an_address_that_a_visitor_invents_changes_no_network(rf, behind_a_proxy):
    honest, lying = came(rf, PROXY, "203.0.113.9"), came(rf, PROXY, "192.0.2.1, 203.0.113.9")
    assert network_of(honest) == network_of(lying)
    assert network_of(honest) != network_of(came(rf, PROXY, "198.51.100.7"))


def test_nonsense_is_one_network(rf, behind_a_proxy):
    assert network_of(came(rf, PROXY, "nonsense")) == network_of(came(rf, PROXY, "<script>"))


@pytest.mark.parametrize("value", ["proxy.example.org", "10.0.0.300", "10.0.0.1/24", "0.0.0.0/0", "::/0", "10.0.0.2,"])
def test_a_wrong_setting_is_refused_with_advice(monkeypatch, value):
    monkeypatch.setenv("TRUSTED_PROXIES", value)
    with pytest.raises(ImproperlyConfigured, match=r"TRUSTED_PROXIES.*10\.0\.0\.2"):
        environment.networks("TRUSTED_PROXIES")


def test_addresses_and_networks_are_read(monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.2 2001:db8::/32")
    assert [str(network) for network in environment.networks("TRUSTED_PROXIES")] == ["10.0.0.2/32", "2001:db8::/32"]
