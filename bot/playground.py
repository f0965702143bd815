"""The playground: a small real site on this machine, so that jobs can be tried where nothing has to be set up."""

import shutil
from pathlib import Path

#: As the inventory of `stacks/maintenance` names them. Visitors see the first one.
SERVERS = ("web1", "web2", "web3")
_SITE = Path("maintenance/payload/site")


def lay_out(folder: Path, *, stacks: Path) -> Path | None:
    """Give each server that has none yet its site, from the shipped stack; returns the folder that visitors see.

    None: the stacks have no playground.
    """
    template = stacks / _SITE
    if not template.is_dir():
        return None
    for server in SERVERS:
        if not (folder / server).exists():
            shutil.copytree(template, folder / server)
    return folder / SERVERS[0]
