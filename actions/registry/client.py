"""Speaks the OCI distribution API: https://github.com/opencontainers/distribution-spec, with its tokens and pages."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
from requests.utils import parse_dict_header

from actions.api import ActionFailed

_PAGE = 1000
_MOST_PAGES = 100
_KINDS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)


@dataclass
class Repository:
    """One image of a registry, whatever its tags."""

    session: requests.Session
    registry: str
    image: str
    user: str
    password: str

    def tags(self) -> Iterator[str]:
        """All of its tags, page by page."""
        url = f"{self._base}/tags/list?n={_PAGE}"
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", url)
            if answer.status_code == 404:
                raise ActionFailed(f"{self.registry} has no image {self.image}.", hint="Is its name right?")
            self._need(answer)
            # After the last tag was deleted it is null.
            yield from answer.json().get("tags") or ()
            if "next" not in answer.links:
                return
            url = urljoin(url, answer.links["next"]["url"])
            if urlsplit(url)[:2] != urlsplit(self.registry)[:2]:
                raise ActionFailed(f"{self.registry} says that its next page is elsewhere, at {url}.")
        raise ActionFailed(f"{self.image} has more than {_MOST_PAGES * _PAGE} tags.", hint="Delete old ones.")

    def digest(self, tag: str) -> str:
        """What the tag points to; empty if it was deleted meanwhile."""
        url = f"{self._base}/manifests/{tag}"
        answer = self._ask("HEAD", url)
        if answer.status_code == 404:
            return ""
        self._need(answer)
        if told := answer.headers.get("Docker-Content-Digest"):
            return told
        # "Clients may encounter registries implementing earlier spec versions which did not require" this header.
        answer = self._ask("GET", url)
        self._need(answer)
        return f"sha256:{hashlib.sha256(answer.content).hexdigest()}"

    @property
    def _base(self) -> str:
        return f"{self.registry.rstrip('/')}/v2/{self.image}"

    def _ask(self, method: str, url: str) -> requests.Response:
        # Redirects are not followed: one could carry the token to another host.
        answer = self._send(method, url)
        if answer.status_code == 401 and "Authorization" not in self.session.headers:
            self.session.headers["Authorization"] = self._authorization(answer)
            answer = self._send(method, url)
        return answer

    def _send(self, method: str, url: str) -> requests.Response:
        headers = {"Accept": _KINDS if "/manifests/" in url else "application/json"}
        return self.session.request(method, url, headers=headers, allow_redirects=False)

    def _authorization(self, answer: requests.Response) -> str:
        """What the registry wants to be shown, by its challenge: a password, or a token that another server gives."""
        scheme, _, rest = answer.headers.get("WWW-Authenticate", "").partition(" ")
        given = (self.user, self.password) if self.user else None
        if scheme.lower() == "basic" and given:
            return str(requests.Request("GET", answer.url, auth=given).prepare().headers["Authorization"])
        said: dict[str, str | None] = parse_dict_header(rest)  # type: ignore[no-untyped-call]
        realm = said.get("realm")
        if scheme.lower() != "bearer" or not realm:
            raise ActionFailed(f"{self.registry} wants to know who asks.", hint="Give `user` and `password`.")
        if urlsplit(self.registry).scheme == "https" != urlsplit(realm).scheme:
            raise ActionFailed(f"{self.registry} wants its password sent in the clear, to {realm}.")
        wanted = {"service": said.get("service"), "scope": said.get("scope") or f"repository:{self.image}:pull"}
        token = self.session.get(realm, params=wanted, auth=given, allow_redirects=False)
        self._need(token)
        told = token.json()
        return f"Bearer {told.get('token') or told.get('access_token')}"

    def _need(self, answer: requests.Response) -> None:
        if answer.status_code != 200:
            raise ActionFailed(
                f"{self.registry} answered {answer.status_code} about {self.image}.",
                hint="May this user pull it?" if answer.status_code in (401, 403) else "",
            )
