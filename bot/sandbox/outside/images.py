"""A registry of images, as far as who pulls asks it: https://github.com/opencontainers/distribution-spec."""

import hashlib
import json
import threading
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from bot.base.clock import Clock, SystemClock

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}


@dataclass(frozen=True, kw_only=True)
class Push:
    """Somebody put a tag on an image."""

    image: str
    tag: str
    #: What makes it another image than others, and gives it another digest.
    what: str
    at: datetime


class Images:
    """All images of one registry. Any thread may call."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._guard = threading.Lock()
        self._pushes: list[Push] = []

    def push(self, image: str, tag: str, what: str) -> str:
        """Put a tag on an image that holds *what*; its digest. A tag that is there is moved."""
        push = Push(image=image, tag=tag, what=what, at=self._clock.now())
        self.put_back([push])
        return _digest(_manifest(push))

    def put_back(self, pushes: list[Push]) -> None:
        """Have these have happened, too."""
        with self._guard:
            self._pushes = [*self._pushes, *pushes]

    @property
    def pushes(self) -> list[Push]:
        """All that happened, oldest first."""
        return [*self._pushes]

    def tags(self, image: str) -> dict[str, Push]:
        """What each tag of an image points to; those that were pushed last come last."""
        found: dict[str, Push] = {}
        for push in self._of(image):
            found.pop(push.tag, None)
            found[push.tag] = push
        return found

    def routes(self) -> list[web.RouteDef]:
        """Its API. Nobody needs a token, and nobody can push by it."""
        return [
            web.get("/v2/", self._hello),
            web.get("/v2/{image:.+}/tags/list", self._list),
            web.get("/v2/{image:.+}/manifests/{reference}", self._show_manifest),
            web.get("/v2/{image:.+}/blobs/{digest}", self._show_config),
        ]

    def _of(self, image: str) -> list[Push]:
        return [push for push in self._pushes if push.image == image]

    async def _hello(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({}, headers=_VERSION)

    async def _list(self, request: web.Request) -> web.Response:
        image = request.match_info["image"]
        tags = sorted(self.tags(image))
        if not tags:
            return _refused("NAME_UNKNOWN", "repository name not known to registry", {"name": image})
        rest = [tag for tag in tags if tag > request.query.get("last", "")]
        most = request.query.get("n", "")
        if most and not most.isdecimal():
            return _refused("PAGINATION_NUMBER_INVALID", "invalid number of results requested", {"n": most}, status=400)
        page = rest[: int(most)] if most else rest
        headers = dict(_VERSION)
        if page and len(page) < len(rest):
            query = urlencode({"n": most, "last": page[-1]})
            headers["Link"] = f'</v2/{image}/tags/list?{query}>; rel="next"'
        return web.json_response({"name": image, "tags": page}, headers=headers)

    async def _show_manifest(self, request: web.Request) -> web.Response:
        image, reference = request.match_info["image"], request.match_info["reference"]
        tagged = self.tags(image).get(reference)
        known = [tagged] if tagged else [one for one in self._of(image) if _digest(_manifest(one)) == reference]
        if not known:
            return _refused("MANIFEST_UNKNOWN", "manifest unknown", {"unknown": reference})
        return _content(_manifest(known[0]), _MANIFEST)

    async def _show_config(self, request: web.Request) -> web.Response:
        image, digest = request.match_info["image"], request.match_info["digest"]
        found = next((one for one in self._of(image) if _digest(_config(one)) == digest), None)
        if found is None:
            return _refused("BLOB_UNKNOWN", "blob unknown to registry", {"digest": digest})
        return _content(_config(found), "application/octet-stream")


def _config(push: Push) -> bytes:
    return json.dumps({"architecture": "amd64", "os": "linux", "config": {"Labels": {"what": push.what}}}).encode()


def _manifest(push: Push) -> bytes:
    config = _config(push)
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": _CONFIG, "digest": _digest(config), "size": len(config)},
            "layers": [],
        }
    ).encode()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _content(content: bytes, kind: str) -> web.Response:
    headers = {**_VERSION, "Content-Type": kind, "Docker-Content-Digest": _digest(content)}
    return web.Response(body=content, headers=headers)


def _refused(code: str, message: str, detail: dict[str, str], *, status: int = 404) -> web.Response:
    body = {"errors": [{"code": code, "message": message, "detail": detail}]}
    return web.json_response(body, status=status, headers=_VERSION)
