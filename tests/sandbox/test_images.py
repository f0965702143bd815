"""The registry of the outside world answers as docker-registry does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from actions.registry.tags import Tags
from bot.sandbox.outside.outside import Outside
from tests.actions.recording import Looking
from tests.fakes.registry import docker_registry

IMAGE = "acme/cake"


@pytest.fixture
def ours() -> Iterator[Outside]:
    outside = Outside()
    outside.start()
    yield outside
    outside.stop()


@pytest.fixture(params=["ours", pytest.param("docker-registry", marks=pytest.mark.full)])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of one with three tags of an image."""
    if request.param == "ours":
        outside: Outside = request.getfixturevalue("ours")
        for tag in ("1.1", "1.0", "nightly"):
            outside.images.push(IMAGE, tag, tag)
        yield outside.url
        return
    with docker_registry(tmp_path) as real:
        for tag in ("1.1", "1.0", "nightly"):
            real.push(IMAGE, tag, tag)
        yield real.url


def get(registry: str, path: str, method: str = "GET") -> requests.Response:
    kind = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
    return requests.request(method, f"{registry}/v2/{path}", headers=kind, timeout=10)


def test_tags_are_listed(registry: str) -> None:
    listed = get(registry, f"{IMAGE}/tags/list")

    # Debian's docker-registry keeps no order.
    assert (listed.json()["name"], sorted(listed.json()["tags"])) == (IMAGE, ["1.0", "1.1", "nightly"])
    assert listed.headers["Docker-Distribution-Api-Version"] == "registry/2.0"


def test_a_manifest_is_found_by_its_tag_and_its_digest_and_leads_to_what_it_holds(registry: str) -> None:
    head = get(registry, f"{IMAGE}/manifests/1.0", "HEAD")
    digest = head.headers["Docker-Content-Digest"]

    found = [get(registry, f"{IMAGE}/manifests/{name}") for name in ("1.0", digest)]
    manifest: Any = found[0].json()
    config = get(registry, f"{IMAGE}/blobs/{manifest['config']['digest']}")

    assert (head.status_code, head.content, found[0].content) == (200, b"", found[1].content)
    assert head.headers["Content-Type"] == found[0].headers["Content-Type"] == manifest["mediaType"]
    assert (config.status_code, len(config.content)) == (200, manifest["config"]["size"])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("acme/none/tags/list", 404, "NAME_UNKNOWN"),
        (f"{IMAGE}/manifests/2.0", 404, "MANIFEST_UNKNOWN"),
        (f"{IMAGE}/blobs/sha256:{'0' * 64}", 404, "BLOB_UNKNOWN"),
    ],
)
def test_what_is_not_there_is_said_by_its_code(registry: str, path: str, status: int, code: str) -> None:
    answer = get(registry, path)

    assert (answer.status_code, [error["code"] for error in answer.json()["errors"]]) == (status, [code])


def test_a_long_list_of_tags_comes_in_pages_that_lead_to_one_another(ours: Outside) -> None:
    for tag in ("1.0", "1.1", "nightly"):
        ours.images.push(IMAGE, tag, tag)

    first = get(ours.url, f"{IMAGE}/tags/list?n=2")
    rest = requests.get(ours.url + first.links["next"]["url"], timeout=10)

    assert (first.json()["tags"], rest.json()["tags"], rest.links) == (["1.0", "1.1"], ["nightly"], {})
    assert get(ours.url, f"{IMAGE}/tags/list?n=x").status_code == 400
    none = get(ours.url, f"{IMAGE}/tags/list?n=0")
    assert (none.json(), none.links) == ({"name": IMAGE, "tags": []}, {})


def test_a_tag_that_is_pushed_again_points_to_another_image(ours: Outside, tmp_path: Path) -> None:
    tags, looking = Tags(registry=ours.url, image="acme/shop"), Looking(folder=tmp_path)
    [before] = tags.list_versions(looking)

    ours.images.push("acme/shop", before.number, "something else")

    [after] = tags.list_versions(looking)
    assert (after.number, after.state != before.state) == (before.number, True)
