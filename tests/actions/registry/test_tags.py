"""registry.tags, against the real docker-registry, and against one that wants tokens and gives pages."""

import base64
import hashlib
import json
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from actions.api import ActionFailed
from actions.registry.tags import Tags
from tests.fakes.registry import docker_registry
from tests.fakes.serving import Handler, serving


class Guarded(Handler):
    """Two pages of tags for whoever has the token, which is given to whoever has the password."""

    link = '</v2/shop/api/tags/list?n=1&last=1.0>; rel="next"'

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        parts = urlsplit(self.path)
        here = f"http://{self.headers['Host']}"
        shown = self.headers.get("Authorization", "")
        if parts.path == "/token":
            is_right = shown == "Basic " + base64.b64encode(b"robot:hush").decode()
            scope = parse_qs(parts.query)["scope"]
            self.answer(200 if is_right else 401, {"token": f"for {scope[0]}"})
        elif shown != "Bearer for repository:shop/api:pull":
            challenge = f'Bearer realm="{here}/token",service="shop",scope="repository:shop/api:pull"'
            self.answer(401, {}, {"WWW-Authenticate": challenge})
        elif parts.path.endswith("/tags/list") and "last" not in parts.query:
            self.answer(200, {"tags": ["1.0"]}, {"Link": self.link})
        elif parts.path.endswith("/tags/list"):
            self.answer(200, {"tags": ["1.1"]})
        else:
            self.answer(200, {}, {"Docker-Content-Digest": "sha256:" + parts.path[-3:]})

    def answer(self, status, what, headers=None):
        self.reply(status, json.dumps(what).encode(), headers)


class Silent(Guarded):
    """It does not say what a tag points to."""

    def answer(self, status, what, headers=None):
        super().answer(status, what, {} if "Docker-Content-Digest" in (headers or {}) else headers)


class Astray(Guarded):
    """Its second page is said to be on another host."""

    link = '<http://127.0.0.1:9/v2/shop/api/tags/list?last=1.0>; rel="next"'


@contextmanager
def guarded(handler=Guarded):
    """The check of such a registry's image."""
    with serving(handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        yield Tags(registry=url, image="shop/api", user="robot", password="env:REGISTRY")


def states(check, context):
    return {version.number: version.state for version in check.list_versions(context)}


@pytest.mark.full
def test_a_tag_that_points_to_another_image_has_another_state(tmp_path, looking):
    with docker_registry(tmp_path) as registry:
        old = registry.push("shop/api", "1.0", "old")
        registry.push("shop/api", "nightly", "other")
        tags = Tags(registry=registry.url, image="shop/api", pattern=r"\d+\.\d+")
        before = states(tags, looking())

        new = registry.push("shop/api", "1.0", "new")

        assert old != new
        assert (before, states(tags, looking())) == ({"1.0": old}, {"1.0": new})


@pytest.mark.full
def test_an_image_whose_last_tag_was_deleted_has_none(tmp_path, looking):
    with docker_registry(tmp_path) as registry:
        digest = registry.push("shop/api", "1.0", "old")
        registry.delete("shop/api", digest)

        assert Tags(registry=registry.url, image="shop/api").list_versions(looking()) == []


@pytest.mark.full
def test_an_image_that_is_not_there_is_named(tmp_path, looking):
    with docker_registry(tmp_path) as registry, pytest.raises(ActionFailed, match="has no image shop/web"):
        Tags(registry=registry.url, image="shop/web").list_versions(looking())


def test_a_token_is_asked_for_and_all_pages_are_read(looking):
    with guarded() as check:
        found = states(check, looking(secrets={"env:REGISTRY": "hush"}))

    assert found == {"1.0": "sha256:1.0", "1.1": "sha256:1.1"}


def test_a_registry_that_tells_no_digests_is_read_for_them(looking):
    with guarded(Silent) as check:
        found = states(check, looking(secrets={"env:REGISTRY": "hush"}))

    # That of "{}", which is all that there is behind each of them.
    assert set(found.values()) == {"sha256:" + hashlib.sha256(b"{}").hexdigest()}


def test_who_may_not_pull_is_told_so(looking):
    with guarded() as check, pytest.raises(ActionFailed, match="answered 401 about shop/api"):
        check.list_versions(looking(secrets={"env:REGISTRY": "wrong"}))


def test_the_token_goes_to_no_other_host(looking):
    with guarded(Astray) as check, pytest.raises(ActionFailed, match="its next page is elsewhere"):
        check.list_versions(looking(secrets={"env:REGISTRY": "hush"}))
