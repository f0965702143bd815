"""What somebody in Slack may make the bot ask: the world, and what an operator allows; nothing of the inner network."""

import socket
from datetime import UTC, datetime

import pytest

from actions.api import ActionFailed
from bot.watch.guard import Guarded, is_public, look_up
from bot.watch.polite import PoliteHttp
from tests.fakes.told_site import told_site


@pytest.fixture
def site():
    with told_site() as told:
        told.pages["/"] = "hello"
        yield told


def asked(url, **options):
    """What a session of somebody who follows is answered."""
    http = PoliteHttp(lambda: datetime.now(UTC), wire=Guarded(**options))
    try:
        with http.session(fresh_s=0, held=lambda _: None) as session:
            return session.get(url, timeout=5)
    finally:
        http.close()


def port_of(site):
    return int(site.url.rpartition(":")[2])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0.0.0.0"]
)
def test_this_machine_is_not_asked_however_its_address_is_written(site, host):
    with pytest.raises(ActionFailed, match="inside our own network"):
        asked(f"http://{host}:{port_of(site)}/")

    assert site.asked == []


@pytest.mark.parametrize("host", ["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"])
def test_nor_by_ipv6(site, host):
    with pytest.raises(ActionFailed, match="inside our own network"):
        asked(f"http://{host}:{port_of(site)}/")

    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.9.9", "192.168.1.1", "127.0.0.53", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fd00::1", "ff0e::1"),
        *("::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    ],
)
def test_inner_addresses_are_known(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "140.82.121.4", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_addresses_of_the_world_are_known(address):
    assert is_public(address)


def test_one_inner_address_among_others_is_enough_to_refuse(site):
    with pytest.raises(ActionFailed, match="inside our own network"):
        asked(f"http://a.example:{port_of(site)}/", resolve=lambda _host, _port: ["1.1.1.1", "127.0.0.1"])

    assert site.asked == []


def test_a_name_that_points_inside_the_second_time_is_refused_then(site):
    """DNS rebinding: what a name was at its first look-up, by anybody, says nothing of the next connection."""
    answers = [["127.0.0.1"], ["1.1.1.1"]]

    def rebinding(_host, _port):
        return answers.pop()

    rebinding("a.example", 80)
    with pytest.raises(ActionFailed, match="inside our own network"):
        asked(f"http://a.example:{port_of(site)}/", resolve=rebinding)

    assert site.asked == []


def test_the_connection_goes_to_the_address_that_was_looked_at(site):
    looks = []

    def only_once(host, port):
        looks.append(host)
        return ["127.0.0.1"]

    # Nobody but our own look-up knows this name: had the connection looked it up again, it would fail.
    answer = asked(f"http://a.invalid:{port_of(site)}/", resolve=only_once, allowed=["a.invalid"])

    assert (answer.json(), looks, site.sent_headers[0]["Host"]) == (
        "hello",
        ["a.invalid"],
        f"a.invalid:{port_of(site)}",
    )


@pytest.mark.parametrize("inside", ["http://127.0.0.1:{}/", "http://[::1]:{}/", "http://2130706433:{}/"])
def test_a_redirect_leads_nowhere_inside(site, inside):
    with told_site() as outside:
        outside.pages["/"], outside.status = "", 302
        outside.headers["Location"] = inside.format(port_of(site))

        with pytest.raises(ActionFailed, match="inside our own network"):
            asked(f"http://a.example:{port_of(outside)}/", resolve=_known, allowed=["a.example"])

    assert site.asked == []


def _known(host, port):
    return ["127.0.0.1"] if host == "a.example" else look_up(host, port)


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.1:{}"])
def test_what_an_operator_allows_is_asked(site, allowed):
    assert asked(f"{site.url}/", allowed=[allowed.format(port_of(site))]).json() == "hello"


def test_a_port_that_is_allowed_opens_no_other(site):
    with pytest.raises(ActionFailed, match="inside our own network"):
        asked(f"{site.url}/", allowed=["127.0.0.1:1"])


def test_no_proxy_is_a_way_around(site, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", site.url)
    monkeypatch.setenv("NO_PROXY", "")

    with pytest.raises(ActionFailed, match="inside our own network"):
        asked("http://127.0.0.1:9/")

    assert site.asked == []


def test_a_name_that_nobody_knows_is_no_answer():
    def unknown(_host, _port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(OSError, match="resolve"):
        asked("http://a.example/", resolve=unknown)
