"""The shipped stacks, for places that a test has made."""

import re
import shutil
from pathlib import Path

from tests.scenarios.conftest import ROOT


def ship(name: str, stacks: Path, environments: str) -> None:
    """Put a shipped stack among *stacks*, with *environments* in the place of its own."""
    file = Path(shutil.copytree(ROOT / "stacks" / name, stacks / name)) / "stack.yml"
    # All that is indented below the key, and the remarks between.
    before, after = re.split(r"(?m)^environments:\n(?:[ #].*\n|\n)*", file.read_text(), maxsplit=1)
    # On a busy machine what lists are read from takes its time.
    after = after.replace("timeout: 15s", "timeout: 60s")
    file.write_text(f"{before}environments:\n{environments}\n{after}")
