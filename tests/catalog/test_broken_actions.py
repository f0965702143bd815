"""An action or a check whose file Python cannot read is a mistake of the stacks that use it, and of no others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import actions
from actions import library
from bot.catalog.catalog import Catalog
from bot.catalog.schema import stack_schema

TURN = "from actions.api import Action, Outputs\n\n\nclass Turn(Action[Outputs]):\n    def broken(\n"
LEVELS = "import rods\nfrom actions.api import Check, Version\n\n\nclass Levels(Check[Version]):\n    pass\n"
STACKS = {
    "harbour": "jobs:\n  turn:\n    steps:\n      - {uses: tide.turn}\n",
    "gauge": "resources:\n  level: {check: tide.levels}\njobs:\n  look:\n    steps:\n      - {wait: 1s}\n",
    "quay": "jobs:\n  look:\n    steps:\n      - {uses: http.expect, with: {url: 'http://a'}}\n",
}


@pytest.fixture
def stacks(tmp_path: Path) -> Iterator[Path]:
    """Three stacks; of the actions `tide.*` one has a slip of the pen, and one wants a package that is not there."""
    for name, text in {"tide/__init__.py": "", "tide/turn.py": TURN, "tide/levels.py": LEVELS}.items():
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / name).write_text(text)
    for name, text in STACKS.items():
        (tmp_path / "stacks" / name).mkdir(parents=True)
        (tmp_path / "stacks" / name / "stack.yml").write_text(text)
    actions.__path__.append(str(tmp_path / "own"))
    library._names_of.cache_clear()
    yield tmp_path / "stacks"
    actions.__path__.remove(str(tmp_path / "own"))
    library._names_of.cache_clear()


def test_it_is_said_where_it_is_used_and_the_other_stacks_are_there(stacks):
    catalog = Catalog(stacks, dict)

    assert sorted(str(problem).partition("stacks/")[2] for problem in catalog.problems) == [
        "gauge/stack.yml:2:18: The check \"tide.levels\" cannot be used. ModuleNotFoundError: No module named 'rods'.",
        'harbour/stack.yml:4:16: The action "tide.turn" cannot be used. '
        "SyntaxError: '(' was never closed (turn.py, line 5).",
    ]
    assert list(catalog.stacks) == ["quay"]


def test_editors_get_a_schema_without_it(stacks):
    assert "tide.turn" not in str(stack_schema())
