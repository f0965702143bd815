"""The world outside, on this very machine: a code host, a registry of images, and an Alertmanager."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from bot.base.clock import Clock
from bot.base.errors import SetupProblem
from bot.sandbox.outside import kept
from bot.sandbox.outside.alerts import Alerts, Receiver
from bot.sandbox.outside.forge import Forge
from bot.sandbox.outside.images import Images
from bot.sandbox.outside.pages import Pages
from bot.sandbox.outside.server import ForgeServer

log = structlog.get_logger()

#: A product that is released.
PRODUCT = "hashicorp/terraform"
#: The repository that uses it, in this file.
USER = "acme/infra"
FILE = "versions.tf"
#: The repository of what people here make; its images have the same name.
SHOP = "acme/shop"
_FIRST = ("1.9.7", "1.9.8")
_FIRST_IMAGE = "1.4.0"
_FILE_TEXT = """terraform {{
  required_version = "{version}"
}}
"""


def _nobody() -> Sequence[Receiver]:
    return ()


class Outside:
    """What others do, and the bot hears of. Any thread may call."""

    def __init__(
        self,
        *,
        data: Path | None = None,
        clock: Clock | None = None,
        receivers: Callable[[], Sequence[Receiver]] = _nobody,
    ) -> None:
        """With a folder *data* it is the same after a restart; *receivers* are told of alerts.

        Raises SetupProblem when it was kept, and cannot be read.
        """
        self._kept = data / "outside.json" if data else None
        self._writing = threading.Lock()
        self.forge = Forge(clock)
        self.images = Images(clock)
        self.alerts = Alerts(receivers, clock)
        port = kept.read(self._kept, self.forge, self.images, self.alerts) if self._kept else None
        if port is None:
            self._begin()
        self._server = self._make_server(port or 0)

    @property
    def url(self) -> str:
        """Where all of it answers."""
        return self._server.url

    def start(self) -> None:
        """Open its port: that of before, so that links in messages still lead there, or else a free one."""
        try:
            self._server.start()
        except SetupProblem:
            self._server = self._make_server(0)
            self._server.start()
        self.keep()

    def stop(self) -> None:
        """Close the port."""
        self._server.stop()

    def keep(self) -> None:
        """Write it down."""
        if self._kept:
            with self._writing:
                try:
                    kept.write(self._kept, self.forge, self.images, self.alerts, port=self._server.port)
                except OSError as error:
                    # As the workspace: a full disk ends no sandbox.
                    log.warning("the outside world could not be written down", path=str(self._kept), error=str(error))

    def _make_server(self, port: int) -> ForgeServer:
        more = [*self.images.routes(), *self.alerts.routes(), *Pages(self.forge).routes()]
        return ForgeServer("github", port=port, forge=self.forge, more=more, changed=self.keep)

    def _begin(self) -> None:
        self.forge.add_repository(PRODUCT)
        self.forge.add_repository(USER, {FILE: _FILE_TEXT.format(version=_FIRST[-1])})
        self.forge.add_repository(SHOP)
        for version in _FIRST:
            self.forge.publish_release(PRODUCT, f"v{version}", "Small things were mended.")
        self.images.push(SHOP, _FIRST_IMAGE, _FIRST_IMAGE)
