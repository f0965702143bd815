"""A workspace for each test, a person in it, and the bare Web API."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.sandbox.sandbox import Sandbox
from tests.sandbox.bare_api import Api
from tests.sandbox.raw_app import RawApp
from tests.slack import Slack

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK takes a proxy from the environment, even to this very machine."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<h1>Open</h1>")
    sandbox = Sandbox(manifest=MANIFEST, data=tmp_path / "data", site=site)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def ada(sandbox: Sandbox) -> Slack:
    return Slack(sandbox.url)


@pytest.fixture
def api(sandbox: Sandbox) -> Api:
    return Api(sandbox.api_url, sandbox.bot_token)


@pytest.fixture
def make_app(sandbox: Sandbox) -> Callable[..., App]:
    """An app of Bolt's, as its documentation makes one."""

    def make(**more: Any) -> App:
        client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        return App(client=client, signing_secret=sandbox.signing_secret, **more)

    return make


@pytest.fixture
def raw(sandbox: Sandbox) -> Iterator[RawApp]:
    """An app with one connection."""
    app = RawApp(Api(sandbox.api_url, sandbox.app_token))
    app.connect()
    yield app
    app.close()
