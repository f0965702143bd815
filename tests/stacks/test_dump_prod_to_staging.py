"""The dump-prod-to-staging stack as it is shipped, on the playground's shop."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from actions.database.copy_masked import CopyMasked
from bot.catalog.catalog import Catalog
from bot.catalog.expressions import evaluate
from bot.model.plan import Uses
from bot.playground import lay_out
from tests.actions.recording import Recording

STACKS = Path(__file__).parents[2] / "stacks"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    lay_out(tmp_path, stacks=STACKS)
    return tmp_path / "shop"


def _copy(shop: Path, scratch: Path) -> Recording:
    """Do the job's first step as a click does."""
    scratch.mkdir()
    values = {"sandbox": True, "playground_root": str(shop.parent), "playground_url": "http://127.0.0.1/"}
    stack, job = Catalog(STACKS, lambda: values).job("dump-prod-to-staging", "copy")
    step = job.steps[0]
    assert isinstance(step, Uses)
    scope = {"env": evaluate(dict(stack.environments["playground"].fields), {"vars": values})}
    fields = {name: value if name == "tables" else evaluate(value, scope) for name, value in step.with_.items()}
    key = (shop / "mask.key").read_text()
    ctx = Recording(folder=STACKS / "dump-prod-to-staging", scratch=scratch, secrets={fields["key"]: key})
    CopyMasked.model_validate(fields).run(ctx)
    return ctx


def _ask(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as session:
        return session.execute(query).fetchall()


def test_the_playgrounds_staging_gets_the_shop_without_its_people(shop, tmp_path):
    _copy(shop, tmp_path / "scratch")

    raw = {name for (name,) in _ask(shop / "production.db", "SELECT email FROM customers")}
    masked = {name for (name,) in _ask(shop / "staging.db", "SELECT email FROM customers")}
    assert len(raw) == len(masked) == 2000
    assert raw.isdisjoint(masked)
    assert _ask(shop / "staging.db", "SELECT DISTINCT password_hash FROM customers") == [("plain:staging",)]
    assert _ask(shop / "staging.db", "SELECT value FROM settings WHERE name = 'send_mail'") == [("off",)]
    assert _ask(shop / "staging.db", "SELECT min(placed_on) >= '2026-01-01', count(*) > 0 FROM orders") == [(1, 1)]
    assert _ask(shop / "staging.db", "PRAGMA foreign_key_check") == []


def test_the_playgrounds_shop_stays_as_people_left_it(shop, tmp_path):
    key = (shop / "mask.key").read_text()

    lay_out(tmp_path, stacks=STACKS)

    assert (shop / "mask.key").read_text() == key
