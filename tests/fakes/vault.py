"""HashiCorp Vault's key-value store, version 2, as far as reading a secret goes.

Paths and answers as https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2 describes them.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.fakes.serving import Handler, serving


@contextmanager
def vault(secrets: Mapping[str, Mapping[str, str]], *, token: str) -> Iterator[str]:
    """The address of a Vault that holds *secrets* by "mount/name", for whoever has *token*."""

    class Vault(Handler):
        def do_GET(self) -> None:
            mount, _, rest = self.path.removeprefix("/v1/").partition("/data/")
            if self.headers.get("X-Vault-Token") != token:
                self._answer(403, {"errors": ["permission denied"]})
            elif (found := secrets.get(f"{mount}/{rest}")) is None:
                self._answer(404, {"errors": []})
            else:
                self._answer(200, {"data": {"data": dict(found), "metadata": {"version": 3}}})

        def _answer(self, status: int, body: Mapping[str, Any]) -> None:
            self.reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})

    with serving(Vault) as server:
        yield f"http://127.0.0.1:{server.server_port}"
