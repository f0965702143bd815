"""docs/write-an-action.md, followed to the letter in a copy of this checkout."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "write-an-action.md"
LOCKS = ("requirements.lock", "requirements-dev.lock")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$(.*?)(?=^```|\Z)", re.DOTALL | re.MULTILINE)
SAYS = re.compile(r"says\s`([^`]+)`")


class Checkout:
    """A copy that shares this Python's packages, and counts as set up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # With its bytecode, which is half of the time that calls take.
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*"))
        venv = folder / ".venv"
        venv.mkdir()
        for shared in ("bin", "lib", "pyvenv.cfg"):
            (venv / shared).symlink_to(Path(sys.prefix) / shared)
        for lock in LOCKS:
            shutil.copy(ROOT / lock, venv)
        (venv / "place").write_text(f"{folder}\n")

    def call(self, command: str) -> str:
        """What a command of the page prints; it must succeed."""
        own = ("PYTEST", "SLACK_", "STACKHAND_", "DATABASE_URL")
        env = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        done = subprocess.run(
            ["sh", "-ec", command],
            cwd=self.folder,
            # The packages' own way to Stackhand leads to this checkout, not to the copy.
            env={**env, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert done.returncode == 0, f"{command}{done.stdout}{done.stderr}"
        return done.stdout + done.stderr


#: A busy machine takes its time for ten calls.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout(tmp_path_factory.mktemp("guide") / "stackhand")


def test_the_page_leads_to_an_action_that_runs(checkout: Checkout) -> None:
    told = 0
    for language, text, below in BLOCK.findall(PAGE.read_text()):
        if language == "sh":
            said = checkout.call(text)
            promises = SAYS.findall(below)
            assert [promise for promise in promises if promise not in said] == [], said
            told += len(promises)
        else:
            first, _, listing = text.partition("\n")
            file = checkout.folder / first.removeprefix("# ")
            assert file.is_file(), "the page begins it with a command"
            file.write_text(listing)

    assert told == 4
    assert (checkout.folder / "stacks" / "welcome" / "motd").read_text() == "The database moves at nine"


def test_what_new_begins_is_in_our_style_and_kept_apart_from_the_others(checkout: Checkout) -> None:
    checkout.call("./stackhand new action tide.tell && ./stackhand new stack tides")

    checkout.call(".venv/bin/ruff check actions/tide tests/actions/tide tests/stacks/test_tides.py")
    checkout.call(".venv/bin/ruff format --check actions/tide tests/actions/tide tests/stacks/test_tides.py")
    checkout.call(".venv/bin/mypy actions/tide tests/actions/tide tests/stacks/test_tides.py")
    tests = "tests/actions/tide tests/actions/test_contract.py tests/stacks/test_tides.py"
    said = checkout.call(f".venv/bin/python -m pytest -q {tests} -k tide")
    assert re.search(r"\b16 passed", said), said
    assert "| actions.tests | actions.tide | actions.tls |" in (checkout.folder / "pyproject.toml").read_text()
