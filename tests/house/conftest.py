"""The project's own Python files, parsed once."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("bot", "actions", "tests", "benchmarks")


@dataclass(frozen=True)
class Source:
    """One file."""

    #: From the repository's root: "bot/store/runs.py".
    path: str
    text: str
    tree: ast.Module

    @property
    def is_program(self) -> bool:
        """Is it what users run, and no test or benchmark?"""
        return self.path.startswith(("bot/", "actions/"))


def parse(path: Path) -> Source:
    """Read one file."""
    text = path.read_text(encoding="utf-8")
    return Source(path=path.relative_to(ROOT).as_posix(), text=text, tree=ast.parse(text))


@pytest.fixture(scope="session")
def sources() -> list[Source]:
    """Every Python file of the project."""
    return [parse(path) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.fixture(scope="session")
def program(sources: list[Source]) -> list[Source]:
    """Every file that users run."""
    return [source for source in sources if source.is_program]
