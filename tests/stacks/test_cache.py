"""The cache stack's playbook, on a real nginx that keeps the pages of a site."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from actions.ansible.run_playbook import RunPlaybook
from actions.api import ActionFailed
from tests.fakes.nginx_cache import nginx_cache, write_inventory
from tests.fakes.varnish import site

pytestmark = pytest.mark.full

PAGES = [
    ("www.example.org", "/"),
    ("www.example.org", "/news"),
    ("www.example.org", "/newspaper?a=1"),
    ("shop", "/news"),
]


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("nginx")
    with site() as port, nginx_cache(folder, port) as url:
        yield url, folder


def _seen(url: str) -> list[str]:
    return [requests.get(url + path, headers={"Host": host}, timeout=5).text for host, path in PAGES]


def _playbook(folder: Path, what: str, *values: str) -> RunPlaybook:
    write_inventory(folder / "hosts.ini", folder)
    fields: dict[str, Any] = {"playbook": "payload/nginx-cache.yml", "inventory": str(folder / "hosts.ini")}
    return RunPlaybook.model_validate({**fields, "vars": {"what": what, "values": list(values)}})


@pytest.mark.parametrize(
    ("what", "values", "forgotten"),
    [
        ("url", ["https://www.example.org/news", "shop/news"], [False, True, False, True]),
        ("prefix", ["www.example.org/news"], [False, True, True, False]),
        ("host", ["www.example.org"], [True, True, True, False]),
        ("everything", [], [True, True, True, True]),
        ("prefix", ["www.example.org/n.*"], [False, False, False, False]),
    ],
)
def test_nginx_fetches_anew_what_was_forgotten_and_keeps_the_rest(nginx, step, what, values, forgotten):
    url, folder = nginx
    before = _seen(url)
    assert _seen(url) == before

    _playbook(folder, what, *values).run(step("cache"))

    assert [new != old for new, old in zip(_seen(url), before, strict=True)] == forgotten


def test_everything_is_not_meant_by_leaving_the_addresses_out(nginx, step):
    _, folder = nginx

    with pytest.raises(ActionFailed, match="`values` say which"):
        _playbook(folder, "url").run(step("cache"))
