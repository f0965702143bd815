"""The Web API without an SDK."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests


@dataclass(frozen=True)
class Api:
    """Calls methods as no SDK would let one: any token, any body."""

    url: str
    token: str

    def __call__(self, method: str, **arguments: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(method, **arguments).json()
        return found

    def ask(self, method: str, **arguments: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return requests.post(f"{self.url}{method}", json=arguments, headers=headers, timeout=10)

    def with_token(self, token: str) -> "Api":
        return Api(self.url, token)

    def to(self, response_url: str) -> Callable[..., requests.Response]:
        """Posts to a response_url."""
        return lambda **said: requests.post(response_url, json=said, timeout=10)
