"""The real docker-registry, filled by its own API, and one that answers as it is told."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.fakes.ports import free_port
from tests.fakes.running import running

_CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}}}, delete: {{enabled: true}}, cache: {{blobdescriptor: inmemory}}}}
http: {{addr: "127.0.0.1:{port}", secret: x}}
"""
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Registry:
    """A registry that runs."""

    def __init__(self, url: str) -> None:
        self.url = url

    def push(self, image: str, tag: str, what: str) -> str:
        """Push an image that holds *what*; its digest."""
        config = json.dumps({"what": what}).encode()
        digest = "sha256:" + hashlib.sha256(config).hexdigest()
        begun = requests.post(f"{self.url}/v2/{image}/blobs/uploads/", timeout=10)
        requests.put(begun.headers["Location"], params={"digest": digest}, data=config, timeout=10).raise_for_status()
        kind = "application/vnd.oci.image.config.v1+json"
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": kind, "digest": digest, "size": len(config)},
            "layers": [],
        }
        put = requests.put(
            f"{self.url}/v2/{image}/manifests/{tag}", json=manifest, headers={"Content-Type": _MANIFEST}, timeout=10
        )
        put.raise_for_status()
        return put.headers["Docker-Content-Digest"]

    def delete(self, image: str, digest: str) -> None:
        """Delete what a digest names, with all of its tags."""
        requests.delete(f"{self.url}/v2/{image}/manifests/{digest}", timeout=10).raise_for_status()


@contextmanager
def docker_registry(folder: Path, *, more: str = "") -> Iterator[Registry]:
    """A docker-registry whose images are in *folder*; *more* is further configuration."""
    port = free_port()
    config = folder / "config.yml"
    config.write_text(_CONFIG.format(folder=folder / "images", port=port) + more)
    url = f"http://127.0.0.1:{port}"
    with running(["docker-registry", "serve", str(config)], ready=f"{url}/v2/", log=folder / "log"):
        yield Registry(url)
