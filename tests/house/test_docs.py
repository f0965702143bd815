"""The pages of docs/ name every key that one may write about stacks, forms, triggers and rights."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.catalog.catalog import Catalog
from bot.catalog.raw import form, scheduled, stack, watch
from bot.catalog.raw.stack import keys_of
from bot.model.form import FieldType

DOCS = Path(__file__).parents[2] / "docs"
STORE = Path(__file__).parents[2] / "bot" / "store"
MODELS = [
    model
    for module in (stack, form, scheduled, watch)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__
]


@pytest.fixture(scope="module")
def pages() -> str:
    return "\n".join(page.read_text() for page in sorted(DOCS.glob("*.md")))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_named_as_code(pages: str, model: type[BaseModel]) -> None:
    """Either in `ticks`, or in an example as `key:`."""
    missing = [key for key in keys_of(model) if key != "root" and not _is_named(key, pages)]

    assert missing == []


def test_every_type_of_a_field_is_told(pages: str) -> None:
    assert [str(type_) for type_ in FieldType if f"`{type_}`" not in pages] == []


def test_of_every_table_is_told_how_long_its_rows_are_kept() -> None:
    """A new table has to say what forgets it."""
    tables = set(re.findall(r'__tablename__ = "(\w+)"', "".join(map(Path.read_text, STORE.glob("*tables.py")))))
    told = (DOCS / "records.md").read_text()

    assert {table for table in tables if f"`{table}`" not in told} == set()


def test_a_whole_stack_on_a_page_has_no_mistake(pages: str, tmp_path: Path) -> None:
    wholes = re.findall(r"```yaml\n(stack: (\w+).*?)```", pages, re.DOTALL)
    for text, name in wholes:
        (tmp_path / name).mkdir()
        (tmp_path / name / "stack.yml").write_text(text)

    assert wholes
    assert [str(problem) for problem in Catalog(tmp_path, dict).problems] == []


def _is_named(key: str, pages: str) -> bool:
    return re.search(rf"`{re.escape(key)}\b|\b{re.escape(key)}:", pages) is not None
