"""A place like GitHub; all that it was asked and answered is held against GitHub's description."""

from collections.abc import Iterator

import pytest

from bot.sandbox.outside.server import ForgeServer
from tests.fakes.described.described import Described
from tests.fakes.forges import forge

SHOP = "acme/shop"
VERSIONS = 'terraform {\n  required_version = "1.9.0"\n}\n'


@pytest.fixture
def github() -> Iterator[ForgeServer]:
    with forge("github") as server:
        server.forge.add_repository(SHOP, {"infra/versions.tf": VERSIONS}, workflows={"ci.yml": ["build", "test"]})
        server.manners.token = "t0ken"
        yield server
        assert Described("github").problems(server.manners.asked) == []


@pytest.fixture
def at(github: ForgeServer) -> dict[str, str]:
    """The fields by which the shop's repository is reached."""
    return {"repository": SHOP, "token": "env:TOKEN", "endpoint": github.url}
