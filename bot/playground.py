"""The playground: what is on this machine in the place of the real world, so that jobs can be tried at once.

A Slack workspace, a world outside that has versions and alerts, and a small real site and shop.
"""

import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from actions.api import ActionFailed
from bot.base.errors import SetupProblem, why
from bot.catalog.catalog import Catalog
from bot.model.watch import Signature
from bot.sandbox.outside.alerts import Receiver
from bot.sandbox.outside.outside import Outside
from bot.sandbox.sandbox import Sandbox
from bot.settings import Settings, shipped_manifest

#: As the inventory of `stacks/maintenance` names them. Visitors see the first one.
SERVERS = ("web1", "web2", "web3")
_SITE = Path("maintenance/payload/site")
_SHOP = Path("dump-prod-to-staging/payload/playground.sql")


def lay_out(folder: Path, *, stacks: Path) -> Path | None:
    """Give each server that has none yet its site, and the shop its database, from the shipped stacks.

    Returns the folder that visitors see. None: the stacks have no site to show. Raises SetupProblem when it cannot.
    """
    try:
        return _lay_out(folder, stacks)
    except (OSError, sqlite3.OperationalError) as error:
        reason = why(error) if isinstance(error, OSError) else str(error)
        raise SetupProblem(
            f"The playground cannot be laid out in {folder}: {reason}.",
            hint="Make room there, or choose another folder with --data.",
        ) from error


def _lay_out(folder: Path, stacks: Path) -> Path | None:
    if (stacks / _SHOP).is_file() and not (folder / "shop").exists():
        _lay_out_shop(folder / "shop", (stacks / _SHOP).read_text(encoding="utf-8"))
    template = stacks / _SITE
    if not template.is_dir():
        return None
    for server in SERVERS:
        if not (folder / server).exists():
            with _whole_or_not_at_all(folder / server) as new:
                shutil.copytree(template, new)
    return folder / SERVERS[0]


class Playground:
    """All of it, started and stopped as one."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        *,
        port: int,
        read_secret: Callable[[str, Path], str],
        after_outside: Callable[[], None],
    ) -> None:
        """*after_outside* hears of each act of people on the world outside."""
        self._settings = settings
        self.hooks = PlaygroundHooks(catalog, read_secret)
        self._outside = Outside(data=settings.data, receivers=self.hooks.receivers)
        self.sandbox = Sandbox(
            host=settings.host,
            port=port,
            data=settings.data,
            manifest=shipped_manifest(),
            site=lay_out(settings.playground, stacks=settings.stacks),
            outside=self._outside,
            after_outside=after_outside,
        )

    def start(self) -> None:
        """Open its ports, and write down which. Raises SetupProblem."""
        self._outside.start()
        self.sandbox.start()
        up = {"url": self.sandbox.url, "outside": self._outside.url, "pid": os.getpid()}
        self._settings.up_file.write_text(json.dumps(up))

    def stop(self) -> None:
        """Close them."""
        self.sandbox.stop()
        self._outside.stop()
        self._settings.up_file.unlink(missing_ok=True)


class PlaygroundHooks:
    """How the world outside calls the stacks' webhooks where nobody has set their secrets: those it knows itself."""

    def __init__(self, catalog: Catalog, read_secret: Callable[[str, Path], str]) -> None:
        self._catalog = catalog
        self._read_secret = read_secret
        self._own = secrets.token_hex(32)
        #: Below which the stacks are; empty while nobody listens.
        self.url = ""

    def read_secret(self, reference: str, folder: Path) -> str:
        """What was set, else one of the playground's own."""
        try:
            return self._read_secret(reference, folder)
        except ActionFailed:
            return self._own

    def receivers(self) -> list[Receiver]:
        """The webhooks that hear of alerts."""
        return list(self._listening()) if self.url else []

    def _listening(self) -> Iterator[Receiver]:
        for stack in self._catalog.stacks.values():
            for hook in stack.webhooks.values():
                if hook.sign is Signature.ALERTMANAGER:
                    credentials = self.read_secret(hook.secret, stack.folder)
                    yield Receiver(url=f"{self.url}{stack.name}/{hook.name}", credentials=credentials)


def _lay_out_shop(folder: Path, statements: str) -> None:
    """A production database, no staging yet, and two keys: to mask the data with, and to encrypt its backups with."""
    with _whole_or_not_at_all(folder) as new:
        new.mkdir(parents=True)
        with closing(sqlite3.connect(new / "production.db")) as production:
            production.executescript(statements)
        for name in ("mask.key", "backup.key"):
            (new / name).touch(mode=0o600)
            (new / name).write_text(secrets.token_hex(32))


@contextmanager
def _whole_or_not_at_all(folder: Path) -> Iterator[Path]:
    """The name of a folder to make, which then becomes *folder*: half a shop, or half a site, would stay half."""
    new = folder.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    yield new
    new.rename(folder)
